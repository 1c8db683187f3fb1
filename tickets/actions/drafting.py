"""What somebody writes and has not sent: kept while they write, with its files, and given back when it may not go."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.core.files.base import File

from tenants import alarms
from tenants.models import User
from tenants.permissions import Permission
from tickets import desk, events, formatting
from tickets.actions.checks import require
from tickets.attachments import discard, keep
from tickets.errors import DraftChanged
from tickets.models import Attachment, Draft, Ticket, Upload
from tickets.relaying import Reach

#: The alarm that sends a draft at its time; its subject is the draft.
SEND = "draft.send"
#: The alarm that takes away what was left on a draft; its subject is the draft.
TIDY = "draft.tidy"
#: Pictures that were taken out of a text may be wanted back by an undo for so long.
TIDY_AFTER = timedelta(days=1)


def save_draft(
    ticket: Ticket,
    *,
    author: User,
    kind: str,
    revision: int,
    at: datetime,
    body: str,
    html: str = "",
    status: str = "",
    reach: str = "",
    seen: UUID | None = None,
    acts: Mapping[str, Any] | None = None,
) -> Draft | None:
    """Keep what was typed so far. `revision` is the one that the writer's window knows; 0 for none.

    `reach` is who is to read it besides, as tickets.relaying says; empty while nobody has chosen. `acts` is what is
    done to the ticket with it, as tickets.macros says; None leaves what the draft has.

    Returns None when nothing is left of it. Raises NotPermitted, DraftChanged when another window was faster.
    """
    draft = open_draft(ticket, author=author, kind=kind, at=at)
    if html:
        inline = [each.pk for each in draft.files.all() if each.is_inline]
        html, body = formatting.read(html, pictures=inline, refers=kind == Draft.Kind.NOTE)
    if revision != draft.revision:
        if (draft.body, draft.html, draft.reach) == (body, html, reach):
            return draft
        if draft.is_empty and not draft.files.all():
            draft.delete()
        raise DraftChanged
    draft.body, draft.html, draft.status, draft.reach = body, html, status, reach
    if acts is not None:
        draft.acts = dict(acts)
    draft.seen, draft.revision, draft.updated_at, draft.returned = seen, draft.revision + 1, at, ""
    if draft.is_empty and not draft.files.all():
        forget(draft)
        return None
    draft.save()
    return draft


def open_draft(ticket: Ticket, *, author: User, kind: str, at: datetime) -> Draft:
    """The draft in a person's composer, locked; a new one where there is none. Raises NotPermitted.

    Who makes one locks the ticket first, or it would come between while another is given back.
    """
    require(author, Permission.REPLY)
    drafts = Draft.objects.open().select_for_update(of=("self",))
    found = drafts.filter(ticket=ticket, author=author, kind=kind).first()
    if found is not None:
        return found
    desk.lock(ticket)
    return drafts.get_or_create(ticket=ticket, author=author, kind=kind, defaults={"updated_at": at})[0]


def add_file(draft: Draft, file: File | Upload, *, is_inline: bool, at: datetime) -> Attachment:
    """Keep a file on a draft. Raises FileTooLarge, TooManyFiles."""
    kept = keep(draft, file, is_inline=is_inline)
    alarms.set(TIDY, draft.pk, at + TIDY_AFTER)
    return kept


def remove_file(draft: Draft, pk: UUID) -> None:
    """Take a file off an open draft again; safe to call twice. What was sent meanwhile keeps its files."""
    if Draft.objects.open().select_for_update(of=("self",)).filter(pk=draft.pk).first() is not None:
        discard(Attachment.objects.filter(draft=draft, pk=pk))


def forget(draft: Draft) -> None:
    """Throw a draft away, with the files that are still on it."""
    discard(Attachment.objects.filter(draft=draft))
    alarms.cancel(SEND, draft.pk)
    alarms.cancel(TIDY, draft.pk)
    draft.delete()


def give_all_back(ticket: Ticket, *, because: str, at: datetime) -> None:
    """What was to be sent on a locked ticket is a draft again."""
    for draft in Draft.objects.filter(ticket=ticket, send_at__isnull=False).select_for_update(of=("self",)):
        give_back(ticket, draft, because=because, at=at)


def give_back(ticket: Ticket, draft: Draft, *, because: str, at: datetime, actor: User | None = None) -> None:
    """Put a waiting draft of a locked ticket back into its author's composer; what they began since comes after it."""
    was_scheduled = draft.is_scheduled
    join_begun(draft, ticket)
    draft.send_at, draft.is_scheduled, draft.returned, draft.updated_at = None, False, because, at
    draft.revision += 1
    draft.save()
    alarms.cancel(SEND, draft.pk)
    if was_scheduled or because:
        events.record(
            ticket,
            "reply.returned",
            actor=actor,
            at=at,
            because=because,
            to=str(draft.author_id),
            name=str(draft.author),
        )


def join_begun(draft: Draft, ticket: Ticket) -> None:
    """Put a draft into its author's composer on a locked ticket, what they began there after it. Not saved yet."""
    theirs = Draft.objects.open().filter(ticket=ticket, author=draft.author_id, kind=draft.kind).exclude(pk=draft.pk)
    begun = theirs.select_for_update(of=("self",)).first()
    if begun is not None:
        _append(draft, begun)
        begun.delete()
        alarms.cancel(TIDY, begun.pk)
    draft.ticket = ticket


def _append(draft: Draft, begun: Draft) -> None:
    if begun.html or draft.html:
        parts = [each.html or formatting.from_plain(each.body) for each in (draft, begun)]
        draft.html = "".join(parts)
    draft.body = "\n\n".join(each.body for each in (draft, begun) if each.body.strip())
    draft.acts = draft.acts or begun.acts
    # Of two wishes the narrower one: what went to too many can't be called back.
    draft.reach = Reach.HERE if Reach.HERE in (draft.reach, begun.reach) else draft.reach or begun.reach
    draft.revision = max(draft.revision, begun.revision)
    Attachment.objects.filter(draft=begun).update(draft=draft)


def tidy(draft_id: UUID, now: datetime) -> None:
    """Alarm handler: pictures that are no longer in the text go, and a draft of which nothing is left."""
    found = Draft.objects.open().filter(pk=draft_id).first()
    if found is None:
        return
    desk.lock(found.ticket)
    draft = Draft.objects.open().select_for_update(of=("self",)).filter(pk=draft_id).first()
    if draft is not None:
        discard(_out_of_the_text(draft))
        if draft.is_empty and not draft.files.exists():
            forget(draft)


def _out_of_the_text(draft: Draft) -> Collection[Attachment]:
    shown = formatting.pictures_in(draft.html)
    return [each for each in draft.files.all() if each.is_inline and each.pk not in shown]
