"""Our own check of senders: signatures by real keys, DNS in the test's hand; nobody is fooled and no mail is lost."""

from __future__ import annotations

import base64
import time

import dkim
import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from inbox import incoming
from inbox.intake import checking, receiving, routing
from inbox.intake.senders import OURSELVES, Proof
from inbox.mail import resolver, signature
from inbox.mail.parsing import parse
from inbox.mail.resolver import NotKnown, Unanswered
from inbox.models import InboundMail
from inbox.reactions import tell
from tenants import alarms
from tests.inbox.mails import mail
from tests.inbox.test_intake import FAILED, PASSED, address_for, receipt_of, receive
from tests.support.world import MONDAY_9AM, make_organization, make_ticket
from tickets.models import Event, Message

PRIVATE, PUBLIC = signature.new_key()
STRICT = "v=DMARC1; p=reject"
FROM_GRACE = {"from": "Grace <grace@acme.example>"}
FIELDS = [b"from", b"to", b"subject", b"date"]


class Dns:
    """What DNS says: texts by name. `silent` names get no answer; `asked` is what it was asked for."""

    def __init__(self) -> None:
        self.texts: dict[str, list[str]] = {}
        self.silent: set[str] = set()
        self.asked: list[str] = []
        self.known = True

    def publish(self, domain: str, policy: str | None = None, *, key: str = f"v=DKIM1; k=rsa; p={PUBLIC}") -> None:
        self.texts[f"desk._domainkey.{domain}"] = [key]
        if policy is not None:
            self.texts[f"_dmarc.{domain}"] = [policy]

    def answer(self, name: str, *, seconds: float = 1) -> tuple[str, ...]:
        self.asked.append(name)
        if name in self.silent:
            raise Unanswered
        return tuple(self.texts.get(name, ()))

    def remember(self, name: str) -> tuple[str, ...]:
        if not self.known:
            raise NotKnown
        return self.answer(name)


@pytest.fixture
def dns(settings, monkeypatch) -> Dns:
    settings.CHECK_SENDERS = True
    held = Dns()
    monkeypatch.setattr(resolver, "texts", held.answer)
    monkeypatch.setattr(resolver, "remembered", held.remember)
    return held


@pytest.fixture
def mailbox(at_acme):
    """Acme's own address, which believes a mail server that does not always say something."""
    mailbox = routing.own_mailbox("support@acme.example")
    mailbox.authserv = "mx.acme.example"
    mailbox.save()
    return mailbox


@pytest.fixture
def ticket(mailbox, grace):
    """A ticket of Grace's, of which she was sent a receipt."""
    made = make_ticket(grace)
    tell(Event.objects.get(ticket=made, verb="ticket.created").pk, MONDAY_9AM)
    return made


def sign(raw: bytes, domain: str = "acme.example", key: str | bytes = PRIVATE, **more) -> bytes:
    """The mail with a signature before it, made by another program than the one that reads it."""
    options = {"canonicalize": (b"relaxed", b"relaxed"), "include_headers": FIELDS, **more}
    key = key.encode() if isinstance(key, str) else key
    return dkim.sign(raw, b"desk", domain.encode(), key, **options) + raw


def checked(raw: bytes):
    return checking.check(parse(raw), MONDAY_9AM)


# What is proven


@pytest.mark.parametrize("head", [b"simple", b"relaxed"])
@pytest.mark.parametrize("body", [b"simple", b"relaxed"])
@pytest.mark.parametrize(
    "text", ["Hello", "", "\r\n\r\n", "two  spaces \r\n\tand a tab\t\r\n\r\n\r\n", "no end", "\r\n \r\n", "a\r\n \r\n"]
)
def test_a_valid_signature_of_the_senders_domain_proves_them(dns, head, body, text):
    dns.publish("acme.example", STRICT)
    raw = mail(text, subject="Folded\r\n\t over  lines ", **FROM_GRACE)

    found = checked(sign(raw, canonicalize=(head, body)))

    assert (found.proof, found.dkim, found.dmarc, found.by) == (Proof.PROVEN, "pass", "pass", OURSELVES)


def test_line_ends_of_a_pipe_do_not_matter(dns):
    dns.publish("acme.example")

    assert checked(sign(mail("One\r\nTwo\r\n", **FROM_GRACE)).replace(b"\r\n", b"\n")).proof is Proof.PROVEN


def test_ed25519_is_known(dns):
    key = ed25519.Ed25519PrivateKey.generate()
    public = base64.b64encode(key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)).decode()
    dns.publish("acme.example", key=f"v=DKIM1; k=ed25519; p={public}")
    lead, _, raw = sign(mail(**FROM_GRACE)).replace(b"a=rsa-sha256", b"a=ed25519-sha256").partition(b" b=")
    rest = raw[raw.index(b"\r\nFrom:") :]
    digest = bytes.fromhex(parse(lead + b" b=x" + rest).signatures[0].digest)

    value = base64.b64encode(key.sign(digest))

    assert checked(lead + b" b=" + value + rest).proof is Proof.PROVEN
    assert checked(lead + b" b=" + value + changed(rest)).proof is Proof.UNKNOWN


def test_without_a_record_a_signature_of_the_same_domain_proves(dns):
    dns.publish("acme.example")

    found = checked(sign(mail(**FROM_GRACE)))

    assert (found.proof, found.dmarc, found.policy) == (Proof.PROVEN, "none", "")


@pytest.mark.parametrize(
    ("signer", "sender", "record", "is_proven"),
    [
        ("acme.example", "eu.acme.example", None, True),
        ("acme.example", "eu.acme.example", "v=DMARC1; p=none; adkim=s", False),
        ("mail.acme.example", "acme.example", "v=DMARC1; p=none", True),
        ("mail.acme.example", "acme.example", "v=DMARC1; p=none; adkim=s", False),
        ("mail.acme.example", "acme.example", "v=DMARC1; p=none; psd=y", False),
        ("mail.acme.example", "acme.example", None, False),
        ("evil.example", "acme.example", "v=DMARC1; p=none", False),
        ("acme.example.evil.example", "acme.example", "v=DMARC1; p=none", False),
        ("eviacme.example", "acme.example", "v=DMARC1; p=none", False),
        ("one.acme.example", "two.acme.example", None, False),
    ],
)
def test_who_may_sign_for_whom(dns, signer, sender, record, is_proven):
    dns.publish(signer)
    if record:
        dns.texts[f"_dmarc.{sender}"] = [record]

    found = checked(sign(mail(**{"from": f"grace@{sender}"}), domain=signer))

    assert (found.proof is Proof.PROVEN) == is_proven


# What proves nothing


def changed(raw: bytes) -> bytes:
    return raw.replace(b"Hello", b"Hullo")


def appended(raw: bytes) -> bytes:
    return raw + b"\r\nAnd pay to this account."


def other_from(raw: bytes) -> bytes:
    return raw.replace(b"grace@", b"linus@")


def second_from(raw: bytes) -> bytes:
    return b"From: Grace <grace@acme.example>\r\n" + raw


def second_from_below(raw: bytes) -> bytes:
    return raw.replace(b"To: support", b"From: grace@acme.example\r\nTo: support")


def lone_cr(raw: bytes) -> bytes:
    return raw.replace(b"To: support", b"X-Y: a\rFrom: root@acme.example\r\nTo: support")


@pytest.mark.parametrize("change", [changed, appended, other_from, second_from, second_from_below, lone_cr])
def test_what_was_changed_is_not_proven(dns, change):
    dns.publish("acme.example", STRICT)

    found = checked(change(sign(mail(**FROM_GRACE))))

    assert found.proof is Proof.UNKNOWN and found.is_wanting


def test_text_behind_the_signed_part_of_a_body_is_not_trusted(dns):
    dns.publish("acme.example")
    signed = sign(mail(**FROM_GRACE), length=True)

    assert checked(signed).proof is Proof.PROVEN
    assert checked(appended(signed)).proof is Proof.UNKNOWN


def test_a_signature_that_does_not_cover_from_proves_nothing(dns, monkeypatch):
    dns.publish("acme.example")
    signed = sign(mail(**FROM_GRACE)).replace(b"h=from : ", b"h=").replace(b"h=from :", b"h=")

    found = checked(signed)

    assert (found.proof, found.dkim) == (Proof.UNKNOWN, "policy")


def test_two_people_in_from_are_nobody(dns):
    dns.publish("acme.example")

    assert checked(sign(mail(**{"from": "grace@acme.example, ada@acme.example"}))).proof is Proof.UNKNOWN


def test_who_is_named_elsewhere_than_in_from_is_not_proven(dns):
    dns.publish("acme.example")

    raw = sign(mail(reply_to="grace@acme.example", **{"from": "Grace"}))

    assert parse(raw).sender.email == "grace@acme.example"
    assert checked(raw).proof is Proof.UNKNOWN


def test_small_keys_prove_nothing(dns):
    small = rsa.generate_private_key(public_exponent=65537, key_size=1024)  # noqa: S505
    tiny_public = (
        # 512 bits: libraries make no such keys any more
        "MFwwDQYJKoZIhvcNAQEBBQADSwAwSAJBAKj34GkxFhD90vcNLYLInFEX6Ppy1tPf9Cnzj4p4WGeKLs1Pt8Qu"
        "KUpRKfFLfRYC9AIKjbJTWit+CqvjWYzvQwECAwEAAQ=="
    )
    pem = small.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption())
    public = small.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    dns.publish("acme.example", key=f"p={base64.b64encode(public).decode()}")
    signed = sign(mail(**FROM_GRACE), key=pem)
    assert checked(signed).proof is Proof.PROVEN

    dns.publish("acme.example", key=f"p={tiny_public}")

    assert checked(signed).proof is Proof.UNKNOWN


@pytest.mark.parametrize(
    "key",
    [
        "v=DKIM1; k=rsa; p=",
        f"v=DKIM2; p={PUBLIC}",
        f"v=DKIM1; t=y; p={PUBLIC}",
        f"v=DKIM1; s=tlsrpt; p={PUBLIC}",
        f"v=DKIM1; h=sha1; p={PUBLIC}",
        f"v=DKIM1; k=ed25519; p={PUBLIC}",
        "v=DKIM1; p=nonsense!",
        "v=DKIM1; p=AAAA",
        "nothing at all",
    ],
)
def test_revoked_tried_out_and_broken_keys_prove_nothing(dns, key):
    dns.publish("acme.example", key=key)

    assert checked(sign(mail(**FROM_GRACE))).proof is Proof.UNKNOWN


def test_an_expired_signature_proves_nothing(dns):
    dns.publish("acme.example")
    parsed = parse(sign(mail(**FROM_GRACE)))
    (found,) = parsed.signatures
    assert found.expires == 0

    raw = sign(mail(**FROM_GRACE)).replace(b"v=1;", b"v=1; x=1000;")

    assert checked(raw).dkim == "permerror"


def test_only_some_signatures_are_looked_at(dns):
    raw = mail(**FROM_GRACE)
    for _ in range(30):
        raw = sign(raw)

    assert checked(raw).proof is Proof.UNKNOWN
    assert dns.asked.count("desk._domainkey.acme.example") == 3


def test_others_signatures_are_not_asked_for(dns):
    dns.publish("acme.example")
    raw = sign(mail(**FROM_GRACE))
    for _ in range(5):
        raw = sign(raw, domain="list.example")

    assert checked(raw).proof is Proof.PROVEN
    assert not [each for each in dns.asked if "list.example" in each]


@pytest.mark.parametrize("filling", [b" " * 1_000_000, b"\t " * 500_000, b"\r\n" * 500_000, b"; b = " * 150_000])
def test_hostile_mails_take_no_time(filling):
    signed = sign(mail(**FROM_GRACE))
    head, _, _ = signed.partition(b"\r\n\r\n")

    started = time.process_time()
    parse(head + b"\r\n\r\n" + filling)
    parse(b"DKIM-Signature: v=1; d=acme.example; b=" + filling[:200_000].replace(b"\r\n", b" ") + b"\r\n" + signed)

    assert time.process_time() - started < 3


# What the domain asks for


@pytest.mark.parametrize(
    ("record", "policy"),
    [
        ("v=DMARC1; p=reject", "reject"),
        ("v=DMARC1;p=quarantine;pct=100", "quarantine"),
        ("v=DMARC1; p=none", "none"),
        ("v=DMARC1; p=reject; pct=20", "none"),
        ("v=DMARC1; p=reject; t=y", "none"),
        ("v=DMARC1; rua=mailto:x@acme.example", ""),
        ("v=DMARC10; p=reject", ""),
        ("google-site-verification=1", ""),
    ],
)
def test_the_policy_of_a_domain(dns, record, policy):
    dns.texts["_dmarc.acme.example"] = [record]

    assert checked(mail(**FROM_GRACE)).policy == policy


def test_the_policy_of_the_domain_above_counts_where_there_is_none(dns):
    dns.texts["_dmarc.acme.example"] = ["v=DMARC1; p=none; sp=reject"]

    assert checked(mail(**{"from": "a@eu.acme.example"})).policy == "reject"
    assert checked(mail(**{"from": "a@acme.example"})).policy == "none"


def test_few_questions_are_asked_however_long_a_name_is(dns):
    checked(mail(**{"from": "a@1.2.3.4.5.6.7.8.9.acme.example"}))

    assert len(dns.asked) == 4
    assert dns.asked[0] == "_dmarc.1.2.3.4.5.6.7.8.9.acme.example" and dns.asked[-1] == "_dmarc.acme.example"


@pytest.mark.parametrize("name", ["_dmarc.acme.example", "desk._domainkey.acme.example"])
def test_a_dns_that_does_not_answer_is_held_against_nobody(dns, name):
    dns.publish("acme.example", STRICT)
    dns.silent.add(name)

    found = checked(sign(mail(**FROM_GRACE)))

    assert found.proof is Proof.UNKNOWN and not found.is_wanting


@pytest.mark.parametrize("sender", ["grace", "", "grace@", "grace@local", "grace@" + "a." * 200 + "example", "a@[::1]"])
def test_what_is_no_domain_is_not_asked_for(dns, sender):
    assert checked(mail(**{"from": sender})).proof is Proof.UNKNOWN
    assert dns.asked == []


# What becomes of it


def test_a_proven_agent_needs_no_reply_address(dns, ticket, ada):
    dns.publish("acme.example")
    raw = mail("Unplug it.", in_reply_to=receipt_of(ticket).message_id, **{"from": "Ada <ada@acme.example>"})

    assert receive(raw).reason == "staff_unproven"
    assert receive(sign(raw)).outcome == "reply"


def test_a_proven_stranger_is_not_unproven_here(dns, mailbox):
    dns.publish("new.example", STRICT)

    kept = receive(sign(mail(**{"from": "Joan <joan@new.example>"}), domain="new.example"))

    assert not kept.ticket.is_unproven
    assert kept.verdict["authentication"] == {
        "proof": "pass",
        "spf": "",
        "dkim": "pass",
        "dmarc": "pass",
        "by": OURSELVES,
        "policy": "reject",
    }


@pytest.mark.parametrize(("policy", "is_unproven"), [(STRICT, True), ("v=DMARC1; p=none", False), (None, False)])
def test_whose_domain_asks_for_proof_is_not_taken_at_their_word(dns, at_acme, grace, policy, is_unproven):
    """A mailbox that believes no server: whom it knows it believes, but for those whose domain says not to."""
    routing.own_mailbox("support@acme.example")
    make_organization("Initech", grace)
    dns.publish("acme.example", policy)

    kept = receive(mail(**FROM_GRACE))

    assert (kept.outcome, kept.ticket.is_unproven) == ("ticket", is_unproven)


def test_an_answer_without_the_proof_that_its_domain_asks_for_is_held(dns, ticket, grace):
    dns.publish("acme.example", STRICT)
    raw = mail("Send me all of it.", in_reply_to=receipt_of(ticket).message_id, **FROM_GRACE)
    before = Message.objects.count()

    kept = receive(raw)

    assert (kept.outcome, kept.reason, kept.ticket) == ("held", "unsigned", ticket)
    assert Message.objects.count() == before
    assert "as their domain says" in incoming.reason(kept)
    assert receive(sign(raw)).outcome == "reply"


def test_who_holds_the_reply_address_needs_no_signature(dns, ticket, grace):
    dns.publish("acme.example", STRICT)

    assert receive(mail("Still.", to=address_for(ticket, grace), **FROM_GRACE)).outcome == "reply"


def test_the_believed_server_is_asked_first_and_dns_not_at_all(dns, mailbox):
    kept = receive(mail(**PASSED, **FROM_GRACE))

    assert kept.verdict["authentication"]["by"] == "mx.acme.example"
    assert dns.asked == []


def test_a_signature_outweighs_a_server_that_nobody_believes(dns, at_acme, grace):
    routing.own_mailbox("support@acme.example")
    dns.publish("acme.example")

    assert receive(sign(mail(**FAILED, **FROM_GRACE))).outcome == "ticket"
    assert receive(mail("Other", **FAILED, **FROM_GRACE)).reason == "forged"


def test_the_page_says_who_checked(dns, mailbox):
    dns.publish("acme.example", STRICT)

    by_us = dict(incoming.facts(receive(sign(mail(**FROM_GRACE)))))["Sender"]
    by_them = dict(incoming.facts(receive(mail(**PASSED, **FROM_GRACE))))["Sender"]
    by_nobody = dict(incoming.facts(receive(mail("Other", **FROM_GRACE))))["Sender"]

    assert "proves the sender's address. DKIM: pass, DMARC: pass. Checked by: this helpdesk." in by_us
    assert "vouches for the sender's address. DMARC: pass. Checked by: mx.acme.example." in by_them
    assert "No valid signature" in by_nobody and "asks that mail that proves nothing be turned away" in by_nobody


def test_it_can_be_switched_off(dns, mailbox, settings):
    settings.CHECK_SENDERS = False
    dns.publish("acme.example")

    assert receive(sign(mail(**FROM_GRACE))).verdict["authentication"]["by"] == ""
    assert dns.asked == []


# Outside of transactions


def test_inside_of_a_transaction_a_worker_takes_what_dns_has_to_be_asked_about(dns, mailbox, monkeypatch):
    sent = []
    monkeypatch.setattr(receiving, "_take_later", sent.append)
    dns.publish("acme.example", STRICT)
    dns.known = False

    kept = receive(sign(mail(**FROM_GRACE)), is_inside=True)
    assert (kept.outcome, sent, dns.asked) == ("waiting", [kept], [])

    receiving.rang(kept.pk, MONDAY_9AM)
    kept.refresh_from_db()
    assert (kept.outcome, kept.attempts, sent, dns.asked) == ("waiting", 1, [kept, kept], [])
    assert alarms.Alarm.objects.get(kind=receiving.TAKE, subject=kept.pk).at == MONDAY_9AM + receiving.LEASE

    receiving.take(kept.tenant, kept.pk, MONDAY_9AM)
    kept.refresh_from_db()
    assert kept.outcome == "ticket" and kept.verdict["authentication"]["proof"] == "pass"
    assert not alarms.Alarm.objects.filter(kind=receiving.TAKE, subject=kept.pk).exists()


def test_what_no_worker_takes_is_taken_in_the_end(dns, mailbox, monkeypatch):
    monkeypatch.setattr(receiving, "_take_later", lambda mail: None)
    dns.known = False
    kept = receive(mail(**FROM_GRACE), is_inside=True)

    for _ in range(receiving.MOST_TRIES + 1):
        receiving.rang(kept.pk, MONDAY_9AM)

    assert InboundMail.objects.get(pk=kept.pk).outcome == "ticket"


def test_what_dns_said_lately_is_enough_inside_of_a_transaction(dns, mailbox):
    dns.publish("acme.example")

    assert receive(sign(mail(**FROM_GRACE)), is_inside=True).outcome == "ticket"


# DNS itself


@pytest.fixture
def real_dns(settings):
    resolver.forget()
    settings.CHECK_SENDERS = True
    yield settings
    resolver.forget()


def test_a_real_dns_is_asked_once_for_each_name(real_dns):
    from tests.inbox.test_sender import in_dns, name_server

    known = {
        ("desk._domainkey.acme.example", "TXT"): [in_dns(f"v=DKIM1; k=rsa; p={PUBLIC}")],
        ("_dmarc.acme.example", "TXT"): [in_dns(STRICT)],
    }
    parsed = parse(sign(mail(**FROM_GRACE)))
    with pytest.raises(NotKnown):
        checking.remembered(parsed, MONDAY_9AM)
    with name_server(known) as where:
        real_dns.DNS_SERVERS = [where]
        assert checking.check(parsed, MONDAY_9AM).proof is Proof.PROVEN
        assert resolver.texts("nothing.acme.example", seconds=1) == ()

    assert checking.remembered(parsed, MONDAY_9AM).proof is Proof.PROVEN
    assert checking.check(parsed, MONDAY_9AM).proof is Proof.PROVEN
    assert resolver.remembered("nothing.acme.example") == ()


def test_a_silent_dns_delays_few_mails_and_none_for_long(real_dns, monkeypatch):
    import socket

    monkeypatch.setattr(checking, "SECONDS", 0.2)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
        silent.bind(("127.0.0.1", 0))
        real_dns.DNS_SERVERS = [f"127.0.0.1:{silent.getsockname()[1]}"]
        started = time.monotonic()
        for number in range(40):
            found = checked(mail(**{"from": f"a@domain{number}.example"}))
            assert found.proof is Proof.UNKNOWN and not found.is_wanting
    assert time.monotonic() - started < 40 * 0.2 / 2


def test_a_person_of_another_domain_changes_nothing(dns, mailbox):
    """A forger's own valid signature proves the forger, never whom they name."""
    dns.publish("evil.example", "v=DMARC1; p=none")

    kept = receive(sign(mail(**FROM_GRACE), domain="evil.example"))

    assert kept.verdict["authentication"]["proof"] == "unknown"
