"""Announcements: the list for readers, and writing them for staff."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from notices import actions
from notices.forms import AnnouncementForm, initial_of
from notices.models import Announcement
from notices.queries import recent_for
from notices.reading import remember
from tenants.access import reader_of, staff_who_may
from tenants.errors import Refused
from tenants.models import User
from tenants.permissions import Permission


@require_safe
def announcements(request: HttpRequest) -> HttpResponse:
    """What is and was announced lately, to this reader."""
    person = reader_of(request)
    now = timezone.now()
    rows = [{"announcement": each, "is_over": not each.is_shown(now)} for each in recent_for(person, now)]
    return render(request, "notices/portal/announcements.html", {"rows": rows})


@require_POST
def dismiss(request: HttpRequest) -> HttpResponse:
    """Put an announcement away for this session, and go back to where the reader was."""
    token = request.POST.get("announcement", "")
    if 0 < len(token) <= 60 and token.isascii():
        remember(request, token)
    back = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure()):
        back = reverse("portal:home")
    return redirect(back)


@require_safe
@staff_who_may(Permission.REPLY)
def all_announcements(request: HttpRequest, person: User) -> HttpResponse:
    """All announcements, the newest first, for staff."""
    now = timezone.now()
    rows = [
        {"announcement": each, "when": _when(each, now)} for each in Announcement.objects.select_related("author")[:200]
    ]
    may_edit = person.may(Permission.ANNOUNCE)
    return render(request, "notices/desk/announcements.html", {"rows": rows, "may_edit": may_edit})


@require_http_methods(["GET", "HEAD", "POST"])
@staff_who_may(Permission.ANNOUNCE)
def new(request: HttpRequest, person: User) -> HttpResponse:
    """Write an announcement."""
    return _edited(request, person, None)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_who_may(Permission.ANNOUNCE)
def edit(request: HttpRequest, person: User, pk: UUID) -> HttpResponse:
    """Change an announcement."""
    return _edited(request, person, get_object_or_404(Announcement, pk=pk))


@require_POST
@staff_who_may(Permission.ANNOUNCE)
def withdraw(request: HttpRequest, person: User, pk: UUID) -> HttpResponse:
    """Show an announcement no longer."""
    actions.withdraw(get_object_or_404(Announcement, pk=pk), actor=person, at=timezone.now())
    messages.info(request, _("The announcement is no longer shown."))
    return redirect("desk:announcements")


def _edited(request: HttpRequest, person: User, announcement: Announcement | None) -> HttpResponse:
    tenant = request.tenant  # type: ignore[attr-defined]
    now = timezone.now()
    initial = initial_of(announcement, [tenant.language]) if announcement else {"shown_from": now}
    form = AnnouncementForm(request.POST or None, initial=initial, tenant=tenant)
    preview = None
    if request.method == "POST" and form.is_valid():
        if request.POST.get("then") == "preview":
            preview = form.content()
        else:
            try:
                _save(announcement, form.content(), person)
            except Refused as refusal:
                form.add_error(None, str(refusal))
            else:
                messages.success(
                    request, _("The announcement is saved. Its readers see it in the time that you chose.")
                )
                return redirect("desk:announcements")
    context = {
        "form": form,
        "announcement": announcement,
        "preview": preview,
        "is_over": announcement is not None
        and announcement.shown_until is not None
        and announcement.shown_until <= now,
    }
    return render(request, "notices/desk/edit.html", context, status=422 if form.errors else 200)


def _save(announcement: Announcement | None, content: actions.Content, person: User) -> Announcement:
    if announcement is None:
        return actions.publish(content, author=person, at=timezone.now())
    return actions.change(announcement, content, actor=person, at=timezone.now())


def _when(announcement: Announcement, now: datetime) -> dict[str, str]:
    """Whether it is shown, as a badge."""
    if announcement.is_shown(now):
        return {"kind": "good", "icon": "eye", "text": _("Shown now")}
    if announcement.shown_from > now:
        return {"kind": "info", "icon": "clock", "text": _("Not shown yet")}
    return {"kind": "plain", "icon": "archive", "text": _("No longer shown")}
