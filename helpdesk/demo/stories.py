"""Telling a ticket's story by running the real actions at past times, in a time of the demo's own."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from random import Random
from typing import Any

from escalation import actions as escalation
from sla.document import SupportPolicy
from sla.models import Priority
from tenants import alarms
from tenants.errors import Refused
from tenants.models import User
from tickets import actions, desk
from tickets.models import Category, Exclusion, RefusalReason, Status, Team, Ticket

Step = dict[str, Any]
DAY = timedelta(days=1)


@dataclass
class Story:
    """A ticket to be told: what is said and done, in order, each some time after the one before."""

    script: dict[str, Any]
    begins: datetime
    ticket: Ticket | None = None
    steps: list[Step] = field(default_factory=list)


class Stage:
    """Plays all stories of a tenant side by side, with every alarm ringing at its time."""

    def __init__(self, people: dict[str, User], policy: SupportPolicy, *, now: datetime, random: Random) -> None:
        self.people = people
        self.policy = policy
        self.now = now
        self.random = random
        self._queue: list[tuple[datetime, int, Callable[[datetime], None]]] = []
        self._order = count()
        self._told: list[Story] = []

    def play(self, scripts: list[dict[str, Any]], *, days: int = 30) -> Iterator[int]:
        """Play everything up to now, yielding how many tickets there are after each that is filed."""
        for number, script in enumerate(scripts):
            story = Story(script, self._beginning(script, number, len(scripts), days), steps=list(script["exchange"]))
            self._later(story.begins, lambda at, story=story: self._file(story, at))
        filed = 0
        while self._queue and self._queue[0][0] <= self.now:
            at, _, act = heapq.heappop(self._queue)
            alarms.work_due(until=at)
            act(at)
            if len(self._told) > filed:
                filed = len(self._told)
                yield filed
        alarms.work_due(until=self.now)

    def _later(self, at: datetime, act: Callable[[datetime], None]) -> None:
        heapq.heappush(self._queue, (at, next(self._order), act))

    def _beginning(self, script: dict[str, Any], number: int, total: int, days: int) -> datetime:
        """Spread over the month, the latest ones hours ago; within opening hours for most."""
        if "hours_ago" in script:
            return self.now - timedelta(hours=script["hours_ago"])
        share = (number + self.random.random()) / total
        at = self.now - DAY * days * (1 - share)
        return (
            at
            if self.random.random() < 0.15
            else min(self.policy.calendar().next_open(at), self.now - timedelta(hours=1))
        )

    def _file(self, story: Story, at: datetime) -> None:
        script = story.script
        requester = self.people[script["from"]]
        author = self.people[script["by"]] if "by" in script else None
        story.ticket = actions.open_ticket(
            requester=requester,
            author=author,
            subject=script["subject"],
            description=script["description"],
            category=Category.objects.get(key=script["category"]) if "category" in script else None,
            priority=Priority.objects.get(key=script["priority"]) if "priority" in script else None,
            channel=script.get("channel", "portal"),
            answers=script.get("answers", {}),
            articles=script.get("articles", []),
            at=at,
        )
        self._told.append(story)
        self._next(story, at)

    def _next(self, story: Story, at: datetime) -> None:
        if story.steps:
            step = story.steps.pop(0)
            self._later(self._when(story, step, at), lambda then: self._do(story, step, then))

    def _when(self, story: Story, step: Step, at: datetime) -> datetime:
        """Customers write within hours; agents within their promise, or past it when the step is late."""
        if "after_hours" in step:
            return at + timedelta(hours=step["after_hours"])
        if "customer" in step:
            return at + timedelta(minutes=self.random.randint(15, 300))
        assert story.ticket is not None
        target = (
            self.policy.target(story.ticket.sla, story.ticket.priority.key, "first_response")
            if story.ticket.sla
            else None
        )
        seconds = target.seconds if target is not None and target.seconds else 4 * 3600
        share = self.random.uniform(1.1, 1.6) if step.get("late") else self.random.uniform(0.1, 0.7)
        return self.policy.calendar().add(at, max(60, int(seconds * share)))

    def _promised_seconds(self, ticket: Ticket | None) -> int:
        """The ticket's first response in open seconds; four hours where nothing is promised."""
        target = None
        if ticket is not None and ticket.sla:
            target = self.policy.target(ticket.sla, ticket.priority.key, "first_response")
        return target.seconds if target is not None and target.seconds else 4 * 3600

    def _do(self, story: Story, step: Step, at: datetime) -> None:
        try:
            self._act(story, step, at)
        except Refused:
            return  # the story went another way by itself, for instance a rule escalated before the agent did
        self._next(story, at)

    def _act(self, story: Story, step: Step, at: datetime) -> None:
        if story.ticket is None:
            raise LookupError("The story has no ticket yet.")
        ticket = Ticket.objects.select_related("requester", "team", "tier", "priority").get(pk=story.ticket.pk)
        if "customer" in step:
            actions.comment(ticket, author=ticket.requester, body=step["customer"], at=at)
            return
        agent = self._agent(ticket)
        if ticket.assignee_id is None and ticket.is_active:
            actions.take(ticket, actor=agent, at=at)
        self._staff_act(ticket, step, agent, at)

    def _staff_act(self, ticket: Ticket, step: Step, agent: User, at: datetime) -> None:
        if "agent" in step:
            status = desk.status_of(step["status"]) if "status" in step else None
            actions.reply(ticket, author=agent, body=step["agent"], status=status, at=at)
        elif "note" in step:
            actions.note(ticket, author=agent, body=step["note"], at=at)
        elif "status" in step:
            actions.change_status(ticket, Status.objects.filter(kind=step["status"]).first(), actor=agent, at=at)
        elif "escalate" in step:
            escalation.escalate(ticket, actor=agent, at=at, reason=step["escalate"])
        elif "hand_back" in step:
            escalation.hand_back(ticket, actor=agent, at=at, reason=step["hand_back"])
        elif "priority" in step:
            priority = Priority.objects.get(key=step["priority"])
            actions.change_priority(ticket, priority, actor=agent, at=at, reason=step["reason"])
        elif "not_covered" in step:
            exclusion = Exclusion.objects.get(key=step["not_covered"])
            actions.mark_not_covered(ticket, exclusion, actor=agent, at=at, explanation=step.get("explanation", ""))
        elif "refuse" in step:
            reason = RefusalReason.objects.get(key=step["refuse"])
            actions.refuse(ticket, reason, actor=agent, at=at, explanation=step.get("explanation", ""))
        elif "merge_into" in step:
            into = next(each.ticket for each in self._told if each.script["subject"] == step["merge_into"])
            actions.merge(ticket, into=into, actor=agent, at=at)
        elif "tag" in step:
            actions.add_tag(ticket, step["tag"], actor=agent, at=at)

    def _agent(self, ticket: Ticket) -> User:
        """Who holds the ticket, else somebody of its team."""
        if ticket.assignee_id is not None:
            return next(person for person in self.people.values() if person.pk == ticket.assignee_id)
        team = ticket.team or Team.objects.filter(tier=ticket.tier).first()
        members = set(team.memberships.values_list("user_id", flat=True))
        agents = [person for person in self.people.values() if person.pk in members]
        return self.random.choice(agents or [person for person in self.people.values() if person.is_staff_member])
