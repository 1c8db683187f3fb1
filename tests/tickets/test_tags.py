"""Tags: suggested while typing; renamed, joined and deleted on all their tickets, some at a time."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from tenants import alarms
from tenants.context import act_as
from tenants.errors import NotPermitted
from tenants.models import Alarm, AuditEntry
from tests.api.client import Api
from tests.support.world import MONDAY_9AM, make_person, make_ticket
from tests.tickets.portal import text_of
from tickets import actions, tags
from tickets.actions import tags as tag_actions
from tickets.models import Tag, TicketTag


@pytest.fixture
def tickets(grace, ada, monkeypatch):
    monkeypatch.setattr(tag_actions, "BATCH", 2)
    made = [make_ticket(grace, f"Printer {number}") for number in range(5)]
    for ticket in made:
        actions.add_tag(ticket, "Printr", actor=ada, at=MONDAY_9AM)
    actions.add_tag(made[0], "printer", actor=ada, at=MONDAY_9AM)
    return made


def named(name):
    return Tag.objects.get(name=name)


def names_of(ticket):
    return [tag.name for tag in ticket.tags.all()]


def test_what_is_typed_finds_tags_that_begin_so_first(tickets, ada):
    actions.add_tag(tickets[0], "old printer", actor=ada, at=MONDAY_9AM)

    assert tags.suggested("PRIN") == ["printer", "printr", "old printer"]
    assert tags.suggested(" ") == tags.suggested("%\0") == []


def test_joining_gives_every_ticket_the_other_tag_once(tickets, ada, root):
    tag_actions.join_tags(named("printr"), named("printer"), actor=root, at=MONDAY_9AM)
    assert tags.suggested("printr") == []
    late = actions.add_tag(tickets[3], "printr", actor=ada, at=MONDAY_9AM)
    assert late.name == "printer"

    alarms.work_due(MONDAY_9AM.replace(hour=10))

    assert [names_of(ticket) for ticket in tickets] == [["printer"]] * 5
    assert not Tag.objects.filter(name="printr").exists()
    assert AuditEntry.objects.filter(act="tag.merged").exists()


def test_deleting_takes_it_off_every_ticket(tickets, ada, root):
    tag_actions.delete_tag(named("printr"), actor=root, at=MONDAY_9AM)
    with pytest.raises(tag_actions.TagLeaving):
        actions.add_tag(tickets[0], "printr", actor=ada, at=MONDAY_9AM)

    alarms.work_due(MONDAY_9AM.replace(hour=10))

    assert TicketTag.objects.count() == 1
    assert not Tag.objects.filter(name="printr").exists()


def test_what_is_deleted_while_another_is_joined_with_it_goes_too(tickets, root):
    tag_actions.join_tags(named("printr"), named("printer"), actor=root, at=MONDAY_9AM + timedelta(minutes=1))
    tag_actions.delete_tag(named("printer"), actor=root, at=MONDAY_9AM)

    alarms.work_due(MONDAY_9AM.replace(hour=10))

    assert not Tag.objects.exists()


def test_renaming_is_for_administrators_and_never_makes_two_of_one_name(tickets, ada, root):
    with pytest.raises(NotPermitted):
        tag_actions.rename_tag(named("printr"), "press", actor=ada)
    with pytest.raises(tag_actions.TagTaken):
        tag_actions.rename_tag(named("printr"), " PRINTER ", actor=root)

    tag_actions.rename_tag(named("printr"), "Press  Room", actor=root)

    assert names_of(tickets[4]) == ["press room"]


def test_the_pages_suggest_rename_join_and_delete(acme, tickets, ada, root):
    client = Client(headers={"host": "acme.localhost"})
    client.force_login(ada)
    assert 'value="printr"' in client.get(reverse("desk:suggest_tags"), {"name": "prin"}).content.decode()
    assert client.get(reverse("desk:tags")).status_code == 404
    client.force_login(root)
    assert "5 tickets" in text_of(client.get(reverse("desk:tags")))

    path = reverse("desk:tag", args=[named("printr").pk])
    taken = client.post(path, {"name": "printer"})
    assert taken.status_code == 422
    assert "Join the two" in text_of(taken)
    asked = client.post(path, {"name": "printer", "join": "on"})
    assert "Which of them had printr is not kept." in text_of(asked)
    assert "This can't be undone." in text_of(asked)
    assert client.post(path, {"name": "printer", "join": "on", "typed": "printer"}).status_code == 422
    assert not named("printr").is_leaving
    joined = client.post(path, {"name": "printer", "join": "on", "typed": "printr"}, follow=True)
    assert "This is under way" in text_of(joined)
    assert "The tag printr is being joined with printer. 5 tickets still have it." in text_of(joined)
    assert "5 tickets still have it." in text_of(client.get(reverse("desk:tags_leaving")))
    Alarm.objects.filter(kind="tag.leave").update(parked_at=MONDAY_9AM)
    assert "It failed several times and waits." in text_of(client.get(reverse("desk:tags_leaving")))
    Alarm.objects.filter(kind="tag.leave").update(parked_at=None)
    assert client.get(path).status_code == 404
    path = reverse("desk:tag", args=[named("printer").pk])
    assert "Views that look for it find nothing more." in text_of(client.post(path, {"delete": "yes"}))
    assert client.post(path, {"delete": "yes", "typed": "printr"}).status_code == 422
    assert Tag.objects.filter(name="printer", is_leaving=False).exists()
    client.post(path, {"delete": "yes", "typed": "printer"})
    alarms.work_due(MONDAY_9AM.replace(year=2100))
    assert not Tag.objects.exists()


def test_the_list_goes_on_by_name(at_acme, monkeypatch, django_assert_num_queries):
    monkeypatch.setattr(tags, "PAGE_SIZE", 2)
    Tag.objects.bulk_create(Tag(name=name) for name in ("a", "b", "c"))

    with django_assert_num_queries(1):
        rows, after = tags.page()
    assert ([each.name for each in rows], after) == (["a", "b"], "b")
    assert ([each.name for each in tags.page(after="b")[0]], tags.page(after="b")[1]) == (["c"], "")


def test_programs_list_rename_and_delete(tickets, ada, grace, root):
    pk = named("printr").pk
    assert [each["name"] for each in Api(ada).get("tags/", {"q": "prin"}).json()] == ["printer", "printr"]
    assert Api(grace).get("tags/").status_code == 403
    assert Api(ada).patch(f"tags/{pk}/", {"name": "press"}).status_code == 403
    assert Api(root).patch(f"tags/{pk}/", {"name": "printer"}).json()["code"] == "tag_taken"
    assert Api(root).patch(f"tags/{pk}/", {"name": "press"}).status_code == 204
    assert Api(root).call("DELETE", f"tags/{pk}/").status_code == 204


def test_views_and_macros_follow_a_tag_and_bring_none_back(tickets, ada, root):
    actions.add_tag(tickets[0], "paper jam", actor=ada, at=MONDAY_9AM)
    actions.add_tag(tickets[0], "spam", actor=ada, at=MONDAY_9AM)
    conditions = 'status:open -tag:spam tag:"paper jam",other "tag:spam"'
    view = actions.save_view(owner=ada, name="Mine", conditions=conditions)
    macro = actions.save_macro(owner=ada, name="Jam", text={"en": "Pull."}, acts={"tags": ["paper jam", "spam"]})

    tag_actions.rename_tag(named("paper jam"), "jam", actor=root)
    view.refresh_from_db()
    macro.refresh_from_db()
    assert view.conditions == 'status:open -tag:spam tag:jam,other "tag:spam"'
    assert macro.acts == {"tags": ["jam", "spam"]}

    actions.add_tag(tickets[0], "other", actor=ada, at=MONDAY_9AM)
    tag_actions.join_tags(named("jam"), named("other"), actor=root, at=MONDAY_9AM)
    tag_actions.delete_tag(named("spam"), actor=root, at=MONDAY_9AM)
    view.refresh_from_db()
    macro.refresh_from_db()
    assert view.conditions == 'status:open -tag:spam tag:other "tag:spam"'
    assert macro.acts == {"tags": ["other"]}


def test_a_view_of_another_tenant_keeps_its_word(tickets, ada, root, globex):
    with act_as(globex):
        theirs = actions.save_view(owner=make_person("Eve", "agent"), name="Theirs", conditions="tag:spam")
    actions.add_tag(tickets[0], "spam", actor=ada, at=MONDAY_9AM)

    tag_actions.rename_tag(named("spam"), "junk", actor=root)

    with act_as(globex):
        theirs.refresh_from_db()
        assert theirs.conditions == "tag:spam"
