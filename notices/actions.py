"""What can be done with announcements."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from notices.errors import EndsTooEarly, TitleMissing, WorkHalfTimed
from notices.models import Announcement
from tenants.errors import NotPermitted
from tenants.models import User
from tenants.permissions import Permission


@dataclass(frozen=True, kw_only=True)
class Content:
    """What is announced, to whom, and when. Texts are by language."""

    title: Mapping[str, str]
    body: Mapping[str, str] = field(default_factory=dict)
    audience: str = Announcement.Audience.EVERYONE
    severity: str = Announcement.Severity.INFO
    shown_from: datetime
    shown_until: datetime | None = None
    starts_at: datetime | None = None
    ends_at: datetime | None = None


def publish(content: Content, *, author: User) -> Announcement:
    """Announce something from its time on. Raises NotPermitted, TitleMissing, EndsTooEarly, WorkHalfTimed."""
    _require(author)
    announcement = Announcement(author=author)
    _write(announcement, content)
    return announcement


def change(announcement: Announcement, content: Content, *, actor: User) -> Announcement:
    """Announce it differently; who had put it away sees it again.

    Raises NotPermitted, TitleMissing, EndsTooEarly, WorkHalfTimed.
    """
    _require(actor)
    announcement = Announcement.objects.select_for_update(of=("self",)).get(pk=announcement.pk)
    _write(announcement, content)
    return announcement


def withdraw(announcement: Announcement, *, actor: User, at: datetime) -> None:
    """Show it no longer: it stays on record when somebody may have read it, else it is deleted. Raises NotPermitted."""
    _require(actor)
    announcement = Announcement.objects.select_for_update(of=("self",)).get(pk=announcement.pk)
    if announcement.shown_from >= at:
        announcement.delete()
    elif announcement.shown_until is None or announcement.shown_until > at:
        announcement.shown_until = at
        announcement.save(update_fields=["shown_until"])


def _require(person: User) -> None:
    if not person.may(Permission.ANNOUNCE):
        raise NotPermitted


def _write(announcement: Announcement, content: Content) -> None:
    title = {language: text.strip() for language, text in content.title.items() if text.strip()}
    if not title:
        raise TitleMissing
    if content.shown_until is not None and content.shown_until <= content.shown_from:
        raise EndsTooEarly
    if (content.starts_at is None) != (content.ends_at is None):
        raise WorkHalfTimed
    if content.starts_at is not None and content.ends_at is not None and content.ends_at <= content.starts_at:
        raise EndsTooEarly
    announcement.title = title
    announcement.body = {language: text.strip() for language, text in content.body.items() if text.strip()}
    for name in ("audience", "severity", "shown_from", "shown_until", "starts_at", "ends_at"):
        setattr(announcement, name, getattr(content, name))
    announcement.save()
