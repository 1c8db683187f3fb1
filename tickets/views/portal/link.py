"""One ticket by the signed link of a mail, for its bearer: without an account, and nothing of other tickets.

What is sent here needs no token against forgery: the address itself is the secret, which another site does not know,
and nothing hangs on a cookie. So a form never comes too late because a cookie was lost, and works without any.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tenants.access import reader_of
from tenants.errors import Refused
from tenants.signing import LinkExpired, LinkRefused, LinkRevoked
from tickets import actions, links, ratings, rights
from tickets.forms.identifying import IdentifyingForm
from tickets.forms.portal import CommentForm
from tickets.links import Bearer
from tickets.models import Attachment, Holder, Message, Ticket
from tickets.views.portal import confirming
from tickets.views.portal import uploads as pieces
from tickets.views.portal.common import attempt, onward, tickets_of
from tickets.views.portal.files import serve
from tickets.views.portal.ticket import comment_from, context_of, find_or_404, identify_from, went_on

View = Callable[..., HttpResponseBase]


def bearer_required(view: View) -> View:
    """For whoever holds a valid link; hands the view what it opens. Answers are kept by no search engine or cache."""

    @csrf_exempt
    @wraps(view)
    def guarded(request: HttpRequest, token: str, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            bearer = links.opened(token, at=timezone.now())
        except LinkRefused as refusal:
            return private(_refused(request, refusal))
        return private(view(request, token, bearer, *args, **kwargs))

    return guarded


def private(response: HttpResponseBase) -> HttpResponseBase:
    """The address of these pages opens them, so nobody else is to learn it: no other site, search engine or cache."""
    # Not "no-referrer": browsers then send forms of the page without their origin, such as the one for its language.
    response["Referrer-Policy"] = "same-origin"
    response["X-Robots-Tag"] = "noindex, nofollow, noarchive"
    response.headers.setdefault("Cache-Control", "private, no-store")
    return response


@require_safe
@bearer_required
def ticket(request: HttpRequest, token: str, bearer: Bearer) -> HttpResponse:
    """The page. Looking at it changes nothing; who is signed in and may see the ticket gets the usual one."""
    reader = reader_of(request)
    if reader is not None and tickets_of(reader).filter(pk=bearer.ticket.pk).exists():
        return redirect("portal:ticket", bearer.ticket.number)
    if bearer.must_confirm:
        return confirm_page(request, token, bearer)
    return show(request, token, bearer, CommentForm())


@bearer_required
@require_POST
def confirm(request: HttpRequest, token: str, bearer: Bearer) -> HttpResponse:
    """It was me who filed this."""
    try:
        actions.claim(bearer.ticket, actor=bearer.person, at=timezone.now())
    except Refused as refusal:
        return confirm_page(request, token, bearer, refusal=str(refusal))
    return redirect("portal:link", token)


@bearer_required
@require_POST
def reply(request: HttpRequest, token: str, bearer: Bearer) -> HttpResponse:
    """Post what the bearer wrote."""
    form = CommentForm(request.POST, request.FILES)
    form.holder = Holder(bearer.person)
    return _act(request, token, bearer, form, lambda: comment_from(form, bearer.ticket, bearer.person))


@bearer_required
@require_POST
def identify(request: HttpRequest, token: str, bearer: Bearer) -> HttpResponse:
    """Fill in the authorisation data that the request lacks."""
    if bearer.must_confirm:
        return confirm_page(request, token, bearer)
    form = IdentifyingForm(request.POST, ticket=bearer.ticket)
    act = lambda: identify_from(form, bearer.ticket, bearer.person)  # noqa: E731
    done = attempt(form, act) if form.is_valid() else None
    if done is not None:
        return redirect("portal:link", token)
    return show(request, token, bearer, CommentForm(), status=422, more={"identify": form})


@bearer_required
@require_POST
def solve(request: HttpRequest, token: str, bearer: Bearer) -> HttpResponse:
    """My problem is solved."""
    act = lambda: actions.solve_by_requester(bearer.ticket, actor=bearer.person, at=timezone.now())  # noqa: E731
    return _act(request, token, bearer, CommentForm({}), act)


@bearer_required
@require_POST
def reopen(request: HttpRequest, token: str, bearer: Bearer) -> HttpResponse:
    """It is not solved after all."""
    act = lambda: actions.reopen(bearer.ticket, actor=bearer.person, at=timezone.now())  # noqa: E731
    return _act(request, token, bearer, CommentForm({}), act)


@bearer_required
@require_POST
def leave(request: HttpRequest, token: str, bearer: Bearer) -> HttpResponse:
    """Take oneself out of copy; the link ends with it."""
    actions.remove_participant(bearer.ticket, bearer.person, actor=bearer.person, at=timezone.now())
    return _over(request, _("You are no longer in copy of request %(number)s.") % {"number": bearer.ticket.number})


@bearer_required
@require_POST
def end(request: HttpRequest, token: str, bearer: Bearer) -> HttpResponse:
    """Make this link, and those of earlier mails about the ticket, useless; before it is one's own, it was never."""
    if bearer.must_confirm:
        actions.disown(bearer.ticket, actor=bearer.person, at=timezone.now())
        return _over(request, confirming.closed(bearer.ticket))
    actions.end_links(bearer.ticket, actor=bearer.person, at=timezone.now())
    return _over(request, _("This link no longer opens your request, nor do those of earlier mails about it."))


@require_safe
@bearer_required
def attachment(request: HttpRequest, token: str, bearer: Bearer, pk: UUID) -> HttpResponseBase:
    """A file of the ticket's public messages."""
    found = Attachment.objects.filter(message__ticket=bearer.ticket, message__kind=Message.Kind.PUBLIC, pk=pk).first()
    if found is None or bearer.must_confirm:
        raise Http404
    return serve(found)


@bearer_required
@require_http_methods(["GET", "HEAD", "POST"])
def uploads(request: HttpRequest, token: str, bearer: Bearer) -> HttpResponseBase:
    """Files of an answer that go up before it is sent."""
    return pieces.of_bearer(request, bearer)


@bearer_required
@require_http_methods(["GET", "HEAD", "POST", "DELETE"])
def upload(request: HttpRequest, token: str, bearer: Bearer, pk: UUID) -> HttpResponseBase:
    """One of them."""
    return pieces.one_of_bearer(request, bearer, pk)


def _act(
    request: HttpRequest, token: str, bearer: Bearer, form: CommentForm, act: Callable[[], Ticket]
) -> HttpResponse:
    if bearer.must_confirm:
        return confirm_page(request, token, bearer)
    done = attempt(form, act) if form.is_valid() else None
    if done is None:
        form.keep_files(at=timezone.now())
        return show(request, token, bearer, form, status=422)
    actions.prove(bearer.person)
    if done.pk != bearer.ticket.pk:
        messages.info(request, went_on(bearer.ticket, done))
        token = links.token_for(done, bearer.person, at=timezone.now())
    elif request.htmx:  # type: ignore[attr-defined]
        return show(request, token, bearer, CommentForm())
    return onward(request, f"{reverse('portal:link', args=[token])}#latest")


def show(
    request: HttpRequest,
    token: str,
    bearer: Bearer,
    form: CommentForm,
    *,
    status: int = 200,
    more: dict[str, Any] | None = None,
) -> HttpResponse:
    """The whole page, or to htmx what changes on it."""
    is_part = bool(request.htmx)  # type: ignore[attr-defined]
    template = "tickets/portal/link/_ticket.html" if is_part else "tickets/portal/link/ticket.html"
    found = find_or_404(bearer.person, bearer.ticket.number)
    usual = context_of(bearer.person, found, form)
    context = {
        **usual,
        **ratings.form_of_bearer(usual["asked_rating"], bearer.person, at=timezone.now()),
        "signed_in_rights": rights.named(usual["rights"]),
        "addresses": _addresses(token),
        "bearer": bearer,
        # To the page's frame nobody is signed in.
        "person": reader_of(request),
        "merged_into": None,
        **({"asked": [], "checklists": []} if bearer.person.is_staff_member else {}),
        **(more or {}),
    }
    return render(request, template, context, status=status)


def _addresses(token: str) -> dict[str, str]:
    names = ("reply", "solve", "reopen", "leave", "end", "confirm", "uploads", "identify")
    return {
        **{name: reverse(f"portal:link_{name}", args=[token]) for name in names},
        **{name: f"{reverse('portal:link', args=[token])}{name}/" for name in ("files", "steps", "approvals")},
    }


def confirm_page(request: HttpRequest, token: str, bearer: Bearer, *, refusal: str = "") -> HttpResponse:
    """Asks whether it was them who filed it."""
    answers = _addresses(token)
    yes, no = answers["confirm"], answers["end"]
    return confirming.page(request, bearer.ticket, bearer.person, yes=yes, no=no, by_link=True, refusal=refusal)


def _over(request: HttpRequest, said: str) -> HttpResponse:
    return render(request, "tickets/portal/link/over.html", {"said": said})


def _refused(request: HttpRequest, refusal: LinkRefused) -> HttpResponse:
    """Gone, where it once was good; else it never was. What was typed comes back to be copied."""
    status = 410 if isinstance(refusal, LinkExpired | LinkRevoked) else 404
    typed = request.POST.get("body", "") if request.method == "POST" else ""
    return render(request, "tickets/portal/link/refused.html", {"refusal": refusal, "typed": typed}, status=status)
