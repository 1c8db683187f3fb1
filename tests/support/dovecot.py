"""A loud word when nothing was fetched from Dovecot, since there is none."""

from __future__ import annotations

from typing import Any

from scripts import dovecot as machine


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Say what was not tested, where nobody overlooks it."""
    skipped = [
        report for report in terminalreporter.stats.get("skipped", []) if machine.MISSING in str(report.longrepr)
    ]
    if skipped:
        terminalreporter.section("NO MAIL WAS FETCHED FROM DOVECOT", sep="!", yellow=True, bold=True)
        terminalreporter.line(f"{len(skipped)} tests were skipped: {machine.MISSING}.", yellow=True, bold=True)
