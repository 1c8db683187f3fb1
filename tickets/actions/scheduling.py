"""Replies that go a little later, so that they can be called back, or at a chosen time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.core.files.base import File
from django.db import transaction

from tenants import alarms
from tenants.errors import NotPermitted, Refused
from tenants.models import User
from tenants.permissions import Permission
from tickets import desk, disclosure, events, formatting
from tickets.actions.changing import require_open_end
from tickets.actions.checks import require, require_seen
from tickets.actions.drafting import SEND, add_file, give_back
from tickets.actions.macros import do_acts
from tickets.actions.talking import reply, require_talk
from tickets.errors import AlreadySent, ConversationChanged, EmptyMessage, SendTimePast, SendTimeTooFar
from tickets.models import Draft, Message, Status, Ticket, Upload
from tickets.relaying import Reach

#: The longest that a reply rests for an undo.
LONGEST_REST = timedelta(seconds=60)
FARTHEST = timedelta(days=366)


def send_later(
    ticket: Ticket,
    *,
    author: User,
    body: str,
    send_at: datetime,
    at: datetime,
    html: str = "",
    status: str = "",
    files: Iterable[File | Upload] = (),
    seen: UUID | None = None,
    is_scheduled: bool = True,
    draft: Draft | None = None,
    reach: str = Reach.HERE,
    acts: Mapping[str, Any] | None = None,
) -> Draft:
    """Have a reply posted at a time; if the conversation moves on before, it becomes a draft again.

    `draft` is what the author wrote it in, with its files. Not scheduled, a reply only rests for some seconds, so that
    the author can call it back. `acts` are done with it when it goes, as do_acts() says.

    Raises what reply() raises, SendTimePast, SendTimeTooFar.
    """
    require(author, Permission.REPLY)
    if send_at <= at:
        raise SendTimePast
    if send_at - at > (FARTHEST if is_scheduled else LONGEST_REST):
        raise SendTimeTooFar
    ticket = desk.lock(ticket)
    require_talk(ticket, author)
    require_seen(ticket, author, seen)
    if not is_scheduled:  # in some seconds nothing is filled in or approved
        wanted = str((acts or {}).get("status", "")) or status
        state = Status.objects.filter(key=wanted).first() if wanted else None
        if state is not None:
            require_open_end(ticket, state)
    files, waiting = list(files), list(draft.files.all()) if draft else []
    if html:
        html, body = formatting.read(html, pictures=[each.pk for each in waiting if each.is_inline])
    if not (body.strip() or files or waiting):
        raise EmptyMessage
    draft = draft or Draft(ticket=ticket, author=author)
    draft.body, draft.html, draft.status, draft.updated_at, draft.returned = body.strip(), html, status, at, ""
    draft.reach, draft.acts = reach, dict(acts or {})
    draft.seen = seen or events.last_of(ticket)
    draft.send_at, draft.is_scheduled, draft.revision = send_at, is_scheduled, draft.revision + 1
    draft.save()
    for file in files:
        add_file(draft, file, is_inline=False, at=at)
    alarms.set(SEND, draft.pk, send_at)
    if is_scheduled:
        events.record(ticket, "reply.scheduled", actor=author, at=at, until=send_at.isoformat())
    return draft


def take_back(draft_id: UUID, *, actor: User, at: datetime) -> Draft:
    """Stop a reply that has not gone; it is a draft of its author again, who is told if somebody else did it.

    Raises AlreadySent, and NotPermitted for a reply of somebody else that only rests.
    """
    ticket, draft = _waiting(draft_id)
    require(actor, Permission.REPLY)
    is_own = draft.author_id == actor.pk
    if not (is_own or draft.is_scheduled):
        raise NotPermitted
    give_back(ticket, draft, because="" if is_own else Draft.Returned.CANCELLED, actor=actor, at=at)
    return draft


def send_now(draft_id: UUID, *, actor: User, at: datetime) -> Message | None:
    """Post a waiting reply before its time; None when that was refused, and it is a draft again with the reason.

    Raises AlreadySent, and NotPermitted for a reply of somebody else that only rests.
    """
    ticket, draft = _waiting(draft_id)
    require(actor, Permission.REPLY)
    if draft.author_id != actor.pk:
        if not draft.is_scheduled:
            raise NotPermitted
        events.record(ticket, "reply.hastened", actor=actor, at=at, name=str(draft.author))
    return _go(ticket, draft, at=at)


def send_resting(ticket: Ticket, *, author: User, at: datetime) -> bool:
    """What rests of a person's replies goes before what they say next. False when any of it came back as a draft."""
    went = True
    resting = Draft.objects.filter(ticket=ticket, author=author, send_at__isnull=False, is_scheduled=False)
    for pk in resting.order_by("send_at").values_list("pk", flat=True):
        if found := _locked(pk):
            went = _go(*found, at=at) is not None and went
    return went


def rang(draft_id: UUID, now: datetime) -> None:
    """Alarm handler: the time of a reply has come."""
    if found := _locked(draft_id, due=now):
        _go(*found, at=now)


def _waiting(draft_id: UUID) -> tuple[Ticket, Draft]:
    found = _locked(draft_id)
    if found is None:
        raise AlreadySent
    return found


def _locked(draft_id: UUID, *, due: datetime | None = None) -> tuple[Ticket, Draft] | None:
    """A waiting draft and its ticket, which is locked first, as by every other action."""
    waiting = Draft.objects.filter(pk=draft_id, send_at__isnull=False)
    if due is not None:
        waiting = waiting.filter(send_at__lte=due)
    seen = waiting.select_related("ticket").first()
    if seen is None:
        return None
    ticket = desk.lock(seen.ticket)
    draft = waiting.select_for_update(of=("self",)).select_related("author__role").first()
    return (ticket, draft) if draft is not None else None


def _go(ticket: Ticket, draft: Draft, *, at: datetime) -> Message | None:
    status = Status.objects.filter(key=draft.status, is_active=True).first() if draft.status else None
    try:
        with transaction.atomic():
            _require_sight(ticket, draft.author)
            status = do_acts(ticket, draft.acts, actor=draft.author, at=at) or status
            return reply(
                ticket,
                author=draft.author,
                body=draft.body,
                html=draft.html,
                status=status,
                seen=draft.seen,
                draft=draft,
                reach=draft.reach or Reach.HERE,
                at=at,
            )
    except Refused as refusal:
        changed = isinstance(refusal, ConversationChanged)
        because = Draft.Returned.CHANGED if changed else Draft.Returned.REFUSED
        give_back(ticket, draft, because=because, at=at)
        return None


def _require_sight(ticket: Ticket, author: User) -> None:
    """Raise NotPermitted for an author who has gone, or whose ticket is another team's by now."""
    if not (author.is_active and disclosure.may_see(author, ticket)):
        raise NotPermitted
