"""Who else reads a ticket: staff who follow, customers in copy. Each is told once; nobody reads what is not theirs."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from inbox.models import OutgoingMail
from tenants import alarms
from tenants.errors import NotPermitted
from tenants.models import User
from tests.api.client import Api
from tests.support.world import MONDAY_9AM, make_organization, make_person, make_ticket
from tests.tickets.portal import text_of, visitor
from tickets import actions, recipients, timeline
from tickets.errors import AsksAlready, TicketClosed, TooManyInCopy, WorksHere
from tickets.models import Event, Participant, Status, Ticket

MINUTE = timedelta(minutes=1)
LATER = MONDAY_9AM + 5 * MINUTE


@pytest.fixture
def ticket(grace):
    return make_ticket(grace)


@pytest.fixture
def linus(at_acme):
    return make_person("Linus")


def copy(ticket, ada, *people):
    return actions.add_participants(ticket, [person.email for person in people], actor=ada, at=LATER)


def deliver():
    alarms.work_due(MONDAY_9AM + timedelta(hours=1))


def mails(person, **more):
    return list(OutgoingMail.objects.filter(address=person.email, **more).order_by("event"))


def test_who_is_in_copy_reads_answers_and_gets_each_public_message_once(ticket, ada, linus):
    assert not Ticket.objects.visible_to(linus).exists()

    copy(ticket, ada, linus)
    actions.reply(ticket, author=ada, body="Unplug it.", at=LATER + MINUTE)
    actions.note(ticket, author=ada, body="They never dust it.", at=LATER + 2 * MINUTE)
    deliver()
    deliver()

    assert list(Ticket.objects.visible_to(linus)) == [ticket]
    welcome, said = mails(linus)
    assert "put you in copy of request" in welcome.text
    assert "Unplug it." in said.text
    assert not [mail for mail in OutgoingMail.objects.all() if "dust" in mail.text and mail.address == linus.email]
    page = text_of(visitor(ticket.tenant, linus).get(f"/tickets/{ticket.number}/"))
    assert "Unplug it." in page
    assert "dust" not in page


def test_an_answer_of_somebody_in_copy_takes_the_ticket_up_again_and_tells_the_others(ticket, ada, grace, linus):
    copy(ticket, ada, linus)
    actions.take(ticket, actor=ada, at=LATER)
    pending = Status.objects.get(kind="pending")
    actions.reply(ticket, author=ada, body="Which colour?", at=LATER + MINUTE, status=pending)

    actions.comment(ticket, author=linus, body="It is grey.", at=LATER + 2 * MINUTE)
    deliver()

    ticket.refresh_from_db()
    assert ticket.status.kind == "open"
    assert [mail.kind for mail in mails(grace) if "It is grey." in mail.text] == ["comment"]
    assert [mail.kind for mail in mails(ada) if "It is grey." in mail.text] == ["comment"]
    assert not [mail for mail in mails(linus) if "It is grey." in mail.text]


def test_out_of_copy_the_ticket_is_gone_and_no_more_mail_comes(ticket, ada, linus):
    copy(ticket, ada, linus)
    actions.remove_participant(ticket, linus, actor=linus, at=LATER + MINUTE)
    actions.reply(ticket, author=ada, body="Unplug it.", at=LATER + 2 * MINUTE)
    deliver()

    assert not Ticket.objects.visible_to(linus).exists()
    assert not [mail for mail in mails(linus) if "Unplug" in mail.text]
    assert visitor(ticket.tenant, linus).get(f"/tickets/{ticket.number}/").status_code == 404


def test_a_new_address_becomes_a_customer_and_is_marked_as_new_and_outside(at_acme, grace, ada):
    ticket = make_ticket(grace, organization=make_organization("Initech", grace))

    actions.add_participants(ticket, ["New.Colleague@elsewhere.example"], actor=ada, at=LATER)

    requester, new = recipients.of(ticket)
    assert (requester.person, requester.why, requester.is_new, requester.is_outside) == (
        grace,
        "requester",
        False,
        False,
    )
    assert (new.address, new.why, new.is_new, new.is_outside) == ("new.colleague@elsewhere.example", "copy", True, True)
    assert new.person.role.kind == "customer"


def test_staff_the_requester_strangers_and_crowds_are_not_put_in_copy(ticket, ada, grace, linus, mary):
    with pytest.raises(WorksHere):
        copy(ticket, ada, mary)
    with pytest.raises(AsksAlready):
        copy(ticket, ada, grace)
    with pytest.raises(NotPermitted):
        actions.add_participants(ticket, [linus.email], actor=linus, at=LATER)
    with pytest.raises(TooManyInCopy):
        actions.add_participants(ticket, [f"p{n}@crowd.example" for n in range(21)], actor=ada, at=LATER)
    actions.change_status(ticket, Status.objects.get(kind="closed"), actor=ada, at=LATER)
    with pytest.raises(TicketClosed):
        copy(ticket, ada, linus)


def test_the_address_of_who_has_no_name_stands_in_no_event_and_agents_read_it(ada, grace):
    ticket = make_ticket(grace)
    (stranger,) = actions.add_participants(ticket, ["stranger@elsewhere.example"], actor=ada, at=MONDAY_9AM)
    actions.remove_participant(ticket, stranger, actor=ada, at=MONDAY_9AM)

    assert "elsewhere.example" not in str(list(Event.objects.filter(ticket=ticket).values_list("data", flat=True)))
    told = [item.text for item in timeline.for_agent(ticket, ada)]
    assert "Ada put stranger@elsewhere.example in copy" in told
    assert "Ada took stranger@elsewhere.example out of copy" in told
    assert "elsewhere.example" not in str([item.text for item in timeline.for_customer(ticket, grace)])


def test_nobody_takes_another_customer_out_of_copy(ticket, ada, linus):
    copy(ticket, ada, linus)

    with pytest.raises(NotPermitted):
        actions.remove_participant(ticket, linus, actor=make_person("Eve"), at=LATER)
    assert Participant.objects.count() == 1


def test_a_follower_is_told_of_everything_others_do_and_of_nothing_they_did(ticket, ada, grace, mary):
    actions.follow(ticket, actor=mary, at=LATER)
    actions.follow(ticket, actor=mary, at=LATER)
    actions.take(ticket, actor=ada, at=LATER)
    actions.note(ticket, author=ada, body="Psst.", at=LATER + MINUTE)
    actions.comment(ticket, author=grace, body="Still burning.", at=LATER + 2 * MINUTE)
    actions.note(ticket, author=mary, body="My own note.", at=LATER + 3 * MINUTE)
    deliver()
    deliver()

    told = mails(mary)
    assert ["Psst." in mail.text for mail in told].count(True) == 1
    assert ["Still burning." in mail.text for mail in told].count(True) == 1
    assert not any("My own note." in mail.text for mail in told)
    assert "assigned this to Ada" in told[0].text
    assert "because you follow this ticket" in told[0].text

    actions.unfollow(ticket, actor=mary, at=LATER + 4 * MINUTE)
    actions.comment(ticket, author=grace, body="And now?", at=LATER + 5 * MINUTE)
    deliver()
    assert len(mails(mary)) == len(told)
    assert Event.objects.filter(ticket=ticket, verb="ticket.followed").count() == 1


def test_customers_follow_nothing_and_read_of_no_follower(ticket, ada, grace, mary):
    with pytest.raises(NotPermitted):
        actions.follow(ticket, actor=grace, at=LATER)
    actions.follow(ticket, actor=mary, at=LATER)

    assert not [item for item in timeline.for_customer(ticket, grace) if "follow" in item.text]
    assert [item.text for item in timeline.for_agent(ticket, ada)][-1] == "Mary follows this ticket"


def test_merging_takes_the_readers_along(at_acme, ticket, ada, grace, linus, mary):
    stays = make_ticket(grace, "The printer again")
    copy(ticket, ada, linus)
    actions.follow(ticket, actor=mary, at=LATER)

    actions.merge(ticket, into=stays, actor=ada, at=LATER + MINUTE, disclose=True)

    assert list(recipients.in_copy(stays)) == [linus]
    assert not [item for item in timeline.for_customer(stays, grace) if "Linus" in item.text]
    assert "Ada put Linus in copy" in [item.text for item in timeline.for_agent(stays, ada)]
    assert recipients.followers(stays) == [mary]


def test_the_requester_sees_who_is_in_copy_and_the_copied_find_their_tickets(ticket, ada, grace, linus):
    copy(ticket, ada, linus)

    page = text_of(visitor(ticket.tenant, grace).get(f"/tickets/{ticket.number}/"))
    assert "In copy" in page
    assert "Linus" in page
    theirs = visitor(ticket.tenant, linus)
    assert "In copy" in text_of(theirs.get("/tickets/"))
    assert ticket.subject in text_of(theirs.get("/tickets/copies/"))
    assert theirs.post(f"/tickets/{ticket.number}/leave", follow=True).status_code == 200
    assert theirs.post(f"/tickets/{ticket.number}/leave").status_code == 404
    assert not Participant.objects.exists()


@pytest.fixture
def as_staff(acme, ada):
    client = Client(headers={"host": "acme.localhost"})
    client.force_login(ada)
    return client


def test_an_agent_puts_people_in_copy_and_is_asked_about_new_addresses(as_staff, ticket, linus):
    path = reverse("desk:copy", args=[ticket.number])
    typed = f"{linus.email}, typo@elsewhere.example"

    asked = as_staff.post(path, {"emails": typed})
    assert asked.status_code == 422
    assert "New here: typo@elsewhere.example" in text_of(asked)
    assert typed in asked.content.decode()
    assert not User.objects.filter(email__startswith="typo").exists()

    done = as_staff.post(path, {"emails": typed, "enter": "on"}, follow=True)
    assert "2 people are in copy." in text_of(done)
    block = as_staff.get(reverse("desk:ticket_people", args=[ticket.number]))
    assert "new address" in text_of(block)
    as_staff.post(reverse("desk:remove_copy", args=[ticket.number, linus.pk]))
    assert Participant.objects.count() == 1


@pytest.mark.parametrize("typed", ["", "no address", "a@b.example\x00"])
def test_what_is_no_address_comes_back_with_a_sentence(as_staff, ticket, typed):
    answer = as_staff.post(reverse("desk:copy", args=[ticket.number]), {"emails": typed})

    assert answer.status_code in (400, 422)
    assert not Participant.objects.exists()


def test_following_is_one_press_on_the_ticket(as_staff, ticket, ada):
    as_staff.post(reverse("desk:follow", args=[ticket.number]))
    assert "Stop following" in text_of(as_staff.get(reverse("desk:ticket", args=[ticket.number])))
    assert recipients.followers(ticket) == [ada]

    as_staff.post(reverse("desk:unfollow", args=[ticket.number]))
    assert recipients.followers(ticket) == []


def test_programs_put_in_copy_take_out_and_follow(ticket, ada, grace, linus):
    as_ada, as_grace = Api(ada), Api(grace)
    path = f"tickets/{ticket.number}/participants/"

    added = as_ada.post(path, {"emails": [linus.email]})
    assert (added.status_code, [each["name"] for each in added.json()]) == (201, ["Linus"])
    assert [each["name"] for each in as_grace.get(path).json()] == ["Linus"]
    assert as_grace.post(path, {"emails": ["x@y.example"]}).status_code == 409  # not by this desk's rules
    assert as_grace.call("DELETE", f"{path}{linus.pk}/").status_code == 403
    assert as_ada.post(f"tickets/{ticket.number}/follow/").status_code == 204
    assert as_grace.post(f"tickets/{ticket.number}/follow/").status_code == 403
    assert as_ada.call("DELETE", f"tickets/{ticket.number}/follow/").status_code == 204
    assert Api(linus).call("DELETE", f"{path}{linus.pk}/").status_code == 204
    assert Api(linus).get(f"tickets/{ticket.number}/").status_code == 404


def test_people_in_copy_read_no_address_of_one_another(ticket, ada, grace, linus):
    copy(ticket, ada, linus)
    actions.add_participants(ticket, ["secret@elsewhere.example"], actor=ada, at=LATER)
    path = f"tickets/{ticket.number}/participants/"

    for person in (linus, grace):
        assert "Ada put somebody in copy" in [item.text for item in timeline.for_customer(ticket, person)]
    page = text_of(visitor(ticket.tenant, linus).get(f"/tickets/{ticket.number}/"))
    assert "A person in copy" in page and "secret@" not in page
    shown = Api(linus).get(path).json()
    assert {(each["name"], each["email"]) for each in shown} == {("Linus", linus.email), ("A person in copy", None)}
    for person in (ada, grace):
        assert "secret@elsewhere.example" in [each["email"] for each in Api(person).get(path).json()]


def test_who_writes_is_known_to_the_other_customers_by_name_alone(ticket, ada, grace, linus):
    copy(ticket, ada, linus)
    actions.add_participants(ticket, ["secret@elsewhere.example"], actor=ada, at=LATER)
    secret = User.objects.get(email="secret@elsewhere.example")
    actions.comment(ticket, author=secret, body="Me too.", at=LATER + MINUTE)
    actions.comment(ticket, author=linus, body="Us too.", at=LATER + 2 * MINUTE)
    path = f"tickets/{ticket.number}/messages/"

    for reader in (linus, grace):
        said = {each["body"]: each["author"] for each in Api(reader).get(path).json()["results"]}
        assert (said["Me too."]["name"], said["Me too."]["email"]) == ("Customer", None)
        assert said["Us too."]["email"] == (linus.email if reader == linus else None)
        assert "secret@" not in Api(reader).get(f"tickets/{ticket.number}/").content.decode()
    assert "secret@" not in text_of(visitor(ticket.tenant, linus).get(f"/tickets/{ticket.number}/"))
    assert grace.email not in Api(linus).get(path).content.decode()
    assert "secret@elsewhere.example" in Api(ada).get(path).content.decode()
