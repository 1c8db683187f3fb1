"""Announcements: the list for readers, and writing them for staff."""

from __future__ import annotations

from datetime import datetime
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from notices import actions, words
from notices.forms.announcements import AnnouncementForm, initial_of
from notices.models import Announcement, Notice
from notices.previewing import previewed
from notices.queries import recent_for, told
from notices.reading import remember
from tenants.access import reader_of, staff_who_may
from tenants.errors import Refused
from tenants.models import User
from tenants.paging import Slice, by_time
from tenants.permissions import Permission


@require_safe
def announcements(request: HttpRequest) -> HttpResponse:
    """What is and was announced lately, to this reader."""
    person = reader_of(request)
    now, after = timezone.now(), request.GET.get("after", "")
    page = recent_for(person, now, after)
    rows = [{"announcement": each, "is_over": not each.is_shown(now)} for each in page.rows]
    return render(request, "notices/portal/announcements.html", {"rows": rows, **_turned(page, after)})


def _turned(page: Slice[Announcement], after: str) -> dict[str, str]:
    """Back to the newest, and on to what is older."""
    following = f"?{urlencode({'after': page.following})}" if page.following else ""
    return {"previous_url": "?" if after else "", "next_url": following}


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
    now, after = timezone.now(), request.GET.get("after", "")
    page = by_time(Announcement.objects.select_related("author"), "shown_from", after)
    rows = [{"announcement": each, "when": state_of(each, now)} for each in page.rows]
    context = {"rows": rows, "may_edit": person.may(Permission.ANNOUNCE), **_turned(page, after)}
    return render(request, "notices/desk/announcements.html", context)


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


@require_POST
@staff_who_may(Permission.ANNOUNCE)
def call_off(request: HttpRequest, person: User, pk: UUID) -> HttpResponse:
    """Announced work does not take place."""
    try:
        actions.call_off(get_object_or_404(Announcement, pk=pk), actor=person, at=timezone.now())
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.info(request, _("The work is called off. Who was told of it is told so once."))
    return redirect("desk:announcement_edit", pk)


@require_safe
@staff_who_may(Permission.ANNOUNCE)
def notices(request: HttpRequest, person: User, pk: UUID) -> HttpResponse:
    """How far the notices of an announcement are, for the page to look again."""
    announcement = get_object_or_404(Announcement, pk=pk)
    return render(request, "notices/desk/_notices.html", {"announcement": announcement, **_notices(announcement)})


@require_POST
@staff_who_may(Permission.ANNOUNCE)
def stop(request: HttpRequest, person: User, pk: UUID) -> HttpResponse:
    """Tell nobody else."""
    notice = get_object_or_404(Notice, pk=pk)
    try:
        actions.stop(notice, actor=person, at=timezone.now())
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.info(request, _("The notice is stopped. Mails that were sent already stay sent."))
    return redirect("desk:announcement_edit", notice.announcement_id)


def _edited(request: HttpRequest, person: User, announcement: Announcement | None) -> HttpResponse:
    tenant = request.tenant  # type: ignore[attr-defined]
    now = timezone.now()
    initial = initial_of(announcement, [tenant.language]) if announcement else {"shown_from": now}
    form = AnnouncementForm(request.POST or None, initial=initial, tenant=tenant)
    preview = None
    if request.method == "POST" and form.is_valid():
        if request.POST.get("then") == "preview":
            preview = previewed(form.content(), form.languages, now)
        else:
            try:
                saved = _save(announcement, form.content(), person)
            except Refused as refusal:
                form.add_error(None, str(refusal))
            else:
                _say_what_is_saved(request, saved)
                return (
                    redirect("desk:announcement_edit", saved.pk)
                    if saved.notices.exists()
                    else redirect("desk:announcements")
                )
    context = {
        "form": form,
        "announcement": announcement,
        "preview": preview,
        "is_over": announcement is not None
        and announcement.shown_until is not None
        and announcement.shown_until <= now,
        "may_call_off": announcement is not None
        and announcement.cancelled_at is None
        and announcement.starts_at is not None
        and announcement.starts_at > now,
        **(_notices(announcement) if announcement else {}),
    }
    return render(request, "notices/desk/edit.html", context, status=422 if form.errors else 200)


def _save(announcement: Announcement | None, content: actions.Content, person: User) -> Announcement:
    if announcement is None:
        return actions.publish(content, author=person, at=timezone.now())
    return actions.change(announcement, content, actor=person, at=timezone.now())


def _say_what_is_saved(request: HttpRequest, announcement: Announcement) -> None:
    messages.success(request, _("The announcement is saved. Its readers see it in the time that you chose."))
    ahead = announcement.notices.filter(state=Notice.State.MISSED, occasion=Notice.Occasion.AHEAD)
    if missed := [words.occasion(each) for each in ahead]:
        said = _("Left out, since it is too late for it: %(occasions)s.") % {"occasions": "; ".join(missed)}
        messages.warning(request, said)


def _notices(announcement: Announcement) -> dict[str, object]:
    rows = [
        {"told": each, "occasion": words.occasion(each.notice), "state": words.state(each.notice)}
        for each in told(announcement)
    ]
    return {"notices": rows, "is_going": any(row["told"].is_going for row in rows)}  # type: ignore[attr-defined]


def state_of(announcement: Announcement, now: datetime) -> dict[str, str]:
    """Whether it is shown, as a badge."""
    if announcement.is_shown(now):
        return {"kind": "good", "icon": "eye", "text": _("Shown now")}
    if announcement.shown_from > now:
        return {"kind": "info", "icon": "clock", "text": _("Not shown yet")}
    return {"kind": "plain", "icon": "archive", "text": _("No longer shown")}
