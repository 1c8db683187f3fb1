"""Mail about approvals: the question to those who are asked, and the outcome to whoever waits for it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from inbox.mail import readers
from inbox.mail.headers import one_line
from inbox.mail.letters import Letter, greeting, name_for_customers, staff_facts
from inbox.mail.links import link
from inbox.mail.stories import Story
from inbox.models import OutgoingMail
from sla.words import moment
from tenants.context import active_tenant
from tenants.models import User
from tickets import recipients, sentences
from tickets.models import Approval, Approver, Event

Kind = OutgoingMail.Kind
#: What asks a person for an answer.
_ASKS = {"approval.asked", "approval.reminded", "approval.replaced", "approval.overdue"}


def is_about(event: Event) -> bool:
    """Whether this module writes the mail about an event."""
    return event.verb.startswith("approval.")


def told(event: Event) -> Iterator[User]:
    """Who is told: those whose answer is asked for or no longer needed, then who waits for the outcome."""
    yield from _people(event.data.get("to", []), event)
    if event.verb in ("approval.finished", "approval.overdue"):
        yield from _people([event.data["asked_by"]], event)
        yield from readers.staff(event.ticket, ["assignee"], but=event.actor)


def _people(ids: list[str], event: Event) -> Iterator[User]:
    found = User.objects.filter(pk__in=ids, is_active=True).select_related("role").order_by("created_at", "pk")
    yield from (person for person in found if person.pk != event.actor_id)


def letter(story: Story, person: User) -> Letter:
    """What one of them reads."""
    is_asked = str(person.pk) in story.event.data.get("to", [])
    if not is_asked:
        return _outcome(story, person)
    return _question(story, person) if story.event.verb in _ASKS else _spared(story, person)


def _question(story: Story, person: User) -> Letter:
    data = story.event.data
    approval = Approval.objects.get(pk=UUID(data["approval"]))
    names = {"actor": _name(story.event.actor, person), "number": story.ticket.number}
    lead = {
        "approval.reminded": _("%(actor)s reminds you: your approval on request %(number)s is waited for:"),
        "approval.overdue": _("Your answer about request %(number)s was asked for by now and is still missing:"),
    }.get(story.event.verb, _("%(actor)s asks for your approval on request %(number)s:"))
    facts = [(_("Answer by"), moment(approval.due_at))] if approval.due_at and approval.overdue_at is None else []
    return Letter(
        lead=lead % names,
        quote=data["text"],
        button=_("Approve or decline"),
        why=_("You get this mail because your approval is asked for."),
        **_frame(story, person, facts),
    )


def _spared(story: Story, person: User) -> Letter:
    """Nobody waits for this person's answer any more."""
    return Letter(
        lead=_("Your approval on request %(number)s is no longer needed:") % {"number": story.ticket.number},
        quote=story.event.data["text"],
        button=_("See what became of it"),
        why=_("You get this mail because your approval was asked for."),
        **_frame(story, person, []),
    )


def _frame(story: Story, person: User, facts: list[tuple[str, str]]) -> dict[str, Any]:
    """Of the ticket itself only number and subject: who is asked need not be one who may read it."""
    ticket, is_staff = story.ticket, person.is_staff_member
    known = is_staff or recipients.is_proven(person)
    about = [(_("Request"), f"#{ticket.number} {one_line(ticket.subject)}")] if known else []
    page = "desk:approval" if is_staff else "portal:approval"
    return {
        "kind": Kind.NOTICE if is_staff else Kind.NEWS,
        "subject": _("Approval: %(subject)s") % {"subject": ticket.subject} if known else _("Your approval"),
        "greeting": greeting(person) if known else _("Hello,"),
        "facts": [*about, *facts],
        "url": link(page, story.event.data["approval"]),
    }


def _outcome(story: Story, person: User) -> Letter:
    """For the one who asked, and for who works on the ticket."""
    ticket = story.ticket
    said = sentences.for_agents(story.event, story.words, str(story.event.actor or active_tenant().name))
    answers = Approver.objects.filter(approval=UUID(story.event.data["approval"])).exclude(answer="")
    lines = [
        ": ".join(part for part in (f"{each.person}, {each.get_answer_display()}", each.comment) if part)
        for each in answers.select_related("person").order_by("answered_at")
    ]
    return Letter(
        kind=Kind.NOTICE,
        lead=said.text,
        paragraphs=[part for part in (said.detail, *lines) if part],
        subject=ticket.subject,
        greeting=greeting(person),
        facts=staff_facts(story),
        url=link("desk:ticket", ticket.number),
        button=_("Open the ticket"),
        why=_("You get this mail because you asked for the approval.")
        if str(person.pk) == story.event.data["asked_by"]
        else _("You get this mail because you work on this ticket."),
    )


def _name(actor: User | None, reader: User) -> str:
    return str(actor or active_tenant().name) if reader.is_staff_member else name_for_customers(actor)
