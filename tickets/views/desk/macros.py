"""Macros and ready texts: the list, and the form for one."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tenants.access import staff
from tenants.errors import Refused
from tenants.models import User
from tickets import actions, placeholders
from tickets import macros as ready
from tickets.forms.macros import MacroForm, filled_with
from tickets.models import Macro
from tickets.views.desk import dangerous
from tickets.views.desk.common import policy_in_force
from tickets.views.desk.dangerous import Danger


@require_safe
@staff
def macros(request: HttpRequest, person: User) -> HttpResponse:
    """All macros that a person sees, with how often each was sent."""
    seen = Macro.objects.visible_to(person).select_related("owner", "team")
    shown = [{"macro": each, "can_edit": actions.may_edit_macro(each, person)} for each in seen]
    return render(request, "tickets/desk/macros.html", {"macros": shown})


@require_http_methods(["GET", "HEAD", "POST"])
@staff
def new(request: HttpRequest, person: User) -> HttpResponse:
    """A new macro."""
    return _edited(request, person, None)


@require_http_methods(["GET", "HEAD", "POST"])
@staff
def edit(request: HttpRequest, person: User, pk: UUID) -> HttpResponse:
    """Change a macro."""
    return _edited(request, person, _editable_or_404(person, pk))


@require_POST
@staff
def delete(request: HttpRequest, person: User, pk: UUID) -> HttpResponse:
    """Take a macro away; what was sent with it stays."""
    macro = _editable_or_404(person, pk)
    if macro.audience != Macro.Audience.OWN and (page := dangerous.asked(request, _loss_of(macro), word=macro.name)):
        return page
    with transaction.atomic():
        actions.delete_macro(macro, actor=person)
    messages.success(request, _("The macro %(name)s is deleted.") % {"name": macro.name})
    return redirect("desk:macros")


def _loss_of(macro: Macro) -> Danger:
    users = str(macro.team) if macro.team else _("everybody on the desk")
    return Danger(
        title=_("Delete the macro %(name)s") % {"name": macro.name},
        lost=[
            _("It is gone for %(users)s, with its texts in all languages.") % {"users": users},
            _("What was sent with it stays. This can't be undone."),
        ],
        button=_("Delete the macro"),
        back=reverse("desk:macros"),
    )


def _edited(request: HttpRequest, person: User, macro: Macro | None) -> HttpResponse:
    data = request.POST if request.method == "POST" else None
    form = MacroForm(data, person=person, policy=policy_in_force(), initial=filled_with(macro) if macro else {})
    if data is not None and form.is_valid():
        try:
            with transaction.atomic():
                if macro:
                    kept = actions.change_macro(macro, actor=person, **form.macro)
                else:
                    kept = actions.save_macro(owner=person, **form.macro)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The macro %(name)s is saved.") % {"name": kept.name})
            return redirect("desk:macros")
    known = [(placeholders.written(name), what) for name, (what, _fill) in ready.PLACEHOLDERS.items()]
    context = {"form": form, "macro": macro, "placeholders": known}
    return render(request, "tickets/desk/macro.html", context, status=422 if form.errors else 200)


def _editable_or_404(person: User, pk: UUID) -> Macro:
    macro = get_object_or_404(Macro.objects.visible_to(person).select_related("team"), pk=pk)
    if not actions.may_edit_macro(macro, person):
        raise Http404
    return macro
