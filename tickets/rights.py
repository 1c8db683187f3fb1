"""What a customer can do when something about a ticket is not right."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from sla import words
from sla.document.people import Tier
from tenants.models import User
from tenants.text import say
from tickets import callbacks, promise, refusals
from tickets.models import Clock, Event, Status, Ticket


def of(ticket: Ticket, clocks: Iterable[Clock], person: User, *, at: datetime) -> dict[str, Any]:
    """What the ticket's page offers; empty when there is nothing. No query: `beside` came with the ticket."""
    policy = promise.policy_for(ticket)
    beside = ticket.beside  # type: ignore[attr-defined]
    writes = ticket.status.kind != Status.Kind.CLOSED and ticket.merged_into_id is None
    call_at = beside["callback_at"]
    offered = {
        "may_complain": policy.complaints is not None,
        "complaints": beside["complaints"],
        "call_at": datetime.fromisoformat(call_at) if call_at else None,
        # Others who read the request know of a call, and have no say in it.
        "may_cancel": bool(call_at) and str(person.pk) in (beside["callback_by"], str(ticket.requester_id)),
        "is_call_theirs": bool(call_at) and str(person.pk) == beside["callback_by"],
        "may_call": writes and callbacks.phone_line(policy) is not None,
        "may_appeal": refusals.may_be_appealed(ticket),
        **_climb(ticket, clocks, at),
    }
    return offered if any(offered.values()) else {}


def named(offered: dict[str, Any]) -> list[str]:
    """What of() offers in words, for a page on which none of it can be done."""
    names = {
        "may_call": _("ask to be called"),
        "may_appeal": _("ask for a second look"),
        "may_climb": _("ask for the next line"),
        "may_complain": _("complain about how this was handled"),
    }
    return [name for key, name in names.items() if offered.get(key)]


def _climb(ticket: Ticket, clocks: Iterable[Clock], at: datetime) -> dict[str, Any]:
    tier = next_tier(ticket)
    if tier is None:
        return {}
    opens = climbs_at(ticket, clocks)
    if opens is None:
        return {}
    is_open = opens <= at
    return {"next_tier": say(tier.name), "may_climb": is_open, "climb_at": "" if is_open else words.when(opens)}


def next_tier(ticket: Ticket) -> Tier | None:
    """The tier that a customer can ask for in time; None on the highest, and where the policy has no such right."""
    policy = promise.policy_for(ticket)
    if policy.escalation.customer_may_after is None or not ticket.is_active or ticket.merged_into_id is not None:
        return None
    return policy.next_tier(ticket.tier.key)


def climbs_at(ticket: Ticket, clocks: Iterable[Clock]) -> datetime | None:
    """From when on the customer may ask for the next tier: so long after the present one got the ticket.

    In the hours of the ticket. None where the policy has no such right. A query only for a ticket without clocks.
    """
    policy = promise.policy_for(ticket)
    wait = policy.escalation.customer_may_after
    if wait is None:
        return None
    begun = [clock.started_at for clock in clocks if clock.metric == "tier" and clock.started_at]
    since = max(begun) if begun else _came_at(ticket)
    calendar = promise.calendar_of(ticket) or policy.calendar(policy.default_calendar)
    return calendar.add_days(since, wait.days) if wait.days else calendar.add(since, wait.seconds or 0)


def _came_at(ticket: Ticket) -> datetime:
    moves = Event.objects.filter(ticket=ticket, verb__in=("ticket.escalated", "ticket.handed_back"))
    return moves.order_by("-at", "-id").values_list("at", flat=True).first() or ticket.created_at
