"""Try a calendar before it is used: `python -m sla.hours < cases.jsonl`.

One JSON object a line, answered in order:

    {"id": "a", "kind": "due", "calendar": {...}, "start": "2026-01-05T17:00:00+01:00", "minutes": 120}
    {"id": "b", "kind": "due_days", "calendar": {...}, "start": "2026-01-05T17:00:00+01:00", "days": 3}
    {"id": "c", "kind": "elapsed", "calendar": {...}, "start": "...", "end": "..."}

A calendar is `{"timezone": "Europe/Madrid", "weekly": {"mon": [["08:00", "18:00"]]}, "closed_dates": ["2026-01-06"],
"open_dates": {"2026-01-10": [["10:00", "14:00"]]}}`. A line that can't be read is answered with an `error` line.
The exit status is 1 if there was one.
"""

import argparse
from collections.abc import Callable
from contextlib import suppress

from sla import _jsonl
from sla._jsonl import CaseInvalid, minutes, read_calendar, read_days, read_instant, read_minutes
from sla._wall import quoted, stamp
from sla.hours import OutOfRange, Walk

Answer = tuple[dict, Callable[[], Walk]]


def answer(case: dict, explain: bool = False) -> dict:
    """The answer to one case; with the walk if it is to be explained."""
    questions = {"due": _due, "due_days": _due_days, "elapsed": _elapsed}
    kind = case.get("kind")
    if not isinstance(kind, str) or kind not in questions:
        raise CaseInvalid("kind", f"{quoted(kind)} is no question; ask for {', '.join(questions)}.")
    result, tell = questions[kind](case)
    if explain:
        with suppress(OutOfRange):  # the answer stands, also when it is too far away to be told day by day
            result["walk"] = tell().as_json()
    return result


def _due(case: dict) -> Answer:
    calendar, start = read_calendar(case.get("calendar")), read_instant(case, "start")
    seconds = read_minutes(case.get("minutes"), "minutes")
    return {"due": stamp(calendar.add(start, seconds))}, lambda: calendar.explain(start, seconds)


def _due_days(case: dict) -> Answer:
    calendar, start = read_calendar(case.get("calendar")), read_instant(case, "start")
    days = read_days(case.get("days"), "days")
    return {"due": stamp(calendar.add_days(start, days))}, lambda: calendar.explain_days(start, days)


def _elapsed(case: dict) -> Answer:
    calendar = read_calendar(case.get("calendar"))
    start, end = read_instant(case, "start"), read_instant(case, "end")
    return {"minutes": minutes(calendar.between(start, end))}, lambda: calendar.explain_between(start, end)


def main(arguments: list[str] | None = None) -> int:
    """Answer the cases on standard input."""
    parser = argparse.ArgumentParser(
        prog="python -m sla.hours", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--explain", action="store_true", help="add the open stretches and the skipped days of each answer"
    )
    explain = parser.parse_args(arguments).explain
    return _jsonl.main(lambda case: answer(case, explain))
