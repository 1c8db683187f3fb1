"""A customer's lists of tickets as files for spreadsheets: what the page shows, and no more than its reader sees."""

from __future__ import annotations

from django.http import Http404, HttpRequest, StreamingHttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from tenants.models import User
from tenants.tables import instant, lines_of, sent
from tickets.models import Organization, Ticket
from tickets.models.ticket import TicketQuerySet
from tickets.views.portal.common import customer_required
from tickets.views.portal.lists import LISTS, Row, chosen_of, listed, rows_of


@require_safe
@customer_required
def export(request: HttpRequest, person: User) -> StreamingHttpResponse:
    """All of the list that the address names, in progress or finished, not only a page of it."""
    asked, whose, now = request.GET, request.GET.get("list", "mine"), timezone.now()
    if whose not in LISTS:
        raise Http404
    heading = [_("Number"), _("Subject"), _("Category"), _("Customer"), _("Organisation"), _("State")]
    heading += [_("What is promised"), _("How it stands"), _("Due"), _("Created"), _("Changed")]

    def rows(reader: User) -> TicketQuerySet:
        return listed(asked, whose, reader, chosen_of(asked, Organization.objects.of(reader)))

    def cells(ticket: Ticket) -> list[str]:
        (row,) = rows_of([ticket], now)
        return _cells(row)

    return sent("requests", lines_of(person, heading, rows, cells, may=lambda _reader: True))


def _cells(row: Row) -> list[str]:
    ticket, due = row.ticket, row.promise
    said = [str(ticket.number), ticket.subject, str(ticket.category), str(ticket.requester)]
    promised = [due.name, due.word, instant(due.due_at)] if due else ["", "", ""]
    times = [instant(ticket.created_at), instant(ticket.updated_at)]
    return [*said, str(ticket.organization or ""), row.status, *promised, *times]
