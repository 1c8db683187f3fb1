"""The same change on many tickets: by the real actions, in the background when many, and put back by an undo."""

import re
from datetime import timedelta
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from sla.models import Priority
from tenants import alarms
from tenants.errors import NotPermitted
from tenants.models import Alarm
from tests.support.world import MONDAY_9AM, join, make_ticket
from tickets import actions
from tickets.actions import bulk
from tickets.errors import ReasonMissing, TooLateToUndo
from tickets.models import BulkChange, Event, Status, Tag, Ticket
from tickets.views.desk import bulk as views

MINUTE = timedelta(minutes=1)


@pytest.fixture
def three(grace):
    return [make_ticket(grace, f"Printer {number}") for number in range(3)]


def many(tickets, act, actor, at=MONDAY_9AM + MINUTE, **more):
    return bulk.change_many([each.pk for each in tickets], act, actor=actor, at=at, **more)


def state(ticket):
    ticket.refresh_from_db()
    names = sorted(Tag.objects.filter(tickets=ticket).values_list("name", flat=True))
    return ticket.status.key, ticket.priority.key, ticket.team.key, ticket.assignee_id, names


@pytest.mark.parametrize(
    ("act", "more"),
    [
        ("assign", {"value": "ada"}),
        ("assign", {"value": ""}),
        ("status", {"value": "closed"}),
        ("status", {"value": "solved"}),
        ("priority", {"value": "critical", "reason": "All of it burns."}),
        ("team", {"value": "billing-desk"}),
        ("tag", {"value": "Fire"}),
        ("untag", {"value": "old"}),
    ],
)
def test_a_change_is_made_and_put_back_and_both_are_history(three, ada, mary, act, more):
    for ticket in three:
        actions.add_tag(ticket, "old", actor=mary, at=MONDAY_9AM)
        actions.assign(ticket, mary, actor=mary, at=MONDAY_9AM)
    if more["value"] == "ada":
        more = {"value": str(ada.pk)}
    before = [state(ticket) for ticket in three]

    change = many(three, act, ada, **more)
    after = [state(ticket) for ticket in three]
    recorded = Event.objects.count()
    change = bulk.undo(change, actor=ada, at=MONDAY_9AM + 2 * MINUTE)

    assert all(one != other for one, other in zip(before, after, strict=True))
    assert [state(ticket) for ticket in three] == before
    assert change.state == BulkChange.State.UNDONE
    assert set(change.items.values_list("outcome", flat=True)) == {"undone"}
    assert Event.objects.count() > recorded
    assert set(Event.objects.order_by("-id")[:3].values_list("actor", flat=True)) == {ada.pk}


def test_what_changed_since_stays_and_is_named(three, ada, mary):
    change = many(three, "status", ada, value="pending")
    actions.note(three[1], author=mary, body="I am on it.", at=MONDAY_9AM + 2 * MINUTE)

    change = bulk.undo(change, actor=ada, at=MONDAY_9AM + 3 * MINUTE)

    assert [state(ticket)[0] for ticket in three] == ["new", "pending", "new"]
    kept = change.items.get(outcome="kept")
    assert (kept.ticket_id, kept.refusal) == (three[1].pk, "It has changed since, so it stays as it is.")


def test_what_refuses_is_named_and_the_others_are_done(three, ada):
    actions.change_status(three[0], Status.objects.get(key="closed"), actor=ada, at=MONDAY_9AM)
    actions.take(three[1], actor=ada, at=MONDAY_9AM)

    change = many(three, "assign", ada, value=str(ada.pk))

    outcomes = dict(change.items.values_list("ticket__number", "outcome"))
    assert outcomes == {1: "refused", 2: "same", 3: "changed"}
    assert "already finished" in change.items.get(outcome="refused").refusal


def test_an_undo_has_an_end_is_done_once_and_only_by_the_one_who_changed(three, ada, mary):
    change = many(three, "tag", ada, value="fire")

    with pytest.raises(NotPermitted):
        bulk.undo(change, actor=mary, at=MONDAY_9AM + 2 * MINUTE)
    with pytest.raises(TooLateToUndo):
        bulk.undo(change, actor=ada, at=MONDAY_9AM + timedelta(hours=1))
    bulk.undo(change, actor=ada, at=MONDAY_9AM + 2 * MINUTE)
    with pytest.raises(TooLateToUndo):
        bulk.undo(change, actor=ada, at=MONDAY_9AM + 3 * MINUTE)


def test_many_are_changed_in_the_background_and_undone_there(three, ada, grace, monkeypatch):
    monkeypatch.setattr(bulk, "AT_ONCE", 2)
    monkeypatch.setattr(bulk, "BATCH", 2)
    tickets = [*three, make_ticket(grace), make_ticket(grace)]

    change = many(tickets, "tag", ada, value="fire")
    assert (change.state, Alarm.objects.filter(kind="bulk").count()) == (BulkChange.State.WORKING, 1)
    alarms.work_due(MONDAY_9AM + 2 * MINUTE, drop=["mail.tell"])
    change.refresh_from_db()
    assert (change.state, Tag.objects.get(name="fire").tickets.count()) == (BulkChange.State.DONE, 5)

    bulk.undo(change, actor=ada, at=MONDAY_9AM + 3 * MINUTE)
    alarms.work_due(MONDAY_9AM + 4 * MINUTE, drop=["mail.tell"])
    change.refresh_from_db()
    assert (change.state, Tag.objects.get(name="fire").tickets.count()) == (BulkChange.State.UNDONE, 0)


def test_who_may_not_does_not_and_who_loses_sight_meanwhile_is_stopped(three, ada, grace, monkeypatch):
    monkeypatch.setattr(bulk, "AT_ONCE", 0)
    with pytest.raises(ReasonMissing):
        many(three, "priority", ada, value="critical")
    change = many(three, "tag", ada, value="fire")
    ada.role.permissions.remove("ticket.see_all")
    ada.role.save()

    alarms.work_due(MONDAY_9AM + 2 * MINUTE, drop=["mail.tell"])

    assert set(change.items.values_list("outcome", flat=True)) == {"refused"}
    ada.role.permissions.remove("ticket.change")
    ada.role.save()
    with pytest.raises(NotPermitted):
        many(three, "tag", ada, value="fire")


def test_what_was_chosen_may_be_gone_when_its_turn_comes(three, ada):
    change = many(three, "team", ada, value="no-such-team")

    assert set(change.items.values_list("refusal", flat=True)) == {"What was chosen is no longer there."}


def test_an_agent_of_one_team_puts_back_what_left_their_team(three, ada):
    join(ada, three[0].team)
    ada.role.permissions.remove("ticket.see_all")
    ada.role.save()
    change = many(three, "team", ada, value="billing-desk")
    assert not Ticket.objects.visible_to(ada).exists()

    bulk.undo(change, actor=ada, at=MONDAY_9AM + 2 * MINUTE)

    assert set(change.items.values_list("outcome", flat=True)) == {"undone"}


def test_undoing_a_status_puts_aside_again_what_was_put_aside(three, ada):
    until = MONDAY_9AM + timedelta(hours=5)
    actions.snooze(three[0], actor=ada, at=MONDAY_9AM, until=until)
    actions.snooze(three[1], actor=ada, at=MONDAY_9AM)

    change = many(three, "status", ada, value="solved")
    assert not Ticket.objects.filter(snoozed_at__isnull=False).exists()
    bulk.undo(change, actor=ada, at=MONDAY_9AM + 2 * MINUTE)

    snoozed = Ticket.objects.filter(snoozed_at__isnull=False).order_by("number")
    assert [each.snoozed_until for each in snoozed] == [until, None]
    assert Alarm.objects.filter(kind="snooze", at=until).count() == 1


def test_what_is_said_while_a_change_waits_for_the_lock_comes_before_the_change(three, ada, grace):
    actions.comment(three[0], author=grace, body="One more thing.", at=MONDAY_9AM + 5 * MINUTE)

    many(three, "status", ada, value="solved", at=MONDAY_9AM + MINUTE)

    solved = Event.objects.filter(verb="status.changed", data__kind="solved").order_by("ticket__number")
    assert [(each.at - MONDAY_9AM) / MINUTE for each in solved] == [5, 1, 1]


def test_one_that_fails_does_not_stop_the_others(three, ada, monkeypatch):
    work = bulk._ACTS["tag"]

    def fail(change, ticket, at):
        work(change, ticket, at)
        if ticket.pk == three[1].pk:
            raise ZeroDivisionError

    monkeypatch.setitem(bulk._ACTS, "tag", fail)
    change = many(three, "tag", ada, value="fire")

    assert change.state == BulkChange.State.DONE
    assert [state(ticket)[4] for ticket in three] == [["fire"], [], ["fire"]]
    assert "An error on our side" in change.items.get(outcome="refused").refusal


@pytest.fixture
def client(at_acme, ada):
    client = Client(headers={"host": "acme.localhost"})
    client.force_login(ada)
    return client


def test_the_page_changes_the_ticked_tells_it_and_undoes_it(client, three, ada):
    numbers = [ticket.number for ticket in three[:2]]
    answer = client.post(reverse("desk:bulk"), {"act": "take", "chosen": numbers, "back": "view=all&q=printer"})
    page = client.get(answer["Location"]).content.decode()

    assert "2 tickets were changed." in page
    pk = parse_qs(urlsplit(answer["Location"]).query)["bulk"][0]
    answer = client.post(reverse("desk:undo_bulk", args=[pk]), {"back": "view=all&q=printer"}, follow=True)
    assert "2 tickets are as they were before." in answer.content.decode()
    assert not Ticket.objects.filter(assignee=ada).exists()


def test_all_that_a_list_finds_is_asked_about_first(client, three, grace):
    make_ticket(grace, "Scanner")
    wanted = {"act": "tag", "everything": "on", "back": "view=all&q=printer"}

    asked = client.post(reverse("desk:bulk"), wanted).content.decode()
    assert "This changes 3 tickets." in asked
    assert not Tag.objects.exists()
    assert client.post(reverse("desk:bulk"), {**wanted, "confirmed": "1", "tag": ""}).status_code == 422
    client.post(reverse("desk:bulk"), {**wanted, **_hidden(asked), "tag": "fire"})

    assert Tag.objects.get(name="fire").tickets.count() == 3


@pytest.mark.parametrize("is_confirmed", [False, True])
def test_a_view_that_is_deleted_meanwhile_changes_nothing(client, three, ada, grace, is_confirmed):
    make_ticket(grace, "Scanner")
    view = actions.save_view(owner=ada, name="Scanners", conditions="scanner")
    wanted = {"act": "tag", "everything": "on", "back": f"view={view.pk}"}
    asked = client.post(reverse("desk:bulk"), wanted).content.decode()
    assert "This changes 1 ticket." in asked
    actions.delete_view(view, actor=ada)
    if is_confirmed:
        wanted |= {**_hidden(asked), "tag": "fire"}

    page = client.post(reverse("desk:bulk"), wanted, follow=True).content.decode()

    assert "The view was deleted, or it is no longer shared with you." in page
    assert "<h1>This view is gone</h1>" in page
    assert not BulkChange.objects.exists()
    assert not Tag.objects.exists()


def test_a_view_that_became_wider_is_confirmed_once_more(client, three, ada, grace):
    make_ticket(grace, "Scanner")
    view = actions.save_view(owner=ada, name="Some", conditions="scanner")
    wanted = {"act": "tag", "everything": "on", "back": f"view={view.pk}"}
    said = {"tag": "fire", **_hidden(_page(client, wanted))}
    actions.change_view(view, actor=ada, conditions="printer")

    asked = client.post(reverse("desk:bulk"), wanted | said)

    assert asked.status_code == 422
    again = asked.content.decode()
    assert "The conditions of this list are others now." in again
    assert "This changes 3 tickets." in again
    assert 'value="fire"' in again
    assert not Tag.objects.exists()
    client.post(reverse("desk:bulk"), wanted | said | _hidden(again))
    assert Tag.objects.get(name="fire").tickets.count() == 3


def test_what_comes_into_the_list_after_its_number_was_shown_is_left_alone_and_told(client, three, ada, grace):
    wanted = {"act": "tag", "everything": "on", "back": "q=printer"}
    asked = _page(client, wanted)
    assert "This changes 3 tickets." in asked
    actions.change_status(three[0], Status.objects.get(key="closed"), actor=ada, at=MONDAY_9AM + MINUTE)
    late = [make_ticket(grace, f"Printer late {number}") for number in range(2)]

    done = client.post(reverse("desk:bulk"), wanted | _hidden(asked) | {"tag": "fire"}, follow=True).content.decode()

    assert "2 tickets came into the list after its number was shown, and are as they were." in done
    assert set(Tag.objects.get(name="fire").tickets.all()) <= set(three)
    assert not Ticket.objects.filter(tags__name="fire", pk__in=[each.pk for each in late]).exists()


@pytest.mark.parametrize("found", ["", "x", "9-1", "1-999999999999999999", "-5 .. 3-", "1" * 40])
def test_a_forged_set_changes_no_more_than_the_list_and_never_too_much(client, three, found):
    asked = _page(client, {"act": "tag", "everything": "on", "back": ""})
    said = {"act": "tag", "everything": "on", "back": "", "tag": "fire", **_hidden(asked), "found": found}

    assert client.post(reverse("desk:bulk"), said).status_code == 302

    assert Ticket.objects.filter(tags__name="fire").count() <= 3


def test_numbers_are_carried_short_and_come_back_whole():
    numbers = [1, 2, 3, 7, 9, 10]

    assert views.written_short(numbers) == "1-3 7 9-10"
    assert views.numbers_in(views.written_short(numbers)) == set(numbers)
    assert views.numbers_in(views.written_short(range(1, 10_001))) == set(range(1, 10_001))


def _hidden(page):
    """What the form that asks carries."""
    found = re.findall(r'name="(shown|found|confirmed)" value="([^"]*)"', page)
    return {name: unescape(value) for name, value in found}


def _page(client, posted):
    return client.post(reverse("desk:bulk"), posted).content.decode()


def test_a_priority_asks_for_its_reason(client, three):
    wanted = {"act": "priority", "chosen": [three[0].number], "confirmed": "1"}
    critical = Priority.objects.get(key="critical")

    assert client.post(reverse("desk:bulk"), {**wanted, "priority": critical.pk}).status_code == 422
    client.post(reverse("desk:bulk"), {**wanted, "priority": critical.pk, "reason": "It burns."})

    three[0].refresh_from_db()
    assert three[0].priority == critical


def test_somebody_elses_change_does_not_exist(client, three, mary):
    change = many(three, "tag", mary, value="fire", at=timezone.now())

    assert client.get(reverse("desk:bulk_state", args=[change.pk])).status_code == 404
    assert client.post(reverse("desk:undo_bulk", args=[change.pk])).status_code == 404
    assert "fire" not in client.get(reverse("desk:tickets"), {"bulk": str(change.pk)}).content.decode()
    assert client.get(reverse("desk:tickets"), {"bulk": "\0"}).status_code == 200


def test_an_agent_changes_what_they_see_only(client, three, ada):
    ada.role.permissions.remove("ticket.see_all")
    ada.role.save()
    join(ada, "billing-desk")
    client.post(reverse("desk:bulk"), {"act": "take", "chosen": [three[0].number]})

    three[0].refresh_from_db()
    assert three[0].assignee is None
