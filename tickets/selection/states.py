"""What `is:`, `approval:` and `rating:` select, by the word that follows them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, Q

from tenants.models import User
from tickets import refusals
from tickets.models import Approval, Approver, Message, Rating, Status


def _of_kind(kind: str) -> Callable[[User, datetime], Q]:
    return lambda person, at: Q(is_active=True, status__in=Status.objects.filter(kind=kind).values("pk"))


def _appealed(person: User, at: datetime) -> Q:
    """Refused, and the customer has written since, and staff has not answered that: reopening answers it too."""
    refused = Status.objects.filter(kind=Status.Kind.REFUSED)
    return Q(status__in=refused.values("pk"), pk__in=refusals.unanswered().values("ticket"))


def _rated(**how: Any) -> Callable[[User, datetime], Q]:
    return lambda person, at: Q(pk__in=Rating.objects.filter(**how).order_by().values("ticket"))


_STATES: dict[str, Callable[[User, datetime], Q]] = {
    "active": lambda person, at: Q(is_active=True),
    "finished": lambda person, at: Q(is_active=False),
    "overdue": lambda person, at: Q(is_active=True, due_at__lt=at),
    "unassigned": lambda person, at: Q(assignee=None),
    "mine": lambda person, at: Q(assignee=person),
    "pending": _of_kind(Status.Kind.PENDING),
    "on_hold": _of_kind(Status.Kind.ON_HOLD),
    "snoozed": lambda person, at: Q(is_active=True, snoozed_at__isnull=False),
    "appealed": _appealed,
    "rude": lambda person, at: Q(pk__in=Message.objects.filter(is_rude=True).order_by().values("ticket")),
}
#: Few are pending at a time, and an index has them alone: flat, however many tickets there are.
_APPROVALS: dict[str, Callable[[User, datetime], Q]] = {
    "pending": lambda person, at: Q(
        pk__in=Approval.objects.filter(state=Approval.State.PENDING).order_by().values("ticket")
    ),
    "mine": lambda person, at: Q(
        pk__in=Approver.objects.filter(person=person, is_awaited=True).order_by().values("approval__ticket")
    ),
}
_RATINGS: dict[str, Callable[[User, datetime], Q]] = {
    **{verdict: _rated(verdict=verdict) for verdict in ("good", "fair", "bad")},
    "open": _rated(verdict="bad", reviewed_at=None),
    "none": lambda person, at: ~Q(Exists(Rating.objects.filter(ticket=OuterRef("pk"), rated_at__isnull=False))),
}
STATES_OF = {"is": _STATES, "approval": _APPROVALS, "rating": _RATINGS}
