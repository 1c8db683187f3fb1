"""What a customer says of the help they got: on the ticket's page, or by a link in a mail, without signing in."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from tenants import signing
from tenants.context import active_tenant
from tenants.errors import Refused
from tenants.models import User
from tickets import actions, ratings, recipients
from tickets.errors import RatingsOff
from tickets.forms.portal import CommentForm
from tickets.forms.ratings import RatingForm
from tickets.models import Ticket
from tickets.ratings import OPEN_FOR, SEEN
from tickets.views.portal.common import attempt, customer_required
from tickets.views.portal.link import private
from tickets.views.portal.ticket import find_or_404, show


@require_POST
@customer_required
def rate(request: HttpRequest, person: User, number: int) -> HttpResponse:
    """From the ticket's page."""
    found = find_or_404(person, number)
    asked = ratings.asked_of(found, at=timezone.now()) if found.requester_id == person.pk else None
    if asked is None:
        raise Http404
    form = RatingForm(request.POST, scale=asked.scale)
    if form.is_valid() and _rated(form, found, person, over="portal"):
        messages.success(request, _("Thank you. Your rating is kept."))
        return redirect(f"{reverse('portal:ticket', args=[number])}#rating")
    return show(request, person, found, CommentForm(), status=422, more={"asked_rating": asked, "rating_form": form})


# Exempt from the check of a session's token: who comes from a mail may have no session, nor take cookies. The form is
# signed instead, so that only who has looked at the page can send it: programs that open each link of a mail do not.
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def rating_link(request: HttpRequest, token: str) -> HttpResponseBase:
    """From a mail. Opening it changes nothing; its form is sent at once by a script, else by its button."""
    at = timezone.now()
    try:
        ticket, person, score = ratings.read_token(token, at=at)
        asked = ratings.asked_of(ticket, at=at)
        if asked is None:
            raise RatingsOff
    except Refused as refusal:
        is_over = isinstance(refusal, signing.LinkExpired | signing.LinkRevoked | RatingsOff)
        context = {"refusal": refusal, "typed": request.POST.get("comment", "")}
        return private(render(request, "tickets/portal/link/refused.html", context, status=410 if is_over else 404))
    _speak_to(request, person)
    if "kept" in request.GET and asked.score is not None:
        score = asked.score
    form = RatingForm(
        request.POST or None, scale=asked.scale, initial={"score": score, "comment": asked.comment}, auto_id="rating_%s"
    )
    seen = request.method == "POST" and form.is_valid() and _was_seen(form, request, ticket, person, at)
    if seen and _rated(form, ticket, person, over="mail"):
        return redirect(f"{request.path}?kept")
    context = {
        "asked_rating": asked,
        "rating_form": form,
        "ticket": ticket,
        "is_known": recipients.is_known(ticket, person),
        "is_kept": "kept" in request.GET and asked.score is not None and not form.is_bound,
        "sends_itself": not form.is_bound and asked.may_rate and asked.score is None and score <= asked.scale,
        "seen": signing.sign(SEEN, subject=ticket.pk, person=person.pk, until=at + OPEN_FOR),
    }
    return private(render(request, "tickets/portal/rating.html", context, status=422 if form.errors else 200))


def _rated(form: RatingForm, ticket: Ticket, person: User, *, over: str) -> Any:
    said = {name: form.cleaned_data[name] for name in ("score", "comment", "as_it_is")}
    return attempt(form, lambda: actions.rate(ticket, actor=person, at=timezone.now(), over=over, **said))


def _was_seen(form: RatingForm, request: HttpRequest, ticket: Ticket, person: User, at: datetime) -> bool:
    """Whether the form comes from the page that this link opened, and not too long ago."""
    try:
        seen = signing.read(SEEN, request.POST.get("seen", ""), at=at)
    except signing.LinkRefused:
        seen = None
    if seen is not None and (seen.subject, seen.person) == (ticket.pk, person.pk):
        return True
    form.add_error(None, _("This page was open for too long. Look at your rating and send it once more."))
    return False


def _speak_to(request: HttpRequest, person: User) -> None:
    """In the language of the mail, unless the reader has chosen one on this site."""
    if settings.LANGUAGE_COOKIE_NAME not in request.COOKIES and person.language in active_tenant().languages:
        translation.activate(person.language)
        request.LANGUAGE_CODE = translation.get_language()
