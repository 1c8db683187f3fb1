"""When no more automatic mail goes to somebody: what the ticket says of it."""

from __future__ import annotations

from datetime import datetime

from tickets import events
from tickets.models import Ticket


def note_silence(ticket: Ticket, *, address: str, at: datetime) -> None:
    """Say on a ticket, for staff alone, that an address is sent no more automatic mail for now."""
    events.record(ticket, "mail.silenced", actor=None, at=at, is_public=False, address=address)
