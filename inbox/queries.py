"""Reading outgoing mail: pages by key, whatever the number of mails."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet

from inbox.actions import SEND
from inbox.models import OutgoingMail
from tenants.context import active_tenant
from tenants.models import Alarm

PAGE_SIZE = 50


@dataclass(frozen=True)
class Page:
    """Some mails, and the key of what follows."""

    mails: list[OutgoingMail]
    next: str


def page_of(*, state: str = "", looking_for: str = "", after: str = "") -> Page:
    """The newest mails of a state, to an address or about a ticket number, after the key of a page before."""
    found: QuerySet[OutgoingMail] = (
        OutgoingMail.objects.shown().select_related("ticket").defer("text", "html", "references", "ticket__description")
    )
    if state:
        found = found.filter(state=state)
    if wanted := looking_for.strip().replace("\x00", ""):
        found = found.filter(_looked_for(wanted))
    found = _after(found, after).order_by("-created_at", "-id")
    mails = list(found[: PAGE_SIZE + 1])
    last = mails[PAGE_SIZE - 1] if len(mails) > PAGE_SIZE else None
    return Page(mails[:PAGE_SIZE], f"{last.created_at.isoformat()}_{last.pk}" if last else "")


def _looked_for(wanted: str) -> Q:
    number = wanted.removeprefix("#")
    if number.isascii() and number.isdecimal() and len(number) < 19:
        return Q(ticket__number=int(number))
    return Q(address__iexact=wanted)


def _after(found: QuerySet[OutgoingMail], after: str) -> QuerySet[OutgoingMail]:
    """Below a key; a key that somebody made up begins at the start."""
    try:
        at, pk = after.split("_")
        instant, row = datetime.fromisoformat(at), UUID(pk)
    except ValueError:
        return found
    if instant.tzinfo is None:
        return found
    return found.filter(Q(created_at__lt=instant) | Q(created_at=instant, pk__lt=row))


def next_tries(mails: Iterable[OutgoingMail]) -> dict[UUID, datetime]:
    """When the mails that wait are tried next."""
    waiting = [mail.pk for mail in mails if mail.state == OutgoingMail.State.WAITING]
    alarms = Alarm.objects.filter(tenant_id=active_tenant().id, kind=SEND, subject__in=waiting, parked_at=None)
    return dict(alarms.values_list("subject", "at"))
