"""When the rules of a policy last ran, and on what."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from escalation.models import RuleRun
from tenants.models import User
from tickets.models import Ticket


class LastRun(NamedTuple):
    """The last time that a rule did its work; `number` of the ticket is None where the reader may not see it."""

    at: datetime
    number: int | None


def last_runs(rules: Iterable[str], *, reader: User) -> dict[str, LastRun]:
    """By the keys of the rules, those that ever ran. Two queries however many there are, which look at a run a rule."""
    ran = RuleRun.objects.filter(ran=True).order_by("-at")
    latest = [ran.filter(rule=key).values_list("rule", "at", "ticket__number", "ticket")[:1] for key in rules]
    if not latest:
        return {}
    found = list(latest[0].union(*latest[1:], all=True))
    seen = set(Ticket.objects.visible_to(reader).filter(pk__in=[row[3] for row in found]).values_list("pk", flat=True))
    return {rule: LastRun(at, number if ticket in seen else None) for rule, at, number, ticket in found}
