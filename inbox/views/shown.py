"""A mail that came in as it looks: its HTML in a frame that can do nothing, and what its calendars say."""

from __future__ import annotations

from uuid import UUID

from csp.decorators import csp_replace
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_safe

from inbox.intake import held
from inbox.mail import invitations, viewing
from inbox.mail.parsing import ParsedMail
from inbox.models import InboundMail
from tenants.access import staff
from tenants.models import User
from tenants.permissions import Permission
from tickets.models import Ticket

#: What a mail may do in its frame: carry its own styles, show pictures that stand in it, and lead elsewhere by a click.
_SANDBOX = {
    "default-src": ["'none'"],
    "script-src": ["'none'"],
    "style-src": ["'unsafe-inline'"],
    "img-src": ["data:"],
    "form-action": ["'none'"],
    "base-uri": ["'none'"],
    "sandbox": ["allow-popups", "allow-popups-to-escape-sandbox"],
    "frame-ancestors": ["'self'"],
}


def context_of(request: HttpRequest, mail: InboundMail, parsed: ParsedMail | None) -> dict[str, object]:
    """What `_shown.html` shows of a mail: whether it has a look of its own, the pictures left out, its invitations."""
    with_pictures = request.GET.get("pictures") == "1"
    if parsed is None:
        return {"mail": mail, "view": None, "invitations": [], "with_pictures": False}
    return {
        "mail": mail,
        "view": viewing.look(parsed.html, parsed.files, with_pictures=with_pictures),
        "invitations": invitations.read(parsed.files),
        "with_pictures": with_pictures,
    }


@require_safe
@xframe_options_sameorigin
@csp_replace(_SANDBOX)
@staff
def html(request: HttpRequest, person: User, pk: UUID) -> HttpResponse:
    """The HTML of a mail: nothing of it reaches out, so nobody learns that it was read."""
    return HttpResponse(_look(person, pk, with_pictures=False))


@require_safe
@xframe_options_sameorigin
@csp_replace({**_SANDBOX, "img-src": ["data:", "https:", "http:"]})
@staff
def html_with_pictures(request: HttpRequest, person: User, pk: UUID) -> HttpResponse:
    """The same with the pictures that lie elsewhere, since somebody asked for them; no referrer is told."""
    response = HttpResponse(_look(person, pk, with_pictures=True))
    response["Referrer-Policy"] = "no-referrer"
    return response


def _look(person: User, pk: UUID, *, with_pictures: bool) -> str:
    mail: InboundMail = get_object_or_404(InboundMail.objects.shown_to(person).select_related("message"), pk=pk)
    if not person.may(Permission.SEE_ALL_TICKETS):
        ticket = mail.message.ticket_id if mail.message else None
        get_object_or_404(Ticket.objects.visible_to(person), pk=ticket)
    parsed = held.read(mail)
    view = viewing.look(parsed.html, parsed.files, with_pictures=with_pictures) if parsed else None
    if view is None or not view.html:
        raise Http404
    return view.page()
