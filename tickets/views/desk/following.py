"""Who else reads a ticket: following it oneself, and putting customers in copy."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tenants.access import staff
from tenants.models import User
from tenants.permissions import Permission
from tickets import actions, recipients
from tickets.forms.following import ParticipantsForm
from tickets.models import Ticket
from tickets.views.desk.acts import Kind, at_once, done, render_act
from tickets.views.desk.blocks import render_block
from tickets.views.desk.common import ticket_or_404


def is_open_to_talk(ticket: Ticket) -> bool:
    """Whether anything can still be said to the customer."""
    return ticket.status.kind != "closed" and ticket.merged_into_id is None


COPY = Kind(
    title=gettext_lazy("Put people in copy"),
    icon="user-plus",
    form=ParticipantsForm,
    permission=Permission.REPLY,
    do=actions.add_participants,
    button=gettext_lazy("Put in copy and tell them"),
    is_possible=is_open_to_talk,
    text=gettext_lazy("They get the public messages, and may read and answer the request. Internal notes stay here."),
)


@require_safe
@staff
def people(request: HttpRequest, person: User, number: int) -> HttpResponse:
    """Everyone who reads the ticket: who asked, who is in copy, who follows."""
    ticket = ticket_or_404(person, number)
    context = {
        "recipients": recipients.of(ticket),
        "followers": recipients.followers(ticket),
        "may_copy": person.may(Permission.REPLY) and is_open_to_talk(ticket),
    }
    return render_block(request, ticket, "tickets/desk/_people.html", _("Who reads this ticket"), context)


@require_POST
@staff
def follow(request: HttpRequest, person: User, number: int) -> HttpResponse:
    """Follow the ticket."""
    return at_once(
        request, ticket_or_404(person, number), lambda ticket, at: actions.follow(ticket, actor=person, at=at)
    )


@require_POST
@staff
def unfollow(request: HttpRequest, person: User, number: int) -> HttpResponse:
    """No longer follow it."""
    return at_once(
        request, ticket_or_404(person, number), lambda ticket, at: actions.unfollow(ticket, actor=person, at=at)
    )


@require_http_methods(["GET", "HEAD", "POST"])
@staff
def copy(request: HttpRequest, person: User, number: int) -> HttpResponse:
    """Put people in copy by mail address."""
    ticket = ticket_or_404(person, number)
    form = ParticipantsForm(request.POST or None, ticket=ticket, person=person)
    if request.method == "POST" and form.is_valid() and done(form, COPY.do, ticket, person):
        count = len(form.cleaned_data["emails"])
        messages.success(
            request, ngettext("%(count)s person is in copy.", "%(count)s people are in copy.", count) % {"count": count}
        )
        return redirect("desk:ticket", number)
    return render_act(request, ticket, form, COPY, "copy")


@require_POST
@staff
def remove_copy(request: HttpRequest, person: User, number: int, pk: UUID) -> HttpResponse:
    """Take somebody out of copy."""
    ticket = ticket_or_404(person, number)
    copied = get_object_or_404(recipients.in_copy(ticket), pk=pk)
    return at_once(request, ticket, lambda ticket, at: actions.remove_participant(ticket, copied, actor=person, at=at))
