"""What a mail about an event says to one reader, in their language: one sentence first, then what belongs to it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from inbox.mail.headers import one_line
from inbox.mail.links import link, small_print, to_ticket
from inbox.mail.stories import Story
from inbox.models import OutgoingMail
from tenants.context import active_tenant
from tenants.models import User
from tickets import promise, recipients, sentences
from tickets.models import Event, Message, Ticket

Kind = OutgoingMail.Kind


@dataclass(frozen=True, kw_only=True)
class Letter:
    """One mail's words; the templates only lay them out."""

    kind: str
    subject: str
    lead: str
    paragraphs: list[str] = field(default_factory=list)
    quote: str = ""
    quote_html: str = ""
    is_cut: bool = False
    files: list[str] = field(default_factory=list)
    promise: str = ""
    facts: list[tuple[str, str]] = field(default_factory=list)
    scores: list[tuple[int, str]] = field(default_factory=list)
    url: str = ""
    button: str = ""
    why: str = ""
    small_print: str = ""
    greeting: str = ""
    closing: str = ""

    @property
    def is_automatic(self) -> bool:
        """Whether the helpdesk wrote it by itself: only an agent's reply is a letter from one person to another."""
        return self.kind != Kind.REPLY


def for_customer(story: Story, person: User) -> Letter | None:
    """What a customer is told about an event, or None when it says nothing to them."""
    event = story.event
    if event.verb == "ticket.created":
        return _receipt(story, person)
    if event.verb == "message.posted":
        return _said(story, person)
    if event.verb == "participant.added" and event.data["person"] == str(person.pk):
        return _welcome(story, person)
    actor = name_for_customers(event.actor)
    told = sentences.for_customers(event, story.words, actor, reader=person, is_own=False)
    if told is None:
        return None
    return Letter(
        kind=Kind.NEWS,
        lead=told.text,
        paragraphs=[part for part in (told.detail, _what_now(event)) if part],
        promise=_promise(story) if story.ticket.is_active else "",
        **_customer_frame(story, person),
    )


def for_staff(story: Story, person: User) -> Letter:
    """What a colleague is told about an event."""
    event, ticket = story.event, story.ticket
    names: dict[str, Any] = {"actor": str(event.actor or active_tenant().name), "number": ticket.number}
    frame: dict[str, Any] = {
        "subject": ticket.subject,
        "greeting": greeting(person),
        "facts": staff_facts(story),
        "url": link("desk:ticket", ticket.number),
        "button": _("Open the ticket"),
        "why": _why(story, person),
    }
    if event.verb == "message.posted":
        is_note = story.message is not None and story.message.kind == Message.Kind.INTERNAL
        if calls_upon(event, person):
            lead = _("%(actor)s mentioned you on ticket %(number)s:")
        elif is_note:
            lead = _("%(actor)s wrote a note on ticket %(number)s:")
        else:
            lead = _("%(actor)s wrote on ticket %(number)s:")
        kind = Kind.COMMENT if event.data.get("by") == "customer" else Kind.NOTICE
        return Letter(kind=kind, lead=lead % names, **story.quoted, **frame)
    if event.verb == "ticket.assigned" and event.data.get("to") == str(person.pk):
        return Letter(kind=Kind.NOTICE, lead=_("%(actor)s assigned ticket %(number)s to you.") % names, **frame)
    told = sentences.for_agents(event, story.words, names["actor"])
    return Letter(kind=Kind.NOTICE, lead=told.text, paragraphs=[told.detail] if told.detail else [], **frame)


def _why(story: Story, person: User) -> str:
    if calls_upon(story.event, person):
        return _("You get this mail because a note mentions you.")
    if person.pk in story.followers and person.pk != story.ticket.assignee_id:
        return _("You get this mail because you follow this ticket.")
    return _("You get this mail because you work on this ticket.")


def calls_upon(event: Event, person: User) -> bool:
    """Whether a note mentions this person."""
    return str(person.pk) in event.data.get("mentions", ())


def _receipt(story: Story, person: User) -> Letter:
    number = story.ticket.number
    if not recipients.is_known(story.ticket, person):
        return _receipt_for_a_stranger(story, person)
    if story.event.data.get("by") == "agent":
        lead = _("We have written down a request for you. Its number is %(number)s.") % {"number": number}
    else:
        lead = _("We have your request. Its number is %(number)s.") % {"number": number}
    return Letter(
        kind=Kind.RECEIPT,
        lead=lead,
        promise=_promise(story),
        **story.quoted,
        **_customer_frame(story, person),
    )


def _receipt_for_a_stranger(story: Story, person: User) -> Letter:
    """Nothing that was typed: whoever filed this may have named somebody else's address."""
    return Letter(
        kind=Kind.RECEIPT,
        subject=_("Your request"),
        greeting=_("Hello,"),
        lead=_("We have your request. Its number is %(number)s.") % {"number": story.ticket.number},
        promise=_promise(story),
        paragraphs=[_("If you did not write to us, you need not do anything.")],
        url=to_ticket(story.ticket, person, at=story.now),
        small_print=small_print(person),
        button=_("See your request"),
        why=_("You get this mail because this address was given with a request."),
    )


def _welcome(story: Story, person: User) -> Letter:
    names = {"actor": name_for_customers(story.event.actor), "number": story.ticket.number}
    # A customer's own name is a word of theirs, which a stranger's address is not sent.
    is_named = story.event.actor is None or story.event.actor.is_staff_member or recipients.is_proven(person)
    named, nameless = _("%(actor)s put you in copy of request %(number)s."), _("You are in copy of request %(number)s.")
    lead = named if is_named else nameless
    return Letter(
        kind=Kind.NEWS,
        lead=lead % names,
        paragraphs=[_("You get what is written there from now on, and can read and answer it on its page.")],
        **_customer_frame(story, person),
    )


def _said(story: Story, person: User) -> Letter:
    by_staff = story.event.data.get("by") == "agent"
    names = {"actor": name_for_customers(story.event.actor), "number": story.ticket.number}
    lead = _("%(actor)s answered your request %(number)s:") if by_staff else _("%(actor)s wrote on request %(number)s:")
    return Letter(
        kind=Kind.REPLY if by_staff else Kind.COMMENT,
        lead=lead % names,
        **story.quoted,
        paragraphs=[_waiting()] if story.ticket.status.kind == "pending" else [],
        promise=_promise(story) if story.ticket.is_active and story.ticket.status.kind != "pending" else "",
        **_customer_frame(story, person),
    )


def _customer_frame(story: Story, person: User) -> dict[str, Any]:
    ticket = story.ticket
    data = story.event.data
    into = data.get("into") if story.event.verb == "ticket.merged" and not data.get("apart") else None
    read = Ticket.objects.filter(number=into).first() or ticket if into else ticket
    own = ticket.requester_id == person.pk
    proven = recipients.is_known(ticket, person)
    return {
        "subject": ticket.subject if proven else _("Your request"),
        "greeting": greeting(person) if proven else _("Hello,"),
        "facts": _customer_facts(ticket) if proven else [],
        "url": to_ticket(read, person, at=story.now),
        "small_print": small_print(person),
        "button": _("See your request") if own else _("See the request"),
        "why": _("You get this mail because this is your request.")
        if own
        else _("You get this mail because you take part in this request."),
    }


def _customer_facts(ticket: Ticket) -> list[tuple[str, str]]:
    return [
        (_("Request"), f"#{ticket.number} {one_line(ticket.subject)}"),
        (_("Status"), sentences.Words(ticket).status_for_customers(ticket.status.key)),
    ]


def staff_facts(story: Story) -> list[tuple[str, str]]:
    """What colleagues want to know of the ticket at a glance."""
    ticket = story.ticket
    due = promise.next_due(ticket, story.clocks, at=story.now)
    asked_by = str(ticket.requester)
    if ticket.organization is not None:
        asked_by = f"{asked_by}, {ticket.organization}"
    facts = [
        (_("Ticket"), f"#{ticket.number} {one_line(ticket.subject)}"),
        (_("Customer"), one_line(asked_by)),
        (_("Priority"), str(ticket.priority)),
        (_("Status"), str(ticket.status)),
        (_("Tier"), f"{ticket.tier}, {ticket.team}" if ticket.team else str(ticket.tier)),
    ]
    return [*facts, (_("Next"), due.agent_sentence)] if due is not None else facts


def _promise(story: Story) -> str:
    return promise.headline(story.ticket, story.clocks, at=story.now).sentence


def _what_now(event: Event) -> str:
    """What the reader can do, where the new state asks for it or allows it."""
    if event.data.get("because") == "identification":
        return ""  # the sentence itself says what to do
    if event.verb in ("status.changed", "ticket.reopened"):
        return {"pending": _waiting(), "solved": _("If it is not solved, reopen the request on its page.")}.get(
            event.data.get("kind", ""), ""
        )
    return ""


def _waiting() -> str:
    return _("We wait for your answer. Write it on the page of the request.")


def greeting(person: User) -> str:
    """How a mail begins."""
    name = one_line(person.name, 80)
    return _("Hello %(name)s,") % {"name": name} if name else _("Hello,")


def name_for_customers(actor: User | None) -> str:
    """Support by name, but never by mail address."""
    if actor is None:
        return active_tenant().name
    if actor.is_staff_member:
        return one_line(actor.name, 80) or active_tenant().name
    return one_line(str(actor), 80)
