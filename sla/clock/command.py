"""Try a policy before it is used: `python -m sla.clock < timelines.jsonl`.

One JSON object a line, a ticket's history in, its clocks out, in order:

    {"id": "t", "calendar": {...}, "policy": "standard", "priority": "normal",
     "policies": {"standard": {"normal": {"first_response": 120, "resolution": 250}}},
     "events": [{"at": "2013-06-04T09:00:00Z", "type": "created", "by": "customer", "status": "open"},
                {"at": "2013-06-04T09:10:00Z", "type": "status", "to": "pending"}],
     "as_of": "2013-06-04T10:31:00Z"}

Targets are minutes, or objects such as `{"minutes": 120, "warn": [75], "pause_on": ["pending"]}` and `{"days": 3}`.
A policy may have a "calendar" of its own. Events are created, agent_reply, customer_reply, internal_note, status,
priority, policy, calendar (`to` is its new version), assigned, tagged, merged, deleted, spam, restored and some more
that change no clock. A line that can't be read is answered with an `error` line. The exit status is 1 if there was one.
"""

import argparse
from collections.abc import Collection, Iterator
from datetime import datetime

from sla import _jsonl
from sla._jsonl import CaseInvalid, minutes, read_calendar, read_days, read_instant, read_minutes
from sla._wall import quoted, stamp
from sla.clock import (
    METRICS,
    STATUSES,
    Clock,
    Entry,
    Event,
    EventType,
    HistoryInvalid,
    State,
    Target,
    TargetTable,
    fold,
)
from sla.hours import Calendar

TARGET_FIELDS = {"minutes", "days", "warn", "pause_on", "calendar"}
KNOWN = {EventType.STATUS: STATUSES}
OTHER_NAMES = {
    "note": EventType.INTERNAL_NOTE,
    "unassigned": EventType.ASSIGNED,
    "tag": EventType.TAGGED,
    "tags": EventType.TAGGED,
    "untagged": EventType.TAGGED,
    "merged_away": EventType.MERGED,
    "merged_in": EventType.ABSORBED,
    "auto_reply": EventType.AUTOMATIC_REPLY,
    "acknowledgement": EventType.AUTOMATIC_REPLY,
    "out_of_office": EventType.AUTOMATIC_REPLY,
    "bounce": EventType.AUTOMATIC_REPLY,
    "bot_reply": EventType.AUTOMATIC_REPLY,
    "system_mail": EventType.AUTOMATIC_REPLY,
}


def answer(case: dict, ledger: bool = False) -> dict:
    """The clocks of one case; with their ledgers if wanted."""
    calendar, as_of = read_calendar(case.get("calendar")), read_instant(case, "as_of")
    policies = _object(case.get("policies"), "policies")
    terms = TargetTable(dict(_targets(policies, calendar)))
    history = list(_events(case, policies, calendar))
    try:
        clocks = fold(history, terms, as_of)
    except HistoryInvalid as error:
        raise CaseInvalid("events", str(error)) from None
    return {
        "first_response": _clock(clocks.first_response, as_of, ledger),
        "next_response": [_clock(clock, as_of, ledger) for clock in clocks.next_response],
        "periodic_update": [_clock(clock, as_of, ledger) for clock in clocks.periodic_update],
        "resolution": _clock(clocks.resolution, as_of, ledger),
    }


def _object(value: object, field: str) -> dict:
    if not isinstance(value, dict):
        raise CaseInvalid(field, "this must be an object.")
    return value


def _targets(policies: dict, calendar: Calendar) -> Iterator[tuple[tuple[str, str, str], Target]]:
    for policy, priorities in policies.items():
        path = f"policies.{policy}"
        own = _object(priorities, path).get("calendar")
        hours = calendar if own is None else read_calendar(own, f"{path}.calendar")
        for priority, targets in priorities.items():
            if priority == "calendar":
                continue
            for metric, value in _object(targets, f"{path}.{priority}").items():
                field = f"{path}.{priority}.{metric}"
                if metric not in METRICS:
                    raise CaseInvalid(field, f"there is no such metric; the metrics are {', '.join(METRICS)}.")
                if value is not None:
                    yield (policy, priority, metric), _target(value, field, hours)


def _target(value: object, field: str, calendar: Calendar) -> Target:
    if not isinstance(value, dict):
        return Target(calendar, seconds=read_minutes(value, field))
    if value.keys() - TARGET_FIELDS:
        raise CaseInvalid(field, f"a target has only the fields {', '.join(sorted(TARGET_FIELDS))}.")
    pauses, warn = value.get("pause_on"), value.get("warn", [])
    if pauses is not None and (
        not isinstance(pauses, list) or not all(isinstance(status, str) and status in STATUSES for status in pauses)
    ):
        raise CaseInvalid(f"{field}.pause_on", f"write a list of statuses: {', '.join(sorted(STATUSES))}.")
    if not isinstance(warn, list) or not all(type(percent) is int for percent in warn):
        raise CaseInvalid(f"{field}.warn", "write a list of percentages such as [50, 75].")
    if "calendar" in value:
        calendar = read_calendar(value["calendar"], f"{field}.calendar")
    try:
        return Target(
            calendar,
            seconds=read_minutes(value["minutes"], field) if "minutes" in value else None,
            days=read_days(value["days"], field) if "days" in value else None,
            warn=tuple(warn),
            pause_on=None if pauses is None else frozenset(pauses),
        )
    except CaseInvalid:
        raise
    except ValueError as error:
        raise CaseInvalid(field, str(error)) from None


def _events(case: dict, policies: dict, calendar: Calendar) -> Iterator[Event]:
    events = case.get("events")
    if not isinstance(events, list):
        raise CaseInvalid("events", "write a list of events; the first is the creation of the ticket.")
    policy, priority = _name(case.get("policy"), "policy", policies), _name(case.get("priority"), "priority")
    for index, event in enumerate(events):
        path = f"events[{index}]"
        kind, at, to, old = _kind(_object(event, path), path), _at(event, path), event.get("to"), None
        if kind == EventType.CALENDAR:
            old, calendar = calendar, read_calendar(to, f"{path}.to")
            to = calendar
        else:
            to = _name(to, f"{path}.to", KNOWN.get(kind, policies if kind == EventType.POLICY else None))
        by, status = _name(event.get("by"), f"{path}.by"), _name(event.get("status"), f"{path}.status") or "new"
        yield Event(at, kind, by, to, event.get("id", index), status, policy, priority, replaces=old)


def _at(event: dict, path: str) -> datetime:
    try:
        return read_instant(event, "at")
    except CaseInvalid as error:
        raise CaseInvalid(path, str(error)) from None


def _kind(event: dict, path: str) -> EventType:
    kind = event.get("type")
    try:
        return OTHER_NAMES[kind] if isinstance(kind, str) and kind in OTHER_NAMES else EventType(str(kind))
    except ValueError:
        raise CaseInvalid(
            f"{path}.type", f"{quoted(kind)} is no event; the events are {', '.join(EventType)}."
        ) from None


def _name(value: object, field: str, known: Collection[str] | None = None) -> str | None:
    """A word or nothing; one of those known, if they are."""
    if value is not None and not isinstance(value, str):
        raise CaseInvalid(field, f"{quoted(value)} is no word.")
    if value is not None and known is not None and value not in known:
        raise CaseInvalid(field, f"there is no {quoted(value)} among {', '.join(sorted(known)) or 'none'}.")
    return value


def _clock(clock: Clock, as_of: datetime, ledger: bool) -> dict:
    state = clock.state
    result: dict[str, object] = {"state": str(state), "due_at": _stamp(clock.due_at)}
    if state == State.PAUSED and (remaining := clock.remaining_seconds(as_of)) is not None:
        result["remaining_minutes"] = minutes(remaining)
    result["breached_at"] = _stamp(clock.breached_at)
    result["fulfilled_at"] = _stamp(clock.fulfilled_at if state == State.FULFILLED else None)
    result["breach_log"] = [stamp(breach.at) for breach in clock.breach_log]
    if ledger:
        result["started_at"] = _stamp(clock.started_at)
        result["ledger"] = [_entry(entry) for entry in clock.ledger]
    return result


def _entry(entry: Entry) -> dict:
    target = entry.target_seconds
    return {
        "at": stamp(entry.at),
        "kind": str(entry.kind),
        "rule": str(entry.rule),
        "event": entry.event,
        "source": entry.source,
        "policy": entry.policy,
        "priority": entry.priority,
        "target_minutes": None if target is None else minutes(target),
        "consumed_minutes": minutes(entry.consumed),
        "due_at": _stamp(entry.due_at),
        **({} if entry.percent is None else {"percent": entry.percent}),
    }


def _stamp(at: datetime | None) -> str | None:
    return None if at is None else stamp(at)


def main(arguments: list[str] | None = None) -> int:
    """Fold the histories on standard input."""
    parser = argparse.ArgumentParser(
        prog="python -m sla.clock", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--ledger", action="store_true", help="add how each clock came to stand as it does")
    ledger = parser.parse_args(arguments).ledger
    return _jsonl.main(lambda case: answer(case, ledger))
