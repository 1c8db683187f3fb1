"""A likely duplicate merged in one step."""

from __future__ import annotations

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from tenants.access import staff
from tenants.errors import Refused
from tenants.models import User
from tickets import actions, duplicates
from tickets.views.desk.common import ticket_or_404


@require_POST
@staff
def merge_suspected(request: HttpRequest, person: User, number: int) -> HttpResponse:
    """Merge a ticket into the one that it is said to be about the same as; its sender is told."""
    ticket = ticket_or_404(person, number)
    into = duplicates.suspected(ticket, person)
    if into is None:
        words = _(
            "There is nothing to merge here: one of the two was merged meanwhile, or the other one is not for you."
        )
        messages.warning(request, words)
        return redirect("desk:ticket", number)
    try:
        with transaction.atomic():
            actions.merge(ticket, into=into, actor=person, at=timezone.now())
    except Refused as refusal:
        messages.warning(request, str(refusal))
        return redirect("desk:ticket", number)
    messages.success(request, _("Merged. The sender is told by mail."))
    return redirect("desk:ticket", into.number)
