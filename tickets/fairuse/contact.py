"""From when a ticket may be asked about over chat, phone or a callback, and what is said until then (clause D7)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from sla import followup, words
from sla.document import SupportPolicy
from tickets import desk
from tickets.models import Message, Ticket

#: Ways over which people talk about a ticket: what a contact about it may not come over before its time.
TALKS = ("chat", "phone")


@dataclass(frozen=True)
class Contact:
    """Whether a ticket may be asked about now; when not, from when on, and why."""

    is_open: bool
    #: When the pause ends, or ended; None where the policy asks for none.
    opens_at: datetime | None = None
    #: What the customer reads; empty while contact is open.
    sentence: str = ""


def talks(policy: SupportPolicy) -> list[str]:
    """Those of them that are on."""
    return [key for key in TALKS if key in policy.channels and policy.channels[key].on]


def contact_about(ticket: Ticket, *, at: datetime) -> Contact:
    """How it stands with contact about a ticket. One query where the policy counts from the last answer, else none.

    A ticket on which nobody works any more may be asked about at any time. Raises PolicyMissing.
    """
    policy = desk.current_policy().policy
    fair_use = policy.fair_use
    if fair_use.follow_up_pause is None or not ticket.is_active:
        return Contact(is_open=True)
    answered_at = _answered_at(ticket) if fair_use.follow_up_from == "answer" else None
    pause = followup.pause(
        fair_use, filed_at=ticket.created_at, answered_at=answered_at, calendar=policy.calendar(None)
    )
    if pause is None or pause.is_over(at):
        return Contact(is_open=True, opens_at=pause.opens_at if pause else None)
    told = {"time": words.when(pause.opens_at), "length": words.duration(fair_use.follow_up_pause)}
    if pause.counted_from == "answer":
        sentence = _(
            "We work on it. By chat or phone you can ask about it from %(time)s: %(length)s after our last answer."
        )
    else:
        sentence = _(
            "We work on it. By chat or phone you can ask about it from %(time)s: %(length)s after you sent it."
        )
    return Contact(is_open=False, opens_at=pause.opens_at, sentence=sentence % told)


def _answered_at(ticket: Ticket) -> datetime | None:
    answers = Message.objects.filter(ticket=ticket, kind=Message.Kind.PUBLIC, by_staff=True)
    return answers.order_by("-posted_at").values_list("posted_at", flat=True).first()
