"""A customer takes all their contacts along: one file, made in the background, some requests at a ring.

Each ring writes its requests into a part of its own, whose name follows from its number. A worker that is killed loses
that part at most, and the next one writes it again over what lies there: nothing is left out, nothing comes twice. What
may be read is asked anew at every ring.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from tenants import alarms, audit
from tenants.models import User
from tickets import archive, contacts
from tickets.errors import NotAManager, StillMaking
from tickets.models import HistoryExport, Organization

#: The alarm of an export in the making, and of one whose time is over; the subject is the HistoryExport.
ALARM, OVER = "history.export", "history.expire"
#: Requests a ring: one short transaction.
BATCH = 20
NEXT = timedelta(milliseconds=1)
#: How long a finished file can be fetched.
KEPT = timedelta(days=7)
#: An export that is not ready by then was given up.
LONGEST = timedelta(hours=12)
State = HistoryExport.State


def ask_for_history(
    person: User, organization: Organization | None = None, *, language: str, at: datetime
) -> HistoryExport:
    """Begin to make a file of one's own contacts, or of a company's by one who manages it.

    Raises NotAManager, and StillMaking while the last one is not ready.
    """
    User.objects.select_for_update().get(pk=person.pk)
    if organization is not None and not contacts.may_export(person, organization):
        raise NotAManager(organization=organization)
    if HistoryExport.objects.filter(asked_by=person, state=State.WORKING, asked_at__gt=at - LONGEST).exists():
        raise StillMaking
    export = HistoryExport.objects.create(
        asked_by=person,
        organization=organization,
        language=language,
        total=contacts.tickets_of(person, organization).count(),
        asked_at=at,
    )
    audit.record("history.export_asked", export, actor=person, after=_told(export))
    alarms.set(ALARM, export.pk, at)
    alarms.set(OVER, export.pk, at + LONGEST)
    return export


def work(export_id: UUID, now: datetime) -> None:
    """Alarm handler: one part, and the alarm for the next; after the last one the file."""
    found = HistoryExport.objects.select_for_update(of=("self",)).select_related("asked_by__role", "organization")
    export = found.filter(pk=export_id, state=State.WORKING).first()
    if export is None:
        return
    if not _may_still(export):
        _end(export, State.FAILED, now)
        return
    waiting = contacts.tickets_of(export.asked_by, export.organization).filter(number__gt=export.last_number)
    batch = list(waiting.for_list().select_related("channel").order_by("number")[:BATCH])
    if not batch:
        export.size = archive.join(export)
        export.expires_at = now + KEPT
        _end(export, State.DONE, now)
        transaction.on_commit(lambda: archive.discard_parts(export), robust=True)
        alarms.set(OVER, export.pk, export.expires_at)
        _replace(export)
        return
    archive.write_part(export, export.parts + 1, batch)
    export.parts += 1
    export.written += len(batch)
    export.last_number = batch[-1].number
    export.save(update_fields=["parts", "written", "last_number"])
    alarms.set(ALARM, export.pk, now + NEXT)


def expire(export_id: UUID, now: datetime) -> None:
    """Alarm handler: the file is kept no longer; or it was never ready, and what there is of it goes."""
    export = HistoryExport.objects.select_for_update().filter(pk=export_id).first()
    if export is None:
        return
    if export.state == State.WORKING and now >= export.asked_at + LONGEST:
        alarms.cancel(ALARM, export.pk)
        _end(export, State.FAILED, now)
    elif export.state == State.DONE:
        _discard(export)


def _replace(export: HistoryExport) -> None:
    """Keep one file a person and company: the former one goes once there is a newer, or they would fill the disk."""
    former = HistoryExport.objects.filter(asked_by=export.asked_by_id, organization=export.organization_id)
    for each in former.filter(state=State.DONE).exclude(pk=export.pk).select_for_update():
        alarms.cancel(OVER, each.pk)
        _discard(each)


def _discard(export: HistoryExport) -> None:
    export.state = State.EXPIRED
    export.save(update_fields=["state"])
    transaction.on_commit(lambda: archive.discard(export), robust=True)


def fetched(export: HistoryExport, *, actor: User) -> None:
    """Write down that a file of contacts left the house."""
    audit.record("history.exported", export, actor=actor, after=_told(export))


def may_fetch(export: HistoryExport, person: User, *, at: datetime) -> bool:
    """Whether this person may have the file now."""
    ready = export.state == State.DONE and export.expires_at is not None and at < export.expires_at
    return ready and export.asked_by_id == person.pk and _may_still(export)


def _may_still(export: HistoryExport) -> bool:
    person = export.asked_by
    return person.is_active and (export.organization is None or contacts.may_export(person, export.organization))


def _end(export: HistoryExport, state: str, now: datetime) -> None:
    export.state, export.finished_at = state, now
    export.save(update_fields=["state", "finished_at", "size", "expires_at"])
    if state == State.FAILED:
        alarms.cancel(OVER, export.pk)
        transaction.on_commit(lambda: archive.discard(export), robust=True)


def _told(export: HistoryExport) -> dict[str, object]:
    return {"organization": str(export.organization or ""), "tickets": export.total}
