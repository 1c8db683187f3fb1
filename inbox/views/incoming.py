"""Mail that came in, for agents: what became of each, and what is to be done with those that are held."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.db.models import Count
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from inbox import incoming
from inbox.intake import held
from inbox.models import InboundMail
from inbox.views import shown
from tenants.access import staff, staff_who_may
from tenants.errors import Refused
from tenants.models import User
from tenants.permissions import Permission
from tickets.models import Message, Ticket

Outcome = InboundMail.Outcome
agents = staff_who_may(Permission.SEE_ALL_TICKETS)


@require_safe
@agents
def mails(request: HttpRequest, person: User) -> HttpResponse:
    """The newest mail first, by what became of it; and how many came in the last thirty days, which adds up."""
    outcome = asked_outcome(request)
    page = incoming.page_of(person, outcome=outcome, after=request.GET.get("after", ""))
    since = timezone.now() - incoming.COUNTED
    found = InboundMail.objects.filter(received_at__gt=since).values_list("outcome").annotate(Count("pk"))
    counts = dict(found.order_by())
    tabs = [(each.value, each.label, counts.get(each.value, 0)) for each in Outcome]
    kept = [each for each in tabs if each[0] != Outcome.WAITING or each[2]]
    context = {
        "rows": [(mail, incoming.badge(mail), incoming.reason(mail)) for mail in page.mails],
        "tabs": [
            {"label": _("All"), "url": "?outcome=", "current": not outcome, "count": sum(counts.values())},
            *(
                {"label": label, "url": f"?outcome={value}", "current": value == outcome, "count": count}
                for value, label, count in kept
            ),
        ],
        "outcome": outcome,
        "next_url": f"?outcome={outcome}&after={page.next}" if page.next else "",
    }
    return render(request, "inbox/desk/incoming.html", context)


def asked_outcome(request: HttpRequest) -> str:
    """What became of the mails that are asked for; held ones where nothing is said, all where nothing is chosen."""
    asked = request.GET.get("outcome", Outcome.HELD)
    return asked if asked in Outcome.values else ""


@require_safe
@agents
def mail(request: HttpRequest, person: User, pk: UUID) -> HttpResponse:
    """One mail: what it says, how it was matched, and what can be done with it."""
    found = _mail(person, pk)
    return _page(request, found)


@require_safe
@staff
def of_message(request: HttpRequest, person: User, pk: UUID) -> HttpResponse:
    """How a message of a ticket came: what was quoted in its mail, and the verdict."""
    seen = Ticket.objects.visible_to(person)
    message = get_object_or_404(Message.objects.filter(ticket__in=seen), pk=pk)
    found = InboundMail.objects.select_related("mailbox", "ticket").filter(message=message).first()
    if found is None:
        return render(request, "inbox/desk/by_hand.html", {"message": message})
    if request.headers.get("HX-Request"):
        context = {**shown.context_of(request, found, held.read(found)), "facts": incoming.facts(found)}
        return render(request, "inbox/desk/_verdict.html", context)
    return _page(request, found)


@require_safe
@agents
def raw(request: HttpRequest, person: User, pk: UUID) -> FileResponse:
    """The mail as it came, as a file."""
    file = _mail(person, pk).raw.open("rb")
    return FileResponse(file, as_attachment=True, filename=f"{pk}.eml", content_type="message/rfc822")


@require_POST
@agents
def release(request: HttpRequest, person: User, pk: UUID) -> HttpResponse:
    """Make a request of it."""
    return _act(request, person, pk, lambda found: held.release(found, actor=person, at=timezone.now()))


@require_POST
@agents
def attach(request: HttpRequest, person: User, pk: UUID) -> HttpResponse:
    """Put it on a ticket."""
    _mail(person, pk)  # what is not here is not told of by what was typed
    typed = request.POST.get("number", "").strip().removeprefix("#")
    number = int(typed) if typed.isascii() and typed.isdecimal() and len(typed) < 19 else 0
    ticket = Ticket.objects.visible_to(person).filter(number=number).first()
    if ticket is None:
        messages.error(request, _("There is no ticket with this number. Look it up and try again."))
        return redirect("desk:incoming_mail", pk)
    return _act(request, person, pk, lambda found: held.attach(found, ticket, actor=person, at=timezone.now()))


@require_POST
@agents
def discard(request: HttpRequest, person: User, pk: UUID) -> HttpResponse:
    """Set it aside."""
    return _act(request, person, pk, lambda found: held.discard(found, actor=person, at=timezone.now()))


def _act(request: HttpRequest, person: User, pk: UUID, act: Callable[[InboundMail], object]) -> HttpResponse:
    found = _mail(person, pk)
    try:
        act(found)
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("desk:incoming_mail", pk)
    found = _mail(person, pk)
    if found.ticket is not None and found.outcome != Outcome.DROPPED:
        messages.success(request, _("The mail is on ticket #%(number)s now.") % {"number": found.ticket.number})
        return redirect("desk:ticket", found.ticket.number)
    messages.success(request, _("The mail is set aside. You find it again in the list."))
    return redirect("desk:incoming")


def _page(request: HttpRequest, found: InboundMail) -> HttpResponse:
    parsed = held.read(found)
    context = {
        **shown.context_of(request, found, parsed),
        "parsed": parsed,
        "badge": incoming.badge(found),
        "reason": incoming.reason(found),
        "facts": incoming.facts(found),
        "may_act": found.outcome in (Outcome.HELD, Outcome.DROPPED),
    }
    return render(request, "inbox/desk/incoming_mail.html", context)


def _mail(person: User, pk: UUID) -> InboundMail:
    found: InboundMail = get_object_or_404(
        InboundMail.objects.shown_to(person).select_related("mailbox", "ticket", "decided_by"), pk=pk
    )
    return found
