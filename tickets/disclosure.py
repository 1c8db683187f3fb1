"""Who would read what they could not read before if two tickets became one."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tenants.models import User
from tickets.models import Membership, Participant, Ticket

#: More people than these are only counted.
MOST_NAMED = 5


@dataclass(frozen=True)
class Disclosure:
    """Who reads then what they could not read before."""

    readers: list[str]
    more: int
    #: Whether the one who asked on the duplicate can't see the ticket that stays.
    loses: bool

    @property
    def named(self) -> str:
        """The readers in one line."""
        names = ", ".join(self.readers)
        if not self.more:
            return names
        others = ngettext("%(count)s more", "%(count)s more", self.more) % {"count": self.more}
        return _("%(names)s and %(others)s") % {"names": names, "others": others}


def of(duplicate: Ticket, into: Ticket) -> Disclosure | None:
    """What merging discloses to whom; None when nobody reads more than before.

    Who reads the ticket that stays reads the duplicate's messages too; people in copy of the duplicate come along.
    Tickets of one requester or one organisation are no exception: people in copy may be outsiders, and colleagues may
    see their own tickets only.
    """
    before, after = _readers(duplicate), _readers(into)
    strangers = User.objects.filter((after & ~before) | (_in_copy(duplicate) & ~after), is_active=True)
    found = [_with_company(person) for person in strangers.order_by("created_at", "pk")[: MOST_NAMED + 1]]
    if not found:
        return None
    more = strangers.count() - MOST_NAMED if len(found) > MOST_NAMED else 0
    return Disclosure(readers=found[:MOST_NAMED], more=more, loses=not may_see(duplicate.requester, into))


def may_see(person: User, ticket: Ticket) -> bool:
    """Whether a person may open a ticket."""
    return Ticket.objects.visible_to(person).filter(pk=ticket.pk).exists()


def _readers(ticket: Ticket) -> Q:
    """The requester, people in copy, and who sees all of the organisation: as `TicketQuerySet.visible_to` has it."""
    whom = Q(pk=ticket.requester_id) | _in_copy(ticket)
    if ticket.organization_id is None:
        return whom
    company = Membership.objects.filter(organization=ticket.organization_id).exclude(scope=Membership.Scope.OWN)
    return whom | Q(pk__in=company.values("user"))


def _in_copy(ticket: Ticket) -> Q:
    return Q(pk__in=Participant.objects.filter(ticket=ticket).values("user"))


def _with_company(person: User) -> str:
    company = Membership.objects.filter(user=person).select_related("organization").first()
    return f"{person} ({company.organization})" if company else str(person)
