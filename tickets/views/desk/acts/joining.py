"""What tickets have to do with each other: merging, splitting, linking."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy

from tenants.models import User
from tenants.permissions import Permission
from tickets import actions
from tickets.actions import incidents
from tickets.forms import relations
from tickets.models import Ticket
from tickets.views.desk.acts.kind import Kind


def _is_mergeable(ticket: Ticket) -> bool:
    return ticket.merged_into_id is None


def _is_merged(ticket: Ticket) -> bool:
    return ticket.merged_into_id is not None


def _has_children_left(ticket: Ticket) -> bool:
    return not ticket.is_active and ticket.beside["open_children"] > 0  # type: ignore[attr-defined]


def _merge(ticket: Ticket, *, number: Ticket, actor: User, at: datetime, disclose: bool = False) -> Ticket:
    return actions.merge(ticket, into=number, actor=actor, at=at, disclose=disclose)


def _split(ticket: Ticket, *, token: UUID, actor: User, at: datetime, **said: Any) -> Ticket:
    return actions.once(token, person=actor, act=lambda: actions.split(ticket, actor=actor, at=at, **said))


def _link(ticket: Ticket, *, number: Ticket, role: str, actor: User, at: datetime) -> Ticket:
    actions.link(ticket, number, role, actor=actor, at=at)
    return ticket


JOINING = {
    "merge": Kind(
        title=gettext_lazy("Merge as a duplicate"),
        icon="git-merge",
        form=relations.MergeForm,
        permission=Permission.MERGE,
        do=_merge,
        button=gettext_lazy("Merge"),
        told=gettext_lazy("Ticket %(number)s is merged into this one. For 30 days that can be undone on its own page."),
        is_possible=_is_mergeable,
        prefilled=("number",),
    ),
    "unmerge": Kind(
        title=gettext_lazy("Undo the merge"),
        icon="arrows-split",
        form=relations.UnmergeForm,
        permission=Permission.MERGE,
        do=actions.unmerge,
        button=gettext_lazy("Undo the merge"),
        is_possible=_is_merged,
        text=gettext_lazy(
            "The messages written before it come back here, with the state and the clocks. What was written since "
            "stays where it is. The customer is told."
        ),
    ),
    "link": Kind(
        title=gettext_lazy("Link a ticket"),
        icon="link",
        form=relations.LinkForm,
        permission=Permission.CHANGE,
        do=_link,
        button=gettext_lazy("Link"),
        is_possible=_is_mergeable,
        text=gettext_lazy(
            "Both tickets show the link. Customers do not see it; but on a ticket that is part of another one they "
            "read that others report the same, and that we work on all of it together."
        ),
        prefilled=("number", "role"),
    ),
    "split": Kind(
        title=gettext_lazy("Split messages off"),
        icon="arrows-split",
        form=relations.SplitForm,
        permission=Permission.MERGE,
        do=_split,
        button=gettext_lazy("Make a new ticket"),
        told=gettext_lazy("This is the new ticket, split off from ticket %(number)s."),
        is_possible=_is_mergeable,
        text=gettext_lazy(
            "They are copied into a new ticket of the person who wrote them, with their files. Its clocks run from "
            "when the first of them was written."
        ),
        prefilled=("messages", "subject"),
    ),
    "solve_children": Kind(
        title=gettext_lazy("Solve what belongs to it"),
        icon="circle-check",
        form=relations.SolveChildrenForm,
        permission=Permission.CHANGE,
        do=incidents.solve_children,
        button=gettext_lazy("Solve them and tell the customers"),
        is_possible=_has_children_left,
        text=gettext_lazy("Every ticket that belongs to this one and is still open is solved in the background."),
    ),
}
