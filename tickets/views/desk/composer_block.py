"""What stands around the composer: the drafts of this ticket, what waits to be sent, and times to choose from."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from tenants.models import User
from tickets import promise
from tickets.forms.composing import times
from tickets.models import Attachment, Draft, Ticket


@dataclass(frozen=True)
class Waiting:
    """A reply that has not gone yet."""

    draft: Draft
    is_own: bool
    seconds: int


@dataclass
class Desk:
    """One person's drafts on one ticket, by kind, and what waits there."""

    ticket: Ticket
    now: datetime
    drafts: dict[str, Draft] = field(default_factory=dict)
    waiting: list[Waiting] = field(default_factory=list)

    @property
    def last_kind(self) -> str:
        """What the person wrote last and did not send."""
        last = max(self.drafts.values(), key=lambda draft: draft.updated_at, default=None)
        return last.kind if last else Draft.Kind.REPLY

    @property
    def returned(self) -> list[Draft]:
        """What was to be sent, and did not go."""
        return [draft for draft in self.drafts.values() if draft.returned]

    @property
    def times(self) -> list[tuple[datetime, bool]]:
        """When a reply is often sent."""
        return times(promise.calendar_of(self.ticket), self.now)

    @property
    def state(self) -> dict[str, Any]:
        """For the script: each draft as it is kept."""
        return {kind: shown(draft) for kind, draft in self.drafts.items()}

    @property
    def limit(self) -> int:
        """The most bytes that a file may have."""
        return settings.ATTACHMENT_MAX_BYTES


def of(ticket: Ticket, person: User) -> Desk:
    """What this person sees there. No query where nobody has a draft, which ticket_or_404() says, else two."""
    now = timezone.now()
    desk = Desk(ticket=ticket, now=now)
    for draft in Draft.objects.on(ticket, person) if ticket.has_drafts else ():  # type: ignore[attr-defined]
        if draft.send_at is None:
            desk.drafts[draft.kind] = draft
        else:
            is_own = draft.author_id == person.pk
            desk.waiting.append(Waiting(draft=draft, is_own=is_own, seconds=draft.rests_for(now)))
    return desk


def shown(draft: Draft) -> dict[str, Any]:
    """A draft as the script knows it."""
    return {
        "body": draft.body,
        "html": draft.html,
        "reach": draft.reach,
        "revision": draft.revision,
        "files": [shown_file(each) for each in draft.files.all()],
    }


def shown_file(attachment: Attachment) -> dict[str, Any]:
    """A file on a draft as the script knows it."""
    return {
        "id": str(attachment.pk),
        "name": attachment.name,
        "size": attachment.size,
        "inline": attachment.is_inline,
        "url": reverse("portal:attachment", args=[attachment.pk]),
    }
