"""Tickets climb by themselves when a clock warns or breaks, in order, once, and their customers are told."""

from datetime import timedelta

import pytest

from escalation import actions as escalation
from escalation import explaining
from escalation.errors import HighestTier, LowestTier, TiersInOrder
from escalation.models import RuleRun
from helpdesk.policy.apply import apply
from sla.document import SupportPolicy
from sla.models import Priority
from tenants import alarms
from tenants.errors import NotPermitted
from tests.support.world import MONDAY_9AM, POLICIES, make_ticket
from tickets import actions
from tickets.conditions import facts_of
from tickets.errors import ReasonMissing, TicketNotActive
from tickets.models import Category, Event, Status, Tier

HOUR = timedelta(hours=1)
AFTERNOON = MONDAY_9AM + 8 * HOUR


def critical(requester):
    return make_ticket(requester, priority=Priority.objects.get(key="critical"), at=AFTERNOON)


def test_a_breach_moves_the_ticket_to_the_next_tier_and_says_so_to_the_customer(at_acme, grace):
    ticket = critical(grace)

    alarms.work_due(until=ticket.due_at + HOUR)

    ticket.refresh_from_db()
    escalated = Event.objects.filter(ticket=ticket, verb="ticket.escalated").first()
    assert ticket.tier.position == 2
    assert ticket.team.tier == ticket.tier
    assert escalated.is_public
    assert set(escalated.data["sentence"]) >= {"en", "ru", "es"}
    assert escalated.data["rule"]


def test_a_rule_runs_once_for_one_breach_however_often_it_is_tried(at_acme, grace):
    ticket = critical(grace)
    alarms.work_due(until=ticket.due_at + HOUR)
    breach = Event.objects.get(ticket=ticket, verb="clock.breached", data__metric="first_response")
    runs = RuleRun.objects.filter(event=breach).count()

    alarms.handler("clock.crossed")(ticket.pk, AFTERNOON + timedelta(days=1))

    assert RuleRun.objects.filter(event=breach).count() == runs > 0
    assert Event.objects.filter(ticket=ticket, verb="ticket.escalated").count() == 1


def test_a_ticket_that_was_solved_meanwhile_stays_and_the_reason_is_kept(at_acme, ada, grace):
    ticket = critical(grace)
    due_at = ticket.clocks.get(metric="first_response").due_at
    alarms.work_due(until=due_at - timedelta(seconds=1))
    alarms.cancel("clock", ticket.pk)
    solved = Status.objects.filter(kind="solved").first()
    actions.reply(ticket, author=ada, body="Late, but done.", at=due_at + HOUR, status=solved)

    alarms.work_due(until=due_at + 2 * HOUR)

    assert not Event.objects.filter(ticket=ticket, verb="ticket.escalated").exists()
    assert RuleRun.objects.filter(ticket=ticket, ran=False, because__condition="active").exists()


def test_an_agent_escalates_with_a_reason_one_tier_at_a_time(at_acme, ada, grace):
    ticket = critical(grace)
    third = Tier.objects.get(position=3)

    with pytest.raises(ReasonMissing):
        escalation.escalate(ticket, actor=ada, at=AFTERNOON, reason=" ")
    with pytest.raises(TiersInOrder):
        escalation.escalate(ticket, actor=ada, at=AFTERNOON, reason="Needs the kernel people.", to=third)
    escalated = escalation.escalate(ticket, actor=ada, at=AFTERNOON, reason="Needs a specialist.")

    assert escalated.tier.position == 2
    assert escalated.assignee is None


def test_skipping_a_tier_needs_the_permission(at_acme, mary, grace):
    ticket = critical(grace)

    escalated = escalation.escalate(
        ticket, actor=mary, at=AFTERNOON, reason="The house burns.", to=Tier.objects.get(position=3)
    )

    event = Event.objects.get(ticket=ticket, verb="ticket.escalated")
    assert escalated.tier.position == 3
    assert event.data["skipped"] == [Tier.objects.get(position=2).key]


def test_a_ticket_is_handed_back_and_not_below_the_first_tier(at_acme, ada, grace):
    ticket = escalation.escalate(critical(grace), actor=ada, at=AFTERNOON, reason="Needs a specialist.")

    ticket = escalation.hand_back(ticket, actor=ada, at=AFTERNOON + HOUR, reason="Solved in principle.")

    assert ticket.tier.position == 1
    with pytest.raises(LowestTier):
        escalation.hand_back(ticket, actor=ada, at=AFTERNOON + HOUR, reason="Lower still.")


def test_nobody_is_above_the_highest_tier(at_acme, mary, grace):
    ticket = critical(grace)
    for reason in ("One.", "Two."):
        ticket = escalation.escalate(ticket, actor=mary, at=AFTERNOON, reason=reason)

    with pytest.raises(HighestTier):
        escalation.escalate(ticket, actor=mary, at=AFTERNOON, reason="Three.")


def test_customers_may_not_escalate_and_finished_tickets_do_not_climb(at_acme, ada, grace):
    ticket = critical(grace)

    with pytest.raises(NotPermitted):
        escalation.escalate(ticket, actor=grace, at=AFTERNOON, reason="Hurry!")
    actions.change_status(ticket, Status.objects.filter(kind="solved").first(), actor=ada, at=AFTERNOON)
    with pytest.raises(TicketNotActive):
        escalation.escalate(ticket, actor=ada, at=AFTERNOON, reason="Too late.")


def test_a_rule_for_the_default_contract_runs_for_whoever_has_no_other(at_acme, grace):
    ticket = critical(grace)
    policy = ticket.policy
    default = policy.default_contract
    assert default is not None and ticket.organization is None

    assert facts_of(ticket, policy)["contract"] == default.key


FIELDS = """\
      service:
        name: {en: Service, ru: Служба, es: Servicio}
        kind: choice
        choices:
          web: {name: {en: Web, ru: Сайт, es: Web}}
          mail: {name: {en: Mail, ru: Почта, es: Correo}}
      cause:
        name: {en: Root cause, ru: Причина, es: Causa}
        customers: hidden
        show_when: {fields: {service: [web]}}
"""


@pytest.fixture
def rule_by_answers(at_acme):
    """A missed first response moves a ticket up only where the web is meant, and its cause is the disk."""
    text = (POLICIES / "ione.yaml").read_text(encoding="utf-8")
    text = text.replace("      steps-tried:\n", f"{FIELDS}      steps-tried:\n", 1)
    when = "when: {clock: first_response, at: breach"
    assert text.count(f"{when}}}") == 1
    text = text.replace(f"{when}}}", f"{when}, only: {{fields: {{service: web, cause: [disk, fan]}}}}}}")
    apply(SupportPolicy.load(text), at=MONDAY_9AM)


@pytest.mark.parametrize(
    ("said", "because"),
    [
        ({"service": "web", "cause": "disk"}, ""),
        ({"service": "web", "cause": "rats"}, "Root cause is “rats” and must be one of: disk, fan."),
        ({"service": "web"}, "Root cause is “none” and must be one of: disk, fan."),
        # What is asked no longer counts as little as what was never answered.
        (
            {"service": "mail", "cause": "disk"},
            "Root cause is “none” and must be one of: disk, fan; Service is “Mail” and must be Web.",
        ),
    ],
)
def test_a_rule_looks_at_answers_and_says_what_it_saw(rule_by_answers, grace, said, because):
    ticket = make_ticket(grace, category=Category.objects.get(key="technical"), answers=said)
    due_at = ticket.clocks.get(metric="first_response").due_at
    before = {each.rule: each for each in explaining.told(ticket, at=MONDAY_9AM)}["first-response-missed"]

    alarms.work_due(until=due_at + HOUR)

    ticket.refresh_from_db()
    after = {each.rule: each for each in explaining.told(ticket, at=due_at + HOUR)}["first-response-missed"]
    assert bool(before.would_run) is (not because)
    assert (ticket.tier.position == 2) is (not because)
    assert after.because == (because or "Its conditions were met.")
