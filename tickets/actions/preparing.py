"""Filing a ticket with all that is known of it beforehand: its team, assignee, tags and checklist, its template."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.db.models import F

from tenants.errors import NotPermitted
from tenants.models import User
from tickets import desk, templates
from tickets.actions.assigning import assign, hand_over
from tickets.actions.checklists import lay_out
from tickets.actions.opening import Origin, open_ticket
from tickets.actions.tags import add_tag
from tickets.errors import AssigneeGone, RequesterGone
from tickets.models import ChecklistTemplate, Organization, Team, TemplateSchedule, Ticket, TicketTemplate

#: What a template has in common with a request.
_OWN = ("category", "priority", "impact", "urgency", "organization")


def open_prepared(
    *,
    requester: User,
    author: User,
    at: datetime,
    team: Team | None = None,
    assignee: User | None = None,
    tags: Iterable[str] = (),
    checklist: ChecklistTemplate | None = None,
    origin: Origin | None = None,
    **said: Any,
) -> Ticket:
    """File a ticket as open_ticket() does, and hand it over, assign it, tag it and lay out its checklist at once.

    All of it, or nothing. Raises what open_ticket() raises, NotPermitted, WrongTier, WrongTeam, TagLeaving.
    """
    ticket = open_ticket(requester=requester, author=author, at=at, origin=origin, **said)
    actor = None if origin and origin.schedule else author
    if team is not None and team.pk != ticket.team_id:
        ticket = hand_over(ticket, team, actor=actor, at=at)
    if assignee is not None:
        ticket = assign(ticket, assignee, actor=actor, at=at)
    for tag in dict.fromkeys(tags):
        add_tag(ticket, tag, actor=actor, at=at)
    if checklist is not None:
        lay_out(ticket, title=checklist.name, steps=checklist.steps, sent_by=author, at=at, actor=actor)
    return ticket


def open_from(
    template: TicketTemplate,
    *,
    author: User,
    at: datetime,
    day: date,
    schedule: TemplateSchedule | None = None,
    requester: User | None = None,
    **said: Any,
) -> Ticket:
    """File a ticket from a template; what is said beside it holds in its place.

    `day` is the day that placeholders are about, `requester` whom it is for where the template names nobody.
    Raises TemplatePutAside, CategoryGone, PriorityGone, TeamGone, RequesterGone, NobodyThere, NotPermitted for a
    template of another team, and what open_prepared() raises.
    """
    found = TicketTemplate.objects.for_page().select_for_update(of=("self",)).get(pk=template.pk)
    if schedule is None and not TicketTemplate.objects.visible_to(author).filter(pk=found.pk).exists():
        raise NotPermitted
    templates.require_usable(found)
    customer = requester or templates.requester_of(found) or author
    if not customer.is_active:
        raise RequesterGone(name=customer)
    wanted = {**_request(found), **said}
    if said.keys() & {"priority", "impact"}:  # chosen by hand: it does not follow from what the template says
        wanted |= {name: said.get(name, "") for name in ("impact", "urgency")} | {"priority": said.get("priority")}
    if requester is not None and requester.pk != found.requester_id and "organization" not in said:
        wanted["organization"] = None
    scene = templates.Scene(
        day=day,
        unit=schedule.rule["unit"] if schedule else "month",
        number=found.opened_count + 1,
        customer=customer,
        organization=_organization(wanted["organization"], customer),
    )
    wanted |= {name: templates.filled(wanted[name], scene) for name in ("subject", "description")}
    wanted.setdefault("channel", desk.channel_of_programs())
    TicketTemplate.objects.filter(pk=found.pk).update(opened_count=F("opened_count") + 1)
    return open_prepared(requester=customer, author=author, at=at, origin=Origin(found, schedule), **wanted)


def _request(template: TicketTemplate) -> dict[str, Any]:
    """What open_prepared() takes, as far as a template says it; what is gone is left out."""
    asked = asked_of(template)
    gone = any(isinstance(each, AssigneeGone) for each in templates.left_out(template, asked))
    return {
        **{name: getattr(template, name) for name in (*_OWN, "subject", "description", "team", "tags", "checklist")},
        "assignee": None if gone else template.assignee,
        "answers": {key: answer for key, answer in template.answers.items() if key in asked},
    }


def asked_of(template: TicketTemplate) -> dict[str, Any]:
    """The fields of the policy in force that the template's category asks for, by key. Raises PolicyMissing."""
    policy = desk.current_policy().policy
    category = template.category.key if template.category else policy.default_category.key
    return {each.key: each for each in policy.fields_for(category)} if category in policy.categories else {}


def _organization(chosen: Organization | None, customer: User) -> Organization | None:
    return chosen or desk.organization_of(customer)
