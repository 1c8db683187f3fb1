"""Several changes of one ticket at once: all of them, or none."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from sla.models import Priority
from tenants.models import User
from tickets.actions.assigning import assign, hand_over
from tickets.actions.changing import change_category, change_priority, change_status
from tickets.actions.fields import change_fields
from tickets.actions.tags import add_tag, remove_tag
from tickets.answers import Answer
from tickets.models import Category, Status, Tag, Team, Ticket


@dataclass(frozen=True, kw_only=True)
class Changes:
    """What a ticket shall be. None leaves things as they are; nobody is an assignee too, hence the tuple."""

    status: Status | None = None
    priority: Priority | None = None
    reason: str = ""
    category: Category | None = None
    team: Team | None = None
    assignee: tuple[User | None] | None = None
    tags: Iterable[str] | None = None
    answers: Mapping[str, Answer | None] | None = None


@transaction.atomic
def change(ticket: Ticket, changes: Changes, *, actor: User, at: datetime) -> Ticket:
    """Do every change by its own action, in the order in which a person would. Raises what those raise."""
    wanted = changes.status
    if wanted is not None and wanted.kind in Status.ACTIVE:
        change_status(ticket, wanted, actor=actor, at=at)
    if changes.category is not None:
        change_category(ticket, changes.category, actor=actor, at=at)
    if changes.priority is not None:
        change_priority(ticket, changes.priority, actor=actor, at=at, reason=changes.reason)
    if changes.answers is not None:
        change_fields(ticket, changes.answers, actor=actor, at=at)
    if changes.team is not None:
        hand_over(ticket, changes.team, actor=actor, at=at, reason=changes.reason)
    if changes.assignee is not None:
        assign(ticket, changes.assignee[0], actor=actor, at=at)
    if changes.tags is not None:
        _set_tags(ticket, changes.tags, actor=actor, at=at)
    if wanted is not None and wanted.kind not in Status.ACTIVE:
        change_status(ticket, wanted, actor=actor, at=at)  # last: finished tickets are not changed
    return ticket


def _set_tags(ticket: Ticket, names: Iterable[str], *, actor: User, at: datetime) -> None:
    wanted = {add_tag(ticket, name, actor=actor, at=at).pk for name in names}
    for tag in Tag.objects.filter(tickets=ticket).exclude(pk__in=wanted):
        remove_tag(ticket, tag, actor=actor, at=at)
