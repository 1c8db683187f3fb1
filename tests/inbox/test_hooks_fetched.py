"""Brevo and Resend tell of a mail and keep its parts with them: fetched with the desk's key, put together once."""

from __future__ import annotations

import json

import pytest
from django.test import RequestFactory

from inbox.intake import hooks as intake
from inbox.intake.composing import Piece, put_together
from inbox.intake.hooks import NotUnderstood
from inbox.mail import fetching
from inbox.mail.fetching import Gone, NotFetched
from inbox.mail.parsing import parse
from inbox.models import InboundMail
from tenants import sealing
from tests.inbox.mails import mail
from tests.inbox.test_hooks import SUPPORT, by_postmark, post, provider
from tickets.models import Attachment, Ticket

PICTURE = bytes(range(256)) * 3 + b"\r\n--=_0_helpdesk--\r\n\n\r"
INNER = mail("Caf\u00e9", charset="latin-1", subject="Inner")
EMAIL_ID = "56761188-7520-42d8-8898-ff6fc54ce618"


@pytest.fixture
def lies(monkeypatch):
    """What lies at addresses: bytes and their type, or what is raised; `lies.asked` is what was asked for."""

    class Lying(dict):
        asked: list

    there = Lying()
    there.asked = []

    def get(url, *, headers=None, most):
        there.asked.append((url, headers or {}))
        found = there[url]
        if isinstance(found, Exception):
            raise found
        return found

    monkeypatch.setattr(fetching, "get", get)
    return there


def mails(name: str, body) -> list:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    return intake.mails(name, "key", RequestFactory().post("/", data, content_type="application/json"))


def by_brevo(**more) -> dict:
    """An inbound message as Brevo sends it."""
    return {
        "Uuid": ["aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee"],
        "MessageId": "<1@pc>",
        "InReplyTo": None,
        "From": {"Name": "Joan", "Address": "joan@new.example"},
        "To": [{"Name": None, "Address": SUPPORT}],
        "Cc": [{"Name": None, "Address": "cc@new.example"}],
        "ReplyTo": None,
        "SentAtDate": "Mon, 2 Mar 2026 10:00:00 +0100",
        "Subject": "Printer on fire",
        "Attachments": [],
        "Headers": {
            "Received": ["by outbound.example.com for <x>; ...", "from [10.10.1.22] by smtp.example.com; ..."],
            "DKIM-Signature": "v=1; a=rsa-sha256; d=new.example; ...",
            "MIME-Version": "1.0",
            "From": "Joan <joan@new.example>",
            "Date": "Mon, 2 Mar 2026 10:00:00 +0100",
            "Message-ID": "<1@pc>",
            "Subject": "Printer on fire \u2013 \u043f\u043e\u0436\u0430\u0440",
            "To": SUPPORT,
            "Cc": "cc@new.example",
            "Content-Type": "multipart/alternative",
        },
        "SpamScore": 2.9,
        "ExtractedMarkdownMessage": "It smokes.\n",
        "ExtractedMarkdownSignature": "- Joan\n",
        "RawHtmlBody": "<p>It <b>smokes</b>.</p>\r\n",
        "RawTextBody": "It *smokes*.\r\n\n- Joan\r\n",
        **more,
    }


FILES = [
    {"Name": "t\u00eate.txt", "ContentType": "text/plain", "ContentID": None, "DownloadToken": "text/../1"},
    {"Name": "image.png", "ContentType": "image/png", "ContentID": "abc123", "DownloadToken": "image"},
    {"Name": "", "ContentType": "message/rfc822", "ContentID": None, "DownloadToken": "mail"},
]
BREVO = "https://api.brevo.com/v3/inbound/attachments/"


def test_a_mail_of_brevo(lies):
    (came,) = mails("brevo", {"items": [by_brevo()]})

    found = parse(came.raw)
    assert (found.sender.email, found.sender.name, found.message_id) == ("joan@new.example", "Joan", "<1@pc>")
    assert found.subject == "Printer on fire \u2013 \u043f\u043e\u0436\u0430\u0440"
    assert "It *smokes*." in found.text and "<b>smokes</b>" in found.html
    assert came.to == (SUPPORT, "cc@new.example")
    assert came.raw.count(b"\r\nReceived: ") + came.raw.startswith(b"Received: ") == 2
    assert lies.asked == []


def test_files_of_brevo_are_fetched_with_the_key_and_lose_no_byte(lies):
    lies[f"{BREVO}text%2F..%2F1"] = ("Une pi\u00e8ce".encode("latin-1"), "text/plain; charset=iso-8859-1")
    lies[f"{BREVO}image"] = (PICTURE, "image/png")
    lies[f"{BREVO}mail"] = (INNER, "message/rfc822; charset=us-ascii")

    (came,) = mails("brevo", {"items": [by_brevo(Attachments=FILES)]})

    assert [headers for _, headers in lies.asked] == [{"api-key": "key"}] * 3
    files = parse(came.raw).files
    assert [each.name for each in files][:2] == ["t\u00eate.txt", "image.png"]
    assert [each.content for each in files][:2] == ["Une pi\u00e8ce".encode("latin-1"), PICTURE]
    assert (files[1].content_id, files[1].is_inline) == ("abc123", True)
    assert b"Inner" in files[2].content
    assert b"key" not in came.raw


@pytest.mark.parametrize("empty", [{"Attachments": None, "Cc": None, "RawHtmlBody": None, "RawTextBody": None}, {}])
def test_what_brevo_leaves_empty_is_empty(lies, empty):
    said = {**by_brevo(), **empty} if empty else {"Headers": {"From": "joan@new.example", "Delivered-To": SUPPORT}}

    (came,) = mails("brevo", {"items": [said]})

    assert parse(came.raw).sender.email == "joan@new.example"
    assert came.to[0] == SUPPORT


def test_whom_brevo_took_it_for_counts_before_whom_its_writer_named(lies):
    taken = [{"Name": None, "Address": SUPPORT}]

    (came,) = mails("brevo", {"items": [by_brevo(To=[{"Address": "list@new.example"}], Recipients=taken)]})

    assert came.to[0] == SUPPORT


def test_a_mail_of_resend_is_fetched_as_it_came(lies):
    raw = mail("It smokes.", message_id="<1@pc>", dkim_signature="v=1;  a=rsa-sha256", **{"from": "joan@new.example"})
    lies[f"{intake._RESEND}{EMAIL_ID}"] = (json.dumps(of_resend(raw={"download_url": "https://cdn/1"})).encode(), "")
    lies["https://cdn/1"] = (raw, "message/rfc822")

    (came,) = mails("resend", told_by_resend())

    assert came.raw == raw
    assert came.to == (SUPPORT, "cc@new.example")
    assert lies.asked[0][1]["Authorization"] == "Bearer key"
    assert lies.asked[1] == ("https://cdn/1", {}), "the key goes to Resend alone"


def told_by_resend(**more) -> dict:
    data = {"email_id": EMAIL_ID, "from": "joan@new.example", "to": [SUPPORT], "attachments": [], **more}
    return {"type": "email.received", "created_at": "2026-03-02T09:00:00.126Z", "data": data}


def of_resend(**more) -> dict:
    """What Resend's API knows of a mail."""
    return {
        "id": EMAIL_ID,
        "from": "Joan <joan@new.example>",
        "to": [SUPPORT],
        "cc": ["C. <cc@new.example>"],
        "bcc": [],
        "reply_to": ["reply@new.example"],
        "subject": "Printer on fire",
        "html": "<p>It smokes.</p>",
        "text": "It smokes.",
        "headers": {"Date": "Mon, 2 Mar 2026 10:00:00 +0100", "Received": ["by mx1; ...", "from smtp; ..."]},
        "message_id": "<1@pc>",
        "attachments": [],
        **more,
    }


@pytest.mark.parametrize("raw", [None, {"download_url": "https://cdn/gone"}])
def test_a_mail_of_resend_is_put_together_where_it_does_not_lie_as_it_came(lies, raw):
    files = [
        {"filename": "a.txt", "content_type": "text/plain", "content_id": None, "download_url": "https://cdn/1"},
        {"filename": "image.png", "content_type": "image/png", "content_id": "img", "download_url": "https://cdn/2"},
    ]
    lies[f"{intake._RESEND}{EMAIL_ID}"] = (json.dumps(of_resend(raw=raw, attachments=files)).encode(), "")
    lies["https://cdn/gone"] = Gone("404")
    lies["https://cdn/1"], lies["https://cdn/2"] = (b"one", ""), (PICTURE, "image/png")

    (came,) = mails("resend", told_by_resend())

    found = parse(came.raw)
    assert (found.sender.email, found.subject, found.message_id) == ("joan@new.example", "Printer on fire", "<1@pc>")
    assert [each.email for each in found.reply_to] == ["reply@new.example"]
    assert [(each.name, each.content) for each in found.files] == [("a.txt", b"one"), ("image.png", PICTURE)]
    assert came == mails("resend", told_by_resend())[0], "told twice it is the same"


def test_resend_names_no_other_place_by_its_id(lies):
    with pytest.raises(KeyError):
        raise_from(lies, told_by_resend(email_id="../../domains?x="))
    assert lies.asked[0][0] == f"{intake._RESEND}..%2F..%2Fdomains%3Fx%3D"


def raise_from(lies, body):
    try:
        mails("resend", body)
    except NotUnderstood as error:
        raise error.__cause__ from None


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("brevo", {"event": "delivered"}),
        ("brevo", {"items": [{}]}),
        ("brevo", {"items": None}),
        ("brevo", b"no json"),
        ("resend", {"type": "email.sent", "data": {}}),
        ("resend", {"type": "email.received"}),
        ("resend", b"\xff"),
    ],
)
def test_what_is_no_mail_is_not_understood(lies, name, body):
    with pytest.raises(NotUnderstood):
        mails(name, body)


def test_a_file_that_is_gone_does_not_hold_up_its_mail(lies):
    lies[f"{BREVO}image"] = Gone("404")

    (came,) = mails("brevo", {"items": [by_brevo(Attachments=FILES[1:2])]})

    assert "It *smokes*." in parse(came.raw).text


def test_no_value_adds_a_field():
    raw = put_together(
        [("Subject", "a\r\nBcc: x@evil.example\r\n\r\nbody"), ("X: y\r\nBcc", "x"), ("From", "joan@new.example")],
        files=[Piece('a"\r\nX: y\r\n', "text/html\r\nX-Evil: 1", b"x", "c\r\nX-Evil: 1")],
    )

    assert b"\r\nBcc" not in raw and b"\r\nX" not in raw
    assert parse(raw).subject == "a Bcc: x@evil.example body"


# As a whole


def test_a_mail_of_brevo_is_a_request_once(at_acme, lies):
    sender = provider("brevo")
    sender.secret = sealing.seal("its key")
    sender.save()
    lies[f"{BREVO}image"] = (PICTURE, "image/png")

    for _ in range(2):
        assert post(sender, "incoming", {"items": [by_brevo(Attachments=FILES[1:2])]}).status_code == 200

    assert (InboundMail.objects.count(), Ticket.objects.count()) == (1, 1)
    assert Attachment.objects.get().file.open("rb").read() == PICTURE
    assert lies.asked[0][1] == {"api-key": "its key"}


def test_what_can_not_be_fetched_now_is_to_be_told_again(at_acme, lies):
    sender = provider("resend")
    lies[f"{intake._RESEND}{EMAIL_ID}"] = NotFetched("502")
    assert post(sender, "incoming", told_by_resend()).status_code == 503
    assert not InboundMail.objects.exists()

    lies[f"{intake._RESEND}{EMAIL_ID}"] = (json.dumps(of_resend()).encode(), "application/json")
    assert post(sender, "incoming", told_by_resend()).status_code == 200
    assert InboundMail.objects.get().outcome == "ticket"


def test_without_the_secret_nothing_is_fetched(at_acme, lies):
    sender = provider("resend")

    assert post(sender, "incoming", told_by_resend(), token="x").status_code == 404
    assert lies.asked == []


def test_files_that_postmark_took_apart_lose_no_byte(at_acme):
    from base64 import b64encode

    files = [{"Name": "a.bin", "Content": b64encode(PICTURE).decode(), "ContentType": "application/octet-stream"}]

    post(provider("postmark"), "incoming", by_postmark(Attachments=files))

    assert Attachment.objects.get().file.open("rb").read() == PICTURE


# Fetching


@pytest.mark.parametrize(
    "url", ["http://new.example/", "https://127.0.0.1/", "https://[::1]/", "https://10.0.0.1/", "ftp://x/", "https:///"]
)
def test_nothing_is_fetched_from_here_or_in_the_clear(settings, url):
    settings.PRIVATE_NETWORKS = []

    with pytest.raises(NotFetched):
        fetching.get(url, most=10)


def test_detours_lose_the_key_and_end(monkeypatch):
    asked = []
    answers = {
        "https://a/": (302, "https://b/x", b"", ""),
        "https://b/x": (200, "", b"12345", "text/plain"),
        "https://c/": (301, "https://c/", b"", ""),
        "https://d/": (404, "", b"", ""),
        "https://e/": (500, "", b"", ""),
    }

    def get(url, headers, most, seconds):
        asked.append((url, headers))
        return answers[url]

    monkeypatch.setattr(fetching, "_get", get)

    assert fetching.get("https://a/", headers={"api-key": "key"}, most=5) == (b"12345", "text/plain")
    assert asked == [("https://a/", {"api-key": "key"}), ("https://b/x", {})]
    for url, error in (
        ("https://b/x", Gone),
        ("https://c/", NotFetched),
        ("https://d/", Gone),
        ("https://e/", NotFetched),
    ):
        with pytest.raises(error):
            fetching.get(url, most=4)
