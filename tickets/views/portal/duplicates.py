"""Before a request is filed: open ones that may be about the same, and joining one of them in one step. Clause D6."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from tenants.models import User
from tickets import actions, desk, duplicates
from tickets.forms.portal import FilingForm
from tickets.models import Ticket
from tickets.views.portal.common import attempt, customer_required, onward, policy_required, tickets_of


@require_safe
@policy_required
@customer_required
def alike(request: HttpRequest, person: User) -> HttpResponse:
    """While the subject is typed: open requests that may be about the same."""
    subject = request.GET.get("subject", "").replace("\0", "")[:200]
    found = duplicates.while_typing(person, subject=subject, at=timezone.now())
    return render(request, "tickets/portal/_alike.html", shown(found))


def shown(found: list[Ticket], *, is_asked: bool = False) -> dict[str, Any]:
    """What the page shows of them; `is_asked`: the form was sent, and its sender has to decide."""
    rules = desk.current_policy().policy.fair_use
    return {
        "alike": found,
        "may_join": rules.duplicates == "merge" or (rules.duplicates == "off" and rules.nudges is not None),
        "is_asked": is_asked,
    }


def of_form(form: FilingForm, person: User) -> list[Ticket]:
    """Those that whoever sent a valid form has to be asked about; none once they said that it is something else.

    A form that is sent twice is not held against the request that it filed the first time.
    """
    if form.is_about_else:
        return []
    said = form.cleaned_data
    found = duplicates.before_filing(
        person,
        subject=said["subject"],
        description=said["description"],
        organization=said.get("organization"),
        at=timezone.now(),
    )
    return [] if found and actions.is_done(said["token"], person=person) else found


def chosen(person: User, posted: Any) -> Ticket | None:
    """The request to which the sender of a form adds what they wrote, if it can be added to still."""
    number = posted.get("join", "")
    if not number.isdecimal() or len(number) > 15:
        return None
    return tickets_of(person).active().select_related("status").filter(number=int(number)).first()


def join(
    request: HttpRequest, form: FilingForm, person: User, into: Ticket | None, *, token: UUID | None = None
) -> HttpResponse | None:
    """Put what was typed in a cleaned form on the request that was chosen; None when the form has to come back.

    Once for the form's token, or for another one.
    """
    said = form.cleaned_data
    if into is None:
        form.add_error(None, _("This request can't be added to any more. Send yours as a new one."))
        return None
    if "description" in form.errors or "files" in form.errors:
        return None
    form.errors.clear()  # what a new request would need besides is not asked of a message
    joined = attempt(form, lambda: _join(form, said, into, person, token or said["token"]))
    if joined is None:
        return None
    told = _("What you wrote is now part of request %(number)s; no new request was sent.") % {"number": into.number}
    messages.success(request, told)
    return onward(request, f"{reverse('portal:ticket', args=[into.number])}#latest")


def _join(form: FilingForm, said: dict[str, Any], into: Ticket, person: User, token: UUID) -> Ticket:
    return actions.once(
        token,
        person=person,
        act=lambda: (
            actions.join(
                into,
                author=person,
                subject=said.get("subject") or str(form.data.get("subject", ""))[:200],
                description=_with_answers(form, said),
                files=form.attached(),
                as_it_is=said["as_it_is"],
                at=timezone.now(),
            ).ticket
        ),
    )


def _with_answers(form: FilingForm, said: dict[str, Any]) -> str:
    """The description, and below it what was answered to the questions of the form, so that nothing is lost."""
    lines = [
        f"{form.fields[name].label}: {said[name]}"
        for name in form.questions
        if isinstance(said.get(name), str) and said[name].strip()
    ]
    return "\n\n".join([said["description"], *(["\n".join(lines)] if lines else [])])
