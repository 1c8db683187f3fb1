"""The story of a ticket, drawn from its history: one for the people who work on it, one for those who asked."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db.models import Exists, F, OuterRef, Prefetch, Q, QuerySet, prefetch_related_objects
from django.utils.translation import gettext as _

from tenants.context import active_tenant
from tenants.models import User
from tenants.statements import PreparedStatement
from tickets import mentions, sentences
from tickets.models import Attachment, Event, Message, Ticket
from tickets.sentences import Told, Words

#: The created event opens the story, though its message was written an instant before it.
_FIRST = "ticket.created"
#: What was said is shown itself.
_SHOWN_AS_MESSAGES = ("message.posted", "message.copied")


@dataclass(frozen=True, kw_only=True)
class Item:
    """One thing in a timeline: a message, or an event in a plain sentence."""

    id: UUID
    at: datetime
    kind: str  # message or event
    verb: str
    actor: str  # as this reader may know them
    text: str = ""  # what happened, in the reader's language; empty for messages
    icon: str = "circle"
    tone: str = "calm"
    detail: str = ""  # a reason or explanation that this reader may read
    is_internal: bool = False
    by_staff: bool = False
    is_own: bool = False  # the reader did it
    message: Message | None = None
    attachments: list[Attachment] = field(default_factory=list)

    @property
    def is_message(self) -> bool:
        """Whether somebody said something, rather than something happened."""
        return self.kind == "message"


def for_agent(ticket: Ticket, person: User) -> list[Item]:
    """Everything, oldest first: messages, notes, events and their reasons.

    Two queries, one more for files and one after a merge, and up to two where somebody is mentioned.
    """
    words = Words(ticket)
    said = _MESSAGES.rows(ticket=ticket.pk)
    prefetch_related_objects([message for message in said if message.has_files], "attachments")  # type: ignore[attr-defined]
    prefetch_related_objects(said, _origin())
    mentions.name_anew(said)
    items = [_said(message, person, _name(message.author)) for message in said]
    for event in _EVENTS.rows(ticket=ticket.pk):
        actor = _name(event.actor)
        items.append(_happened(event, sentences.for_agents(event, words, actor), person, actor))
    return _in_order(items)


def for_customer(ticket: Ticket, person: User) -> list[Item]:
    """What customers may know, oldest first: no notes, no internal events, no reasons among agents. Three queries."""
    words = Words(ticket)
    public = _messages(ticket.pk).filter(kind=Message.Kind.PUBLIC).prefetch_related("attachments", _origin())
    items = [_said(message, person, name_for_customers(message.author, person)) for message in public]
    # A promise that was not kept is told to whom it was made, though the event itself is for staff; what somebody
    # thinks of the help is for them and for staff, not for others of their side.
    late, own = Q(verb="clock.breached") & ~Q(data__metric="tier"), Q(verb="rating.given", actor=person)
    for event in _events(ticket.pk).filter(Q(is_public=True) | late | own):
        actor = name_for_customers(event.actor, person)
        told = sentences.for_customers(event, words, actor, reader=person, is_own=event.actor_id == person.pk)
        if told is not None:
            items.append(_happened(event, told, person, actor))
    return _in_order(items)


def _messages(ticket: UUID) -> QuerySet[Message]:
    found = Message.objects.filter(ticket=ticket).select_related("author__role")
    files = Exists(Attachment.objects.filter(message=OuterRef("pk")))
    return found.annotate(way=F("channel__key"), has_files=files).order_by("posted_at", "id")


def _origin() -> Prefetch:
    # A query of its own, and only where messages came from another ticket: joining its thirty columns is dearer.
    return Prefetch("merged_from", queryset=Ticket.objects.only("number"))


def _events(ticket: UUID) -> QuerySet[Event]:
    found = Event.objects.filter(ticket=ticket).exclude(verb__in=_SHOWN_AS_MESSAGES)
    return found.select_related("actor__role").order_by("at", "id")


_MESSAGES, _EVENTS = PreparedStatement(_messages, ticket=UUID), PreparedStatement(_events, ticket=UUID)


def _in_order(items: list[Item]) -> list[Item]:
    return sorted(items, key=lambda item: (item.at, item.verb != _FIRST, item.id))


def _said(message: Message, person: User, author: str) -> Item:
    internal = message.kind == Message.Kind.INTERNAL
    files = message.attachments.all() if message.has_files else ()  # type: ignore[attr-defined]
    return Item(
        id=message.pk,
        at=message.posted_at,
        kind="message",
        verb="message.posted",
        actor=author,
        icon="lock" if internal else "message",
        tone="warn" if internal else "calm",
        is_internal=internal,
        by_staff=message.by_staff,
        is_own=message.author_id == person.pk,
        message=message,
        attachments=[each for each in files if not each.is_inline],
    )


def _happened(event: Event, told: Told, person: User, actor: str) -> Item:
    return Item(
        id=event.pk,
        at=event.at,
        kind="event",
        verb=event.verb,
        actor=actor,
        text=told.text,
        icon=told.icon,
        tone=told.tone,
        detail=told.detail,
        is_internal=not event.is_public,
        by_staff=event.actor is None or event.actor.is_staff_member,
        is_own=event.actor_id == person.pk,
    )


def _name(actor: User | None) -> str:
    return str(actor) if actor is not None else _("The helpdesk")


def name_for_customers(actor: User | None, person: User) -> str:
    """By name, but nobody else by mail address: who reads a ticket may be a stranger to others who do."""
    if actor is None:
        return active_tenant().name
    if actor.pk == person.pk:
        return _("You")
    if actor.is_staff_member:
        return actor.name or active_tenant().name
    return actor.name if actor.name and "@" not in actor.name else _("Customer")
