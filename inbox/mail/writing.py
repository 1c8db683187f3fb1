"""From an event to rows of outgoing mail: who reads it, what each reads, and whether it may be sent."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any

from django.template.loader import render_to_string

from inbox.mail import approvals, headers, letters, preferences, ratings, readers, templates
from inbox.mail.colours import colours_of, logo_of
from inbox.mail.letters import Letter
from inbox.mail.stories import Story
from inbox.mail.topics import topic_of
from inbox.models import MailTemplate, OutgoingMail
from tenants.context import active_tenant
from tenants.models import User
from tickets import recipients, refusals
from tickets.models import Event, Ticket

State = OutgoingMail.State
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
#: Automatic mails to one address about one ticket: more than this is a loop or a flood, not news.
MOST_A_TICKET = [(HOUR, 12), (DAY, 40)]
#: Automatic mails to an address that nobody has proven to be the requester's, over all tickets.
MOST_TO_A_STRANGER = [(HOUR, 3), (DAY, 10)]
#: The same to all others, of mails that nobody else has caused: answers to what came from there, and what rules do.
MOST_TO_SOMEBODY_KNOWN = [(HOUR, 40), (DAY, 150)]
#: Why a mail is withheld: too many about its ticket, or too many to its address over all tickets.
TOO_MANY, TOO_MANY_IN_ALL = "TooManyMails", "TooManyToAddress"

#: What mail programs know a signature by; its space at the end counts (RFC 3676).
SIGNATURE = "-- "

#: State changes of this kind come with something bigger that is told in the same instant.
_MINOR = {"status.changed", "priority.changed"}
#: What the customer hears by the mail of another ticket, or reads on the page.
_TOLD_ELSEWHERE = {"ticket.absorbed", "ticket.released", "ticket.split", "ticket.split_off", "ticket.linked"}
_BIGGER = {"message.posted", "ticket.escalated", "rule.ran"}
#: Customers see it on the page, where they did it; staff is told.
_ON_THE_PAGE = {"checklist.finished"}


def mails_about(event: Event, now: datetime) -> list[OutgoingMail]:
    """One unsaved mail for every reader of an event who has none yet."""
    told = set(OutgoingMail.objects.filter(event=event).values_list("address", flat=True))
    story = Story(event, now)
    mails = []
    for person, to_staff in _readers(event):
        if person.email in told:
            continue
        told.add(person.email)
        with readers.reading_as(person):
            letter = _in_own_words(letter_about(story, person, to_staff=to_staff), story, person)
            mail = _mail(letter, story, person) if letter is not None else None
            if mail is not None and to_staff and mail.state == State.WAITING:
                mail = preferences.place(mail, topic_of(story, person), preferences.preference_of(person), now=now)
            if mail is not None:
                mails.append(mail)
    return mails


def letter_about(story: Story, person: User, *, to_staff: bool) -> Letter | None:
    """What one reader is told about an event, in the active language; None where it says nothing to them."""
    if approvals.is_about(story.event):
        return approvals.letter(story, person)
    if ratings.is_about(story.event):
        return ratings.letter(story, person)
    return letters.for_staff(story, person) if to_staff else letters.for_customer(story, person)


def _in_own_words(letter: Letter | None, story: Story, person: User) -> Letter | None:
    has_words = letter is not None and letter.kind in MailTemplate.Kind.values and not person.is_staff_member
    return templates.in_own_words(letter, story, person) if letter is not None and has_words else letter


def _readers(event: Event) -> Iterator[tuple[User, bool]]:
    """Who is told, and whether as staff; nobody is told of what they did themselves."""
    ticket, actor = event.ticket, event.actor
    if approvals.is_about(event):
        yield from ((person, person.is_staff_member) for person in approvals.told(event))
        return
    if ratings.is_about(event):
        yield from ((person, person.is_staff_member) for person in ratings.told(event))
        return
    if event.verb in ("participant.added", "ticket.nudged"):
        people = readers.customers(ticket, at=event.at, but=actor)
        # Whom an agent adds is the agent's affair; what a customer does is told to all of their side.
        by_staff = actor is None or actor.is_staff_member
        yield from ((each, False) for each in people if not by_staff or str(each.pk) == event.data["person"])
        return
    goes_without_saying = _goes_without_saying(event)
    if event.is_public and event.verb not in _ON_THE_PAGE and not goes_without_saying:
        people = readers.customers(ticket, at=event.at, but=None if event.verb == "ticket.created" else actor)
        yield from ((person, False) for person in people)
    if called := event.data.get("mentions"):
        yield from ((person, True) for person in readers.mentioned(ticket, called, but=actor))
    yield from ((person, True) for person in _staff(event, ticket, actor))
    if event.verb != "ticket.created" and not goes_without_saying:
        yield from ((person, True) for person in readers.followers(ticket, but=actor))


def _staff(event: Event, ticket: Ticket, actor: User | None) -> list[User]:
    if event.verb == "message.posted" and event.is_public and event.data.get("by") == "customer":
        return readers.in_charge(ticket, but=actor)
    if event.verb == "ticket.reopened" and actor is not None and not actor.is_staff_member:
        return readers.in_charge(ticket, but=actor)
    if event.verb == "refusal.appealed":
        return [person for person in refusals.judges(ticket) if actor is None or person.pk != actor.pk]
    if event.verb == "callback.due" or (event.verb.startswith("callback.") and event.data["by"] == "customer"):
        return readers.in_charge(ticket, but=actor)
    if event.verb == "checklist.finished" or (event.verb == "ticket.woken" and event.data["because"] == "time"):
        return readers.in_charge(ticket, but=actor)
    if event.verb == "ticket.assigned" and event.data.get("to"):
        return [
            person for person in readers.staff(ticket, ["assignee"], but=actor) if str(person.pk) == event.data["to"]
        ]
    if event.verb == "reply.returned":
        author = User.objects.filter(pk=event.data["to"], is_active=True).select_related("role")
        return [person for person in author if actor is None or person.pk != actor.pk]
    if event.verb == "ticket.escalated" and actor is not None:
        return readers.staff(ticket, ["team"], but=actor)
    if event.verb == "rule.ran":
        return readers.staff(ticket, event.data.get("notify", []), but=None)
    return []


def _goes_without_saying(event: Event) -> bool:
    """Whether the customer hears of it by another mail of the same instant, or by what they wrote themselves."""
    if event.data.get("receipt") is False:
        return True  # opened by a schedule whose template asks for none
    if event.verb in _TOLD_ELSEWHERE or event.data.get("because") in ("comment", "checklist"):
        return True
    if event.verb not in _MINOR:
        return False
    together = Event.objects.filter(ticket=event.ticket_id, at=event.at, actor=event.actor_id, is_public=True)
    return together.filter(verb__in=_BIGGER).exists()


def _mail(letter: Letter, story: Story, person: User) -> OutgoingMail:
    tenant, ticket, event = active_tenant(), story.ticket, story.event
    address = person.email
    before = list(
        OutgoingMail.objects.filter(ticket=ticket, address=address)
        .exclude(state__in=OutgoingMail.NOT_SENT)
        .order_by("created_at", "id")
        .values_list("message_id", flat=True)
    )
    known = [headers.thread_id(tenant, ticket.pk), *before[:1], *before[-1:]]
    refused = _refusal(letter, event, ticket, person, story.now)
    return OutgoingMail(
        ticket=ticket,
        event=event,
        recipient=person,
        kind=letter.kind,
        state=State.WITHHELD if refused else State.WAITING,
        error=refused,
        address=address,
        language=readers.language(person),
        subject=headers.subject(ticket.number, letter.subject, is_answer=bool(before)),
        **rendered("letter", {"letter": letter}),
        message_id=headers.message_id(tenant, ticket.pk, event.pk, address),
        in_reply_to=before[-1] if before else "",
        references=" ".join(dict.fromkeys(known)),
        is_automatic=letter.is_automatic,
        created_at=story.now,
    )


def addressed(letter: Letter, person: User, *, key: str, now: datetime, **more: Any) -> OutgoingMail:
    """An unsaved mail with a letter that is about no event of a ticket, to somebody as whom we are reading.

    `key` is the same however often it is written, so that a second one is refused; `more` are fields of the mail.
    """
    return OutgoingMail(
        recipient=person,
        kind=letter.kind,
        address=person.email,
        language=readers.language(person),
        subject=headers.one_line(letter.subject, 250),
        message_id=f"<{key}.{person.pk}@{headers.host(active_tenant())}>",
        created_at=now,
        **{**rendered("letter", {"letter": letter}), **more},
    )


def rendered(template: str, context: dict[str, Any]) -> dict[str, str]:
    """Text and HTML of a mail in the active language."""
    tenant = active_tenant()
    values = {**context, "tenant": tenant, "colours": colours_of(tenant), "logo": logo_of(tenant)}
    text = render_to_string(f"inbox/mail/{template}.txt", values)
    return {"text": _tidy(text), "html": render_to_string(f"inbox/mail/{template}.html", values)}


def _tidy(text: str) -> str:
    """Without the empty lines that template tags leave behind."""
    lines: list[str] = []
    for line in text.strip().splitlines():
        if line.strip() or (lines and lines[-1]):
            lines.append(line.rstrip() if line != SIGNATURE else line)
    return "\n".join(lines) + "\n"


def _refusal(letter: Letter, event: Event, ticket: Ticket, person: User, now: datetime) -> str:
    """Why this mail is not sent, or nothing."""
    if not headers.deliverable(person.email):
        return "BadAddress"
    if not letter.is_automatic:
        return ""
    sent = OutgoingMail.objects
    if sent.filter(ticket=ticket).is_too_much(person.email, MOST_A_TICKET, now):
        return TOO_MANY
    if not recipients.is_known(ticket, person):
        return TOO_MANY_IN_ALL if sent.is_too_much(person.email, MOST_TO_A_STRANGER, now) else ""
    if event.actor_id not in (None, person.pk):
        return ""  # somebody did it, and nobody does so without end
    caused = sent.caused_by_nobody_else()
    return TOO_MANY_IN_ALL if caused.is_too_much(person.email, MOST_TO_SOMEBODY_KNOWN, now) else ""


def newly_silenced(mails: Iterable[OutgoingMail], now: datetime) -> Iterator[OutgoingMail]:
    """Those of kept mails that are the first ones withheld since too many went there: with each a silence begins.

    One lasts until a day has passed in which nothing was withheld.
    """
    for mail in mails:
        if mail.error in (TOO_MANY, TOO_MANY_IN_ALL):
            before = OutgoingMail.objects.filter(address=mail.address, created_at__gt=now - DAY, error=mail.error)
            same = before.filter(ticket=mail.ticket_id) if mail.error == TOO_MANY else before
            if not same.exclude(pk=mail.pk).exists():
                yield mail
