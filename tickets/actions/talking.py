"""What is said on a ticket: replies to the customer, the customer's comments, notes among agents."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.core.files.base import File

from kb import actions as kb_actions
from kb import queries as kb
from tenants.errors import NotPermitted
from tenants.fields import uuid7
from tenants.models import User
from tenants.permissions import Permission
from tickets import clocks, desk, events, formatting, mentions, refusals, relaying, reopening, search
from tickets.actions import conduct
from tickets.actions.changing import apply_status, require_open_end
from tickets.actions.checks import closed, require, require_seen
from tickets.actions.courtesy import require_courtesy
from tickets.actions.drafting import forget, give_all_back
from tickets.actions.following_up import follow_up
from tickets.actions.mentioning import mention
from tickets.actions.nudging import is_nudge, nudge
from tickets.actions.snoozing import wake
from tickets.attachments import adopt, attach, share
from tickets.errors import EmptyMessage, TooManyFiles
from tickets.models import Draft, Message, Status, Ticket, Upload
from tickets.relaying import Reach

Kind = Status.Kind


def reply(
    ticket: Ticket,
    *,
    author: User,
    body: str = "",
    at: datetime,
    status: Status | None = None,
    files: Iterable[File | Upload] = (),
    channel: str = "portal",
    seen: UUID | None = None,
    reach: str = Reach.HERE,
    html: str = "",
    draft: Draft | None = None,
) -> Message:
    """Post an agent's public reply, and set a status with it; a new ticket becomes open by being answered.

    `seen` is the last event that the author had read; `reach` says who else reads it when the ticket is an incident.
    `html` is the formatted text, whose words take the place of `body`. `draft` is what the reply is made of: its files
    go with it, and it is gone.

    Raises NotPermitted, EmptyMessage, TicketClosed, ConversationChanged, ApprovalPending, FieldsMissing, FileTooLarge,
    TooManyFiles.
    """
    require(author, Permission.REPLY)
    ticket = desk.lock(ticket)
    require_talk(ticket, author)
    require_seen(ticket, author, seen)
    if status is not None:
        require_open_end(ticket, status)
    message = _post(
        ticket,
        author=author,
        body=body,
        html=html,
        draft=draft,
        at=at,
        kind=Message.Kind.PUBLIC,
        files=files,
        channel=channel,
    )
    if status is None and ticket.status.kind == Kind.NEW:
        status = desk.status_of(Kind.OPEN)
    if status is not None and status.pk != ticket.status_id:
        apply_status(ticket, status, actor=author, at=at)
    clocks.refresh(ticket, at=at)
    relaying.spread(message, reach, at=at)
    return message


def say_again(child: Ticket, message: Message, *, status: Status | None, at: datetime) -> Message:
    """Post an answer that was given on an incident on a locked ticket that belongs to it, as of when it was given.

    It comes after what its clocks have recorded already. Raises TicketClosed.
    """
    require_talk(child)
    said_at = max(message.posted_at, child.clocks_at or message.posted_at)
    copy = _post(
        child,
        author=message.author,
        body=message.body,
        at=said_at,
        kind=Message.Kind.PUBLIC,
        files=(),
        copy_of=message,
        channel=message.channel.key,
    )
    if status is None and child.status.kind == Kind.NEW:
        status = desk.status_of(Kind.OPEN)
    if status is not None and status.pk != child.status_id:
        apply_status(child, status, actor=message.author, at=said_at)
    touch(child, at)
    clocks.refresh(child, at=at)
    return copy


def comment(
    ticket: Ticket,
    *,
    author: User,
    body: str,
    at: datetime,
    files: Iterable[File | Upload] = (),
    channel: str = "portal",
    as_it_is: bool = False,
) -> Message:
    """Post what a customer writes; a ticket that waited for them, or has ended, is open again at that instant.

    When the policy's time to reopen is over, it becomes a new ticket instead, on which the message then stands. On a
    refused ticket it is an appeal, which waits in the agents' view for an answer. `as_it_is`: the writer was warned of
    rude words and sends them all the same. What only asks again is a nudge.

    Raises NotPermitted, EmptyMessage, TicketClosed, FileTooLarge, TooManyFiles, RudeWords, RudeWordsWarned,
    and what filing raises.
    """
    if not Ticket.objects.visible_to(author).filter(pk=ticket.pk).exists():
        raise NotPermitted
    ticket = desk.lock(ticket)
    if ticket.merged_into_id is not None:
        raise closed(ticket, author)
    if reopening.is_too_late(ticket, at=at):
        return follow_up(ticket, author=author, body=body, at=at, files=files, channel=channel, as_it_is=as_it_is)
    is_rude = require_courtesy(body, author=author, as_it_is=as_it_is)
    files = list(files)
    asks_again = is_nudge(ticket, author=author, body=body, has_files=bool(files), at=at)
    message = _post(
        ticket,
        author=author,
        body=body,
        at=at,
        kind=Message.Kind.PUBLIC,
        files=files,
        channel=channel,
        by_staff=False,
        is_rude=is_rude,
    )
    wake(ticket, actor=author, at=at, because="comment")
    if ticket.status.kind in (Kind.PENDING, Kind.ON_HOLD, *reopening.KINDS):
        apply_status(ticket, desk.status_of(Kind.OPEN), actor=author, at=at, because="comment")
    elif refusals.may_be_appealed(ticket) and not refusals.waits_for_answer(ticket):
        # No clock runs and nobody may hold it any more: the view of appeals shows it until staff answers.
        events.record(ticket, "refusal.appealed", actor=author, at=at)
    if is_rude:
        conduct.count(conduct.Kind.RUDE, person=author, ticket=ticket, at=at)
    if asks_again:
        nudge(ticket, person=author, channel=channel, at=at)
    give_all_back(ticket, because=Draft.Returned.CUSTOMER, at=at)
    clocks.refresh(ticket, at=at)
    return message


def note(
    ticket: Ticket,
    *,
    author: User,
    body: str,
    at: datetime,
    files: Iterable[File | Upload] = (),
    channel: str = "portal",
    html: str = "",
    draft: Draft | None = None,
) -> Message:
    """Write an internal note, which no customer ever sees; `html` and `draft` as for reply().

    It calls upon the colleagues whom it names, as tickets.mentions says.

    Raises NotPermitted, EmptyMessage, FileTooLarge, TooManyFiles, and what mentions.read() raises.
    """
    require(author, Permission.REPLY)
    ticket = desk.lock(ticket)
    return _post(
        ticket,
        author=author,
        body=body,
        html=html,
        draft=draft,
        at=at,
        kind=Message.Kind.INTERNAL,
        files=files,
        channel=channel,
    )


def require_talk(ticket: Ticket, actor: User | None = None) -> None:
    """Raise TicketClosed where nothing is said any more; `actor` reads why."""
    if ticket.status.kind == Kind.CLOSED or ticket.merged_into_id is not None:
        raise closed(ticket, actor)


def _post(
    ticket: Ticket,
    *,
    author: User,
    body: str,
    at: datetime,
    kind: str,
    files: Iterable[File | Upload],
    channel: str,
    by_staff: bool = True,
    html: str = "",
    draft: Draft | None = None,
    copy_of: Message | None = None,
    is_rude: bool = False,
) -> Message:
    files = list(files)
    waiting = list(draft.files.all()) if draft else []
    is_public = kind == Message.Kind.PUBLIC
    if html:
        inline = [each.pk for each in waiting if each.is_inline]
        html, body = formatting.read(html, pictures=inline, refers=not is_public)
    # In what customers read, names are only words.
    named = mentions.Named(html, body) if is_public else mentions.read(ticket, author=author, html=html, body=body)
    html, body = named.html, named.body
    shown = formatting.pictures_in(html)
    # A picture that was taken out of the text again does not go.
    kept = [each for each in waiting if not each.is_inline or each.pk in shown]
    if not body.strip() and not (files or kept) and copy_of is None:
        raise EmptyMessage
    if len(files) + len(kept) > settings.ATTACHMENT_MAX_COUNT:
        raise TooManyFiles(limit=settings.ATTACHMENT_MAX_COUNT)
    message = Message.objects.create(
        # A draft becomes a message once: the second one would have the same id.
        id=draft.pk if draft else uuid7(),
        ticket=ticket,
        author=author,
        kind=kind,
        by_staff=by_staff,
        channel=desk.channel_named(channel),
        body=body.strip(),
        html=html,
        posted_at=at,
        is_rude=is_rude,
    )
    attach(message, files)
    if copy_of is not None:
        share(message, copy_of)
    if draft is not None:
        adopt(message, kept)
        forget(draft)
    search.add(message)
    events.record(
        ticket,
        "message.posted",
        actor=author,
        at=at,
        is_public=is_public,
        message=str(message.pk),
        kind=kind,
        by="agent" if by_staff else "customer",
        **({"mentions": [str(pk) for pk in named.people]} if named.people else {}),
        **_articles(message, is_answer=is_public and by_staff and copy_of is None),
    )
    if named.people:
        mention(message, named.people, actor=author, at=at)
    touch(ticket, at)
    return message


def _articles(message: Message, *, is_answer: bool) -> dict[str, list[int]]:
    """The articles that an answer points to; what was inserted from one ends with its address. Clauses C9, E11."""
    numbers = kb.cited_in(message.body) if is_answer else []
    if not numbers:
        return {}
    kb_actions.answered_with(numbers)
    return {"articles": numbers}


def touch(ticket: Ticket, at: datetime) -> None:
    """Remember when something last happened that people see."""
    ticket.updated_at = at
    Ticket.objects.filter(pk=ticket.pk).update(updated_at=at)
