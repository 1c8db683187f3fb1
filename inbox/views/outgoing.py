"""Outgoing mail for those who look after the system: what went out, what waits, what failed and why."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from csp.decorators import csp_replace
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_POST, require_safe

from inbox import actions, words
from inbox.models import OutgoingMail
from inbox.queries import asked_state, next_tries, page_of
from tenants.access import staff_who_may
from tenants.errors import Refused
from tenants.models import User
from tenants.permissions import Permission
from tickets.models import Ticket

#: What a mail's HTML may do on our pages: carry its own styles and show our logo, and nothing else.
SANDBOX = {
    "default-src": ["'none'"],
    "script-src": ["'none'"],
    "style-src": ["'unsafe-inline'"],
    "img-src": ["'self'"],
    "sandbox": ["allow-popups"],
    "frame-ancestors": ["'self'"],
}


@require_safe
@staff_who_may(Permission.SEE_SYSTEM)
def mail(request: HttpRequest, person: User) -> HttpResponse:
    """The newest mail first, by state, to an address or about a ticket."""
    state = asked_state(request.GET.get("state", ""))
    page = page_of(state=state, looking_for=request.GET.get("q", ""), after=request.GET.get("after", ""))
    context = {
        "rows": _rows(page.mails),
        "state": state,
        "q": request.GET.get("q", ""),
        "tabs": _tabs(request.GET, state),
        "first_url": _with(request.GET, after=None) if request.GET.get("after") else "",
        "next_url": _with(request.GET, after=page.next) if page.next else "",
    }
    return render(request, "inbox/desk/mail.html", context)


@require_safe
@staff_who_may(Permission.SEE_SYSTEM)
def mail_detail(request: HttpRequest, person: User, pk: UUID) -> HttpResponse:
    """One mail: its headers, its words, and how its sending went."""
    mail = _mail_for(person, pk)
    (row,) = _rows([mail])
    return render(request, "inbox/desk/mail_detail.html", {**row, "may_send": not mail.is_out})


@require_safe
@xframe_options_sameorigin
@csp_replace(SANDBOX)
@staff_who_may(Permission.SEE_SYSTEM)
def mail_html(request: HttpRequest, person: User, pk: UUID) -> HttpResponse:
    """The HTML part as its reader gets it, but for their own links, in a sandbox: no script, no network, no cookies."""
    mail = _mail_for(person, pk)
    if mail.is_secret or not mail.html:
        raise Http404
    return HttpResponse(mail.html_shown)


@require_POST
@staff_who_may(Permission.SEE_SYSTEM)
def send_mail(request: HttpRequest, person: User, pk: UUID) -> HttpResponse:
    """Try a mail again now."""
    mail = _mail_for(person, pk)
    try:
        actions.send_again(mail, actor=person, at=timezone.now())
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.info(request, _("The mail is sent again now. Reload this page in a moment to see how it went."))
    return redirect("desk:mail_detail", pk)


def _mail_for(person: User, pk: UUID) -> OutgoingMail:
    """The mail, unless it is about a ticket that this person may not see, as anywhere else."""
    found: OutgoingMail = get_object_or_404(OutgoingMail.objects.shown().select_related("recipient", "ticket"), pk=pk)
    if found.ticket_id is not None:
        get_object_or_404(Ticket.objects.visible_to(person), pk=found.ticket_id)
    return found


def _rows(mails: Iterable[OutgoingMail]) -> list[dict[str, object]]:
    mails = list(mails)
    tries = next_tries(mails)
    return [
        {"mail": mail, "badge": words.badge(mail), "reason": words.reason(mail), "next_try": tries.get(mail.pk)}
        for mail in mails
    ]


def _tabs(asked: QueryDict, state: str) -> list[dict[str, object]]:
    choices = [("", _("All")), *((each.value, each.label) for each in OutgoingMail.State)]
    return [
        {"label": label, "url": _with(asked, state=value or None, after=None), "current": value == state}
        for value, label in choices
    ]


def _with(asked: QueryDict, **changes: str | None) -> str:
    """The query of this page with some values changed or, with None, left out."""
    query = asked.copy()
    for name, value in changes.items():
        query.pop(name, None)
        if value is not None:
            query[name] = value
    return f"?{query.urlencode()}"
