"""Files that go up in pieces over REST, and are named in a body once."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

from django.utils import timezone

from tests.api.client import Api
from tests.support.world import make_person, make_ticket
from tickets.models import Attachment, Draft, Upload


def begin(api: Api, name: str = "log.txt", size: int = 10) -> str:
    answer = api.post("uploads/", {"name": name, "size": size, "type": "text/plain"})
    assert answer.status_code == 201, answer.content
    return answer.json()["id"]


def send(api: Api, pk: str, piece: bytes, offset: int | str):
    said = {"Upload_Offset": str(offset)} if offset != "" else {}
    return api.call("PATCH", f"uploads/{pk}/", piece, content_type="application/octet-stream", **said)


def brought(api: Api, name: str = "log.txt", content: bytes = b"0123456789") -> str:
    pk = begin(api, name, len(content))
    assert send(api, pk, content, 0).json()["offset"] == len(content)
    return pk


def test_a_file_goes_up_in_pieces_and_is_filed_with_a_ticket(as_grace):
    pk = begin(as_grace)
    assert send(as_grace, pk, b"01234", 0).json()["offset"] == 5
    assert as_grace.get(f"uploads/{pk}/").json()["offset"] == 5
    assert send(as_grace, pk, b"56789", 5).json()["offset"] == 10
    assert [each["id"] for each in as_grace.get("uploads/").json()] == [pk]

    filed = as_grace.post("tickets/", {"subject": "Printer burns", "description": "Since nine.", "uploads": [pk]})

    assert filed.status_code == 201, filed.content
    kept = Attachment.objects.get()
    with kept.file.open("rb") as content:
        assert (kept.name, kept.content_type, content.read()) == ("log.txt", "text/plain", b"0123456789")
    assert as_grace.get("uploads/").json() == []


def test_an_agent_sends_it_with_a_reply_at_once_and_later(as_ada, grace):
    ticket = make_ticket(grace)

    at_once = as_ada.post(f"tickets/{ticket.number}/messages/", {"body": "See the log.", "uploads": [brought(as_ada)]})
    later = as_ada.post(
        f"tickets/{ticket.number}/messages/",
        {"body": "And this.", "send_at": "2199-01-01T09:00:00Z", "uploads": [brought(as_ada)]},
    )
    note = as_ada.post(f"tickets/{ticket.number}/notes/", {"uploads": [brought(as_ada, "note.txt")]})

    assert at_once.status_code == 201
    assert later.status_code == 409  # too far away; the file waits on
    assert note.status_code == 201
    assert Attachment.objects.filter(message__isnull=False).count() == 2
    assert Upload.objects.count() == 1


def test_a_scheduled_reply_keeps_it(as_ada, grace, at_acme):
    ticket = make_ticket(grace)
    soon = (timezone.now() + timedelta(hours=2)).isoformat()
    said = {"body": "In a while.", "send_at": soon, "uploads": [brought(as_ada)]}

    answer = as_ada.post(f"tickets/{ticket.number}/messages/", said)

    assert answer.status_code == 202, answer.content
    assert [file.name for file in Draft.objects.get().files.all()] == ["log.txt"]
    assert not Upload.objects.exists()


def test_what_is_not_whole_gone_or_somebody_elses_is_refused_and_nothing_is_filed(as_grace, acme):
    part = begin(as_grace)
    stranger = Api(make_person("Alan", "customer"))
    theirs = brought(stranger)
    body = {"subject": "Printer burns", "description": "Since nine."}

    codes = [as_grace.post("tickets/", {**body, "uploads": [pk]}) for pk in (part, theirs, str(uuid4()))]

    assert [(each.status_code, each.json()["code"]) for each in codes] == [
        (409, "upload_unfinished"),
        (409, "upload_gone"),
        (409, "upload_gone"),
    ]
    assert as_grace.get(f"uploads/{theirs}/").status_code == 404
    assert send(as_grace, theirs, b"", 10).status_code == 404
    assert as_grace.call("DELETE", f"uploads/{theirs}/").status_code == 204
    assert stranger.get(f"uploads/{theirs}/").status_code == 200
    assert as_grace.get("tickets/").json()["results"] == []


def test_a_piece_that_begins_elsewhere_or_says_nothing_changes_nothing(as_grace):
    pk = begin(as_grace)
    send(as_grace, pk, b"01234", 0)

    again = send(as_grace, pk, b"01234", 0)
    longer = send(as_grace, pk, b"567890", 5)
    silent = send(as_grace, pk, b"5", "")
    as_json = as_grace.call("PATCH", f"uploads/{pk}/", b'"5"', Upload_Offset="5")

    assert (again.status_code, again.json()["code"]) == (409, "upload_elsewhere")
    assert (longer.status_code, longer.json()["code"]) == (409, "upload_too_long")
    assert silent.status_code == 400
    assert as_json.status_code == 415
    assert Upload.objects.get().received == 5


def test_one_that_is_too_large_is_refused_when_it_is_announced(as_grace):
    answer = as_grace.post("uploads/", {"name": "core.dump", "size": 2**40})

    assert (answer.status_code, answer.json()["code"]) == (409, "file_too_large")
