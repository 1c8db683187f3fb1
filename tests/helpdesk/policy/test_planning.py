"""A plan tells what a policy would do to real open tickets, writes nothing, and is applied only if it still fits."""

import json
from datetime import timedelta

import pytest

from helpdesk.policy import planning, versions
from helpdesk.policy.apply import apply
from helpdesk.policy.errors import PolicyImpossible, PriorityInUse, StalePlan, WrongPlan
from sla.document import SupportPolicy
from sla.models import PolicyVersion, Priority
from tenants.models import Alarm
from tests.helpdesk.policy.conftest import IONE, OPENED, changed, without_high
from tests.support.world import make_ticket
from tickets import actions, desk, recalculation
from tickets.models import Clock, Event, Status, Ticket
from tickets.versions import TAKEOVER

HOUR = timedelta(hours=1)
LATER = OPENED + 2 * HOUR
SHORTER = ("first_response: 24h", "first_response: 1h")


def planned(text, *, at=LATER):
    return planning.plan(SupportPolicy.load(text), source=text, at=at)


def effect(text, *, at=LATER):
    return planned(text, at=at).effect().counts()


def test_a_plan_counts_the_tickets_that_move_and_those_that_become_overdue(at_acme, ada, grace):
    early, late = make_ticket(grace, at=OPENED), make_ticket(grace, at=LATER - HOUR / 2)
    answered = make_ticket(grace, at=OPENED)
    actions.reply(answered, author=ada, body="Unplug it.", at=OPENED + HOUR)
    make_ticket(grace, priority=Priority.objects.get(key="low"), at=OPENED)

    found = planned(changed(SHORTER)).effect()

    assert found.counts() == {"looked_at": 4, "moved": 2, "become_overdue": 1, "stop_being_overdue": 0}
    assert [each.number for each in found.examples["become_overdue"]] == [early.number]
    [_, moved] = found.examples["moved"]
    assert (moved.number, moved.before, moved.after) == (late.number, late.due_at, LATER + HOUR / 2)


def test_a_plan_finds_what_stops_being_overdue(at_acme, grace):
    make_ticket(grace, priority=Priority.objects.get(key="critical"), at=OPENED)

    found = effect(changed(("first_response: 1h", "first_response: 6h")))

    assert (found["moved"], found["stop_being_overdue"]) == (1, 1)


def test_a_plan_says_what_really_happens(put, ada, grace):
    tickets = [make_ticket(grace, at=OPENED + minute * HOUR / 6) for minute in range(6)]
    actions.change_status(tickets[0], Status.objects.get(kind="pending"), actor=ada, at=OPENED + HOUR)
    text = changed(SHORTER, ("sat-sun", "sun"), ('mon-fri: "08:00-18:00"\n', 'mon-fri: "08:00-17:00"\n'))
    expected = {each.number: each.after for each in planned(text).moved()}

    put(text, at=LATER - TAKEOVER)
    recalculation.work(recalculation.running().pk, LATER)

    assert expected == {ticket.number: Ticket.objects.get(pk=ticket.pk).due_at for ticket in tickets}


def test_a_plan_writes_nothing(at_acme, grace):
    make_ticket(grace, at=OPENED)
    before = [list(model.objects.values()) for model in (Ticket, Clock, Event, PolicyVersion, Alarm)]

    planned(changed(SHORTER)).effect()

    assert [list(model.objects.values()) for model in (Ticket, Clock, Event, PolicyVersion, Alarm)] == before


def test_a_plan_looks_at_many_tickets_with_few_queries(at_acme, grace, django_assert_max_num_queries):
    for _ in range(12):
        make_ticket(grace, at=OPENED)
    made = planned(changed(SHORTER))

    with django_assert_max_num_queries(7):
        assert made.effect().moved == 12


def test_words_move_no_ticket_and_no_ticket_is_read(at_acme, grace, django_assert_max_num_queries):
    make_ticket(grace, at=OPENED)
    made = planned(changed(("{en: High, ru: Высокий, es: Alta}", "{en: Tall, ru: Высокий, es: Alta}")))

    with django_assert_max_num_queries(2):
        assert made.effect().moved == 0


def test_a_plan_goes_into_a_file_and_back(at_acme):
    made = planned(changed(SHORTER))

    read = planning.from_json(made.to_json(made.effect()))
    applied = planning.apply_plan(read, at=LATER)

    assert applied.changes == ["sla.standard.targets.medium.first_response: 24h -> 1h"]
    assert versions.version_of().source == made.source


def test_a_plan_is_refused_when_another_version_came_in_between(put):
    made = planned(changed(SHORTER))
    put(changed(("first_response: 48h", "first_response: 40h")), at=LATER)

    with pytest.raises(StalePlan, match=r"made against version 1 .* version 2 is in force by now"):
        planning.apply_plan(made, at=LATER)

    assert versions.version_of().number == 2
    assert len(planning.again(made, at=LATER).changes) == 2


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"tenant": "globex"}, 'made for "globex"'),
        ({"digest": "0" * 64}, "changed after it was made"),
        ({"document": {}}, "damaged"),
        ({"base": "one"}, "damaged"),
        ({"made_at": "2026-01-01T00:00:00"}, "another format"),
        ({"helpdesk_plan": 2}, "another format"),
    ],
)
def test_a_plan_file_that_was_tampered_with_is_refused(at_acme, change, says):
    made = planned(changed(SHORTER))
    text = json.dumps(json.loads(made.to_json(made.effect())) | change)

    with pytest.raises(WrongPlan, match=says):
        planning.from_json(text)


@pytest.mark.parametrize("text", ["{", "[]", '{"helpdesk_plan": 1}', "[" * 100_000])
def test_what_is_no_plan_is_refused(at_acme, text):
    with pytest.raises(WrongPlan):
        planning.from_json(text)


def test_a_plan_of_what_cannot_be_applied_is_refused(at_acme, grace):
    make_ticket(grace, priority=Priority.objects.get(key="high"), at=OPENED)

    with pytest.raises(PriorityInUse):
        planned(without_high())


def test_a_mapped_priority_moves_tickets_to_its_targets(at_acme, grace):
    make_ticket(grace, priority=Priority.objects.get(key="high"), at=OPENED)

    found = effect(without_high(replaced=True).replace("first_response: 4h", "first_response: 1h"))

    assert found["become_overdue"] == 1


ONLY_ONCE = 'open_dates: {2026-03-03: "08:00-12:00"}\n'


@pytest.mark.parametrize(
    ("at", "says"),
    [
        (OPENED + timedelta(days=30), "calendars.business: This calendar does not open after 2026-04-01"),
        (OPENED, 'targets.medium.first_response: The calendar "business" has too few hours left for 24h'),
    ],
)
def test_a_calendar_that_runs_dry_is_refused_on_the_day(put, at, says):
    text = changed(('weekly:\n      mon-fri: "08:00-18:00"\n', ONLY_ONCE))

    with pytest.raises(PolicyImpossible, match=says):
        put(text, at=at)

    assert versions.version_of().number == 1


def test_undo_is_applying_an_older_version(put, grace):
    ticket = make_ticket(grace, at=OPENED)
    put(changed(SHORTER), at=LATER)
    first = versions.version_of(1)

    applied = apply(first.policy, source=first.source, at=LATER + HOUR)

    assert (applied.version.number, applied.version.source) == (3, IONE)
    assert versions.between(1, 3) == []
    assert desk.lock(ticket).policy_version.number == 1  # until its turn comes


def test_a_policy_from_a_page_keeps_the_comments_of_the_file(at_acme):
    document = SupportPolicy.load(IONE).to_document()
    document["sla"][0]["targets"]["medium"]["first_response"] = "20h"

    applied = apply(SupportPolicy.from_document(document), at=LATER)

    assert applied.version.source == changed(("first_response: 24h", "first_response: 20h"))


def test_a_file_with_other_comments_is_kept_as_it_is(put):
    text = changed(("format: 1", "format: 1  # the only one"))

    applied = put(text, at=LATER)

    assert applied.is_new
    assert applied.changes == []
    assert versions.version_of().source == text


def test_the_history_tells_when_who_and_what(put, root):
    put(changed(SHORTER), at=LATER, actor=root)

    latest, first = versions.history()

    assert (latest.number, latest.at, latest.by, latest.changes) == (
        2,
        LATER,
        root,
        ["sla.standard.targets.medium.first_response: 24h -> 1h"],
    )
    assert (first.number, first.by) == (1, None)
    assert [each.number for each in versions.history(1)] == [2]
