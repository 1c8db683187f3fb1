"""What hangs on a ticket and goes with it when it is merged: checklists and time spent."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from django.db.models import Model

from tickets.models import Checklist, Ticket, TimeEntry

_BELONGS: dict[str, type[Model]] = {"checklists": Checklist, "time": TimeEntry}


def move_along(duplicate: Ticket, into: Ticket) -> dict[str, list[str]]:
    """Hang what hangs on a duplicate on the ticket that stays; both are locked. Returns the ids, for move_back()."""
    moved = {}
    for name, model in _BELONGS.items():
        rows = model._default_manager.filter(ticket=duplicate)
        moved[name] = [str(pk) for pk in rows.order_by("id").values_list("pk", flat=True)]
        rows.update(ticket=into)
    return moved


def move_back(into: Ticket, duplicate: Ticket, moved: Mapping[str, list[str]]) -> None:
    """When a merge is undone, also what became of it since; what was added since stays. Both are locked."""
    for name, model in _BELONGS.items():
        ids = [UUID(pk) for pk in moved.get(name, ())]
        model._default_manager.filter(ticket=into, pk__in=ids).update(ticket=duplicate)
