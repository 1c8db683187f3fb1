"""The status page for programs: JSON, and an Atom feed (RFC 4287)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from notices.board import Board, Row, services, stage
from notices.models import Announcement, Incident
from notices.words import hours_of_work
from tenants.context import active_tenant
from tenants.text import say


def as_json(board: Board, root: str) -> dict[str, Any]:
    """Everything on the page; `root` is the site's address. Times are UTC, texts are in the reader's language."""
    return {
        "page": {
            "name": active_tenant().name,
            "url": root + reverse("portal:status"),
            "language": get_language(),
            "updated_at": _instant(board.changed_at),
        },
        "status": {"state": board.state, "text": board.label},
        "components": [_component(row) for row in board.rows],
        "incidents": [_incident(each, root) for each in (*board.incidents, *board.past)],
        "maintenance": [_work(each, board.at, root) for each in board.work],
    }


def as_atom(board: Board, root: str) -> str:
    """An entry a disturbance and an entry a piece of announced work, the last changed first."""
    page = root + reverse("portal:status")
    atom = Atom1Feed(
        title=_("Status of %(tenant)s") % {"tenant": active_tenant().name},
        link=page,
        feed_url=root + reverse("portal:status_feed"),
        description="",
        language=get_language(),
        feed_guid=page,
    )
    entries = [(each.changed_at, _incident_entry(each, root)) for each in (*board.incidents, *board.past)]
    entries += [(_changed(each, board.at), _work_entry(each, board.at, root)) for each in board.work]
    for _at, entry in sorted(entries, key=lambda pair: pair[0], reverse=True):
        atom.add_item(**entry)
    if not entries:
        # RFC 4287 asks for the feed's own instant; without entries Django takes the clock's.
        atom.latest_post_date = lambda: board.changed_at  # type: ignore[method-assign]
    return atom.writeString("utf-8")


def _instant(at: datetime | None) -> str | None:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z") if at else None


def _component(row: Row) -> dict[str, Any]:
    return {
        "id": str(row.component.pk),
        "name": say(row.component.name),
        "description": say(row.component.description),
        "state": row.state,
        "state_text": row.label,
        "uptime_percent_90_days": None if row.percent is None else round(row.percent, 3),
    }


def _incident(incident: Incident, root: str) -> dict[str, Any]:
    return {
        "id": str(incident.pk),
        "title": say(incident.title),
        "state": incident.state,
        "state_text": str(incident.get_state_display()),
        "url": root + reverse("portal:status_incident", args=[incident.pk]),
        "begins_at": _instant(incident.begins_at),
        "resolved_at": _instant(incident.resolved_at),
        "components": [
            {"id": str(each.component_id), "state": each.state, "ends_at": _instant(each.ends_at)}
            for each in incident.impacts.all()
        ],
        "updates": [
            {"at": _instant(each.at), "state": each.state, "text": say(each.body)} for each in incident.updates.all()
        ],
    }


def _work(work: Announcement, now: datetime, root: str) -> dict[str, Any]:
    return {
        "id": str(work.pk),
        "title": say(work.title),
        "text": say(work.body),
        "state": stage(work, now),
        "url": root + reverse("portal:status_work", args=[work.pk]),
        "starts_at": _instant(work.starts_at),
        "ends_at": _instant(work.ends_at),
        "components": [str(each.pk) for each in work.components.all()],
    }


def _changed(work: Announcement, now: datetime) -> datetime:
    """When there was last news of it."""
    instants = (work.shown_from, work.changed_at, work.starts_at, work.ends_at)
    return max(at for at in instants if at is not None and at <= now)


def _incident_entry(incident: Incident, root: str) -> dict[str, Any]:
    names = ", ".join(say(each.name) for each in services(incident))
    told = format_html_join(
        "",
        "<p><strong>{}</strong> {}</p>",
        ((each.get_state_display(), say(each.body)) for each in incident.updates.all()),
    )
    return {
        "title": say(incident.title),
        "link": root + reverse("portal:status_incident", args=[incident.pk]),
        "unique_id": f"urn:uuid:{incident.pk}",
        "description": _with_services(told, names),
        "pubdate": incident.begins_at,
        "updateddate": incident.changed_at,
        "author_name": active_tenant().name,
    }


def _work_entry(work: Announcement, now: datetime, root: str) -> dict[str, Any]:
    names = ", ".join(say(each.name) for each in work.components.all())
    off = _("Called off") if work.cancelled_at else ""
    hours = format_html("<p>{} {}</p>", off, hours_of_work(work.starts_at, work.ends_at))
    told = format_html("{}<p>{}</p>", hours, say(work.body))
    return {
        "title": say(work.title),
        "link": root + reverse("portal:status_work", args=[work.pk]),
        "unique_id": f"urn:uuid:{work.pk}",
        "description": _with_services(told, names),
        "pubdate": work.shown_from,
        "updateddate": _changed(work, now),
        "author_name": active_tenant().name,
    }


def _with_services(told: SafeString, names: str) -> SafeString:
    return format_html("<p>{}</p>{}", names, told) if names else told
