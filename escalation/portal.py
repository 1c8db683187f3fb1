"""A customer asks for the next tier, once the policy's wait has passed."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from escalation import actions
from sla import words
from tenants.context import active_tenant
from tenants.models import User
from tenants.text import say
from tickets import promise, rights
from tickets.forms.portal import CourtesyForm
from tickets.views.portal.common import attempt, customer_required
from tickets.views.portal.lists import crumbs
from tickets.views.portal.ticket import find_or_404


class AskForm(CourtesyForm):
    """Why the next tier is to look at it."""

    reason = forms.CharField(
        label=gettext_lazy("Why?"),
        max_length=2000,
        help_text=gettext_lazy("Say what is still missing, so that they can begin at once."),
        widget=forms.Textarea(attrs={"rows": 5}),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@customer_required
def ask(request: HttpRequest, person: User, number: int) -> HttpResponse:
    """The form, or from when on it is open."""
    ticket, at = find_or_404(person, number), timezone.now()
    tier, opens = rights.next_tier(ticket), rights.climbs_at(ticket, ticket.clocks.all())
    if tier is None or opens is None:
        raise Http404
    form = AskForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        said = {name: form.cleaned_data[name] for name in ("reason", "as_it_is")}
        act = lambda: actions.escalate_for_customer(ticket, actor=person, at=at, **said)  # noqa: E731
        if attempt(form, act) is not None:
            messages.success(request, _("Your request goes on to %(tier)s.") % {"tier": say(tier.name)})
            return redirect("portal:ticket", number)
    context = {
        "ticket": ticket,
        "form": form,
        "tier": say(tier.name),
        "text": say(promise.policy_for(ticket).escalation.text),
        "opens": words.when(opens) if opens > at else "",
        "zone": words.whose_time(active_tenant().timezone),
        "crumbs": crumbs((f"#{number}", reverse("portal:ticket", args=[number])), (_("Next line"), "")),
    }
    return render(request, "tickets/portal/escalation.html", context, status=422 if form.errors else 200)
