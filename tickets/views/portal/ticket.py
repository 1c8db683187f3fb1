"""A ticket as its customer sees it: the promise, one timeline, and what can be done."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from sla import words
from sla.document import SupportPolicy
from tenants.access import reader_of
from tenants.models import User
from tenants.text import say
from tickets import (
    actions,
    answers,
    approvals,
    beside,
    checklists,
    links,
    promise,
    ratings,
    recipients,
    reopening,
    rights,
    timeline,
)
from tickets.fairuse.contact import talks
from tickets.forms.identifying import IdentifyingForm, identifying
from tickets.forms.portal import CommentForm, CopyForm
from tickets.forms.ratings import RatingForm
from tickets.models import Status, Ticket
from tickets.views.portal import confirming
from tickets.views.portal.common import articles_named, attempt, customer_required, is_stale, onward, tickets_of
from tickets.views.portal.lists import crumbs
from tickets.views.portal.uploads import holder_of


@require_safe
@customer_required
def ticket(request: HttpRequest, person: User, number: int) -> HttpResponse:
    """The page; staff who did not ask it themselves are led to the workspace."""
    found = _find(person, number)
    if found is None and person.is_staff_member and Ticket.objects.visible_to(person).filter(number=number).exists():
        return redirect("desk:ticket", number)
    if found is not None and links.must_confirm(found, person):
        return confirming.page(request, found, person)
    return show(request, person, found or _missing(), CommentForm())


# Exempt from the general check of the form's token, which would lose what was typed; `is_stale` does it here.
@csrf_exempt
@require_POST
def reply(request: HttpRequest, number: int) -> HttpResponse:
    """Post what the customer wrote."""
    form, person = CommentForm(request.POST, request.FILES), reader_of(request)
    form.holder = holder_of(request)
    if person is None:
        return render(request, "tickets/portal/signed_out.html", {"form": form, "number": number}, status=403)
    found = find_or_404(person, number)
    if links.must_confirm(found, person):
        return confirming.page(request, found, person)
    if is_stale(request):
        form.is_valid()
        form.add_error(None, _("You have signed in again meanwhile. Look at your message and send it once more."))
        return show(request, person, found, form, status=403)
    return _act(request, person, found, form, lambda: comment_from(form, found, person))


def comment_from(form: CommentForm, found: Ticket, person: User) -> Ticket:
    """Post what a valid form says, once however often it is sent; the ticket that it stands on."""
    said = form.cleaned_data
    return actions.once(
        said["token"],
        person=person,
        act=lambda: (
            actions.comment(
                found,
                author=person,
                body=said["body"],
                files=form.attached(),
                as_it_is=said["as_it_is"],
                at=timezone.now(),
            ).ticket
        ),
    )


def identify_from(form: IdentifyingForm, found: Ticket, person: User) -> Ticket:
    """Fill in what a valid form says."""
    return actions.identify(
        found, form.answers(), actor=person, as_it_is=form.cleaned_data["as_it_is"], at=timezone.now()
    )


@require_POST
@customer_required
def identify(request: HttpRequest, person: User, number: int) -> HttpResponse:
    """Fill in the authorisation data that the request lacks."""
    found = find_or_404(person, number)
    if links.must_confirm(found, person):
        return confirming.page(request, found, person)
    form = IdentifyingForm(request.POST, ticket=found)
    act = lambda: identify_from(form, found, person)  # noqa: E731
    done = attempt(form, act) if form.is_valid() else None
    if done is not None:
        return redirect("portal:ticket", number)
    return show(request, person, found, CommentForm(), status=422, more={"identify": form})


@require_POST
@customer_required
def solve(request: HttpRequest, person: User, number: int) -> HttpResponse:
    """My problem is solved."""
    found = find_or_404(person, number)
    act = lambda: actions.solve_by_requester(found, actor=person, at=timezone.now())  # noqa: E731
    return _act(request, person, found, CommentForm({}), act)


@require_POST
@customer_required
def reopen(request: HttpRequest, person: User, number: int) -> HttpResponse:
    """It is not solved after all."""
    found = find_or_404(person, number)
    act = lambda: actions.reopen(found, actor=person, at=timezone.now())  # noqa: E731
    return _act(request, person, found, CommentForm({}), act)


def _act(
    request: HttpRequest, person: User, found: Ticket, form: CommentForm, act: Callable[[], Ticket]
) -> HttpResponse:
    if links.must_confirm(found, person):
        return confirming.page(request, found, person)
    done = attempt(form, act) if form.is_valid() else None
    if done is None:
        form.keep_files(at=timezone.now())
        return show(request, person, found, form, status=422)
    if done.pk != found.pk:
        messages.info(request, went_on(found, done))
    elif request.htmx:  # type: ignore[attr-defined]
        return show(request, person, _find(person, found.number) or _missing(), CommentForm())
    return onward(request, f"{reverse('portal:ticket', args=[done.number])}#latest")


def may_add_copies(found: Ticket, person: User, policy: SupportPolicy) -> bool:
    """Whether the page offers it; the action decides. Asks the database nothing."""
    allowed = policy.self_service.copies
    is_open = found.status.kind != Status.Kind.CLOSED and found.merged_into_id is None
    return is_open and allowed != "nobody" and found.requester_id == person.pk and not found.is_unproven


def went_on(former: Ticket, new: Ticket) -> str:
    """What to tell whose reply became a ticket of its own."""
    return _(
        "The time to reopen request %(former)s was over. What you wrote is request %(number)s now; both are linked."
    ) % {"former": former.number, "number": new.number}


def show(
    request: HttpRequest,
    person: User,
    found: Ticket,
    form: CommentForm,
    *,
    status: int = 200,
    more: dict[str, Any] | None = None,
) -> HttpResponse:
    """The whole page, or to htmx what changes on it."""
    is_part = bool(request.htmx)  # type: ignore[attr-defined]
    template = "tickets/portal/_ticket.html" if is_part else "tickets/portal/ticket.html"
    return render(request, template, {**context_of(person, found, form), **(more or {})}, status=status)


def context_of(person: User, found: Ticket, form: CommentForm) -> dict[str, Any]:
    """What the page shows of a ticket to one of its readers."""
    at, clocks = timezone.now(), list(found.clocks.all())
    head = promise.headline(found, clocks, at=at)
    shown = next((c for c in clocks if (c.metric, c.number) == (head.metric, head.number)), None)
    way = promise.way_to(shown, found) if shown and head.due_at else None
    calendar, reopens_until = promise.calendar_of(found), reopening.until(found)
    policy = promise.policy_for(found)
    said = answers.for_customer(found, policy)
    rating = ratings.asked_of(found, at=at) if found.requester_id == person.pk and not found.is_active else None
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
        "answers": [row for row in said if not row.is_for_staff],
        "noted": [row for row in said if row.is_for_staff],
        "near": articles_named(found.articles, person),
        "checklists": checklists.open_to(found) if found.beside["steps"] else [],  # type: ignore[attr-defined]
        "asked": approvals.awaited_on(found, person) if found.beside["approvals_pending"] else [],  # type: ignore[attr-defined]
        "identify": identifying(found),
        "asked_rating": rating,
        "rating_form": RatingForm(scale=rating.scale, initial=rating.said) if rating else None,
        "rights": rights.of(found, clocks, person, at=at),
        "talks": talks(policy),
        "in_copy": recipients.in_copy(found) if found.beside["participants"] else [],  # type: ignore[attr-defined]
        "person": person,
        "addresses": addresses(found),
        "is_own": found.requester_id == person.pk,
        "merged_into": _seen(found.merged_into, person),
        "copy_form": CopyForm() if may_add_copies(found, person, policy) else None,
        "copies": policy.self_service.copies,
        "may_solve": found.is_active and found.requester_id == person.pk,
        "may_reopen": reopens_until is not None and at < reopens_until,
        "reopens_until": reopens_until,
        "may_answer": found.merged_into_id is None,
        "may_write": found.status.kind != Status.Kind.CLOSED and found.merged_into_id is None,
        "crumbs": crumbs((_("My tickets"), reverse("portal:tickets")), (f"#{found.number}", "")),
    }


def addresses(found: Ticket) -> dict[str, str]:
    """Where the page sends what its reader does; whoever holds a signed link has others."""
    names = ("reply", "solve", "reopen", "leave", "add_copy", "identify")
    return {
        **{name: reverse(f"portal:{name}", args=[found.number]) for name in names},
        "uploads": reverse("portal:uploads"),
        "steps": reverse("portal:ticket", args=[found.number]) + "steps/",
        "approvals": reverse("portal:home") + "approvals/",
        "files": "",  # where files of everybody are
    }


def _seen(into: Ticket | None, person: User) -> Ticket | None:
    """The ticket that another was merged into, unless it is somebody else's."""
    return into if into is not None and tickets_of(person).filter(pk=into.pk).exists() else None


def _find(person: User, number: int) -> Ticket | None:
    found = tickets_of(person).for_list().select_related("channel", "merged_into")
    found = found.annotate(beside=beside.counted(person))
    return found.defer("merged_into__description", "merged_into__answers").filter(number=number).first()


def find_or_404(person: User, number: int) -> Ticket:
    """A ticket as its customer's page shows it. Raises Http404."""
    return _find(person, number) or _missing()


def _missing() -> Ticket:
    raise Http404
