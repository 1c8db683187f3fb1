"""Templates of tickets: the list, one with its schedules and what came of them, and the form."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.db.models import Min, OuterRef, Q, QuerySet, Subquery
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from sla.document import SupportPolicy
from tenants.access import staff, staff_who_may
from tenants.errors import Refused
from tenants.fields import parse_id
from tenants.models import Role, User
from tenants.permissions import Permission
from tenants.text import say
from tickets import actions, placeholders, search
from tickets import answers as answered
from tickets import templates as kept
from tickets.forms.templates import TemplateForm, filled_with
from tickets.models import Organization, TemplateRun, TicketTemplate
from tickets.sentences import recurring as sentences
from tickets.views.desk.common import policy_in_force
from tickets.views.desk.schedules import shown_schedules

PAGE_SIZE = 50
MOST_RUNS = 20
MOST_SUGGESTED = 10


@require_safe
@staff
def templates(request: HttpRequest, person: User) -> HttpResponse:
    """Templates that a person uses, by name; with `aside` those that are no longer used. Two queries."""
    last = TemplateRun.objects.filter(template=OuterRef("pk")).order_by("-id")
    seen = narrowed(request.GET, person)
    seen = seen.annotate(last_outcome=Subquery(last.values("outcome")[:1])).order_by("name", "id")
    if after := request.GET.get("after", "").replace("\0", "")[:80]:
        seen = seen.filter(name__gt=after)
    rows = list(seen[: PAGE_SIZE + 1])
    context = {
        "templates": rows[:PAGE_SIZE],
        "after": rows[PAGE_SIZE - 1].name if len(rows) > PAGE_SIZE else "",
        "aside": "aside" in request.GET,
        "manages": person.may(Permission.MANAGE_TEMPLATES),
        "files": person.may(Permission.REPLY),
    }
    return render(request, "tickets/desk/templates.html", context)


def narrowed(asked: QueryDict, person: User) -> QuerySet[TicketTemplate]:
    """Those that a person uses, or that are no longer used, each with when it comes round next."""
    coming = Min("schedules__next_at", filter=Q(schedules__next_at__isnull=False))
    seen = TicketTemplate.objects.visible_to(person).filter(is_active="aside" not in asked)
    return seen.for_page().annotate(next_at=coming)  # type: ignore[return-value]


@require_safe
@staff
def template(request: HttpRequest, person: User, pk: UUID) -> HttpResponse:
    """One template: what it says, when it comes round, and what came of that."""
    found = get_object_or_404(TicketTemplate.objects.visible_to(person).for_page(), pk=pk)
    runs = TemplateRun.objects.filter(template=found).select_related("ticket", "schedule").order_by("-id")
    if before := _uuid(request.GET.get("before", "")):
        runs = runs.filter(pk__lt=before)
    rows, policy = list(runs[: MOST_RUNS + 1]), policy_in_force()
    context = {
        "template": found,
        "problem": kept.problem_of(found),
        "answers": _answers(found, policy) if policy else [],
        "schedules": shown_schedules(found, policy),
        "runs": [_told(run) for run in rows[:MOST_RUNS]],
        "older": rows[MOST_RUNS - 1].pk if len(rows) > MOST_RUNS else None,
        "manages": person.may(Permission.MANAGE_TEMPLATES),
        "files": person.may(Permission.REPLY),
    }
    return render(request, "tickets/desk/template.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_who_may(Permission.MANAGE_TEMPLATES)
def new(request: HttpRequest, person: User) -> HttpResponse:
    """A new template."""
    return _edited(request, person, TicketTemplate(), {})


@require_http_methods(["GET", "HEAD", "POST"])
@staff_who_may(Permission.MANAGE_TEMPLATES)
def edit(request: HttpRequest, person: User, pk: UUID) -> HttpResponse:
    """Change a template; what was opened from it stays as it is."""
    found = get_object_or_404(TicketTemplate.objects.for_page(), pk=pk)
    return _edited(request, person, found, filled_with(found))


@require_POST
@staff_who_may(Permission.MANAGE_TEMPLATES)
def use(request: HttpRequest, person: User, pk: UUID) -> HttpResponse:
    """Put a template aside, or take it back into use."""
    found = get_object_or_404(TicketTemplate, pk=pk)
    with transaction.atomic():
        if found.is_active:
            actions.put_aside(found, actor=person, at=timezone.now())
            messages.success(request, _("%(name)s is no longer used; its schedules stand still.") % {"name": found})
        else:
            actions.take_into_use(found, actor=person, at=timezone.now())
            messages.success(request, _("%(name)s is used again.") % {"name": found})
    return redirect("desk:ticket_template", pk)


@require_safe
@staff
def suggest_customers(request: HttpRequest, person: User) -> HttpResponse:
    """Customers by a part of their name or address, as options of a field."""
    typed = search.clean(_typed(request))
    found = User.objects.filter(is_active=True, role__in=Role.objects.filter(kind="customer").values("pk"))
    found = found.filter(Q(name__icontains=typed) | Q(email__icontains=typed)).order_by("email")
    options = [(each.email, each.name) for each in found[:MOST_SUGGESTED]] if len(typed) > 1 else []
    return render(request, "tickets/desk/_options.html", {"options": options})


@require_safe
@staff
def suggest_organizations(request: HttpRequest, person: User) -> HttpResponse:
    """Organisations by a part of their name, as options of a field."""
    typed = search.clean(_typed(request))
    found = Organization.objects.filter(name__icontains=typed).order_by("name")
    options = [(each.name, "") for each in found[:MOST_SUGGESTED]] if len(typed) > 1 else []
    return render(request, "tickets/desk/_options.html", {"options": options})


def _typed(request: HttpRequest) -> str:
    """What stands in the one field that asks, whatever it is called."""
    return next((str(request.GET[name]) for name in request.GET), "")[:100]


def _edited(request: HttpRequest, person: User, found: TicketTemplate, initial: dict[str, Any]) -> HttpResponse:
    data = request.POST if request.method == "POST" else None
    form = TemplateForm(data, policy=policy_in_force(), initial=initial)
    if data is not None and form.is_valid():
        try:
            with transaction.atomic():
                made = actions.keep_template(found, actor=person, **form.template)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The template %(name)s is saved.") % {"name": made})
            return redirect("desk:ticket_template", made.pk)
    known = [(placeholders.written(name), what) for name, (what, _fill) in kept.PLACEHOLDERS.items()]
    context = {"form": form, "template": found if initial else None, "placeholders": known}
    return render(request, "tickets/desk/template_form.html", context, status=422 if form.errors else 200)


def _answers(template: TicketTemplate, policy: SupportPolicy) -> list[tuple[str, str]]:
    """What the template answers to the fields of its category, in words."""
    key = template.category.key if template.category else ""
    category = policy.categories.get(key, policy.default_category)
    fields = {each.key: each for each in policy.fields_for(category.key)}
    return [
        (say(fields[key].name) if key in fields else key, answered.words(fields.get(key), answer))
        for key, answer in template.answers.items()
    ]


def _told(run: TemplateRun) -> dict[str, Any]:
    return {"run": run, "causes": sentences.causes(run), "missed": sentences.missed(run)}


def _uuid(text: str) -> UUID | None:
    if text and (found := parse_id(text)) is None:
        raise Http404
    return found if text else None
