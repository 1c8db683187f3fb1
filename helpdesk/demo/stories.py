"""Telling a ticket's story by running the real actions at past times, in a time of the demo's own."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from itertools import count
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from escalation import actions as escalation
from helpdesk.demo.opinions import Opinions
from helpdesk.demo.pace import Pace, Step, steps_to_answer
from helpdesk.demo.post import Post
from inbox.reactions import TELL
from sla.document import SupportPolicy
from sla.models import Priority
from tenants import alarms
from tenants.context import active_tenant
from tenants.errors import Refused
from tenants.models import User
from tickets import actions, callbacks, desk
from tickets.models import Approval, Category, Complaint, Exclusion, RefusalReason, Team, Ticket

#: Mail of the last days only is written: it takes most of the time, and nobody looks at a month of it.
MAIL_KEPT = timedelta(days=3)
#: Steps that customers do.
CUSTOMER = {"customer", "complain", "call"}


@dataclass
class Story:
    """A ticket to be told: what is said and done, in order, each some time after the one before."""

    script: dict[str, Any]
    ticket: Ticket | None = None
    steps: list[Step] = field(default_factory=list)
    #: Whether an agent has answered in public.
    answered: bool = False
    #: Whether its customer writes mails.
    by_mail: bool = False


@dataclass(frozen=True)
class Skipped:
    """A step that could not be done, for instance because a rule had escalated before the agent did."""

    subject: str
    step: Step
    code: str


class Stage:
    """Plays all stories of a tenant side by side, with every alarm ringing at its time."""

    def __init__(
        self, people: dict[str, User], policy: SupportPolicy, post: Post, *, now: datetime, random: Random
    ) -> None:
        self.people = people
        self.post = post
        self.now = now
        self.random = random
        self.pace = Pace(policy, now=now, random=random)
        self.skipped: list[Skipped] = []
        self._queue: list[tuple[datetime, int, Callable[[datetime], None]]] = []
        self._order = count()
        self._told: list[Story] = []
        self._opinions = Opinions(policy, seed=active_tenant().slug, later=self._later)

    def play(self, scripts: list[dict[str, Any]], *, days: int = 30) -> Iterator[int]:
        """Play everything up to now, yielding how many tickets there are after each that is filed."""
        for script, begins in zip(scripts, self.pace.beginnings(scripts, days=days), strict=True):
            story = Story(script, steps=list(script.get("exchange", [])))
            self._later(begins, partial(self._file, story))
        filed = 0
        while self._queue and self._queue[0][0] <= self.now:
            at, _, act = heapq.heappop(self._queue)
            self._work_until(at)
            act(at)
            if len(self._told) > filed:
                filed = len(self._told)
                yield filed
        self._work_until(self.now)

    def _work_until(self, at: datetime) -> None:
        alarms.work_due(until=at, drop=() if at > self.now - MAIL_KEPT else [TELL])

    def _later(self, at: datetime, act: Callable[[datetime], None]) -> None:
        heapq.heappush(self._queue, (at, next(self._order), act))

    def _file(self, story: Story, at: datetime) -> None:
        script = story.script
        requester = self.people[script["from"]]
        author = self.people[script["by"]] if "by" in script else None
        # Whoever wrote without signing in has shown nothing: the owner of the address says whether it is theirs.
        if script.get("without_account"):
            file = partial(actions.file_without_account, script["from"])
        else:
            file = partial(actions.open_ticket, requester=requester, author=author)
        file = partial(
            file,
            subject=script["subject"],
            description=script["description"],
            category=Category.objects.get(key=script["category"]) if "category" in script else None,
            priority=Priority.objects.get(key=script["priority"]) if "priority" in script else None,
            channel=script.get("channel", "portal"),
            answers=self._answers(script, at),
            articles=script.get("articles", []),
            at=at,
        )
        story.by_mail = self.post.brings(script, requester)
        story.ticket = self.post.file(script, requester, file, at) if story.by_mail else file()
        self._told.append(story)
        self._next(story, at)

    def _answers(self, script: dict[str, Any], at: datetime) -> dict[str, Any]:
        """What was put in the fields; `{days_before: 2}` is a date, which has to move with the story."""
        today = at.astimezone(ZoneInfo(active_tenant().timezone)).date()
        return {
            key: (today - timedelta(days=value["days_before"])).isoformat() if isinstance(value, dict) else value
            for key, value in script.get("answers", {}).items()
        }

    def _next(self, story: Story, at: datetime) -> None:
        if not story.steps:
            self._opinions.follow(self._current(story), story.script.get("rating"), at)
            return
        step = story.steps[0]
        if CUSTOMER & step.keys():
            then = self.pace.customer_writes(step, at)
        else:
            to_answer = 0 if story.answered else steps_to_answer(story.script["exchange"])
            then = self.pace.staff_acts(self._current(story), step, at, to_answer=to_answer)
        self._later(then, partial(self._do, story, story.steps.pop(0)))

    def _do(self, story: Story, step: Step, at: datetime) -> None:
        try:
            if "customer" in step and story.by_mail:
                self.post.answer(self._current(story), step["customer"], at)
            else:
                self._act(story, step, at)
        except Refused as refusal:
            self.skipped.append(Skipped(story.script["subject"], step, refusal.code))
        story.answered |= "agent" in step
        self._next(story, at)

    def _current(self, story: Story) -> Ticket:
        assert story.ticket is not None  # a story begins by filing its ticket
        return Ticket.objects.select_related("requester", "team", "tier", "priority").get(pk=story.ticket.pk)

    def _act(self, story: Story, step: Step, at: datetime) -> None:
        ticket = self._current(story)
        if "customer" in step:
            actions.comment(ticket, author=ticket.requester, body=step["customer"], at=at)
            return
        if "complain" in step:
            actions.file_complaint(ticket, text=step["complain"], actor=ticket.requester, at=at)
            return
        if "call" in step:
            self._ask_for_call(ticket, step, at)
            return
        if "answer" in step:
            self._answer(ticket, step, at)
            return
        if "outcome" in step:
            complaint = Complaint.objects.open().get(ticket=ticket)
            said = {"outcome": step["outcome"], "text": step["text"], "remedy": step.get("remedy", "")}
            actions.decide_complaint(complaint, actor=self.people[step["by"]], at=at, **said)
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
            actions.change_status(ticket, desk.status_of(step["status"]), actor=agent, at=at)
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
        else:
            self._act_beside(ticket, step, agent, at)

    def _act_beside(self, ticket: Ticket, step: Step, agent: User, at: datetime) -> None:
        """What is done with a ticket beside answering it and moving it on."""
        if "merge_into" in step:
            into = next(each for each in self._told if each.script["subject"] == step["merge_into"])
            actions.merge(ticket, into=self._current(into), actor=agent, at=at)
        elif "fields" in step:
            actions.change_fields(ticket, step["fields"], actor=agent, at=at)
        elif "approval" in step:
            people = [self.people[email] for email in step["of"]]
            until = self.pace.policy.calendar().add_days(at, step["answer_days"])
            actions.ask_approval(ticket, text=step["approval"], approvers=people, until=until, actor=agent, at=at)
        elif "false_report" in step:
            actions.mark_false_report(ticket, reason=step["false_report"], actor=agent, at=at)
        elif "tag" in step:
            actions.add_tag(ticket, step["tag"], actor=agent, at=at)
        else:
            raise ValueError(f"The demo knows no step like this: {step}")

    def _ask_for_call(self, ticket: Ticket, step: Step, at: datetime) -> None:
        """The customer wants to be called, at the next time from now on at which somebody is at the phone."""
        calendar = callbacks.calendar_of(self.pace.policy)
        assert calendar is not None  # only a desk that calls back has such steps
        when = next(callbacks.slots(calendar, self.now))
        actions.ask_callback(ticket, phone=step["phone"], topic=step["call"], when=when, actor=ticket.requester, at=at)

    def _answer(self, ticket: Ticket, step: Step, at: datetime) -> None:
        """One of those who are asked says what they think."""
        approval = Approval.objects.get(ticket=ticket, state=Approval.State.PENDING)
        said = {"answer": step["answer"], "comment": step.get("comment", "")}
        actions.answer_approval(approval, actor=self.people[step["by"]], at=at, **said)

    def _agent(self, ticket: Ticket) -> User:
        """Who holds the ticket, else somebody of its team."""
        if ticket.assignee_id is not None:
            return next(person for person in self.people.values() if person.pk == ticket.assignee_id)
        team = ticket.team or Team.objects.filter(tier=ticket.tier).first()
        members = set(team.memberships.values_list("user_id", flat=True)) if team else set()
        agents = [person for person in self.people.values() if person.pk in members]
        return self.random.choice(agents or [person for person in self.people.values() if person.is_staff_member])
