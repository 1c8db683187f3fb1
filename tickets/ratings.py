"""Reading ratings: what can be said of a ticket now, what came of many, and what to improve."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from tenants import signing
from tenants.models import User
from tenants.text import say
from tickets.actions.rating import correctable_until, may_be_rated
from tickets.models import Rating, Ticket
from tickets.promise import policy_for

#: What links in mails are signed for.
PURPOSE = "rating"
#: What the form of a page is signed for that was opened by a link, and how long it can be sent.
SEEN, OPEN_FOR = "rating.seen", timedelta(days=1)
#: How long a link in a mail can be used.
LIFE = timedelta(days=30)


@dataclass(frozen=True)
class Asked:
    """What the one who asked for help can say of it now."""

    ticket: Ticket
    rating: Rating | None
    question: str
    scale: int
    until: datetime | None  # what was said can be changed until then; None before anything is said
    may_rate: bool

    @property
    def said(self) -> dict[str, Any]:
        """What a form begins with."""
        return {"score": self.score, "comment": self.comment}

    @property
    def score(self) -> int | None:
        """What was said, if anything."""
        return self.rating.score if self.rating else None

    @property
    def comment(self) -> str:
        """The words that were said with it."""
        return self.rating.comment if self.rating else ""


def asked_of(ticket: Ticket, *, at: datetime) -> Asked | None:
    """What a ticket's requester can say of it; None where the policy collects no ratings. One query.

    The ticket brings its status.
    """
    feedback = policy_for(ticket).feedback
    if feedback is None:
        return None
    rating = Rating.objects.filter(ticket=ticket).first()
    until = correctable_until(rating, policy_for(ticket)) if rating else None
    return Asked(
        ticket=ticket,
        rating=rating,
        question=say(feedback.question),
        scale=rating.scale if rating else feedback.scale,
        until=until,
        may_rate=at < until if until is not None else may_be_rated(ticket),
    )


def token(rating: Rating, person: User, score: int) -> str:
    """What a link in a mail carries: one score of one rating, for the one who was asked, at their address of today."""
    until = rating.opened_at + LIFE
    return signing.sign(
        PURPOSE, subject=rating.ticket_id, person=person.pk, until=until, stamp=person.email, value=score
    )


def form_of_bearer(asked: Asked | None, person: User, *, at: datetime) -> dict[str, str]:
    """Where whoever holds a signed link to a ticket sends its rating, and what shows that they have seen the page.

    Empty until somebody was asked for one by mail.
    """
    if asked is None or asked.rating is None:
        return {}
    seen = signing.sign(SEEN, subject=asked.ticket.pk, person=person.pk, until=at + OPEN_FOR)
    return {"rating_token": token(asked.rating, person, 1), "seen": seen}


def read_token(text: str, *, at: datetime) -> tuple[Ticket, User, int]:
    """The ticket, the person and the score of a token. Raises LinkRefused of tenants.signing."""
    link = signing.read(PURPOSE, text, at=at)
    tickets = Ticket.objects.select_related("status", "category", "merged_into", "requester__role")
    ticket = tickets.filter(pk=link.subject, requester=link.person, requester__is_active=True).first()
    if ticket is None:
        raise signing.LinkRevoked
    link.require_stamp(ticket.requester.email)
    return ticket, ticket.requester, link.value


def latest_of(ticket_id: UUID) -> Rating | None:
    """The rating of a ticket, with who looked at it. One query."""
    return Rating.objects.filter(ticket=ticket_id).select_related("agent", "reviewed_by", "ticket").first()
