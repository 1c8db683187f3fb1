"""A test of several processes that failed is run once more, from the beginning, and the end of the run names it.

Browsers, web servers, workers and mail servers share a machine with all that it does meanwhile: a test that passes the
second time says more about its own waiting than about the product. It is named so that somebody mends it; all other
tests run once. Journeys get a new town, since what the first run did there would fail the second: a mailbox is added
once.
"""

from __future__ import annotations

import os
from typing import Any

import pytest
from _pytest.runner import runtestprotocol

#: The fixture of journeys, and the one that it begins from.
JOURNEY, DATABASE = "town", "shared_database"
#: Fixtures of such tests: the town, rows that others are to see, and servers that are waited for.
PROCESSES = {JOURNEY, "transactional_db", "mail_server", "own_postgres", "valkey"}
#: What a report carries of a first run that failed.
FAILED_FIRST = "failed first"


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item, nextitem: pytest.Item | None) -> bool | None:
    """Run a test of several processes, and once more if it failed; other tests, and measurements, run as ever."""
    is_measured = os.environ.get("HELPDESK_STRESS") == "full"  # for many minutes, and its first figure counts
    if is_measured or not PROCESSES.intersection(getattr(item, "fixturenames", ())):
        return None
    item.ihook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
    reports = runtestprotocol(item, log=False, nextitem=nextitem)
    if failed := [report for report in reports if report.failed]:
        why = failed[0].longreprtext[-2000:]
        item.user_properties.append((FAILED_FIRST, why))
        _leave_town(item)
        reports = runtestprotocol(item, log=False, nextitem=nextitem)
        for report in reports:
            if report.failed:
                report.sections.insert(0, ("It had failed first, with", why))
    for report in reports:
        item.ihook.pytest_runtest_logreport(report=report)
    item.ihook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)
    return True


def _leave_town(item: Any) -> None:
    """End the fixture that journeys share, so that the next one to ask for it gets it anew, from an empty database."""
    item._initrequest()
    for name in (JOURNEY, DATABASE):
        for definition in item.session._fixturemanager.getfixturedefs(name, item) or ():
            definition.finish(item._request)


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Every test that needed its second run, with what went wrong in the first."""
    passed = [report for report in terminalreporter.stats.get("passed", []) if report.when == "call"]
    again = [(report.nodeid, why) for report in passed for name, why in report.user_properties if name == FAILED_FIRST]
    if again:
        terminalreporter.section(f"{len(again)} TESTS PASSED ONLY THE SECOND TIME", sep="!", yellow=True, bold=True)
        for name, why in again:
            terminalreporter.line(f"{name}\n{why}\n")
