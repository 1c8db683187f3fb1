"""What the workspace's views share: the tickets that they may see, the policy in force."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.db.models import BigIntegerField, Exists, OuterRef, QuerySet, Subquery
from django.http import Http404
from django.utils import timezone

from sla.document import SupportPolicy
from sla.models import version_in_force
from tenants.models import User
from tenants.statements import PreparedStatement
from tenants.written import written
from tickets import beside, lists, reading, recalculation, stops
from tickets.models import Draft, Event, Mention, Ticket
from tickets.sight import Sight, sight_of, with_sight

#: Large columns of a neighbouring row, which no page of the workspace shows.
_HEAVY = ("policy_version__document", "policy_version__source")


def ticket_or_404(person: User, number: int) -> Ticket:
    """A ticket that this person may see, with what its page and actions show.

    Also `last_event`, `beside`, `is_behind`, `has_drafts` and `is_called`: whether a note calls upon them unseen.
    The last by id: in the order in which things were written down, whatever time they carry.
    """
    if number > BigIntegerField.MAX_BIGINT:
        raise Http404
    found = _seen_by(sight_of(person)).first(reader=person.pk, number=number)
    if found is None:
        raise Http404
    return reading.complete([found])[0]


@lru_cache(maxsize=256)
def _seen_by(sight: Sight) -> PreparedStatement[Ticket]:
    """Tickets that people of a sight see, with what `ticket_or_404` says."""

    def query_set(reader: UUID, number: int) -> QuerySet[Ticket]:
        person = with_sight(reader, sight)
        found = reading.with_people(stops.foretold(Ticket.objects.visible_to(person))).annotate(
            last_event=written(Ticket, _last_event),
            beside=beside.counted(person),
            has_drafts=written(Ticket, _has_drafts),
            is_called=written(Ticket, _is_called, person.pk),
        )
        seen = recalculation.marked(found).select_related("requester__role", "policy_version").defer(*_HEAVY)
        return seen.filter(number=number)

    return PreparedStatement(query_set, reader=UUID, number=int)


def _last_event(reader: UUID) -> Subquery:
    return Subquery(Event.objects.filter(ticket=OuterRef("pk")).order_by("-id").values("pk")[:1])


def _has_drafts(reader: UUID) -> Exists:
    return Exists(Draft.objects.filter(ticket=OuterRef("pk")))


def _is_called(reader: UUID) -> Exists:
    return Exists(Mention.objects.filter(user=reader, is_seen=False, message__ticket=OuterRef("pk")))


def policy_in_force() -> SupportPolicy | None:
    """The policy, or None on a desk that has none yet. One query; the document is cached in the process."""
    version = version_in_force()
    return version.policy if version else None


def sidebar(person: User, policy: SupportPolicy | None, *, current: str = "") -> list[dict[str, Any]]:
    """The views with their counts, for the left column. Two queries."""
    views = lists.views(policy, lists.saved_of(person))
    return shown_views(views, lists.counts(views, person, at=timezone.now()), current=current)


def shown_views(
    views: Mapping[str, lists.View], counts: Mapping[str, int] | None = None, *, current: str = ""
) -> list[dict[str, Any]]:
    """Views as the left column shows them; without counts at first where counting would keep a page waiting."""
    counts = counts or {}
    return [
        {"view": view, "count": lists.shown_count(counts[key]) if key in counts else "", "current": key == current}
        for key, view in views.items()
    ]
