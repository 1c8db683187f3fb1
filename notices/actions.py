"""What can be done with announcements."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction

from notices.errors import EndsTooEarly, TitleMissing, WorkHalfTimed
from notices.models import Announcement
from tenants.errors import NotPermitted
from tenants.models import User
from tenants.permissions import Permission
from tickets.actions import end_window, move_window, plan_window
from tickets.models import Category, Organization, ServiceWindow


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
    categories: Sequence[Category] = ()  # what the work affects; everything when empty
    organizations: Sequence[Organization] = ()  # whom it affects; everybody when empty


def publish(content: Content, *, author: User, at: datetime) -> Announcement:
    """Announce something from its time on. Announced work is a service window, during which clocks may stand still.

    Raises NotPermitted, TitleMissing, EndsTooEarly, WorkHalfTimed.
    """
    _require(author)
    announcement = Announcement(author=author)
    _write(announcement, content, author, at)
    return announcement


@transaction.atomic
def change(announcement: Announcement, content: Content, *, actor: User, at: datetime) -> Announcement:
    """Announce it differently; who had put it away sees it again. What of the work lies behind stays.

    Raises NotPermitted, TitleMissing, EndsTooEarly, WorkHalfTimed, WindowBegan, WindowOver.
    """
    _require(actor)
    announcement = Announcement.objects.select_for_update(of=("self",)).get(pk=announcement.pk)
    _write(announcement, content, actor, at)
    return announcement


def withdraw(announcement: Announcement, *, actor: User, at: datetime) -> None:
    """Show it no longer: it stays on record when somebody may have read it, else it is deleted. Raises NotPermitted."""
    _require(actor)
    announcement = Announcement.objects.select_for_update(of=("self",)).get(pk=announcement.pk)
    if announcement.window is not None and announcement.window.begins_at > at:
        end_window(announcement.window, actor=actor, at=at)  # what is not announced any more does not happen
        announcement.refresh_from_db()
    if announcement.shown_from >= at:
        announcement.delete()
    elif announcement.shown_until is None or announcement.shown_until > at:
        announcement.shown_until = at
        announcement.save(update_fields=["shown_until"])


def _require(person: User) -> None:
    if not person.may(Permission.ANNOUNCE):
        raise NotPermitted


def _write(announcement: Announcement, content: Content, actor: User, at: datetime) -> None:
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
    announcement.window = _window(announcement.window, content, title, actor, at)
    announcement.save()


def _window(
    former: ServiceWindow | None, content: Content, title: Mapping[str, str], actor: User, at: datetime
) -> ServiceWindow | None:
    """The service window of the announced work, as it is to be now."""
    if content.starts_at is None:
        if former is not None:
            end_window(former, actor=actor, at=at)
        return None
    if former is not None and former.begins_at > at:
        # Nothing has happened yet, so it may concern others too.
        former.delete()
        former = None
    if former is not None:
        return move_window(former, begins=content.starts_at, ends=content.ends_at, actor=actor, at=at)
    return plan_window(
        title=title,
        begins=content.starts_at,
        ends=content.ends_at,
        categories=content.categories,
        organizations=content.organizations,
        actor=actor,
        at=at,
    )
