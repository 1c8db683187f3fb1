"""The way to a deadline in words: which stretches counted, which days did not and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext, ngettext

from sla._walk import ClockChange, Skipped, Stretch, Walk
from sla.hours import Calendar
from sla.words import Day, day, length
from tenants.text import say

Step = Stretch | Skipped | ClockChange
#: A longer way is told by its beginning and its end, so that a target of ten years is not ten years of lines.
LONGEST = timedelta(days=120)
#: A sentence names so many steps at most.
MOST_PARTS = 7
WHOLE_DAY = 24 * 3600


@dataclass(frozen=True)
class Gap:
    """The middle of a long way: how many days are not named one by one, and the open seconds among them."""

    days: int
    seconds: int
    kind: str = "gap"


@dataclass(frozen=True)
class Way:
    """The steps from one instant to another by one calendar, and the open seconds that they add up to."""

    calendar: Calendar
    begins: datetime
    ends: datetime
    seconds: int
    steps: tuple[Step | Gap, ...]


def between(calendar: Calendar, begins: datetime, ends: datetime) -> Way:
    """Retrace a calendar; the middle of a long way is summed up."""
    if ends - begins <= LONGEST:
        walk = calendar.explain_between(begins, ends)
        return Way(calendar, begins, ends, walk.seconds, walk.steps)
    first, last = begins + LONGEST / 2, ends - LONGEST / 2
    head, tail = calendar.explain_between(begins, first), calendar.explain_between(last, ends)
    middle = calendar.between(first, last)
    steps = (*head.steps, Gap((last - first).days, middle), *tail.steps)
    return Way(calendar, begins, ends, head.seconds + middle + tail.seconds, steps)


def steps(calendar: Calendar, way: Walk | Way) -> list[Day]:
    """The way to a deadline, day by day, in the zone of the calendar."""
    return [_line(calendar, step) for step in way.steps]


def _line(calendar: Calendar, step: Step | Gap) -> Day:
    if isinstance(step, Gap):
        text = gettext("%(length)s count") % {"length": length(step.seconds)}
        return Day(ngettext("%(count)s day", "%(count)s days", step.days) % {"count": step.days}, text, True)
    return Day(day(step.date), _step(calendar, step), isinstance(step, Stretch), step.date)


def _step(calendar: Calendar, step: Step) -> str:
    if isinstance(step, ClockChange):
        return gettext("the clocks change by %(length)s") % {"length": length(abs(step.seconds))}
    if isinstance(step, Skipped):
        return _why(step)
    begin, end = _times(calendar, step)
    said = gettext("%(begin)s–%(end)s count: %(length)s") % {
        "begin": begin,
        "end": end,
        "length": length(step.seconds),
    }
    name = say(step.name)  # type: ignore[arg-type]
    return f"{said} ({name})" if name else said


def _times(calendar: Calendar, step: Stretch) -> tuple[str, str]:
    begin, end = (date_format(timezone.localtime(each, calendar.zone), "H:i") for each in (step.begins, step.ends))
    return begin, "24:00" if end == "00:00" else end


def _why(step: Skipped) -> str:
    name = say(step.name)  # type: ignore[arg-type]
    if name:
        return gettext("closed: %(name)s") % {"name": name}
    return {
        "weekend": gettext("closed: weekend"),
        "closed_weekday": gettext("closed on this day of the week"),
        "holiday": gettext("closed: holiday"),
        "moved": gettext("closed: working day moved elsewhere"),
        "after_hours": gettext("closed already"),
        "clock_change": gettext("closed: the clocks change"),
    }[str(step.reason)]


def parts(way: Way, *, is_last: bool, is_first: bool = True) -> list[str]:
    """The way in a few parts of a sentence, in the zone of the calendar: "Friday 9 January 1 h until closing at 18:00".

    `is_last`: the way ends at the deadline, so that what its last stretch counts is what remained, unless it is the
    only one and nothing counted before (`is_first`).
    """
    last = way.steps[-1] if is_last and way.steps else None
    opened = [step for step in way.steps if isinstance(step, Stretch | Gap)]
    is_alone = is_first and len(opened) == 1
    found: list[tuple[str, list[Step | Gap]]] = []
    for kind, group in groupby(way.steps, key=_alike):
        run = list(group)
        if kind[0] == "skipped":
            found.append((_closed(run), run))  # type: ignore[arg-type]
        else:
            found += [(_counted(way, step, step is last, is_alone), [step]) for step in run]
    if len(found) <= MOST_PARTS:
        return [text for text, _steps in found]
    return [found[0][0], _summed_up([step for _text, run in found[1:-1] for step in run]), found[-1][0]]


def _summed_up(inside: Sequence[Step | Gap]) -> str:
    """The middle of a way in one part: how many days it took, and what counted among them."""
    days = len({step.date for step in inside if not isinstance(step, Gap)})
    days += sum(step.days for step in inside if isinstance(step, Gap))
    seconds = sum(step.seconds for step in inside if isinstance(step, Stretch | Gap))
    told = ngettext("in the %(count)s day between: %(length)s", "in the %(count)s days between: %(length)s", days)
    return told % {"count": days, "length": length(seconds)}


def _alike(step: Step | Gap) -> tuple[str, str]:
    """Days that are closed for the same reason are told together."""
    return (step.kind, _why(step)) if isinstance(step, Skipped) else (step.kind, "")


def _closed(run: Sequence[Skipped]) -> str:
    if len(run) == 1:
        return f"{day(run[0].date)} {_why(run[0])}"
    return gettext("%(first)s to %(last)s %(why)s") % {
        "first": day(run[0].date),
        "last": day(run[-1].date),
        "why": _why(run[0]),
    }


def _counted(way: Way, step: Step | Gap, is_last: bool, is_alone: bool) -> str:
    if isinstance(step, Gap):
        days = ngettext("%(count)s day", "%(count)s days", step.days) % {"count": step.days}
        return f"{days}: {length(step.seconds)}"
    if not isinstance(step, Stretch):
        return f"{day(step.date)} {_step(way.calendar, step)}"
    values = {"day": day(step.date), "length": length(step.seconds), "time": _times(way.calendar, step)[1]}
    if is_last:
        if is_alone:
            return gettext("%(length)s on %(day)s") % values
        return gettext("%(day)s the remaining %(length)s") % values
    if step.to_closing and step.seconds < WHOLE_DAY:
        return gettext("%(day)s %(length)s until closing at %(time)s") % values
    return gettext("%(day)s %(length)s until %(time)s") % values
