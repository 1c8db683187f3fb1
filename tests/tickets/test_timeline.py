"""The story of a ticket: all of it for agents, and for customers nothing that is said among agents."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils.translation import override

from escalation.actions import escalate
from sla.models import Priority
from tenants import alarms
from tests.support.world import MONDAY_9AM, make_person, make_ticket
from tickets import actions, timeline
from tickets.models import Exclusion, Status

MINUTE = timedelta(minutes=1)


@pytest.fixture
def ticket(grace):
    return make_ticket(grace, priority=Priority.objects.get(key="critical"))


def told(items):
    return [item.text or item.message.body for item in items]


def test_a_story_begins_with_the_filing_and_then_what_was_written(ticket, grace):
    story = timeline.for_customer(ticket, grace)

    assert told(story)[:2] == ["You sent this request", "Smoke comes out of it since eight."]
    assert story[1].actor == "You"


def test_customers_read_the_sentence_of_an_escalation_and_agents_the_reason_too(ticket, ada, grace):
    escalate(ticket, actor=ada, at=MONDAY_9AM + MINUTE, reason="I am out of ideas", sentence="Our specialists go on.")

    theirs = timeline.for_customer(ticket, grace)
    ours = timeline.for_agent(ticket, ada)

    assert "Our specialists go on." in told(theirs)
    assert not any("out of ideas" in item.text + item.detail for item in theirs)
    assert "I am out of ideas" in ours[-1].detail
    assert ours[-1].text.startswith("Ada escalated this from")


def test_customers_never_see_notes_assignments_tags_or_the_reason_of_an_agent(ticket, ada, grace):
    actions.note(ticket, author=ada, body="He is a difficult one", at=MONDAY_9AM + MINUTE)
    actions.take(ticket, actor=ada, at=MONDAY_9AM + 2 * MINUTE)
    actions.add_tag(ticket, "difficult", actor=ada, at=MONDAY_9AM + 3 * MINUTE)
    solved = Status.objects.filter(kind="solved").first()
    actions.change_status(ticket, solved, actor=ada, at=MONDAY_9AM + 4 * MINUTE)
    actions.reopen(ticket, actor=ada, at=MONDAY_9AM + 5 * MINUTE, reason="difficult again")

    theirs = timeline.for_customer(ticket, grace)
    ours = timeline.for_agent(ticket, ada)

    assert not any("difficult" in str((item.text, item.detail, item.message)) for item in theirs)
    assert not any(item.is_internal for item in theirs)
    assert sum("difficult" in str((item.text, item.detail, item.message)) for item in ours) == 3


def test_a_promise_that_was_not_kept_is_told_to_the_customer_without_its_name_among_us(ticket, grace):
    alarms.work_due(until=ticket.due_at + MINUTE)

    words = " ".join(told(timeline.for_customer(ticket, grace)))

    assert "We did not keep the time that we promised for the first answer" in words
    assert "first_response" not in words


def test_customers_read_which_exclusion_holds_in_their_language(ticket, ada, grace):
    exclusion = Exclusion.objects.first()
    actions.mark_not_covered(ticket, exclusion, actor=ada, at=MONDAY_9AM + MINUTE)

    with override("ru"):
        last = [item for item in timeline.for_customer(ticket, grace) if item.verb == "ticket.not_covered"][-1]
        name = str(exclusion)

    assert name in last.text


def test_an_agent_without_a_name_is_not_given_away_by_address(ticket, grace, at_acme):
    nameless = make_person("nameless", "agent")
    nameless.name = ""
    nameless.save()
    actions.reply(ticket, author=nameless, body="Unplug it.", at=MONDAY_9AM + MINUTE)

    authors = {item.actor for item in timeline.for_customer(ticket, grace)}

    assert authors == {"You", at_acme.name}


def test_a_word_with_a_percent_sign_is_left_as_it_is(ticket, ada):
    actions.add_tag(ticket, "100%s", actor=ada, at=MONDAY_9AM + MINUTE)

    assert timeline.for_agent(ticket, ada)[-1].text == "Ada added the tag 100%s"


def test_a_story_costs_three_queries_however_long_it_is(ticket, ada, grace, django_assert_max_num_queries):
    for minute in range(1, 9):
        file = SimpleUploadedFile("log.txt", b"smoke")
        actions.reply(ticket, author=ada, body="Unplug it.", at=MONDAY_9AM + minute * MINUTE, files=[file])
        actions.comment(ticket, author=grace, body="It burns.", at=MONDAY_9AM + minute * MINUTE)

    timeline.for_agent(ticket, ada)  # the policy is read once a process
    with django_assert_max_num_queries(3):
        ours = timeline.for_agent(ticket, ada)
    with django_assert_max_num_queries(3):
        timeline.for_customer(ticket, grace)

    assert sum(len(item.attachments) for item in ours) == 8
