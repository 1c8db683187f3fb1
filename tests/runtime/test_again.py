"""Tests of several processes get a second run, and never in silence; other tests do not."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TESTS = """
import pytest
runs = {"journey": 0, "door": 0, "broken": 0, "other": 0}
towns = []

@pytest.fixture(scope="module")
def shared_database():
    towns.append([])
    yield towns[-1]

@pytest.fixture(scope="module")
def town(shared_database):
    return shared_database

def test_first(town):
    town.append("first")
    assert town == ["first"]

def test_journey(town):
    runs["journey"] += 1
    town.append("journey")
    assert runs["journey"] == 2, "too early"
    assert town == ["journey"] and towns[0] == ["first", "journey"]

def test_after_it(town):
    assert town == ["journey"]

@pytest.fixture
def transactional_db():
    runs["door"] += 1

@pytest.fixture
def mail_door(transactional_db):
    return "open"

def test_door(mail_door):
    assert runs["door"] == 2, "no answer"

def test_broken(town):
    runs["broken"] += 1
    assert not runs, f"broken {runs['broken']} times"

def test_other():
    runs["other"] += 1
    assert runs["other"] == 2, "once only"
"""


@pytest.mark.parametrize("workers", [["-n0"], ["-n1"]], ids=["alone", "workers"])
def test_a_test_of_several_processes_has_a_second_run_that_is_told(tmp_path, workers):
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    (tmp_path / "test_some.py").write_text(TESTS)
    command = [sys.executable, "-m", "pytest", "-p", "tests.support.again", "-p", "no:cacheprovider", *workers]
    environment = {"PYTHONPATH": str(ROOT)}

    ran = subprocess.run(
        [*command, str(tmp_path)], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )

    assert "2 failed, 4 passed" in ran.stdout, ran.stdout + ran.stderr
    assert "2 TESTS PASSED ONLY THE SECOND TIME" in ran.stdout
    assert "too early" in ran.stdout and "no answer" in ran.stdout
    assert "broken 1 times" in ran.stdout and "broken 2 times" in ran.stdout and "once only" in ran.stdout
