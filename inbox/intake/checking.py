"""Our own check of who sent a mail: its DKIM signature (RFC 6376), and what the sender's domain asks for (DMARC).

It is made where no mail server that the mailbox believes has said anything. SPF is not checked here: it tells whether
the server that delivered a mail may send for its domain, and that server spoke to the one in front of us, not to us.

So a mail without a valid signature of its domain has not failed DMARC: SPF may have passed. Nor has one whose signature
is broken, which a list or a gateway does that adds a line; a forger would leave the signature out. Held against the
mail would be what says nothing. Where the domain asks that mail that proves nothing be turned away (`quarantine` or
`reject`) its senders are taken at their word no more, though, whoever they are here: `Authentication.is_wanting`.
"""

from __future__ import annotations

import re
import time
from base64 import b64decode
from collections.abc import Callable, Iterator
from datetime import datetime
from functools import partial

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa, utils
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_public_key
from django.conf import settings

from inbox.intake.senders import OURSELVES, Authentication, Proof
from inbox.mail import resolver
from inbox.mail.parsing import ParsedMail, Signature
from inbox.mail.parsing.signatures import ascii_domain, is_near
from inbox.mail.resolver import Unanswered

#: Seconds that DNS has for one mail in all.
SECONDS = 2.0
#: Domains that are asked for their DMARC record: the sender's and those above it.
MOST_DOMAINS = 4
#: Bits of an RSA key that proves something (RFC 8301), and of one that is worth the time.
SMALLEST, LARGEST = 1024, 4096

#: The texts of a name. Raises Unanswered, NotKnown.
Ask = Callable[[str], tuple[str, ...]]


def check(mail: ParsedMail, at: datetime) -> Authentication | None:
    """Check the sender of a mail, asking DNS; not to be called inside a transaction. None: this site does not check."""
    if not settings.CHECK_SENDERS:
        return None
    ends = time.monotonic() + SECONDS
    return _checked(mail, at, lambda name: resolver.texts(name, seconds=ends - time.monotonic()))


def remembered(mail: ParsedMail, at: datetime) -> Authentication | None:
    """As check(), from what DNS said lately, for where there is no time to ask. Raises NotKnown."""
    return _checked(mail, at, resolver.remembered) if settings.CHECK_SENDERS else None


def _checked(mail: ParsedMail, at: datetime, ask: Ask) -> Authentication:
    domain = ascii_domain(mail.sender.email.rpartition("@")[2])
    said = partial(Authentication, by=OURSELVES)
    if not domain:
        return said(Proof.UNKNOWN)
    try:
        owner, record = _record(domain, ask)
    except Unanswered:
        return said(Proof.UNKNOWN, dmarc="temperror")
    aligned = [each for each in mail.signatures if _may_speak(each, domain, owner, record)]
    results = [_result(each, at, ask) for each in aligned]
    policy = _policy(domain, owner, record)
    if "pass" in results:
        return said(Proof.PROVEN, dkim="pass", dmarc="pass" if record else "none", policy=policy)
    dkim = next((each for each in results if each == "temperror"), results[0] if results else "none")
    if dkim == "temperror":
        policy = ""  # that DNS does not answer is nothing to hold against a mail
    return said(Proof.UNKNOWN, dkim=dkim, dmarc="" if record else "none", policy=policy)


def _record(domain: str, ask: Ask) -> tuple[str, dict[str, str]]:
    """The DMARC record that counts for a domain, and whose it is: its own, or that of the nearest one above it.

    Which of those above are registries is a list that grows old; they are asked from below instead, as the standard's
    next version has it.
    """
    for owner in _above(domain):
        records = [_tags(each) for each in ask(f"_dmarc.{owner}") if re.match(r"\s*v\s*=\s*DMARC1\s*(;|$)", each)]
        if len(records) == 1:  # of two none counts
            return owner, records[0]
    return domain, {}


def _above(domain: str) -> Iterator[str]:
    labels = domain.split(".")
    names = [".".join(labels[start:]) for start in range(len(labels) - 1)]
    yield from dict.fromkeys([names[0], *names[1:][-(MOST_DOMAINS - 1) :]])


def _policy(domain: str, owner: str, record: dict[str, str]) -> str:
    """What the domain asks for: "none", "quarantine", "reject"; nothing where it says nothing."""
    asked = record.get("p", "").lower()
    if owner != domain:
        asked = record.get("sp", asked).lower()
    # Only tried out, or only for some of the mails: none of them can be told from those that it is not for.
    if asked in ("quarantine", "reject") and (record.get("t", "").lower() == "y" or record.get("pct", "100") != "100"):
        return "none"
    return asked if asked in ("none", "quarantine", "reject") else ""


def _may_speak(signature: Signature, domain: str, owner: str, record: dict[str, str]) -> bool:
    """Whether a signature's domain is aligned with the sender's: the same, or, unless it says otherwise, a near one.

    One above it governs its DNS anyway. One below it speaks for it only where the sender's domain publishes a record
    itself, and is no registry: there below stand others.
    """
    if signature.domain == domain:
        return True
    if record.get("adkim", "r").lower() == "s" or not is_near(signature.domain, domain):
        return False
    return domain.endswith(f".{signature.domain}") or (
        bool(record) and owner == domain and record.get("psd", "").lower() != "y"
    )


def _result(signature: Signature, at: datetime, ask: Ask) -> str:
    """In the words of RFC 8601: pass, fail, permerror, temperror, policy."""
    if signature.flaw:
        return {"body": "fail", "form": "permerror"}.get(signature.flaw, "policy")
    if signature.expires and signature.expires < at.timestamp():
        return "permerror"
    try:
        keys = ask(f"{signature.selector}._domainkey.{signature.domain}")
    except Unanswered:
        return "temperror"
    results = [_held_against(signature, _tags(key)) for key in keys[:3]]
    return "pass" if "pass" in results else next(iter(results), "permerror")


def _held_against(signature: Signature, key: dict[str, str]) -> str:
    flags = {each.strip() for each in key.get("t", "").lower().split(":")}
    services = {each.strip() for each in key.get("s", "*").lower().split(":")}
    hashes = {each.strip() for each in key.get("h", "sha256").lower().split(":")}
    if key.get("v", "DKIM1") != "DKIM1" or key.get("k", "rsa").lower() != signature.algorithm:
        return "permerror"
    if not services & {"*", "email"} or "sha256" not in hashes or not key.get("p"):
        return "permerror"
    if "y" in flags or ("s" in flags and signature.identity != signature.domain):
        return "policy"
    try:
        return _verified(signature, b64decode("".join(key["p"].split()), validate=True))
    except InvalidSignature:
        return "fail"
    except (ValueError, UnsupportedAlgorithm):
        return "permerror"


def _verified(signature: Signature, key: bytes) -> str:
    """Raises InvalidSignature, and ValueError where something is no key or no signature."""
    value, digest = b64decode(signature.value, validate=True), bytes.fromhex(signature.digest)
    if signature.algorithm == "ed25519":
        ed25519.Ed25519PublicKey.from_public_bytes(key).verify(value, digest)
        return "pass"
    public = load_der_public_key(key)
    if not isinstance(public, rsa.RSAPublicKey):
        return "permerror"
    if not SMALLEST <= public.key_size <= LARGEST:
        return "policy"
    public.verify(value, digest, PKCS1v15(), utils.Prehashed(SHA256()))
    return "pass"


def _tags(text: str) -> dict[str, str]:
    """The tags of a record; the first of two counts."""
    said: dict[str, str] = {}
    for part in text.split(";")[:30]:
        name, sign, value = part.partition("=")
        if sign:
            said.setdefault(name.strip().lower(), value.strip())
    return said
