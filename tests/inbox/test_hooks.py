"""Providers tell of mail at a secret address: the same intake, once, for the desk whose address it is and no other."""

from __future__ import annotations

import json
from base64 import b64encode

import pytest
from django.core.mail import EmailMessage
from django.test import Client
from django.utils import timezone

from inbox.actions import senders
from inbox.intake import hooks as intake
from inbox.mail import envelope, hooks, providers
from inbox.models import BouncedAddress, InboundMail, OutgoingMail, Sender
from inbox.reactions import tell
from tenants.context import act_as
from tenants.models import AuditEntry
from tests.api.client import Api
from tests.inbox.mails import file, mail, multipart, part
from tests.support.world import MONDAY_9AM, make_person, make_ticket
from tests.tickets.portal import text_of, visitor
from tickets.models import Attachment, Event, Ticket

SUPPORT = "support@acme.example"


def provider(name: str) -> Sender:
    """The active desk sends by this provider."""
    Sender.objects.all().delete()
    return Sender.objects.create(way="provider", provider=name, changed_at=MONDAY_9AM)


def post(sender, kind, body, content_type="application/json", *, host="acme.localhost", token=None):
    """What the provider sends; kind "incoming" or "news"."""
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    address = f"/mail-hooks/{token or hooks.token(sender)}/{kind}"
    return Client(headers={"host": host}).post(address, data, content_type=content_type)


@pytest.fixture
def postmark(at_acme):
    return provider("postmark")


def by_postmark(**more) -> dict:
    """An inbound message as Postmark sends it, taken apart."""
    return {
        "FromName": "Joan",
        "FromFull": {"Email": "joan@new.example", "Name": "Joan", "MailboxHash": ""},
        "ToFull": [{"Email": SUPPORT, "Name": "", "MailboxHash": ""}],
        "CcFull": [],
        "BccFull": [],
        "OriginalRecipient": SUPPORT,
        "Subject": "Printer on fire",
        "MessageID": "22c74902-a0c1-4511-804f2-341342852c90",
        "Date": "Mon, 2 Mar 2026 10:00:00 +0100",
        "TextBody": "It smokes.",
        "HtmlBody": "<p>It smokes.</p>",
        "Headers": [
            {"Name": "Return-Path", "Value": "<joan@new.example>"},
            {"Name": "Message-ID", "Value": "<1@pc>"},
        ],
        "Attachments": [
            {
                "Name": "fire.txt",
                "Content": b64encode(b"smoke").decode(),
                "ContentType": "text/plain",
                "ContentID": "",
                "ContentLength": 5,
            }
        ],
        **more,
    }


def test_a_mail_that_a_provider_took_apart_is_a_request_with_its_file(postmark):
    assert post(postmark, "incoming", by_postmark()).status_code == 200

    kept = InboundMail.objects.get()
    assert (kept.outcome, kept.sender, kept.subject) == ("ticket", "joan@new.example", "Printer on fire")
    assert kept.ticket.description == "It smokes."
    (attached,) = Attachment.objects.all()
    assert (attached.name, attached.file.open("rb").read()) == ("fire.txt", b"smoke")


def test_the_whole_mail_is_kept_as_it_came_where_the_provider_has_it(postmark):
    raw = mail("Caf\u00e9.", message_id="<1@pc>", **{"from": "Joan <joan@new.example>"})

    assert post(postmark, "incoming", by_postmark(RawEmail=raw.decode())).status_code == 200

    assert InboundMail.objects.get().raw.open("rb").read() == raw


def test_what_is_told_again_is_one_mail(postmark):
    for body in (by_postmark(), by_postmark(), by_postmark(RawEmail=mail(message_id="<2@pc>").decode())):
        for _ in range(2):
            assert post(postmark, "incoming", body).status_code == 200

    assert InboundMail.objects.count() == Ticket.objects.count() == 2


def test_a_form_of_sendgrid_loses_no_byte_of_the_mail(at_acme):
    sender = provider("sendgrid")
    raw = multipart(part("\u041f\u0440\u0438\u0432\u0435\u0442"), file(bytes(range(256)), "a.bin"), message_id="<1@pc>")
    raw = raw.replace(b"Printer on fire", "\u041f\u0440\u0438\u043d\u0442\u0435\u0440".encode("koi8-r"))
    told = {"envelope": json.dumps({"to": [SUPPORT], "from": "grace@acme.example"}).encode(), "email": raw}
    body = b"".join(
        b'--xYzZY\r\nContent-Disposition: form-data; name="%s"\r\n\r\n%s\r\n' % (name.encode(), value)
        for name, value in told.items()
    )

    answer = post(sender, "incoming", body + b"--xYzZY--\r\n", "multipart/form-data; boundary=xYzZY")

    assert answer.status_code == 200
    assert InboundMail.objects.get().raw.open("rb").read() == raw
    assert Attachment.objects.get().file.open("rb").read() == bytes(range(256))


def test_sparkpost_and_mailersend_bring_whole_mails_too(at_acme):
    raw = mail(message_id="<1@pc>")
    content = {"email_rfc822": b64encode(raw).decode(), "email_rfc822_is_base64": True}
    relayed = {"content": content, "rcpt_to": SUPPORT, "msg_from": "grace@acme.example", "protocol": "smtp"}
    assert post(provider("sparkpost"), "incoming", [{"msys": {"relay_message": relayed}}]).status_code == 200
    data = {"raw": raw.decode(), "recipients": {"rcptTo": [{"email": SUPPORT}]}}
    assert post(provider("mailersend"), "incoming", {"type": "inbound.message", "data": data}).status_code == 200

    only = InboundMail.objects.get()
    assert (only.raw.open("rb").read(), only.copies) == (raw, 1)


def test_nobody_else_has_the_address(postmark, globex, root):
    right = hooks.token(postmark)
    for wrong in ("x", right[:-1] + ("A" if right[-1] != "A" else "B"), right.upper()):
        assert post(postmark, "incoming", by_postmark(), token=wrong).status_code == 404
    with act_as(globex):
        theirs = provider("postmark")
        # Another desk's address leads nowhere here, nor ours there.
        assert post(postmark, "incoming", by_postmark(), host="globex.localhost", token=right).status_code == 404
        assert hooks.token(theirs) != right
    assert not InboundMail.objects.exists()

    senders.renew_hooks(actor=root, at=timezone.now())
    assert post(postmark, "incoming", by_postmark(), token=right).status_code == 404
    Sender.objects.update(way="site")
    assert post(postmark, "incoming", by_postmark(), token=hooks.token(Sender.objects.get())).status_code == 404


def test_new_addresses_are_made_once_it_is_said_what_stops(postmark, at_acme, root):
    client, former = visitor(at_acme, root), hooks.token(postmark)

    asked = client.post("/desk/mail/sender/hooks")
    wrong = client.post("/desk/mail/sender/hooks", {"typed": "Mailgun"})
    assert "The addresses that your provider has now lead nowhere from that moment on." in text_of(asked)
    assert (asked.status_code, wrong.status_code) == (200, 422)
    assert hooks.token(Sender.objects.get()) == former

    client.post("/desk/mail/sender/hooks", {"typed": "Postmark"})

    assert hooks.token(Sender.objects.get()) != former


def test_a_mail_for_another_desk_that_comes_to_our_address_stays_with_us(postmark, globex):
    body = by_postmark(OriginalRecipient="support@globex.example")

    assert post(postmark, "incoming", body).status_code == 200

    assert InboundMail.objects.get().mailbox.address == SUPPORT
    with act_as(globex):
        assert not InboundMail.objects.exists()


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"{}", b'{"RawEmail": 7}', b'"x"', b"\xff\xfe"])
def test_what_is_no_mail_is_refused_and_nothing_is_kept(postmark, body):
    assert post(postmark, "incoming", body).status_code in (400, 411)

    assert not InboundMail.objects.exists()


@pytest.mark.parametrize("body", [b"{", b"[]", b'"x"', b"\xff\xfe"])
def test_what_is_no_news_is_refused(postmark, body):
    assert post(postmark, "news", body).status_code == 400


def test_too_much_is_refused(postmark, monkeypatch):
    monkeypatch.setattr(intake, "LARGEST", 1_000)

    assert post(postmark, "incoming", b"{" + b" " * 1_000 + b"}").status_code == 413


@pytest.fixture
def sent(postmark, grace):
    """A mail that the provider has taken."""
    tell(Event.objects.get(ticket=make_ticket(grace), verb="ticket.created").pk, MONDAY_9AM)
    mail = OutgoingMail.objects.get()
    mail.state = "sent"
    mail.save()
    return mail


def news_of(sent, **told) -> dict:
    return {
        "MessageID": "883953f4-6105-42a2-a16a-77a8eac79483",
        "Recipient": sent.address,
        "Email": sent.address,
        "Metadata": {providers.MARK: envelope.signed(sent.pk)},
        **told,
    }


DELIVERED = {"RecordType": "Delivery", "DeliveredAt": "2026-03-02T09:05:00Z", "Details": "250 OK"}
BOUNCED = {
    "RecordType": "Bounce",
    "ID": 42,
    "Type": "HardBounce",
    "Description": "The server was unable to deliver your message.",
    "Details": "smtp;550 5.1.1 The email account that you tried to reach does not exist.",
    "BouncedAt": "2026-03-02T09:05:00Z",
}
FULL = BOUNCED | {"Type": "SoftBounce", "Details": "smtp;452 4.2.2 The mailbox is full."}
COMPLAINED = BOUNCED | {"RecordType": "SpamComplaint", "Type": "SpamComplaint", "Details": "Abuse report"}


@pytest.mark.parametrize(
    ("told", "state", "is_marked"),
    [
        (DELIVERED, "delivered", False),
        (BOUNCED, "bounced", True),
        (FULL, "bounced", False),
        (COMPLAINED, "sent", True),
        ({"RecordType": "Open", "ReceivedAt": "2026-03-02T09:05:00Z"}, "sent", False),
    ],
)
def test_what_becomes_of_a_mail_is_noted_once(postmark, sent, told, state, is_marked):
    for _ in range(2):
        assert post(postmark, "news", news_of(sent, **told)).status_code == 200

    sent.refresh_from_db()
    assert sent.state == state
    assert BouncedAddress.objects.filter(address=sent.address).count() == is_marked


def test_sendgrid_tells_of_many_at_once(sent):
    sender = provider("sendgrid")
    sign = {providers.MARK: envelope.signed(sent.pk), "email": sent.address, "timestamp": 1772442300}
    events = [
        {"event": "processed", "sg_event_id": "1", **sign},
        {
            "event": "bounce",
            "type": "bounce",
            "status": "5.1.1",
            "reason": "550 5.1.1 unknown",
            "sg_event_id": "2",
            **sign,
        },
    ]

    assert post(sender, "news", events).status_code == 200

    sent.refresh_from_db()
    assert (sent.state, sent.error) == ("bounced", "550 5.1.1 unknown")
    assert BouncedAddress.objects.get().status == "5.1.1"


def test_news_without_our_sign_do_nothing(postmark, sent, globex):
    for sign in ("", "x" * 39, envelope.signed(sent.ticket.pk)):
        post(postmark, "news", news_of(sent, **BOUNCED) | {"Metadata": {providers.MARK: sign}})
    with act_as(globex):
        post(provider("postmark"), "news", news_of(sent, **BOUNCED), host="globex.localhost")
    sent.refresh_from_db()
    assert sent.state == "sent"
    assert not BouncedAddress.objects.exists()


def test_the_sign_goes_along_with_each_mail(at_acme):
    for name in providers.PROVIDERS:
        message = EmailMessage("Hello", "Words", "a@acme.example", ["b@new.example"])
        providers.mark(message, name, "sign")
        backend = providers.connection(name, "key")
        payload = backend.build_message_payload(message, backend.send_defaults)

        assert "sign" in str(payload.serialize_data()) + str(getattr(payload, "data", ""))


def test_administrators_find_the_addresses_and_make_new_ones(root, postmark):
    client = visitor(root.tenant, root)
    page = client.get("/desk/mail/sender").content.decode()
    assert f"http://acme.localhost/mail-hooks/{hooks.token(postmark)}/incoming" in page

    client.post("/desk/mail/sender/hooks", {"typed": "Postmark"})
    postmark.refresh_from_db()
    assert postmark.hook_round == 1
    again = client.get("/desk/mail/sender").content.decode()
    assert hooks.token(postmark) in again


def test_the_addresses_over_rest(at_acme, root, ada, globex):
    where = "mail/sender/hooks/"
    program = Api(root)
    nothing = {"can_sign": False, "is_signed": False, "refused_at": None}
    assert program.get(where).json() == {"provider": "", "incoming": "", "news": "", **nothing}
    sender = provider("postmark")

    answer = program.get(where)
    told = answer.json()

    assert told["provider"] == "postmark"
    assert told["incoming"] == f"http://acme.localhost/mail-hooks/{hooks.token(sender)}/incoming"
    assert told["news"] == f"http://acme.localhost/mail-hooks/{hooks.token(sender)}/news"
    assert answer.headers["Cache-Control"] == "no-store"

    renewed = program.post(where).json()
    former = told["incoming"].split("/")[-2]
    sender.refresh_from_db()
    assert renewed["incoming"] != told["incoming"] and renewed == program.get(where).json()
    assert post(sender, "incoming", by_postmark(), token=former).status_code == 404
    assert post(sender, "incoming", by_postmark(), token=renewed["incoming"].split("/")[-2]).status_code == 200
    assert AuditEntry.objects.filter(act="sender.hooks_renewed", actor=root).exists()
    for method in ("GET", "POST"):
        assert Api(ada).call(method, where, {} if method == "POST" else None).status_code == 403
    assert program.post(where, {"tenant": 2}).status_code == 400
    with act_as(globex):
        provider("postmark")
        theirs = Api(make_person("Zoe", "admin"), host="globex.localhost").get(where).json()
    assert former not in str(theirs) and sender.hook_round == 1
