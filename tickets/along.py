"""What goes along with a ticket that is merged into another one, in words, before somebody does it."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from sla import words
from tickets import checklists, disclosure
from tickets.models import Approval, Callback, Clock, Draft, Ticket, TicketLink


def told(duplicate: Ticket, into: Ticket) -> Iterator[str]:
    """A sentence for everything that is under way on the one that is closed. Seven queries at most."""
    waiting = Approval.objects.filter(ticket=duplicate, state=Approval.State.PENDING).count()
    if waiting and into.is_active:
        text = ngettext(
            "%(count)s approval that is waited for goes along.",
            "%(count)s approvals that are waited for go along.",
            waiting,
        )
        yield text % {"count": waiting}
    elif waiting:
        text = ngettext(
            "%(count)s approval that is waited for ends, since the ticket that stays is finished.",
            "%(count)s approvals that are waited for end, since the ticket that stays is finished.",
            waiting,
        )
        yield text % {"count": waiting}
    if lists := len(checklists.open_to(duplicate)):
        yield ngettext("%(count)s checklist goes along.", "%(count)s checklists go along.", lists) % {"count": lists}
    if replies := Draft.objects.filter(Q(send_at__isnull=False), ticket=duplicate).count():
        text = ngettext(
            "%(count)s reply that waits to be sent becomes a draft on the ticket that stays.",
            "%(count)s replies that wait to be sent become drafts on the ticket that stays.",
            replies,
        )
        yield text % {"count": replies}
    call = Callback.objects.filter(ticket=duplicate, state=Callback.State.WANTED).select_related("requester").first()
    if call is not None:
        yield _call(call, into)
    links = TicketLink.objects.filter(Q(source=duplicate) | Q(target=duplicate, kind__in=("relates", "duplicate")))
    if linked := links.exclude(Q(source=into) | Q(target=into)).count():
        text = ngettext(
            "%(count)s link with another ticket goes along.", "%(count)s links with other tickets go along.", linked
        )
        yield text % {"count": linked}
    promise = Clock.objects.filter(ticket=duplicate, metric="promise", state="running").order_by("-number").first()
    if promise is not None and promise.due_at is not None:
        yield _(
            "An answer was promised here by %(due)s. The promise ends with this ticket; announce it again on the one"
            " that stays if it is to hold."
        ) % {"due": words.when(promise.due_at)}
    if duplicate.snoozed_at is not None:
        yield _("This ticket is put aside; the one that stays is not.")


def _call(call: Callback, into: Ticket) -> str:
    stays = not disclosure.may_see(call.requester, into)
    stays = stays or Callback.objects.filter(ticket=into, state=Callback.State.WANTED).exists()
    said = {"person": call.requester, "when": words.when(call.at)}
    if stays:
        return _("%(person)s is to be called: %(when)s. The call stays on this ticket, and is made from here.") % said
    return _("%(person)s is to be called: %(when)s. The call goes along.") % said
