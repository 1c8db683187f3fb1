"""Lists of the desk as files for spreadsheets: what their pages show, narrowed as those are."""

from __future__ import annotations

from django.http import HttpRequest, StreamingHttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from tenants.access import staff, staff_who_may
from tenants.models import AuditEntry, User
from tenants.permissions import Permission
from tenants.tables import instant, lines_of, sent
from tickets import callbacks
from tickets.models import Absence, Callback, Organization
from tickets.sentences import audit
from tickets.sentences.keys import Names
from tickets.views.desk.audit import narrowed as entries_of
from tickets.views.desk.organizations import narrowed as organizations_of
from tickets.views.desk.people import narrowed as people_of


@require_safe
@staff
def people(request: HttpRequest, person: User) -> StreamingHttpResponse:
    """Customers or staff, with where they belong."""
    heading = [_("Name"), _("Mail address"), _("Role"), _("Organisation"), _("Can sign in")]

    def cells(row: User) -> list[str]:
        theirs = ", ".join(str(each.organization) for each in row.memberships.all())
        return [row.name, row.email, str(row.role), theirs, _("yes") if row.is_active else _("no")]

    rows = lambda _reader: people_of(request.GET).prefetch_related("memberships__organization")  # noqa: E731
    return sent("people", lines_of(person, heading, rows, cells))


@require_safe
@staff
def organizations(request: HttpRequest, person: User) -> StreamingHttpResponse:
    """Companies, how many people they have, and whether they get support."""
    now = timezone.now()

    def cells(row: Organization) -> list[str]:
        state = _("Suspended") if row.is_suspended(now) else _("Active")
        return [row.name, row.contract, str(row.people), state]  # type: ignore[attr-defined]

    heading = [_("Name"), _("Contract"), _("People"), _("Support")]
    return sent("organisations", lines_of(person, heading, lambda _reader: organizations_of(request.GET), cells))


@require_safe
@staff_who_may(Permission.SEE_SYSTEM)
def audit_log(request: HttpRequest, person: User) -> StreamingHttpResponse:
    """The log, or what it says of one subject."""
    names = Names()  # for the whole file, so that no line looks them up anew

    def cells(row: AuditEntry) -> list[str]:
        (entry,) = audit.told([row], names)
        changes = "; ".join(f"{each.label}: {each.before} → {each.after}" for each in entry.changes)
        actor = str(entry.actor) if entry.actor else _("The command line")
        return [instant(entry.at), actor, entry.subject_name, entry.text, changes]

    heading = [_("When"), _("Who"), _("Whom or what"), _("What"), _("From what to what")]
    lines = lines_of(person, heading, lambda _reader: entries_of(request.GET), cells, permission=Permission.SEE_SYSTEM)
    return sent("audit-log", lines)


@require_safe
@staff
def absences(request: HttpRequest, person: User) -> StreamingHttpResponse:
    """Who is away now and later."""
    now = timezone.now()

    def cells(row: Absence) -> list[str]:
        return [str(row.user), instant(row.begins_at), instant(row.ends_at), row.get_tickets_display(), row.reason]

    heading = [_("Colleague"), _("From"), _("Until"), _("Their tickets"), _("Reason")]
    rows = lambda _reader: Absence.objects.not_over(now).select_related("user")  # noqa: E731
    return sent("absences", lines_of(person, heading, rows, cells))


@require_safe
@staff
def calls(request: HttpRequest, person: User) -> StreamingHttpResponse:
    """Calls to be made on tickets that the reader sees."""

    def cells(row: Callback) -> list[str]:
        ticket, assignee = row.ticket, row.ticket.assignee
        said = [instant(row.at), row.phone, str(row.requester), row.topic]
        return [*said, str(ticket.number), str(assignee or ""), str(row.tries)]

    heading = [_("When"), _("Phone"), _("Customer"), _("Topic"), _("Ticket"), _("Assignee"), _("Tries")]
    return sent("calls", lines_of(person, heading, callbacks.wanted_by, cells))
