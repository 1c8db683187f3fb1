"""All contacts of a customer: what was said in public on their requests, over whichever channel it came."""

from __future__ import annotations

from uuid import UUID

from django.db.models import QuerySet

from tenants.models import User
from tenants.paging import picked
from tickets import search, spelling
from tickets.models import Membership, Message, Organization, Ticket
from tickets.models.ticket import TicketQuerySet
from tickets.selection import Query, parse, write
from tickets.selection.selecting import matching


def organizations_of(person: User) -> list[Organization]:
    """Whose contacts a person may read beside their own, by name."""
    seen = Membership.objects.filter(user=person).exclude(scope=Membership.Scope.OWN)
    return list(Organization.objects.filter(pk__in=seen.values("organization")).order_by("name"))


def may_export(person: User, organization: Organization) -> bool:
    """Whether a person takes along all contacts of a company: one of those who manage it."""
    scope = Membership.Scope.MANAGE
    return Membership.objects.filter(user=person, organization=organization, scope=scope).exists()


def tickets_of(person: User, organization: Organization | None) -> TicketQuerySet:
    """The requests that a person's history is about: their own, or those of one company, as far as they see them."""
    seen = Ticket.objects.visible_to(person)
    return seen.filter(requester=person) if organization is None else seen.filter(organization=organization)


def messages_of(
    person: User, organization: Organization | None, *, words: str = "", channel: str = ""
) -> QuerySet[Message]:
    """What was said on them in public, the newest first. `words` are sought in the whole request."""
    tickets = tickets_of(person, organization)
    if cleaned := search.clean(words):
        tickets = tickets.filter(pk__in=matching(cleaned, public=True))
    found = Message.objects.filter(ticket__in=tickets, kind=Message.Kind.PUBLIC)
    if channel:
        found = found.filter(channel__key=channel)
    return found.order_by("-posted_at", "-id")


def first_of(found: QuerySet[Message], size: int) -> list[Message]:
    """The first so many of messages_of(), with what is shown beside each. One query."""
    shown = picked(found, size).select_related("author__role", "channel", "ticket")
    return list(shown.order_by("-posted_at", "-id"))


def corrected(person: User, organization: Organization | None, *, words: str, channel: str) -> str | None:
    """Words that found nothing with typing errors mended, if something is found then."""

    def find(query: Query) -> list[UUID]:
        found = messages_of(person, organization, words=write(query), channel=channel)
        return list(found.values_list("ticket", flat=True)[: search.MAX_HITS])

    asked = parse(words)
    better = None if asked.conditions else spelling.corrected(asked, person, find)
    return write(better) if better else None
