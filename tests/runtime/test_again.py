"""Journeys get a second run, and never in silence; other tests do not."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TESTS = """
import pytest
runs = {"journey": 0, "broken": 0, "other": 0}

@pytest.fixture
def town():
    return runs

def test_journey(town):
    runs["journey"] += 1
    assert runs["journey"] == 2, "too early"

def test_broken(town):
    runs["broken"] += 1
    assert not town, f"broken {runs['broken']} times"

def test_other():
    runs["other"] += 1
    assert runs["other"] == 2, "once only"
"""


@pytest.mark.parametrize("workers", [["-n0"], ["-n1"]], ids=["alone", "workers"])
def test_a_journey_has_a_second_run_that_is_told(tmp_path, workers):
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    (tmp_path / "test_some.py").write_text(TESTS)
    command = [sys.executable, "-m", "pytest", "-p", "tests.support.again", "-p", "no:cacheprovider", *workers]
    environment = {"PYTHONPATH": str(ROOT)}

    ran = subprocess.run(
        [*command, str(tmp_path)], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )

    assert "2 failed, 1 passed" in ran.stdout, ran.stdout + ran.stderr
    assert "1 JOURNEYS PASSED ONLY THE SECOND TIME" in ran.stdout
    assert "too early" in ran.stdout
    assert "broken 2 times" in ran.stdout and "once only" in ran.stdout
