"""Tickets with what lists and pages show of them, read in few statements."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.db.models import F, QuerySet, Subquery, UUIDField, Value
from django.db.models.expressions import RawSQL
from django.db.models.functions import Cast

from sla.models import PolicyVersion
from tenants.bulk import as_array
from tenants.context import active_tenant_id
from tenants.models import TenantModel, User
from tenants.paging import IsOneOf
from tenants.statements import Statement
from tenants.written import written
from tickets.models import Clock, Ticket
from tickets.selection.selecting import rows_in_force
from tickets.sight import Sight, sight_of, with_sight

#: States of clocks that a list shows: what is still owed.
OWED = ("running", "paused", "unschedulable")
#: Columns that no row of a list shows; of people and companies it shows names only.
_UNSHOWN = (
    *("description", "answers", "articles", "impact", "urgency", "is_unproven", "clocks_at"),
    *("template", "merged_into", "exclusion", "refusal_reason", "snoozed_at", "snoozed_until"),
    *(
        f"{person}__{column}"
        for person in ("requester", "assignee")
        for column in ("password", "last_login", "language", "timezone", "created_at")
    ),
    *(f"organization__{column}" for column in ("suspended_from", "suspended_until", "suspension_reason", "created_at")),
)
#: What `tickets.promise` looks at of a clock.
_PROMISED = (
    "ticket",
    "metric",
    "number",
    "state",
    "due_at",
    "target_seconds",
    "remaining_seconds",
    "breached_at",
    "fulfilled_at",
)


def with_rows(tickets: QuerySet[Ticket]) -> QuerySet[Ticket]:
    """With what a row of a list shows, but for what `complete` and `owe` add: one query."""
    return with_people(tickets).defer(*_UNSHOWN)


def with_people(tickets: QuerySet[Ticket]) -> QuerySet[Ticket]:
    """With the people of a ticket, and the version of the policy in force, by which `complete` knows the rest."""
    return tickets.select_related("requester", "organization", "assignee").annotate(in_force=in_force(Ticket))


def complete(tickets: list[Ticket]) -> list[Ticket]:
    """Give tickets of `with_people` their status, priority, category, channel, tier and team from the process's cache.

    Joining six tables that never change costs more than the rest of the page's queries.
    """
    # Tickets of a page have one version beside them; a row that came with a later one is read when it is asked for.
    known = rows_in_force(active_tenant_id(), tickets[0].in_force) if tickets else {}  # type: ignore[attr-defined]
    for name, rows in known.items():
        column, field = f"{name}_id", Ticket._meta.get_field(name)
        for ticket in tickets:
            if row := rows.get(getattr(ticket, column)):
                field.set_cached_value(ticket, row)  # type: ignore[union-attr]
    return tickets


def rows_with_ids(ids: Iterable[UUID], person: User) -> list[Ticket]:
    """Those of the tickets with these ids that a person may see, as `with_rows` reads them, in any order. One query."""
    return _rows_seen_by(sight_of(person)).rows(reader=person.pk, ids=as_array(ids))


@lru_cache(maxsize=256)
def _rows_seen_by(sight: Sight) -> Statement[Ticket]:
    def query_set(reader: UUID, ids: str) -> QuerySet[Ticket]:
        return with_rows(among(Ticket.objects.visible_to(with_sight(reader, sight)), ids))

    return Statement(query_set, reader=UUID, ids=str)


def among(tickets: QuerySet[Ticket], ids: str) -> QuerySet[Ticket]:
    """Those of the tickets that have one of these ids, given `as_array`."""
    # As a sub-query: from a list of ids Postgres may conclude that all tickets of all customers are read as fast.
    return tickets.filter(IsOneOf(F("pk"), RawSQL("ARRAY(SELECT unnest(%s::uuid[]))", [ids])))


def _owed(tickets: str) -> QuerySet[Clock]:
    ids = Cast(Value(tickets), ArrayField(UUIDField()))
    return Clock.objects.filter(IsOneOf(F("ticket"), ids), state__in=OWED).only(*_PROMISED)


_OWED = Statement(_owed, tickets=str)


def owe(tickets: list[Ticket]) -> list[Ticket]:
    """Give tickets their `owed_clocks`. One query, none for no tickets."""
    owed: dict[UUID, list[Clock]] = {ticket.pk: [] for ticket in tickets}
    for clock in _OWED.rows(tickets=as_array(owed)) if owed else ():
        owed[clock.ticket_id].append(clock)
    for ticket in tickets:
        ticket.owed_clocks = owed[ticket.pk]  # type: ignore[attr-defined]
    return tickets


def in_force(model: type[TenantModel]) -> RawSQL:
    """The id of the policy version in force, beside rows of any model."""
    return written(model, _latest_version)


def _latest_version(reader: UUID) -> Subquery:
    return Subquery(PolicyVersion.objects.order_by("-number").values("pk")[:1])
