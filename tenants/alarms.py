"""Alarms: whatever is to happen later is one row in Postgres; Redis only rings the bell.

An alarm is set in the transaction that wants it and deleted in the transaction that does the work. What each kind
does stands in helpdesk/reactions.py, found through settings.REACTIONS so that this layer need not import it.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime, timedelta
from functools import partial
from importlib import import_module
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.module_loading import import_string

from tenants import bell
from tenants.bulk import as_array
from tenants.context import act_as, active_tenant
from tenants.models import Alarm, Tenant

log = logging.getLogger(__name__)

#: An alarm that failed this often is parked and shown to an administrator.
MOST_ATTEMPTS = 5
#: Does the work of one alarm kind: the subject's id, and the instant at which it is done.
Handler = Callable[[UUID, datetime], None]
#: Does the work of many alarms of one kind in one transaction; returns the subjects whose work is done.
Together = Callable[[Collection[UUID], datetime], Collection[UUID]]


def set(kind: str, subject: UUID, at: datetime) -> None:
    """Wake up for this at that time; an earlier alarm of the same kind and subject is moved."""
    set_many([(kind, subject, at)])


def set_many(wanted: Iterable[tuple[str, UUID, datetime]]) -> None:
    """Set several alarms in one statement, and ring after the commit for those that are due already."""
    gathered = _gathered.get()
    if gathered is not None:
        gathered.update({(kind, subject): at for kind, subject, at in wanted})
        return
    tenant = active_tenant()
    asked = list(wanted)
    if not asked:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH written AS (
                INSERT INTO tenants_alarm (id, tenant_id, kind, subject, at, attempts, error)
                SELECT uuidv7(), %s, new.kind, new.subject, new.at, 0, ''
                FROM unnest(%s::text[], %s::uuid[], %s::timestamptz[]) AS new (kind, subject, at)
                ON CONFLICT (tenant_id, kind, subject) DO UPDATE
                SET at = excluded.at, rung_at = NULL, attempts = 0, error = '', parked_at = NULL
                RETURNING id, kind, at
            )
            SELECT id, kind FROM written WHERE at <= %s ORDER BY at, id
            """,
            [tenant.id, *(as_array(column) for column in zip(*asked, strict=True)), timezone.now()],
        )
        due = cursor.fetchall()
    if due:
        transaction.on_commit(partial(bell.ring, tenant.id, due), robust=True)


def set_soon(kind: str, subject: UUID, at: datetime) -> None:
    """As set(), for a time that may come before the next sweep does: the bell rings at that time by itself."""
    set(kind, subject, at)
    transaction.on_commit(
        partial(bell.ring_at, at, active_tenant().id, kind, subject, priority=priority(kind)), robust=True
    )


@contextmanager
def gathered() -> Iterator[None]:
    """Set all alarms that are wanted inside with one statement at the end. Goes into a transaction, not around it."""
    wanted: dict[tuple[str, UUID], datetime] = {}
    token = _gathered.set(wanted)
    try:
        yield
    finally:
        _gathered.reset(token)
    set_many((kind, subject, at) for (kind, subject), at in wanted.items())


def cancel(kind: str, *subjects: UUID) -> None:
    """Do not wake up for these after all."""
    for subject in subjects:
        (_gathered.get() or {}).pop((kind, subject), None)
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM tenants_alarm WHERE tenant_id = %s AND kind = %s AND subject = ANY(%s::uuid[])",
            [active_tenant().id, kind, as_array(subjects)],
        )


def put_off(kind: str, subjects: Collection[UUID], at: datetime) -> None:
    """Wake up for those of these that are still waited for at this time instead. Sets none that was not set."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE tenants_alarm SET at = %s WHERE tenant_id = %s AND kind = %s AND subject = ANY(%s::uuid[])",
            [at, active_tenant().id, kind, as_array(subjects)],
        )


#: What was set inside gathered().
_gathered: ContextVar[dict[tuple[str, UUID], datetime] | None] = ContextVar("gathered", default=None)


def due(limit: int = 10_000, *, again_after: timedelta = timedelta(seconds=60)) -> list[tuple[UUID, int, str, int]]:
    """Take up to `limit` alarms that are due and not rung in the last minute: (id, tenant_id, kind, attempts).

    Costs what is due: one index scan, whatever the number of tenants and tickets. Many at once, so that what a tenant
    has due is worked together when a thousand tenants have something due.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE tenants_alarm SET rung_at = now()
            WHERE id IN (
                SELECT id FROM tenants_alarm
                WHERE at <= now() AND parked_at IS NULL
                  AND (rung_at IS NULL OR rung_at < now() - make_interval(secs => %s))
                ORDER BY at LIMIT %s FOR UPDATE SKIP LOCKED
            )
            RETURNING id, tenant_id, kind, attempts
            """,
            [again_after.total_seconds(), limit],
        )
        return cursor.fetchall()


def work(tenant: Tenant, ids: list[UUID]) -> None:
    """Do the work of these alarms; safe to call twice, and while others do.

    Each has a transaction of its own, but for kinds whose work costs less when many are done together.
    """
    # Counted before the work, in a transaction of its own, so that work that kills its worker is parked in the end.
    Alarm.objects.filter(pk__in=ids, tenant_id=tenant.id, at__lte=Now(), parked_at=None).update(
        attempts=F("attempts") + 1
    )
    with bell.one_bell(tenant):
        done = _work_together(tenant, ids) if len(ids) > 1 else frozenset()
        seen_outside = _seen_outside(tenant, ids)
        for pk in ids:
            if pk not in done:
                try:
                    if pk in seen_outside:
                        _begin(tenant, *seen_outside[pk])
                    _work_one(tenant, pk)
                except Exception as error:
                    _failed(tenant, pk, error)


def _work_together(tenant: Tenant, ids: list[UUID]) -> frozenset[UUID]:
    """Do in one transaction what can be done for many subjects together. Returns the ids of what is done.

    When one of them fails nothing is done, and the caller goes on one by one, which finds the one that fails.
    """
    done: list[UUID] = []
    try:
        with act_as(tenant), gathered():
            claimed, now = _claim(ids)
            for kind, path in import_module(settings.REACTIONS).TOGETHER.items():
                subjects = [alarm.subject for alarm in claimed if alarm.kind == kind]
                if subjects:
                    worked = import_string(path)(subjects, now)
                    finished = [alarm for alarm in claimed if alarm.kind == kind and alarm.subject in worked]
                    _done(finished)
                    done += [alarm.pk for alarm in finished]
    except Exception:
        log.exception("Alarms of tenant %s failed together; they are worked one by one", tenant.slug)
        return frozenset()
    return frozenset(done)


def _seen_outside(tenant: Tenant, ids: list[UUID]) -> dict[UUID, tuple[str, UUID]]:
    """Kind and subject of the alarms whose work leaves traces outside of the database."""
    kinds = list(import_module(settings.REACTIONS).BEFORE)
    found = Alarm.objects.filter(pk__in=ids, tenant_id=tenant.id, kind__in=kinds)
    return {pk: (kind, subject) for pk, kind, subject in found.values_list("pk", "kind", "subject")}


def _begin(tenant: Tenant, kind: str, subject: UUID) -> None:
    """Commit what has to be known should the work kill its worker."""
    with act_as(tenant):
        import_string(import_module(settings.REACTIONS).BEFORE[kind])(subject, timezone.now())


def _work_one(tenant: Tenant, pk: UUID) -> None:
    with act_as(tenant):
        claimed, now = _claim([pk])
        for alarm in claimed:
            handler(alarm.kind)(alarm.subject, now)
            _done([alarm])


def _claim(ids: list[UUID]) -> tuple[list[Alarm], datetime]:
    """Those of the alarms that are still due and that no other worker has, and the database's time.

    An advisory lock, not a row lock: an action locks its ticket first and moves the alarm then, the work does it
    in the other order, and row locks would meet in a deadlock.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT now(), id FROM unnest(%s::uuid[]) AS id"
            " WHERE pg_try_advisory_xact_lock(hashtextextended(id::text, 0))",
            [ids],
        )
        rows = cursor.fetchall()
    if not rows:
        return [], timezone.now()
    now = rows[0][0]
    # A statement of its own: its snapshot is taken after the lock, so it sees what another worker just did.
    free = Alarm.objects.filter(pk__in=[pk for _, pk in rows], tenant_id=active_tenant().id)
    return list(free.filter(at__lte=now, parked_at=None).order_by("at")), now


def _done(alarms: Collection[Alarm]) -> None:
    # Only as they were claimed: an alarm that was moved meanwhile is another promise.
    with connection.cursor() as cursor:
        cursor.execute(
            """
            DELETE FROM tenants_alarm AS alarm USING unnest(%s::uuid[], %s::timestamptz[]) AS claimed (id, at)
            WHERE alarm.id = claimed.id AND alarm.at = claimed.at
            """,
            [[alarm.pk for alarm in alarms], [alarm.at for alarm in alarms]],
        )


def _failed(tenant: Tenant, pk: UUID, error: Exception) -> None:
    """Try again with growing gaps, then park the alarm for an administrator to see."""
    log.exception("Alarm %s of tenant %s failed", pk, tenant.slug)
    alarm = Alarm.objects.filter(pk=pk, tenant_id=tenant.id).first()
    if alarm is None:
        return
    # The kind of the error, never its text: that may quote a secret or what a customer wrote.
    alarm.error = type(error).__name__
    alarm.rung_at = None
    if alarm.attempts >= MOST_ATTEMPTS:
        alarm.parked_at = timezone.now()
    else:
        alarm.at = timezone.now() + timedelta(seconds=5 * 4 ** (alarm.attempts - 1))
    alarm.save(update_fields=["error", "rung_at", "parked_at", "at"])


def retry(alarm: Alarm) -> None:
    """Try parked work of the active tenant again now, as if it had never failed."""
    set(alarm.kind, alarm.subject, timezone.now())


def park_exhausted() -> int:
    """Park the alarms whose work killed its worker every time. Returns how many."""
    return Alarm.objects.filter(
        parked_at=None,
        attempts__gte=MOST_ATTEMPTS,
        rung_at__lt=Now() - timedelta(minutes=5),
    ).update(parked_at=Now(), error="WorkerLost")


def work_due(until: datetime, *, drop: Collection[str] = ()) -> int:
    """Do all work of the active tenant that is due up to an instant, in order of time, as if each were on time.

    For tests and for the demo, which live in a time of their own. Alarms of the kinds to `drop` are deleted instead.
    Errors are raised. Returns how many were done.
    """
    due, done = Alarm.objects.filter(tenant_id=active_tenant().id, at__lte=until, parked_at=None), 0
    while alarm := due.exclude(kind__in=drop).order_by("at", "id").first():
        handler(alarm.kind)(alarm.subject, alarm.at)
        _done([alarm])
        done += 1
    if drop:
        due.filter(kind__in=drop).delete()
    return done


def handler(kind: str) -> Handler:
    """What does the work of this kind. Raises KeyError for a kind that helpdesk/reactions.py does not name."""
    return import_string(import_module(settings.REACTIONS).ALARMS[kind])


def priority(kind: str) -> int:
    """Where the bell of this kind stands in the queue: 0 goes first."""
    return 6 if kind in import_module(settings.REACTIONS).PATIENT else 0


def after(verb: str, event: object) -> list[str]:
    """The alarm kinds that an event of this verb sets, with the event as their subject."""
    reactions = import_module(settings.REACTIONS)
    kinds: list[str] = reactions.AFTER.get(verb, [])
    return [kind for kind in kinds if kind not in reactions.CONCERNS or import_string(reactions.CONCERNS[kind])(event)]
