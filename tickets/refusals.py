"""Second looks at refusals: whether one can be asked for, whether one is waited for, and who may take it."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, QuerySet

from tenants.models import User
from tenants.permissions import Permission
from tickets import promise
from tickets.models import Event, Message, Status, Ticket

REFUSALS = ("ticket.refused", "ticket.not_covered")
APPEAL = "refusal.appealed"
DECISIONS = ("refusal.upheld", "ticket.reopened")


def may_be_appealed(ticket: Ticket) -> bool:
    """Whether the ticket is refused, for something that the policy lets customers object to."""
    if ticket.status.kind != Status.Kind.REFUSED or ticket.merged_into_id is not None:
        return False
    if ticket.refusal_reason_id is None or ticket.refusal_reason is None:
        return True
    known = promise.policy_for(ticket).refusal_reasons.get(ticket.refusal_reason.key)
    return known is None or known.may_appeal


def open_on(ticket: Ticket) -> Event | None:
    """The appeal that waits for a decision: asked for after the last one. One query."""
    last = Event.objects.filter(ticket=ticket, verb__in=(APPEAL, *DECISIONS)).order_by("-at", "-id").first()
    return last if last is not None and last.verb == APPEAL else None


def unanswered() -> QuerySet[Event]:
    """Appeals after which nobody of staff has written to the customer."""
    answers = Message.objects.filter(
        ticket=OuterRef("ticket"), kind=Message.Kind.PUBLIC, by_staff=True, posted_at__gt=OuterRef("at")
    )
    return Event.objects.filter(~Exists(answers), verb=APPEAL)


def waits_for_answer(ticket: Ticket) -> bool:
    """Whether an appeal is open that nobody of staff has answered in public, so that more words add nothing to it."""
    appeal = open_on(ticket)
    return appeal is not None and unanswered().filter(pk=appeal.pk).exists()


def refuser_of(ticket: Ticket) -> User | None:
    """Who refused the ticket last."""
    refusals = Event.objects.filter(ticket=ticket, verb__in=REFUSALS).select_related("actor__role")
    last = refusals.order_by("-at", "-id").first()
    return last.actor if last else None


def judges(ticket: Ticket) -> list[User]:
    """Those who may take the second look: never the one who refused."""
    refuser = refuser_of(ticket)
    may = User.objects.filter(is_active=True, role__permissions__contains=[Permission.HANDLE_COMPLAINTS])
    found = may.exclude(role__kind="customer")
    if refuser is not None:
        found = found.exclude(pk=refuser.pk)
    return list(found.select_related("role").order_by("created_at", "pk")[:20])
