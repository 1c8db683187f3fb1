"""Words that agents put on tickets; and renaming, joining and deleting such a word on all its tickets."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from tenants import alarms, audit
from tenants.errors import Refused
from tenants.models import User
from tenants.permissions import Permission
from tickets import desk, events
from tickets.actions import retagging
from tickets.actions.checks import require
from tickets.errors import ReasonMissing
from tickets.models import Tag, Ticket, TicketTag
from tickets.tags import LEAVE

BATCH = 1_000
#: The alarm rings again at a time of its own.
NEXT = timedelta(milliseconds=1)
#: While others are joined with it.
AGAIN = timedelta(seconds=5)


class TagTaken(Refused):
    """Two tags of one name are one tag."""

    sentence = _("There is a tag named %(name)s already. Join the two, or choose another name.")
    code = "tag_taken"


class TagLeaving(Refused):
    """It is being deleted."""

    sentence = _("The tag %(name)s is just being deleted. Try again in a minute, or choose another word.")
    code = "tag_leaving"


def add_tag(ticket: Ticket, name: str, *, actor: User | None, at: datetime) -> Tag:
    """Put a tag on a ticket; of a tag that was joined with another, the other. Raises NotPermitted, TagLeaving.

    Raises ReasonMissing for an empty word.
    """
    require(actor, Permission.CHANGE)
    word = tidy(name)
    ticket = desk.lock(ticket)
    tag, _new = Tag.objects.select_related("replaced_by").get_or_create(name=word)
    tag = tag.replaced_by or tag
    if tag.is_leaving:
        raise TagLeaving(name=tag.name)
    _row, added = TicketTag.objects.get_or_create(ticket=ticket, tag=tag)
    if added:
        events.record(ticket, "tag.added", actor=actor, at=at, tag=tag.name)
    return tag


def remove_tag(ticket: Ticket, tag: Tag, *, actor: User | None, at: datetime) -> None:
    """Take a tag off a ticket. Raises NotPermitted."""
    require(actor, Permission.CHANGE)
    ticket = desk.lock(ticket)
    removed, _kinds = TicketTag.objects.filter(ticket=ticket, tag=tag).delete()
    if removed:
        events.record(ticket, "tag.removed", actor=actor, at=at, tag=tag.name)


def tidy(name: str) -> str:
    """A word as tags have it: small letters, one space between words. Raises ReasonMissing for none."""
    word = " ".join(name.split()).lower()[:50]
    if not word:
        raise ReasonMissing
    return word


def rename_tag(tag: Tag, name: str, *, actor: User) -> Tag:
    """Call it otherwise on all its tickets at once. Raises NotPermitted, ReasonMissing, TagTaken, TagLeaving."""
    require(actor, Permission.CONFIGURE)
    tag, word = _lock(tag), tidy(name)
    if Tag.objects.filter(name=word).exclude(pk=tag.pk).exists():
        raise TagTaken(name=word)
    former, tag.name = tag.name, word
    tag.save(update_fields=["name"])
    retagging.follow(former, word)
    audit.record("tag.renamed", tag, actor=actor, before={"name": former}, after={"name": word})
    return tag


def join_tags(tag: Tag, into: Tag, *, actor: User, at: datetime) -> None:
    """Give all tickets of a tag another one instead, in the background; then the tag is gone.

    Raises NotPermitted, TagLeaving.
    """
    require(actor, Permission.CONFIGURE)
    locked = {each.pk: each for each in map(_lock, sorted((tag, into), key=lambda each: each.pk))}
    tag, into = locked[tag.pk], locked[into.pk]
    if tag.pk == into.pk:
        return
    Tag.objects.filter(replaced_by=tag).update(replaced_by=into)
    _let_go(tag, into, at)
    retagging.follow(tag.name, into.name)
    audit.record("tag.merged", tag, actor=actor, before={"name": tag.name}, after={"name": into.name})


def delete_tag(tag: Tag, *, actor: User, at: datetime) -> None:
    """Take a tag off all its tickets, in the background; then it is gone. Raises NotPermitted, TagLeaving."""
    require(actor, Permission.CONFIGURE)
    tag = _lock(tag)
    _let_go(tag, None, at)
    retagging.forget(tag.name)
    audit.record("tag.deleted", tag, actor=actor, before={"name": tag.name})


def leave(tag_id: UUID, now: datetime) -> None:
    """Alarm handler: take a tag off some of its tickets; rings again until none has it."""
    tag = Tag.objects.filter(pk=tag_id, is_leaving=True).first()
    if tag is None:
        return
    rows = list(TicketTag.objects.filter(tag=tag).order_by("id").values_list("id", "ticket")[:BATCH])
    if tag.replaced_by_id is not None:
        TicketTag.objects.bulk_create(
            (TicketTag(ticket_id=ticket, tag_id=tag.replaced_by_id) for _row, ticket in rows), ignore_conflicts=True
        )
    TicketTag.objects.filter(pk__in=[pk for pk, _ticket in rows]).delete()
    if len(rows) == BATCH:
        alarms.set(LEAVE, tag.pk, now + NEXT)
    elif Tag.objects.filter(replaced_by=tag).exists():
        # Others are just leaving for it: once they are gone, so is this one.
        alarms.set(LEAVE, tag.pk, now + AGAIN)
    else:
        tag.delete()


def _lock(tag: Tag) -> Tag:
    tag = Tag.objects.select_for_update(of=("self",)).get(pk=tag.pk)
    if tag.is_leaving:
        raise TagLeaving(name=tag.name)
    return tag


def _let_go(tag: Tag, into: Tag | None, at: datetime) -> None:
    tag.is_leaving, tag.replaced_by = True, into
    tag.save(update_fields=["is_leaving", "replaced_by"])
    alarms.set(LEAVE, tag.pk, at)
