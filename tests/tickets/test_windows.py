"""Maintenance and outages: clocks stand still meanwhile, as far as the policy says so, and say why."""

from datetime import timedelta

import pytest

from helpdesk.policy.apply import apply
from sla.document import SupportPolicy
from tenants import alarms
from tenants.errors import NotPermitted
from tests.support.world import MONDAY_9AM, make_organization, make_person, make_ticket
from tickets import actions, clocks, ledger
from tickets.errors import WindowBegan, WindowEndsTooEarly, WindowOver
from tickets.models import Category, Clock, Event, ServiceWindow, Ticket

HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
TITLE = {"en": "The mail servers move", "ru": "Переезд почтовых серверов", "es": "Traslado de los servidores de correo"}


@pytest.fixture
def stopping(at_acme):
    """Acme, whose policy lets first responses stand still during maintenance."""
    from tickets.desk import current_policy

    document = current_policy().policy.to_document()
    document["maintenance"] = {"text": TITLE, "stops": ["first_response"]}
    policy = SupportPolicy.from_document(document)
    apply(policy, source="", at=MONDAY_9AM - timedelta(days=7))
    return at_acme


def plan(mary, begins, ends, **more):
    return actions.plan_window(title=TITLE, begins=begins, ends=ends, actor=mary, at=MONDAY_9AM, **more)


def first_response(ticket):
    return Clock.objects.get(ticket=ticket, metric="first_response")


def test_a_clock_stands_still_during_maintenance_and_says_why(stopping, mary, grace):
    ticket = make_ticket(grace)
    due_at = first_response(ticket).due_at
    plan(mary, MONDAY_9AM + 10 * MINUTE, MONDAY_9AM + 40 * MINUTE)

    alarms.work_due(until=MONDAY_9AM + 20 * MINUTE)
    assert first_response(ticket).state == "paused"
    ticket.refresh_from_db()
    told = clocks.explain(ticket, at=MONDAY_9AM + 20 * MINUTE)[0]
    assert any("The mail servers move" in line.text for line in ledger.lines(told, ticket.policy))

    alarms.work_due(until=MONDAY_9AM + 45 * MINUTE)
    assert (first_response(ticket).state, first_response(ticket).due_at) == ("running", due_at + 30 * MINUTE)


def test_an_outage_that_is_entered_late_takes_its_time_out_and_lasts_until_it_is_ended(stopping, mary, grace):
    ticket = make_ticket(grace)
    due_at = first_response(ticket).due_at
    entered = MONDAY_9AM + 30 * MINUTE
    outage = actions.plan_window(title=TITLE, begins=MONDAY_9AM + 10 * MINUTE, ends=None, actor=mary, at=entered)

    alarms.work_due(until=entered + MINUTE)
    assert first_response(ticket).state == "paused"
    alarms.work_due(until=MONDAY_9AM + 20 * HOUR)
    assert not Event.objects.filter(verb="clock.breached", data__metric="first_response").exists()

    actions.end_window(outage, actor=mary, at=MONDAY_9AM + 50 * MINUTE)
    outage.refresh_from_db()
    assert outage.ends_at == MONDAY_9AM + 50 * MINUTE
    alarms.work_due(until=MONDAY_9AM + 20 * HOUR)
    assert first_response(ticket).due_at == due_at + 40 * MINUTE


def test_only_what_a_window_concerns_stands_still(stopping, mary, grace):
    category = (
        Category.objects.get(key="billing") if Category.objects.filter(key="billing") else Category.objects.last()
    )
    other = Category.objects.exclude(pk=category.pk).first()
    ours, theirs = make_person("Own"), make_person("Stranger")
    company = make_organization("Affected", ours)
    make_organization("Elsewhere", theirs)
    inside = make_ticket(ours, category=category)
    wrong_service, wrong_customer = make_ticket(ours, category=other), make_ticket(theirs, category=category)
    window = plan(mary, MONDAY_9AM + MINUTE, MONDAY_9AM + 9 * MINUTE, categories=[category], organizations=[company])

    alarms.work_due(until=MONDAY_9AM + 5 * MINUTE)

    assert window.metrics == ["first_response"]
    states = [first_response(ticket).state for ticket in (inside, wrong_service, wrong_customer)]
    assert states == ["paused", "running", "running"]


def test_without_the_policys_word_no_clock_stands_still(at_acme, mary, grace):
    ticket = make_ticket(grace)
    plan(mary, MONDAY_9AM + MINUTE, MONDAY_9AM + HOUR)

    alarms.work_due(until=MONDAY_9AM + 5 * MINUTE)

    assert first_response(ticket).state == "running"


def test_what_lies_behind_stays(stopping, mary, ada, grace):
    window = plan(mary, MONDAY_9AM, MONDAY_9AM + HOUR)
    middle = MONDAY_9AM + 30 * MINUTE

    with pytest.raises(WindowBegan):
        actions.move_window(window, begins=MONDAY_9AM + MINUTE, ends=window.ends_at, actor=mary, at=middle)
    with pytest.raises(WindowBegan):
        actions.move_window(window, begins=MONDAY_9AM, ends=MONDAY_9AM + 10 * MINUTE, actor=mary, at=middle)
    with pytest.raises(WindowEndsTooEarly):
        plan(mary, MONDAY_9AM, MONDAY_9AM)
    with pytest.raises(NotPermitted):
        actions.end_window(window, actor=ada, at=middle)
    longer = actions.move_window(window, begins=MONDAY_9AM, ends=MONDAY_9AM + 2 * HOUR, actor=mary, at=middle)
    assert longer.ends_at == MONDAY_9AM + 2 * HOUR
    with pytest.raises(WindowOver):
        actions.end_window(longer, actor=mary, at=MONDAY_9AM + 3 * HOUR)

    ahead = plan(mary, MONDAY_9AM + 5 * HOUR, MONDAY_9AM + 6 * HOUR)
    actions.end_window(ahead, actor=mary, at=middle)
    assert list(ServiceWindow.objects.values_list("pk", flat=True)) == [window.pk]


def test_folding_again_gives_the_same_row(stopping, mary, grace):
    ticket = make_ticket(grace)
    plan(mary, MONDAY_9AM + 10 * MINUTE, MONDAY_9AM + 40 * MINUTE)
    alarms.work_due(until=MONDAY_9AM + 3 * HOUR)
    before = list(Clock.objects.order_by("metric", "number").values())

    clocks.settle([Ticket.objects.get(pk=ticket.pk)], at=MONDAY_9AM + 3 * HOUR)

    assert list(Clock.objects.order_by("metric", "number").values()) == before


def test_maintenance_counts_while_a_ticket_is_in_a_category_that_it_is_of(stopping, mary, ada, grace):
    of_it, other = Category.objects.all()[:2]
    left, joined, later = (make_ticket(grace, category=each) for each in (of_it, other, other))
    due_at = first_response(left).due_at
    plan(mary, MONDAY_9AM + 10 * MINUTE, MONDAY_9AM + 40 * MINUTE, categories=[of_it])
    alarms.work_due(until=MONDAY_9AM + 15 * MINUTE)

    actions.change_category(left, other, actor=ada, at=MONDAY_9AM + 20 * MINUTE)
    actions.change_category(joined, of_it, actor=ada, at=MONDAY_9AM + 20 * MINUTE)
    assert [first_response(each).state for each in (left, joined, later)] == ["running", "paused", "running"]

    alarms.work_due(until=MONDAY_9AM + 45 * MINUTE)
    actions.change_category(later, of_it, actor=ada, at=MONDAY_9AM + 50 * MINUTE)
    assert first_response(left).due_at == due_at + 10 * MINUTE
    assert first_response(joined).due_at == due_at + 20 * MINUTE
    assert first_response(later).due_at == due_at
