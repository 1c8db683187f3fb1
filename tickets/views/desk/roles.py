"""Roles as a matrix: a row a right, a column a role."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from tenants.access import staff_who_may
from tenants.errors import NotPermitted, Refused
from tenants.fields import parse_id
from tenants.models import Role, User
from tenants.permissions import Permission
from tickets.actions.roles import give_role, set_permissions

ORDER = [str(kind) for kind in Role.Kind]


@require_http_methods(["GET", "HEAD", "POST"])
@staff_who_may(Permission.MANAGE_PEOPLE, Permission.CONFIGURE)
def roles(request: HttpRequest, person: User) -> HttpResponse:
    """Who may do what; who manages people ticks it."""
    columns = sorted(Role.objects.all(), key=lambda role: (ORDER.index(role.kind), role.name))
    refusal = _change(request, person, columns) if request.method == "POST" else None
    if request.method == "POST" and refusal is None:
        return redirect("desk:roles")
    context = {
        "roles": [
            {"role": role, "ticked": _ticked(request, role), "may_edit": _may_edit(person, role)} for role in columns
        ],
        "permissions": [
            {"key": each.value, "label": each.label, "may_give": person.may(each.value)} for each in Permission
        ],
        "may_edit": person.may(Permission.MANAGE_PEOPLE),
        "refusal": refusal,
    }
    return render(request, "tickets/desk/roles.html", context, status=422 if refusal else 200)


def _may_edit(person: User, role: Role) -> bool:
    return person.may(Permission.MANAGE_PEOPLE) and role.kind != Role.Kind.CUSTOMER


def _ticked(request: HttpRequest, role: Role) -> list[str]:
    # After a refusal the page shows what was ticked, so that nothing has to be chosen again.
    return request.POST.getlist(f"may-{role.pk}") if f"was-{role.pk}" in request.POST else role.permissions


def _change(request: HttpRequest, person: User, columns: list[Role]) -> Refused | None:
    if not person.may(Permission.MANAGE_PEOPLE):
        return NotPermitted()
    try:
        with transaction.atomic():
            for role in columns:
                if f"was-{role.pk}" in request.POST and _may_edit(person, role):
                    was = request.POST[f"was-{role.pk}"].split()
                    # A box that the reader may not tick is not sent; what it says stays as it is.
                    kept = [each for each in role.permissions if not person.may(each)]
                    wanted = [*kept, *request.POST.getlist(f"may-{role.pk}")]
                    if set_permissions(role, wanted, actor=person, was=was):
                        messages.success(request, _("What %(role)s may do is changed from now on.") % {"role": role})
    except Refused as refusal:
        return refusal
    return None


def roles_for(person: User, shown: User) -> list[Role]:
    """The roles that somebody may give to a person, the present one first; none where they may not."""
    if not person.may(Permission.MANAGE_PEOPLE) or person.pk == shown.pk:
        return []
    if not all(person.may(each) for each in shown.role.permissions):
        return []
    others = Role.objects.exclude(kind=Role.Kind.CUSTOMER).exclude(pk=shown.role_id)
    given = [role for role in others if all(person.may(each) for each in role.permissions)]
    return [shown.role, *sorted(given, key=lambda role: (ORDER.index(role.kind), role.name))] if given else []


@require_POST
@staff_who_may(Permission.MANAGE_PEOPLE)
def give(request: HttpRequest, person: User, pk: UUID) -> HttpResponse:
    """Give somebody another role: also how a customer begins to work on the desk."""
    shown = get_object_or_404(User.objects.select_related("role"), pk=pk)
    role = get_object_or_404(Role, pk=parse_id(request.POST.get("role", "")))
    try:
        with transaction.atomic():
            if give_role(shown, role, actor=person, was=request.POST.get("was", "")):
                said = _("%(person)s is “%(role)s” from the next page on.")
                messages.success(request, said % {"person": shown, "role": role})
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect("desk:person", pk)
