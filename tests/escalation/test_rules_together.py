"""Many clocks that are due at once are worked together: as one by one, for a fraction of the statements."""

from collections import Counter
from datetime import timedelta

import pytest
from django.utils import timezone

from escalation.models import RuleRun
from sla.models import Priority
from tenants import alarms
from tenants.context import act_as
from tenants.models import Alarm
from tests.support.world import make_person, make_ticket
from tickets import clocks, desk
from tickets.models import Event, Ticket

MANY = 12
#: Statements for all of them.
FEW = 60
#: Before the transaction of a test begins, whose time is the database's.
LATELY = timezone.now() - timedelta(hours=1)


@pytest.fixture
def overdue(acme):
    """Unanswered tickets whose targets passed long ago."""
    with act_as(acme):
        requester, critical = make_person("Lin"), Priority.objects.get(key="critical")
        at = timezone.now() - timedelta(days=30)
        return [make_ticket(requester, priority=critical, at=at) for _ in range(MANY)]


@pytest.fixture
def found_broken(acme, overdue):
    """The same tickets, as a new policy finds them: what broke is recorded, and no rule has looked at it."""
    with act_as(acme):
        assert clocks.settle(desk.lock_free([ticket.pk for ticket in overdue]), at=LATELY)
        alarms.set_many((clocks.CROSSED, ticket.pk, LATELY) for ticket in overdue)
    return overdue


def due(tenant, kind="clock"):
    alarms_due = Alarm.objects.filter(tenant=tenant, kind=kind, at__lte=timezone.now())
    return list(alarms_due.values_list("pk", flat=True))


def outcomes(tenant):
    """What became of each ticket: everything recorded of it but the times."""
    with act_as(tenant):
        found = {number: Counter() for number in Ticket.objects.values_list("number", flat=True)}
        for event in Event.objects.select_related("ticket__tier", "ticket__team"):
            ticket, data = event.ticket, event.data
            what = (event.verb, data.get("rule"), data.get("metric"), data.get("percent"), data.get("to"))
            found[ticket.number] += Counter([what, ticket.tier.key, ticket.team.key, ticket.due_at is None])
        for number, *run in RuleRun.objects.values_list("ticket__number", "rule", "ran"):
            found[number][tuple(run)] += 1
    return found


def test_worked_together_everything_happens_as_one_by_one(acme, overdue):
    alone, *others = due(acme)
    alarms.work(acme, [alone])
    alarms.work(acme, others)

    found = list(outcomes(acme).values())
    assert [each for each in found if each != found[0]] == []
    verbs = {what[0] for what in found[0] if isinstance(what, tuple)}
    assert {"clock.breached", "ticket.escalated", "rule.ran"} <= verbs
    assert due(acme) == []


def test_many_due_clocks_cost_few_statements_each(acme, overdue, django_assert_max_num_queries):
    with django_assert_max_num_queries(FEW):
        alarms.work(acme, due(acme))
    with act_as(acme):
        assert Event.objects.filter(verb="clock.breached").count() == 2 * MANY


def test_a_ticket_that_somebody_else_holds_is_worked_alone_afterwards(acme, overdue, monkeypatch):
    lock_free = desk.lock_free
    monkeypatch.setattr(desk, "lock_free", lambda ids: lock_free(ids)[1:])

    alarms.work(acme, due(acme))

    found = list(outcomes(acme).values())
    assert all(each == found[0] for each in found)
    assert due(acme) == []


def test_one_that_fails_does_not_hold_the_others_up(acme, overdue):
    broken = overdue[3]
    with act_as(acme):
        Event.objects.create(ticket=broken, verb="priority.changed", at=broken.created_at, is_public=False, data={})

    alarms.work(acme, due(acme))

    with act_as(acme):
        breached = set(Event.objects.filter(verb="clock.breached").values_list("ticket", flat=True))
        assert breached == {ticket.pk for ticket in overdue} - {broken.pk}
    assert Alarm.objects.get(tenant=acme, subject=broken.pk, kind="clock").error == "KeyError"


def test_what_rang_twice_is_done_once(acme, overdue):
    ids = due(acme)
    alarms.work(acme, ids)
    before = outcomes(acme)

    alarms.work(acme, ids)

    assert outcomes(acme) == before


def test_what_a_new_policy_broke_is_looked_at_together_as_one_by_one(acme, found_broken):
    alone, *others = due(acme, clocks.CROSSED)
    alarms.work(acme, [alone])
    alarms.work(acme, others)

    found = list(outcomes(acme).values())
    assert [each for each in found if each != found[0]] == []
    verbs = {what[0] for what in found[0] if isinstance(what, tuple)}
    assert {"clock.breached", "ticket.escalated", "rule.ran"} <= verbs
    assert due(acme, clocks.CROSSED) == []


def test_looking_at_many_that_broke_costs_few_statements_each(acme, found_broken, django_assert_max_num_queries):
    with django_assert_max_num_queries(FEW):
        alarms.work(acme, due(acme, clocks.CROSSED))

    assert all(outcome["first-response-missed", True] for outcome in outcomes(acme).values())


def test_who_is_looked_at_twice_climbs_once(acme, found_broken):
    ids = due(acme, clocks.CROSSED)
    alarms.work(acme, ids)
    before = outcomes(acme)
    with act_as(acme):
        alarms.set_many((clocks.CROSSED, ticket.pk, LATELY) for ticket in found_broken)

    alarms.work(acme, due(acme, clocks.CROSSED))

    assert outcomes(acme) == before
    assert due(acme, clocks.CROSSED) == []


def test_one_that_cannot_be_looked_at_does_not_hold_the_others_up(acme, found_broken):
    broken = found_broken[3]
    with act_as(acme):
        data = {"metric": "first_response", "number": 1}  # of no moment
        Event.objects.create(ticket=broken, verb="clock.warned", at=broken.created_at, is_public=False, data=data)

    alarms.work(acme, due(acme, clocks.CROSSED))

    with act_as(acme):
        climbed = set(Event.objects.filter(verb="ticket.escalated").values_list("ticket", flat=True))
        assert climbed == {ticket.pk for ticket in found_broken} - {broken.pk}
    assert Alarm.objects.get(tenant=acme, subject=broken.pk, kind=clocks.CROSSED).error == "KeyError"


def test_events_of_one_ticket_are_told_in_the_order_in_which_they_happened(acme, overdue):
    alarms.work(acme, due(acme))

    with act_as(acme):
        for ticket in overdue:
            told = list(Event.objects.filter(ticket=ticket, actor=None).values_list("verb", "data__rule"))
            escalated = [rule for verb, rule in told if verb == "ticket.escalated"]
            assert escalated
            # Whom a rule moved it from is told before whom it told of it.
            for rule in escalated:
                assert told.index(("ticket.escalated", rule)) < told.index(("rule.ran", rule))
