"""Reading checklists: what a customer has to do on a ticket, and how far they have come."""

from __future__ import annotations

from tickets.models import Checklist, ChecklistStep, Ticket


def open_to(ticket: Ticket) -> list[Checklist]:
    """Lists that were not taken back, each with its steps as `shown` and how many are `done`. One query."""
    steps = ChecklistStep.objects.filter(checklist__ticket=ticket, checklist__withdrawn_at=None)
    found: dict[object, Checklist] = {}
    for step in steps.select_related("checklist").order_by("checklist__sent_at", "checklist", "position"):
        checklist = found.setdefault(step.checklist_id, step.checklist)
        shown = checklist.__dict__.setdefault("shown", [])
        shown.append(step)
        checklist.__dict__["done"] = sum(each.done_at is not None for each in shown)
    return list(found.values())
