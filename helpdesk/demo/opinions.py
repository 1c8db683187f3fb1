"""What the demo's customers think of the help they got, and what its managers make of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from random import Random
from typing import Any

from sla.document import SupportPolicy
from tenants.models import Role, User
from tickets import actions
from tickets.actions.rating import later, may_be_rated
from tickets.models import Rating, Ticket

#: Of those whose story says nothing of it, so many rate, and so.
SHARE, SCORES, WEIGHTS = 0.4, (5, 4, 3, 2), (12, 6, 2, 1)
Act = Callable[[datetime], None]


class Opinions:
    """Ratings of one tenant's month, at times of their own: a story that has none of them goes on as without."""

    def __init__(self, policy: SupportPolicy, *, seed: str, later: Callable[[datetime, Act], None]) -> None:
        self.policy = policy
        self.random = Random(f"{seed} ratings")
        self._later = later

    def follow(self, ticket: Ticket, said: dict[str, Any] | None, at: datetime) -> None:
        """Have a ticket whose story has come to its end rated, some hours after its customer is asked."""
        if self.policy.feedback is None or (said is None and self.random.random() > SHARE):
            return
        said = said or {"score": self.random.choices(SCORES, WEIGHTS)[0]}
        asked = later(self.policy, self.policy.feedback.after, at)
        self._later(asked + timedelta(minutes=self.random.randint(20, 1200)), partial(self._rate, ticket, said))

    def _rate(self, ticket: Ticket, said: dict[str, Any], at: datetime) -> None:
        ticket = Ticket.objects.select_related("status", "requester__role").get(pk=ticket.pk)
        if not may_be_rated(ticket) or ticket.requester.is_staff_member:
            return
        over = "mail" if Rating.objects.filter(ticket=ticket).exists() else "portal"
        comment = said.get("comment", "")
        rating = actions.rate(ticket, score=said["score"], comment=comment, actor=ticket.requester, at=at, over=over)
        if "improvement" in said:
            self._later(at + timedelta(hours=20), partial(self._review, rating, said["improvement"]))

    def _review(self, rating: Rating, improvement: str, at: datetime) -> None:
        manager = User.objects.filter(role__kind=Role.Kind.MANAGER).select_related("role").earliest("created_at")
        actions.review_rating(rating, improvement=improvement, actor=manager, at=at)
