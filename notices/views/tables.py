"""The list of announcements as a file for spreadsheets."""

from __future__ import annotations

from django.http import HttpRequest, StreamingHttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from notices.models import Announcement
from notices.views.announcements import state_of
from tenants.access import staff_who_may
from tenants.models import User
from tenants.permissions import Permission
from tenants.tables import instant, lines_of, sent
from tenants.text import say


@require_safe
@staff_who_may(Permission.REPLY)
def announcements(request: HttpRequest, person: User) -> StreamingHttpResponse:
    """All of them, with their words in the reader's language."""
    now = timezone.now()
    heading = [_("State"), _("Title"), _("Text"), _("Kind"), _("Who sees it"), _("Shown from"), _("Shown until")]
    heading += [_("Work begins"), _("Work ends"), _("Told by mail"), _("Author")]

    def cells(row: Announcement) -> list[str]:
        said = [state_of(row, now)["text"], say(row.title), say(row.body)]
        said += [row.get_severity_display(), row.get_audience_display()]
        times = [instant(each) for each in (row.shown_from, row.shown_until, row.starts_at, row.ends_at)]
        return [*said, *times, _("yes") if row.by_mail else _("no"), str(row.author or "")]

    rows = lambda _reader: Announcement.objects.select_related("author")  # noqa: E731
    return sent("announcements", lines_of(person, heading, rows, cells, permission=Permission.REPLY))
