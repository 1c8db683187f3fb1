"""The workspace's pages about how tickets belong together, and the same over REST."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from tenants import alarms
from tests.api.client import Api
from tests.support.world import make_person, make_ticket
from tests.tickets.portal import text_of, visitor
from tickets import actions
from tickets.models import Burst, Relay, Ticket, TicketLink

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


@pytest.fixture
def now():
    return timezone.now()


@pytest.fixture
def ticket(grace, now):
    return make_ticket(grace, "Website is down", at=now - 20 * MINUTE)


@pytest.fixture
def twin(grace, now, ticket):
    return make_ticket(grace, "The website is down again", at=now - 10 * MINUTE)


@pytest.fixture
def desk_of_ada(at_acme, ada):
    return visitor(at_acme, ada)


@pytest.fixture
def incident(desk_of_ada, now):
    """Made by the form that the banner leads to."""
    for number, name in enumerate(("Bob", "Carol", "Dan", "Erin")):
        make_ticket(make_person(name), f"Website is down {'!' * number}", at=now - (9 - number) * MINUTE)
    alarms.work_due(until=now)
    burst = Burst.objects.get()
    numbers = list(Ticket.objects.order_by("number").values_list("number", flat=True))[-4:]
    fields = {"chosen": numbers, "subject": "Website down", "description": "502"}
    page = desk_of_ada.post(reverse("desk:burst", args=[burst.pk]), fields, follow=True)
    return page.context["ticket"]


def url(name, *args):
    return reverse(f"desk:{name}", args=[each.number if isinstance(each, Ticket) else each for each in args])


def test_likely_duplicates_are_merged_in_one_step_and_the_merge_is_undone_in_one(desk_of_ada, ticket, twin):
    block = desk_of_ada.get(url("related", twin), headers={"hx-request": "true"})
    assert f"Merge into {ticket.number}" in text_of(block)
    assert b"<html" not in block.content

    desk_of_ada.post(url("act", twin, "merge"), {"number": ticket.number})
    twin.refresh_from_db()
    assert twin.merged_into == ticket
    page = text_of(desk_of_ada.get(url("ticket", twin)))
    assert "Undo the merge" in page

    desk_of_ada.post(url("act", twin, "unmerge"))
    twin.refresh_from_db()
    assert twin.merged_into is None


def test_both_sides_are_shown_before_merging_and_a_strangers_only_with_a_tick(desk_of_ada, ticket):
    strange = make_ticket(make_person("Eve"), "Website is down", at=timezone.now())
    path = url("act", strange, "merge")

    shown = text_of(desk_of_ada.get(path, {"number": ticket.number}))
    for words in (
        "This ticket is closed",
        "This one stays",
        ticket.subject,
        "these people read what they could not read before",
    ):
        assert words in shown
    assert "Eve can't open the ticket that stays" in shown
    refused = desk_of_ada.post(path, {"number": ticket.number})
    assert refused.status_code == 422 and "could not read before" in text_of(refused)
    strange.refresh_from_db()
    assert strange.merged_into is None

    desk_of_ada.post(path, {"number": ticket.number, "disclose": "on"})
    strange.refresh_from_db()
    assert strange.merged_into == ticket


def test_linking_and_removing_the_link(desk_of_ada, ticket, twin):
    assert "that others report the same, and that we work on all of it together" in text_of(
        desk_of_ada.get(url("act", ticket, "link"))
    )
    desk_of_ada.post(url("act", ticket, "link"), {"number": f"#{twin.number}", "role": "child"})
    assert TicketLink.objects.get().target == twin
    assert "1 ticket belongs to this one" in text_of(desk_of_ada.get(url("related", ticket)))
    assert f"Part of #{ticket.number}" in text_of(desk_of_ada.get(url("related", twin)))

    again = desk_of_ada.post(url("act", twin, "link"), {"number": ticket.number, "role": "relates"})
    assert again.status_code == 422 and "are linked already" in text_of(again)

    desk_of_ada.post(url("unlink", twin, ticket))
    assert not TicketLink.objects.exists()


@pytest.mark.parametrize("number", ["", "abc", "999999", "9" * 30])
def test_a_link_to_nothing_says_what_to_write(desk_of_ada, ticket, number):
    answer = desk_of_ada.post(url("act", ticket, "link"), {"number": number, "role": "relates"})

    assert answer.status_code == 422 and answer.context["form"].errors["number"]


def test_a_message_is_split_off_once_however_often_the_form_is_sent(desk_of_ada, grace, ticket, now):
    asked = actions.comment(ticket, author=grace, body="And my password?", at=now - MINUTE)
    path = url("act", ticket, "split")
    form = desk_of_ada.get(path, {"messages": asked.pk}).context["form"]
    assert form["messages"].value() == [str(asked.pk)]
    fields = {"messages": [asked.pk], "subject": "Password", "category": ticket.category_id}
    fields["token"] = form["token"].value()

    first, second = desk_of_ada.post(path, fields), desk_of_ada.post(path, fields)

    new = Ticket.objects.get(subject="Password")
    assert first.url == second.url == url("ticket", new)


def test_a_burst_is_shown_on_the_list_and_on_its_tickets_until_it_is_decided(desk_of_ada, grace, now):
    people = [grace, make_person("Bob"), make_person("Carol"), make_person("Dan")]
    filed = [make_ticket(each, "Website is down", at=now - (9 - n) * MINUTE) for n, each in enumerate(people)]
    alarms.work_due(until=now)

    assert url("bursts") in desk_of_ada.get(url("tickets")).content.decode()
    banner = text_of(desk_of_ada.get(url("bursts"), headers={"hx-request": "true"}))
    assert "4 similar requests within 3 minutes: make it one incident?" in banner
    assert url("offer", filed[1]) in desk_of_ada.get(url("ticket", filed[1])).content.decode()
    assert "4 similar requests" in text_of(desk_of_ada.get(url("offer", filed[1])))

    desk_of_ada.post(url("dismiss_burst", Burst.objects.get().pk))

    assert text_of(desk_of_ada.get(url("bursts"), headers={"hx-request": "true"})).strip() == ""
    assert "It is decided" in text_of(desk_of_ada.get(url("offer", filed[1])))


def test_an_incident_needs_a_subject_or_a_ticket_and_what_was_typed_stays(desk_of_ada, grace, now):
    people = [grace, make_person("Bob"), make_person("Carol"), make_person("Dan")]
    filed = [make_ticket(each, "Website is down", at=now - (9 - n) * MINUTE) for n, each in enumerate(people)]
    alarms.work_due(until=now)
    path = url("burst", Burst.objects.get().pk)

    fields = {"chosen": [filed[0].number], "subject": "", "description": "Half of it"}
    refused = desk_of_ada.post(path, fields)

    assert refused.status_code == 422
    assert "Half of it" in refused.content.decode()
    desk_of_ada.post(path, {**fields, "chosen": [each.number for each in filed], "number": filed[0].number})
    assert TicketLink.objects.filter(source=filed[0], kind="parent").count() == 3


def test_an_answer_on_the_incident_goes_as_far_as_the_agent_says(desk_of_ada, incident):
    page = desk_of_ada.get(url("ticket", incident))
    assert "Also to the customers of its tickets" in text_of(page)
    seen = page.context["ticket"].last_event

    desk_of_ada.post(url("send", incident), {"kind": "reply", "body": "For us", "reach": "here", "seen": seen})
    assert not Relay.objects.exists()
    desk_of_ada.post(url("send", incident), {"kind": "reply", "body": "We restore it", "reach": "children"})
    assert Relay.objects.count() == 4
    alarms.work_due(until=timezone.now())
    assert "Last answer: reached 4" in text_of(desk_of_ada.get(url("related", incident)))


def test_a_page_from_before_the_linking_answers_its_customer_alone(desk_of_ada, ticket, twin, ada, now):
    page = desk_of_ada.get(url("ticket", ticket))
    assert 'type="hidden" name="reach" value="here"' in page.content.decode()
    actions.link(ticket, twin, "child", actor=ada, at=now)

    refused = desk_of_ada.post(url("send", ticket), {"kind": "reply", "body": "", "reach": "here"})
    assert refused.context["composer"]["reach"].value() == "here"
    desk_of_ada.post(url("send", ticket), {"kind": "reply", "body": "To you alone"})

    assert ticket.messages.filter(body="To you alone").exists()
    assert not Relay.objects.exists()


def test_a_ticket_without_children_asks_no_such_question(desk_of_ada, ticket):
    assert "Also to the customers of its tickets" not in text_of(desk_of_ada.get(url("ticket", ticket)))


def test_solving_the_incident_offers_to_solve_what_belongs_to_it(desk_of_ada, incident, ada):
    solved = Ticket._meta.get_field("status").related_model.objects.get(kind="solved")
    desk_of_ada.post(url("act", incident, "status"), {"status": solved.pk})
    assert "Solve the 4 that are open" in text_of(desk_of_ada.get(url("related", incident)))

    desk_of_ada.post(url("act", incident, "solve_children"), {"body": "It is back."})
    alarms.work_due(until=timezone.now())

    assert "0 open, 4 finished" in text_of(desk_of_ada.get(url("related", incident)))


def test_the_page_of_a_ticket_and_its_block_cost_the_same_with_many_children(
    desk_of_ada, incident, ada, grace, now, django_assert_max_num_queries
):
    for _ in range(10):
        actions.link(incident, make_ticket(grace, "Printer", at=now), "child", actor=ada, at=now)

    with django_assert_max_num_queries(20):
        desk_of_ada.get(url("related", incident))


def test_customers_open_none_of_it(at_acme, grace, ticket, twin):
    client = visitor(at_acme, grace)

    for path in (url("related", ticket), url("offer", ticket), url("bursts"), url("act", ticket, "link")):
        assert client.get(path).status_code in (302, 403, 404)


def test_programs_link_split_and_undo(ada, grace, ticket, twin, now):
    api = Api(ada)
    asked = actions.comment(ticket, author=grace, body="And my password?", at=now)

    linked = api.post(f"tickets/{ticket.number}/links/", {"number": twin.number, "role": "duplicate"})
    assert (linked.status_code, linked.json()["role"], linked.json()["number"]) == (201, "duplicate", twin.number)
    (row,) = api.get(f"tickets/{twin.number}/links/").json()["results"]
    assert (row["role"], row["number"], row["subject"]) == ("duplicate", ticket.number, ticket.subject)
    assert api.call("DELETE", f"tickets/{ticket.number}/links/{twin.number}/").status_code == 204
    assert api.call("DELETE", f"tickets/{ticket.number}/links/{twin.number}/").status_code == 409

    api.post(f"tickets/{twin.number}/merge/", {"into": ticket.number})
    undone = api.post(f"tickets/{twin.number}/unmerge/")
    assert (undone.status_code, undone.json()["merged_into"]) == (200, None)

    split = api.post(f"tickets/{ticket.number}/split/", {"messages": [str(asked.pk)], "subject": "Password"})
    assert (split.status_code, split.json()["subject"]) == (201, "Password")

    strange = make_ticket(make_person("Eve"), at=now)
    assert api.post(f"tickets/{strange.number}/merge/", {"into": ticket.number}).json()["code"] == "different_customers"
    assert api.post(f"tickets/{strange.number}/merge/", {"into": ticket.number, "disclose": True}).status_code == 200


def test_programs_of_customers_do_none_of_it(grace, ticket, twin):
    api = Api(grace)

    assert api.get(f"tickets/{ticket.number}/links/").status_code == 403
    for act, body in (
        ("links", {"number": twin.number, "role": "relates"}),
        ("unmerge", {}),
        ("split", {"messages": [str(ticket.messages.get().pk)], "subject": "x"}),
    ):
        assert api.post(f"tickets/{ticket.number}/{act}/", body).status_code == 403
    assert not TicketLink.objects.exists()
