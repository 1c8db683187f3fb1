"""Try a policy before it is used: `python -m sla.clock < timelines.jsonl`.

One JSON object a line, a ticket's history in, its clocks out, in order:

    {"id": "t", "calendar": {...}, "policy": "standard", "priority": "normal",
     "policies": {"standard": {"normal": {"first_response": 120, "resolution": 250}}},
     "events": [{"at": "2013-06-04T09:00:00Z", "type": "created", "by": "customer", "status": "open"},
                {"at": "2013-06-04T09:10:00Z", "type": "status", "to": "pending"}],
     "as_of": "2013-06-04T10:31:00Z"}

Targets are minutes, or objects such as `{"minutes": 120, "warn": [75], "pause_on": ["pending"]}` and `{"days": 3}`.
Beside its priorities a policy may have a "calendar" of its own, "pause_on": {"resolution": ["pending"]}, and
"on_promise": "extend". Events are created, agent_reply, customer_reply, internal_note, status, priority, policy,
calendar (`to` is its new version), assigned, tagged, merged, deleted, spam, restored and some more that change no
clock.

Four things more are answered when the history has them. An agent's promise, `{"type": "promised", "to":
"2013-06-04T15:00:00Z", "reason": "..."}`, adds a clock to "promises". A ticket created with `"tier": "1"` and moved by
`{"type": "tier", "to": "2"}` has a clock for each tier in "tiers", with a target where a priority has
`"tiers": {"1": 240}`. And `"windows": [{"from": "...", "to": "...", "metrics": ["resolution"], "reason": "..."}]` stop
clocks; without "to" they last, and with "known_at" they were entered late. From `{"type": "approval_asked", "to":
"A1"}` until `"approval_ended"` of the same name those stand still that have "approval" among their "pause_on".

A line that can't be read is answered with an `error` line. The exit status is 1 if there was one.
"""

import argparse
from collections.abc import Iterator
from datetime import datetime

from sla import _jsonl
from sla._jsonl import CaseInvalid, minutes, read_calendar, read_instant
from sla._wall import quoted, stamp
from sla.clock import Clock, Entry, Event, EventType, HistoryInvalid, State, Window, fold
from sla.clock.events import STATUSES
from sla.clock.policies import read_name, read_object, read_terms
from sla.clock.terms import METRICS
from sla.hours import Calendar

KNOWN = {EventType.STATUS: STATUSES}
NAMED = {
    EventType.STATUS,
    EventType.PRIORITY,
    EventType.POLICY,
    EventType.TIER,
    EventType.APPROVAL_ASKED,
    EventType.APPROVAL_ENDED,
}
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
    policies = read_object(case.get("policies"), "policies")
    terms = read_terms(policies, calendar)
    history, windows = list(_events(case, policies, calendar)), list(_windows(case))
    try:
        clocks = fold(history, terms, as_of, windows)
    except HistoryInvalid as error:
        raise CaseInvalid("events", str(error)) from None
    more: dict[str, object] = {}
    if clocks.promises:
        more["promises"] = [_clock(clock, as_of, ledger) for clock in clocks.promises]
    if clocks.tiers:
        more["tiers"] = {
            str(tier): _clock(clock, as_of, ledger) | {"held_minutes": minutes(clock.consumed_at(as_of))}
            for tier, clock in clocks.tiers.items()
        }
    return {
        "first_response": _clock(clocks.first_response, as_of, ledger),
        "next_response": [_clock(clock, as_of, ledger) for clock in clocks.next_response],
        "periodic_update": [_clock(clock, as_of, ledger) for clock in clocks.periodic_update],
        "resolution": _clock(clocks.resolution, as_of, ledger),
        **more,
    }


def _events(case: dict, policies: dict, calendar: Calendar) -> Iterator[Event]:
    events = case.get("events")
    if not isinstance(events, list):
        raise CaseInvalid("events", "write a list of events; the first is the creation of the ticket.")
    policy, priority = read_name(case.get("policy"), "policy", policies), read_name(case.get("priority"), "priority")
    for index, event in enumerate(events):
        path = f"events[{index}]"
        kind, at, to, old = _kind(read_object(event, path), path), _at(event, "at", path), event.get("to"), None
        if kind == EventType.CALENDAR:
            old, calendar = calendar, read_calendar(to, f"{path}.to")
            to = calendar
        elif kind == EventType.PROMISED:
            to = _at(event, "to", path)
        elif kind in NAMED:
            to = read_name(to, f"{path}.to", KNOWN.get(kind, policies if kind == EventType.POLICY else None))
        else:
            to = None
        yield Event(
            at,
            kind,
            by=read_name(event.get("by"), f"{path}.by"),
            to=to,
            source=event.get("id", index),
            status=read_name(event.get("status"), f"{path}.status") or "new",
            policy=policy,
            priority=priority,
            replaces=old,
            tier=read_name(event.get("tier"), f"{path}.tier"),
            reason=read_name(event.get("reason"), f"{path}.reason"),
        )


def _windows(case: dict) -> Iterator[Window]:
    windows = case.get("windows") or []
    if not isinstance(windows, list):
        raise CaseInvalid("windows", "write a list of windows, each with from, to, metrics and reason.")
    for index, window in enumerate(windows):
        path = f"windows[{index}]"
        metrics = read_object(window, path).get("metrics", list(METRICS))
        if not isinstance(metrics, list) or not all(isinstance(metric, str) for metric in metrics):
            raise CaseInvalid(f"{path}.metrics", f"write a list of metrics: {', '.join(METRICS)}.")
        try:
            yield Window(
                _at(window, "from", path),
                None if window.get("to") is None else _at(window, "to", path),
                frozenset(metrics),
                read_name(window.get("reason"), f"{path}.reason") or "",
                source=window.get("id", index),
                known_at=None if window.get("known_at") is None else _at(window, "known_at", path),
            )
        except CaseInvalid:
            raise
        except ValueError as error:
            raise CaseInvalid(path, str(error)) from None


def _at(event: dict, field: str, path: str) -> datetime:
    try:
        return read_instant(event, field)
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
        **({} if entry.reason is None else {"reason": entry.reason}),
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
