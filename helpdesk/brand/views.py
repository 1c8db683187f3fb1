"""The page on which an administrator chooses the logo, and the address at which everybody sees it."""

from __future__ import annotations

from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from helpdesk.appearance import A_YEAR
from helpdesk.brand import actions
from tenants.access import staff_who_may
from tenants.context import active_tenant
from tenants.errors import Refused
from tenants.models import User
from tenants.permissions import Permission


class LogoForm(forms.Form):
    """The picture."""

    logo = forms.FileField(
        label=gettext_lazy("Logo"),
        help_text=gettext_lazy("A PNG, JPEG or WebP picture of 2 MB at most, best wide and without a margin."),
        widget=forms.FileInput(attrs={"accept": "image/png,image/jpeg,image/webp"}),
        max_length=1000,
        error_messages={
            "required": gettext_lazy("Choose a picture."),
            "empty": gettext_lazy("This file is empty. Choose another one."),
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
@staff_who_may(Permission.CONFIGURE)
def brand(request: HttpRequest, person: User) -> HttpResponse:
    """Name, colour and logo; the logo is set here."""
    form = LogoForm(request.POST, request.FILES) if request.method == "POST" else LogoForm()
    if form.is_bound and form.is_valid():
        try:
            actions.set_logo(form.cleaned_data["logo"], actor=person)
        except Refused as refusal:
            form.add_error("logo", str(refusal))
        else:
            messages.success(request, _("The logo is set. It stands on every page and in mails from now on."))
            return redirect("desk:brand")
    return render(request, "brand/desk/brand.html", {"form": form}, status=422 if form.errors else 200)


@require_POST
@staff_who_may(Permission.CONFIGURE)
def remove_logo(request: HttpRequest, person: User) -> HttpResponse:
    """The name in letters again."""
    actions.remove_logo(actor=person)
    messages.success(request, _("The logo is taken away. Pages and mails show the name in letters."))
    return redirect("desk:brand")


@require_safe
def logo(request: HttpRequest, key: UUID) -> HttpResponseBase:
    """The picture, for everybody: it stands on the page where people sign in. A former address leads to today's."""
    kept = active_tenant().logo
    if kept is None:
        raise Http404
    return _picture(request) if kept.key == key else redirect("logo", kept.key)


@cache_control(public=True, max_age=A_YEAR, immutable=True)
def _picture(request: HttpRequest) -> FileResponse:
    kept = active_tenant().logo
    assert kept is not None
    try:
        content = default_storage.open(actions.path_of(kept), "rb")
    except FileNotFoundError:
        raise Http404 from None
    response = FileResponse(content, content_type=kept.media_type)
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["X-Content-Type-Options"] = "nosniff"
    return response
