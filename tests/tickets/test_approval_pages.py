"""Approvals on pages: asked in a form, answered by staff and customers without scripts, found in lists."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.support.world import MONDAY_9AM, make_organization, make_person, make_ticket
from tests.tickets.portal import text_of, visitor
from tickets import actions
from tickets.models import Approval, Event, Membership, Status, Ticket
from tickets.selection import parse, select
from tickets.selection.selecting import Desk


@pytest.fixture
def boss(grace):
    """Of Grace's company, but without sight of the others' requests."""
    initech = make_organization("Initech", grace)
    person = make_person("Bill")
    Membership.objects.create(user=person, organization=initech, scope="own")
    return person


@pytest.fixture
def ticket(grace, boss):
    ticket = make_ticket(grace, organization=grace.memberships.get().organization)
    actions.reply(ticket, author=make_person("Agnes", "agent"), body="We look at it.", at=MONDAY_9AM)
    return ticket


@pytest.fixture
def as_ada(acme, ada):
    client = Client(headers={"host": "acme.localhost", "accept-language": "en"})
    client.force_login(ada, backend="tenants.backends.PersonBackend")
    return client


def ask(ticket, ada, *people, **more):
    more = {"text": "Buy a new printer for 900 euros.", "at": timezone.now(), **more}
    return actions.ask_approval(ticket, approvers=people, actor=ada, **more)


def test_an_agent_asks_by_address_or_name_and_by_when(as_ada, ticket, mary, boss):
    path = reverse("desk:ask_approval", args=[ticket.number])
    shown = text_of(as_ada.get(path))
    assert "In 2 working days" in shown

    as_ada.post(path, {"text": "Buy it.", "approvers": f"{mary.email}, bill", "needs": "any", "due": "2d"})

    approval = Approval.objects.get()
    assert {each.person for each in approval.approvers.all()} == {mary, boss}
    assert approval.due_at > timezone.now() + timedelta(days=1)
    block = text_of(as_ada.get(reverse("desk:ticket_approvals", args=[ticket.number])))
    assert "Buy it." in block
    assert "No answer yet" in block
    page = text_of(as_ada.get(reverse("desk:ticket", args=[ticket.number])))
    assert "asked Mary, Bill for approval by" in page
    assert "1 waiting" in page


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ({"approvers": "nobody@nowhere.example"}, "Nobody who can be asked is called nobody@nowhere.example"),
        ({"approvers": "eve@globex.example"}, "Nobody who can be asked is called eve@globex.example"),
        ({"approvers": "ada@acme.example"}, "approve what you ask for yourself"),
        ({"approvers": "mallory@acme.example"}, "be asked: choose a colleague"),
        ({"approvers": "gone@acme.example"}, "The account of Gone is closed"),
        ({"approvers": ""}, "required"),
        ({"approvers": ", ".join(f"a{n}@acme.example" for n in range(21))}, "At most 20 people"),
        ({"due": "time"}, "Choose the time"),
        ({"due": "time", "until": "2020-01-01T10:00"}, "This time has passed already"),
        ({"text": "x" * 2001}, "2000"),
    ],
)
def test_what_can_not_be_asked_is_told_and_nothing_typed_is_lost(as_ada, ticket, mary, globex, typed, says):
    make_person("Mallory")
    make_person("Gone", "agent", is_active=False)
    said = {"text": "Buy the blue one.", "approvers": mary.email, "needs": "all", "due": "", **typed}

    answer = as_ada.post(reverse("desk:ask_approval", args=[ticket.number]), said)

    assert answer.status_code == 422
    assert says in text_of(answer)
    assert said["text"] in answer.content.decode()
    assert not Approval.objects.exists()


def test_people_are_suggested_who_can_be_asked(as_ada, ticket, mary, boss):
    make_person("Mallory")
    path = reverse("desk:suggest_approvers", args=[ticket.number])

    assert "bill@acme.example" in text_of(as_ada.get(path, {"q": "bil"}))
    found = text_of(as_ada.get(path, {"q": "ma"}))
    assert "mary@acme.example" in found
    assert "mallory" not in found
    assert "ada@" not in text_of(as_ada.get(path, {"q": "ada"}))
    assert text_of(as_ada.get(path, {"q": ""})).strip() == ""


def test_a_customer_who_may_not_see_the_request_reads_the_question_and_answers(ticket, ada, boss, acme):
    approval = ask(ticket, ada, boss)
    client, path = visitor(acme, boss), f"/approvals/{approval.pk}/"

    home = text_of(client.get("/"))
    assert "Waiting for my approval" in home
    page = text_of(client.get(path))
    assert "Buy a new printer for 900 euros." in page
    assert ticket.subject in page
    assert "We look at it." not in page
    assert client.get(f"/tickets/{ticket.number}/").status_code == 404

    nothing = client.post(path, {"answer": "declined", "comment": ""})
    assert nothing.status_code == 422
    assert "Say why you decline" in text_of(nothing)
    done = text_of(client.post(path, {"answer": "declined", "comment": "Too dear."}, follow=True))
    assert "You declined this." in done
    assert "Too dear." in done
    assert "Waiting for my approval" not in text_of(client.get("/"))
    late = client.post(path, {"answer": "approved", "comment": "Typed in vain."})
    assert late.status_code == 422
    assert "This approval is over: Declined" in text_of(late)
    assert "Typed in vain." in text_of(late)


def test_a_customer_who_may_see_the_request_reads_the_conversation_too(as_grace, ticket, ada, grace):
    approval = ask(ticket, ada, grace)

    page = text_of(as_grace.get(f"/approvals/{approval.pk}/"))

    assert "We look at it." in page
    seen = text_of(as_grace.get(f"/tickets/{ticket.number}/"))
    assert "Your approval is asked for" in seen
    assert "We asked Grace for approval" in seen


def test_what_colleagues_are_asked_is_not_for_customers(as_grace, ticket, ada, mary):
    ask(ticket, ada, mary)

    page = text_of(as_grace.get(f"/tickets/{ticket.number}/"))

    assert "900 euros" not in page
    assert "Mary" not in page


def test_looking_at_a_question_changes_nothing(ticket, ada, mary, boss, acme):
    approval = ask(ticket, ada, mary, boss)
    before = Event.objects.count()

    for person, path in ((boss, f"/approvals/{approval.pk}/"), (mary, f"/desk/approvals/{approval.pk}/")):
        for address in (path, f"{path}?answer=approved", f"{path}?answer=declined&comment=x"):
            assert visitor(acme, person).get(address).status_code == 200
            assert visitor(acme, person).head(address).status_code == 200

    approval.refresh_from_db()
    assert (approval.state, Event.objects.count()) == ("pending", before)


def test_a_question_is_there_for_those_alone_who_are_asked(ticket, ada, mary, boss, grace, acme):
    approval = ask(ticket, ada, boss)

    assert visitor(acme, grace).get(f"/approvals/{approval.pk}/").status_code == 404
    assert visitor(acme, mary).get(f"/desk/approvals/{approval.pk}/").status_code == 404
    assert visitor(acme).get(f"/approvals/{approval.pk}/").status_code == 302
    assert visitor(acme, boss).get(f"/desk/approvals/{approval.pk}/").status_code == 404


def test_a_colleague_answers_from_their_first_page(ticket, ada, mary, acme):
    approval = ask(ticket, ada, mary)
    client = visitor(acme, mary)

    for day in ("mine", "desk"):
        assert f"/desk/approvals/{approval.pk}/" in client.get("/desk/", {"day": day}).content.decode()
    led = client.get(f"/approvals/{approval.pk}/")
    assert led["Location"] == f"/desk/approvals/{approval.pk}/"
    done = client.post(led["Location"], {"answer": "approved", "comment": ""}, follow=True)
    assert "You approved this." in text_of(done)
    approval.refresh_from_db()
    assert approval.state == "approved"


def test_an_agent_reminds_replaces_and_withdraws(as_ada, ticket, ada, mary, boss, root):
    approval = ask(ticket, ada, mary, at=timezone.now() - timedelta(hours=2))
    number, row = ticket.number, approval.approvers.get()

    as_ada.post(reverse("desk:remind_approval", args=[number, approval.pk]))
    assert Event.objects.filter(verb="approval.reminded").count() == 1
    again = as_ada.post(reverse("desk:remind_approval", args=[number, approval.pk]), follow=True)
    assert "Give them a little time" in text_of(again)
    replace = reverse("desk:replace_approver", args=[number, row.pk])
    assert as_ada.post(replace, {"approver": "root@acme.example, bill@acme.example"}).status_code == 422
    as_ada.post(replace, {"approver": "root@acme.example"})
    row.refresh_from_db()
    assert row.person == root
    as_ada.post(reverse("desk:withdraw_approval", args=[number, approval.pk]))
    approval.refresh_from_db()
    assert approval.state == "withdrawn"


def test_a_person_who_left_is_shown_as_gone(as_ada, ticket, ada, mary):
    ask(ticket, ada, mary)
    mary.is_active = False
    mary.save()

    block = text_of(as_ada.get(reverse("desk:ticket_approvals", args=[ticket.number])))

    assert "The account is closed: ask somebody else." in block


def test_solving_says_what_is_waited_for_and_keeps_the_words(as_ada, ticket, ada, mary):
    ask(ticket, ada, mary)
    solved = reverse("desk:act", args=[ticket.number, "status"])

    answer = as_ada.post(solved, {"status": str(Status.objects.get(kind="solved").pk)})

    assert answer.status_code == 422
    assert "still waits for an approval by Mary" in text_of(answer)


def test_tickets_are_found_by_what_they_wait_for(ticket, ada, mary, grace):
    make_ticket(grace, "Another one")
    ask(ticket, ada, mary)

    def found(text, person):
        return list(Ticket.objects.filter(select(parse(text), person, Desk.now(), at=MONDAY_9AM).where))

    assert found("approval:pending", ada) == [ticket]
    assert found("approval:mine", mary) == [ticket]
    assert found("approval:mine", ada) == []
    assert len(found("-approval:pending", ada)) == 1
    assert "“approval:x” is not known" in str(parse("approval:x").problems[0])
    assert select(parse("approval:pending"), grace, Desk.now(), at=MONDAY_9AM).problems
