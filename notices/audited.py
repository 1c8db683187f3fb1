"""Choices of announcements and the status page as the audit log says them: by what acts begin with, then by field."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from notices.models import Announcement, Incident, Notice
from tickets.sentences.audited import YES_OR_NO

WORDS: dict[str, dict[str, Mapping[Any, Any]]] = {
    "announcement": {"audience": dict(Announcement.Audience.choices)},
    "notice": {"occasion": dict(Notice.Occasion.choices)},
    "component": {"is_public": YES_OR_NO},
    "incident": {"state": dict(Incident.State.choices)},
}
