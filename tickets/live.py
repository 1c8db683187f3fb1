"""Which tickets changed, for the pages that show them: told once a transaction, after its commit, with ids only."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from django.db import connection, transaction

from tenants import live
from tenants.context import active_tenant
from tickets.models import Event, Ticket

#: More tickets than this in one transaction are not named: every page looks for itself.
MOST_NAMED = 200


class Change(NamedTuple):
    """A ticket that is other than it was, and whom that concerns: ids of rows, None where there is none."""

    number: int
    is_public: bool
    team: str | None
    assignee: str | None
    requester: str | None
    organization: str | None


def changes(entry: list[list[Any]] | None) -> list[Change] | None:
    """What an entry of the stream says; None is "more than can be named"."""
    return None if entry is None else [Change(*fields) for fields in entry]


def tell(events: Iterable[Event]) -> None:
    """Tell open pages about the tickets of these events when the transaction is committed."""
    recorded = list(events)
    if not recorded:
        return
    told = _of_this_transaction()
    for event in recorded:
        _, was_public = told.tickets.get(event.ticket_id, (None, False))
        told.tickets[event.ticket_id] = (event.ticket, was_public or is_for_customers(event))


def is_for_customers(event: Event) -> bool:
    """Whether the customer's page looks different after it: also by a promise that was not kept."""
    return event.is_public or (event.verb == "clock.breached" and event.data.get("metric") != "tier")


class _Telling:
    """What one transaction has to tell. Looks at the tickets after the commit: actions write them in any order."""

    def __init__(self, tenant_id: int) -> None:
        self.tenant_id = tenant_id
        self.tickets: dict[Any, tuple[Ticket, bool]] = {}

    def __call__(self) -> None:
        named = len(self.tickets) <= MOST_NAMED
        live.publish(self.tenant_id, [_change(*told) for told in self.tickets.values()] if named else None)


def _change(ticket: Ticket, is_public: bool) -> Sequence[Any]:
    # Out of __dict__: a column that was not read must not be asked for now, outside the tenant's transaction.
    ids = (ticket.__dict__.get(f"{name}_id") for name in ("team", "assignee", "requester", "organization"))
    return Change(ticket.__dict__["number"], is_public, *(str(pk) if pk else None for pk in ids))


def _of_this_transaction() -> _Telling:
    """One for all events of a transaction; a savepoint has its own, which is dropped when it is rolled back."""
    for savepoints, waiting, *_ in reversed(connection.run_on_commit):
        if isinstance(waiting, _Telling) and savepoints == set(connection.savepoint_ids):
            return waiting
    told = _Telling(active_tenant().id)
    transaction.on_commit(told, robust=True)
    return told
