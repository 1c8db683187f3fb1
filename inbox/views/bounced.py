"""How the mails of a ticket went, and addresses from which mail came back."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from inbox import words
from inbox.actions.bouncing import clear_address
from inbox.models import BouncedAddress, OutgoingMail
from inbox.queries import bounced_page
from tenants.access import reader_of, staff, staff_who_may
from tenants.errors import NotPermitted
from tenants.models import User
from tenants.permissions import Permission
from tickets.models import Ticket

#: Of a ticket with more mails the newest are shown.
MOST_MAILS = 200


@require_safe
@staff
def of_ticket(request: HttpRequest, person: User, number: int) -> HttpResponse:
    """How the mails to customers about a ticket went: beside its messages for htmx, else as a page."""
    ticket = get_object_or_404(Ticket.objects.visible_to(person), number=number)
    said = (OutgoingMail.Kind.REPLY, OutgoingMail.Kind.COMMENT, OutgoingMail.Kind.RECEIPT, OutgoingMail.Kind.NEWS)
    found = OutgoingMail.objects.filter(ticket=ticket, kind__in=said).select_related("event")
    mails = list(found.defer("text", "html", "references").order_by("-created_at", "-id")[: MOST_MAILS + 1])
    mails, more = mails[:MOST_MAILS], len(mails) > MOST_MAILS
    marked = BouncedAddress.objects.standing().filter(address__in={mail.address.lower() for mail in mails})
    rows = [{"mail": mail, "badge": words.badge(mail), "reason": words.reason(mail)} for mail in mails]
    context = {"ticket": ticket, "rows": rows, "marked": marked, "of_messages": _by_message(rows), "more": more}
    template = "_ticket_mail.html" if request.headers.get("HX-Request") else "ticket_mail.html"
    return render(request, f"inbox/desk/{template}", context)


def _by_message(rows: list[dict[str, object]]) -> dict[str, list[dict[str, object]]]:
    """What agents want to know beside a message: the mails that carry it, by its id."""
    found: dict[str, list[dict[str, object]]] = {}
    for row in rows:
        mail = row["mail"]
        assert isinstance(mail, OutgoingMail)
        if mail.kind == OutgoingMail.Kind.REPLY and mail.event is not None and "message" in mail.event.data:
            found.setdefault(mail.event.data["message"], []).append(row)
    return found


@require_safe
@staff_who_may(Permission.SEE_ALL_TICKETS, Permission.SEE_SYSTEM)
def addresses(request: HttpRequest, person: User) -> HttpResponse:
    """All addresses to which nothing is sent, the latest first, and the way back for each."""
    wanted, after = request.GET.get("q", ""), request.GET.get("after", "")
    found, following = bounced_page(looking_for=wanted, after=after)
    more = request.GET.copy()
    more["after"] = following
    context = {
        "marked": found,
        "q": wanted,
        "first_url": request.path if after else "",
        "next_url": f"?{more.urlencode()}" if following else "",
        "may_clear": person.may(Permission.REPLY),
    }
    return render(request, "inbox/desk/bounced.html", context)


@require_safe
@login_required
def mine(request: HttpRequest) -> HttpResponse:
    """Whether mail to the reader's own address came back."""
    person = reader_of(request)
    marked = BouncedAddress.objects.standing().filter(address=person.email.lower() if person else "").first()
    template = "_mine.html" if request.headers.get("HX-Request") else "mine.html"
    return render(request, f"inbox/portal/{template}", {"marked": marked})


@require_POST
@login_required
def clear(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Mail is sent to the address again."""
    person = reader_of(request)
    bounced = get_object_or_404(BouncedAddress.objects.standing(), pk=pk)
    if person is None:
        raise Http404
    try:
        clear_address(bounced, actor=person, at=timezone.now())
    except NotPermitted:
        raise Http404 from None
    messages.success(request, _("Mail is sent to %(address)s again.") % {"address": bounced.address})
    back = request.POST.get("next", "")
    return redirect(back if url_has_allowed_host_and_scheme(back, allowed_hosts=None) else "portal:home")
