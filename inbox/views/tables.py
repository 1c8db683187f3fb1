"""Lists of mail as files for spreadsheets: what their pages show, narrowed as those are; no word of a mail itself."""

from __future__ import annotations

from django.http import HttpRequest, StreamingHttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from inbox import incoming, queries, words
from inbox import mailboxes as faring
from inbox.models import BouncedAddress, InboundMail, OutgoingMail
from inbox.views.incoming import asked_outcome
from tenants.access import staff_who_may
from tenants.models import User
from tenants.permissions import Permission
from tenants.tables import instant, lines_from, lines_of, sent


@require_safe
@staff_who_may(Permission.SEE_SYSTEM)
def outgoing_mails(request: HttpRequest, person: User) -> StreamingHttpResponse:
    """What went out, what waits, what failed and why."""
    heading = [_("State"), _("Subject"), _("Recipient"), _("Kind"), _("Ticket")]
    heading += [_("Written"), _("Sent"), _("Tries"), _("Reason")]

    def cells(row: OutgoingMail) -> list[str]:
        said = [words.badge(row)["text"], row.subject, row.address, row.get_kind_display()]
        number = str(row.ticket.number) if row.ticket is not None else ""
        times = [instant(row.created_at), instant(row.sent_at)]
        return [*said, number, *times, str(row.attempts), words.reason(row)]

    state, wanted = queries.asked_state(request.GET.get("state", "")), request.GET.get("q", "")
    rows = lambda _reader: queries.narrowed(state=state, looking_for=wanted)  # noqa: E731
    return sent("sent-mail", lines_of(person, heading, rows, cells, permission=Permission.SEE_SYSTEM))


@require_safe
@staff_who_may(Permission.SEE_ALL_TICKETS, Permission.SEE_SYSTEM)
def bounced_addresses(request: HttpRequest, person: User) -> StreamingHttpResponse:
    """Addresses to which nothing is sent, and what the other server said."""

    def cells(row: BouncedAddress) -> list[str]:
        return [row.address, row.said or row.status, instant(row.bounced_at)]

    def may(reader: User) -> bool:
        return any(map(reader.may, (Permission.SEE_ALL_TICKETS, Permission.SEE_SYSTEM)))

    heading = [_("Address"), _("What the other server said"), _("Since")]
    wanted = request.GET.get("q", "")
    return sent("bounced", lines_of(person, heading, lambda _reader: queries.bounced(wanted), cells, may=may))


@require_safe
@staff_who_may(Permission.CONFIGURE)
def mailboxes(request: HttpRequest, person: User) -> StreamingHttpResponse:
    """All of them and how each fares; no secrets."""

    def cells(row: faring.Row) -> list[str]:
        box = row.mailbox
        kept = [str(box.category or ""), str(box.team or ""), _("yes") if box.is_advisory else _("no")]
        said = [row.badge["text"], box.address, ", ".join(row.aliases), row.trouble, row.way]
        return [*said, *kept, instant(row.last_mail)]

    heading = [_("State"), _("Mailbox"), _("Other addresses of this mailbox"), _("Reason"), _("How mail comes in")]
    heading += [_("Category"), _("Team"), _("advisory, no deadlines"), _("Last mail")]
    return sent("mailboxes", lines_from(heading, [cells(row) for row in faring.rows()]))


@require_safe
@staff_who_may(Permission.SEE_ALL_TICKETS)
def incoming_mails(request: HttpRequest, person: User) -> StreamingHttpResponse:
    """What came in and what became of it; held ones too, with their cause."""
    heading = [_("State"), _("Reason"), _("Subject"), _("Sender"), _("Name"), _("Mailbox"), _("Received"), _("Ticket")]

    def cells(row: InboundMail) -> list[str]:
        said = [row.get_outcome_display(), incoming.reason(row), row.subject, row.sender, row.sender_name]
        number = str(row.ticket.number) if row.ticket is not None else ""
        return [*said, row.mailbox.address, instant(row.received_at), number]

    outcome = asked_outcome(request)
    rows = lambda reader: incoming.narrowed(reader, outcome=outcome)  # noqa: E731
    lines = lines_of(person, heading, rows, cells, permission=Permission.SEE_ALL_TICKETS)
    return sent("incoming-mail", lines)
