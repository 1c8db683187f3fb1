"""Reads the policies of `python -m sla.clock`: targets by priority and metric."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from sla._jsonl import CaseInvalid, read_calendar, read_days, read_minutes
from sla._wall import quoted
from sla.clock.events import APPROVAL, STATUSES
from sla.clock.terms import METRICS, Metric, OnPromise, Target, TargetTable
from sla.hours import Calendar

TARGET_FIELDS = {"minutes", "days", "warn", "pause_on", "calendar", "on_promise"}
POLICY_FIELDS = {"calendar", "pause_on", "on_promise"}
PAUSES = STATUSES | {APPROVAL}
PAUSABLE = (*METRICS, Metric.TIER)


@dataclass(frozen=True, slots=True)
class Usual:
    """What holds for all targets of a policy that say nothing else."""

    calendar: Calendar
    pauses: Mapping[str, frozenset[str]]
    on_promise: OnPromise


def read_terms(policies: dict, calendar: Calendar) -> TargetTable:
    """The targets of all policies; those without a calendar of their own use the one given."""
    targets: dict[tuple, Target] = {}
    tiers: dict[tuple, Target] = {}
    measures: dict[object, Target] = {}
    for policy, priorities in policies.items():
        path = f"policies.{policy}"
        usual = _usual(read_object(priorities, path), path, calendar)
        measures[policy] = Target(usual.calendar, pause_on=usual.pauses.get(Metric.TIER), open_ended=True)
        for priority in priorities.keys() - POLICY_FIELDS:
            for metric, field, value in _promised(priorities[priority], f"{path}.{priority}"):
                if metric != "tiers":
                    targets[policy, priority, metric] = _target(value, field, usual, metric)
                    continue
                for tier, length in read_object(value, field).items():
                    if length is not None:
                        tiers[policy, priority, tier] = _target(length, f"{field}.{tier}", usual, Metric.TIER)
    return TargetTable(targets, tiers, measures)


def read_object(value: object, field: str) -> dict:
    """The value itself if it is an object."""
    if not isinstance(value, dict):
        raise CaseInvalid(field, "this must be an object.")
    return value


def read_name(value: object, field: str, known: Collection[str] | None = None) -> str | None:
    """A word or nothing; one of those known, if they are."""
    if value is not None and not isinstance(value, str):
        raise CaseInvalid(field, f"{quoted(value)} is no word.")
    if value is not None and known is not None and value not in known:
        raise CaseInvalid(field, f"there is no {quoted(value)} among {', '.join(sorted(known)) or 'none'}.")
    return value


def _usual(policy: dict, path: str, calendar: Calendar) -> Usual:
    own, pauses = policy.get("calendar"), read_object(policy.get("pause_on") or {}, f"{path}.pause_on")
    for metric in pauses:
        read_name(metric, f"{path}.pause_on", PAUSABLE)
    return Usual(
        calendar if own is None else read_calendar(own, f"{path}.calendar"),
        {metric: _statuses(pauses[metric], f"{path}.pause_on.{metric}") for metric in pauses},
        _on_promise(policy.get("on_promise") or OnPromise.LEAVE, f"{path}.on_promise"),
    )


def _promised(targets: object, path: str) -> Iterator[tuple[str, str, object]]:
    for metric, value in read_object(targets, path).items():
        field = f"{path}.{metric}"
        if metric not in METRICS and metric != "tiers":
            raise CaseInvalid(field, f"there is no such metric; the metrics are {', '.join(METRICS)}.")
        if value is not None:
            yield metric, field, value


def _target(value: object, field: str, usual: Usual, metric: str) -> Target:
    pauses = usual.pauses.get(metric)
    if not isinstance(value, dict):
        return Target(usual.calendar, seconds=read_minutes(value, field), pause_on=pauses, on_promise=usual.on_promise)
    if value.keys() - TARGET_FIELDS:
        raise CaseInvalid(field, f"a target has only the fields {', '.join(sorted(TARGET_FIELDS))}.")
    if value.get("pause_on") is not None:
        pauses = _statuses(value["pause_on"], f"{field}.pause_on")
    warn = value.get("warn", [])
    if not isinstance(warn, list) or not all(type(percent) is int for percent in warn):
        raise CaseInvalid(f"{field}.warn", "write a list of percentages such as [50, 75].")
    try:
        return Target(
            read_calendar(value["calendar"], f"{field}.calendar") if "calendar" in value else usual.calendar,
            seconds=read_minutes(value["minutes"], field) if "minutes" in value else None,
            days=read_days(value["days"], field) if "days" in value else None,
            warn=tuple(warn),
            pause_on=pauses,
            on_promise=_on_promise(value.get("on_promise", usual.on_promise), f"{field}.on_promise"),
        )
    except CaseInvalid:
        raise
    except ValueError as error:
        raise CaseInvalid(field, str(error)) from None


def _statuses(value: object, field: str) -> frozenset[str]:
    if not isinstance(value, list) or not all(isinstance(status, str) and status in PAUSES for status in value):
        raise CaseInvalid(field, f"write a list of statuses: {', '.join(sorted(PAUSES))}.")
    return frozenset(value)


def _on_promise(value: object, field: str) -> OnPromise:
    if not isinstance(value, str) or value not in tuple(OnPromise):
        raise CaseInvalid(field, f"{quoted(value)} is no choice; write {' or '.join(OnPromise)}.")
    return OnPromise(value)
