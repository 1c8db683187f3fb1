"""Announcing something, changing it, calling announced work off, and taking it back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import transaction

from notices import telling
from notices.audience import Reach, narrowing
from notices.errors import AudienceMissing, EndsTooEarly, NotWork, TitleMissing, TooFarAway, WorkHalfTimed
from notices.models import AnnouncedComponent, AnnouncedOrganization, Announcement, Component, Notice
from sla.document import SupportPolicy
from sla.models import PolicyVersion
from tenants import audit
from tenants.errors import NotPermitted
from tenants.models import User
from tenants.permissions import Permission
from tickets.actions import end_window, move_window, plan_window
from tickets.models import Category, Organization, ServiceWindow

#: Times beyond this are mistakes of typing.
NEAR = timedelta(days=3_653)
#: So long after its end, announced work is still shown if nobody said until when.
READ_AFTER = timedelta(days=1)
#: The very same within this time is a button that was pressed twice.
TWICE = timedelta(minutes=1)
MOST_COMPARED = 10
_PLAIN = ("audience", "severity", "by_mail", "shown_from", "starts_at", "ends_at")


@dataclass(frozen=True, kw_only=True)
class Content:
    """What is announced, to whom, and when. Texts are by language."""

    title: Mapping[str, str]
    body: Mapping[str, str] = field(default_factory=dict)
    audience: str = Announcement.Audience.EVERYONE
    severity: str = Announcement.Severity.INFO
    by_mail: bool = False
    shown_from: datetime
    shown_until: datetime | None = None
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    categories: Sequence[Category] = ()  # requests whose clocks the work may stop; those of the services when empty
    components: Sequence[Component] = ()  # services that it concerns; all of them when empty
    organizations: Sequence[Organization] = ()  # whom it concerns; everybody when empty
    contracts: Sequence[str] = ()  # and those who have one of these contracts

    @property
    def agreed(self) -> list[str]:
        """The contracts as organisations have them: one that names none has the policy's usual one."""
        usual = policy.default_contract if (policy := _policy()) else None
        return [*self.contracts, *([""] if usual and usual.key in self.contracts and "" not in self.contracts else [])]

    @property
    def reach(self) -> Reach:
        """Whom it is to reach, as the policy and the choices have it. Raises AudienceMissing."""
        chosen, by_contract = bool(self.organizations), bool(self.contracts)
        components = [each.pk for each in self.components]
        if self.audience == Announcement.Audience.CHOSEN and not (chosen or by_contract or components):
            raise AudienceMissing
        narrowed_by = narrowing(
            self.audience,
            affected_only=self.starts_at is not None and _affected_only(),
            organizations=chosen or by_contract,
            components=components,
        )
        organizations = [each.pk for each in self.organizations]
        return Reach(self.audience, narrowed_by, organizations, self.agreed, components)


def publish(content: Content, *, author: User, at: datetime) -> Announcement:
    """Announce something from its time on. Announced work is a service window, during which clocks may stand still.

    The very same announced again within a minute is one announcement, and one mail.
    Raises NotPermitted, TitleMissing, EndsTooEarly, WorkHalfTimed, TooFarAway, AudienceMissing.
    """
    _require(author)
    # Whoever sends a form twice waits here for the first one.
    User.objects.select_for_update(no_key=True, of=("self",)).get(pk=author.pk)
    lately = Announcement.objects.filter(author=author, changed_at__gt=at - TWICE, withdrawn_at=None)
    for former in lately.order_by("-changed_at")[:MOST_COMPARED]:
        if _is_same(former, content):
            return former
    announcement = Announcement(author=author)
    _write(announcement, content, author, at)
    telling.plan(announcement, at=at)
    audit.record("announcement.published", announcement, actor=author, after=_told(announcement))
    return announcement


@transaction.atomic
def change(announcement: Announcement, content: Content, *, actor: User, at: datetime) -> Announcement:
    """Announce it differently; who had put it away sees it again, and who was told of other times is told once more.

    What of the work lies behind stays. Raises NotPermitted, TitleMissing, EndsTooEarly, WorkHalfTimed,
    TooFarAway, AudienceMissing, WindowBegan, WindowOver.
    """
    _require(actor)
    announcement = Announcement.objects.select_for_update(of=("self",)).get(pk=announcement.pk)
    before, times = _told(announcement), (announcement.starts_at, announcement.ends_at)
    _write(announcement, content, actor, at)
    has_moved = None not in times and (announcement.starts_at, announcement.ends_at) != times
    telling.plan(announcement, at=at, again=_news(announcement) if has_moved else "")
    audit.record("announcement.changed", announcement, actor=actor, before=before, after=_told(announcement))
    return announcement


def call_off(announcement: Announcement, *, actor: User, at: datetime) -> Announcement:
    """Work that was announced does not take place: nothing more rings for it, and who was told is told once more.

    The banner says so until the work would have begun. Raises NotPermitted, NotWork.
    """
    _require(actor)
    announcement = Announcement.objects.select_for_update(of=("self",)).get(pk=announcement.pk)
    if announcement.starts_at is None or announcement.starts_at <= at or announcement.cancelled_at is not None:
        raise NotWork
    _cancel(announcement, actor, at)
    announcement.shown_until = max(announcement.starts_at, announcement.shown_from + timedelta(minutes=1))
    announcement.reword()
    announcement.save()
    telling.plan(announcement, at=at, again=Notice.Occasion.CANCELLED)
    audit.record("announcement.called_off", announcement, actor=actor, after=_told(announcement))
    return announcement


def withdraw(announcement: Announcement, *, actor: User, at: datetime) -> None:
    """Show it no longer: it stays on record when somebody may have read it, else it is deleted. Raises NotPermitted."""
    _require(actor)
    announcement = Announcement.objects.select_for_update(of=("self",)).get(pk=announcement.pk)
    before, again = _told(announcement), ""
    if announcement.starts_at is not None and announcement.starts_at > at and announcement.cancelled_at is None:
        _cancel(announcement, actor, at)  # what is not announced any more does not happen
        again = Notice.Occasion.CANCELLED
    telling.plan(announcement, at=at, again=again) if again else telling.drop(announcement, at=at)
    audit.record("announcement.withdrawn", announcement, actor=actor, before=before)
    if announcement.shown_from >= at and not announcement.notices.exists():
        announcement.delete()
        return
    if announcement.shown_until is None or announcement.shown_until > at:
        announcement.shown_until = max(at, announcement.shown_from)
    announcement.withdrawn_at = announcement.changed_at = at
    announcement.save(update_fields=["shown_until", "cancelled_at", "window", "changed_at", "withdrawn_at"])


def _require(person: User) -> None:
    if not person.may(Permission.ANNOUNCE):
        raise NotPermitted


def _policy() -> SupportPolicy | None:
    try:
        return PolicyVersion.objects.current().policy
    except PolicyVersion.DoesNotExist:
        return None


def _affected_only() -> bool:
    policy = _policy()
    return policy is not None and policy.maintenance is not None and policy.maintenance.affected_only


def _news(announcement: Announcement) -> str:
    """What became of work whose times were changed."""
    return Notice.Occasion.CANCELLED if announcement.starts_at is None else Notice.Occasion.MOVED


def _cancel(announcement: Announcement, actor: User, at: datetime) -> None:
    window, announcement.window = announcement.window, None
    announcement.cancelled_at = announcement.changed_at = at
    announcement.save(update_fields=["window", "cancelled_at", "changed_at"])
    if window is not None:
        end_window(window, actor=actor, at=at)


def _write(announcement: Announcement, content: Content, actor: User, at: datetime) -> None:
    title = _said(content.title)
    if not title:
        raise TitleMissing
    times = (content.shown_from, content.shown_until, content.starts_at, content.ends_at)
    if any(time is not None and abs(time - at) > NEAR for time in times):
        raise TooFarAway
    if content.shown_until is not None and content.shown_until <= content.shown_from:
        raise EndsTooEarly
    if (content.starts_at is None) != (content.ends_at is None):
        raise WorkHalfTimed
    if content.starts_at is not None and content.ends_at is not None and content.ends_at <= content.starts_at:
        raise EndsTooEarly
    announcement.narrowed_by = content.reach.narrowed_by
    announcement.title, announcement.body = title, _said(content.body)
    announcement.contracts = content.agreed
    for name in _PLAIN:
        setattr(announcement, name, getattr(content, name))
    announcement.shown_until = content.shown_until
    if content.shown_until is None and content.ends_at is not None:
        announcement.shown_until = max(content.ends_at, content.shown_from) + READ_AFTER
    announcement.window = _window(announcement.window, content, title, actor, at)
    announcement.cancelled_at, announcement.withdrawn_at, announcement.changed_at = None, None, at
    announcement.reword()
    announcement.save()
    _concern(announcement, content)


def _is_same(former: Announcement, content: Content) -> bool:
    """Whether just this was announced: the same words to the same people, for the same times."""
    if (former.title, former.body or {}) != (_said(content.title), _said(content.body)):
        return False
    if abs(former.shown_from - content.shown_from) >= TWICE or former.contracts != content.agreed:
        return False
    if content.shown_until is not None and former.shown_until != content.shown_until:
        return False
    if any(getattr(former, name) != getattr(content, name) for name in _PLAIN if name != "shown_from"):
        return False
    concerned = {each.pk for each in content.organizations} == set(former.organizations.values_list("pk", flat=True))
    return concerned and {each.pk for each in content.components} == set(former.components.values_list("pk", flat=True))


def _said(texts: Mapping[str, str]) -> dict[str, str]:
    return {language: text.strip() for language, text in texts.items() if text.strip()}


def _concern(announcement: Announcement, content: Content) -> None:
    """Write down whom and what it concerns."""
    AnnouncedOrganization.objects.filter(announcement=announcement).delete()
    AnnouncedComponent.objects.filter(announcement=announcement).delete()
    AnnouncedOrganization.objects.bulk_create(
        AnnouncedOrganization(announcement=announcement, organization=each) for each in content.organizations
    )
    AnnouncedComponent.objects.bulk_create(
        AnnouncedComponent(announcement=announcement, component=each) for each in content.components
    )


def _told(announcement: Announcement) -> dict[str, object]:
    """What the audit log keeps of it."""
    return {
        "title": str(announcement),
        "audience": announcement.audience,
        "shown_from": announcement.shown_from,
        "shown_until": announcement.shown_until,
        "work_from": announcement.starts_at,
        "work_until": announcement.ends_at,
    }


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
    concerned = {each.pk: each for each in content.organizations}
    if content.contracts:
        concerned |= {each.pk: each for each in Organization.objects.filter(contract__in=content.agreed)}
    if content.contracts and not concerned:
        raise AudienceMissing  # a window of nobody would be one of everybody
    return plan_window(
        title=title,
        begins=content.starts_at,
        ends=content.ends_at,
        categories=content.categories or _categories_of(content.components),
        organizations=list(concerned.values()),
        actor=actor,
        at=at,
    )


def _categories_of(components: Sequence[Component]) -> Sequence[Category]:
    """The kinds of request about these services; any kind where one of them names none."""
    if not components or not all(each.categories for each in components):
        return ()
    keys = {key for each in components for key in each.categories}
    return list(Category.objects.filter(key__in=keys))
