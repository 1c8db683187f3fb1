"""Who may listen: asked of Postgres when a page connects and every few seconds after, with no connection held between.

Runs in a thread of its own, beside the event loop.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from importlib import import_module
from typing import TypeVar
from uuid import UUID

from django.conf import settings
from django.contrib.auth import get_user
from django.db import connection, connections, transaction
from django.http import HttpRequest

from tenants.context import act_as
from tenants.models import Tenant, User
from tickets.live import Change
from tickets.models import Membership, Participant, Team, Ticket

Result = TypeVar("Result")

#: What a person's rights to tickets hang on, by session: a stream ends when its line is another or gone.
_RIGHTS = """
    SELECT session.session_key, person.id, md5(concat_ws('|',
        person.password, role.id, role.kind, role.permissions,
        (SELECT string_agg(team_id::text, ',' ORDER BY team_id) FROM tickets_teammembership
         WHERE tenant_id = %(tenant)s AND user_id = person.id),
        (SELECT string_agg(organization_id || scope, ',' ORDER BY organization_id) FROM tickets_membership
         WHERE tenant_id = %(tenant)s AND user_id = person.id),
        (SELECT string_agg(ticket_id::text, ',' ORDER BY ticket_id) FROM tickets_participant
         WHERE tenant_id = %(tenant)s AND user_id = person.id)))
    FROM unnest(%(sessions)s::text[], %(people)s::uuid[]) AS open (session_key, person_id)
    JOIN django_session AS session ON session.session_key = open.session_key AND session.expire_date > now()
    JOIN tenants_user AS person
      ON person.tenant_id = %(tenant)s AND person.id = open.person_id AND person.is_active
    JOIN tenants_role AS role ON role.tenant_id = %(tenant)s AND role.id = person.role_id
"""


class Refused(Exception):
    """This page may not listen: an HTTP status."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


@dataclass(frozen=True, slots=True)
class Reader:
    """Somebody with a page open, and whom they may hear of."""

    tenant_id: int
    person: str
    session: str
    rights: str
    is_customer: bool  # on the portal: told only what customers see, be they staff or not
    sees_all: bool
    teams: frozenset[str]
    companies: frozenset[str]
    copies: frozenset[int]  # numbers of tickets that they are in copy of, of those that the page shows

    def may_see(self, change: Change) -> bool:
        """As `TicketQuerySet.visible_to` would say, from what the change carries."""
        if self.is_customer:
            is_own = change.requester == self.person or change.organization in self.companies
            return is_own or change.number in self.copies
        return self.sees_all or change.team in self.teams or change.assignee == self.person


def asked(ask: Callable[..., Result], *arguments: object) -> Result:
    """Do something with the database in this thread, and give the connection back."""
    try:
        return ask(*arguments)
    finally:
        connections.close_all()


def admit(host: str, session_key: str | None, ticket: int | None, is_customer: bool) -> Reader:
    """The person of a session, if they may open the page that asks: of a ticket, or without one a list of the desk.

    Raises Refused: 403 for nobody signed in, 404 for what does not exist to this person.
    """
    tenant = Tenant.objects.filter(domains__host=host).first()
    if tenant is None:
        raise Refused(404)
    with act_as(tenant):
        person = _person_of(session_key)
        if person is None or session_key is None:
            raise Refused(403)
        if not (person.is_staff_member or is_customer):
            raise Refused(404)
        if not _may_open(person, ticket, is_customer):
            raise Refused(404)
        rights = rights_of(tenant.pk, [(session_key, str(person.pk))])
        if not rights:
            raise Refused(403)
        return Reader(
            tenant_id=tenant.pk,
            person=str(person.pk),
            session=session_key,
            rights=rights.popitem()[1],
            is_customer=is_customer,
            sees_all=person.may("ticket.see_all"),
            teams=_texts(Team.objects.filter(memberships__user=person).values_list("pk", flat=True)),
            companies=_companies(person),
            copies=_copies(person, ticket),
        )


def _person_of(session_key: str | None) -> User | None:
    """Whom a session belongs to, its password still being the one it was begun with."""
    if not session_key:
        return None
    request = HttpRequest()
    request.session = import_module(settings.SESSION_ENGINE).SessionStore(session_key)
    person = get_user(request)
    return person if isinstance(person, User) else None


def _may_open(person: User, ticket: int | None, is_customer: bool) -> bool:
    if ticket is None:
        return not is_customer
    found = Ticket.objects.visible_to(person).filter(number=ticket)
    if is_customer and person.is_staff_member:  # as the portal's own pages do
        found = found.filter(requester=person)
    return found.exists()


def _companies(person: User) -> frozenset[str]:
    if person.is_staff_member:
        return frozenset()
    found = Membership.objects.filter(user=person).exclude(scope=Membership.Scope.OWN)
    return _texts(found.values_list("organization", flat=True))


def _copies(person: User, ticket: int | None) -> frozenset[int]:
    if person.is_staff_member or ticket is None:
        return frozenset()
    found = Participant.objects.filter(user=person, ticket__number=ticket)
    return frozenset(found.values_list("ticket__number", flat=True))


def _texts(ids: Iterable[UUID]) -> frozenset[str]:
    return frozenset(map(str, ids))


def rights_of(tenant_id: int, wanted: Iterable[tuple[str, str]]) -> dict[tuple[str, str], str]:
    """A fingerprint of the rights of each (session, person) of the active tenant that still has any."""
    sessions, people = zip(*wanted, strict=True)
    with connection.cursor() as cursor:
        cursor.execute(_RIGHTS, {"tenant": tenant_id, "sessions": list(sessions), "people": list(people)})
        return {(session, str(person)): rights for session, person, rights in cursor.fetchall()}


def without_rights(readers: Iterable[Reader]) -> set[Reader]:
    """Those who may no longer do what they could when they connected. A statement a tenant, in one transaction."""
    by_tenant: dict[int, set[Reader]] = defaultdict(set)
    for reader in readers:
        by_tenant[reader.tenant_id].add(reader)
    gone: set[Reader] = set()
    with transaction.atomic():
        for tenant in list(Tenant.objects.filter(pk__in=list(by_tenant))):
            with act_as(tenant):
                theirs = by_tenant.pop(tenant.pk)
                rights = rights_of(tenant.pk, {(each.session, each.person) for each in theirs})
                gone |= {each for each in theirs if rights.get((each.session, each.person)) != each.rights}
    return gone.union(*by_tenant.values())
