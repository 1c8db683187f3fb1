"""What a desk keeps ready and how it is set up, as files for spreadsheets: what the pages show, for who sees those."""

from __future__ import annotations

from itertools import chain, islice

from django.http import HttpRequest, StreamingHttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_safe

from tenants.access import staff, staff_who_may
from tenants.models import Alarm, ApiToken, User
from tenants.permissions import Permission
from tenants.tables import instant, lines_from, lines_of, sent
from tickets import tags as found_tags
from tickets.models import Macro, SavedView, Strike, Suspension, Tag, TicketTemplate
from tickets.views.desk import measures as measured
from tickets.views.desk.settings import parked, teams_by_tier
from tickets.views.desk.templates import narrowed as templates_of


@require_safe
@staff
def macros(request: HttpRequest, person: User) -> StreamingHttpResponse:
    """Those that the reader sees, with how often each was sent."""

    def cells(row: Macro) -> list[str]:
        seen_by = str(row.team) if row.team else row.get_audience_display()
        said = [row.name, row.key, row.preview, seen_by, str(row.owner or "")]
        return [*said, str(row.used_count), instant(row.used_at)]

    heading = [_("Name"), _("Key"), _("Text"), _("Who sees it"), _("Author")]
    heading += [pgettext("how often", "Sent"), _("Last used")]
    rows = lambda reader: Macro.objects.visible_to(reader).select_related("owner", "team")  # noqa: E731
    return sent("macros", lines_of(person, heading, rows, cells))


@require_safe
@staff
def saved_views(request: HttpRequest, person: User) -> StreamingHttpResponse:
    """Those that the reader sees."""

    def cells(row: SavedView) -> list[str]:
        return [row.name, row.conditions, str(row.team) if row.team else row.get_audience_display(), str(row.owner)]

    heading = [_("Name"), _("Conditions"), _("Who sees it"), _("Author")]
    rows = lambda reader: SavedView.objects.visible_to(reader).select_related("owner", "team")  # noqa: E731
    return sent("views", lines_of(person, heading, rows, cells))


@require_safe
@staff
def templates(request: HttpRequest, person: User) -> StreamingHttpResponse:
    """Those that the reader uses, or those that are no longer used."""

    def cells(row: TicketTemplate) -> list[str]:
        said = [row.name, row.subject, str(row.requester or ""), str(row.organization or ""), str(row.audience or "")]
        return [*said, instant(row.next_at), str(row.opened_count)]  # type: ignore[attr-defined]

    heading = [_("Name"), _("Subject"), _("Customer"), _("Organisation"), _("Who uses it"), _("Comes round")]
    heading.append(pgettext("how many tickets", "Opened"))
    return sent("templates", lines_of(person, heading, lambda reader: templates_of(request.GET, reader), cells))


@require_safe
@staff_who_may(Permission.MANAGE_PEOPLE, Permission.CONFIGURE)
def teams(request: HttpRequest, person: User) -> StreamingHttpResponse:
    """Tiers with their teams and members."""
    rows = [
        (tier, team, ", ".join(map(str, team.members.all())), terms)
        for tier, found in teams_by_tier()
        for team, terms in found
    ]
    return sent("teams", lines_from([_("Tier"), _("Team"), _("Members"), _("Assignment")], rows))


@require_safe
@staff_who_may(Permission.CONFIGURE)
def tags(request: HttpRequest, person: User) -> StreamingHttpResponse:
    """All of them, or those that were looked for; the figure of tickets is bounded as on the page."""

    def cells(row: Tag) -> list[str]:
        used: int = row.used  # type: ignore[attr-defined]
        return [row.name, _("1000 tickets or more") if used >= found_tags.MOST_COUNTED else str(used)]

    wanted = request.GET.get("q", "")[:50]
    rows = lambda _reader: found_tags.narrowed(wanted)  # noqa: E731
    return sent("tags", lines_of(person, [_("Tag"), _("Tickets")], rows, cells, permission=Permission.CONFIGURE))


@require_safe
@staff
def tokens(request: HttpRequest, person: User) -> StreamingHttpResponse:
    """The reader's own, without the secrets, which nobody knows."""

    def cells(row: ApiToken) -> list[str]:
        return [row.name, instant(row.created_at), instant(row.last_used_at) or _("never")]

    heading = [_("Name"), _("Issued"), _("Last used")]
    return sent("tokens", lines_of(person, heading, lambda reader: reader.api_tokens.all(), cells))


@require_safe
@staff_who_may(Permission.SUSPEND)
def fair_use(request: HttpRequest, person: User) -> StreamingHttpResponse:
    """What managers are asked, and whose support is suspended."""
    heading = [_("State"), _("Customer"), _("Organisation"), _("Ticket"), _("Reason"), _("Since"), _("Until")]

    def asked(row: Strike) -> list[str]:
        said = [_("To be decided"), str(row.person), "", str(row.ticket.number), row.get_kind_display()]
        return [*said, instant(row.at), ""]

    def suspended(row: Suspension) -> list[str]:
        is_open = row.appeal_state == Suspension.Appeal.OPEN
        state = row.get_appeal_state_display() if is_open else _("Suspended now")
        whose = [str(row.person or ""), str(row.organization or "")]
        return [state, *whose, "", row.words, instant(row.since), instant(row.until)]

    reviews = lambda _reader: Strike.objects.to_review().select_related("person", "ticket")  # noqa: E731
    current = lambda _reader: Suspension.objects.current().select_related("person", "organization")  # noqa: E731
    first = lines_of(person, heading, reviews, asked, permission=Permission.SUSPEND)
    second = lines_of(person, heading, current, suspended, permission=Permission.SUSPEND)
    return sent("fair-use", chain(first, islice(second, 1, None)))  # one heading for both


@require_safe
@staff
def measures(request: HttpRequest, person: User) -> StreamingHttpResponse:
    """Each figure of the page on a line of its own."""
    heading = [_("What"), _("Name"), _("Figure"), _("Value")]
    return sent("measures", lines_from(heading, measured.table(measured.of(request, person))))


@require_safe
@staff_who_may(Permission.SEE_SYSTEM)
def failed_work(request: HttpRequest, person: User) -> StreamingHttpResponse:
    """Work that failed five times and waits for a person."""

    def cells(row: Alarm) -> list[str]:
        return [row.kind, str(row.subject), row.error, instant(row.parked_at)]

    heading = [_("What"), _("Subject"), _("Error"), _("Given up")]
    return sent(
        "failed-work", lines_of(person, heading, lambda _reader: parked(), cells, permission=Permission.SEE_SYSTEM)
    )
