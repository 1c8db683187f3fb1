"""A refusal that its customer objects to, and the second look at it by somebody else than who refused."""

from __future__ import annotations

from datetime import datetime

from tenants.errors import NotPermitted
from tenants.models import User
from tenants.permissions import Permission
from tickets import desk, events, refusals
from tickets.actions.checks import require
from tickets.actions.closing import reopen
from tickets.actions.talking import comment, reply
from tickets.errors import NobodyObjects, NoSecondLook, RefusedYourself, SecondLookAsked, SecondLookUnexplained
from tickets.models import Ticket


def appeal_refusal(ticket: Ticket, *, text: str, actor: User, at: datetime, as_it_is: bool = False) -> Ticket:
    """Ask for a second look at a refusal; managers but for the one who refused are told.

    Raises NotPermitted, NoSecondLook, SecondLookAsked, EmptyMessage, RudeWords, RudeWordsWarned.
    """
    if not Ticket.objects.visible_to(actor).filter(pk=ticket.pk).exists():
        raise NotPermitted
    ticket = desk.lock(ticket)
    if not refusals.may_be_appealed(ticket):
        raise NoSecondLook
    if refusals.open_on(ticket) is not None:
        raise SecondLookAsked
    return comment(ticket, author=actor, body=text, at=at, as_it_is=as_it_is).ticket


def decide_refusal(ticket: Ticket, *, accepted: bool, text: str, actor: User, at: datetime) -> Ticket:
    """Take the request up after all, or leave it refused; the customer is told why.

    Whoever refused decides only where nobody else may.

    Raises NotPermitted, NobodyObjects, RefusedYourself, SecondLookUnexplained.
    """
    require(actor, Permission.HANDLE_COMPLAINTS)
    ticket = desk.lock(ticket)
    if refusals.open_on(ticket) is None:
        raise NobodyObjects
    refuser = refusals.refuser_of(ticket)
    if refuser is not None and refuser.pk == actor.pk and refusals.judges(ticket):
        raise RefusedYourself
    if not text.strip():
        raise SecondLookUnexplained
    if accepted:
        reopen(ticket, actor=actor, at=at)
    else:
        events.record(ticket, "refusal.upheld", actor=actor, at=at, is_public=True)
    return reply(ticket, author=actor, body=text, at=at).ticket
