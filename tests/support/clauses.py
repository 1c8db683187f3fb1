"""Counts which clauses the tests of this run showed to be kept: `pytest --clauses FILE` writes it as JSON.

A clause counts as passed when every test that carries its id ran and passed, setup and teardown included.
"""

from __future__ import annotations

import json
from collections import defaultdict
from pathlib import Path

import pytest

from tests.policies.clauses import CLAUSES

PROPERTY = "clause"
_outcomes = pytest.StashKey[dict[str, dict[str, bool]]]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """The file to write to."""
    parser.addoption("--clauses", metavar="FILE", help="write which clauses of the policies were kept, as JSON")


def pytest_configure(config: pytest.Config) -> None:
    """Start with nothing seen."""
    config.stash[_outcomes] = defaultdict(dict)
    config.pluginmanager.register(_Count(config), "count-clauses")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let each report carry the ids of its test: properties travel from the workers of xdist, marks do not."""
    for item in items:
        ids = {name for mark in item.iter_markers("clause") for name in mark.args}
        item.user_properties.extend((PROPERTY, name) for name in sorted(ids & CLAUSES.keys()))


class _Count:
    """Collects the reports; in a worker of xdist too, where nothing is written."""

    def __init__(self, config: pytest.Config) -> None:
        self.config = config

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """A test passes a clause if its call passed and nothing of it failed."""
        for name, value in report.user_properties:
            if name != PROPERTY:
                continue
            seen = self.config.stash[_outcomes][str(value)]
            if report.when == "call":
                seen[report.nodeid] = seen.get(report.nodeid, True) and report.passed
            elif not report.passed:
                seen[report.nodeid] = False

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Write what was seen, from the process that heard of all tests."""
        path = self.config.getoption("--clauses")
        if path and not hasattr(self.config, "workerinput"):
            seen = self.config.stash[_outcomes]
            Path(path).write_text(
                json.dumps({"passed": passed(seen), "failed": failed(seen)}, indent=1), encoding="utf-8"
            )


def passed(seen: dict[str, dict[str, bool]]) -> list[str]:
    """The clauses of which every test passed."""
    return [name for name in CLAUSES if seen.get(name) and all(seen[name].values())]


def failed(seen: dict[str, dict[str, bool]]) -> dict[str, list[str]]:
    """For the others that have tests, those that failed or did not run."""
    return {
        name: [test for test, ok in seen[name].items() if not ok]
        for name in CLAUSES
        if seen.get(name) and not all(seen[name].values())
    }
