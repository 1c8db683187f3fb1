"""Links in mails that show one ticket to one person without an account.

Whoever holds the link is taken for that person, on that ticket alone: what is public there is shown, and what they do
is done in that person's name. So it says until when it lives, it ends some time after the ticket did, the person can
end it at once, another main address ends it, and looking at it changes nothing: mail programs open links by themselves.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from tenants import signing
from tenants.models import User
from tickets import endings
from tickets.models import EndedLinks, Ticket

PURPOSE = "ticket"
#: From the mail on.
LIFE = timedelta(days=30)
#: From the end of the ticket on: time enough to say that it is not solved after all.
AFTER_THE_END = timedelta(days=14)


class TicketOver(signing.LinkExpired):
    """The ticket ended long ago."""

    sentence = _("This request ended some time ago, so its links no longer open it. Sign in to read it.")
    code = "link_ticket_over"


class NoLongerYours(signing.LinkRevoked):
    """The person may not see the ticket any more."""

    sentence = _("You no longer take part in this request, so its links no longer open it for you.")
    code = "link_no_longer_yours"


@dataclass(frozen=True)
class Bearer:
    """Who holds a valid link, and what it opens."""

    ticket: Ticket
    person: User
    until: datetime

    @property
    def must_confirm(self) -> bool:
        """As must_confirm() of the module."""
        return must_confirm(self.ticket, self.person)


def must_confirm(ticket: Ticket, person: User) -> bool:
    """Whether the ticket was filed in this person's name by somebody who had not shown to be them."""
    return ticket.is_unproven and ticket.requester_id == person.pk


def token_for(ticket: Ticket, person: User, *, at: datetime) -> str:
    """The token of a link that lives from an instant on."""
    return signing.sign(PURPOSE, subject=ticket.pk, person=person.pk, until=at + LIFE, stamp=_stamp(ticket.pk, person))


def opened(token: str, *, at: datetime) -> Bearer:
    """What a link opens, and for whom.

    Raises LinkAltered, LinkElsewhere, LinkExpired and TicketOver, LinkRevoked and NoLongerYours.
    """
    link = signing.read(PURPOSE, token, at=at)
    person = User.objects.select_related("role").filter(pk=link.person, is_active=True).first()
    ticket = Ticket.objects.filter(pk=link.subject).first()
    if person is None or ticket is None:
        raise signing.LinkRevoked
    link.require_stamp(_stamp(ticket.pk, person))
    if not Ticket.objects.visible_to(person).filter(pk=ticket.pk).exists():
        raise NoLongerYours
    ended = endings.ended_at(ticket)
    if ended is not None and at >= ended + AFTER_THE_END:
        raise TicketOver
    until = link.until if ended is None else min(link.until, ended + AFTER_THE_END)
    return Bearer(ticket, person, until)


def _stamp(ticket: UUID, person: User) -> str:
    """What ends all links so far when it changes: how often they were ended, and the mailbox that they went to."""
    ended = EndedLinks.objects.filter(ticket=ticket, user=person).values_list("count", flat=True).first()
    return f"{ended or 0} {person.email.lower()}"
