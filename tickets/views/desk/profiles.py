"""What one of the staff can take; closing and opening their account."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from tenants.access import staff_who_may
from tenants.errors import Refused
from tenants.models import Role, User
from tenants.permissions import Permission
from tickets.actions import absences, profiles
from tickets.forms.staffing import ProfileForm
from tickets.models import AgentProfile, Ticket
from tickets.views.desk import dangerous
from tickets.views.desk.common import policy_in_force
from tickets.views.desk.dangerous import Danger


def _colleague(pk: UUID) -> User:
    staff = User.objects.select_related("role").exclude(role__kind=Role.Kind.CUSTOMER)
    return get_object_or_404(staff, pk=pk)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_who_may(Permission.MANAGE_STAFFING)
def profile(request: HttpRequest, person: User, pk: UUID) -> HttpResponse:
    """How many tickets somebody holds at most, which categories and languages they take, and when they work."""
    colleague, policy = _colleague(pk), policy_in_force()
    if policy is None:
        raise Http404
    known = AgentProfile.objects.filter(user=colleague).first() or AgentProfile(user=colleague)
    initial = {name: getattr(known, name) for name in ("capacity", "categories", "languages", "calendar")}
    form = ProfileForm(request.POST if request.method == "POST" else None, policy=policy, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            with transaction.atomic():
                profiles.set_profile(colleague, actor=person, at=timezone.now(), **form.cleaned_data)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("It is kept what %(person)s can take.") % {"person": colleague})
            return redirect("desk:person", pk)
    context = {"shown": colleague, "form": form}
    return render(request, "tickets/desk/profile.html", context, status=422 if form.errors else 200)


def _loss_of(colleague: User) -> Danger:
    holds = Ticket.objects.filter(is_active=True, assignee=colleague).count()
    held = ngettext(
        "%(count)s active ticket goes back to its team.",
        "%(count)s active tickets go back to their teams.",
        holds,
    )
    return Danger(
        title=_("Close the account of %(person)s") % {"person": colleague},
        lost=[
            _("%(person)s is signed out everywhere, and programs that act with their tokens stop.")
            % {"person": colleague},
            held % {"count": holds},
            _("What they wrote stays. The account can be opened again; the tickets do not come back by themselves."),
        ],
        button=_("Close the account"),
        back=reverse("desk:person", args=[colleague.pk]),
    )


@require_POST
@staff_who_may(Permission.MANAGE_PEOPLE)
def account(request: HttpRequest, person: User, pk: UUID) -> HttpResponse:
    """Close a colleague's account, so that their tickets go back to their teams; or open it again."""
    colleague = _colleague(pk)
    if request.POST.get("state") == "closed" and (
        page := dangerous.asked(request, _loss_of(colleague), word=str(colleague))
    ):
        return page
    try:
        with transaction.atomic():
            if request.POST.get("state") == "closed":
                absences.close_account(colleague, actor=person, at=timezone.now())
                said = _("%(person)s can't sign in any more. Their tickets go back to their teams.")
            else:
                absences.open_account(colleague, actor=person, at=timezone.now())
                said = _("%(person)s can sign in again.")
            messages.success(request, said % {"person": colleague})
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect("desk:person", pk)
