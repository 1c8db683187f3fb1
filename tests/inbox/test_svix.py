"""Resend signs what it tells: once its secret is entered, nobody else is believed who knows the address."""

from __future__ import annotations

import json
from base64 import b64encode
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from inbox.actions import senders
from inbox.intake import hooks as intake
from inbox.mail import hooks, svix
from inbox.models import InboundMail, Sender
from tenants import sealing
from tenants.errors import NotPermitted
from tenants.models import AuditEntry
from tests.api.client import Api
from tests.inbox.test_hooks import by_postmark, post, provider
from tests.inbox.test_hooks_fetched import EMAIL_ID, of_resend, told_by_resend
from tests.inbox.test_hooks_fetched import lies as _lies
from tests.tickets.portal import visitor

lies = _lies
SECRET, OTHER = (f"whsec_{b64encode(bytes([each]) * 24).decode()}" for each in (1, 2))
BODY, NOW = b'{"type": "email.received"}', datetime(2026, 3, 2, 9, tzinfo=UTC)


def signed(body=BODY, secret=SECRET, at=NOW, **more) -> dict[str, str]:
    return {**svix.sign(body, secret, message="msg_1", at=at), **more}


def test_the_example_that_svix_publishes_holds():
    """The one of its documentation: id, time, body and what comes out are theirs."""
    secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    body, at = b'{"test": 2432232314}', datetime.fromtimestamp(1614265330, UTC)

    headers = svix.sign(body, secret, message="msg_p5jXN8AQM9LWM0D4loKWxJek", at=at)

    assert headers["svix-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


@pytest.mark.parametrize(
    ("headers", "secrets"),
    [
        (signed(), [SECRET]),
        (signed(), [OTHER, SECRET]),
        (signed(at=NOW - timedelta(seconds=299)), [SECRET]),
        (signed(at=NOW + timedelta(seconds=299)), [SECRET]),
        (signed(**{"svix-signature": f"v1,AAAA v2,x {signed()['svix-signature']}"}), [SECRET]),
        ({name.replace("svix", "webhook"): value for name, value in signed().items()}, [SECRET]),
    ],
)
def test_what_is_signed_is_believed(headers, secrets):
    assert svix.flaw_of(BODY, headers, secrets, NOW) == ""


@pytest.mark.parametrize(
    ("headers", "flaw"),
    [
        ({}, "missing"),
        (signed(**{"svix-signature": ""}), "missing"),
        (signed(secret=OTHER), "wrong"),
        (signed(body=BODY + b" "), "wrong"),
        (signed(**{"svix-id": "msg_2"}), "wrong"),
        (signed(**{"svix-timestamp": "1"}), "wrong"),
        (signed(**{"svix-timestamp": "\u0661"}), "wrong"),
        (signed(**{"svix-signature": signed()["svix-signature"][3:]}), "wrong"),
        (signed(**{"svix-signature": "v1,"}), "wrong"),
        (signed(**{"svix-signature": "v1,\u044f"}), "wrong"),
        (signed(at=NOW - timedelta(seconds=301)), "old"),
        (signed(at=NOW + timedelta(seconds=301)), "old"),
    ],
)
def test_what_is_not_signed_just_now_with_our_secret_is_not(headers, flaw):
    assert svix.flaw_of(BODY, headers, [SECRET], NOW) == flaw


@pytest.mark.parametrize("secret", ["", "whsec_", "whsec_AAAA", "whsec_!!!", SECRET[6:], "\u044f"])
def test_what_is_no_secret_has_no_key(secret):
    assert svix.key_of(secret) == b""
    assert svix.flaw_of(BODY, signed(), [secret], NOW) == "wrong"


@pytest.fixture
def resend(at_acme, root, lies):
    lies[f"{intake._RESEND}{EMAIL_ID}"] = (json.dumps(of_resend()).encode(), "application/json")
    sender = provider("resend")
    senders.set_signing_secret(actor=root, at=NOW, secret=f"{OTHER} {SECRET}")
    sender.refresh_from_db()
    return sender


def tell(sender, body: bytes, headers, kind="incoming"):
    address = f"/mail-hooks/{hooks.token(sender)}/{kind}"
    client = Client(headers={"host": "acme.localhost", **headers})
    return client.post(address, body, content_type="application/json")


def test_a_mail_that_resend_signed_is_taken_and_no_other(resend, lies):
    body, now = json.dumps(told_by_resend()).encode(), timezone.now()
    for headers in (
        {},
        signed(body, "whsec_" + b64encode(b"x" * 24).decode(), now),
        signed(body, at=now - timedelta(minutes=6)),
    ):
        assert tell(resend, body, headers).status_code == 401
        assert tell(resend, body, headers, "news").status_code == 401
    assert not InboundMail.objects.exists() and lies.asked == []
    resend.refresh_from_db()
    assert resend.hook_refusal == "old" and resend.hook_refused_at >= now

    assert tell(resend, body, signed(body, at=now)).status_code == 200

    assert InboundMail.objects.get().outcome == "ticket"


def test_nobody_s_address_says_nothing_of_signatures(resend):
    body = json.dumps(told_by_resend()).encode()

    assert post(resend, "incoming", body, token="x").status_code == 404


def test_the_secret_is_sealed_and_goes_with_its_provider(resend, root):
    assert SECRET not in resend.hook_secret
    assert sealing.unseal(resend.hook_secret) == f"{OTHER} {SECRET}"
    (entry,) = AuditEntry.objects.filter(act="sender.hooks_signed")
    assert SECRET not in str(entry.before) + str(entry.after)

    said = {"address": "support@acme.example", "way": "provider", "secret": "k"}
    senders.save_sender(actor=root, at=NOW, provider="postmark", **said)

    postmark = Sender.objects.get()
    assert postmark.hook_secret == ""
    assert post(postmark, "incoming", by_postmark()).status_code == 200


def test_administrators_enter_it_and_read_what_was_refused(root, resend, ada):
    client, where = visitor(root.tenant, root), "/desk/mail/sender/hooks/signed"
    assert tell(resend, b"{}", {}).status_code == 401

    page = client.get("/desk/mail/sender").content.decode()

    assert "It was not signed." in page and SECRET not in page
    client.post(where, {"signing_secret": "whsec_short"})
    assert sealing.unseal(Sender.objects.get().hook_secret) == f"{OTHER} {SECRET}"
    client.post(where, {"signing_secret": SECRET})
    after = Sender.objects.get()
    assert (sealing.unseal(after.hook_secret), after.hook_refusal) == (SECRET, "")
    client.post(where, {"remove": "yes"})
    assert Sender.objects.get().hook_secret == ""
    assert visitor(ada.tenant, ada).post(where, {"signing_secret": SECRET}).status_code == 404
    with pytest.raises(NotPermitted):
        senders.set_signing_secret(actor=ada, at=NOW, secret=SECRET)


def test_providers_that_do_not_sign_are_not_asked_for_a_secret(root, at_acme):
    provider("postmark")

    assert "Signing secret" not in visitor(root.tenant, root).get("/desk/mail/sender").content.decode()


def test_the_secret_over_rest(root, ada, resend):
    where, program = "mail/sender/hooks/", Api(root)
    told = program.get(where).json()
    assert (told["can_sign"], told["is_signed"]) == (True, True)
    assert SECRET not in str(told)

    assert program.call("PUT", where, {"signing_secret": "x"}).status_code == 400
    assert program.call("PUT", where, {"signing_secret": ""}).json()["is_signed"] is False
    assert program.call("PUT", where, {"signing_secret": SECRET}).json()["is_signed"] is True
    assert Api(ada).call("PUT", where, {"signing_secret": SECRET}).status_code == 403
