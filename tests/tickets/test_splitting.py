"""Splitting messages off into a ticket of their own: nothing is lost, and its clocks know the whole wait."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.files.base import ContentFile

from inbox.models import OutgoingMail
from tenants import alarms
from tenants.errors import NotPermitted
from tests.support.world import MONDAY_9AM, make_organization, make_person, make_ticket
from tickets import actions, timeline
from tickets.errors import NothingToSplit
from tickets.models import Message, Ticket, TicketLink

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)
ASKED, SPLIT = MONDAY_9AM + 10 * MINUTE, MONDAY_9AM + 40 * MINUTE


@pytest.fixture
def ticket(grace):
    return make_ticket(grace, "Printer on fire")


@pytest.fixture
def asked(ticket, grace):
    """Something else, with a file."""
    files = [ContentFile(b"screen", name="screen.txt")]
    return actions.comment(ticket, author=grace, body="By the way, how do I reset my password?", at=ASKED, files=files)


def split(ticket, *messages, actor, **more):
    more.setdefault("subject", "Password")
    return actions.split(ticket, messages=[each.pk for each in messages], actor=actor, at=SPLIT, **more)


def test_a_message_becomes_a_ticket_with_its_files_and_the_old_one_keeps_it(ada, grace, ticket, asked):
    new = split(ticket, asked, actor=ada)

    first = new.messages.get()
    assert (new.requester, new.subject, new.category, first.body) == (grace, "Password", ticket.category, asked.body)
    (file,) = first.attachments.all()
    assert (file.name, file.file.read()) == ("screen.txt", b"screen")
    assert asked.attachments.get().file.read() == b"screen"
    assert ticket.messages.filter(pk=asked.pk).exists()
    assert TicketLink.objects.get(kind="relates").source == ticket


def test_pictures_in_the_text_are_shown_from_the_copy(ada, grace, ticket, asked):
    picture = asked.attachments.get()
    Message.objects.filter(pk=asked.pk).update(html=f'<p>See <img src="/files/{picture.pk}"></p>')

    first = split(ticket, asked, actor=ada).messages.get()

    assert first.html == f'<p>See <img src="/files/{first.attachments.get().pk}"></p>'


def test_its_clocks_run_from_when_the_message_was_posted(ada, ticket, asked):
    new = split(ticket, asked, actor=ada)

    first_response = new.clocks.get(metric="first_response")
    assert (new.created_at, first_response.started_at, first_response.state) == (ASKED, ASKED, "running")
    assert ticket.clocks.get(metric="first_response").state == "running"


def test_an_answer_among_the_messages_counts_as_one(ada, ticket, asked):
    answer = actions.reply(ticket, author=ada, body="Press the link.", at=ASKED + 5 * MINUTE)

    new = split(ticket, answer, asked, actor=ada)

    assert [each.body for each in new.messages.order_by("posted_at")] == [asked.body, answer.body]
    clock = new.clocks.get(metric="first_response")
    assert (clock.state, clock.fulfilled_at) == ("fulfilled", answer.posted_at)


def test_both_histories_tell_it_and_the_customer_gets_one_mail(ada, grace, ticket, asked):
    alarms.work_due(until=SPLIT)
    before = OutgoingMail.objects.filter(address=grace.email).count()

    new = split(ticket, asked, actor=ada)
    alarms.work_due(until=SPLIT + MINUTE)

    assert OutgoingMail.objects.filter(address=grace.email).count() == before + 1
    said = {
        each: [item.text for item in timeline.for_agent(each, ada) if not item.is_message] for each in (ticket, new)
    }
    assert f"Ada made ticket {new.number} out of messages of this one" in said[ticket]
    assert f"Ada split this off from ticket {ticket.number}" in said[new]
    read = [item.text for item in timeline.for_customer(ticket, grace)]
    assert f"You wrote about something else too. We work on that in request {new.number}." in read


def test_the_new_one_is_its_authors_and_not_the_requesters(ada, grace, ticket):
    bob = make_person("Bob")
    company = make_organization("Initech", grace, bob, scope="all")
    Ticket.objects.filter(pk=ticket.pk).update(organization=company)
    asked = actions.comment(ticket, author=bob, body="And my chair is broken.", at=ASKED)

    new = split(ticket, asked, actor=ada, subject="Chair")

    assert (new.requester, new.organization) == (bob, company)


def test_notes_and_messages_of_other_tickets_are_not_split_off(ada, grace, ticket):
    note = actions.note(ticket, author=ada, body="Psst", at=ASKED)
    other = make_ticket(grace, "Other").messages.get()

    for chosen in ([note], [other], [Message(pk=uuid4())], []):
        with pytest.raises(NothingToSplit):
            split(ticket, *chosen, actor=ada)
    assert Ticket.objects.count() == 2


def test_customers_split_nothing(grace, ticket, asked):
    with pytest.raises(NotPermitted):
        split(ticket, asked, actor=grace)
