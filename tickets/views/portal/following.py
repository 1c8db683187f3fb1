"""What a customer is in copy of, and taking oneself out."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from tenants.models import User
from tickets import actions
from tickets.forms.portal import CommentForm, CopyForm
from tickets.models import Participant, Ticket
from tickets.views.portal.common import attempt, customer_required
from tickets.views.portal.lists import show_list
from tickets.views.portal.ticket import find_or_404, show


@require_safe
@customer_required
def copies(request: HttpRequest, person: User) -> HttpResponse:
    """Requests of others that this person takes part in."""
    return show_list(request, person, "copies")


@require_POST
@customer_required
def add(request: HttpRequest, person: User, number: int) -> HttpResponse:
    """Put somebody in copy; they are told, and so are the others of this side."""
    found = find_or_404(person, number)
    form = CopyForm(request.POST)
    if form.is_valid():
        email = form.cleaned_data["email"]
        act = lambda: actions.add_participants(found, [email], actor=person, at=timezone.now())  # noqa: E731
        if attempt(form, act) is not None:
            said = _("%(email)s gets what is written here from now on, and can read and answer it.")
            messages.success(request, said % {"email": email})
            return redirect(f"{reverse('portal:ticket', args=[number])}#in-copy-heading")
    return show(request, person, found, CommentForm(), status=422, more={"copy_form": form})


@require_POST
@customer_required
def leave(request: HttpRequest, person: User, number: int) -> HttpResponse:
    """Take oneself out of copy."""
    mine = Participant.objects.filter(user=person).values("ticket")
    found = Ticket.objects.filter(pk__in=mine, number=number).first()
    if found is None:
        raise Http404
    actions.remove_participant(found, person, actor=person, at=timezone.now())
    messages.success(request, _("You are no longer in copy of request %(number)s.") % {"number": number})
    return redirect("portal:tickets")
