"""Finding tickets by their words: subject, messages, who asked; word forms of three languages, errors forgiven."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Q, QuerySet

from kb.text import without_controls
from tenants.bulk import as_array
from tenants.context import active_tenant
from tenants.models import User
from tenants.permissions import Permission
from tickets import reading
from tickets.models import Message, SearchEntry, Ticket
from tickets.selection import Query
from tickets.selection.selecting import LONGEST_WORDS, matching

#: What a person may type; more is cut off.
MAX_QUERY = 200
#: As many as a page of a list.
MAX_HITS = 30
#: Where conditions leave more tickets with the words, the newest of them are ranked.
MOST_RANKED = 2_000
_NUMBER = re.compile(r"#?(\d{1,18})")

_COLUMNS = "INSERT INTO tickets_searchentry (id, tenant_id, ticket_id, message_id, subject, words)"
#: The names of a message's files, as they stand and word by word; {tenant} and {message} are SQL.
_FILES = r"""(
    SELECT string_agg(concat(' ', file.name, ' ', regexp_replace(file.name, '[\W_]+', ' ', 'g')), '' ORDER BY file.id)
    FROM tickets_attachment AS file
    WHERE file.tenant_id = {tenant} AND file.message_id = {message}
)"""
_FILES_OF_MESSAGE = _FILES.format(tenant="message.tenant_id", message="message.id")
#: Every message of the active tenant that has no entry yet, or of all tenants for the owner: a loader calls this once.
FILL = f"""
{_COLUMNS}
SELECT uuidv7(), message.tenant_id, message.ticket_id, message.id,
    CASE WHEN message.is_first THEN ticket.subject ELSE '' END,
    CASE WHEN message.is_first
        THEN tickets_words(
            ticket.subject,
            concat_ws(' ', person.name, person.email, person.email, organization.name),
            concat(message.body, {_FILES_OF_MESSAGE}))
        ELSE tickets_words('', '', concat(message.body, {_FILES_OF_MESSAGE})) END
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
_FILES_OF_NEW = _FILES.format(tenant="new.tenant", message="new.message")
_ADD = f"""
{_COLUMNS}
SELECT uuidv7(), new.tenant, new.ticket, new.message, new.subject,
    tickets_words(new.subject, new.about, concat(new.body, {_FILES_OF_NEW}))
FROM unnest(%s::bigint[], %s::uuid[], %s::uuid[], %s::text[], %s::text[], %s::text[])
    AS new (tenant, ticket, message, subject, about, body)
"""  # noqa: S608 - no value in it


def add(message: Message) -> None:
    """Make a message findable, in the transaction that writes it."""
    _insert([(message, "", "")])


def add_firsts(messages: Iterable[Message]) -> None:
    """Make tickets findable by their first message, their subject and who asked. One statement."""
    _insert([(message, message.ticket.subject, _about(message.ticket)) for message in messages])


def _about(ticket: Ticket) -> str:
    organization = ticket.organization.name if ticket.organization else ""
    return f"{ticket.requester.name} {ticket.requester.email} {organization}"


def move(former: Ticket, to: Ticket) -> None:
    """Let the words of a ticket that was merged lead to the one that stays."""
    SearchEntry.objects.filter(ticket=former).update(ticket=to)


def move_back(messages: QuerySet[Message], to: Ticket) -> None:
    """Let the words of these messages lead to their own ticket again."""
    SearchEntry.objects.filter(message__in=messages).update(ticket=to)


def _insert(added: Iterable[tuple[Message, str, str]]) -> None:
    """Messages, and for each the subject and who asked, where they are to lead to it."""
    tenant_id = active_tenant().id
    rows = [
        (tenant_id, message.ticket_id, message.pk, subject, about, message.body) for message, subject, about in added
    ]
    with connection.cursor() as cursor:
        cursor.execute(_ADD, [as_array(column) for column in zip(*rows, strict=True)])


def clean(text: str) -> str:
    """A query as it is searched for: one line, no control characters, not longer than MAX_QUERY."""
    return " ".join(without_controls(text).split())[:MAX_QUERY]


def numbered(text: str, person: User) -> Ticket | None:
    """The ticket whose number somebody typed, with or without the hash."""
    typed = _NUMBER.fullmatch(text.strip())
    return Ticket.objects.visible_to(person).filter(number=int(typed[1])).first() if typed else None


class Hits(list[Ticket]):
    """Tickets, the best match first."""

    #: Whether any of them has the words themselves, and not merely a subject like them.
    are_exact = False


def find(
    query: Query,
    person: User,
    where: Q | None = None,
    *,
    shown: Callable[[QuerySet[Ticket]], QuerySet[Ticket]] | None = None,
    most: int = MAX_HITS,
) -> Hits:
    """The tickets that a person may see and that match the words best, the best first, with all that a list shows.

    `where` is what the query's conditions select; the words are found among those only; `shown` adds to rows what they
    show beyond the usual.
    """
    words = query.wanted_words[:LONGEST_WORDS]
    if not words or query.problems:
        return Hits()
    seen = Ticket.objects.visible_to(person)
    if where is None and person.may(Permission.SEE_ALL_TICKETS):
        ranks = _ranks("tickets_search(%s, %s)", words, most)
    else:
        public = not person.is_staff_member
        among = seen.filter(pk__in=matching(words, public=public)) if where is None else seen.filter(where)
        ids = list(among.order_by("-number").values_list("pk", flat=True)[:MOST_RANKED])
        ranks = _ranks("tickets_search_among(%s, %s, %s, %s)", words, most, ids, public)
    # The functions saw every row of the tenant; who may see which ticket is decided here, under row-level security.
    rows: Iterable[Ticket] = (
        reading.rows_with_ids(ranks, person)
        if shown is None
        else shown(reading.with_rows(reading.among(seen, as_array(ranks))))
    )
    hits = Hits(sorted(rows, key=lambda ticket: (-ranks[ticket.pk], -ticket.number))[:most])
    # Subjects that are merely like the words rank below zero.
    hits.are_exact = bool(hits) and ranks[hits[0].pk] > 0
    return hits


def _ranks(function: str, *values: Any) -> dict[UUID, float]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT ticket_id, max(rank) FROM {function} GROUP BY ticket_id", values)  # noqa: S608
        return dict(cursor.fetchall())
