"""Customers' companies: people, authorised addresses, contract, exclusions that do not hold, suspension."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.db import transaction
from django.db.models import Count, QuerySet
from django.db.models.functions import Lower
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tenants.access import staff, staff_who_may
from tenants.errors import Refused
from tenants.fields import parse_id
from tenants.models import AuditEntry, User
from tenants.permissions import Permission
from tickets import reading, search
from tickets.actions import organizations as actions
from tickets.actions import suspending
from tickets.forms.conduct import SuspensionForm
from tickets.forms.people import AddressForm, LiftedForm, MemberForm, OrganizationForm
from tickets.models import LiftedExclusion, Membership, Organization, OrganizationAddress, Suspension, Ticket
from tickets.sentences import audit
from tickets.views.desk import dangerous
from tickets.views.desk.common import policy_in_force
from tickets.views.desk.dangerous import Danger
from tickets.views.desk.lists import rows_of

PAGE_SIZE = 50
LATEST = 10


@require_safe
@staff
def organizations(request: HttpRequest, person: User) -> HttpResponse:
    """All companies by name, narrowed by a part of it."""
    found = narrowed(request.GET).annotate(sort=Lower("name")).order_by("sort")
    if after := request.GET.get("after", "").replace("\0", ""):
        found = found.filter(sort__gt=after)
    rows = list(found[: PAGE_SIZE + 1])
    now = timezone.now()
    context = {
        "rows": [{"organization": row, "is_suspended": row.is_suspended(now)} for row in rows[:PAGE_SIZE]],
        "after": rows[PAGE_SIZE - 1].sort if len(rows) > PAGE_SIZE else "",
        "query": search.clean(request.GET.get("q", "")),
        "may_manage": person.may(Permission.MANAGE_ORGANIZATIONS),
    }
    return render(request, "tickets/desk/organizations.html", context)


def narrowed(asked: QueryDict) -> QuerySet[Organization]:
    """Those with the part of a name that an address asks for, and how many `people` each has."""
    found = Organization.objects.annotate(people=Count("memberships"))
    wanted = search.clean(asked.get("q", ""))
    return found.filter(name__icontains=wanted) if wanted else found


@require_http_methods(["GET", "HEAD", "POST"])
@staff_who_may(Permission.MANAGE_ORGANIZATIONS)
def new(request: HttpRequest, person: User) -> HttpResponse:
    """Enter a company."""
    form = OrganizationForm(request.POST or None, policy=policy_in_force())
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.add_organization(**form.cleaned_data, actor=person)
        except Refused as refusal:
            form.add_error("name", str(refusal))
        else:
            return redirect("desk:organization", made.pk)
    return render(request, "tickets/desk/new_organization.html", {"form": form}, status=422 if form.errors else 200)


@require_safe
@staff
def organization(request: HttpRequest, person: User, pk: UUID) -> HttpResponse:
    """One company."""
    return _page(request, person, get_object_or_404(Organization, pk=pk))


def _page(
    request: HttpRequest, person: User, shown: Organization, *, wrong: dict[str, forms.Form] | None = None
) -> HttpResponse:
    policy = policy_in_force()
    contract = policy.contract_of(shown.contract) if policy else None
    lifted = LiftedExclusion.objects.filter(organization=shown).select_related("exclusion")
    theirs = Ticket.objects.visible_to(person).filter(organization=shown).order_by("-number")
    chosen = [each.exclusion_id for each in lifted]
    context = {
        "organization": shown,
        "is_suspended": shown.is_suspended(timezone.now()),
        "is_to_be_suspended": shown.suspended_from is not None and shown.suspended_from > timezone.now(),
        "contract": contract,
        "lifted_by_contract": [policy.exclusions[key] for key in contract.lifts] if policy and contract else [],
        "lifted": lifted,
        "members": shown.memberships.select_related("user").order_by("user__name", "user__email"),
        "addresses": shown.addresses.order_by("email"),
        "rows": rows_of(list(reading.with_rows(theirs)[:LATEST])),
        "scopes": Membership.Scope.choices,
        "may_manage": person.may(Permission.MANAGE_ORGANIZATIONS),
        "may_suspend": person.may(Permission.SUSPEND),
        "appealed": _appealed(shown) if person.may(Permission.SUSPEND) else None,
        "may_audit": person.may(Permission.SEE_SYSTEM),
        "changes": _changes(shown) if person.may(Permission.MANAGE_ORGANIZATIONS) else [],
        "forms": {
            "contract": OrganizationForm(
                policy=policy, initial={"name": shown.name, "contract": shown.contract}, auto_id="contract_%s"
            ),
            "member": MemberForm(auto_id="member_%s"),
            "address": AddressForm(auto_id="address_%s"),
            "exclusions": LiftedForm(initial={"exclusions": chosen}, auto_id="lifted_%s"),
            "suspend": SuspensionForm(auto_id="suspend_%s"),
            **(wrong or {}),
        },
        "wrong": next(iter(wrong or {}), ""),
    }
    return render(request, "tickets/desk/organization.html", context, status=422 if wrong else 200)


def _appealed(shown: Organization) -> UUID | None:
    """The suspension to which they object."""
    waiting = Suspension.objects.to_decide().filter(organization=shown)
    return waiting.values_list("pk", flat=True).first()


def _changes(shown: Organization) -> list[audit.Entry]:
    return audit.told(AuditEntry.objects.filter(subject=shown.pk).select_related("actor")[:LATEST])


@dataclass(frozen=True)
class Step:
    """One change of a company: its form, if it has one, and what does it."""

    do: Callable[..., object]
    form: Callable[..., forms.Form] | None = None


def _contract(organization: Organization, actor: User, said: dict[str, Any], posted: Any) -> object:
    return actions.change_organization(organization, **said, actor=actor)


def _member(organization: Organization, actor: User, said: dict[str, Any], posted: Any) -> object:
    return actions.add_member(organization, said["email"], scope=said["scope"], actor=actor)


def _remove_member(organization: Organization, actor: User, said: dict[str, Any], posted: Any) -> None:
    members = Membership.objects.filter(organization=organization)
    actions.remove_member(get_object_or_404(members, pk=_id(posted)), actor=actor)


def _address(organization: Organization, actor: User, said: dict[str, Any], posted: Any) -> object:
    return actions.authorize_address(organization, said["email"], actor=actor)


def _remove_address(organization: Organization, actor: User, said: dict[str, Any], posted: Any) -> None:
    addresses = OrganizationAddress.objects.filter(organization=organization)
    actions.withdraw_address(get_object_or_404(addresses, pk=_id(posted)), actor=actor)


def _exclusions(organization: Organization, actor: User, said: dict[str, Any], posted: Any) -> None:
    actions.set_lifted_exclusions(organization, said["exclusions"], actor=actor)


def _suspend(organization: Organization, actor: User, said: dict[str, Any], posted: Any) -> object:
    return suspending.suspend(organization, **said, actor=actor, at=timezone.now())


def _lift(organization: Organization, actor: User, said: dict[str, Any], posted: Any) -> object:
    suspending.lift_suspension(organization, actor=actor, at=timezone.now())
    return organization


def _id(posted: Any) -> UUID:
    if (found := parse_id(posted.get("id", ""))) is None:
        raise Http404
    return found


STEPS = {
    "contract": Step(_contract, lambda data: OrganizationForm(data, policy=policy_in_force(), auto_id="contract_%s")),
    "member": Step(_member, lambda data: MemberForm(data, auto_id="member_%s")),
    "remove-member": Step(_remove_member),
    "address": Step(_address, lambda data: AddressForm(data, auto_id="address_%s")),
    "remove-address": Step(_remove_address),
    "exclusions": Step(_exclusions, lambda data: LiftedForm(data, auto_id="lifted_%s")),
    "suspend": Step(_suspend, lambda data: SuspensionForm(data, auto_id="suspend_%s")),
    "lift-suspension": Step(_lift),
}


def _loss_of(organization: Organization) -> Danger:
    number = organization.memberships.count()
    people = ngettext(
        "%(count)s person can file no request meanwhile, by page, mail or program, and reads the reason instead.",
        "%(count)s people can file no requests meanwhile, by page, mail or program, and read the reason instead.",
        number,
    )
    return Danger(
        title=_("Suspend the support of %(organization)s") % {"organization": organization},
        lost=[
            people % {"count": number},
            _("What is open goes on. You can lift the suspension at any time."),
        ],
        button=_("Suspend support"),
        back=reverse("desk:organization", args=[organization.pk]),
    )


@require_POST
@staff_who_may(Permission.MANAGE_ORGANIZATIONS, Permission.SUSPEND)
def change(request: HttpRequest, person: User, pk: UUID, what: str) -> HttpResponse:
    """Do one step; with errors the page comes back with what was typed."""
    step = STEPS.get(what)
    if step is None:
        raise Http404
    shown = get_object_or_404(Organization, pk=pk)
    form = step.form(request.POST) if step.form else None
    if form is not None and not form.is_valid():
        return _page(request, person, shown, wrong={what: form})
    if what == "suspend" and (page := dangerous.asked(request, _loss_of(shown), word=shown.name)):
        return page
    try:
        with transaction.atomic():
            step.do(shown, person, form.cleaned_data if form else {}, request.POST)
    except Refused as refusal:
        if form is None:
            messages.error(request, str(refusal))
            return redirect("desk:organization", pk)
        form.add_error(None, str(refusal))
        shown.refresh_from_db()
        return _page(request, person, shown, wrong={what: form})
    messages.success(request, _("Saved."))
    return redirect("desk:organization", pk)
