"""Drafts while they are written, their files, and replies that wait to be sent."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import RequestDataTooBig
from django.db import transaction
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, UnreadablePostError
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from tenants.access import staff
from tenants.errors import Refused
from tenants.models import User
from tickets import actions, recipients, relaying
from tickets.actions import uploading
from tickets.errors import DraftChanged
from tickets.forms.composing import DraftFileForm, DraftForm
from tickets.models import Draft, Holder, Message, Ticket
from tickets.relaying import Reach
from tickets.views.desk import inserting
from tickets.views.desk.composer_block import shown, shown_file

#: The id of the composer's text on the ticket's page.
TEXT = "composer_body"


@require_POST
@staff
def save(request: HttpRequest, person: User, number: int) -> HttpResponse:
    """Keep what was typed so far; 409 with the newer text when another window was faster."""
    ticket, form = _seen(person, number), DraftForm(request.POST)
    if not form.is_valid():
        return _wrong(form)
    said = form.cleaned_data
    kept = Draft.objects.open().filter(ticket=ticket, author=person, kind=said["kind"]).first()
    _macro, acts = inserting.agreed(person, said.pop("macro"), said.pop("act"), kept)
    try:
        with transaction.atomic():
            draft = actions.save_draft(ticket, author=person, at=timezone.now(), acts=acts, **said)
    except DraftChanged as refusal:
        newer = Draft.objects.open().filter(ticket=ticket, author=person, kind=form.cleaned_data["kind"]).first()
        return _refused(refusal, draft=shown(newer) if newer else None)
    except Refused as refusal:
        return _refused(refusal)
    return JsonResponse({"revision": draft.revision if draft else 0})


@require_POST
@staff
def add_file(request: HttpRequest, person: User, number: int) -> HttpResponse:
    """Keep a file on the draft. What arrives only in part is not kept."""
    ticket = _seen(person, number)
    try:
        form = DraftFileForm(request.POST, request.FILES)
    except (UnreadablePostError, RequestDataTooBig):
        return JsonResponse({"detail": _("The file did not arrive whole. Add it once more.")}, status=400)
    if not form.is_valid():
        return _wrong(form)
    said, now = form.cleaned_data, timezone.now()
    try:
        with transaction.atomic():
            draft = actions.open_draft(ticket, author=person, kind=said["kind"], at=now)
            whole = said["file"] or uploading.taken(Holder(person), [said["upload"]])[0]
            kept = actions.add_file(draft, whole, is_inline=said["inline"], at=now)
    except Refused as refusal:
        return _refused(refusal)
    return JsonResponse({**shown_file(kept), "revision": draft.revision}, status=201)


@require_POST
@staff
def remove_file(request: HttpRequest, person: User, number: int, pk: UUID) -> HttpResponse:
    """Take a file off the draft again."""
    draft = get_object_or_404(Draft.objects.open(), ticket=_seen(person, number), author=person, files=pk)
    actions.remove_file(draft, pk)
    return HttpResponse(status=204) if _is_script(request) else redirect("desk:ticket", number)


@require_POST
@staff
def discard(request: HttpRequest, person: User, number: int) -> HttpResponse:
    """Throw a draft away, also one on a ticket that its author may no longer see."""
    kind = request.POST.get("kind", "")
    drafts = list(
        Draft.objects.open().filter(author=person, ticket__number=number, kind=kind).select_for_update(of=("self",))
    )
    seen = Ticket.objects.visible_to(person).filter(number=number).exists()
    if not (drafts or seen):
        raise Http404
    for draft in drafts:
        actions.forget(draft)
    messages.success(request, _("The draft is thrown away."))
    return redirect("desk:ticket", number) if seen else redirect("desk:home")


@require_POST
@staff
def take_back(request: HttpRequest, person: User, pk: UUID) -> HttpResponse:
    """Undo, or stop what was to go later; the text is a draft again."""
    ticket = _of_waiting(person, pk)
    try:
        draft = actions.take_back(pk, actor=person, at=timezone.now())
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("desk:ticket", ticket.number)
    if draft.author_id == person.pk:
        messages.success(request, _("Nothing was sent. Your reply is in the composer again."))
        # With the focus in the text: who takes a reply back wants to change it.
        return redirect(f"{reverse('desk:ticket', args=[ticket.number])}#{TEXT}")
    messages.success(request, _("The reply does not go. Its author is told and has it as a draft."))
    return redirect("desk:ticket", ticket.number)


@require_POST
@staff
def send_now(request: HttpRequest, person: User, pk: UUID) -> HttpResponse:
    """Send what waits; the page asks for it when an undo is over, and is told to look for what is new."""
    ticket = _of_waiting(person, pk)
    try:
        with transaction.atomic():
            posted = actions.send_now(pk, actor=person, at=timezone.now())
    except Refused as refusal:
        posted = Message.objects.filter(pk=pk, ticket=ticket).first()
        if posted is None:
            messages.error(request, str(refusal))
    if posted is None or not request.htmx:  # type: ignore[attr-defined]
        return _reload(request, ticket)
    # The stream may have brought it before: there is one way by which messages come into a page that is open.
    return HttpResponse(headers={"HX-Trigger": "ticket:changed"})


@require_safe
@staff
def recipients_of_a_reply(request: HttpRequest, person: User, number: int) -> HttpResponse:
    """Who gets what is written, for the composer: loaded when somebody begins to write, and when it changes."""
    found = Ticket.objects.visible_to(person).select_related("requester", "organization")
    ticket = get_object_or_404(found, number=number)
    people = [each for each in recipients.of(ticket) if each.person.pk != person.pk]
    goes_on = request.GET.get("reach") in (Reach.CHILDREN, Reach.SOLVE)
    others = relaying.customers_of(ticket) if goes_on else 0
    return render(request, "tickets/desk/_recipients.html", {"recipients": people, "others": others})


def _reload(request: HttpRequest, ticket: Ticket) -> HttpResponse:
    there = redirect("desk:ticket", ticket.number)
    if request.htmx:  # type: ignore[attr-defined]
        return HttpResponse(status=204, headers={"HX-Redirect": there.url})
    return there


def _seen(person: User, number: int) -> Ticket:
    return get_object_or_404(Ticket.objects.visible_to(person).only("pk", "number", "tenant"), number=number)


def _of_waiting(person: User, pk: UUID) -> Ticket:
    """The ticket of a reply that waits, or that has just gone."""
    seen = Ticket.objects.visible_to(person)
    found = seen.filter(drafts=pk).first() or seen.filter(messages=pk).first()
    if found is None:
        raise Http404
    return found


def _is_script(request: HttpRequest) -> bool:
    return request.headers.get("X-Requested-With") == "fetch"


def _wrong(form: Form) -> JsonResponse:
    return JsonResponse(
        {"detail": " ".join(str(text) for errors in form.errors.values() for text in errors)}, status=422
    )


def _refused(refusal: Refused, **more: Any) -> JsonResponse:
    return JsonResponse({"detail": str(refusal), "code": refusal.code, **more}, status=409)
