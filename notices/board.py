"""What the public status page shows, computed from disturbances and announced work; nothing of it is kept.

Everything here is for anybody: what is not public is left out before it is looked at.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time, timedelta, tzinfo
from uuid import UUID

from django.db.models import Max, Prefetch, Q, QuerySet
from django.utils import timezone

from notices import uptime
from notices.models import Announcement, Component, Impact, Incident
from notices.uptime import Day, Span

State = Component.State
#: Disturbances that are over stay on the page so long; then they are on the pages of the past.
RECENT = timedelta(days=14)
MOST = 50
PAGE_SIZE = 20


@dataclass(frozen=True)
class Row:
    """A service with its state now and its last days."""

    component: Component
    state: str
    days: list[Day]
    percent: float | None

    @property
    def label(self) -> str:
        """The state in words."""
        return str(State(self.state).label)

    @property
    def bad_days(self) -> list[Day]:
        """Days on which something was the matter, the newest first."""
        return [each for each in reversed(self.days) if each.state not in ("", State.OPERATIONAL)]


@dataclass(frozen=True)
class Board:
    """The whole page."""

    at: datetime
    changed_at: datetime
    state: str
    rows: list[Row]
    incidents: list[Incident]  # that last
    past: list[Incident]
    work: list[Announcement]  # under way and ahead

    @property
    def label(self) -> str:
        """The worst state in words."""
        return str(State(self.state).label)

    @property
    def digest(self) -> str:
        """Names what is shown, for a cache."""
        shown = [
            [
                (row.component.pk, row.component.changed_at, row.state, row.percent and round(row.percent, 2))
                for row in self.rows
            ],
            [(each.pk, each.changed_at) for each in (*self.incidents, *self.past)],
            [(each.pk, each.changed_at, stage(each, self.at)) for each in self.work],
            timezone.localtime(self.at).date(),
        ]
        return hashlib.sha256(repr(shown).encode()).hexdigest()[:32]


def board(now: datetime) -> Board:
    """What is the matter now, and what was lately. Eight queries."""
    zone = timezone.get_current_timezone()
    everything = list(Component.objects.all())
    components = [each for each in everything if each.is_public and each.is_active]
    works = list(_told(now).filter(ends_at__gt=now - timedelta(days=uptime.DAYS)).order_by("starts_at", "id"))
    incidents = _recent(now)
    spans = _spans(components, works, now)
    rows = [_row(each, spans[each.pk], now, zone) for each in components]
    shown = [each for each in works if each.withdrawn_at is None]
    ahead = [each for each in shown if each.ends_at is not None and each.ends_at > now]
    return Board(
        at=now,
        changed_at=_changed_at(everything, incidents, works, now),
        state=uptime.worst(row.state for row in rows),
        rows=rows,
        incidents=[each for each in incidents if each.resolved_at is None],
        past=[each for each in incidents if each.resolved_at is not None],
        work=ahead,
    )


def stage(work: Announcement, now: datetime) -> str:
    """Where announced work stands: planned, under_way, over, cancelled."""
    if work.cancelled_at is not None:
        return "cancelled"
    if work.starts_at is None or work.starts_at > now:
        return "planned"
    return "over" if work.ends_at is not None and work.ends_at <= now else "under_way"


def work_of(pk: UUID, now: datetime) -> Announcement | None:
    """Announced work that anybody may know of."""
    return _told(now).filter(pk=pk, withdrawn_at=None).first()


def incident_of(pk: UUID) -> Incident | None:
    """A disturbance that anybody may know of, with what was said about it."""
    return _with_words(Incident.objects.public().filter(pk=pk)).first()


def history(after: str = "") -> tuple[list[Incident], str]:
    """A page of disturbances that are over, the newest first, and the key of the next page. Four queries."""
    found = Incident.objects.public().filter(resolved_at__isnull=False)
    begin, pk = _parsed(after)
    if begin is not None:
        found = found.filter(begins_at__lte=begin).filter(Q(begins_at__lt=begin) | Q(pk__lt=pk))
    rows = list(_with_words(found)[: PAGE_SIZE + 1])
    last = rows[PAGE_SIZE - 1] if len(rows) > PAGE_SIZE else None
    return rows[:PAGE_SIZE], f"{last.begins_at.isoformat()}_{last.pk}" if last else ""


def services(incident: Incident) -> list[Component]:
    """The public services that a disturbance is or was about."""
    seen = {each.component_id: each.component for each in incident.impacts.all()}
    return sorted(seen.values(), key=lambda each: (each.position, each.pk))


def _parsed(after: str) -> tuple[datetime | None, UUID | None]:
    """A key; one that somebody made up begins at the start."""
    try:
        at, pk = after.replace(" ", "+").split("_")
        begin, row = datetime.fromisoformat(at), UUID(pk)
    except ValueError:
        return None, None
    return (begin, row) if begin.tzinfo else (None, None)


def _told(now: datetime) -> QuerySet[Announcement]:
    shown = Component.objects.public()
    return Announcement.objects.on_the_status_page(now).prefetch_related(Prefetch("components", queryset=shown))


def _recent(now: datetime) -> list[Incident]:
    lately = Incident.objects.public().filter(Q(resolved_at=None) | Q(resolved_at__gt=now - RECENT))
    return list(_with_words(lately)[:MOST])


def _with_words(incidents: QuerySet[Incident]) -> QuerySet[Incident]:
    public = Impact.objects.filter(component__is_public=True, component__is_active=True).select_related("component")
    return incidents.prefetch_related("updates", Prefetch("impacts", queryset=public))


def _spans(components: list[Component], works: list[Announcement], now: datetime) -> dict[UUID, list[Span]]:
    """What was the matter with each service, by its id: disturbances, and announced work that took place."""
    spans: dict[UUID, list[Span]] = {each.pk: [] for each in components}
    since = now - timedelta(days=uptime.DAYS + 1)
    rows = Impact.objects.since(since).filter(component__in=spans)
    for component, state, begins, ends in rows.values_list("component_id", "state", "begins_at", "ends_at"):
        spans[component].append(Span(state, begins, ends))
    for work in works:
        if work.cancelled_at is None and work.starts_at is not None:
            concerned = [each.pk for each in work.components.all()] or list(spans)
            for component in concerned:
                spans[component].append(Span(State.MAINTENANCE, work.starts_at, work.ends_at))
    return spans


def _row(component: Component, spans: list[Span], now: datetime, zone: tzinfo) -> Row:
    return Row(
        component=component,
        state=uptime.state_at(spans, now),
        days=uptime.days(spans, since=component.since, now=now, zone=zone),
        percent=uptime.share_up(spans, since=component.since, now=now),
    )


def _changed_at(
    components: Iterable[Component], incidents: Iterable[Incident], works: Iterable[Announcement], now: datetime
) -> datetime:
    """When the page last changed: by a word, by work that began or ended, by a new day."""
    # All of them: what is hidden from now on has changed the page, too.
    newest = Announcement.objects.aggregate(at=Max("changed_at"))["at"]
    latest = Incident.objects.aggregate(at=Max("changed_at"))["at"]
    instants = [each.changed_at for each in components] + [newest, latest]
    instants += [at for each in works for at in (each.starts_at, each.ends_at)]
    instants += [each.resolved_at + RECENT for each in incidents if each.resolved_at]
    midnight = datetime.combine(timezone.localtime(now).date(), time.min, timezone.get_current_timezone())
    return max([midnight, *(at for at in instants if at is not None and at <= now)])
