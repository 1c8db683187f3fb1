"""Asking again: each time is an event of the ticket, answered at once with how it stands, and counted. Clause D10."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db.models.functions import Left

from tenants.models import User
from tickets import desk, events
from tickets.actions import conduct
from tickets.fairuse.contact import contact_about
from tickets.fairuse.pressing import presses
from tickets.models import Event, Message, Status, Ticket

#: So many of the last messages are compared with a new one, and so much of each.
MOST_COMPARED, LONGEST_COMPARED = 20, 4000
_WAITS = (Status.Kind.NEW, Status.Kind.OPEN)


def is_nudge(ticket: Ticket, *, author: User, body: str, has_files: bool, at: datetime) -> bool:
    """Whether what a customer is about to write on a locked ticket only asks again, as the policy has it.

    It does when support owes the next word, and the message brings neither a file nor anything new: see
    `tickets.fairuse.pressing`. One query, and none where the policy knows no nudges. Raises PolicyMissing.
    """
    rule = desk.current_policy().policy.fair_use.nudges
    if rule is None or author.is_staff_member or has_files or ticket.status.kind not in _WAITS:
        return False
    public = Message.objects.filter(ticket=ticket, kind=Message.Kind.PUBLIC)
    latest = list(
        public.order_by("-posted_at", "-id").values_list("by_staff", "posted_at", Left("body", LONGEST_COMPARED))[
            :MOST_COMPARED
        ]
    )
    if not latest or latest[0][0]:
        return False
    if rule.within is not None and at - latest[0][1] > timedelta(seconds=rule.within.seconds or 0):
        return False
    said = [body for by_staff, _, body in latest if not by_staff]
    return presses(body, [ticket.subject, *said], new_words=rule.new_words)


def nudge(
    ticket: Ticket, *, person: User, channel: str, at: datetime, by: User | None = None, number: int | None = None
) -> Event:
    """Write down that a customer asked again over a channel; they are told how it stands, by mail and on the page.

    `by` is the agent who noted it, `number` the second ticket that was joined with this one. Raises PolicyMissing.
    """
    strikes = desk.current_policy().policy.fair_use.strikes
    count = _nudges(ticket) + 1
    contact = contact_about(ticket, at=at)
    more: dict[str, Any] = {} if number is None else {"number": number}
    if contact.opens_at is not None and not contact.is_open:
        more["opens_at"] = contact.opens_at.isoformat()
    event = events.record(
        ticket,
        "ticket.nudged",
        # The answer is the helpdesk's: whoever asked reads it too.
        actor=None,
        at=at,
        person=str(person.pk),
        name=person.name,  # an address would stand here for ever
        by=str(by) if by else "",
        channel=channel,
        count=count,
        status=ticket.status.key,
        tier=ticket.tier.key,
        **more,
    )
    if number is None:
        free = strikes.free_nudges if strikes else 0
        conduct.count(conduct.Kind.NUDGE, person=person, ticket=ticket, at=at, actor=by, free=free)
    return event


def _nudges(ticket: Ticket) -> int:
    """How often it was asked again about a ticket: not by a second one that turned out to be another matter."""
    told = Event.objects.filter(ticket=ticket, verb__in=("ticket.nudged", "ticket.released")).order_by("at", "id")
    numbers: list[int | None] = []
    for verb, number in told.values_list("verb", "data__number"):
        if verb == "ticket.nudged":
            numbers.append(number)
        else:
            numbers = [each for each in numbers if each != number]
    return len(numbers)
