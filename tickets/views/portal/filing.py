"""Filing a ticket: first what it is about, then a short form with the policy's guidance."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import Any
from uuid import uuid5

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from kb import queries as kb
from sla import words
from sla.document import SupportPolicy
from sla.document.requests import Category as CategorySpec
from tenants.access import reader_of
from tenants.models import User
from tickets import actions, desk, promise
from tickets.fairuse.standing import suspension_of
from tickets.forms.portal import FilingForm, UnsignedFilingForm, article_numbers
from tickets.models import LiftedExclusion, Organization, Ticket
from tickets.views.portal import duplicates, unsigned
from tickets.views.portal.common import (
    articles_named,
    attempt,
    customer_required,
    is_stale,
    onward,
    policy_required,
    tickets_of,
)
from tickets.views.portal.home import tiles
from tickets.views.portal.lists import crumbs
from tickets.views.portal.uploads import holder_of, may_begin


# Exempt from the general check of the form's token, which would lose what was typed; `is_stale` does it here.
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
@policy_required
def new_ticket(request: HttpRequest) -> HttpResponse:
    """The tiles, then the form of a category; sent, it files the ticket."""
    person = reader_of(request)
    policy = desk.current_policy().policy
    category = policy.categories.get(request.GET.get("category", ""))
    if category is None and len(policy.categories) == 1:
        category = policy.default_category
    if person is None and request.method != "POST" and not actions.may_file_without_account():
        return redirect_to_login(request.get_full_path())
    if category is None:
        context = {"categories": tiles(policy), "policy": policy, "crumbs": crumbs((_("New request"), ""))}
        return render(request, "tickets/portal/choose_category.html", context)
    organizations = list(Organization.objects.of(person)) if person else []
    form = _form(request, policy, category, organizations)
    if request.method != "POST":
        return _page(request, form, organizations)
    return _file(request, form, organizations, person)


def _form(
    request: HttpRequest, policy: SupportPolicy, category: CategorySpec, organizations: list[Organization]
) -> FilingForm:
    given: dict[str, Any] = {"policy": policy, "category": category, "organizations": organizations}
    kind = UnsignedFilingForm if unsigned.is_meant(request) else FilingForm
    if request.method == "POST":
        form = kind(request.POST, request.FILES, **given)
        form.holder = holder_of(request, begins=bool(request.FILES) and kind is UnsignedFilingForm)
        return form
    near = [f"{number:06d}" for number in article_numbers(request.GET.getlist("article"))]
    subject = request.GET.get("subject", "").replace("\0", "")[:200]
    return kind(initial={"near_articles": " ".join(near), "subject": subject}, **given)


def _file(
    request: HttpRequest, form: FilingForm, organizations: list[Organization], person: User | None
) -> HttpResponse:
    if person is None and isinstance(form, UnsignedFilingForm) and not is_stale(request):
        sent = attempt(form, lambda: unsigned.file(request, form)) if form.is_valid() else None
        return unsigned.sent_to(request, form, sent) if sent else _page(request, form, organizations, status=422)
    if person is None or is_stale(request):
        return _page(request, form, organizations, {"signed_out": person is None, "is_stale": True}, status=403)
    return _file_for(request, form, organizations, person)


def _file_for(request: HttpRequest, form: FilingForm, organizations: list[Organization], person: User) -> HttpResponse:
    """File it, or put it on a request about the same; else the page comes back, and the files stay where they are."""
    is_valid = form.is_valid()
    alike: list[Ticket] = []
    if "join" in request.POST:
        into = duplicates.chosen(person, request.POST)
        answer = duplicates.join(request, form, person, into)
        # Where it has to come back, what was chosen is offered again: nobody is asked twice.
        alike = [into] if into else []
    else:
        alike = duplicates.of_form(form, person) if is_valid else []
        ticket = attempt(form, lambda: _open(form, person)) if is_valid and not alike else None
        answer = _filed(request, form, person, ticket) if ticket else None
    if answer is not None:
        return answer
    return _page(request, form, organizations, duplicates.shown(alike, is_asked=bool(alike)), status=422)


def _filed(request: HttpRequest, form: FilingForm, person: User, ticket: Ticket) -> HttpResponse | None:
    """On to the request. Had it arrived before its sender was told, and they wrote on, that goes there as a message."""
    written = form.cleaned_data["description"]
    if ticket.description != written and not ticket.messages.filter(author=person, body__contains=written).exists():
        return duplicates.join(request, form, person, ticket, token=uuid5(form.cleaned_data["token"], written))
    return onward(request, reverse("portal:ticket_filed", args=[ticket.number]))


def _open(form: FilingForm, person: User) -> Ticket:
    said = form.cleaned_data
    return actions.once(
        said["token"],
        person=person,
        act=lambda: actions.open_ticket(
            requester=person,
            organization=said.get("organization"),
            at=timezone.now(),
            **unsigned.request_of(form),
        ),
    )


def _page(
    request: HttpRequest,
    form: FilingForm,
    organizations: list[Organization],
    more: dict[str, Any] | None = None,
    *,
    status: int = 200,
) -> HttpResponse:
    policy, category, person, at = form.policy, form.category, reader_of(request), timezone.now()
    if status == 422:
        form.keep_files(at=at, may_begin=partial(may_begin, request))
    context = {
        "form": form,
        "policy": policy,
        "category": category,
        "exclusions": exclusions_of(policy, organizations),
        "is_client": bool(organizations) or "non-clients" not in policy.exclusions,
        "own_suspension": suspension_of(person, at=at) if person else None,
        "suspended": [each for each in organizations if each.is_suspended(at)],
        "read_first": _articles(form, person),
        "hours": words.hours(policy.calendar()),
        "ticked": [f"{number:06d}" for number in article_numbers(request.POST.getlist("articles"))],
        "crumbs": crumbs((_("New request"), reverse("portal:new_ticket")), (category.name.say(_language()), "")),
        **(more or {}),
    }
    return render(request, "tickets/portal/new_ticket.html", context, status=status)


def exclusions_of(policy: SupportPolicy, organizations: Iterable[Organization]) -> list[Any]:
    """What is not covered, less what the contracts and agreements of all these organisations lift."""
    lifted: list[set[str]] = []
    agreed: dict[Any, set[str]] = {}
    organizations = list(organizations)
    if organizations:
        found = LiftedExclusion.objects.filter(organization__in=organizations)
        for company, key in found.values_list("organization", "exclusion__key"):
            agreed.setdefault(company, set()).add(key)
    for organization in organizations:
        contract = policy.contract_of(organization.contract)
        lifted.append(agreed.get(organization.pk, set()) | set(contract.lifts if contract else ()))
    usual = policy.default_contract
    for_all = set.intersection(*lifted) if lifted else set(usual.lifts if usual else ())
    return [each for each in policy.exclusions.values() if each.key not in for_all]


def _articles(form: FilingForm, person: User | None) -> list[Any]:
    """What the policy asks to read before, for everyone and in this category."""
    return articles_named((int(each) for each in (*form.policy.guidance.articles, *form.category.articles)), person)


def _language() -> str:
    return (get_language() or "en").split("-")[0]


@require_safe
@policy_required
def suggest(request: HttpRequest) -> HttpResponse:
    """While the subject is typed: articles that may answer it, and a hint when it says nothing."""
    policy = desk.current_policy().policy
    subject = request.GET.get("subject", "")[:200]
    ticked = article_numbers(request.GET.getlist("articles"))
    context = {
        "hits": kb.suggest(subject, reader_of(request), _language(), limit=4),
        "ticked": ticked,
        "vague_hint": FilingForm(policy=policy, category=policy.default_category).vague_hint
        if policy.guidance.finds_vague(subject)
        else "",
    }
    return render(request, "tickets/portal/_suggestions.html", context)


@require_safe
@customer_required
def ticket_filed(request: HttpRequest, person: User, number: int) -> HttpResponse:
    """The number, and the promise."""
    found = tickets_of(person).select_related("status", "priority", "channel", "category")
    ticket = get_object_or_404(found, number=number)
    calendar = promise.calendar_of(ticket)
    context = {
        "ticket": ticket,
        "promise": promise.headline(ticket, ticket.clocks.all(), at=timezone.now()),
        "hours": words.hours(calendar) if calendar else "",
    }
    return render(request, "tickets/portal/ticket_filed.html", context)
