"""The next ticket: in order, of what one may take, never the same to two; and passing one by, with a reason."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
import time_machine
from django.db import connections

from tenants import alarms
from tenants.context import act_as
from tenants.errors import NotPermitted
from tests.api.client import Api
from tests.policies.clauses import clause
from tests.support.world import MONDAY_9AM, join, make_person, make_ticket
from tests.tickets.portal import text_of, visitor
from tests.tickets.test_distribution import set_mode
from tickets import actions, assigned, distribution
from tickets.actions import profiles
from tickets.errors import AbsencesOverlap, AtCapacity, EndsBeforeItBegins, NotYours, ReasonMissing, UnknownKeys
from tickets.models import Absence, Event, Skip, Team, Ticket

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


@pytest.fixture(autouse=True)
def _monday():
    with time_machine.travel(MONDAY_9AM, tick=False):
        yield


def due(grace, minutes, *, at=MONDAY_9AM):
    ticket = make_ticket(grace, at=at)
    due_at = None if minutes is None else MONDAY_9AM + minutes * MINUTE
    Ticket.objects.filter(pk=ticket.pk).update(due_at=due_at)
    return ticket


@clause("E9")
def test_the_next_is_the_one_due_first_then_the_one_that_came_first(ada, grace):
    calm, late, first, second = due(grace, None), due(grace, -5), due(grace, 60), due(grace, 60)

    handed = [actions.take_next(actor=ada, at=MONDAY_9AM).pk for _ in range(4)]

    assert handed == [late.pk, first.pk, second.pk, calm.pk]
    assert actions.take_next(actor=ada, at=MONDAY_9AM) is None
    assert assigned.told(late)[0].sentence.startswith("Ada asked for the next ticket")


@clause("E9")
def test_passing_by_takes_a_reason_is_seen_and_the_ticket_is_not_offered_again_for_a_while(at_acme, ada, mary, grace):
    bo = make_person("Bo", "agent")
    first, second = due(grace, 10), due(grace, 20)
    client = visitor(at_acme, ada)
    client.post("/desk/next")
    path = f"/desk/tickets/{first.number}/skip"

    assert client.post(path, {"words": "No."}).status_code == 422
    unsaid = client.post(path, {"reason": "other", "words": " "})
    assert unsaid.status_code == 422 and "Say which reason" in text_of(unsaid)
    after = client.post(path, {"reason": "subject", "words": "Never saw such a printer."})

    assert after["Location"] == f"/desk/tickets/{second.number}/"
    first.refresh_from_db()
    assert first.assignee is None
    assert "Ada passed this by" in text_of(client.get(f"/desk/tickets/{first.number}/"))
    assert "Never saw such a printer." in text_of(visitor(at_acme, mary).get("/desk/"))
    actions.change_status(second, second.status, actor=ada, at=MONDAY_9AM)
    assert actions.take_next(actor=ada, at=MONDAY_9AM + HOUR) is None
    assert actions.take_next(actor=bo, at=MONDAY_9AM + HOUR) == first
    actions.assign(first, None, actor=mary, at=MONDAY_9AM + HOUR)
    assert actions.take_next(actor=ada, at=MONDAY_9AM + 5 * HOUR) == first


def test_only_ones_own_ticket_is_passed_by(ada, mary, grace):
    ticket = due(grace, 10)
    with pytest.raises(NotYours):
        actions.skip(ticket, actor=ada, reason=Skip.Reason.SUBJECT, at=MONDAY_9AM)
    actions.take(ticket, actor=ada, at=MONDAY_9AM)
    for reason in ("nonsense", Skip.Reason.OTHER):
        with pytest.raises(ReasonMissing):
            actions.skip(ticket, actor=ada, reason=reason, at=MONDAY_9AM)
    with pytest.raises(NotPermitted):
        actions.skip(ticket, actor=grace, reason=Skip.Reason.SUBJECT, at=MONDAY_9AM)


def test_what_one_may_take_goes_by_team_skill_language_and_room(ada, mary, grace):
    other = next(key for key in due(grace, 5).policy.categories if key != Ticket.objects.get().category.key)
    profile = {"categories": [other], "languages": (), "calendar": ""}
    profiles.set_profile(ada, capacity=1, actor=mary, at=MONDAY_9AM, **profile)
    assert actions.take_next(actor=ada, at=MONDAY_9AM) is None
    profiles.set_profile(
        ada, capacity=1, actor=mary, at=MONDAY_9AM, **profile | {"categories": (), "languages": ["ru"]}
    )
    assert actions.take_next(actor=ada, at=MONDAY_9AM) is None
    profiles.set_profile(
        ada, capacity=1, actor=mary, at=MONDAY_9AM, **profile | {"categories": (), "languages": ["en"]}
    )
    join(ada, "infrastructure")
    assert actions.take_next(actor=ada, at=MONDAY_9AM) is None
    join(ada, Ticket.objects.get().team)
    assert actions.take_next(actor=ada, at=MONDAY_9AM)

    due(grace, 5)
    with pytest.raises(AtCapacity):
        actions.take_next(actor=ada, at=MONDAY_9AM)


def at_once(acme, *works):
    """Do these at the same time, each in a transaction and connection of its own."""
    barrier = Barrier(len(works))

    def run(work):
        try:
            barrier.wait(timeout=30)
            with act_as(acme):
                return work()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(run, works))


@clause("E9")
def test_two_agents_at_once_never_get_the_same(transactional_db, acme):
    with act_as(acme):
        grace = make_person("Grace")
        agents = [make_person(name, "agent") for name in ("Ada", "Bo", "Cyd", "Dora")]
        tickets = [due(grace, minutes) for minutes in range(8)]

    got = at_once(acme, *(lambda each=each: actions.take_next(actor=each, at=MONDAY_9AM) for each in agents))

    assert len({ticket.pk for ticket in got}) == 4
    assert {ticket.pk for ticket in got} == {ticket.pk for ticket in tickets[:4]}


def test_two_workers_give_nobody_more_than_they_can_take(transactional_db, acme):
    with act_as(acme):
        grace = make_person("Grace")
        set_mode("ione", "round_robin", capacity=2)
        ada, bo = (make_person(name, "agent") for name in ("Ada", "Bo"))
        for person in (ada, bo):
            join(person, "frontline")
        team = Team.objects.get(key="frontline")
        for minutes in range(6):
            due(grace, minutes)

    at_once(acme, *(lambda: distribution.hand_out(team.pk, MONDAY_9AM) for _ in range(3)))

    with act_as(acme):
        assert [Ticket.objects.filter(assignee=person).count() for person in (ada, bo)] == [2, 2]
        first = Ticket.objects.order_by("due_at").values_list("assignee", flat=True)[:4]
        assert list(first) == [ada.pk, bo.pk, ada.pk, bo.pk], "nobody is skipped in the ring"


def test_absences_are_ones_own_or_a_managers_to_enter(at_acme, ada, mary, grace):
    bo = make_person("Bo", "agent")
    with pytest.raises(NotPermitted):
        actions.plan_absence(bo, begins_at=MONDAY_9AM, actor=ada, at=MONDAY_9AM)
    with pytest.raises(EndsBeforeItBegins):
        actions.plan_absence(ada, begins_at=MONDAY_9AM, ends_at=MONDAY_9AM - HOUR, actor=ada, at=MONDAY_9AM)
    absence = actions.plan_absence(bo, begins_at=MONDAY_9AM, actor=mary, at=MONDAY_9AM)
    with pytest.raises(AbsencesOverlap):
        actions.plan_absence(bo, begins_at=MONDAY_9AM + HOUR, actor=mary, at=MONDAY_9AM)
    with pytest.raises(NotPermitted):
        actions.end_absence(absence, actor=ada, at=MONDAY_9AM)

    client = visitor(at_acme, ada)
    assert client.post("/desk/absences/away", {"state": "away"}).status_code == 302
    assert Absence.objects.at(MONDAY_9AM).filter(user=ada).exists()
    assert "I am back" in text_of(client.get("/desk/absences/"))
    client.post("/desk/absences/away", {"state": "back"})
    assert not Absence.objects.at(MONDAY_9AM).filter(user=ada).exists()
    form = {"begins_at": "2026-03-05T09:00", "ends_at": "2026-03-04T09:00", "reason": "Moving", "tickets": "keep"}
    wrong = client.post("/desk/absences/", form)
    assert wrong.status_code == 422 and "Moving" in wrong.content.decode()
    assert client.post("/desk/absences/", form | {"ends_at": "2026-03-06T09:00"}).status_code == 302


def test_what_somebody_can_take_is_changed_by_managers_and_kept_in_the_log(at_acme, ada, mary, grace):
    path = f"/desk/people/{ada.pk}/profile"
    assert visitor(at_acme, ada).get(path).status_code == 404
    assert visitor(at_acme, mary).get(f"/desk/people/{grace.pk}/profile").status_code == 404
    client = visitor(at_acme, mary)
    assert client.post(path, {"capacity": "0"}).status_code == 422
    assert client.post(path, {"capacity": "7", "languages": ["ru"], "calendar": "business"}).status_code == 302

    said = text_of(client.get(f"/desk/people/{ada.pk}"))
    assert "0 of at most 7" in said and "Russian" in said
    with pytest.raises(UnknownKeys):
        profiles.set_profile(
            ada, capacity=1, categories=["nonsense"], languages=(), calendar="", actor=mary, at=MONDAY_9AM
        )
    assert "What a person can take changed" in text_of(
        visitor(at_acme, make_person("Root", "admin")).get("/desk/settings/audit")
    )


@pytest.mark.parametrize("language", ["en", "ru", "es"])
def test_the_page_and_the_api_say_why_a_ticket_came_to_this_agent(at_acme, grace, language):
    set_mode("ione", "round_robin")
    ada, bo = make_person("Ada", "agent", language=language), make_person("Bo", "agent")
    for person in (ada, bo):
        join(person, "frontline")
    actions.plan_absence(bo, begins_at=MONDAY_9AM - MINUTE, actor=bo, at=MONDAY_9AM - MINUTE)
    alarms.work_due(until=MONDAY_9AM - MINUTE)
    ticket = make_ticket(grace)
    alarms.work_due(until=MONDAY_9AM)
    client = visitor(at_acme, ada)
    client.cookies["django_language"] = language

    page = text_of(client.get(f"/desk/tickets/{ticket.number}/assignments"))
    (told,) = Api(ada).get(f"tickets/{ticket.number}/assignment/").json()

    says = {
        "en": ("in turn", "Bo was away."),
        "ru": ("по очереди", "Bo: отсутствие."),
        "es": ("por turno", "Bo no estaba."),
    }
    for words in says[language]:
        assert words in page
    assert says[language][0] in told["sentence"] and told["how"] == "round_robin"
    assert [(each["name"], each["outcome"]) for each in told["considered"]] == [("Bo", "away")]


def test_programs_turn_the_pages_of_the_staff_and_of_their_absences(at_acme, mary):
    program, day = Api(mary), timedelta(days=1)
    staff = [
        mary,
        *(make_person(f"Agent {number // 2}", "agent", email=f"a{number}@example.com") for number in range(5)),
    ]
    for person in staff:
        actions.plan_absence(
            person, begins_at=MONDAY_9AM + day, ends_at=MONDAY_9AM + 2 * day, actor=mary, at=MONDAY_9AM
        )

    def all_of(path, more=""):
        found, following = [], f"{path}?page_size=2{more}"
        while following:
            page = program.get(following).json()
            assert len(page["results"]) <= 2
            found, following = [*found, *page["results"]], page["next"]
        return found

    agents, absences = all_of("agents/"), all_of("absences/")

    assert sorted(each["email"] for each in agents) == sorted(each.email for each in staff)
    assert [each["name"] for each in agents] == sorted(each["name"] for each in agents)
    assert sorted(each["person"]["email"] for each in absences) == sorted(each.email for each in staff)
    assert len(all_of("absences/", f"&person={mary.pk}")) == 1
    assert program.get("agents/?page_size=0").status_code == 400
    assert program.get("absences/?cursor=x").status_code == 400


def test_programs_plan_absences_set_capacity_and_work_the_queue(at_acme, ada, mary, grace):
    mine, hers = Api(ada), Api(mary)
    first, second = due(grace, 1), due(grace, 2)

    assert mine.post("tickets/next/").json()["number"] == first.number
    assert mine.post(f"tickets/{first.number}/skip/", {"reason": "blocked"}).status_code == 200
    assert mine.post("tickets/next/").json()["number"] == second.number
    assert mine.post("tickets/next/").status_code == 204
    assert mine.patch(f"agents/{ada.pk}/", {"capacity": 1}).status_code == 403
    assert hers.patch(f"agents/{ada.pk}/", {"capacity": 1, "languages": ["en"]}).json()["holds"] == 1
    assert mine.post("tickets/next/").json()["code"] == "at_capacity"
    assert mine.post("absences/", {"person": mary.email}).status_code == 403
    absence = hers.post("absences/", {"person": ada.email, "tickets": "return_all", "reason": "Ill"}).json()
    assert absence["person"]["name"] == "Ada" and absence["ends_at"] is None
    assert hers.get(f"agents/{ada.pk}/").json()["is_away"]
    alarms.work_due(until=MONDAY_9AM)
    assert Ticket.objects.get(pk=second.pk).assignee is None
    assert Event.objects.filter(ticket=second, verb="ticket.returned").exists()
    assert mine.post(f"absences/{absence['id']}/end/").status_code == 204
    assert hers.get("absences/").json()["results"] == []
    for path in ("absences/", "agents/", f"agents/{ada.pk}/", f"tickets/{first.number}/assignment/"):
        assert Api(grace).get(path).status_code == 404, path
