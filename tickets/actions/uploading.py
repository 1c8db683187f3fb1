"""Files that go up in pieces: begun, gone on with after a lost connection, sent with a form once, or swept away."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings
from django.core.files.base import ContentFile, File
from django.db import connection, transaction
from django.db.models import Count, Sum
from django.template.defaultfilters import filesizeformat

from tenants import alarms
from tenants.context import active_tenant_id
from tenants.errors import Refused
from tickets.attachments import media_type, shown_name
from tickets.errors import (
    FileTooLarge,
    NoRoomForUpload,
    TooManyFiles,
    TooManyUploads,
    UploadElsewhere,
    UploadGone,
    UploadTooLong,
    UploadUnfinished,
)
from tickets.models import Holder, Upload

#: The alarm that takes away what no form was sent with; its subject is the upload.
SWEEP = "upload.sweep"
SWEEP_AFTER = timedelta(days=1)


def begin(holder: Holder, *, name: str, size: int, content_type: str, at: datetime) -> Upload:
    """Announce a file of so many bytes, with nothing of it yet.

    Raises FileTooLarge, and TooManyUploads or NoRoomForUpload for what waits already.
    """
    name = shown_name(name)
    if size > settings.ATTACHMENT_MAX_BYTES:
        raise FileTooLarge(name=name, limit=filesizeformat(settings.ATTACHMENT_MAX_BYTES))
    _require_room(holder, size)
    upload = Upload(
        person=holder.person,
        session="" if holder.person else holder.session,
        key=uuid4(),
        name=name,
        content_type=media_type(content_type),
        size=size,
        touched_at=at,
    )
    upload.file.save(str(upload.key), ContentFile(b""), save=False)
    try:
        upload.save()
        alarms.set(SWEEP, upload.pk, at + SWEEP_AFTER)
    except BaseException:
        _forget_bytes(upload)
        raise
    return upload


def append(holder: Holder, pk: UUID, *, offset: int, piece: bytes, at: datetime) -> Upload:
    """Keep the next piece of a file. Of two that come at once, the second finds that the first is there.

    Raises UploadGone, UploadTooLong, UploadElsewhere: ask how much is here and go on from that byte.
    """
    upload = Upload.objects.held_by(holder).select_for_update(of=("self",)).filter(pk=pk).first()
    if upload is None:
        raise UploadGone
    if offset != upload.received:
        raise UploadElsewhere
    if offset + len(piece) > upload.size:
        raise UploadTooLong
    try:
        # What a broken request may have written behind this byte is written over.
        with Path(upload.file.path).open("r+b") as kept:
            kept.seek(offset)
            kept.write(piece)
    except FileNotFoundError:
        raise UploadGone from None
    upload.received, upload.touched_at = offset + len(piece), at
    upload.save(update_fields=["received", "touched_at"])
    return upload


def keep_whole(
    holder: Holder, files: Iterable[File], *, at: datetime, may_begin: Callable[[], bool] = lambda: True
) -> list[Upload]:
    """Keep what may be kept of the files of a form that comes back, so that it need not be chosen again.

    `may_begin` is asked before each; what is refused is left out, and leaves neither row nor bytes.
    """
    kept = []
    for file in files:
        if not may_begin():
            break
        try:
            with transaction.atomic():
                kept.append(_keep(holder, file, at))
        except Refused:
            continue
    return kept


def _keep(holder: Holder, file: File, at: datetime) -> Upload:
    said = getattr(file, "content_type", None) or ""
    upload = begin(holder, name=file.name or "", size=file.size, content_type=said, at=at)
    try:
        with Path(upload.file.path).open("r+b") as target:
            for piece in file.chunks():
                target.write(piece)
        upload.received = upload.size
        upload.save(update_fields=["received"])
    except BaseException:
        _forget_bytes(upload)  # the row goes with the transaction
        raise
    return upload


def taken(holder: Holder, ids: Iterable[UUID]) -> list[Upload]:
    """The files that a form names, locked, for attach() to make attachments of them in the same transaction.

    Raises TooManyFiles, UploadGone, UploadUnfinished.
    """
    wanted = set(ids)
    if len(wanted) > settings.ATTACHMENT_MAX_COUNT:
        raise TooManyFiles(limit=settings.ATTACHMENT_MAX_COUNT)
    if not wanted:
        return []
    found = list(Upload.objects.held_by(holder).named(wanted).select_for_update(of=("self",)))
    if len(found) < len(wanted):
        raise UploadGone
    if part := next((each for each in found if not each.is_whole), None):
        raise UploadUnfinished(name=part.name)
    return found


def remove(holder: Holder, pk: UUID) -> None:
    """Take a file away that was not sent; safe to call twice."""
    upload = Upload.objects.held_by(holder).select_for_update(of=("self",)).filter(pk=pk).first()
    if upload is not None:
        _discard(upload)
        alarms.cancel(SWEEP, pk)


def rang(upload_id: UUID, now: datetime) -> None:
    """Alarm handler: sweep a file away that nothing happened to for a day."""
    upload = Upload.objects.select_for_update(of=("self",)).filter(pk=upload_id).first()
    if upload is None:
        return
    if upload.touched_at + SWEEP_AFTER > now:
        alarms.set(SWEEP, upload.pk, upload.touched_at + SWEEP_AFTER)
    else:
        _discard(upload)


def _forget_bytes(upload: Upload) -> None:
    """Bytes without a row nothing would count, and no alarm would ever sweep away."""
    upload.file.storage.delete(str(upload.file.name))


def _discard(upload: Upload) -> None:
    name, storage = str(upload.file.name), upload.file.storage
    upload.delete()
    transaction.on_commit(partial(storage.delete, name), robust=True)


def _require_room(holder: Holder, size: int) -> None:
    """In turn for each holder, or files that are begun at once would each find the same room."""
    who = str(holder.person.pk) if holder.person else "anybody"
    with connection.cursor() as cursor:
        wanted = f"uploads {active_tenant_id()} {who}"
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [wanted])
    _require_within(Upload.objects.held_by(holder), size, settings.UPLOADS_MAX_COUNT, settings.UPLOADS_MAX_BYTES)
    if holder.person is None:
        # Anybody can come with a new session each time, so that what all of them leave is bounded too.
        everybody = Upload.objects.filter(person=None)
        _require_within(everybody, size, settings.UPLOADS_MAX_COUNT * 20, settings.UPLOADS_MAX_BYTES * 5)


def _require_within(waiting: Any, size: int, most: int, room: int) -> None:
    there = waiting.aggregate(number=Count("pk"), bytes=Sum("size", default=0))
    if there["number"] >= most:
        raise TooManyUploads(limit=most)
    if there["bytes"] + size > room:
        raise NoRoomForUpload(limit=filesizeformat(room))
