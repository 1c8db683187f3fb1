"""Steps that customers tick off: sent by agents, done in the portal; whose they are, and when they end."""

import pytest
from django.test import Client
from django.urls import reverse

from inbox.models import OutgoingMail
from tenants import alarms
from tenants.errors import NotPermitted
from tenants.models import AuditEntry
from tests.api.client import Api
from tests.support.world import MONDAY_9AM, make_person, make_ticket
from tests.tickets.portal import text_of, visitor
from tickets import actions
from tickets.actions import checklist_templates
from tickets.errors import ChecklistOver, NoSteps
from tickets.models import Checklist, ChecklistStep, ChecklistTemplate, Event

STEPS = ["Unplug it.", "Wait a minute.", "Plug it in."]


@pytest.fixture
def ticket(grace, ada):
    ticket = make_ticket(grace)
    actions.take(ticket, actor=ada, at=MONDAY_9AM)
    return ticket


def send(ticket, ada, **more):
    more = {"title": "Restart", "steps": STEPS, "waits": True, **more}
    return actions.send_checklist(ticket, actor=ada, at=MONDAY_9AM, **more)


@pytest.fixture
def as_staff(acme, ada):
    client = Client(headers={"host": "acme.localhost"})
    client.force_login(ada)
    return client


def test_steps_are_sent_as_a_reply_and_the_ticket_waits(ticket, ada, grace):
    send(ticket, ada, message="Try this, please.")
    alarms.work_due(MONDAY_9AM)

    ticket.refresh_from_db()
    assert ticket.status.kind == "pending"
    said = ticket.messages.latest("posted_at").body
    assert said.startswith("Try this, please.\n\nRestart\n\n1. Unplug it.\n2. Wait a minute.")
    (mail,) = OutgoingMail.objects.filter(address=grace.email, kind="reply")
    assert "3. Plug it in." in mail.text


def test_the_last_tick_opens_the_ticket_and_tells_the_agent_once(ticket, ada, grace):
    checklist = send(ticket, ada)
    for step in checklist.steps.all():
        actions.tick(step, actor=grace, at=MONDAY_9AM, result="Nothing changed.")
        actions.tick(step, actor=grace, at=MONDAY_9AM)
    alarms.work_due(MONDAY_9AM)

    ticket.refresh_from_db()
    checklist.refresh_from_db()
    assert ticket.status.kind == "open"
    assert checklist.finished_at == MONDAY_9AM
    assert Event.objects.filter(verb="checklist.ticked").count() == 3
    (mail,) = OutgoingMail.objects.filter(address=ada.email, kind="notice")
    assert "All steps of “Restart” are done" in mail.text
    assert not OutgoingMail.objects.filter(address=grace.email, text__contains="All steps").exists()


def test_a_tick_is_taken_back_until_the_list_is_finished(ticket, ada, grace):
    checklist = send(ticket, ada)
    first = checklist.steps.first()
    actions.tick(first, actor=grace, at=MONDAY_9AM, result="Done")

    actions.untick(first, actor=grace, at=MONDAY_9AM)

    first.refresh_from_db()
    assert (first.done_at, first.done_by, first.result) == (None, None, "")
    for step in checklist.steps.all():
        actions.tick(step, actor=grace, at=MONDAY_9AM)
    with pytest.raises(ChecklistOver):
        actions.untick(first, actor=grace, at=MONDAY_9AM)


def test_strangers_tick_nothing_and_customers_send_nothing(ticket, ada, grace):
    step = send(ticket, ada).steps.first()

    with pytest.raises(NotPermitted):
        actions.tick(step, actor=make_person("Eve"), at=MONDAY_9AM)
    with pytest.raises(NotPermitted):
        send(ticket, grace)
    with pytest.raises(NoSteps):
        send(ticket, ada, steps=["", "  "])
    assert (
        visitor(ticket.tenant, make_person("Mallory")).post(f"/tickets/{ticket.number}/steps/{step.pk}").status_code
        == 404
    )


def test_what_was_taken_back_is_asked_no_more(ticket, ada, grace):
    checklist = send(ticket, ada)
    actions.withdraw_checklist(checklist, actor=ada, at=MONDAY_9AM)

    with pytest.raises(ChecklistOver):
        actions.tick(checklist.steps.first(), actor=grace, at=MONDAY_9AM)
    with pytest.raises(ChecklistOver):
        actions.withdraw_checklist(checklist, actor=ada, at=MONDAY_9AM)
    page = visitor(ticket.tenant, grace).get(f"/tickets/{ticket.number}/")
    assert "Say what you saw" not in text_of(page)


def test_the_customer_ticks_off_and_nothing_typed_is_lost(as_grace, ticket, ada):
    step = send(ticket, ada).steps.first()
    path = f"/tickets/{ticket.number}/steps/{step.pk}"

    long = as_grace.post(path, {"result": "x" * 1001})
    assert long.status_code == 422
    assert "x" * 1001 in long.content.decode()
    tampered = as_grace.post(path, {"result": "It hums.", "token": "nonsense"})
    assert tampered.status_code == 422
    assert "It hums." in tampered.content.decode()

    page = as_grace.post(path, {"result": "It hums."}, follow=True)
    assert "1 of 3 done" in text_of(page)
    assert "It hums." in text_of(page)
    assert "0 of 3 done" in text_of(as_grace.post(path, {"undo": "yes"}, follow=True))


def test_an_agent_sends_own_steps_or_those_that_are_ready(as_staff, ticket):
    ready = ChecklistTemplate.objects.create(name="Cold start", steps=["Switch it off.", "Switch it on."])
    path = reverse("desk:send_checklist", args=[ticket.number])

    nothing = as_staff.post(path, {"template": "", "message": "Kept text"})
    assert nothing.status_code == 422
    assert "Kept text" in nothing.content.decode()
    as_staff.post(path, {"template": str(ready.pk)})
    as_staff.post(path, {"template": str(ready.pk), "title": "Mine", "steps": "One\n\nTwo\n"})

    first, second = Checklist.objects.order_by("sent_at", "id")
    assert (first.title, [each.text for each in first.steps.all()]) == ("Cold start", ready.steps)
    assert (second.title, [each.text for each in second.steps.all()]) == ("Mine", ["One", "Two"])
    assert "Cold start" in text_of(as_staff.get(reverse("desk:ticket_checklists", args=[ticket.number])))
    as_staff.post(reverse("desk:withdraw_checklist", args=[ticket.number, first.pk]))
    first.refresh_from_db()
    assert first.withdrawn_at


def test_administrators_keep_lists_ready(acme, root, ada):
    client = Client(headers={"host": "acme.localhost"})
    client.force_login(root)
    path = reverse("desk:checklist_templates")

    client.post(path, {"name": "Cold start", "steps": "Off\nOn"})
    again = client.post(path, {"name": "cold START", "steps": "Off"})
    kept = ChecklistTemplate.objects.get()
    client.post(reverse("desk:checklist_template", args=[kept.pk]), {"name": "Cold start", "steps": "Off\nWait\nOn"})
    kept.refresh_from_db()

    assert again.status_code == 422
    assert kept.steps == ["Off", "Wait", "On"]
    client.post(reverse("desk:checklist_template", args=[kept.pk]), {"remove": "yes"})
    assert not ChecklistTemplate.objects.exists()
    client.force_login(ada)
    assert client.get(path).status_code == 404


def test_changing_what_is_kept_ready_is_for_administrators_and_in_the_audit_log(at_acme, root, ada):
    with pytest.raises(NotPermitted):
        checklist_templates.keep_checklist(ChecklistTemplate(), name="Cold start", steps=["Off"], actor=ada)
    kept = checklist_templates.keep_checklist(ChecklistTemplate(), name="Cold start", steps=["Off"], actor=root)
    checklist_templates.keep_checklist(kept, name="Cold start", steps=["Off", "On"], actor=root)
    with pytest.raises(NotPermitted):
        checklist_templates.remove_checklist(kept, actor=ada)
    checklist_templates.remove_checklist(kept, actor=root)

    told = AuditEntry.objects.filter(act__startswith="checklist_template").order_by("id")
    assert [(each.act.partition(".")[2], each.before, each.after) for each in told] == [
        ("added", {}, {"name": "Cold start", "steps": ["Off"]}),
        ("changed", {"name": "Cold start", "steps": ["Off"]}, {"name": "Cold start", "steps": ["Off", "On"]}),
        ("removed", {"name": "Cold start", "steps": ["Off", "On"]}, {}),
    ]


def test_programs_send_and_tick(ticket, ada, grace):
    sent = Api(ada).post(f"tickets/{ticket.number}/checklists/", {"title": "Restart", "steps": STEPS})
    assert sent.status_code == 201, sent.json()
    step = sent.json()["steps"][0]["id"]

    ticked = Api(grace).post(f"tickets/{ticket.number}/checklist-steps/{step}/", {"result": "It hums."})
    assert (ticked.status_code, ticked.json()["steps"][0]["result"]) == (200, "It hums.")
    assert Api(grace).post(f"tickets/{ticket.number}/checklists/", {"steps": STEPS}).status_code == 403
    Api(grace).post(f"tickets/{ticket.number}/checklist-steps/{step}/", {"done": False})
    assert not ChecklistStep.objects.filter(done_at__isnull=False).exists()
    assert len(Api(grace).get(f"tickets/{ticket.number}/checklists/").json()) == 1
