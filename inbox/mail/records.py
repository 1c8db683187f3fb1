"""The DNS records that a sender's domain needs, so that others believe its mail; and whether they are there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

import dns.exception
import dns.resolver
from django.conf import settings
from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from inbox.mail import resolver
from inbox.models import Sender
from tenants.context import active_tenant
from tenants.models import Domain

SECONDS = 4.0


class Seen(TextChoices):
    """What a look at DNS found."""

    THERE = "there", _("Seen")
    OTHER = "other", _("There is another one")
    MISSING = "missing", _("Not there")
    UNKNOWN = "unknown", _("DNS did not answer")


class Purpose(Enum):
    """What a record is for."""

    SPF = _("SPF: which servers may send in your name")
    DKIM = _("DKIM: the key to the signature of your mail")
    DMARC = _("DMARC: what others do with mail that only claims to be yours")
    MX = _("MX: who takes the mail that comes back")


@dataclass(frozen=True)
class Record:
    """One record to set."""

    key: str
    purpose: Purpose
    kind: str
    name: str
    value: str


def wanted(sender: Sender) -> list[Record]:
    """The records to set, most important first; none while the tenant has no address of its own."""
    domain = active_tenant().mail_address.rpartition("@")[2]
    return list(_wanted(sender, domain)) if domain else []


def _wanted(sender: Sender, domain: str) -> Iterator[Record]:
    server = _server(sender)
    if server:
        yield Record("spf", Purpose.SPF, "TXT", domain, f"v=spf1 mx a:{server} ~all")
    if sender.public_key:
        name = f"{sender.selector}._domainkey.{domain}"
        yield Record("dkim", Purpose.DKIM, "TXT", name, f"v=DKIM1; k=rsa; p={sender.public_key}")
    rule = f"v=DMARC1; p=none; rua=mailto:{active_tenant().mail_address}"
    yield Record("dmarc", Purpose.DMARC, "TXT", f"_dmarc.{domain}", rule)
    if sender.return_path == Sender.ReturnPath.DOMAIN and sender.bounce_domain:
        yield Record("mx", Purpose.MX, "MX", sender.bounce_domain, f"10 {own_host()}.")
        if server:
            yield Record("bounce_spf", Purpose.SPF, "TXT", sender.bounce_domain, f"v=spf1 a:{server} ~all")


def _server(sender: Sender) -> str:
    """Whose mail SPF has to allow; nothing where a provider says so itself."""
    if sender.way == Sender.Way.SMTP:
        return sender.host
    return own_host() if sender.way == Sender.Way.SITE else ""


def own_host() -> str:
    """The host that takes and sends mail for this site."""
    if settings.MAIL_HOST:
        return str(settings.MAIL_HOST)
    hosts = Domain.objects.filter(tenant=active_tenant()).order_by("-is_primary", "pk").values_list("host", flat=True)
    return hosts.first() or "localhost"


def look_up(record: Record) -> Seen:
    """Whether DNS shows the record."""
    try:
        answer = resolver.new(SECONDS).resolve(record.name, record.kind)
    except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
        return Seen.MISSING
    except (dns.exception.DNSException, ValueError):
        return Seen.UNKNOWN
    found = [_text(each, record.kind) for each in answer]
    return _MEANT[record.purpose](record, found)


def _text(answer: object, kind: str) -> str:
    if kind == "TXT":
        return b"".join(answer.strings).decode("ascii", "replace")  # type: ignore[attr-defined]
    return str(answer.exchange).rstrip(".").lower()  # type: ignore[attr-defined]


def _spf(record: Record, found: list[str]) -> Seen:
    """There, if the server is named; another sender's record may allow it in ways that only its owner knows."""
    rules = [text.lower().split() for text in found if text.lower().startswith("v=spf1")]
    term = next(part for part in record.value.lower().split() if part.startswith("a:"))
    if any(term in rule or f"+{term}" in rule for rule in rules):
        return Seen.THERE
    return Seen.OTHER if rules else Seen.MISSING


def _dkim(record: Record, found: list[str]) -> Seen:
    keys = [_tag(text, "p") for text in found]
    return Seen.THERE if _tag(record.value, "p") in keys else Seen.OTHER


def _dmarc(record: Record, found: list[str]) -> Seen:
    return Seen.THERE if any(text.lower().replace(" ", "").startswith("v=dmarc1") for text in found) else Seen.MISSING


def _mx(record: Record, found: list[str]) -> Seen:
    return Seen.THERE if record.value.split()[1].rstrip(".").lower() in found else Seen.OTHER


_MEANT = {Purpose.SPF: _spf, Purpose.DKIM: _dkim, Purpose.DMARC: _dmarc, Purpose.MX: _mx}


def _tag(text: str, name: str) -> str:
    """The value of a tag of a DKIM record, without spaces."""
    for part in text.split(";"):
        key, _, value = part.partition("=")
        if key.strip() == name:
            return "".join(value.split())
    return ""
