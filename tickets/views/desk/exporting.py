"""A list of tickets as a file: written page by page while it is sent, whatever its length."""

from __future__ import annotations

import csv
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import tzinfo
from typing import Any

from django.http import HttpRequest, HttpResponseBase, QueryDict
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from sla.document.form_fields import FormField
from tenants.access import staff
from tenants.context import act_as, active_tenant
from tenants.models import Tenant, User
from tenants.tables import BATCH, Echo, instant, neutral, sent
from tickets import answers, listing, paging, reading
from tickets.columns import fields_in
from tickets.models import Ticket
from tickets.selection.language import ANSWER


@require_safe
@staff
def export(request: HttpRequest, person: User) -> HttpResponseBase:
    """The tickets of the list's own address, as the person sees them: what its rows show, and every field."""
    lines = _lines(
        request.GET, active_tenant(), person, translation.get_language() or "en", timezone.get_current_timezone()
    )
    return sent("tickets", lines)


def _lines(address: QueryDict, tenant: Tenant, person: User, language: str, zone: tzinfo) -> Iterator[str]:
    """Runs after the request's transaction, so each batch opens its own; a right taken away meanwhile ends the file."""
    writer = csv.writer(Echo())
    at, begun = timezone.now(), False
    after: paging.Cursor | None = None
    while True:
        with act_as(tenant), translation.override(language), timezone.override(zone):
            reader = User.objects.select_related("role").filter(pk=person.pk, is_active=True).first()
            if reader is None or not reader.is_staff_member:
                return
            listed = listing.read(address, reader, at=at)
            if listed.order == listing.BEST:  # on the page the best ones; here all that match
                listed = replace(listed, order=listed.view.order)
            asked = answers.fields_by_key(listed.policy) if listed.policy else {}
            # Those that are columns of the list stand in their places.
            rest = {key: each for key, each in asked.items() if f"{ANSWER}{key}" not in listed.columns}
            heading = [] if begun else [neutral(cell) for cell in _heading(listed, rest)]
            page = listed.page(after=after, size=BATCH)
            said = dict(Ticket.objects.filter(pk__in=[each.pk for each in page.rows]).values_list("pk", "answers"))
            rows = [
                _cells(ticket, listed.columns, _Answers(said.get(ticket.pk, {}), asked), rest)
                for ticket in reading.complete(page.rows)
            ]
        # Outside the transaction: whoever reads slowly keeps none open.
        if heading:
            begun = True
            # The byte order mark tells Excel that this is UTF-8.
            yield "\ufeff" + str(writer.writerow(heading))
        for row in rows:
            yield str(writer.writerow([neutral(cell) for cell in row]))
        after = page.after
        if after is None:
            return


def _heading(listed: listing.Listing, rest: Iterable[str]) -> list[str]:
    names = answers.names_of_fields(listed.policy) if listed.policy else {}
    columns = map(str, listed.columns.values())
    return [_("Number"), _("Subject"), _("Category"), *columns, _("Organisation"), *(names[key] for key in rest)]


@dataclass(frozen=True)
class _Answers:
    """What was answered on a ticket, in words; a date as spreadsheets read it."""

    said: dict[str, Any]
    fields: dict[str, list[FormField]]

    def to(self, key: str) -> str:
        return answers.plain(self.fields[key], self.said.get(key))


def _cells(ticket: Ticket, names: Collection[str], said: _Answers, rest: Iterable[str]) -> list[str]:
    cells = {
        "customer": str(ticket.requester),
        "priority": str(ticket.priority),
        "status": str(ticket.status),
        "assignee": str(ticket.assignee or ""),
        "team": str(ticket.team or ""),
        "tier": str(ticket.tier),
        "channel": str(ticket.channel),
        "created": instant(ticket.created_at),
        "updated": instant(ticket.updated_at),
        "due": instant(ticket.due_at),
        **{f"{ANSWER}{key}": said.to(key) for key in fields_in(names)},
    }
    if "tags" in names:
        cells["tags"] = ", ".join(tag.name for tag in ticket.tags.all())
    chosen = [cells[name] for name in names]
    own = [str(ticket.number), ticket.subject, str(ticket.category)]
    return [*own, *chosen, str(ticket.organization or ""), *map(said.to, rest)]
