"""Reading outgoing mail: pages by key, whatever the number of mails."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet

from inbox.actions import SEND
from inbox.models import BouncedAddress, OutgoingMail
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
    found = _after(narrowed(state=state, looking_for=looking_for), after).order_by("-created_at", "-id")
    mails = list(found[: PAGE_SIZE + 1])
    last = mails[PAGE_SIZE - 1] if len(mails) > PAGE_SIZE else None
    return Page(mails[:PAGE_SIZE], f"{last.created_at.isoformat()}_{last.pk}" if last else "")


def asked_state(state: str) -> str:
    """A state as an address names it; nothing for what is none."""
    return state if state in OutgoingMail.State.values else ""


def narrowed(*, state: str, looking_for: str) -> QuerySet[OutgoingMail]:
    """Mails of a state, to an address or about a ticket number, without their words."""
    found: QuerySet[OutgoingMail] = (
        OutgoingMail.objects.shown().select_related("ticket").defer("text", "html", "references", "ticket__description")
    )
    if state:
        found = found.filter(state=state)
    if wanted := looking_for.strip().replace("\x00", ""):
        found = found.filter(_looked_for(wanted))
    return found


def _looked_for(wanted: str) -> Q:
    number = wanted.removeprefix("#")
    if number.isascii() and number.isdecimal() and len(number) < 19:
        return Q(ticket__number=int(number))
    return Q(address__iexact=wanted)


def _after(found: QuerySet[OutgoingMail], after: str) -> QuerySet[OutgoingMail]:
    """Below a key; a key that somebody made up begins at the start."""
    key = _key(after)
    return found.filter(Q(created_at__lt=key[0]) | Q(created_at=key[0], pk__lt=key[1])) if key else found


def _key(text: str) -> tuple[datetime, UUID] | None:
    try:
        at, pk = text.split("_")
        instant, row = datetime.fromisoformat(at), UUID(pk)
    except ValueError:
        return None
    return (instant, row) if instant.tzinfo is not None else None


def bounced_page(*, looking_for: str = "", after: str = "") -> tuple[list[BouncedAddress], str]:
    """Marked addresses, the latest first, whole or by what stands in them, and the key of what follows."""
    found = bounced(looking_for)
    if key := _key(after):
        found = found.filter(Q(bounced_at__lt=key[0]) | Q(bounced_at=key[0], pk__lt=key[1]))
    rows = list(found.order_by("-bounced_at", "-id")[: PAGE_SIZE + 1])
    last = rows[PAGE_SIZE - 1] if len(rows) > PAGE_SIZE else None
    return rows[:PAGE_SIZE], f"{last.bounced_at.isoformat()}_{last.pk}" if last else ""


def bounced(looking_for: str = "") -> QuerySet[BouncedAddress]:
    """Marked addresses, whole or by what stands in them."""
    found = BouncedAddress.objects.standing()
    wanted = looking_for.strip().replace("\x00", "").lower()[:254]
    return found.filter(address__contains=wanted) if wanted else found


def next_tries(mails: Iterable[OutgoingMail]) -> dict[UUID, datetime]:
    """When the mails that wait are tried next."""
    waiting = [mail.pk for mail in mails if mail.state == OutgoingMail.State.WAITING]
    alarms = Alarm.objects.filter(tenant_id=active_tenant().id, kind=SEND, subject__in=waiting, parked_at=None)
    return dict(alarms.values_list("subject", "at"))
