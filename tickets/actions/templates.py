"""Templates of tickets: kept, changed, put aside and taken back into use. None is deleted: tickets point at them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from sla.document import SupportPolicy
from sla.models import Priority
from tenants import audit
from tenants.models import User
from tenants.permissions import Permission
from tickets import desk, recurring, templates
from tickets.actions.checks import require
from tickets.actions.tags import tidy
from tickets.errors import LevelsUnknown, NotAMember, TemplateNameTaken, TemplateNeedsWords
from tickets.models import Category, ChecklistTemplate, Membership, Organization, Team, TicketTemplate

MOST_TAGS = 10


def keep_template(
    template: TicketTemplate,
    *,
    actor: User,
    name: str,
    subject: str,
    description: str,
    audience: Team | None = None,
    requester: User | None = None,
    organization: Organization | None = None,
    category: Category | None = None,
    priority: Priority | None = None,
    impact: str = "",
    urgency: str = "",
    team: Team | None = None,
    assignee: User | None = None,
    tags: list[str] | tuple[str, ...] = (),
    checklist: ChecklistTemplate | None = None,
    answers: Mapping[str, Any] | None = None,
    sends_receipt: bool = False,
) -> TicketTemplate:
    """Keep a new template, or change one; tickets that were opened from it stay as they are.

    Raises NotPermitted, TemplateNeedsWords, TemplateNameTaken, UnknownPlaceholder, LevelsUnknown, NotAMember.
    """
    require(actor, Permission.MANAGE_TEMPLATES)
    is_new = template._state.adding
    before = (
        {} if is_new else told(TicketTemplate.objects.for_page().select_for_update(of=("self",)).get(pk=template.pk))
    )
    template.name = " ".join(name.split())[:80]
    template.subject, template.description = " ".join(subject.split())[:200], description.strip()
    if not (template.name and template.subject and template.description):
        raise TemplateNeedsWords
    for text in (template.subject, template.description):
        templates.check(text)
    if impact or urgency:
        _require_levels(desk.current_policy().policy, impact, urgency)
        priority = None
    if requester and organization and not Membership.objects.filter(user=requester, organization=organization).exists():
        raise NotAMember(person=requester, organization=organization)
    template.audience, template.requester, template.organization = audience, requester, organization
    template.category, template.priority, template.impact, template.urgency = category, priority, impact, urgency
    template.team, template.assignee, template.checklist = team, assignee, checklist
    template.tags = list(dict.fromkeys(tidy(tag) for tag in tags if tag.strip()))[:MOST_TAGS]
    template.answers, template.sends_receipt = dict(answers or {}), sends_receipt
    try:
        with transaction.atomic():
            template.save()
    except IntegrityError:
        raise TemplateNameTaken(name=template.name) from None
    act = "ticket_template.added" if is_new else "ticket_template.changed"
    audit.record(act, template, actor=actor, before=before, after=told(template))
    return template


def put_aside(template: TicketTemplate, *, actor: User, at: datetime) -> TicketTemplate:
    """Use a template no longer: its schedules stand still. Raises NotPermitted."""
    return _use(template, is_active=False, actor=actor, at=at)


def take_into_use(template: TicketTemplate, *, actor: User, at: datetime) -> TicketTemplate:
    """Use a template again; its schedules go on with what is to come. Raises NotPermitted."""
    return _use(template, is_active=True, actor=actor, at=at)


def _use(template: TicketTemplate, *, is_active: bool, actor: User, at: datetime) -> TicketTemplate:
    require(actor, Permission.MANAGE_TEMPLATES)
    template = TicketTemplate.objects.select_for_update().get(pk=template.pk)
    if template.is_active == is_active:
        return template
    template.is_active = is_active
    template.save(update_fields=["is_active"])
    act = "ticket_template.taken_back" if is_active else "ticket_template.put_aside"
    audit.record(act, template, actor=actor, before={"in_use": not is_active}, after={"in_use": is_active})
    for schedule in template.schedules.select_for_update().order_by("id"):
        schedule.template = template
        recurring.set_next(schedule, since=at)
    return template


def _require_levels(policy: SupportPolicy, impact: str, urgency: str) -> None:
    matrix = policy.matrix
    if matrix is None or impact not in matrix.impacts or urgency not in matrix.urgencies:
        raise LevelsUnknown


def told(template: TicketTemplate) -> dict[str, Any]:
    """A template as the audit log keeps it."""
    rows = ("requester", "organization", "assignee", "checklist")
    kept = {name: str(getattr(template, name) or "") for name in rows}
    # The policy's own by their keys, so that each reader sees them in their language.
    keyed = {"category": template.category, "priority": template.priority, "team": template.team}
    keyed["seen_by"] = template.audience
    keys = {name: row.key if row else "" for name, row in keyed.items()}
    words = {name: getattr(template, name) for name in ("name", "subject", "description", "impact", "urgency", "tags")}
    answers = [f"{key}: {_listed(answer)}" for key, answer in sorted(template.answers.items())]
    return {**words, **kept, **keys, "answers": answers, "receipt": template.sends_receipt}


def _listed(answer: Any) -> Any:
    return ", ".join(answer) if isinstance(answer, list) else answer
