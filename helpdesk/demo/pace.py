"""When things happen in the demo: how tickets spread over the month, and how long people take."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random
from typing import Any

from sla.clock import Target
from sla.document import SupportPolicy
from sla.hours import Calendar
from tickets.models import Ticket

Step = dict[str, Any]
HOUR = 3600
#: How long an agent works on what nothing is promised for.
USUAL = 4 * HOUR
#: Stories without `hours_ago` begin so long ago that most of them have come to their end.
TIME_TO_END = timedelta(days=2)


class Pace:
    """Times for the stories of one tenant, by its own calendars and promises."""

    def __init__(self, policy: SupportPolicy, *, now: datetime, random: Random) -> None:
        self.policy = policy
        self.now = now
        self.random = random

    def beginnings(self, scripts: list[dict[str, Any]], *, days: int) -> list[datetime]:
        """When each ticket is filed: in the order of the file over the month, those with `hours_ago` at its end."""
        spread = [self._spread(share, days) for share in self._shares(sum("hours_ago" not in each for each in scripts))]
        # In order again, so that a duplicate comes after the ticket that it repeats.
        times = iter(sorted(spread))
        return [self._open_hours_ago(each) if "hours_ago" in each else next(times) for each in scripts]

    def customer_writes(self, step: Step, at: datetime) -> datetime:
        """Customers write within hours, at any time of the day."""
        minutes = step["after_hours"] * 60 if "after_hours" in step else self.random.randint(15, 300)
        return at + timedelta(minutes=minutes)

    def staff_acts(self, ticket: Ticket, step: Step, at: datetime, *, to_answer: int) -> datetime:
        """When a step is done: within the promise, or past it when the step is late.

        `to_answer` is how many steps share the time until the first public reply; 0 after it.
        """
        target = self._promise(ticket, "first_response" if to_answer else "next_response")
        calendar = target.calendar if target is not None else self.policy.calendar()
        if "after_hours" in step:
            return calendar.add(at, int(step["after_hours"] * HOUR))
        seconds = target.seconds if target is not None and target.seconds else USUAL
        if step.get("late"):
            return calendar.add(at, int(seconds * self.random.uniform(1.1, 1.6)))
        share = self.random.uniform(0.05, 0.5) / max(1, to_answer)
        return calendar.add(at, max(60, int(seconds * share)))

    def _promise(self, ticket: Ticket, metric: str) -> Target | None:
        return self.policy.target(ticket.sla, ticket.priority.key, metric) if ticket.sla else None

    def _shares(self, count: int) -> list[float]:
        return [(number + self.random.random()) / count for number in range(count)]

    def _spread(self, share: float, days: int) -> datetime:
        """Most people write while the desk is open, some at night."""
        at = self.now - timedelta(days=days) + (timedelta(days=days) - TIME_TO_END) * share
        if self.random.random() >= 0.15:
            at = self.policy.calendar().add(at, self.random.randint(60, 5 * HOUR))
        return min(at, self.now - timedelta(hours=1))

    def _open_hours_ago(self, script: dict[str, Any]) -> datetime:
        """So many hours of the ticket's calendar ago: its clocks look the same whenever the demo is loaded."""
        calendar, wanted = self._calendar(script), int(script["hours_ago"] * HOUR)
        early, late = self.now - timedelta(days=60), self.now
        while late - early > timedelta(seconds=1):
            middle = early + (late - early) / 2
            early, late = (middle, late) if calendar.between(middle, self.now) >= wanted else (early, middle)
        return early

    def _calendar(self, script: dict[str, Any]) -> Calendar:
        category = script.get("category")
        priority = script.get("priority") or self.policy.priority_of(category).key
        terms = self.policy.sla_for(
            contract=None, category=category, channel=script.get("channel", "portal"), priority=priority
        )
        return self.policy.calendar(self.policy.calendar_key(terms.key, priority) if terms else None)


def steps_to_answer(steps: list[Step]) -> int:
    """How many steps of the staff share the time until the first public reply; at least one."""
    by_staff = [step for step in steps if not {"customer", "complain", "call"} & step.keys()]
    return next((count for count, step in enumerate(by_staff, start=1) if "agent" in step), max(1, len(by_staff)))
