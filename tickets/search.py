"""Finding tickets by their words: subject, messages, who asked; word forms of three languages, errors forgiven."""

from __future__ import annotations

import re
from uuid import UUID

from django.db import connection

from kb.text import without_controls
from tenants.context import active_tenant
from tenants.models import User
from tickets import lists
from tickets.models import Message, SearchEntry, Ticket

#: What a person may type; more is cut off.
MAX_QUERY = 200
MAX_HITS = 50
_NUMBER = re.compile(r"#?(\d{1,18})")

_COLUMNS = "INSERT INTO tickets_searchentry (id, tenant_id, ticket_id, message_id, subject, words)"
#: Every message of the active tenant that has no entry yet, or of all tenants for the owner: a loader calls this once.
FILL = f"""
{_COLUMNS}
SELECT uuidv7(), message.tenant_id, message.ticket_id, message.id,
    CASE WHEN message.is_first THEN ticket.subject ELSE '' END,
    CASE WHEN message.is_first
        THEN tickets_words(
            ticket.subject, concat_ws(' ', person.name, person.email, person.email, organization.name), message.body)
        ELSE tickets_words('', '', message.body) END
FROM (
    SELECT *, row_number() OVER (PARTITION BY tenant_id, ticket_id ORDER BY posted_at, id) = 1 AS is_first
    FROM tickets_message
) AS message
JOIN tickets_ticket AS ticket ON ticket.tenant_id = message.tenant_id AND ticket.id = message.ticket_id
JOIN tenants_user AS person ON person.tenant_id = ticket.tenant_id AND person.id = ticket.requester_id
LEFT JOIN tickets_organization AS organization
    ON organization.tenant_id = ticket.tenant_id AND organization.id = ticket.organization_id
ON CONFLICT DO NOTHING
"""  # noqa: S608 - no value in it


def add(message: Message) -> None:
    """Make a message findable, in the transaction that writes it."""
    _insert(message, subject="", about="")


def add_first(message: Message, ticket: Ticket) -> None:
    """Make a ticket findable by its first message, its subject and who asked."""
    organization = ticket.organization.name if ticket.organization else ""
    about = f"{ticket.requester.name} {ticket.requester.email} {organization}"
    _insert(message, subject=ticket.subject, about=about)


def move(former: Ticket, to: Ticket) -> None:
    """Let the words of a ticket that was merged lead to the one that stays."""
    SearchEntry.objects.filter(ticket=former).update(ticket=to)


def _insert(message: Message, *, subject: str, about: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            f"{_COLUMNS} VALUES (uuidv7(), %s, %s, %s, %s, tickets_words(%s, %s, %s))",
            [active_tenant().id, message.ticket_id, message.pk, subject, subject, about, message.body],
        )


def clean(text: str) -> str:
    """A query as it is searched for: one line, no control characters, not longer than MAX_QUERY."""
    return " ".join(without_controls(text).split())[:MAX_QUERY]


def numbered(text: str, person: User) -> Ticket | None:
    """The ticket whose number somebody typed, with or without the hash."""
    typed = _NUMBER.fullmatch(text)
    return Ticket.objects.visible_to(person).filter(number=int(typed[1])).first() if typed else None


def find(text: str, person: User, *, most: int = MAX_HITS) -> list[Ticket]:
    """The tickets that a person may see and that match best, the best first, with all that a list shows."""
    if not text:
        return []
    ranks = _ranks(text, most * 2)
    # The function saw every row of the tenant; who may see which ticket is decided here, under row-level security.
    seen = lists.with_rows(Ticket.objects.visible_to(person).filter(pk__in=ranks))
    return sorted(seen, key=lambda ticket: (-ranks[ticket.pk], -ticket.number))[:most]


def _ranks(text: str, most: int) -> dict[UUID, float]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT ticket_id, max(rank) FROM tickets_search(%s, %s) GROUP BY ticket_id", [text, most])
        return dict(cursor.fetchall())
