"""A ticket as its customer sees it: the promise, one timeline, and what can be done."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from sla import words
from tenants.access import reader_of
from tenants.models import User
from tenants.text import say
from tickets import actions, promise, timeline
from tickets.forms.portal import CommentForm
from tickets.models import Status, Ticket
from tickets.views.portal.common import articles_named, attempt, customer_required, is_stale, tickets_of
from tickets.views.portal.lists import crumbs


@require_safe
@customer_required
def ticket(request: HttpRequest, person: User, number: int) -> HttpResponse:
    """The page; staff who did not ask it themselves are led to the workspace."""
    found = _find(person, number)
    if found is None and person.is_staff_member and Ticket.objects.visible_to(person).filter(number=number).exists():
        return redirect("desk:ticket", number)
    return show(request, person, found or _missing(), CommentForm())


# Exempt from the general check of the form's token, which would lose what was typed; `is_stale` does it here.
@csrf_exempt
@require_POST
def reply(request: HttpRequest, number: int) -> HttpResponse:
    """Post what the customer wrote."""
    form, person = CommentForm(request.POST, request.FILES), reader_of(request)
    if person is None:
        return render(request, "tickets/portal/signed_out.html", {"form": form, "number": number}, status=403)
    found = _find(person, number) or _missing()
    if is_stale(request):
        form.is_valid()
        form.add_error(None, _("You have signed in again meanwhile. Look at your message and send it once more."))
        return show(request, person, found, form, status=403)
    return _act(request, person, found, form, lambda: _comment(found, person, form))


def _comment(found: Ticket, person: User, form: CommentForm) -> Ticket:
    said = form.cleaned_data
    return actions.once(
        said["token"],
        person=person,
        act=lambda: (
            actions.comment(found, author=person, body=said["body"], files=said["files"], at=timezone.now()).ticket
        ),
    )


@require_POST
@customer_required
def solve(request: HttpRequest, person: User, number: int) -> HttpResponse:
    """My problem is solved."""
    found = _find(person, number) or _missing()
    act = lambda: actions.solve_by_requester(found, actor=person, at=timezone.now())  # noqa: E731
    return _act(request, person, found, CommentForm({}), act)


@require_POST
@customer_required
def reopen(request: HttpRequest, person: User, number: int) -> HttpResponse:
    """It is not solved after all."""
    found = _find(person, number) or _missing()
    act = lambda: actions.reopen(found, actor=person, at=timezone.now())  # noqa: E731
    return _act(request, person, found, CommentForm({}), act)


def _act(
    request: HttpRequest, person: User, found: Ticket, form: CommentForm, act: Callable[[], Ticket]
) -> HttpResponse:
    done = attempt(form, act) if form.is_valid() else None
    if done is None:
        return show(request, person, found, form, status=422)
    if request.htmx:  # type: ignore[attr-defined]
        return show(request, person, _find(person, found.number) or _missing(), CommentForm())
    return redirect(f"{reverse('portal:ticket', args=[found.number])}#latest")


def show(request: HttpRequest, person: User, found: Ticket, form: CommentForm, *, status: int = 200) -> HttpResponse:
    """The whole page, or to htmx what changes on it."""
    is_part = bool(request.htmx)  # type: ignore[attr-defined]
    template = "tickets/portal/_ticket.html" if is_part else "tickets/portal/ticket.html"
    return render(request, template, _context(person, found, form), status=status)


def _context(person: User, found: Ticket, form: CommentForm) -> dict[str, Any]:
    at, clocks = timezone.now(), list(found.clocks.all())
    head = promise.headline(found, clocks, at=at)
    shown = next((c for c in clocks if (c.metric, c.number) == (head.metric, head.number)), None)
    way = promise.way_to(shown, found) if shown and head.due_at else None
    calendar, kind = promise.calendar_of(found), found.status.kind
    return {
        "ticket": found,
        "form": form,
        "status": say(found.status.customer_name) or str(found.status),
        "promise": head,
        "others": [
            one for one in promise.all_of(found, clocks, at=at) if one.metric != head.metric and one.state != "none"
        ],
        "way": way[0] if way else [],
        "stood_still": words.length(way[1]) if way and way[1] >= words.MINUTE else "",
        "zone": words.place(calendar.timezone) if calendar else "",
        "hours": words.hours(calendar) if calendar and head.state != "none" else "",
        "items": timeline.for_customer(found, person),
        "answers": _answers(found),
        "near": articles_named(found.articles, person),
        "is_own": found.requester_id == person.pk,
        "may_solve": found.is_active and found.requester_id == person.pk,
        "may_reopen": kind == Status.Kind.SOLVED and found.merged_into_id is None,
        "may_write": kind != Status.Kind.CLOSED and found.merged_into_id is None,
        "crumbs": crumbs((_("My tickets"), reverse("portal:tickets")), (f"#{found.number}", "")),
    }


def _answers(found: Ticket) -> list[tuple[str, str]]:
    """What the form asked for, by the policy's own labels."""
    policy = promise.policy_for(found)
    category = found.category.key if found.category.key in policy.categories else None
    asked = {each.key: each for each in policy.fields_for(category)}
    rows = []
    for key, value in found.answers.items():
        question = asked.get(key)
        chosen = question.choices.get(value) if question and isinstance(value, str) else None
        rows.append((say(question.name) if question else key, say(chosen.name) if chosen else str(value)))
    return rows


def _find(person: User, number: int) -> Ticket | None:
    found = tickets_of(person).for_list().select_related("channel", "merged_into")
    return found.defer("merged_into__description", "merged_into__answers").filter(number=number).first()


def _missing() -> Ticket:
    raise Http404
