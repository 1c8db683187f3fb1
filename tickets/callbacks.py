"""Calls to be made: when they can be asked for, and which of them are due."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import QuerySet
from django.utils import timezone

from sla import words
from sla.document import SupportPolicy
from sla.document.people import Channel
from sla.hours import Calendar
from tenants.models import User
from tickets.models import Callback, Ticket

#: A call has so much room, and begins at such steps of the hour.
STEP = timedelta(minutes=30)
#: So soon nobody is ready.
NOTICE = timedelta(minutes=30)
#: So far ahead a call can be agreed on.
LONGEST = timedelta(days=14)
#: The days that a form offers.
MOST_DAYS = 5
_DIGITS = re.compile(r"\d")
_PHONE = re.compile(r"[+\d][\d\s()./\-]{3,32}(?:\s*(?:ext|x|доб|int)\.?\s*\d{1,6})?", re.IGNORECASE)


@dataclass(frozen=True)
class Taken:
    """Calls that are agreed on, and how many there can be at once; any number without a limit."""

    limit: int | None = None
    times: tuple[datetime, ...] = ()

    def has_room(self, at: datetime) -> bool:
        """Whether one more can begin at an instant: never more than the limit overlap with it."""
        return self.limit is None or sum(abs(other - at) < STEP for other in self.times) < self.limit


def phone_line(policy: SupportPolicy) -> Channel | None:
    """The phone channel, where it is on and calls back."""
    found = policy.channels.get("phone")
    return found if found is not None and found.on and found.callback else None


def calendar_of(policy: SupportPolicy) -> Calendar | None:
    """The hours in which it calls; None where it does not."""
    line = phone_line(policy)
    return policy.calendar(line.calendar) if line else None


def is_phone(number: str) -> bool:
    """Whether somebody can dial this: 5 to 15 digits (E.164), with what people write between them."""
    return bool(_PHONE.fullmatch(number.strip())) and 5 <= len(_DIGITS.findall(number)) <= 20


def is_free(calendar: Calendar, at: datetime) -> bool:
    """Whether somebody is there for a whole call from an instant on."""
    closes = calendar.next_close(at)
    return calendar.is_open(at) and (closes is None or closes >= at + STEP)


def taken(policy: SupportPolicy, now: datetime, *, but: Callback | None = None) -> Taken:
    """The calls that are agreed on from now on. One query, where the policy limits how many there can be at once."""
    line = phone_line(policy)
    if line is None or line.calls_at_once is None:
        return Taken()
    found = Callback.objects.filter(state=Callback.State.WANTED, at__gt=now - STEP, at__lt=now + LONGEST + STEP)
    if but is not None:
        found = found.exclude(pk=but.pk)
    return Taken(line.calls_at_once, tuple(found.order_by("at").values_list("at", flat=True)))


def slots(calendar: Calendar, now: datetime, taken: Taken | None = None) -> Iterator[datetime]:
    """Beginnings of calls from now on, in order, until so far ahead as any can be agreed on."""
    if taken is not None and taken.limit is not None:
        yield from (at for at in slots(calendar, now) if taken.has_room(at))
        return
    at = _ceiled(now + NOTICE)
    while at <= now + LONGEST:
        if is_free(calendar, at):
            yield at
            at += STEP
            continue
        opens = calendar.next_open(at) if not calendar.is_open(at) else None
        at = max(_ceiled(opens), at + STEP) if opens is not None else at + STEP
        if opens is None and not calendar.is_open(at) and calendar.next_open(at) is None:
            return


def by_day(calendar: Calendar, now: datetime, taken: Taken | None = None) -> list[tuple[str, list[tuple[str, str]]]]:
    """Choices for a form: days, each with its times, in the reader's zone. Values are instants in UTC."""
    days: dict[str, list[tuple[str, str]]] = {}
    for at in slots(calendar, now, taken):
        local = timezone.localtime(at)
        name = words.day(local.date())
        if name not in days and len(days) == MOST_DAYS:
            break
        days.setdefault(name, []).append((at.isoformat(), f"{local:%H:%M}"))
    return list(days.items())


def _ceiled(at: datetime) -> datetime:
    """The next half hour; all zones of today lie whole quarters of an hour apart."""
    whole = at.replace(minute=0, second=0, microsecond=0)
    while whole < at:
        whole += STEP
    return whole


def wanted_by(person: User) -> QuerySet[Callback]:
    """Calls that are to be made on tickets that this agent sees, the next one first."""
    seen = Ticket.objects.visible_to(person).filter(callbacks__state=Callback.State.WANTED).values("pk")
    found = Callback.objects.filter(state=Callback.State.WANTED, ticket__in=seen)
    return with_ticket(found).order_by("at", "id")


def with_ticket(found: QuerySet[Callback]) -> QuerySet[Callback]:
    """With what a row shows."""
    joined = found.select_related("ticket__assignee", "ticket__team", "requester__role")
    return joined.defer("ticket__description", "ticket__answers")


def open_on(ticket: Ticket) -> Callback | None:
    """The call that is agreed on for a ticket."""
    return with_ticket(Callback.objects.filter(ticket=ticket, state=Callback.State.WANTED)).first()
