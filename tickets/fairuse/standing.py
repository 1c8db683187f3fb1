"""Where a customer stands: what counts, until when, how much is left, and whether support is suspended."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Window

from sla.document.conduct import Strikes
from tenants.models import User
from tenants.statements import Statement
from tickets import desk
from tickets.errors import PolicyMissing
from tickets.models import Organization, Strike, Suspension, Ticket
from tickets.models.conduct import StrikeQuerySet

SUSPENSION = Statement(lambda person, at: Suspension.objects.at(at).filter(person=person)[:1], person=UUID, at=datetime)
#: More than this nobody reads; all of them count.
MOST_SHOWN = 50


@dataclass(frozen=True)
class Counted:
    """A strike, and when it lapses."""

    strike: Strike
    lapses_at: datetime
    #: Whether the reader may know what its ticket is about.
    is_told: bool = True

    @property
    def words(self) -> str:
        """Why it counts, as far as the reader may know it."""
        return self.strike.words if self.is_told else ""


@dataclass(frozen=True)
class Standing:
    """What both sides see of a customer."""

    person: User
    rule: Strikes | None
    #: The newest of those that count.
    strikes: list[Counted]
    #: How many strikes count now.
    number: int
    #: Those that hold, and those that are still to begin.
    suspensions: list[Suspension]
    at: datetime

    @property
    def are_all_shown(self) -> bool:
        """Whether each that counts is listed."""
        return len(self.strikes) == self.number

    @property
    def suspended(self) -> list[Suspension]:
        """The suspensions that hold."""
        return [each for each in self.suspensions if each.since <= self.at]

    @property
    def ahead(self) -> list[Suspension]:
        """Those that are still to begin: until then support is given."""
        return [each for each in self.suspensions if each.since > self.at]

    @property
    def is_warned(self) -> bool:
        """Whether there are so many that the customer was warned."""
        return self.rule is not None and self.number >= self.rule.warn_at

    @property
    def left(self) -> int:
        """How many more it takes until managers are asked to suspend."""
        return max(0, self.rule.review_at - self.number) if self.rule else 0

    @property
    def clear_at(self) -> datetime | None:
        """When the last of them lapses."""
        return max((each.lapses_at for each in self.strikes), default=None)


def in_force(person: User, rule: Strikes, *, at: datetime) -> StrikeQuerySet:
    """What counts against a person at an instant; an index finds it."""
    return Strike.objects.standing().filter(person=person, counts=True, at__gt=at - _counts_for(rule), at__lte=at)


def _counts_for(rule: Strikes) -> timedelta:
    return timedelta(seconds=rule.lapse_after.seconds or 0)


def _listed(person: User, rule: Strikes, *, at: datetime, reader: User | None) -> tuple[list[Counted], int]:
    """The newest of what counts, to a reader only what their tickets are about, and how many count; one query."""
    rows = (
        in_force(person, rule, at=at)
        .select_related("ticket")
        .only(
            *("kind", "counts", "at", "words", "outcome", "person_id", "tenant_id"), "ticket__number", "ticket__subject"
        )
        .annotate(in_all=Window(Count("*")))
    )
    if reader is not None:
        rows = rows.annotate(is_told=Exists(Ticket.objects.visible_to(reader).filter(pk=OuterRef("ticket"))))
    found = list(rows.order_by("-at", "-id")[:MOST_SHOWN])
    listed = [Counted(row, row.at + _counts_for(rule), getattr(row, "is_told", True)) for row in found]
    return listed, found[0].in_all if found else 0


def standing_of(person: User, *, at: datetime, reader: User | None = None) -> Standing:
    """Where a customer stands at an instant, to themselves or to a reader of the staff: two queries and the policy."""
    try:
        rule = desk.current_policy().policy.fair_use.strikes
    except PolicyMissing:
        rule = None
    strikes, number = _listed(person, rule, at=at, reader=reader) if rule else ([], 0)
    suspensions = Suspension.objects.concerning(person).current().select_related("organization", "person")
    return Standing(
        person=person,
        rule=rule,
        strikes=strikes,
        number=number,
        suspensions=[each for each in suspensions if each.until is None or each.until > at],
        at=at,
    )


def suspension_of(person: User, *, at: datetime) -> Suspension | None:
    """What keeps a person from filing at an instant: their own suspension. One query.

    A company's stands in its row: `Organization.is_suspended`.
    """
    return SUSPENSION.first(person=person.pk, at=at)


def suspended_company_of(
    person: User, *, at: datetime, companies: Sequence[Organization] | None = None
) -> Organization | None:
    """What keeps a person from filing on nobody's behalf but their own: their companies, when all are suspended.

    Else whoever belongs to two of them would leave the suspension of both by choosing neither. `companies` are theirs,
    if they are at hand. One query.
    """
    if person.is_staff_member:
        return None
    companies = desk.organizations_of(person) if companies is None else companies
    return companies[0] if companies and all(each.is_suspended(at) for each in companies) else None
