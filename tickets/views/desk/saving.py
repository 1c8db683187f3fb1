"""Saved views: kept in one step from a search, edited in a builder, put in order, deleted."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tenants.access import staff
from tenants.errors import Refused
from tenants.models import User
from tickets import actions, lists
from tickets.forms.views import ViewForm
from tickets.models import SavedView, Ticket
from tickets.selection import Desk, parse, select, write
from tickets.selection.language import Query
from tickets.views.desk import dangerous
from tickets.views.desk.common import policy_in_force
from tickets.views.desk.dangerous import Danger


def editable_or_404(person: User, pk: UUID) -> SavedView:
    """A view that this person sees and may change. Raises Http404."""
    view = get_object_or_404(SavedView.objects.visible_to(person), pk=pk)
    if not actions.may_edit_view(view, person):
        raise Http404
    return view


@require_http_methods(["GET", "HEAD", "POST"])
@staff
def new(request: HttpRequest, person: User) -> HttpResponse:
    """The builder, filled with what was searched for."""
    asked = parse(request.GET.get("q", ""))
    initial: dict[str, object] = {
        "conditions": request.GET.get("q", ""),
        "words": write(Query(words=asked.words)),
        "order": request.GET.get("sort", "due"),
        "columns": request.GET.getlist("columns"),
        "audience": SavedView.Audience.OWN,
    }
    return _edited(request, person, None, initial)


@require_http_methods(["GET", "HEAD", "POST"])
@staff
def edit(request: HttpRequest, person: User, pk: UUID) -> HttpResponse:
    """The builder, filled with a view."""
    view = editable_or_404(person, pk)
    initial = {name: getattr(view, name) for name in ("name", "conditions", "order", "columns", "audience", "team")}
    initial["words"] = write(Query(words=parse(view.conditions).words))
    return _edited(request, person, view, initial)


def _edited(request: HttpRequest, person: User, view: SavedView | None, initial: dict[str, object]) -> HttpResponse:
    policy = policy_in_force()
    form = ViewForm(request.POST if request.method == "POST" else None, person=person, policy=policy, initial=initial)
    only_rows = {"add", "remove", "update"} & request.POST.keys() or request.headers.get("HX-Request")
    if request.method == "POST" and not only_rows and form.is_valid():
        said = {name: form.cleaned_data[name] for name in ("name", "columns", "order", "audience", "team")}
        said["conditions"] = form.conditions
        try:
            kept = actions.change_view(view, actor=person, **said) if view else actions.save_view(owner=person, **said)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The view %(name)s is saved.") % {"name": kept.name})
            return redirect(f"{reverse('desk:tickets')}?view={kept.pk}")
    selection = select(parse(form.conditions), person, Desk.now(), at=timezone.now())
    found = Ticket.objects.visible_to(person).filter(selection.where).order_by()[: lists.MOST_COUNTED + 1]
    context = {
        "form": form,
        "view": view,
        "problems": selection.problems,
        "found": lists.shown_count(found.count()),
    }
    if request.method == "POST" and only_rows:
        form.errors.clear()  # nobody has said yet that it is ready
        if request.headers.get("HX-Request"):
            return render(request, "tickets/desk/_conditions.html", context)
        return render(request, "tickets/desk/view.html", context)
    return render(request, "tickets/desk/view.html", context, status=422 if form.errors else 200)


@require_safe
@staff
def manage(request: HttpRequest, person: User) -> HttpResponse:
    """All saved views that a person sees, with what can be done with them."""
    views = SavedView.objects.visible_to(person).select_related("owner", "team")
    shown = [{"view": each, "can_edit": actions.may_edit_view(each, person)} for each in views]
    return render(request, "tickets/desk/saved_views.html", {"views": shown})


@require_POST
@staff
def delete(request: HttpRequest, person: User, pk: UUID) -> HttpResponse:
    """Take a view away; the tickets stay."""
    view = editable_or_404(person, pk)
    if view.audience != SavedView.Audience.OWN and (page := dangerous.asked(request, _loss_of(view), word=view.name)):
        return page
    actions.delete_view(view, actor=person)
    messages.success(request, _("The view %(name)s is deleted. Its tickets stay as they are.") % {"name": view.name})
    return redirect("desk:saved_views")


def _loss_of(view: SavedView) -> Danger:
    users = str(view.team) if view.team else _("everybody on the desk")
    return Danger(
        title=_("Delete the view %(name)s") % {"name": view.name},
        lost=[
            _("It is gone for %(users)s, with its conditions and columns.") % {"users": users},
            _("Its tickets stay as they are. This can't be undone."),
        ],
        button=_("Delete the view"),
        back=reverse("desk:saved_views"),
    )


@require_POST
@staff
def move(request: HttpRequest, person: User, pk: UUID) -> HttpResponse:
    """One place up or down."""
    actions.move_view(editable_or_404(person, pk), actor=person, step=-1 if "up" in request.POST else 1)
    return redirect("desk:saved_views")
