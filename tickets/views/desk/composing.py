"""Sending a reply or a note: at once, a few seconds later, or at a chosen time."""

from __future__ import annotations

from datetime import timedelta

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from tenants.access import staff
from tenants.errors import Refused
from tenants.models import User
from tickets import actions, assigned, desk, promise
from tickets.actions.checks import unseen
from tickets.errors import ConversationChanged, DraftChanged, FieldsMissing
from tickets.forms.composing import ComposerForm
from tickets.forms.fields import PREFIX
from tickets.forms.filling import missing_fields
from tickets.models import Draft, Event, Status, Ticket
from tickets.views.desk import inserting
from tickets.views.desk.common import ticket_or_404
from tickets.views.desk.ticket import REMEMBERED, render_ticket

A_YEAR = 365 * 24 * 3600


@require_POST
@staff
def send(request: HttpRequest, person: User, number: int) -> HttpResponse:
    """Post what was written. A reply to a conversation that has moved on comes back with what is new, and the text."""
    try:
        ticket = ticket_or_404(person, number)
    except Http404:
        return _out_of_sight(request, number)
    form = ComposerForm(request.POST, request.FILES, policy=promise.policy_for(ticket))
    if not (form.is_valid() and _is_filled(request, ticket, person, form)):
        return render_ticket(request, person, ticket, composer=form)
    try:
        with transaction.atomic():
            actions.once(form.cleaned_data["token"], person=person, act=lambda: _post(ticket, person, form))
    except ConversationChanged as refusal:
        return _changed(request, person, ticket, form, refusal)
    except DraftChanged as refusal:
        return _other_window(request, person, ticket, form, refusal)
    except FieldsMissing as refusal:
        form.add_error(None, str(refusal))
        form.missing = missing_fields(request.POST, ticket, person)
        return render_ticket(request, person, ticket, composer=form)
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return render_ticket(request, person, ticket, composer=form)
    if said := _said(form):
        messages.success(request, said)
    # It goes all the same: who has the ticket changes nothing of what the customer is told.
    if form.cleaned_data["seen"] and (news := assigned.passed_on(ticket, person, since=form.cleaned_data["seen"])):
        messages.info(request, news)
    # An act may have handed the ticket to a team whose work this person does not see.
    is_seen = Ticket.objects.visible_to(person).filter(number=number).exists() if form.cleaned_data["act"] else True
    response = redirect("desk:ticket", number) if is_seen else redirect("desk:tickets")
    if not form.is_note:
        response.set_cookie(REMEMBERED, form.cleaned_data["status"], max_age=A_YEAR, samesite="Lax", httponly=True)
    return response


def _is_filled(request: HttpRequest, ticket: Ticket, person: User, form: ComposerForm) -> bool:
    """Whether the fields that were wanted before are filled in, where they were asked for."""
    if not any(name.startswith(PREFIX) for name in request.POST):
        return True
    form.missing = missing_fields(request.POST, ticket, person)
    if form.missing is None or form.missing.is_valid():
        return True
    form.add_error(None, _("Something is missing or not clear yet. See the marked fields."))
    return False


def _said(form: ComposerForm) -> str:
    """What was done; a reply that rests says so itself."""
    if form.is_note:
        return _("Your note is on the ticket.")
    if at := form.cleaned_data["send_at"]:
        when = date_format(timezone.localtime(at), "DATETIME_FORMAT")
        return _("Your reply goes at %(when)s. If the customer writes before, it becomes a draft again.") % {
            "when": when
        }
    return "" if form.cleaned_data["rest"] else _("Your reply is on its way.")


def _post(ticket: Ticket, person: User, form: ComposerForm) -> Ticket:
    said, at = form.cleaned_data, timezone.now()
    # As every other action does: the ticket is locked before its drafts.
    ticket = desk.lock(ticket)
    if not form.is_note and not actions.send_resting(ticket, author=person, at=at):
        raise ConversationChanged
    draft = Draft.objects.open().select_for_update(of=("self",)).filter(ticket=ticket, author=person, kind=said["kind"])
    kept = draft.first()
    if kept is not None and kept.revision != (said["revision"] or 0):
        raise DraftChanged
    if form.missing is not None and form.missing.changes:
        ticket = actions.change_fields(ticket, form.missing.changes, actor=person, at=at)
    macro, acts = inserting.agreed(person, said["macro"], said["act"], kept)
    if macro is not None:
        actions.count_use(macro, at=at)
    if form.is_note:
        status = actions.do_acts(ticket, acts, actor=person, at=at)
        actions.note(
            ticket, author=person, body=said["body"], html=said["html"], files=said["files"], draft=kept, at=at
        )
        if status is not None:
            actions.change_status(ticket, status, actor=person, at=at)
        return ticket
    if said["send_at"] or said["rest"]:
        actions.send_later(
            ticket,
            author=person,
            body=said["body"],
            html=said["html"],
            files=said["files"],
            status=said["status"],
            seen=said["seen"],
            send_at=said["send_at"] or at + timedelta(seconds=said["rest"]),
            is_scheduled=bool(said["send_at"]),
            reach=said["reach"],
            acts=acts,
            draft=kept,
            at=at,
        )
        return ticket
    chosen = Status.objects.filter(key=said["status"]).first() if said["status"] else None
    status = actions.do_acts(ticket, acts, actor=person, at=at) or chosen
    actions.reply(
        ticket,
        author=person,
        body=said["body"],
        html=said["html"],
        files=said["files"],
        status=status,
        seen=said["seen"],
        reach=said["reach"],
        draft=kept,
        at=at,
    )
    return ticket


def _changed(
    request: HttpRequest, person: User, ticket: Ticket, form: ComposerForm, refusal: ConversationChanged
) -> HttpResponse:
    """The text stays; having read what is new, the writer may send it as it is.

    What rested is given back now: the refusal has undone that. It is shown beside the text.
    """
    with transaction.atomic():
        actions.send_resting(ticket, author=person, at=timezone.now())
    said, form_knows = form.cleaned_data, {}
    new = unseen(ticket, person, said["seen"]) if said["seen"] else Event.objects.none()
    if last := new.order_by("-id").values_list("pk", flat=True).first():
        form_knows["seen"] = str(last)
    newer = Draft.objects.open().filter(ticket=ticket, author=person, kind=said["kind"]).first()
    if newer is not None and newer.revision != (said["revision"] or 0):
        form_knows["revision"] = str(newer.revision)
    else:
        newer = None
    form.add_error(None, str(refusal))
    _answer(form, request, **form_knows)
    shown = ticket_or_404(person, ticket.number)
    return render_ticket(request, person, shown, composer=form, changed=new, newer=newer)


def _other_window(
    request: HttpRequest, person: User, ticket: Ticket, form: ComposerForm, refusal: DraftChanged
) -> HttpResponse:
    """The text stays, beside the newer one; sent again, it takes the other's place."""
    form.add_error(None, str(refusal))
    newer = Draft.objects.open().filter(ticket=ticket, author=person, kind=form.cleaned_data["kind"]).first()
    _answer(form, request, revision=str(newer.revision if newer else 0))
    return render_ticket(request, person, ticket, composer=form, newer=newer)


def _answer(form: ComposerForm, request: HttpRequest, **known: str) -> None:
    """Let the form come back knowing what its writer is shown now."""
    posted = request.POST.copy()
    for name, value in known.items():
        posted[name] = value
    form.data = posted


def _out_of_sight(request: HttpRequest, number: int) -> HttpResponse:
    """A ticket that went to another team, or never was there: what was typed comes back in any case."""
    body = request.POST.get("body", "")
    if not body.strip():
        raise Http404
    return render(request, "tickets/desk/out_of_sight.html", {"number": number, "body": body}, status=404)
