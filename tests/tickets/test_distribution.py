"""Automatic assignment: in turn or by load, by skill and language, never to those who are away or full; and why."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine

from helpdesk.policy.apply import apply
from sla.document import SupportPolicy
from tenants import alarms
from tenants.context import act_as
from tests.support.world import MONDAY_9AM, join, make_person, make_ticket, policy_file
from tickets import actions, distribution, staffing
from tickets.actions import profiles
from tickets.actions.absences import close_account
from tickets.models import Absence, Category, Event, Skip, TeamMembership, Ticket

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
BEFORE = MONDAY_9AM - HOUR


@pytest.fixture(autouse=True)
def _monday():
    with time_machine.travel(MONDAY_9AM, tick=False):
        yield


def set_mode(slug, mode, *, capacity=None, team="frontline"):
    """Apply the policy with a mode for a team."""
    loaded, _ = policy_file(slug)
    document = loaded.to_document()
    for each in document["teams"]:
        if each["key"] == team:
            each["assignment"] = mode
            if capacity:
                each["capacity"] = capacity
    apply(SupportPolicy.from_document(document), at=BEFORE)
    alarms.work_due(until=BEFORE)


@pytest.fixture
def crew(at_acme):
    people = [make_person(name, "agent") for name in ("Ada", "Bo", "Cyd")]
    for person in people:
        join(person, "frontline")
    return people


def profile(person, mary, **values):
    full = {"capacity": None, "categories": (), "languages": (), "calendar": "", **values}
    return profiles.set_profile(person, actor=mary, at=BEFORE, **full)


def file(grace, *, at=MONDAY_9AM, **more):
    ticket = make_ticket(grace, at=at, **more)
    alarms.work_due(until=at)
    ticket.refresh_from_db()
    return ticket


def why(ticket):
    return Event.objects.filter(ticket=ticket, verb="ticket.assigned").latest("id").data["why"]


def test_a_manual_team_keeps_its_tickets_in_the_queue(crew, grace):
    assert file(grace).assignee is None


def test_round_robin_gives_each_their_turn_and_says_so(crew, grace):
    set_mode("ione", "round_robin")

    got = [file(grace, at=MONDAY_9AM + number * MINUTE).assignee for number in range(6)]

    assert got == crew + crew
    event = Event.objects.filter(verb="ticket.assigned").latest("id")
    assert event.actor is None and not event.is_public
    assert event.data["why"]["mode"] == "round_robin"
    assert {each["name"]: each["outcome"] for each in event.data["why"]["considered"]} == {
        "Ada": "later",
        "Bo": "later",
    }


def test_the_least_loaded_gets_it(crew, grace):
    set_mode("ione", "manual")
    for number in range(3):
        ticket = make_ticket(grace, at=BEFORE + number * MINUTE)
        actions.assign(ticket, crew[number % 2], actor=crew[0], at=BEFORE)
    set_mode("ione", "least_loaded")

    assert [file(grace, at=MONDAY_9AM + number * MINUTE).assignee.name for number in range(3)] == ["Cyd", "Bo", "Cyd"]


def test_never_to_the_absent_the_full_the_unskilled_or_those_who_do_not_write_the_language(crew, grace, mary):
    ada, bo, cyd = crew
    set_mode("ione", "round_robin", capacity=1)
    dora, eve = make_person("Dora", "agent"), make_person("Eve", "agent")
    for person in (dora, eve):
        join(person, "frontline")
    actions.plan_absence(ada, begins_at=BEFORE, actor=ada, at=BEFORE)
    held = make_ticket(grace, at=BEFORE)
    actions.assign(held, bo, actor=mary, at=BEFORE)
    alarms.work_due(until=BEFORE)
    ticket = make_ticket(grace)
    profile(cyd, mary, categories=[next(key for key in ticket.policy.categories if key != ticket.category.key)])
    profile(dora, mary, languages=["ru"])
    alarms.work_due(until=MONDAY_9AM)

    ticket.refresh_from_db()
    assert ticket.assignee == eve
    outcomes = {each["name"]: each["outcome"] for each in why(ticket)["considered"]}
    assert outcomes == {"Ada": "away", "Bo": "full", "Cyd": "category", "Dora": "language"}


def test_what_is_snoozed_takes_no_room_unless_it_is_overdue(crew, grace, mary):
    ada, _bo, _cyd = crew
    set_mode("ione", "round_robin", capacity=1)
    full = [file(grace) for _each in crew]
    held = next(ticket for ticket in full if ticket.assignee == ada)
    waiting = file(grace)
    assert waiting.assignee is None

    # By somebody else: it is its agent who has room again.
    actions.snooze(held, actor=mary, at=MONDAY_9AM, until=MONDAY_9AM + 90 * HOUR)
    alarms.work_due(until=MONDAY_9AM)

    waiting.refresh_from_db()
    held.refresh_from_db()
    assert (waiting.assignee, why(waiting)["holds"]) == (ada, 0)
    late = held.due_at + MINUTE
    assert staffing.holding([ada.pk], at=MONDAY_9AM)[ada.pk] == (1, 0)
    assert staffing.holding([ada.pk], at=late)[ada.pk][0] == 2


def test_many_that_fit_nobody_do_not_hide_the_one_that_fits(crew, grace, mary, monkeypatch):
    monkeypatch.setattr(distribution, "MOST_READ", 2)
    monkeypatch.setattr(distribution, "MOST_WAITING", 2, raising=False)
    set_mode("ione", "round_robin")
    for person in crew:
        profile(person, mary, languages=["en"])
    hedy = make_person("Hedy", language="ru")
    misfits = [make_ticket(hedy, at=MONDAY_9AM) for _ in range(5)]

    assert file(grace, at=MONDAY_9AM + MINUTE).assignee in crew
    assert not Ticket.objects.filter(pk__in=[each.pk for each in misfits], assignee__isnull=False).exists()


def test_many_that_all_have_passed_by_do_not_hide_the_one_that_nobody_has(crew, grace, monkeypatch):
    monkeypatch.setattr(distribution, "MOST_READ", 2)
    monkeypatch.setattr(distribution, "MOST_GIVEN", 3)
    set_mode("ione", "round_robin")
    passed = [make_ticket(grace, at=MONDAY_9AM) for _ in range(5)]
    said = {"reason": Skip.Reason.SUBJECT, "at": MONDAY_9AM, "until": MONDAY_9AM + timedelta(hours=4)}
    Skip.objects.bulk_create(Skip(user=person, ticket=ticket, **said) for person in crew for ticket in passed)

    assert file(grace, at=MONDAY_9AM + MINUTE).assignee in crew
    assert not Ticket.objects.filter(pk__in=[each.pk for each in passed], assignee__isnull=False).exists()


def test_a_full_team_waits_and_who_gets_room_is_given_what_is_due_first(crew, grace, mary):
    ada = crew[0]
    for person in crew[1:]:
        TeamMembership.objects.filter(user=person).delete()
    set_mode("ione", "round_robin", capacity=1)
    first = file(grace)
    assert first.assignee == ada
    late = file(grace, at=MONDAY_9AM + MINUTE)
    early = file(grace, at=MONDAY_9AM + 3 * MINUTE)
    Ticket.objects.filter(pk=early.pk).update(due_at=MONDAY_9AM + 10 * MINUTE)
    assert late.assignee is None and early.assignee is None

    actions.change_status(first, first.status.__class__.objects.get(kind="solved"), actor=ada, at=MONDAY_9AM + HOUR)
    alarms.work_due(until=MONDAY_9AM + HOUR)

    assert Ticket.objects.get(pk=early.pk).assignee == ada
    assert Ticket.objects.get(pk=late.pk).assignee is None


def test_waiting_tickets_go_to_who_comes_back(crew, grace):
    ada = crew[0]
    for person in crew[1:]:
        TeamMembership.objects.filter(user=person).delete()
    set_mode("ione", "least_loaded")
    absence = actions.plan_absence(ada, begins_at=BEFORE, actor=ada, at=BEFORE)
    ticket = file(grace)
    assert ticket.assignee is None

    actions.end_absence(absence, actor=ada, at=MONDAY_9AM + MINUTE)
    alarms.work_due(until=MONDAY_9AM + MINUTE)

    ticket.refresh_from_db()
    assert ticket.assignee == ada


def test_working_hours_end_and_begin(crew, grace, mary):
    for person in crew[1:]:
        TeamMembership.objects.filter(user=person).delete()
    set_mode("ione", "round_robin")
    policy = make_ticket(grace, at=BEFORE).policy
    alarms.work_due(until=BEFORE)
    calendar = policy.default_calendar
    profile(crew[0], mary, calendar=calendar)
    alarms.work_due(until=BEFORE)
    night = policy.calendar(calendar).next_close(MONDAY_9AM) + HOUR

    ticket = file(grace, at=night)
    assert ticket.assignee is None
    opens = policy.calendar(calendar).next_open(night)
    alarms.work_due(until=opens)

    ticket.refresh_from_db()
    assert ticket.assignee == crew[0]


def test_what_somebody_skipped_or_gave_away_does_not_come_straight_back(crew, grace):
    ada, bo, _ = crew
    TeamMembership.objects.filter(user=crew[2]).delete()
    set_mode("ione", "round_robin")
    ticket = file(grace)
    assert ticket.assignee == ada

    actions.skip(ticket, actor=ada, reason=Skip.Reason.SUBJECT, at=MONDAY_9AM + MINUTE)
    alarms.work_due(until=MONDAY_9AM + MINUTE)
    ticket.refresh_from_db()
    assert ticket.assignee == bo
    actions.assign(ticket, None, actor=bo, at=MONDAY_9AM + 2 * MINUTE)
    alarms.work_due(until=MONDAY_9AM + 2 * MINUTE)

    ticket.refresh_from_db()
    assert ticket.assignee is None


def test_an_absence_returns_what_is_due_before_its_end_and_keeps_the_rest_exactly_once(crew, grace):
    ada = crew[0]
    soon, later, calm = (make_ticket(grace, at=BEFORE) for _ in range(3))
    for ticket in (soon, later, calm):
        actions.take(ticket, actor=ada, at=BEFORE)
    alarms.work_due(until=BEFORE)
    back = MONDAY_9AM + timedelta(days=2)
    Ticket.objects.filter(pk=soon.pk).update(due_at=back - HOUR)
    Ticket.objects.filter(pk=later.pk).update(due_at=back + HOUR)
    Ticket.objects.filter(pk=calm.pk).update(due_at=None)

    absence = actions.plan_absence(ada, begins_at=MONDAY_9AM, ends_at=back, actor=ada, at=BEFORE)
    from tickets.actions import absences

    for _ in range(2):  # as if the worker had died after the commit and the alarm rang again
        absences.begun(absence.pk, MONDAY_9AM)

    assert set(Ticket.objects.filter(assignee=ada)) == {later, calm}
    (event,) = Event.objects.filter(verb="ticket.returned")
    assert event.ticket == soon and event.data["because"] == "away" and event.data["until"] == back.isoformat()


def test_an_absence_that_is_killed_halfway_returns_nothing_twice(crew, grace, monkeypatch):
    from tickets.actions import absences

    ada = crew[0]
    for _ in range(3):
        actions.take(make_ticket(grace, at=BEFORE), actor=ada, at=BEFORE)
    absence = actions.plan_absence(ada, begins_at=MONDAY_9AM, tickets=Absence.Tickets.RETURN_ALL, actor=ada, at=BEFORE)
    done = []

    def dies(*args, **more):
        if len(done) == 2:
            raise SystemExit
        done.append(1)
        return put_back(*args, **more)

    put_back = absences._put_back
    monkeypatch.setattr(absences, "_put_back", dies)
    with pytest.raises(SystemExit), act_as(absence.tenant):
        absences.begun(absence.pk, MONDAY_9AM)
    assert not Event.objects.filter(verb="ticket.returned").exists()
    monkeypatch.undo()

    alarms.work_due(until=MONDAY_9AM)

    assert Event.objects.filter(verb="ticket.returned").count() == 3
    assert not Ticket.objects.filter(assignee=ada).exists()


def test_returned_tickets_are_given_to_the_others_of_an_automatic_team(crew, grace):
    ada, bo, cyd = crew
    set_mode("ione", "least_loaded")
    ticket = file(grace)
    assert ticket.assignee == ada

    actions.plan_absence(ada, begins_at=MONDAY_9AM + MINUTE, actor=ada, at=MONDAY_9AM)
    alarms.work_due(until=MONDAY_9AM + MINUTE)

    ticket.refresh_from_db()
    assert ticket.assignee in (bo, cyd)
    verbs = list(Event.objects.filter(ticket=ticket).values_list("verb", flat=True))
    assert verbs[-2:] == ["ticket.returned", "ticket.assigned"]


def test_a_customer_who_writes_to_an_absent_agent_is_not_left_waiting(crew, grace):
    ada = crew[0]
    ticket = make_ticket(grace, at=BEFORE)
    actions.take(ticket, actor=ada, at=BEFORE)
    actions.reply(ticket, author=ada, body="Which one?", status=_status("pending"), at=BEFORE)
    actions.plan_absence(ada, begins_at=MONDAY_9AM, actor=ada, at=BEFORE)
    alarms.work_due(until=MONDAY_9AM)
    ticket.refresh_from_db()
    assert ticket.assignee == ada, "nothing is owed while the customer thinks"

    actions.comment(ticket, author=grace, body="The red one.", at=MONDAY_9AM + MINUTE)
    alarms.work_due(until=MONDAY_9AM + MINUTE)

    ticket.refresh_from_db()
    assert ticket.assignee is None
    assert Event.objects.filter(ticket=ticket, verb="ticket.returned").count() == 1


def test_who_leaves_gives_everything_back(crew, grace, root):
    ada = crew[0]
    actions.take(make_ticket(grace, at=BEFORE), actor=ada, at=BEFORE)

    close_account(ada, actor=root, at=MONDAY_9AM)
    alarms.work_due(until=MONDAY_9AM)

    (event,) = Event.objects.filter(verb="ticket.returned")
    assert event.data["because"] == "left"
    assert not Ticket.objects.filter(assignee=ada).exists()


def test_tickets_go_by_category_to_the_one_who_knows_it(crew, grace, mary):
    ada, bo, cyd = crew
    set_mode("ione", "round_robin")
    category = Category.objects.filter(team__key="frontline", is_active=True).last()
    for person in (ada, bo):
        profile(person, mary, categories=[Category.objects.exclude(pk=category.pk).first().key])

    assert file(grace, category=category).assignee == cyd


def test_one_tenants_people_are_nobody_to_another(crew, grace, globex):
    set_mode("ione", "round_robin")
    ticket = make_ticket(grace)
    with act_as(globex):
        distribution.hand_out(ticket.team_id, MONDAY_9AM)

    ticket.refresh_from_db()
    assert ticket.assignee is None


def _status(kind):
    from tickets import desk

    return desk.status_of(kind)
