"""Changing a ticket itself: who has it, its state, priority, category, fields, and what is promised."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext_lazy

from tenants.models import User
from tenants.permissions import Permission
from tickets import actions, answers
from tickets.errors import AnswersChanged
from tickets.forms import desk as forms
from tickets.forms.delays import DelayForm
from tickets.forms.filling import FieldsForm, MissingForm, StatusForm
from tickets.models import Status, Ticket
from tickets.promise import policy_for
from tickets.views.desk.acts.kind import Kind


def _has_deadline(ticket: Ticket) -> bool:
    return ticket.is_active and bool(ticket.sla)


def _has_other_team(ticket: Ticket) -> bool:
    teams = policy_for(ticket).teams.values()
    return ticket.is_active and sum(team.tier == ticket.tier.key for team in teams) > 1


def _is_not_closed(ticket: Ticket) -> bool:
    return ticket.status.kind != "closed"


def _has_fields(ticket: Ticket) -> bool:
    return _is_not_closed(ticket) and bool(answers.asked_of(ticket, policy_for(ticket)))


def _change_fields(ticket: Ticket, *, filled: FieldsForm, actor: User, at: datetime) -> Ticket:
    try:
        return actions.change_fields(ticket, filled.changes, seen=filled.seen_before, actor=actor, at=at)
    except AnswersChanged:
        filled.learn()
        raise


def _change_status(ticket: Ticket, *, status: Status, filled: MissingForm | None, actor: User, at: datetime) -> Ticket:
    if filled is not None:
        actions.change_fields(ticket, filled.changes, actor=actor, at=at)
    return actions.change_status(ticket, status, actor=actor, at=at)


CHANGES = {
    "assign": Kind(
        title=gettext_lazy("Assign"),
        icon="user-plus",
        form=forms.AssignForm,
        permission=Permission.ASSIGN,
        do=actions.assign,
        button=gettext_lazy("Assign"),
    ),
    "status": Kind(
        title=gettext_lazy("Change the state"),
        icon="refresh",
        form=StatusForm,
        permission=Permission.CHANGE,
        do=_change_status,
        button=gettext_lazy("Change"),
        is_possible=_is_not_closed,
        key="s",
    ),
    "handover": Kind(
        title=gettext_lazy("Hand over to a team"),
        icon="users",
        form=forms.HandOverForm,
        permission=Permission.ASSIGN,
        do=actions.hand_over,
        button=gettext_lazy("Hand over"),
        is_possible=_has_other_team,
        text=gettext_lazy("To another team of the same tier. To move between tiers, escalate or hand back."),
    ),
    "priority": Kind(
        title=gettext_lazy("Correct the priority"),
        icon="flag",
        form=forms.PriorityForm,
        permission=Permission.CHANGE,
        do=actions.change_priority,
        button=gettext_lazy("Change"),
        key="p",
    ),
    "category": Kind(
        title=gettext_lazy("Change the category"),
        icon="category",
        form=forms.CategoryForm,
        permission=Permission.CHANGE,
        do=actions.change_category,
        button=gettext_lazy("Change"),
    ),
    "fields": Kind(
        title=gettext_lazy("Fields"),
        icon="list",
        form=FieldsForm,
        permission=Permission.CHANGE,
        do=_change_fields,
        button=gettext_lazy("Save"),
        is_possible=_has_fields,
    ),
    "delay": Kind(
        title=gettext_lazy("Announce a delay"),
        icon="hourglass",
        form=DelayForm,
        permission=Permission.REPLY,
        do=actions.announce_delay,
        button=gettext_lazy("Tell the customer"),
        is_possible=_has_deadline,
        text=gettext_lazy("When the answer takes longer: say why, and give a new time. Both are kept with the ticket."),
    ),
}
