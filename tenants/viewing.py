"""An administrator looks at the product as another person sees it, for some minutes, and can change nothing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.response import SimpleTemplateResponse
from django.utils import timezone, translation
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_lazy as _

from tenants import audit
from tenants.errors import NotPermitted, Refused
from tenants.middleware import zone_named
from tenants.models import User
from tenants.permissions import Permission

GetResponse = Callable[[HttpRequest], HttpResponse]

#: It ends by itself, also when the window is left open.
LONGEST = timedelta(minutes=10)
#: Where the session keeps whom its person looks as, and until when.
KEY = "viewed_as"
#: What a viewer may send: the end of it, signing out, and how pages look.
ALLOWED = ("/desk/view-as/end", "/accounts/logout/", "/theme/", "/i18n/")
#: A person's account is theirs alone.
ACCOUNT = "/accounts/"


class MayNotBeViewed(Refused):
    """Somebody who may do what the viewer may not, who can't sign in, or the viewer."""

    sentence = _(
        "You can't look at the helpdesk as %(person)s: "
        "only as somebody else who can sign in and may do nothing that you may not."
    )
    code = "may_not_be_viewed"


class OnlyViewed(Refused):
    """A change while one looks as somebody else."""

    sentence = _("You are only looking as %(person)s sees it, so nothing was changed. End the view to act yourself.")
    code = "only_viewed"


class ViewOver(Refused):
    """A change on a page of a view that has ended meanwhile."""

    sentence = _("The time to look as somebody else is over, so nothing was changed. You are yourself again.")
    code = "view_over"


def may_view(viewer: User, person: User) -> bool:
    """Whether one may see what the other sees: nothing that is not open to the viewer as well."""
    wanted = {Permission.MANAGE_PEOPLE, Permission.SEE_ALL_TICKETS, *person.role.permissions}
    return person.is_active and person.pk != viewer.pk and all(viewer.may(each) for each in wanted)


def begin(request: HttpRequest, person: User, *, viewer: User, at: datetime) -> None:
    """Look as this person from the next page on. Raises NotPermitted and MayNotBeViewed."""
    if not viewer.may(Permission.MANAGE_PEOPLE):
        raise NotPermitted
    if not may_view(viewer, person):
        raise MayNotBeViewed(person=person)
    until = at + LONGEST
    request.session[KEY] = {"person": str(person.pk), "until": until.isoformat()}
    audit.record("person.viewed", person, actor=viewer, after={"address": person.email, "viewed_until": until})


def end(request: HttpRequest, *, viewer: User) -> User | None:
    """Look as oneself again; whom one looked as."""
    kept = request.session.pop(KEY, None)
    person = User.objects.filter(pk=UUID(kept["person"])).first() if kept else None
    if person is not None:
        audit.record("person.view_ended", person, actor=viewer, after={"address": person.email})
    return person


def as_another_person(get_response: GetResponse) -> GetResponse:
    """While it lasts, `request.user` is whom one looks as and `request.viewer` who looks; nothing done is kept."""

    def middleware(request: HttpRequest) -> HttpResponse:
        request.viewer = None  # type: ignore[attr-defined]
        kept = request.session.get(KEY) if hasattr(request, "session") else None
        viewer = request.user if kept else None
        if not kept or viewer is None or not viewer.is_authenticated:
            return get_response(request)
        is_change = request.method not in ("GET", "HEAD", "OPTIONS")
        person = User.objects.select_related("role").filter(pk=UUID(kept["person"])).first()
        until = parse_datetime(kept["until"])
        if person is None or until is None or timezone.now() >= until or not may_view(viewer, person):
            del request.session[KEY]
            if is_change:
                return _refused(request, ViewOver())
            messages.info(request, str(ViewOver.sentence))
            return get_response(request)
        if request.path.startswith(ALLOWED):
            return get_response(request)
        request.viewer, request.viewed_until, request.user = viewer, until, person  # type: ignore[attr-defined]
        request.viewer_language = translation.get_language()  # type: ignore[attr-defined]
        if is_change or request.path.startswith(ACCOUNT):
            return _refused(request, OnlyViewed(person=person))
        tenant = request.tenant  # type: ignore[attr-defined]
        zone = zone_named(person.timezone) or zone_named(tenant.timezone)
        with translation.override(person.language or tenant.language), timezone.override(zone):
            return _without_traces(get_response, request)

    return middleware


def _without_traces(get_response: GetResponse, request: HttpRequest) -> HttpResponse:
    """The page, with all undone that making it wrote: what was read, counted or remembered."""
    with transaction.atomic():
        response = get_response(request)
        if isinstance(response, SimpleTemplateResponse) and not response.is_rendered:
            response.render()
        transaction.set_rollback(True)
    return response


def _refused(request: HttpRequest, refusal: Refused) -> HttpResponse:
    if request.path.startswith("/api/"):
        return JsonResponse({"detail": str(refusal), "code": refusal.code, "fields": {}}, status=403)
    return render(request, "view_only.html", {"sentence": str(refusal)}, status=403)
