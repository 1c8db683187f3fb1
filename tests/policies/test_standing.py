"""Fair use where two things meet: strikes on tickets of others, two at once, suspended anew, decided too late."""

from __future__ import annotations

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from inbox.models import OutgoingMail
from tenants import alarms
from tenants.text import say
from tests.policies.clauses import clause
from tests.policies.test_fair_use import CATEGORY, DAY, MINUTE, NOON
from tests.support.world import join, make_person, policy_file
from tests.tickets.portal import text_of
from tickets import actions
from tickets.errors import NotSuspended
from tickets.fairuse.standing import standing_of
from tickets.models import Strike, Suspension, Team, Ticket

REASON = "Era secreto: la nomina."


@pytest.fixture
def justo(desk_on):
    with time_machine.travel(NOON, tick=False) as clock:
        desk = desk_on("justo")
        desk.clock = clock
        yield desk


@pytest.fixture
def struck(justo):
    """Grace's ticket with a false report, and another with a team of which Max is the only member."""
    justo.ticket = justo.file(CATEGORY, "es", subject="Nomina de enero")
    actions.mark_false_report(justo.ticket, reason=REASON, actor=justo.ada, at=timezone.now())
    justo.other = justo.file(CATEGORY, "es", subject="El correo rebota")
    justo.max = make_person("Max", "agent", language="en")
    justo.max.role.permissions = [
        *(each for each in justo.max.role.permissions if each != "ticket.see_all"),
        "ticket.mark_false",
    ]
    justo.max.role.save()
    team = join(justo.max, Team.objects.exclude(pk=justo.ticket.team_id).first())
    Ticket.objects.filter(pk=justo.other.pk).update(team=team)
    return justo


@clause("D12")
def test_who_does_not_see_a_ticket_reads_only_that_something_counts_and_takes_nothing_back(struck):
    strike = Strike.objects.get()
    desk = struck.workspace("en", struck.max)
    path = f"/desk/fair-use/people/{struck.grace.pk}"
    page, panel = desk.get(path), desk.get(f"/desk/tickets/{struck.other.number}/conduct")
    answer = struck.api(struck.max).get(f"people/{struck.grace.pk}/fair-use/")
    assert (page.status_code, panel.status_code, answer.status_code) == (200, 200, 200)
    for shown in (text_of(page), text_of(panel), str(answer.json())):
        assert str(struck.ticket.number) in shown
        assert "Nomina" not in shown and REASON not in shown

    assert desk.post(f"/desk/fair-use/strikes/{strike.pk}/withdraw").status_code == 404
    assert struck.api(struck.max).post(f"strikes/{strike.pk}/withdraw/").status_code == 404

    assert REASON in text_of(struck.workspace("es", make_person("Mary", "manager")).get(path))


def test_what_is_not_listed_any_more_counts_all_the_same(struck):
    grace, at = struck.ticket.requester, timezone.now()
    Strike.objects.bulk_create(
        Strike(person=grace, ticket=struck.other, kind="rude", counts=True, at=at - n * MINUTE) for n in range(60)
    )

    standing = standing_of(grace, at=at)
    page = struck.workspace("en", make_person("Mary", "manager")).get(f"/desk/fair-use/people/{grace.pk}")

    assert (len(standing.strikes), standing.number) == (50, 61)
    assert "The newest 50 are shown here; 61 count in all." in text_of(page)


@clause("D11", "D12")
def test_the_ticket_is_locked_before_its_strike_by_whoever_takes_it_back(struck):
    with CaptureQueriesContext(connection) as asked:
        actions.withdraw_strike(Strike.objects.get(), actor=struck.ada, at=timezone.now())

    locks = [query["sql"] for query in asked if "FOR UPDATE" in query["sql"]]
    assert 'FROM "tickets_ticket"' in locks[0]
    assert 'FROM "tickets_strike"' in locks[1]


@clause("D12")
def test_what_counts_against_one_person_is_counted_one_at_a_time(struck):
    with CaptureQueriesContext(connection) as asked:
        actions.mark_false_report(struck.other, reason="No", actor=struck.ada, at=timezone.now())

    sql = [query["sql"] for query in asked]
    locked = next(n for n, each in enumerate(sql) if 'FROM "tenants_user"' in each and "FOR NO KEY UPDATE" in each)
    written = next(n for n, each in enumerate(sql) if each.startswith('INSERT INTO "tickets_strike"'))
    assert locked < written


def mails_to(person):
    alarms.work_due(until=timezone.now())
    return [mail.text for mail in OutgoingMail.objects.filter(address=person.email).order_by("created_at", "id")]


@pytest.fixture
def objected(justo):
    justo.mary, justo.nora = (make_person(name, "manager", language="es") for name in ("Mary", "Nora"))
    now = timezone.now()
    made = actions.suspend(justo.grace, since=now, until=now + DAY, reason="Uso injusto", actor=justo.mary, at=now)
    mails_to(justo.grace)
    actions.appeal(made, text="No fui yo.", actor=justo.grace, at=now)
    return made


@clause("C13")
@pytest.mark.parametrize(("is_granted", "told"), [(False, "sigue suspendido"), (True, "ya no está suspendido")])
def test_an_objection_goes_over_to_what_takes_the_place_of_its_suspension(justo, objected, is_granted, told):
    justo.clock.shift(MINUTE)
    now = timezone.now()
    anew = actions.suspend(justo.grace, since=now, until=None, reason="Otra vez", actor=justo.mary, at=now)
    before = mails_to(justo.grace)

    assert Suspension.objects.to_decide().get() == anew
    assert not any("ya no está suspendido" in text for text in before)
    with pytest.raises(NotSuspended):
        actions.decide_appeal(objected, is_granted=is_granted, words="Lo vimos.", actor=justo.nora, at=now)
    actions.decide_appeal(anew, is_granted=is_granted, words="Lo vimos.", actor=justo.nora, at=now)

    answer = mails_to(justo.grace)[len(before) :]
    assert len(answer) == 1
    assert told in answer[0] and "Lo vimos." in answer[0]


@clause("C13")
def test_an_objection_is_over_with_its_suspension(justo, objected):
    justo.clock.shift(2 * DAY)
    mails_to(justo.grace)

    assert "waits for a decision" in text_of(justo.workspace("en", justo.nora).get("/desk/fair-use/"))
    with pytest.raises(NotSuspended):
        actions.decide_appeal(objected, is_granted=True, words="Lo vimos.", actor=justo.nora, at=timezone.now())


@clause("C13")
def test_an_answer_is_told_also_when_the_suspension_ends_in_the_same_moment(justo, objected):
    actions.decide_appeal(objected, is_granted=False, words="Lo vimos.", actor=justo.nora, at=timezone.now())
    actions.lift_suspension(justo.grace, actor=justo.nora, at=timezone.now())

    told = mails_to(justo.grace)[-2:]

    assert "Lo vimos." in told[0]
    assert "ya no está suspendido" in told[1] and "Lo vimos." not in told[1]


@pytest.mark.parametrize("policy", ["ione", "techsupport", "alleanza", "justo", "hostiquant"])
def test_the_page_of_fair_use_says_which_rules_hold_or_that_there_are_none(desk_on, policy):
    document, _ = policy_file(policy)
    page = text_of(desk_on(policy).portal().get("/fair-use/"))

    named = bool(document.fair_use.rules)
    assert ("Our support policy names no rules of conduct of its own." in page) == (not named)
    assert ("The rules say what we ask of each other." in page) == (named and document.fair_use.strikes is None)
    for said in document.fair_use.rules or document.responsibilities.customer:
        assert " ".join(say(said, "en").split()) in page
