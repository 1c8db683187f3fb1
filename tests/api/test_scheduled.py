"""Formatted replies and replies that go at a chosen time, over the API."""

from datetime import timedelta

from django.utils import timezone

from tests.support.world import make_ticket
from tickets.models import Draft, Message


def test_a_formatted_reply_is_cleaned_and_told_both_ways(as_ada, as_grace, grace):
    ticket = make_ticket(grace)
    posted = as_ada.post(f"tickets/{ticket.number}/messages/", {"html": "<p><b>Now</b><script>x()</script></p>"})

    assert posted.status_code == 201
    assert (posted.json()["html"], posted.json()["body"]) == ("<p><strong>Now</strong></p>", "Now")
    both = as_ada.post(f"tickets/{ticket.number}/messages/", {"html": "<b>x</b>", "body": "x"})
    assert (both.status_code, "body or html" in both.content.decode()) == (400, True)
    theirs = as_grace.post(f"tickets/{ticket.number}/messages/", {"html": "<b>x</b>"})
    assert theirs.status_code == 400


def test_a_reply_goes_at_once_unless_a_time_is_named(as_ada, ada, grace):
    ticket = make_ticket(grace)
    draft = Draft.objects.create(ticket=ticket, author=ada, body="In the composer", updated_at=timezone.now())
    at = (timezone.now() + timedelta(hours=1)).isoformat()
    said = {"body": "Good morning", "send_at": at, "status": "pending"}

    later = as_ada.post(f"tickets/{ticket.number}/messages/", said)

    assert later.status_code == 202
    assert not Message.objects.filter(by_staff=True).exists()
    listed = as_ada.get(f"tickets/{ticket.number}/scheduled/").json()
    assert [(each["id"], each["body"], each["status"], each["reach"]) for each in listed] == [
        (later.json()["id"], "Good morning", "pending", "here")
    ]
    draft.refresh_from_db()
    assert draft.body == "In the composer"
    past = as_ada.post(f"tickets/{ticket.number}/messages/", {**said, "send_at": "2020-01-01T00:00:00Z"})
    assert (past.status_code, past.json()["code"]) == (409, "send_time_past")


def test_a_scheduled_reply_is_stopped(as_ada, as_grace, grace):
    ticket = make_ticket(grace)
    at = (timezone.now() + timedelta(hours=1)).isoformat()
    pk = as_ada.post(f"tickets/{ticket.number}/messages/", {"body": "x", "send_at": at}).json()["id"]

    assert as_grace.get(f"tickets/{ticket.number}/scheduled/").status_code == 404
    assert as_grace.call("DELETE", f"tickets/{ticket.number}/scheduled/{pk}/").status_code == 404
    assert as_ada.call("DELETE", f"tickets/{ticket.number}/scheduled/{pk}/").status_code == 204
    assert Draft.objects.get().send_at is None
    assert as_ada.call("DELETE", f"tickets/{ticket.number}/scheduled/{pk}/").status_code == 404
