"""What tests have measured, said at the end of the run: a line each."""

from __future__ import annotations

from typing import Any

_said: list[str] = []


def say(line: str) -> None:
    """Print this line at the end."""
    _said.append(line)


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """All lines, in their order."""
    if _said:
        terminalreporter.section("What was measured")
        for line in sorted(_said):
            terminalreporter.line(line)
