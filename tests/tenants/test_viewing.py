"""An administrator sees the product as somebody else does, and changes nothing."""

import pytest
import time_machine
from django.utils import timezone

from tenants.models import AuditEntry, User
from tenants.viewing import LONGEST
from tests.support.world import make_person, make_ticket
from tests.tickets.portal import text_of, visitor
from tickets.models import Event, Message, Ticket


@pytest.fixture
def ticket(grace):
    return make_ticket(grace, at=timezone.now())


@pytest.fixture
def as_root(at_acme, root):
    return visitor(at_acme, root)


def look_as(client, person):
    return client.post(f"/desk/people/{person.pk}/view")


def test_an_administrator_sees_a_customer_s_pages_with_a_bar_and_an_end(as_root, root, grace, ticket):
    assert look_as(as_root, grace)["Location"] == "/"

    page = as_root.get(f"/tickets/{ticket.number}/")
    assert "Root, you see the helpdesk as Grace (Customer) and can change nothing." in text_of(page)
    assert as_root.get("/desk/").status_code == 404

    ended = as_root.post("/desk/view-as/end", follow=True)
    assert "You are yourself again." in text_of(ended)
    assert as_root.get("/desk/").status_code == 200
    acts = [(entry.act, entry.actor, entry.subject) for entry in AuditEntry.objects.order_by("id")]
    assert acts == [("person.viewed", root, grace.pk), ("person.view_ended", root, grace.pk)]


def test_every_change_is_refused_with_a_sentence(as_root, grace, ada, ticket):
    look_as(as_root, grace)
    said = "You are only looking as Grace sees it, so nothing was changed."

    refused = as_root.post(f"/tickets/{ticket.number}/reply", {"body": "Me too."})
    assert refused.status_code == 403 and said in text_of(refused)
    assert look_as(as_root, ada).status_code == 403
    by_program = as_root.post("/api/v1/tickets/", {"subject": "x"}, content_type="application/json")
    assert (by_program.status_code, by_program.json()["code"]) == (403, "only_viewed")
    assert as_root.get("/accounts/email/").status_code == 403
    assert Message.objects.filter(body="Me too.").count() == 0
    assert Ticket.objects.count() == 1


def test_pages_leave_no_trace_of_having_been_read(as_root, ada, ticket, monkeypatch):
    look_as(as_root, ada)
    before = Event.objects.count()

    def writes(*arguments, **more):
        User.objects.filter(pk=ada.pk).update(name="Changed")
        return original(*arguments, **more)

    from tickets.views.desk import people

    original = people.render
    monkeypatch.setattr(people, "render", writes)

    assert "Changed" not in text_of(as_root.get(f"/desk/people/{ada.pk}"))
    ada.refresh_from_db()
    assert (ada.name, Event.objects.count()) == ("Ada", before)


def test_it_ends_by_itself_and_what_is_sent_too_late_is_not_done(at_acme, as_root, grace, ticket):
    with time_machine.travel(timezone.now(), tick=False) as clock:
        look_as(as_root, grace)
        clock.shift(LONGEST)
        late = as_root.post(f"/desk/tickets/{ticket.number}/send", {"kind": "reply", "body": "Too late."})
        assert late.status_code == 403
        assert "The time to look as somebody else is over" in text_of(late)
        assert not Message.objects.filter(body="Too late.").exists()
        assert as_root.get("/desk/").status_code == 200


def test_it_ends_with_signing_out_and_with_either_s_rights(at_acme, as_root, root, grace, ticket):
    look_as(as_root, grace)
    as_root.post("/accounts/logout/")
    as_root.force_login(root, backend="tenants.backends.PersonBackend")
    assert as_root.get("/desk/").status_code == 200

    look_as(as_root, grace)
    User.objects.filter(pk=grace.pk).update(is_active=False)
    assert as_root.get("/desk/").status_code == 200


def test_nobody_looks_as_who_may_do_more_or_belongs_to_somebody_else(at_acme, globex, as_root, root, mary, ada, ticket):
    from tenants.context import act_as

    lesser = visitor(at_acme, mary)
    assert look_as(lesser, ada).status_code == 404, "managers do not manage people"
    mary.role.permissions = [*mary.role.permissions, "person.manage"]
    mary.role.save()
    assert "You can't look at the helpdesk as Root" in text_of(lesser.post(f"/desk/people/{root.pk}/view", follow=True))
    assert "See what they see" not in text_of(lesser.get(f"/desk/people/{root.pk}"))
    assert look_as(lesser, ada)["Location"] == "/desk/"
    lesser.post("/desk/view-as/end")
    mary.role.permissions = ["person.manage", "ticket.reply"]
    mary.role.save()
    assert look_as(lesser, make_person("Eve"))["Location"].startswith("/desk/people/"), "sees not every ticket"

    with act_as(globex):
        stranger = make_person("Stranger")
    assert look_as(as_root, stranger).status_code == 404
    assert look_as(as_root, root)["Location"] == f"/desk/people/{root.pk}"
