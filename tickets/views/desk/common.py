"""What the workspace's views share: the tickets that they may see, the policy in force."""

from __future__ import annotations

from typing import Any

from django.db.models import OuterRef, Subquery
from django.shortcuts import get_object_or_404
from django.utils import timezone

from sla.document import SupportPolicy
from sla.models import PolicyVersion
from tenants.models import User
from tickets import lists, stops
from tickets.models import Event, Ticket

#: Large columns of a neighbouring row, which no page of the workspace shows.
_HEAVY = ("policy_version__document", "policy_version__source")


def ticket_or_404(person: User, number: int) -> Ticket:
    """A ticket that this person may see, with what its page and its actions show, and its `last_event`.

    The last by id: in the order in which things were written down, whatever time they carry.
    """
    last = Event.objects.filter(ticket=OuterRef("pk")).order_by("-id").values("pk")[:1]
    seen = lists.with_people(stops.foretold(Ticket.objects.visible_to(person))).annotate(last_event=Subquery(last))
    seen = seen.select_related("requester__role", "policy_version").defer(*_HEAVY)
    return lists.complete([get_object_or_404(seen, number=number)])[0]


def policy_in_force() -> SupportPolicy | None:
    """The policy, or None on a desk that has none yet. One query; the document is cached in the process."""
    version = PolicyVersion.objects.defer("document", "source").order_by("-number").first()
    return version.policy if version else None


def sidebar(person: User, policy: SupportPolicy | None, *, current: str = "") -> list[dict[str, Any]]:
    """The views with their counts, for the left column. One query."""
    chosen = lists.views(policy)
    counts = lists.counts(chosen, person, at=timezone.now())
    return [
        {"view": view, "count": lists.shown_count(counts[key]), "current": key == current}
        for key, view in chosen.items()
    ]
