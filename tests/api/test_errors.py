"""Whatever is sent, the answer is no 500 and has one shape: detail, code, fields."""

from __future__ import annotations

import json

import pytest
from django.conf import settings
from django.test import Client

from helpdesk.api import errors
from tests.api.client import shape_of
from tests.support.world import make_ticket
from tickets.models import Ticket

pytestmark = pytest.mark.django_db
LONG = 1_000_000


@pytest.mark.parametrize(
    ("body", "status", "fields"),
    [
        (b"{", 400, []),
        (b"", 400, ["subject", "description"]),
        (b"[]", 400, ["non_field_errors"]),
        (b"[1, 2]", 400, ["non_field_errors"]),
        (b'"text"', 400, ["non_field_errors"]),
        (b"null", 400, ["non_field_errors"]),
        (b'{"subject": NaN}', 400, []),
        (b'{"subject": "\xff\xfe"}', 400, []),
        ('{"subject": "я"}'.encode("cp1251"), 400, []),
        (b'{"subject": "\\ud83d", "description": "half a smile"}', 400, []),
        (b'{"subject": "\\u0000", "description": "c"}', 400, ["subject"]),
        (b"[" * 100_000, 400, []),
        (b'{"subject": ' + b"9" * 5000 + b', "description": "x"}', 400, []),
        (b'{"subject": {"a": 1}, "description": ["x"]}', 400, ["subject", "description"]),
        (b'{"subject": "  ", "description": ""}', 400, ["subject", "description"]),
        (b'{"subject": "x", "description": "' + b"x" * LONG + b'"}', 400, ["description"]),
        (b'{"subject": "' + b"x" * 201 + b'", "description": "x"}', 400, ["subject"]),
        (b'{"subject": "x", "description": "x", "articles": [-1]}', 400, ["articles.0"]),
        (b'{"subject": "x", "description": "x", "articles": 7}', 400, ["articles"]),
        (b'{"subject": "x", "description": "x", "category": "no-such"}', 400, ["category"]),
        (b'{"subject": "x", "description": "x", "category": {"key": 1}}', 400, ["category"]),
        (b'{"subject": "x", "description": "x", "category": "\\u0000?"}', 400, ["category"]),
        (b'{"subject": "x", "description": "x", "organization": "x"}', 400, ["organization"]),
        (b'{"subject": "x", "description": "x", "organization": 5}', 400, ["organization"]),
        (b'{"subject": "x", "description": "x", "files": ["x"]}', 400, ["files.0"]),
        (b'{"subject": "x", "description": "x", "impact": "high"}', 400, ["impact", "urgency"]),
        (b'{"subject": "x", "description": "x", "answers": {"\\u0000?": "x"}}', 400, ["answers.?"]),
        (b'{"subject": "x", "description": "x", "answers": [1]}', 400, ["answers"]),
    ],
)
def test_bad_bodies_are_told_at_the_field(as_grace, body, status, fields):
    answer = as_grace.call("POST", "tickets/", body or b"{}")

    assert answer.status_code == status
    assert set(fields) <= set(shape_of(answer)["fields"])
    assert not Ticket.objects.exists()


def test_null_characters_are_left_out_of_json_and_forms(as_grace):
    sent = as_grace.call("POST", "tickets/", b'{"subject": "a\\u0000b", "description": "\\u0000c"}')
    form = b'--x\r\nContent-Disposition: form-data; name="%s"\r\n\r\na\x00b\r\n'
    form = form % b"subject" + form % b"description" + b"--x--\r\n"
    uploaded = as_grace.call("POST", "tickets/", form, content_type="multipart/form-data; boundary=x")

    assert (sent.status_code, uploaded.status_code) == (201, 201)
    assert (sent.json()["subject"], sent.json()["description"]) == ("ab", "c")
    assert (uploaded.json()["subject"], uploaded.json()["description"]) == ("ab", "ab")


@pytest.mark.parametrize(
    ("subject", "description"),
    [
        ("Emoji 🔥👩‍👩‍👧", "🔥" * 1000),
        ("<script>alert(1)</script>", '<img src=x onerror="alert(1)">'),
        ("=1+1", "@SUM(A1:A9)"),
        ("x" * 200, "y" * 10_000),
        ("عربي \u202e", "line\r\nline\ttab"),
    ],
)
def test_what_people_write_is_kept_as_it_is(as_grace, subject, description):
    answer = as_grace.post("tickets/", {"subject": subject, "description": description})

    assert answer.status_code == 201
    assert (answer.json()["subject"], answer.json()["description"]) == (subject, description)


@pytest.mark.parametrize(
    "name",
    ["tenant", "tenant_id", "role", "author", "internal", "is_internal", "number", "status", "assignee", "created_at"],
)
def test_a_field_that_is_not_there_is_refused_by_name(as_ada, name):
    answer = as_ada.post("tickets/", {"subject": "x", "description": "y", name: "1"})

    assert answer.status_code == 400
    assert shape_of(answer)["fields"][name][0]["code"] == "unknown"
    assert not Ticket.objects.exists()


def test_unknown_fields_of_forms_are_refused_too(as_grace):
    answer = as_grace.upload("tickets/", {"subject": "x", "description": "y", "kind": "internal"})

    assert (answer.status_code, list(shape_of(answer)["fields"])) == (400, ["kind"])


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("tickets/?stauts=open", "stauts"),
        ("tickets/?ordering=requester__password", "ordering"),
        ("tickets/?page=2", "page"),
        ("tickets/?format=api", "format"),
        ("tickets/?status_kind=x", "status_kind"),
        ("tickets/?organization=1", "organization"),
        ("tickets/?overdue=perhaps", "overdue"),
        ("tickets/?updated_since=yesterday", "updated_since"),
        ("tickets/?page_size=0", "page_size"),
        ("tickets/?page_size=10000", "page_size"),
        ("tickets/?cursor=x", "cursor"),
        ("tickets/?cursor=%F0%9F%94%A5", "cursor"),
        ("tickets/?cursor=YTo5OTk5OTk5OTk5OTk5OTk5OTk5OTk5Xw==", "cursor"),
        ("tickets/?q=%00", "q"),
        ("tickets/?status=%00", "status"),
        ("tickets/?assignee=%00", "assignee"),
        ("people/?cursor=x", "cursor"),
        ("people/?cursor=", "cursor"),
        ("people/?cursor=cD1hYmM=", "cursor"),
        ("people/?cursor=cD0lMDA=", "cursor"),
        ("articles/?cursor=cD1hYmM=", "cursor"),
        ("articles/?author=1", "author"),
        ("organizations/?tenant=1", "tenant"),
        ("me/?x=1", "x"),
        ("policy/?version=1", "version"),
    ],
)
def test_bad_queries_are_told_at_the_parameter(as_ada, path, name):
    answer = as_ada.get(path)

    assert answer.status_code == 400
    assert name in shape_of(answer)["fields"]


@pytest.mark.parametrize(
    "path",
    [
        "nowhere/",
        "tickets",
        "tickets/x/",
        "tickets/0/",
        "tickets/99999999999999999999999999/",
        f"tickets/{'9' * 5000}/",
        "tickets/1/nowhere/",
        "attachments/1/",
        "people/00000000-0000-7000-8000-000000000000/",
        "articles/99999999999999999999/",
        "/api/",
        "/api/v2/tickets/",
        "/api/v1/%ff%00/",
    ],
)
def test_what_is_nowhere_is_a_404_in_the_same_shape(as_ada, path):
    answer, posted = as_ada.get(path), as_ada.post(path, {"x": 1})

    assert answer.status_code == 404
    assert shape_of(answer)["code"] == "not_found"
    assert posted.status_code in (404, 405)
    assert shape_of(posted)["code"] in ("not_found", "method_not_allowed")


@pytest.mark.parametrize(
    ("method", "path", "headers", "status"),
    [
        ("PUT", "tickets/", {}, 405),
        ("DELETE", "tickets/1/", {}, 405),
        ("OPTIONS", "tickets/", {}, 405),
        ("GET", "tickets/", {"accept": "text/html"}, 406),
    ],
)
def test_methods_and_forms_that_there_are_not(as_ada, method, path, headers, status):
    answer = as_ada.call(method, path, **headers)

    assert answer.status_code == status
    shape_of(answer)


@pytest.mark.parametrize(
    "content_type",
    [
        "text/plain",
        "application/xml",
        "application/x-www-form-urlencoded",
        "application/json; charset=latin-1",
        "application/json; charset=zlib",
        "application/json; charset=",
        "multipart/form-data",
        "multipart/form-data; boundary=",
        "multipart/form-data; boundary=x; charset=zlib",
        "nonsense",
    ],
)
def test_bodies_of_other_kinds_are_refused(as_grace, content_type):
    answer = as_grace.call("POST", "tickets/", b'{"subject": "x", "description": "y"}', content_type=content_type)

    assert answer.status_code in (400, 415)
    shape_of(answer)


def test_too_large_a_body_is_a_413(as_grace, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000
    body = json.dumps({"subject": "x", "description": "y" * 2000}).encode()

    answer = as_grace.call("POST", "tickets/", body)
    form = as_grace.upload("tickets/", {"subject": "x", "description": "y" * 2000})

    for refused in (answer, form):
        assert (refused.status_code, shape_of(refused)["code"]) == (413, "body_too_large")


def test_a_file_that_is_too_large_is_named(as_grace, settings):
    from django.core.files.uploadedfile import SimpleUploadedFile

    settings.ATTACHMENT_MAX_BYTES = 10
    answer = as_grace.upload(
        "tickets/", {"subject": "x", "description": "y", "files": SimpleUploadedFile("core.dump", b"x" * 11)}
    )

    assert (answer.status_code, shape_of(answer)["code"]) == (409, "file_too_large")
    assert "core.dump" in answer.json()["detail"]
    assert not Ticket.objects.exists()


def test_hostile_file_parts_are_no_fault_of_ours(as_grace):
    part = (
        b'--x\r\nContent-Disposition: form-data; name="subject"\r\n\r\na\r\n'
        b'--x\r\nContent-Disposition: form-data; name="description"\r\n\r\nb\r\n'
        b'--x\r\nContent-Disposition: form-data; name="files"; filename="..\\..\\a\x00\xe2\x80\xae.exe"\r\n'
        b"Content-Type: text/\x00" + b"z" * 300 + b"\r\n\r\nbytes\r\n--x--\r\n"
    )

    answer = as_grace.call("POST", "tickets/", part, content_type="multipart/form-data; boundary=x")

    assert answer.status_code == 201, answer.content
    shown = answer.json()["timeline"][-1]["attachments"] or answer.json()["timeline"][0]["attachments"]
    assert (shown[0]["name"], shown[0]["content_type"]) == ("a.exe", "application/octet-stream")


def test_a_host_of_nobody_is_a_404_in_json(db):
    answer = Client(headers={"host": "nobody.localhost"}).get("/api/v1/tickets/")

    assert answer.status_code == 404
    assert shape_of(answer)["code"] == "not_found"


def test_a_fault_of_ours_is_told_in_json_and_changes_nothing(as_grace, monkeypatch):
    from tickets.api import tickets

    def broken(*args, **kwargs):
        raise RuntimeError

    monkeypatch.setattr(tickets, "shown", broken)
    answer = as_grace.post("tickets/", {"subject": "x", "description": "y"})

    assert answer.status_code == 500
    assert shape_of(answer)["code"] == "server_error"


def test_errors_come_in_the_readers_language(as_grace, grace):
    grace.language = "ru"
    grace.save()

    answer = as_grace.post("tickets/", {"subject": ""})

    assert "поле" in answer.json()["fields"]["description"][0]["message"]


def test_fields_named_like_parts_of_errors_are_fields():
    from rest_framework.exceptions import ValidationError

    answer = errors.handle(ValidationError({"message": ["a"], "code": ["b"]}), {})

    assert answer is not None
    assert set(answer.data["fields"]) == {"message", "code"}


def test_the_limit_of_bodies_is_one_that_fits_in_memory():
    assert settings.DATA_UPLOAD_MAX_MEMORY_SIZE <= 10 * 1024 * 1024


def test_a_ticket_is_read_under_any_number_that_fits(as_ada, grace):
    ticket = make_ticket(grace)

    assert as_ada.get(f"tickets/{ticket.number:06d}/").json()["number"] == ticket.number
