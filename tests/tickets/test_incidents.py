"""Bursts of similar tickets become one incident; what is answered on it reaches all its children's customers once."""

import json
import re
from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.db import connection
from django.urls import reverse

from inbox.models import OutgoingMail
from sla.models import Priority
from tenants import alarms
from tenants.context import act_as
from tenants.errors import NotPermitted
from tenants.models import Alarm
from tenants.models import Role as RoleOfPeople
from tests.support.world import MONDAY_9AM, join, make_organization, make_person, make_ticket
from tests.tickets.portal import visitor
from tickets import actions, bursts, clocks, desk, likeness, relations, relaying
from tickets.actions import incidents
from tickets.actions.linking import Role
from tickets.errors import BurstDecided, NoOpenChildren, NothingChosen
from tickets.models import Burst, BurstTicket, Message, Relay, Team, Ticket, TicketLink
from tickets.relaying import Reach

pytestmark = pytest.mark.django_db
CHILDREN = Reach.CHILDREN
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
LATER = MONDAY_9AM + 30 * MINUTE
SAID = ["Website is down", "The website is down again", "our website is DOWN", "Website down since 9", "website down!!"]


def file(people, *, at=MONDAY_9AM, subjects=SAID):
    """One ticket a person, a minute apart, each looked at as it comes."""
    found = []
    for number, person in enumerate(people):
        filed = at + number * MINUTE
        subject = subjects[number % len(subjects)]
        found.append(make_ticket(person, subject, at=filed, description=f"I get error 502 on every page, {number}."))
        alarms.work_due(until=filed)
    return found


@pytest.fixture
def people(at_acme):
    return [make_person(name) for name in ("Bob", "Carol", "Dan", "Erin", "Frank")]


@pytest.fixture
def reports(people):
    return file(people)


@pytest.fixture
def incident(ada, reports):
    (offer,) = bursts.offers(ada, at=LATER)
    return incidents.accept(
        offer.burst, chosen=offer.tickets, actor=ada, at=LATER, subject="Website down", description="Error 502."
    )


def test_similar_tickets_of_several_people_within_an_hour_are_offered(ada, reports):
    (offer,) = bursts.offers(ada, at=LATER)

    assert [each.pk for each in offer.tickets] == [each.pk for each in reports]
    assert (offer.burst.state, offer.minutes) == ("offered", 4)
    assert bursts.offer_of(reports[0], ada).burst == offer.burst


@pytest.mark.parametrize(
    "subjects",
    [
        ["Website is down", "Invoice for May", "New chair, please", "Printer jam in room 4", "Password reset"],
        ["Printer does not work", "Mail does not work", "Chair does not work", "Phone does not work", "Door"],
    ],
)
def test_tickets_about_different_things_are_no_burst(ada, people, subjects):
    for number, person in enumerate(people):
        at = MONDAY_9AM + number * MINUTE
        make_ticket(person, subjects[number], at=at, description=f"{subjects[number]}: {'abcdefgh'[number] * 40}")
    alarms.work_due(until=LATER)

    assert bursts.offers(ada, at=LATER) == []


def test_one_person_alone_makes_no_burst_and_neither_does_a_slow_day(ada, grace, people):
    file([grace] * 5)
    for number, person in enumerate(people):
        file([person], at=MONDAY_9AM + (3 + 2 * number) * HOUR)

    assert bursts.offers(ada, at=MONDAY_9AM + 12 * HOUR) == []


def test_russian_and_spanish_reports_are_alike_too(ada, people):
    file(
        people,
        subjects=["Не открывается сайт", "Сайт не открывается!", "не открывается сайт компании", "сайт не открывается"],
    )
    file(
        people,
        at=MONDAY_9AM + 3 * HOUR,
        subjects=["Correo caído", "El correo está caído", "correo caido", "Correo caído otra vez"],
    )

    assert len(bursts.offers(ada, at=MONDAY_9AM + 4 * HOUR)) == 2


def test_accepting_makes_an_incident_with_the_chosen_as_children(ada, reports, people):
    (offer,) = bursts.offers(ada, at=LATER)

    incident = incidents.accept(
        offer.burst, chosen=reports[:4], actor=ada, at=LATER, subject="Website down", description="Error 502."
    )

    assert {each.pk for each in relaying.children_of(incident)} == {each.pk for each in reports[:4]}
    assert incident.category == reports[0].category
    assert BurstTicket.objects.get(ticket=reports[4]).state == "declined"
    assert bursts.offers(ada, at=LATER) == []


def test_an_existing_ticket_may_be_the_incident(ada, reports):
    (offer,) = bursts.offers(ada, at=LATER)

    incident = incidents.accept(offer.burst, chosen=offer.tickets, actor=ada, at=LATER, incident=reports[0])

    assert incident == reports[0]
    assert relations.children_in_numbers(incident, ada).total == 4


def test_two_agents_decide_once(ada, reports):
    burst = Burst.objects.get()
    incidents.dismiss(burst, actor=ada, at=LATER)

    with pytest.raises(BurstDecided):
        incidents.accept(burst, chosen=reports, actor=ada, at=LATER, subject="x", description="x")
    assert not TicketLink.objects.exists()


def test_what_was_dismissed_is_not_offered_again_for_more_of_the_same(ada, reports, people):
    incidents.dismiss(Burst.objects.get(), actor=ada, at=LATER)

    file(people, at=MONDAY_9AM + 20 * MINUTE)

    assert bursts.offers(ada, at=LATER) == []
    assert Burst.objects.count() == 1


def test_similar_tickets_that_come_while_it_is_open_are_offered_to_be_linked(ada, incident, reports, grace):
    late, later = file([grace, make_person("Gus")], at=LATER + 3 * HOUR)
    assert [each.pk for each in bursts.late(incident, ada)] == [late.pk, later.pk]
    assert bursts.offer_of(late, ada).burst.incident == incident

    incidents.join(incident, [late], actor=ada, at=LATER + 4 * HOUR)
    incidents.decline(incident, [later], actor=ada)

    assert relations.children_in_numbers(incident, ada).total == 6
    assert bursts.late(incident, ada) == []
    with pytest.raises(NothingChosen):
        incidents.join(incident, [later], actor=ada, at=LATER + 4 * HOUR)


def test_after_it_is_solved_similar_tickets_are_not_offered_for_it(ada, incident, grace):
    actions.change_status(incident, desk.status_of("solved"), actor=ada, at=LATER + MINUTE)

    file([grace], at=LATER + 3 * HOUR)

    assert bursts.late(incident, ada) == []


def test_an_answer_reaches_every_customer_once_and_meets_their_clocks(ada, incident, reports, people):
    files = [ContentFile(b"plan", name="plan.txt")]
    answer = actions.reply(
        incident, author=ada, body="We are restoring it.", at=LATER + MINUTE, files=files, reach=CHILDREN
    )

    alarms.work_due(until=LATER + 2 * MINUTE)
    for relay in Relay.objects.all():
        incidents.pass_on(relay.pk, LATER + 3 * MINUTE)

    for child, person in zip(reports, people, strict=True):
        (said,) = child.messages.filter(by_staff=True)
        assert (said.body, said.posted_at, said.author) == (answer.body, answer.posted_at, ada)
        assert said.attachments.get().file.read() == b"plan"
        assert child.clocks.get(metric="first_response").state == "fulfilled"
        child.refresh_from_db()
        assert child.status.kind == "open"
        mails = OutgoingMail.objects.filter(address=person.email, kind="reply")
        assert mails.count() == 1
        assert not any(str(other) in mails.get().text for other in people if other != person)
    assert relations.children_in_numbers(incident, ada).reached == 5


def test_only_here_stays_here(ada, incident):
    actions.reply(incident, author=ada, body="Colleagues, look.", at=LATER + MINUTE, reach=Reach.HERE)
    alarms.work_due(until=LATER + 2 * MINUTE)

    assert Message.objects.filter(body="Colleagues, look.").count() == 1


@pytest.mark.parametrize("is_scheduled", [True, False])
def test_what_was_written_before_it_was_an_incident_goes_to_its_customer_alone(ada, grace, people, is_scheduled):
    ticket, now = make_ticket(grace), LATER
    options = {"send_at": now + MINUTE, "is_scheduled": is_scheduled, "at": now}
    actions.send_later(ticket, author=ada, body="Your password is new.", **options)
    actions.link(ticket, make_ticket(people[0]), Role.CHILD, actor=ada, at=now)

    alarms.work_due(until=now + 2 * MINUTE)

    assert [each.ticket for each in Message.objects.filter(body="Your password is new.")] == [ticket]
    assert not Relay.objects.exists()


def test_the_reach_that_was_chosen_is_kept_with_what_is_to_go(ada, incident, reports):
    options = {"send_at": LATER + MINUTE, "at": LATER, "reach": CHILDREN}
    actions.send_later(incident, author=ada, body="We restore it at five.", **options)

    alarms.work_due(until=LATER + 2 * MINUTE)

    assert Message.objects.filter(body="We restore it at five.").count() == 1 + len(reports)


def test_notes_stay_here(ada, incident):
    actions.note(incident, author=ada, body="The disk is full.", at=LATER + MINUTE)
    alarms.work_due(until=LATER + 2 * MINUTE)

    assert Message.objects.filter(body="The disk is full.").count() == 1


def test_one_answer_may_solve_them_all_and_is_told_in_one_mail(ada, incident, reports, people):
    alarms.work_due(until=LATER)
    before = OutgoingMail.objects.filter(address=people[0].email).count()

    solved = desk.status_of("solved")
    actions.reply(incident, author=ada, body="It is back.", at=LATER + MINUTE, status=solved, reach=Reach.SOLVE)
    alarms.work_due(until=LATER + 2 * MINUTE)

    assert {Ticket.objects.get(pk=each.pk).status.kind for each in reports} == {"solved"}
    assert OutgoingMail.objects.filter(address=people[0].email).count() == before + 1


def test_children_are_solved_after_their_incident_with_and_without_words(ada, incident, reports, people):
    actions.change_status(incident, desk.status_of("solved"), actor=ada, at=LATER)
    assert relations.may_solve(incident_now(incident), relations.children_in_numbers(incident, ada))
    actions.change_status(reports[0], desk.status_of("solved"), actor=ada, at=LATER)

    asked = incidents.solve_children(incident, actor=ada, at=LATER + MINUTE, body="It is back.")
    with pytest.raises(NoOpenChildren):
        incidents.solve_children(incident, actor=ada, at=LATER + MINUTE)
    alarms.work_due(until=LATER + 2 * MINUTE)

    assert asked == 4
    assert {Ticket.objects.get(pk=each.pk).status.kind for each in reports} == {"solved"}
    assert reports[1].messages.filter(body="It is back.").count() == 1
    assert not reports[0].messages.filter(body="It is back.").exists()
    assert not relations.may_solve(incident_now(incident), relations.children_in_numbers(incident, ada))


def incident_now(incident):
    return Ticket.objects.select_related("status").get(pk=incident.pk)


def test_a_child_that_was_closed_or_merged_meanwhile(ada, incident, reports):
    closed, merged = reports[0], reports[1]
    elsewhere = make_ticket(merged.requester, "Something else", at=LATER)
    actions.change_status(closed, desk.status_of("closed"), actor=ada, at=LATER)
    actions.merge(merged, into=elsewhere, actor=ada, at=LATER)

    actions.reply(incident, author=ada, body="It is back.", at=LATER + MINUTE, reach=CHILDREN)
    alarms.work_due(until=LATER + 2 * MINUTE)

    assert not closed.messages.filter(body="It is back.").exists()
    assert elsewhere.messages.filter(body="It is back.").count() == 1
    numbers = relations.children_in_numbers(incident, ada)
    assert (numbers.reached, numbers.refused, numbers.waiting) == (4, 1, 0)


def test_a_child_that_was_unlinked_before_the_answer_came_there_does_not_get_it(ada, incident, reports):
    actions.reply(incident, author=ada, body="It is back.", at=LATER + MINUTE, reach=CHILDREN)
    actions.unlink(incident, reports[0], actor=ada, at=LATER + MINUTE)

    alarms.work_due(until=LATER + 2 * MINUTE)

    assert not reports[0].messages.filter(body="It is back.").exists()
    assert Message.objects.filter(body="It is back.").count() == 5
    assert Relay.objects.get(child=reports[0]).refused == "not_linked"


def test_an_answer_that_comes_to_a_child_after_its_breach_takes_nothing_back(ada, grace):
    at = MONDAY_9AM + 8 * HOUR
    parent = make_ticket(grace, "Parent", at=at)
    child = make_ticket(grace, "Child", at=at, priority=Priority.objects.get(key="critical"))
    actions.link(parent, child, Role.CHILD, actor=ada, at=at)
    due_at = child.clocks.get(metric="first_response").due_at
    said = timedelta(seconds=1)
    actions.reply(parent, author=ada, body="It is back.", at=due_at - said, reach=CHILDREN)
    clocks.refresh(desk.lock(child), at=due_at + said)

    incidents.pass_on(Relay.objects.get().pk, due_at + MINUTE)

    assert child.clocks.get(metric="first_response").breached_at == due_at
    assert child.messages.get(by_staff=True).posted_at == due_at + said


def test_two_hundred_children_cost_the_answer_a_few_statements(ada, grace, django_assert_max_num_queries):
    parent, child = make_ticket(grace, "Parent"), make_ticket(grace, "Child")
    actions.link(parent, child, Role.CHILD, actor=ada, at=LATER)
    for _ in range(20):
        actions.link(parent, make_ticket(grace, "Child"), Role.CHILD, actor=ada, at=LATER)

    with django_assert_max_num_queries(45):
        actions.reply(parent, author=ada, body="It is back.", at=LATER, reach=CHILDREN)

    assert Relay.objects.count() == 21


def limited(*teams):
    """An agent who sees the tickets of their teams only."""
    tim = make_person("Tim", "agent")
    tim.role.permissions = [each for each in tim.role.permissions if each != "ticket.see_all"]
    tim.role.save()
    for team in teams:
        join(tim, team)
    return tim


def test_agents_of_other_teams_are_not_shown_what_they_may_not_see(ada, reports):
    other = Team.objects.exclude(pk=reports[0].team_id).first()
    tim = limited(other)
    assert bursts.offers(tim, at=LATER) == []
    assert bursts.offer_of(reports[0], tim) is None
    with pytest.raises(NothingChosen):
        incidents.accept(Burst.objects.get(), chosen=reports, actor=tim, at=LATER, subject="x", description="x")

    Ticket.objects.filter(pk__in=[reports[0].pk, reports[1].pk]).update(team=other)

    assert [each.pk for each in bursts.offers(tim, at=LATER)[0].tickets] == [reports[0].pk, reports[1].pk]
    assert {each.pk for each in likeness.likely_duplicates(reports[0], tim)} == {reports[1].pk}


def test_what_others_see_of_a_burst_is_left_for_them_to_decide(at_acme, reports):
    other = Team.objects.exclude(pk=reports[0].team_id).first()
    tim, burst = limited(other), Burst.objects.get()
    Ticket.objects.filter(pk=reports[0].pk).update(team=other)
    with pytest.raises(NothingChosen):
        incidents.dismiss(burst, actor=tim, at=LATER)
    assert visitor(at_acme, tim).post(reverse("desk:dismiss_burst", args=[burst.pk])).status_code == 404
    Ticket.objects.filter(pk=reports[1].pk).update(team=other)

    incidents.dismiss(burst, actor=tim, at=LATER)

    assert bursts.offers(tim, at=LATER) == []
    mary = make_person("Mary", "manager")
    (offer,) = bursts.offers(mary, at=LATER)
    assert [each.pk for each in offer.tickets] == [each.pk for each in reports[2:]]
    incidents.dismiss(burst, actor=mary, at=LATER)
    assert Burst.objects.get().state == "dismissed"


def test_an_incident_of_one_team_leaves_the_others_offered(reports):
    other = Team.objects.exclude(pk=reports[0].team_id).first()
    tim = limited(other)
    Ticket.objects.filter(pk__in=[reports[0].pk, reports[1].pk]).update(team=other)

    said = {"subject": "Website down", "description": "502"}
    incident = incidents.accept(Burst.objects.get(), chosen=reports[:2], actor=tim, at=LATER, **said)

    late = bursts.late(incident, make_person("Mary", "manager"))
    assert [each.pk for each in late] == [each.pk for each in reports[2:]]


@pytest.mark.parametrize("in_one_step", [True, False])
def test_children_that_an_agent_may_not_see_stay_open(incident, reports, in_one_step):
    other = Team.objects.exclude(pk=reports[0].team_id).first()
    tim = limited(other)
    Ticket.objects.filter(pk__in=[incident.pk, reports[0].pk]).update(team=other)

    if in_one_step:
        actions.reply(incident, author=tim, body="It is back.", at=LATER + MINUTE, reach=Reach.SOLVE)
    else:
        assert incidents.solve_children(incident, actor=tim, at=LATER + MINUTE) == 1
    alarms.work_due(until=LATER + 2 * MINUTE)

    solved = {each.pk for each in reports if Ticket.objects.get(pk=each.pk).status.kind == "solved"}
    assert solved == {reports[0].pk}
    assert Message.objects.filter(body="It is back.").count() == (6 if in_one_step else 0)


def test_what_failed_in_the_background_may_be_asked_for_again(ada, incident):
    incidents.solve_children(incident, actor=ada, at=LATER)
    Alarm.objects.filter(kind=relaying.ALARM).update(parked_at=LATER)

    assert incidents.solve_children(incident, actor=ada, at=LATER + MINUTE) == 5


def test_customers_decide_nothing(grace, reports):
    with pytest.raises(NotPermitted):
        incidents.dismiss(Burst.objects.get(), actor=grace, at=LATER)


def test_another_tenants_tickets_are_not_compared(globex, people, reports, ada):
    with act_as(globex):
        agent = make_person("Hank", "agent")
        theirs = file([make_person(name) for name in ("Ivy", "Jack")])

        assert bursts.offers(agent, at=LATER) == []
        assert likeness.likely_duplicates(theirs[0], agent) == [theirs[1]]
    assert len(bursts.offers(ada, at=LATER)) == 1


def test_likely_duplicates_are_the_customers_own_first(ada, reports, people):
    again = make_ticket(people[0], "Website still down", at=LATER, description="I get error 502 on every page.")

    found = likeness.likely_duplicates(again, ada)

    assert found[0] == reports[0]
    assert {each.pk for each in found} == {each.pk for each in reports}


def rows_read(plan):
    """How many rows the largest step of a plan touched."""
    own = (plan["Actual Rows"] + plan.get("Rows Removed by Filter", 0)) * plan["Actual Loops"]
    return max([own, *(rows_read(step) for step in plan.get("Plans", []))])


def test_looking_for_likely_ones_reads_no_more_on_a_big_desk(ada, grace):
    ticket = make_ticket(grace, "Website is down")
    ticket.organization = make_organization("Initech", grace)
    ticket.save()
    columns = [field.column for field in Ticket._meta.local_concrete_fields if field.column not in ("id", "number")]
    names = ", ".join(f'"{name}"' for name in columns)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO tickets_ticket (id, number, {names}) SELECT uuidv7(), number + n, {names}"  # noqa: S608
            " FROM tickets_ticket, generate_series(1, 20000) AS n WHERE id = %s",
            [ticket.pk],
        )
    middle = Ticket.objects.get(number=ticket.number + 10_000)

    plans = [
        likeness.alike(middle, Ticket.objects.filter(pk__in=among), least=0.3).explain(analyze=True, format="json")
        for among in (likeness.around(middle), likeness.of_customer(middle))
    ]

    assert rows_read(json.loads(plans[0])[0]["Plan"]) <= likeness.MOST_OF_ALL + 1
    assert {"ticket_requester", "ticket_organization"} <= set(re.findall(r'"Index Name": "(\w+)"', plans[1]))
    assert len(likeness.likely_duplicates(middle, ada)) == likeness.MOST_SHOWN


def test_only_children_that_the_reader_sees_are_counted_as_solvable(ada, mary, incident, reports, people):
    role = RoleOfPeople.objects.create(kind="agent", name="Narrow", permissions=["ticket.reply", "ticket.change"])
    eve = make_person("Eve", "admin")
    eve.role = role
    eve.save()
    for ticket in (incident, reports[0]):
        actions.assign(ticket, eve, actor=mary, at=LATER)
    actions.change_status(incident, desk.status_of("solved"), actor=mary, at=LATER)

    numbers = relations.children_in_numbers(incident, eve)

    assert (numbers.total, numbers.active, numbers.solvable) == (5, 5, 1)
    page = visitor(incident.tenant, eve).get(reverse("desk:related", args=[incident.number])).content.decode()
    assert "Solve the 1 that is open" in page
    assert incidents.solve_children(incident, actor=eve, at=LATER) == 1
    assert relations.children_in_numbers(incident, mary).solvable == 5


def test_what_was_unlinked_before_an_answer_came_there_is_not_called_closed(ada, incident, reports):
    actions.reply(incident, author=ada, body="It is back.", at=LATER + MINUTE, reach=CHILDREN)
    actions.unlink(incident, reports[0], actor=ada, at=LATER + MINUTE)
    actions.change_status(reports[1], desk.status_of("closed"), actor=ada, at=LATER + MINUTE)
    alarms.work_due(until=LATER + 2 * MINUTE)

    numbers = relations.children_in_numbers(incident, ada)
    page = visitor(incident.tenant, ada).get(reverse("desk:related", args=[incident.number])).content.decode()

    assert (numbers.refused, numbers.unlinked) == (1, 1)
    assert "1 closed before" in page and "1 no longer part of it" in page


def test_an_incident_that_is_merged_into_another_one_takes_its_tickets_and_answers_along(ada, grace, incident, reports):
    other = make_ticket(grace, "The hosting is down", at=LATER)
    said = actions.reply(incident, author=ada, body="We are on it.", at=LATER + MINUTE)
    relaying.spread(said, CHILDREN, at=LATER + MINUTE)

    actions.merge(incident, into=other, actor=ada, at=LATER + 2 * MINUTE, disclose=True)
    alarms.work_due(until=LATER + 3 * MINUTE)

    assert set(relaying.children_of(other)) == set(reports)
    assert Relay.objects.exclude(done_at=None).filter(refused="").count() == len(reports)
    assert all(report.messages.filter(body="We are on it.").exists() for report in reports)
    assert Burst.objects.get().incident == other

    actions.unmerge(incident, actor=ada, at=LATER + 4 * MINUTE)

    assert set(relaying.children_of(incident)) == set(reports)
    assert Burst.objects.get().incident == incident
