"""Fair use as its customers see it: where they stand, objecting to a suspension, and contact about a request."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from sla import words
from tenants.errors import Refused
from tenants.models import User
from tickets import actions, desk, promise
from tickets.actions.suspending import causes, may_appeal
from tickets.fairuse.contact import TALKS, contact_about
from tickets.fairuse.standing import standing_of
from tickets.forms.conduct import AppealForm, ContactForm
from tickets.models import Suspension, Ticket
from tickets.views.portal.common import attempt, customer_required, policy_required, tickets_of
from tickets.views.portal.home import ways
from tickets.views.portal.lists import crumbs


@require_safe
@policy_required
@customer_required
def fair_use(request: HttpRequest, person: User) -> HttpResponse:
    """What counts, until when, what is left, and whose support is suspended."""
    return _page(request, person)


def _page(request: HttpRequest, person: User, wrong: tuple[UUID, AppealForm] | None = None) -> HttpResponse:
    at = timezone.now()
    standing, policy, known = standing_of(person, at=at), desk.current_policy().policy, causes()
    suspensions = [
        {
            "row": each,
            "cause": known.get(each.cause, ""),
            "is_ahead": each.since > at,
            "may_appeal": not each.appeal_state and may_appeal(each, person),
            "form": wrong[1] if wrong and wrong[0] == each.pk else AppealForm(auto_id=f"appeal_{each.pk}_%s"),
        }
        for each in standing.suspensions
    ]
    context = {
        "standing": standing,
        "suspensions": suspensions,
        "policy": policy,
        "lapse": words.wall_length(standing.rule.lapse_after.seconds or 0) if standing.rule else "",
        "crumbs": crumbs((_("Fair use"), "")),
    }
    return render(request, "tickets/portal/fair_use.html", context, status=422 if wrong else 200)


@require_POST
@policy_required
@customer_required
def appeal(request: HttpRequest, person: User, pk: UUID) -> HttpResponse:
    """Object to a suspension; with errors the page comes back with what was typed."""
    found = get_object_or_404(Suspension.objects.concerning(person), pk=pk)
    form = AppealForm(request.POST, auto_id=f"appeal_{pk}_%s")
    if not form.is_valid():
        return _page(request, person, (pk, form))
    try:
        with transaction.atomic():
            actions.appeal(found, text=form.cleaned_data["text"], actor=person, at=timezone.now())
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return _page(request, person, (pk, form))
    messages.success(request, _("We have your objection. You get a mail as soon as it is decided."))
    return redirect("portal:fair_use")


@require_http_methods(["GET", "HEAD", "POST"])
@policy_required
@customer_required
def contact(request: HttpRequest, person: User, number: int) -> HttpResponse:
    """How to talk to us about a request: when, over what; until then what is typed is kept with it."""
    return answer(request, person, number, ContactForm(request.POST if request.method == "POST" else None))


def answer(request: HttpRequest, person: User, number: int, form: ContactForm) -> HttpResponse:
    """The page, or once a form was sent while the pause lasts the request with what was kept. Raises Http404."""
    found = get_object_or_404(tickets_of(person).for_list().select_related("channel"), number=number)
    if form.is_bound and form.is_valid() and attempt(form, lambda: _is_kept(found, person, form.cleaned_data)):
        messages.success(request, _("What you wrote is kept with your request."))
        return redirect(f"{reverse('portal:ticket', args=[number])}#latest")
    return render(request, "tickets/portal/contact.html", _contact(found, form), status=422 if form.errors else 200)


def _is_kept(found: Ticket, person: User, said: dict[str, Any]) -> bool:
    """Keep what was typed while the pause lasts, once however often it is sent; whether that was so."""
    at = timezone.now()
    told = {"author": person, "body": said["body"], "as_it_is": said["as_it_is"], "at": at}
    if not said["body"].strip() or contact_about(found, at=at).is_open:
        return actions.ask_again(found, **told).message is not None

    def act() -> Ticket:
        actions.ask_again(found, **told)
        return found

    actions.once(said["token"], person=person, act=act)
    return True


def _contact(found: Ticket, form: ContactForm) -> dict[str, Any]:
    at, policy = timezone.now(), desk.current_policy().policy
    return {
        "ticket": found,
        "form": form,
        "contact": contact_about(found, at=at),
        "promise": promise.headline(found, found.clocks.all(), at=at),
        "ways": [way for way in ways(policy, at) if way.key in TALKS],
        "crumbs": crumbs(
            (_("My tickets"), reverse("portal:tickets")),
            (f"#{found.number}", reverse("portal:ticket", args=[found.number])),
            (_("Talk about it"), ""),
        ),
    }
