"""Acting on several tickets at once: at once for few, in the background for many, with an undo."""

from __future__ import annotations

import re
from collections.abc import Iterable
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from tenants.access import staff
from tenants.errors import Refused
from tenants.fields import parse_id
from tenants.models import User
from tickets import listing
from tickets.actions import bulk as acting
from tickets.forms.bulk import ASKING, BulkDetailsForm, BulkForm
from tickets.models import BulkChange, BulkItem, Ticket
from tickets.selection import write
from tickets.views.desk.common import policy_in_force

#: Refusals that are shown by name; the others are counted.
MOST_NAMED = 20
CHANGED = _("The conditions of this list are others now. Look at the number of tickets and confirm once more.")


@require_POST
@staff
def bulk(request: HttpRequest, person: User) -> HttpResponse:
    """Do the same with every chosen ticket; what asks for more, or means the whole list, is asked about first."""
    form = BulkForm(request.POST, policy=policy_in_force())
    back = _where_from(request.POST)
    if not form.is_valid():
        for sentence in (error for errors in form.errors.values() for error in errors):
            messages.error(request, str(sentence))
        return redirect(_list(back))
    act, at = form.cleaned_data["act"], timezone.now()
    confirmed = "confirmed" in request.POST
    details = BulkDetailsForm(request.POST if confirmed else None, act=act)
    listed = listing.read(back, person, at=at) if form.cleaned_data["everything"] else None
    if listed is not None and listed.problems:
        for problem in listed.problems:
            messages.error(request, str(problem))
        return redirect(_list(back))
    tickets = _meant(person, form, listed)
    shown = write(listed.whole) if listed is not None else ""
    asks = act in ASKING or form.cleaned_data["everything"]
    if asks and not (confirmed and details.is_valid()):
        return _asked(request, form, details, tickets, back, shown)
    if request.POST.get("shown", "") != shown:
        details.add_error(None, CHANGED)
        return _asked(request, form, details, tickets, back, shown)
    # What came into the list after its number was shown is not meant: nobody has agreed to it.
    agreed = numbers_in(request.POST.get("found", "")) if listed is not None else set(tickets)
    ids = [pk for number, pk in tickets.items() if number in agreed]
    act, value, reason = _spelled(act, person, details)
    try:
        change = acting.change_many(ids, act, value=value, reason=reason, actor=person, at=at)
    except Refused as refusal:
        if asks:
            details.add_error(None, str(refusal))
            return _asked(request, form, details, tickets, back, shown)
        messages.error(request, str(refusal))
        return redirect(_list(back))
    if added := len(tickets) - len(ids):
        messages.info(request, _added(added))
    return redirect(_list(back, change))


def _added(number: int) -> str:
    said = ngettext(
        "%(number)s ticket came into the list after its number was shown, and is as it was.",
        "%(number)s tickets came into the list after its number was shown, and are as they were.",
        number,
    )
    return said % {"number": number}


def written_short(numbers: Iterable[int]) -> str:
    """Ascending numbers as a form can carry ten thousand of them: `3-9 12`."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][1] + 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    return " ".join(str(first) if first == last else f"{first}-{last}" for first, last in runs)


def numbers_in(text: str) -> set[int]:
    """What written_short() wrote; of anything else what can be read, and never more than can be changed."""
    found: set[int] = set()
    for run in re.findall(r"(?a:\b(\d{1,18})(?:-(\d{1,18}))?\b)", text):
        first, last = int(run[0]), int(run[1] or run[0])
        found.update(range(first, min(last, first + acting.MOST) + 1))
        if len(found) > acting.MOST:
            break
    return found


def _meant(person: User, form: BulkForm, listed: listing.Listing | None) -> dict[int, UUID]:
    """The ids of the tickets by their numbers, one more than can be changed at most."""
    if listed is not None:
        tickets = listed.tickets
    else:
        tickets = Ticket.objects.visible_to(person).filter(number__in=form.cleaned_data["chosen"])
    return dict(tickets.order_by("number").values_list("number", "pk")[: acting.MOST + 1])


def _spelled(act: str, person: User, details: BulkDetailsForm) -> tuple[str, str, str]:
    """What a choice of the list means: act, value, reason."""
    if act in ("take", "release"):
        return "assign", str(person.pk) if act == "take" else "", ""
    for kind in ("status", "team"):
        if act.startswith(f"{kind}-"):
            return kind, act.removeprefix(f"{kind}-"), ""
    return (act, *details.value_and_reason())


def _asked(
    request: HttpRequest,
    form: BulkForm,
    details: BulkDetailsForm,
    tickets: dict[int, UUID],
    back: QueryDict,
    shown: str,
) -> HttpResponse:
    context = {
        "form": form,
        "act": dict(form.fields["act"].choices)[form.cleaned_data["act"]],  # type: ignore[attr-defined]
        "details": details,
        "count": len(tickets),
        "too_many": len(tickets) > acting.MOST,
        "chosen": form.cleaned_data["chosen"],
        "back": back.urlencode(),
        "shown": shown,
        "found": written_short(tickets),
    }
    return render(request, "tickets/desk/bulk.html", context, status=422 if details.errors else 200)


@require_safe
@staff
def bulk_state(request: HttpRequest, person: User, pk: UUID) -> HttpResponse:
    """How far a change has come, for the list that began it."""
    change = get_object_or_404(BulkChange, pk=pk, actor=person)
    return render(request, "tickets/desk/_bulk_state.html", {"done": told(change, _where_from(request.GET))})


@require_POST
@staff
def undo_bulk(request: HttpRequest, person: User, pk: UUID) -> HttpResponse:
    """Put back what has not changed since."""
    change = get_object_or_404(BulkChange, pk=pk, actor=person)
    try:
        acting.undo(change, actor=person, at=timezone.now())
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect(_list(_where_from(request.POST), change))


def told(change: BulkChange, back: QueryDict) -> dict[str, object]:
    """What the box above a list shows of a change: two queries."""
    outcomes = acting.outcomes(change)
    refused = change.items.exclude(refusal="").select_related("ticket").order_by("id")[: MOST_NAMED + 1]
    Outcome = BulkItem.Outcome
    return {
        "change": change,
        "is_running": change.state in (BulkChange.State.WORKING, BulkChange.State.UNDOING),
        "gone": change.total - outcomes.get(Outcome.WAITING, 0)
        if change.state == BulkChange.State.WORKING
        else change.total - outcomes.get(Outcome.CHANGED, 0),
        "changed": outcomes.get(Outcome.CHANGED, 0),
        "undone": outcomes.get(Outcome.UNDONE, 0),
        "refused": [*refused][:MOST_NAMED],
        "more_refused": max(0, outcomes.get(Outcome.REFUSED, 0) + outcomes.get(Outcome.KEPT, 0) - MOST_NAMED),
        "may_undo": acting.may_undo(change, at=timezone.now()) and outcomes.get(Outcome.CHANGED, 0) > 0,
        "back": back.urlencode(),
    }


def shown_change(request: HttpRequest, person: User) -> dict[str, object] | None:
    """The change that the list's address names, if it is this person's."""
    pk = parse_id(request.GET.get("bulk", ""))
    change = BulkChange.objects.filter(pk=pk, actor=person).first() if pk else None
    return told(change, _where_from({"back": request.GET.urlencode()})) if change else None


def _where_from(posted: QueryDict | dict[str, str]) -> QueryDict:
    """The list's own address, as the form carried it: parameters only, so that it can lead nowhere else."""
    back = QueryDict(posted.get("back", "")[:4000], mutable=True)
    back.pop("bulk", None)
    return back


def _list(back: QueryDict, change: BulkChange | None = None) -> str:
    address = back.copy()
    if change is not None:
        address["bulk"] = str(change.pk)
    return f"{reverse('desk:tickets')}?{address.urlencode()}"
