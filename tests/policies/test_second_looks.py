"""Refusals that their customers object to: somebody else than who refused takes a second look and tells the outcome."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from inbox.models import OutgoingMail
from tenants import alarms
from tenants.errors import NotPermitted
from tests.api.client import shape_of
from tests.policies.clauses import clause
from tests.support.world import make_person
from tests.tickets.portal import text_of
from tickets import actions, measures, refusals
from tickets.errors import NobodyObjects, NoSecondLook, RefusedYourself, SecondLookAsked
from tickets.models import Event, RefusalReason, Ticket

OBJECTION = "It is in the contract, clause 4."


@pytest.fixture
def desk(desk_on):
    """Alleanza's desk with a ticket that a manager, Max, refused; Mary is another."""
    desk = desk_on("alleanza")
    desk.mary, desk.max = make_person("Mary", "manager", language="en"), make_person("Max", "manager")
    desk.ticket = desk.file("question", "en")
    refuse(desk, desk.ticket)
    return desk


def refuse(desk, ticket, key="outside-contract"):
    actions.refuse(ticket, RefusalReason.objects.get(key=key), actor=desk.max, at=timezone.now())


def state(ticket):
    return Ticket.objects.get(pk=ticket.pk).status.kind


@clause("C12")
def test_a_customer_asks_for_a_second_look_and_a_manager_who_did_not_refuse_is_told(desk):
    path = f"/tickets/{desk.ticket.number}/second-look"
    assert path in desk.portal().get(f"/tickets/{desk.ticket.number}/").content.decode()
    empty = desk.portal().post(path, {"body": " "})
    assert empty.status_code == 422

    sent = desk.portal().post(path, {"body": OBJECTION}, follow=True)

    assert OBJECTION in text_of(sent)
    assert "You have asked for a second look." in text_of(desk.portal().get(path))
    again = desk.portal().post(path, {"body": "And clause 5."})
    assert again.status_code == 422 and "And clause 5." in again.content.decode()
    alarms.work_due(until=timezone.now())
    told = OutgoingMail.objects.filter(text__contains="objects to the refusal").values_list("address", flat=True)
    assert desk.mary.email in told
    assert desk.max.email not in told


@clause("C12")
@pytest.mark.parametrize(
    ("answer", "kind", "said"), [("yes", "open", "This request was reopened"), ("no", "refused", "it stays refused")]
)
def test_the_outcome_is_told_with_its_reasons(desk, answer, kind, said):
    actions.appeal_refusal(desk.ticket, text=OBJECTION, actor=desk.grace, at=timezone.now())
    manager = desk.workspace(person=desk.mary)
    assert "The customer objects" in text_of(manager.get(f"/desk/tickets/{desk.ticket.number}/do/second_look"))

    desk.agent_does(desk.ticket, "do/second_look", person=desk.mary, accepted=answer, text="We read clause 4 again.")

    assert state(desk.ticket) == kind
    page = desk.customer_reads(desk.ticket)
    assert said in page and "We read clause 4 again." in page
    alarms.work_due(until=timezone.now())
    mails = OutgoingMail.objects.filter(address=desk.grace.email, text__contains="We read clause 4 again.")
    assert mails.count() == 1
    for language, words in (("ru", "пересмотр"), ("es", "revis")):
        if answer == "no":
            assert words in desk.customer_reads(desk.ticket, language)
    with pytest.raises(NobodyObjects):
        actions.decide_refusal(desk.ticket, accepted=True, text="x", actor=desk.mary, at=timezone.now())


@clause("C12")
def test_who_refused_does_not_decide_unless_nobody_else_may(desk):
    actions.appeal_refusal(desk.ticket, text=OBJECTION, actor=desk.grace, at=timezone.now())
    said = {"accepted": False, "text": "No.", "at": timezone.now()}

    with pytest.raises(RefusedYourself):
        actions.decide_refusal(desk.ticket, actor=desk.max, **said)
    refused = desk.agent_does(desk.ticket, "do/second_look", person=desk.max, accepted="no", text="Still no.")
    assert "Still no." in refused.content.decode() and str(RefusedYourself()) in text_of(refused)
    for person in (desk.ada, desk.grace):
        with pytest.raises(NotPermitted):
            actions.decide_refusal(desk.ticket, actor=person, **said)
    desk.mary.is_active = False
    desk.mary.save(update_fields=["is_active"])
    actions.decide_refusal(desk.ticket, actor=desk.max, **said)
    assert state(desk.ticket) == "refused"


@clause("C12")
def test_further_messages_are_no_further_objections(desk):
    for body in (OBJECTION, "Thank you."):
        actions.comment(desk.ticket, author=desk.grace, body=body, at=timezone.now())

    assert Event.objects.filter(ticket=desk.ticket, verb="refusal.appealed").count() == 1
    assert desk.ticket.messages.filter(body="Thank you.").exists()


@clause("C12")
def test_where_the_policy_allows_none_nobody_can_ask_for_it(desk):
    policy = desk.ticket.policy
    key = next(iter(policy.refusal_reasons))
    desk.apply((f"  {key}:\n", f"  {key}:\n    may_appeal: false\n"))
    ticket = desk.file("question", "en")
    refuse(desk, ticket, key)

    assert "second look" not in desk.customer_reads(ticket)
    assert desk.portal().get(f"/tickets/{ticket.number}/second-look").status_code == 404
    with pytest.raises(NoSecondLook):
        actions.appeal_refusal(ticket, text=OBJECTION, actor=desk.grace, at=timezone.now())
    actions.comment(ticket, author=desk.grace, body="A pity.", at=timezone.now())
    assert refusals.open_on(ticket) is None


@clause("C12")
def test_programs_and_strangers(desk):
    path, henry = f"tickets/{desk.ticket.number}/", make_person("Henry")
    assert desk.portal(person=henry).get(f"/tickets/{desk.ticket.number}/second-look").status_code == 404
    assert desk.api(henry).post(f"{path}appeal/", {"text": "x"}).status_code == 404
    assert desk.api().post(f"{path}appeal/", {"text": OBJECTION}).status_code == 200
    assert shape_of(desk.api().post(f"{path}appeal/", {"text": "x"}))["code"] == SecondLookAsked.code
    said = {"accepted": True, "text": "You are right."}
    assert shape_of(desk.api(desk.ada).post(f"{path}second-look/", said))["code"] == "not_permitted"
    assert desk.api(desk.mary).post(f"{path}second-look/", {"accepted": "perhaps", "text": "x"}).status_code == 400
    assert desk.api(desk.mary).post(f"{path}second-look/", said).json()["status"]["kind"] == "open"
    other = desk.file("question", "en")
    assert shape_of(desk.api().post(f"tickets/{other.number}/appeal/", {"text": "x"}))["code"] == "no_second_look"


@clause("C12")
@pytest.mark.parametrize(("accepted", "granted"), [(True, 1), (False, 0)])
def test_refusals_objections_and_what_came_of_them_are_measured(desk, accepted, granted):
    actions.appeal_refusal(desk.ticket, text=OBJECTION, actor=desk.grace, at=timezone.now())
    actions.decide_refusal(desk.ticket, accepted=accepted, text="We read it.", actor=desk.mary, at=timezone.now())
    refuse(desk, desk.file("question", "en", subject="Another matter"))
    refuse(desk, desk.file("question", "en", subject="A third matter"), key="rudeness")

    rows = {row.reason: (row.refused, row.objected, row.granted) for row in measures.refused(since=a_day_ago())}

    assert rows == {"outside-contract": (2, 1, granted), "rudeness": (1, 0, 0)}
    page = text_of(desk.workspace("en", desk.mary).get("/desk/measures/"))
    assert "Refused requests" in page and "Taken up after all" in page
    assert measures.refused(since=timezone.now() + timedelta(minutes=1)) == []


def a_day_ago():
    return timezone.now() - timedelta(days=1)
