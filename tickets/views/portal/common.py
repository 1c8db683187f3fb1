"""What the portal's views share: which tickets they find here, and refusals as errors of the form."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any, TypeVar

from django import forms
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.middleware.csrf import CsrfViewMiddleware
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django_htmx.http import HttpResponseClientRedirect

from kb import queries as kb
from kb.models import ArticleVersion
from tenants.access import reader_of
from tenants.errors import Refused
from tenants.models import User
from tickets.errors import PolicyMissing
from tickets.forms.portal import TokenForm
from tickets.models import Ticket
from tickets.models.ticket import TicketQuerySet

View = Callable[..., HttpResponseBase]
Result = TypeVar("Result")


def customer_required(view: View) -> View:
    """For people who are signed in; hands them to the view as `person`."""

    @login_required
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        person = reader_of(request)
        assert person is not None  # login_required saw to it
        return view(request, person, *args, **kwargs)

    return guarded


def policy_required(view: View) -> View:
    """A page that says what is missing, as long as the tenant has no policy."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            return view(request, *args, **kwargs)
        except PolicyMissing as missing:
            return render(request, "tickets/portal/no_policy.html", {"reason": str(missing)}, status=503)

    return guarded


def tickets_of(person: User) -> TicketQuerySet:
    """What a person finds in the portal: staff only what they asked for themselves, the rest is in the workspace."""
    if person.is_staff_member:
        return Ticket.objects.filter(requester=person)
    return Ticket.objects.visible_to(person)


def attempt(form: forms.Form, act: Callable[[], Result]) -> Result | None:
    """What an action returns; its refusal becomes an error of the form, and nothing of it is written."""
    try:
        with transaction.atomic():
            return act()
    except Refused as refusal:
        form.add_error(None, str(refusal))
        if isinstance(form, TokenForm):
            form.refused_for = refusal.code
        return None


def onward(request: HttpRequest, path: str) -> HttpResponse:
    """To another page, also where htmx asked for a part of this one."""
    return HttpResponseClientRedirect(path) if request.htmx else redirect(path)  # type: ignore[attr-defined]


def articles_named(numbers: Iterable[int], person: User | None) -> list[ArticleVersion]:
    """Articles with these numbers that the reader may see, each in the reader's language if there is it. One query."""
    wanted = list(numbers)
    if not wanted:
        return []
    language = (get_language() or "en").split("-")[0]
    seen = ArticleVersion.objects.filter(
        article__number__in=wanted, article__in=kb.visible_to(person), is_published=True
    )
    chosen: dict[int, ArticleVersion] = {}
    for version in seen.select_related("article").defer("search", "words", "text", "body").order_by("article__number"):
        known, own = chosen.get(version.article.number), version.article.language
        if known is None or version.language == language or (version.language == own and known.language != language):
            chosen[version.article.number] = version
    return list(chosen.values())


def _nothing(_request: HttpRequest) -> HttpResponse:
    return HttpResponse()


class _CsrfCheck(CsrfViewMiddleware):
    """Says why a form is not trusted, instead of answering for the view."""

    def _reject(self, request: HttpRequest, reason: str) -> str:
        return reason


def is_stale(request: HttpRequest) -> bool:
    """Whether a form that was sent belongs to a session that is over, as after signing in again in another tab.

    For views that are exempt from the general check, because its answer would lose what was typed.
    """
    check = _CsrfCheck(_nothing)
    check.process_request(request)
    return check.process_view(request, _nothing, (), {}) is not None
