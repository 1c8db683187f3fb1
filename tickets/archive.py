"""The file that a customer takes along: their requests as pages to read offline, as JSON, and with their files.

Drawn by the same function as the page of a ticket, so nothing is in it that its reader may not see.
"""

from __future__ import annotations

import json
import re
import tempfile
import zipfile
from collections.abc import Iterable, Iterator
from typing import IO, Any
from uuid import UUID

from django.core.files import File
from django.core.files.storage import default_storage
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from tenants.context import active_tenant
from tenants.middleware import zone_named
from tenants.text import say
from tickets import answers, formatting, promise, timeline
from tickets.models import Attachment, Channel, HistoryExport, Ticket

_UNSAFE = re.compile(r"[^\w.\- ]+")
_INDEX = "_index.json"
_COPIED = 1024 * 1024


def path_of(export: HistoryExport, name: str) -> str:
    """Where the bytes lie, by our own ids."""
    return f"{export.tenant_id}/exports/{export.pk}/{name}"


def write_part(export: HistoryExport, number: int, tickets: Iterable[Ticket]) -> None:
    """Write requests into the part of this number, over what a killed worker may have left there."""
    with tempfile.TemporaryFile() as file:
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as part, _speaking(export):
            channels = {each.pk: each for each in Channel.objects.all()}
            told = [_write(part, ticket, export, channels) for ticket in tickets]
            part.writestr(_INDEX, _json(told))
        _keep(path_of(export, _part(number)), file)


def join(export: HistoryExport) -> int:
    """Make one file of all parts, with a page that lists the requests and all of it as JSON; its size in bytes.

    The parts stay until discard_parts(): whoever is killed before the commit joins them once more.
    """
    with tempfile.TemporaryFile() as file:
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as whole, _speaking(export):
            told: list[dict[str, Any]] = []
            for number in range(1, export.parts + 1):
                with default_storage.open(path_of(export, _part(number))) as kept, zipfile.ZipFile(kept) as part:
                    told += json.loads(part.read(_INDEX))
                    for entry in part.infolist():
                        if entry.filename != _INDEX:
                            _copy(part, entry, whole)
            context = {"tickets": told, "export": export, "tenant": active_tenant(), "now": timezone.now()}
            whole.writestr("index.html", render_to_string("tickets/portal/history/offline_index.html", context))
            whole.writestr("style.css", render_to_string("tickets/portal/history/offline.css"))
            with whole.open("contacts.json", "w", force_zip64=True) as out:
                for piece in _all_of(export):
                    out.write(piece.encode())
        size = file.seek(0, 2)
        _keep(path_of(export, "contacts.zip"), file)
    return size


def discard_parts(export: HistoryExport) -> None:
    """Delete what the one file was made of; to be called once it is known to be kept."""
    for number in range(1, export.parts + 1):
        default_storage.delete(path_of(export, _part(number)))


def opened(export: HistoryExport) -> IO[bytes]:
    """The finished file. Raises FileNotFoundError."""
    return default_storage.open(path_of(export, "contacts.zip"))


def discard(export: HistoryExport) -> None:
    """Take away what lies there."""
    for name in ("contacts.zip", *(_part(number) for number in range(1, export.parts + 2))):
        default_storage.delete(path_of(export, name))


def _part(number: int) -> str:
    return f"part-{number:05d}.zip"


def _keep(path: str, file: IO[bytes]) -> None:
    file.seek(0)
    default_storage.delete(path)
    default_storage.save(path, File(file))


class _speaking:
    """The language and the zone of whoever asked."""

    def __init__(self, export: HistoryExport) -> None:
        zone = zone_named(export.asked_by.timezone) or zone_named(active_tenant().timezone)
        self.both = (translation.override(export.language), timezone.override(zone))

    def __enter__(self) -> None:
        for each in self.both:
            each.__enter__()

    def __exit__(self, *error: Any) -> None:
        for each in reversed(self.both):
            each.__exit__(*error)


def _write(
    part: zipfile.ZipFile, ticket: Ticket, export: HistoryExport, channels: dict[UUID, Channel]
) -> dict[str, Any]:
    """One request into a folder of its own; what the list says of it."""
    folder, person = f"requests/{ticket.number:06d}", export.asked_by
    items = timeline.for_customer(ticket, person)
    files: dict[UUID, str] = {}
    for item in items:
        for kept in item.message.attachments.all() if item.message else ():
            name = f"files/{len(files) + 1:03d}-{_safe(kept.name)}"
            if _write_file(part, kept, f"{folder}/{name}"):
                files[kept.pk] = name
    said = _said(ticket, items, files, channels)
    part.writestr(f"{folder}/request.json", _json(said))
    ways = [channels.get(item.message.channel_id) if item.message else None for item in items]
    shown = [(item, way, _shown(item, files), _named(item, files)) for item, way in zip(items, ways, strict=True)]
    context = {"ticket": ticket, "said": said, "items": shown, "index": "../../index.html"}
    part.writestr(f"{folder}/index.html", render_to_string("tickets/portal/history/offline_ticket.html", context))
    return {
        "folder": folder,
        **{key: said[key] for key in ("number", "subject", "status", "category", "channel", "asked_by", "filed_at")},
    }


def _write_file(part: zipfile.ZipFile, kept: Attachment, name: str) -> bool:
    try:
        source = kept.file.open("rb")
    except FileNotFoundError:
        return False
    # Pictures and archives are small already; so a part is joined as fast as it is read.
    info = zipfile.ZipInfo(name, timezone.localtime().timetuple()[:6])
    with source, part.open(info, "w", force_zip64=True) as target:
        while chunk := source.read(_COPIED):
            target.write(chunk)
    return True


def _copy(part: zipfile.ZipFile, entry: zipfile.ZipInfo, whole: zipfile.ZipFile) -> None:
    info = zipfile.ZipInfo(entry.filename, entry.date_time)
    info.compress_type = entry.compress_type
    with part.open(entry) as source, whole.open(info, "w", force_zip64=True) as target:
        while chunk := source.read(_COPIED):
            target.write(chunk)


def _said(
    ticket: Ticket, items: list[timeline.Item], files: dict[UUID, str], channels: dict[UUID, Channel]
) -> dict[str, Any]:
    policy = promise.policy_for(ticket)
    return {
        "number": ticket.number,
        "subject": ticket.subject,
        "status": say(ticket.status.customer_name) or str(ticket.status),
        "priority": str(ticket.priority),
        "category": str(ticket.category),
        "channel": str(ticket.channel),
        "organization": str(ticket.organization or ""),
        "asked_by": str(ticket.requester),
        "filed_at": ticket.created_at.isoformat(),
        "answers": {str(row.name): str(row.text) for row in answers.for_customer(ticket, policy)},
        "contacts": [
            {
                "at": item.at.isoformat(),
                "kind": item.kind,
                "by": item.actor,
                "channel": channels[item.message.channel_id].key if item.message else "",
                "text": item.message.body if item.message else item.text,
                "detail": item.detail,
                "files": [path for _name, path in _named(item, files)],
            }
            for item in items
        ],
    }


def _shown(item: timeline.Item, files: dict[UUID, str]) -> SafeString | None:
    """A message with its formatting, its pictures beside it; None where it has none."""
    if item.message is None or not item.message.html:
        return None
    html = formatting.with_pictures(
        item.message.html,
        lambda pk, said: f'<img src="{escape(files[pk])}" alt="{escape(said)}">' if pk in files else escape(said),
    )
    return mark_safe(html)  # noqa: S308 - cleaned by tickets.formatting when it was posted


def _named(item: timeline.Item, files: dict[UUID, str]) -> list[tuple[str, str]]:
    """The files of a message: what they are called, and where they lie."""
    kept = item.message.attachments.all() if item.message else ()
    return [(each.name, files[each.pk]) for each in kept if each.pk in files]


def _all_of(export: HistoryExport) -> Iterator[str]:
    """All requests as one JSON text, read from the parts again: it may be longer than what memory holds."""
    head = {"tenant": str(active_tenant()), "asked_by": export.asked_by.email, "made_at": timezone.now().isoformat()}
    yield _json(head)[:-2] + ',\n "requests": [\n'
    first = True
    for number in range(1, export.parts + 1):
        with default_storage.open(path_of(export, _part(number))) as kept, zipfile.ZipFile(kept) as part:
            for each in json.loads(part.read(_INDEX)):
                yield ("" if first else ",\n") + part.read(f"{each['folder']}/request.json").decode()
                first = False
    yield "\n]}\n"


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=1)


def _safe(name: str) -> str:
    """A name that means a file in a folder to every program: no paths, no controls, not too long."""
    safe = _UNSAFE.sub("_", name).strip(". ") or "file"
    return safe[-80:].lstrip(". ")
