"""The policy's escalation rules: considered after a clock warned or broke, and what came of it is written down."""

from __future__ import annotations

from collections.abc import Collection, Container, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction

from escalation import actions
from escalation.ladder import Ladder
from escalation.models import RuleRun
from escalation.moments import is_for, overtaken
from sla.document.rules import EACH, Rule
from sla.models import Priority
from tenants import alarms
from tenants.bulk import insert, update_many
from tenants.errors import Refused
from tenants.text import say
from tickets import answers, clocks, desk, events
from tickets.actions import change_priority
from tickets.conditions import facts_of
from tickets.models import Event, Ticket

#: Why a rule did not run on a moment after which its clock came to a higher one.
OVERTAKEN: dict[str, object] = {"condition": "catch_up"}


def rang(ticket_id: UUID, now: datetime) -> None:
    """Alarm handler: a clock of this ticket warned or broke by now, unless something happened meanwhile."""
    ticket = desk.lock(Ticket(pk=ticket_id))
    _consider({ticket: clocks.settle([ticket], at=now)}, now=now)


def rang_together(ticket_ids: Collection[UUID], now: datetime) -> set[UUID]:
    """Alarm handler: as rang(), for many tickets in one transaction. Returns those that it got hold of."""
    tickets = desk.lock_free(ticket_ids)
    _consider(_of_each(tickets, clocks.settle(tickets, at=now)), now=now)
    return {ticket.pk for ticket in tickets}


def crossed(ticket_id: UUID, now: datetime) -> None:
    """Alarm handler: clocks of this ticket had warned or broken when somebody acted on it."""
    _consider_recorded([desk.lock(Ticket(pk=ticket_id))], now)


def crossed_together(ticket_ids: Collection[UUID], now: datetime) -> set[UUID]:
    """Alarm handler: as crossed(), for many tickets in one transaction. Returns those that it got hold of."""
    tickets = desk.lock_free(ticket_ids)
    _consider_recorded(tickets, now)
    return {ticket.pk for ticket in tickets}


def _consider_recorded(tickets: Collection[Ticket], now: datetime) -> None:
    """Run the rules for what the histories of locked tickets have of warnings and breaches, but for what was done."""
    recorded = Event.objects.filter(ticket__in=tickets, verb__in=["clock.warned", "clock.breached"])
    done = RuleRun.objects.filter(ticket__in=tickets).values_list("event_id", "rule")
    _consider(_of_each(tickets, recorded), now=now, done=set(done))


def _of_each(tickets: Iterable[Ticket], recorded: Iterable[Event]) -> dict[Ticket, list[Event]]:
    """The events of each ticket, in the order in which they come."""
    found: dict[UUID, list[Event]] = {ticket.pk: [] for ticket in tickets}
    for event in recorded:
        found[event.ticket_id].append(event)
    return {ticket: found[ticket.pk] for ticket in tickets}


class _Unwritten:
    """What rules did with tickets and told of them, kept until it is written for all of them: two statements."""

    def __init__(self) -> None:
        self.moved: dict[UUID, Ticket] = {}
        self.happened: list[Event] = []

    def write(self) -> None:
        """Write it, in the order in which it happened."""
        update_many(list(self.moved.values()), actions.MOVED)
        events.write_down(self.happened)
        self.moved, self.happened = {}, []


def _consider(
    crossings: Mapping[Ticket, Sequence[Event]], *, now: datetime, done: Container[tuple[UUID, str]] = ()
) -> None:
    """Run every rule of a ticket's policy for its warnings and breaches, each rule once for each of them."""
    runs: list[RuleRun] = []
    ladder, unwritten = Ladder(), _Unwritten()
    moved = []
    for ticket, events_of_it in crossings.items():
        tier = ticket.tier_id
        late = _overtaken(ticket, events_of_it)
        for event in events_of_it:
            for rule in ticket.policy.escalation.rules.values():
                if is_for(rule, event) and (event.pk, rule.key) not in done:
                    because = OVERTAKEN if event.pk in late else _run(rule, ticket, ladder, unwritten, now)
                    if not because:
                        unwritten.happened += _notices(rule, ticket, now)
                    run = RuleRun(ticket=ticket, event=event, rule=rule.key, ran=not because, because=because, at=now)
                    runs.append(run)
        if ticket.tier_id != tier:
            moved.append(ticket)
    unwritten.write()
    insert(*runs)
    if moved:  # the clock of one tier stops, that of the other begins
        crossed_then = {event.ticket_id for event in clocks.settle(moved, at=now)}
        alarms.set_many((clocks.CROSSED, pk, now) for pk in crossed_then)


def _overtaken(ticket: Ticket, crossings: Sequence[Event]) -> set[UUID]:
    """What a worker that comes late leaves out, if the policy has it act on the highest moment of each clock alone."""
    escalation = ticket.policy.escalation
    if escalation.catch_up == EACH or len(crossings) < 2:
        return set()
    return overtaken(crossings, escalation.rules.values(), lambda rule: not _unmet(rule, ticket))


def _run(rule: Rule, ticket: Ticket, ladder: Ladder, unwritten: _Unwritten, now: datetime) -> dict[str, object]:
    """Do what a rule says if its conditions are met; returns why it did not run, nothing if it did."""
    because = _unmet(rule, ticket)
    if because or not (rule.do.raise_priority or rule.do.escalate):
        return because
    try:
        if rule.do.raise_priority:
            unwritten.write()  # the ticket is read again there
            _raise_and_escalate(rule, ticket, ladder, unwritten, now)
        else:
            _escalate(rule, ticket, ladder, unwritten, now)  # which refuses before it changes anything
    except Refused as refusal:
        return {"refused": refusal.code}
    return {}


def _unmet(rule: Rule, ticket: Ticket) -> dict[str, object]:
    """The first condition that does not hold, and the value that it saw; empty when the rule is to run."""
    if not ticket.is_active:
        return {"condition": "active", "saw": ticket.status.key}
    facts = facts_of(ticket, ticket.policy)
    given = answers.given(ticket, ticket.policy) if rule.when.only.fields else {}
    if rule.when.only.met_by(given, **facts):
        return {}
    looked_at = {key: given[key] for key in rule.when.only.fields if key in given}
    return {"condition": "only", "saw": facts, "answers": looked_at}


def _raise_and_escalate(rule: Rule, ticket: Ticket, ladder: Ladder, unwritten: _Unwritten, now: datetime) -> None:
    """Everything that the rule says, in its order, or nothing. The next rule sees its effects."""
    try:
        with transaction.atomic():
            above = Priority.objects.filter(is_active=True, rank__lt=ticket.priority.rank).order_by("-rank").first()
            if above is not None:
                change_priority(ticket, above, actor=None, at=now)
                ticket.refresh_from_db()
            _escalate(rule, ticket, ladder, unwritten, now)
    except Refused:
        ticket.refresh_from_db()  # as before the rule began
        raise


def _notices(rule: Rule, ticket: Ticket, now: datetime) -> Iterator[Event]:
    """What a rule that ran tells the staff, and the customer unless it escalated, which tells them itself."""
    effect = rule.do
    sentence = dict(effect.tell_customer or {}) if not effect.escalate else {}
    if effect.notify or sentence:
        said = {"rule": rule.key, "notify": list(effect.notify), "sentence": sentence}
        yield events.told(ticket, "rule.ran", actor=None, at=now, is_public=bool(sentence), **said)


def _escalate(rule: Rule, ticket: Ticket, ladder: Ladder, unwritten: _Unwritten, now: datetime) -> None:
    effect = rule.do
    if not effect.escalate:
        return
    above = ladder.above(ticket.tier)
    to = above[:1] if effect.escalate == "next" else [tier for tier in above if tier.key == effect.escalate]
    if to:  # else nobody is above, or it got there by other means; the staff is still told
        escalated = actions.climb(
            ticket,
            ladder,
            actor=None,
            at=now,
            to=to[0],
            reason=say(effect.reason, ticket.policy.language),
            sentence=dict(effect.tell_customer or {}),
            rule=rule.key,
        )
        unwritten.moved[ticket.pk] = ticket
        unwritten.happened.append(escalated)
