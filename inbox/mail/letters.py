"""What a mail about an event says to one reader, in their language: one sentence first, then what belongs to it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from inbox.mail.headers import one_line
from inbox.mail.links import link
from inbox.mail.readers import is_proven
from inbox.models import OutgoingMail
from tenants.context import active_tenant
from tenants.models import User
from tickets import promise, sentences
from tickets.models import Attachment, Event, Message, Ticket

Kind = OutgoingMail.Kind
#: Longer messages are read on the page.
LONGEST_QUOTE = 20_000


@dataclass(frozen=True, kw_only=True)
class Letter:
    """One mail's words; the templates only lay them out."""

    kind: str
    subject: str
    lead: str
    paragraphs: list[str] = field(default_factory=list)
    quote: str = ""
    is_cut: bool = False
    files: list[str] = field(default_factory=list)
    promise: str = ""
    facts: list[tuple[str, str]] = field(default_factory=list)
    url: str = ""
    button: str = ""
    why: str = ""
    greeting: str = ""

    @property
    def is_automatic(self) -> bool:
        """Whether the helpdesk wrote it by itself: only an agent's reply is a letter from one person to another."""
        return self.kind != Kind.REPLY


class Story:
    """An event and its ticket, loaded once for all readers."""

    def __init__(self, event: Event, now: datetime) -> None:
        self.event = event
        self.ticket: Ticket = event.ticket
        self.now = now
        self.words = sentences.Words(event.ticket)

    @cached_property
    def message(self) -> Message | None:
        """What was said, for events about a message."""
        pk = self.event.data.get("message")
        return Message.objects.filter(pk=UUID(pk)).first() if pk else None

    @cached_property
    def clocks(self) -> list[Any]:
        """The ticket's promises."""
        return list(self.ticket.clocks.all())

    @cached_property
    def files(self) -> list[str]:
        """Names of the files that came with the message."""
        names = Attachment.objects.filter(message=self.message).values_list("name", flat=True) if self.message else []
        return [one_line(name) for name in names]

    @property
    def quote(self) -> str:
        """The message, as long as a mail should be."""
        return self.message.body[:LONGEST_QUOTE] if self.message else ""

    @property
    def is_cut(self) -> bool:
        """Whether there is more of it on the page."""
        return self.message is not None and len(self.message.body) > LONGEST_QUOTE


def for_customer(story: Story, person: User) -> Letter | None:
    """What a customer is told about an event, or None when it says nothing to them."""
    event = story.event
    if event.verb == "ticket.created":
        return _receipt(story, person)
    if event.verb == "message.posted":
        return _said(story, person)
    told = sentences.for_customers(event, story.words, _name_for_customers(event.actor), is_own=False)
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
        "greeting": _greeting(person),
        "facts": _staff_facts(story),
        "url": link("desk:ticket", ticket.number),
        "button": _("Open the ticket"),
        "why": _("You get this mail because you work on this ticket."),
    }
    if event.verb == "message.posted":
        lead = _("%(actor)s wrote on ticket %(number)s:") % names
        said: dict[str, Any] = {"quote": story.quote, "is_cut": story.is_cut, "files": story.files}
        return Letter(kind=Kind.COMMENT, lead=lead, **said, **frame)
    if event.verb == "ticket.assigned":
        return Letter(kind=Kind.NOTICE, lead=_("%(actor)s assigned ticket %(number)s to you.") % names, **frame)
    told = sentences.for_agents(event, story.words, names["actor"])
    return Letter(kind=Kind.NOTICE, lead=told.text, paragraphs=[told.detail] if told.detail else [], **frame)


def _receipt(story: Story, person: User) -> Letter:
    number = story.ticket.number
    if not is_proven(person):
        return _receipt_for_a_stranger(story)
    if story.event.data.get("by") == "agent":
        lead = _("We have written down a request for you. Its number is %(number)s.") % {"number": number}
    else:
        lead = _("We have your request. Its number is %(number)s.") % {"number": number}
    return Letter(
        kind=Kind.RECEIPT,
        lead=lead,
        promise=_promise(story),
        quote=story.quote,
        is_cut=story.is_cut,
        files=story.files,
        **_customer_frame(story, person),
    )


def _receipt_for_a_stranger(story: Story) -> Letter:
    """Nothing that was typed: whoever filed this may have named somebody else's address."""
    return Letter(
        kind=Kind.RECEIPT,
        subject=_("Your request"),
        greeting=_("Hello,"),
        lead=_("We have your request. Its number is %(number)s.") % {"number": story.ticket.number},
        promise=_promise(story),
        paragraphs=[_("If you did not write to us, you need not do anything.")],
        url=link("portal:ticket", story.ticket.number),
        button=_("See your request"),
        why=_("You get this mail because this address was given with a request."),
    )


def _said(story: Story, person: User) -> Letter:
    by_staff = story.event.data.get("by") == "agent"
    names = {"actor": _name_for_customers(story.event.actor), "number": story.ticket.number}
    lead = _("%(actor)s answered your request %(number)s:") if by_staff else _("%(actor)s wrote on request %(number)s:")
    return Letter(
        kind=Kind.REPLY if by_staff else Kind.COMMENT,
        lead=lead % names,
        quote=story.quote,
        is_cut=story.is_cut,
        files=story.files,
        paragraphs=[_waiting()] if story.ticket.status.kind == "pending" else [],
        promise=_promise(story) if story.ticket.is_active and story.ticket.status.kind != "pending" else "",
        **_customer_frame(story, person),
    )


def _customer_frame(story: Story, person: User) -> dict[str, Any]:
    ticket = story.ticket
    into = story.event.data.get("into") if story.event.verb == "ticket.merged" else None
    own = ticket.requester_id == person.pk
    proven = is_proven(person)
    return {
        "subject": ticket.subject if proven else _("Your request"),
        "greeting": _greeting(person) if proven else _("Hello,"),
        "facts": _customer_facts(ticket) if proven else [],
        "url": link("portal:ticket", into or ticket.number),
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


def _staff_facts(story: Story) -> list[tuple[str, str]]:
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
    if event.verb in ("status.changed", "ticket.reopened"):
        return {"pending": _waiting(), "solved": _("If it is not solved, reopen the request on its page.")}.get(
            event.data.get("kind", ""), ""
        )
    return ""


def _waiting() -> str:
    return _("We wait for your answer. Write it on the page of the request.")


def _greeting(person: User) -> str:
    name = one_line(person.name, 80)
    return _("Hello %(name)s,") % {"name": name} if name else _("Hello,")


def _name_for_customers(actor: User | None) -> str:
    """Support by name, but never by mail address."""
    if actor is None:
        return active_tenant().name
    if actor.is_staff_member:
        return one_line(actor.name, 80) or active_tenant().name
    return one_line(str(actor), 80)
