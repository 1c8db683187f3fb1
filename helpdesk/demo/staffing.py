"""How the demo's staff stand today: how much each can take, who is away, and a ticket that was passed by."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from tenants.models import Role, User
from tickets import actions
from tickets.actions import profiles
from tickets.models import Absence, Skip

#: How many tickets an agent of the demo holds at most, and for how long one of them is away.
CAPACITY, AWAY_FOR = 12, timedelta(days=3)


def stand(people: Iterable[User], *, now: datetime) -> None:
    """Enter capacities, an absence and a ticket that was passed by, for the agents among these people."""
    staff = list(people)
    agents = [person for person in staff if person.role.kind == Role.Kind.AGENT]
    manager = next(person for person in staff if person.role.kind == Role.Kind.MANAGER)
    ticket = actions.take_next(actor=agents[0], at=now)
    if ticket is not None:
        actions.skip(ticket, actor=agents[0], reason=Skip.Reason.SUBJECT, at=now)
    for agent in agents:
        profiles.set_profile(agent, capacity=CAPACITY, categories=(), languages=(), calendar="", actor=manager, at=now)
    actions.plan_absence(
        agents[-1],
        begins_at=now,
        ends_at=now + AWAY_FOR,
        tickets=Absence.Tickets.KEEP,
        actor=agents[-1],
        at=now,
    )
