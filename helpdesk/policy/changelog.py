"""What changed from one version of the policy to the next, as its readers understand it: names, hours and times.

`sla.document.diff` says it by field, for those who write the file; here it is said for those who are promised it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import date
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.utils.text import capfirst
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from helpdesk.policy.sections import HEADINGS, rules
from sla import words
from sla.document import SupportPolicy
from sla.document.durations import Duration
from sla.document.terms import METRICS
from sla.models import policy_of
from tenants.context import active_tenant_id
from tenants.text import Text, say
from tickets.promise import NAMES

#: So many single dates are named; the rest is counted.
MOST_DATES = 8
#: Parts that are told by name: the attribute of the policy, and the heading that it stands under.
KEYED = (
    ("priorities", "priorities"),
    ("categories", "categories"),
    ("channels", "channels"),
    ("tiers", "tiers"),
    ("exclusions", "covered"),
    ("contracts", "covered"),
    ("refusal_reasons", "refusals"),
)
#: What is not told of them.
UNSEEN = {"team", "escalates_to", "icon", "rank", "replaces"}
#: Parts of which it is told that they changed.
SINGLE = (
    ("responsibilities", "asking"),
    ("guidance", "asking"),
    ("suspension", "refusals"),
    ("fair_use", "fair-use"),
    ("maintenance", "maintenance"),
    ("feedback", "feedback"),
    ("complaints", "complaints"),
)


@dataclass(frozen=True)
class Part:
    """The changes below one heading of the page."""

    heading: str
    lines: tuple[str, ...]


def changes(former: UUID, later: UUID) -> tuple[Part, ...]:
    """What changed between two versions of the active tenant's policy, in the reader's language."""
    return _changes(active_tenant_id(), former, later, get_language() or "en")


# Versions never change, so neither does what changed between them.
@lru_cache(maxsize=512)
def _changes(tenant_id: int | None, former: UUID, later: UUID, _language: str) -> tuple[Part, ...]:
    return told(policy_of(tenant_id, former), policy_of(tenant_id, later))


def told(old: SupportPolicy, new: SupportPolicy) -> tuple[Part, ...]:
    """What changes from one policy to another, of which neither need be in force, in the reader's language."""
    found: dict[str, list[str]] = {}
    for anchor, line in _told(old, new):
        found.setdefault(anchor, []).append(line)
    order = [*HEADINGS, ""]
    return tuple(
        Part(str(HEADINGS.get(anchor, _("In general"))), tuple(found[anchor]))
        for anchor in sorted(found, key=order.index)
    )


def _told(old: SupportPolicy, new: SupportPolicy) -> Iterator[tuple[str, str]]:
    yield from (("times", line) for line in _times(old, new))
    yield from (("hours", line) for line in _hours(old, new))
    for name, anchor in KEYED:
        yield from ((anchor, line) for line in _members(getattr(old, name), getattr(new, name)))
    yield from (("priorities", line) for line in _matrix(old, new))
    if (
        rules(old) != rules(new)
        or say(old.escalation.text) != say(new.escalation.text)
        or (old.escalation.customer_may_after != new.escalation.customer_may_after)
    ):
        yield "tiers", _("When a request goes to the next line was set anew")
    for name, anchor in SINGLE:
        yield from ((anchor, line) for line in _single(getattr(old, name), getattr(new, name)))
    yield from (("", line) for line in _members(old.sections, new.sections))
    for name, line in (
        ("name", _("It is called “%(new)s” now")),
        ("organization", _("It is the policy of %(new)s now")),
    ):
        if say(getattr(old, name)) != say(getattr(new, name)):
            yield "", line % {"new": say(getattr(new, name))}
    if old.introduction != new.introduction:
        yield "", _("The introduction was changed")


def _times(old: SupportPolicy, new: SupportPolicy) -> Iterator[str]:
    """Targets, and the hours in which they count."""
    for key, terms in old.sla.items():
        if key not in new.sla:
            yield _("No longer there: %(name)s") % {"name": say(terms.name)}
    for key, terms in new.sla.items():
        if key not in old.sla:
            yield _("New: %(name)s") % {"name": say(terms.name)}
            continue
        name = f"{say(terms.name)}, " if len(new.sla) > 1 else ""
        for priority in new.priorities.values():
            where = f"{name}{say(priority.name)}"
            before, after = (each.sla[key].targets.get(priority.key, {}) for each in (old, new))
            for metric in METRICS:
                lengths = [each.get(metric) for each in (before, after)]
                if lengths[0] != lengths[1]:
                    yield f"{where}, {NAMES[metric]}: {_from_to(*map(_target, lengths))}"
            if before and after:
                hours = [say(each.calendars[each.calendar_key(key, priority.key)].name) for each in (old, new)]
                if hours[0] != hours[1]:
                    yield _("%(where)s: counted in %(hours)s now") % {"where": where, "hours": hours[1]}
        if old.sla[key].when != terms.when:
            yield _("%(name)s: for which requests it holds was changed") % {"name": say(terms.name)}
        if old.sla[key].pause_on != terms.pause_on:
            yield _("%(name)s: when the time stands still was changed") % {"name": say(terms.name)}


def _target(length: Duration | None) -> str:
    return words.duration(length) if length else _("not promised")


def _from_to(old: str, new: str) -> str:
    return _("%(old)s before, %(new)s now") % {"old": old, "new": new}


def _hours(old: SupportPolicy, new: SupportPolicy) -> Iterator[str]:
    for key, spec in old.calendars.items():
        if key not in new.calendars:
            yield _("No longer there: %(name)s") % {"name": say(spec.name)}
    for key, spec in new.calendars.items():
        if key not in old.calendars:
            yield _("New: %(name)s") % {"name": say(spec.name)}
            continue
        name = f"{say(spec.name)}, " if len(new.calendars) > 1 else ""
        yield from (f"{name}{line}" if name else capfirst(line) for line in _calendar(key, old, new))


def _calendar(key: str, old: SupportPolicy, new: SupportPolicy) -> Iterator[str]:
    before, after = old.calendar(key), new.calendar(key)
    for index in range(7):
        if before.weekly[index] != after.weekly[index]:
            shown = _from_to(words.intervals(before.weekly[index]), words.intervals(after.weekly[index]))
            yield f"{words.weekday(index)}: {shown}"
    if before.timezone != after.timezone:
        yield _("time zone: %(change)s") % {
            "change": _from_to(words.place(before.timezone), words.place(after.timezone))
        }
    was, now = old.calendars[key], new.calendars[key]
    was_closed, is_closed = was.closed(), now.closed()
    yield from _dates(_("closed now: %(dates)s"), {day: is_closed[day] for day in is_closed.keys() - was_closed.keys()})
    yield from _dates(
        _("no longer closed: %(dates)s"), {day: was_closed[day] for day in was_closed.keys() - is_closed.keys()}
    )
    for day in sorted({*was.opened(), *now.opened()}):
        hours = [each.open.get(day.toordinal()) for each in (before, after)]
        if hours[0] != hours[1]:
            told = [words.intervals(of) if of is not None else _("as usual") for of in hours]
            yield f"{words.full_date(day)}: {_from_to(*told)}"


def _dates(text: str, dates: Mapping[date, Text | None]) -> Iterator[str]:
    if not dates:
        return
    named = [
        f"{words.full_date(day)} ({say(dates[day])})" if dates[day] else words.full_date(day)
        for day in sorted(dates)[:MOST_DATES]
    ]
    if len(dates) > MOST_DATES:
        named.append(_("%(count)s more") % {"count": len(dates) - MOST_DATES})
    yield text % {"dates": "; ".join(named)}


def _members(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[str]:
    """Things with a name: which came, which went, which are others now."""
    for key, thing in old.items():
        if key not in new:
            yield _("No longer there: %(name)s") % {"name": _title(thing)}
    for key, thing in new.items():
        if key not in old:
            yield _("New: %(name)s") % {"name": _title(thing)}
        elif _seen(thing) != _seen(old[key]):
            yield from _member(old[key], thing)
    stayed = [key for key in new if key in old]
    if stayed != [key for key in old if key in new]:
        yield _("The order is now: %(names)s") % {"names": ", ".join(_title(thing) for thing in new.values())}


def _seen(thing: Any) -> list[object]:
    """What readers know of a thing: neither who works on it nor where it stands."""
    return [getattr(thing, field.name) for field in fields(thing) if field.name not in UNSEEN]


def _member(old: Any, new: Any) -> Iterator[str]:
    was, name = _title(old), _title(new)
    if was != name:
        yield _("“%(old)s” is called “%(new)s” now") % {"old": was, "new": name}
        return
    meaning = say(getattr(new, "meaning", None))
    if meaning and meaning != say(getattr(old, "meaning", None)):
        yield _("%(name)s means now: %(meaning)s") % {"name": name, "meaning": meaning}
        return
    was_on, is_on = (getattr(each, "on", True) for each in (old, new))
    if was_on != is_on:
        text = _("%(name)s is open to you now") if is_on else _("%(name)s is no longer open")
        yield text % {"name": name}
        return
    yield _("Changed: %(name)s") % {"name": name}


def _title(thing: Any) -> str:
    for name in ("name", "title", "text"):
        if said := say(getattr(thing, name, None)):
            return said
    return str(thing.key)


def _matrix(old: SupportPolicy, new: SupportPolicy) -> Iterable[str]:
    if old.matrix == new.matrix:
        return ()
    if old.matrix is None or new.matrix is None:
        return [_("New: impact and urgency lead to a priority") if new.matrix else _("No longer: impact and urgency")]
    return _cells(old, new)


def _cells(old: SupportPolicy, new: SupportPolicy) -> Iterator[str]:
    assert old.matrix is not None and new.matrix is not None
    for impact in new.matrix.impacts.values():
        for urgency in new.matrix.urgencies.values():
            before = old.priority_from(impact.key, urgency.key)
            after = new.priority_from(impact.key, urgency.key)
            if before and after and before.key != after.key:
                where = f"{say(impact.name)} × {say(urgency.name)}"
                yield f"{where}: {_from_to(say(before.name), say(after.name))}"


def _single(old: object, new: object) -> Iterator[str]:
    if old == new:
        return
    if not old:
        yield _("New")
    elif not new:
        yield _("No longer there")
    else:
        yield _("The text was changed")
