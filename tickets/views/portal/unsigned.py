"""Filing without an account, where the policy's portal asks nobody to sign in."""

from __future__ import annotations

from typing import Any

from allauth.core import ratelimit
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from sla.models import Priority
from tenants.access import reader_of
from tickets import actions
from tickets.actions.claiming import person_at
from tickets.errors import TooManyUnsigned
from tickets.forms.portal import FilingForm, UnsignedFilingForm
from tickets.models import Category, Ticket
from tickets.views.portal.common import onward

_KEPT = "sent"


def is_meant(request: HttpRequest) -> bool:
    """Whether the form is one without an account; sent by somebody whose session ended meanwhile it has no address."""
    if reader_of(request) is not None or not actions.may_file_without_account():
        return False
    return request.method != "POST" or "email" in request.POST


def file(request: HttpRequest, form: UnsignedFilingForm) -> Ticket:
    """File what a valid form says, once however often it is sent. Raises TooManyUnsigned and what filing raises."""
    if not ratelimit.consume(request, action="file_request"):
        raise TooManyUnsigned
    said, language = form.cleaned_data, (get_language() or "en").split("-")[0]
    return actions.once(
        said["token"],
        person=person_at(said["email"], language=language),
        act=lambda: actions.file_without_account(said["email"], at=timezone.now(), **request_of(form)),
    )


def request_of(form: FilingForm) -> dict[str, Any]:
    """What a valid form asks for, as open_ticket() takes it."""
    said = form.cleaned_data
    return {
        "subject": said["subject"],
        "description": said["description"],
        "category": Category.objects.get(key=form.category.key),
        "priority": Priority.objects.get(key=said["priority"]) if said.get("priority") else None,
        "impact": said.get("impact", ""),
        "urgency": said.get("urgency", ""),
        "answers": form.answers(),
        "articles": said["near_articles"],
        "files": form.attached(),
        "as_it_is": said["as_it_is"],
    }


def sent_to(request: HttpRequest, form: UnsignedFilingForm, ticket: Ticket) -> HttpResponse:
    """On to the page that says what comes now."""
    request.session[_KEPT] = {"number": ticket.number, "email": form.cleaned_data["email"]}
    return onward(request, reverse("portal:sent"))


@require_safe
def sent(request: HttpRequest) -> HttpResponse:
    """The number, and where the link is; nothing of the request itself, which any address may have been given for."""
    return render(request, "tickets/portal/sent.html", {"sent": request.session.get(_KEPT)})
