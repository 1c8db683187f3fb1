"""Chromium for pytest-playwright, and a loud word when there is none."""

from __future__ import annotations

import os
from typing import Any

import pytest

from scripts import browser as machine

BROWSER_FIXTURES = {"page", "context", "browser", "new_context"}
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
]


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """The machine's Chromium instead of one that Playwright would download."""
    return {**browser_type_launch_args, "executable_path": machine.find(), "args": FLAGS}


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Without a browser its tests are skipped, and CI fails."""
    if machine.find() is not None:
        return
    for item in items:
        if BROWSER_FIXTURES & set(getattr(item, "fixturenames", ())):
            if os.environ.get("CI"):
                raise pytest.UsageError(f"CI requires the browser tests, and {machine.MISSING}.")
            item.add_marker(pytest.mark.skip(reason=machine.MISSING))


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Say what was not tested, where nobody overlooks it."""
    skipped = [
        report for report in terminalreporter.stats.get("skipped", []) if machine.MISSING in str(report.longrepr)
    ]
    if skipped:
        terminalreporter.section("BROWSER TESTS DID NOT RUN", sep="!", red=True, bold=True)
        terminalreporter.line(f"{len(skipped)} tests were skipped: {machine.MISSING}.", red=True, bold=True)
