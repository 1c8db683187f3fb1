"""Rules wait for every clock that there is: at a share of its target, before and after its deadline, on a breach."""

from datetime import timedelta

import pytest

from escalation import explaining, rules
from escalation.models import RuleRun
from helpdesk.policy.apply import apply
from sla.document import PolicyError, SupportPolicy
from sla.models import Priority
from tenants import alarms
from tests.support.world import MONDAY_9AM, POLICIES, make_ticket
from tickets import actions
from tickets.models import Clock, Event, Status

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
#: Ten in the morning where Acme is; it is there until six.
MORNING = MONDAY_9AM - 6 * HOUR
IONE = (POLICIES / "ione.yaml").read_text(encoding="utf-8")
RULES = "  rules:  # open in the text: when a request climbs by itself\n"
HOLDS = "    tiers: {critical: {tier-1: 40m}}\n"


def rule(key, clock, at, effect="notify: [team]"):
    return f"    {key}:\n      name: {key}\n      when: {{clock: {clock}, at: {at}}}\n      do: {{{effect}}}\n"


def policy(*more, catch_up=""):
    head, _, rest = IONE.partition(RULES)
    assert rest
    setting = f"  catch_up: {catch_up}\n" if catch_up else ""
    text = f"{head}{setting}{RULES}{''.join(more)}{rest}"
    return text.replace("    warn: ", f"{HOLDS}    warn: ", 1)


@pytest.fixture
def holds(at_acme):
    def do(*more, catch_up=""):
        apply(SupportPolicy.load(policy(*more, catch_up=catch_up)), at=MONDAY_9AM - timedelta(days=5))

    return do


def critical(requester):
    return make_ticket(requester, priority=Priority.objects.get(key="critical"), at=MORNING)


def ran(ticket):
    """The test's own rules that ran, and after how long their moment came."""
    others = list(SupportPolicy.load(IONE).escalation.rules)
    runs = RuleRun.objects.filter(ticket=ticket, ran=True).exclude(rule__in=others).order_by("at", "id")
    return [(run.rule, run.event.at - MORNING) for run in runs]


def work(*hours):
    for hour in hours:
        alarms.work_due(until=MORNING + hour * HOUR + timedelta(seconds=2))


def late(ticket, hours):
    """The workers stood still: the first that comes finds everything that has happened since."""
    rules.rang(ticket.pk, MORNING + hours * HOUR)


def test_a_rule_on_the_time_of_a_tier_runs(holds, grace):
    holds(rule("half", "tier", "50%"), rule("over", "tier", "breach"), rule("soon", "tier", "30m before"))
    ticket = critical(grace)

    work(1 / 6, 1 / 3, 2 / 3)

    assert ran(ticket) == [("soon", 10 * MINUTE), ("half", 20 * MINUTE), ("over", 40 * MINUTE)]


def test_a_rule_on_a_promise_runs(holds, ada, grace):
    holds(
        rule("half", "promise", "60%"),
        rule("soon", "promise", "30m before"),
        rule("broken", "promise", "breach"),
        rule("still", "promise", "1h after"),
    )
    ticket = critical(grace)
    actions.announce_delay(ticket, until=MORNING + 5 * HOUR, reason="Parts.", actor=ada, at=MORNING)
    waits = {each.rule: each.next_at for each in explaining.told(ticket, at=MORNING)}

    work(3, 4.5, 5, 6)

    expected = {"half": 3 * HOUR, "soon": 270 * MINUTE, "broken": 5 * HOUR, "still": 6 * HOUR}
    assert dict(ran(ticket)) == expected
    assert {key: waits[key] - MORNING for key in expected} == expected


@pytest.mark.parametrize(
    ("remove", "clock", "says"),
    [
        (HOLDS, "tier", "No SLA policy says how long a tier may hold a request"),
        ("", "next_response", "No SLA policy promises a next_response"),
    ],
)
def test_a_rule_on_a_clock_without_a_target_is_still_refused(remove, clock, says):
    with pytest.raises(PolicyError, match=says):
        SupportPolicy.load(policy(rule("odd", clock, "breach")).replace(remove, ""))


def test_rules_run_in_opening_hours_before_and_after_the_deadline_and_say_so(holds, ada, grace):
    holds(rule("soon", "first_response", "30m before"), rule("late", "first_response", "2h after"))
    ticket = critical(grace)
    before = {each.rule: each for each in explaining.told(ticket, at=MORNING)}

    work(0.5, 1)
    between = {each.rule: each for each in explaining.told(ticket, at=MORNING + 2 * HOUR) if not each.at}
    work(3)

    assert before["soon"].moment == "First response: 30 min before the time is up"
    assert before["late"].moment == "First response: 2 h after the time was up"
    assert (before["soon"].next_at, before["late"].next_at) == (MORNING + 30 * MINUTE, MORNING + 3 * HOUR)
    assert between["late"].next_at == MORNING + 3 * HOUR
    assert ran(ticket) == [("soon", 30 * MINUTE), ("late", 3 * HOUR)]
    offsets = list(Event.objects.filter(ticket=ticket, verb="clock.warned", data__has_key="offset").order_by("at"))
    assert [event.data["offset"] for event in offsets] == [-1800, 7200]
    after = {each.rule: each for each in explaining.told(ticket, at=MORNING + 4 * HOUR)}
    assert after["late"].outcome == "ran" and after["late"].moment == before["late"].moment


def test_an_answer_ends_what_was_to_come_after_the_deadline(holds, ada, grace):
    holds(rule("late", "first_response", "2h after"))
    ticket = critical(grace)
    work(1)
    actions.reply(ticket, author=ada, body="Sorry.", at=MORNING + 2 * HOUR)

    work(3, 5)

    assert ran(ticket) == []
    assert Clock.objects.get(ticket=ticket, metric="first_response").breached_at == MORNING + HOUR


LADDER = (
    rule("half", "first_response", "50%"),
    rule("missed", "first_response", "breach"),
    rule("later", "first_response", "1h after"),
)


def test_a_late_worker_lets_the_rules_of_each_moment_act_the_oldest_first(holds, grace):
    holds(*LADDER)
    ticket = critical(grace)

    late(ticket, 7)

    assert [key for key, _ in ran(ticket)] == ["half", "missed", "later"]


def test_a_late_worker_lets_only_the_rules_of_the_highest_moment_act_if_the_policy_says_so(holds, grace):
    holds(*LADDER, catch_up="highest")
    ticket = critical(grace)

    late(ticket, 7)

    assert [key for key, _ in ran(ticket)] == ["later"]
    told = {each.rule: each for each in explaining.told(ticket, at=MORNING + 7 * HOUR)}
    assert told["half"].outcome == "did_not_run"
    assert told["half"].because.startswith("A later moment of the same clock had come by then")


def test_the_highest_moment_is_one_whose_rule_would_act(holds, grace):
    narrow = rule("later", "first_response", "1h after").replace("1h after}", "1h after, only: {priorities: [low]}}")
    holds(*LADDER[:2], narrow, catch_up="highest")
    ticket = critical(grace)

    late(ticket, 7)

    assert [key for key, _ in ran(ticket)] == ["missed"]


def test_a_worker_in_time_acts_at_each_moment_whatever_the_setting(holds, grace):
    holds(*LADDER, catch_up="highest")
    ticket = critical(grace)

    work(0.5, 1, 2)

    assert [key for key, _ in ran(ticket)] == ["half", "missed", "later"]


def test_a_finished_ticket_climbs_no_further(holds, ada, grace):
    holds(rule("late", "resolution", "1h after"))
    ticket = critical(grace)
    work(8)
    solved = Status.objects.filter(kind="solved").first()
    actions.change_status(ticket, solved, actor=ada, at=MORNING + 8 * HOUR + MINUTE)

    alarms.work_due(until=MORNING + timedelta(days=2))

    assert ran(ticket) == []
