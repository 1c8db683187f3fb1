"""A website's technical support: two levels, a number for each request, escalations that the customer can follow."""

import re
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import transaction

from tests.policies.clauses import clause
from tests.support.world import make_person
from tests.tickets.portal import text_of
from tickets import actions
from tickets.models import Status, Ticket

MONDAY_9AM = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@clause("B2")
@time_machine.travel(MONDAY_9AM, tick=False)
def test_urgent_is_a_few_hours_and_the_rest_24(desk_on):
    desk = desk_on("techsupport")

    urgent, other = desk.file("errors", priority="urgent"), desk.file("errors", priority="non-urgent")

    assert [desk.row(ticket).due.remaining for ticket in (urgent, other)] == ["4 h", "24 h"]
    assert "We answer by Monday 2 March, 13:00 (UTC time)." in desk.customer_reads(urgent)
    clocks = desk.api().get(f"tickets/{other.number}/").json()["clocks"]
    assert {clock["metric"]: clock["target_seconds"] for clock in clocks}["first_response"] == 24 * 3600


@clause("B2")
@time_machine.travel(MONDAY_9AM, tick=False)
def test_a_few_hours_is_the_administrator_s_number(desk_on):
    desk = desk_on("techsupport")
    before = desk.file("errors", priority="urgent")

    desk.apply(("first_response: 4h", "first_response: 3h"))
    after = desk.file("errors", priority="urgent")

    assert "Urgent 3 hours" in text_of(desk.anonymous().get("/policy/"))
    assert "We answer by Monday 2 March, 12:00" in desk.customer_reads(after)
    assert "We answer by Monday 2 March, 13:00" in desk.customer_reads(before)


@clause("B3")
@pytest.mark.parametrize(
    ("category", "asked"),
    [
        ("website-features", ["Page"]),
        ("errors", ["Page", "Error message"]),
        ("performance", ["Slow page", "Since when, and how slow?"]),
    ],
)
def test_functions_errors_and_performance_have_forms_whose_answers_agents_read(desk_on, category, asked):
    desk = desk_on("techsupport")

    ticket = desk.file(category)

    for reads in (desk.customer_reads, desk.agent_reads):
        page = reads(ticket)
        assert all(f"{label} https://example.com/page" in page for label in asked[:1])
        assert all(label in page for label in asked)


@clause("B3")
def test_what_a_form_needs_is_asked_for_at_its_field(desk_on):
    desk = desk_on("techsupport")
    path, form = desk.form("performance", **{"answer-page": ""})

    page = desk.portal().post(path, form)

    assert page.status_code == 422
    assert page.context["form"].errors["answer-page"]
    assert "I press Save." in page.content.decode()


@clause("B4")
def test_the_number_is_told_at_once_by_page_mail_and_api(desk_on):
    desk = desk_on("techsupport")
    path, form = desk.form("errors")

    page = desk.portal().post(path, form, follow=True)
    filed = desk.api().post("tickets/", {"subject": "Search shows Error 502", "description": "Since ten."})

    number = page.context["ticket"].number
    assert f"Its number is #{number}" in text_of(page)
    assert filed.status_code == 201
    assert filed.json()["number"] == number + 1
    assert desk.last_mail().subject.startswith(f"[#{number + 1}] ")


@clause("B4")
def test_a_number_is_never_used_again_even_when_its_ticket_was_never_filed(desk_on):
    desk = desk_on("techsupport")
    first = desk.file("errors")
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        desk.file("errors")
        raise ZeroDivisionError
    second = desk.file("errors")
    actions.merge(second, into=first, actor=desk.ada, at=datetime.now(UTC))

    third = desk.file("errors")

    assert first.number < second.number < third.number
    assert len(set(Ticket.objects.values_list("number", flat=True))) == 3
    assert f"joined with #{first.number}" in desk.customer_reads(second)


@clause("B5")
def test_the_customer_follows_the_escalation_and_never_reads_a_note(desk_on):
    desk = desk_on("techsupport")
    with time_machine.travel(MONDAY_9AM, tick=False):
        ticket = desk.file("errors", priority="urgent")
        desk.agent_does(ticket, "send", kind="note", body="Typical of this one.")
    with time_machine.travel(MONDAY_9AM + timedelta(hours=4, minutes=1), tick=False):
        mail = desk.last_mail().text
        page, agents = desk.customer_reads(ticket), desk.agent_reads(ticket)
        timeline = str(desk.api().get(f"tickets/{ticket.number}/").json())

    sentence = "It was escalated to the next level of support."
    for told in (mail, page, timeline):
        assert "Your request was escalated to the next level of support." in told or sentence in told
        assert "Typical of this one." not in told
        assert "nobody had answered" not in told
    assert "With Level 2: technical specialists" in page
    assert "Typical of this one." in agents
    assert "nobody had answered" in agents


@clause("B5")
def test_every_change_of_state_stands_in_the_customer_s_timeline_and_mail(desk_on):
    desk = desk_on("techsupport")
    ticket = desk.file("errors")

    for kind in ("pending", "on_hold", "open", "solved"):
        status = Status.objects.get(kind=kind)
        desk.agent_does(ticket, "do/status", status=status.pk)
        sentence = f"Your request is now: {status.customer_name['en']}"
        assert sentence in desk.customer_reads(ticket)
        assert sentence in desk.last_mail().text


@clause("B5")
def test_the_timelines_of_agent_and_customer_tell_the_same_story(desk_on):
    desk = desk_on("techsupport")
    ticket = desk.file("errors")
    desk.agent_does(ticket, "send", kind="reply", body="Which browser do you use?")
    desk.agent_does(ticket, "send", kind="note", body="Looks like the cache.")
    actions.comment(ticket, author=desk.grace, body="Firefox.", at=datetime.now(UTC))

    said = ["I press Save.", "Which browser do you use?", "Firefox."]
    story = re.search(r"What happened.*", desk.customer_reads(ticket)) or re.search(r".*", desk.customer_reads(ticket))

    assert story
    places = [desk.customer_reads(ticket).index(words) for words in said]
    assert places == sorted(places)
    assert all(words in desk.agent_reads(ticket) for words in [*said, "Looks like the cache."])
    assert "Looks like the cache." not in desk.customer_reads(ticket)


@clause("B5")
def test_a_stranger_reads_nothing_of_it(desk_on):
    desk = desk_on("techsupport")
    ticket, stranger = desk.file("errors"), make_person("Mallory")

    assert desk.portal(person=stranger).get(f"/tickets/{ticket.number}/").status_code == 404
    assert desk.api(stranger).get(f"tickets/{ticket.number}/").status_code == 404
