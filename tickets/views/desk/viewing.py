"""Looking at the product as somebody else sees it: the beginning and the end."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from tenants import viewing
from tenants.access import staff, staff_who_may
from tenants.errors import Refused
from tenants.models import User
from tenants.permissions import Permission


@require_POST
@staff_who_may(Permission.MANAGE_PEOPLE)
def begin(request: HttpRequest, person: User, pk: UUID) -> HttpResponse:
    """Look as somebody, from their first page on."""
    shown = get_object_or_404(User.objects.select_related("role"), pk=pk)
    try:
        viewing.begin(request, shown, viewer=person, at=timezone.now())
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("desk:person", pk)
    return redirect("desk:home" if shown.is_staff_member else "portal:home")


@require_POST
@staff
def end(request: HttpRequest, person: User) -> HttpResponse:
    """Be oneself again, on the page of whom one looked as."""
    shown = viewing.end(request, viewer=person)
    if shown is None:
        return redirect("desk:home")
    messages.success(request, _("You are yourself again. The view is in the audit log."))
    return redirect("desk:person", shown.pk)
