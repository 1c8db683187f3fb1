"""Writing tickets that open_ticket() has prepared, one or many at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.core.files.base import File
from django.db import connection

from tenants import alarms
from tenants.bulk import insert
from tenants.context import active_tenant
from tickets import answers as answered
from tickets import clocks, desk, events, search
from tickets.actions import conduct, identifying, newcomers
from tickets.actions.changing import apply_status
from tickets.attachments import attach
from tickets.models import Event, Message, Ticket, Upload


@dataclass(frozen=True)
class Filing:
    """A ticket that is as good as filed: what is left is to write it."""

    ticket: Ticket
    message: Message
    filed: Event
    files: list[File | Upload]
    is_set_aside: bool
    missing: list[str]

    @property
    def is_put_aside(self) -> bool:
        """Whether nobody works on it yet."""
        return self.is_set_aside or bool(self.missing)


def file_together(filings: Sequence[Filing]) -> None:
    """Write what open_ticket() prepared, in as many statements as for one. Raises FileTooLarge, TooManyFiles.

    Newcomers who ask are written with it; IntegrityError where one of them was there by now.
    """
    if not filings:
        return
    newcomers.enter([each.ticket.requester for each in filings if newcomers.is_new(each.ticket.requester)])
    last = next_number(len(filings))
    for number, filing in enumerate(filings, last - len(filings) + 1):
        filing.ticket.number = number
    with alarms.gathered():
        kept = [row for each in filings if not each.is_put_aside for row in clocks.begin(each.filed)]
        insert(
            *(each.ticket for each in filings),
            *(each.message for each in filings),
            *(each.filed for each in filings),
            *kept,
        )
        for each in filings:
            attach(each.message, each.files)
            answered.make_findable(each.ticket.pk, each.ticket.answers)
        search.add_firsts([each.message for each in filings])
        events.follow([each.filed for each in filings])
        for each in filings:
            # Nobody answers for what somebody else may have typed in their name.
            if each.message.is_rude and not each.ticket.is_unproven:
                author, at = each.message.author, each.filed.at
                conduct.count(conduct.Kind.RUDE, person=author, ticket=each.ticket, at=at)
            if each.is_put_aside:
                _put_aside(each.ticket, each.missing, each.filed.at)
            del each.ticket.__dict__["may_stop"]  # that was so when it was filed


def first_message(ticket: Ticket) -> Message:
    """What a ticket begins with; no query for the instance that open_ticket() returned."""
    first = ticket.__dict__.get("first_message")
    return first or ticket.messages.order_by("posted_at", "id")[0]


def _put_aside(ticket: Ticket, missing: list[str], at: datetime) -> None:
    """Nobody works on it before its customer has said what is missing, or has support again."""
    if missing:
        identifying.hold(ticket, missing, at=at)
    else:
        apply_status(ticket, desk.status_of("on_hold"), actor=None, at=at, because="suspended")
    clocks.refresh(ticket, at=at)


def next_number(count: int = 1) -> int:
    """The last of the next ticket numbers of the tenant: unique, never used again, gaps when it is rolled back."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO tickets_ticketcounter (tenant_id, last) VALUES (%s, %s)"
            " ON CONFLICT (tenant_id) DO UPDATE SET last = tickets_ticketcounter.last + excluded.last RETURNING last",
            [active_tenant().id, count],
        )
        return cursor.fetchone()[0]
