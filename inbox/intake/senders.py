"""Is the sender who they say they are? What the mail server that we believe found out (RFC 8601), or we ourselves."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from enum import StrEnum

from inbox.mail.parsing import ParsedMail
from inbox.models import Mailbox

_RESULT = re.compile(r"^(spf|dkim|dmarc)\s*=\s*([a-z]{1,20})", re.IGNORECASE)
_MAIL_FROM = re.compile(r"smtp\.(?:mailfrom|from)\s*=\s*\"?([^\s;\"]{1,320})", re.IGNORECASE)
_SIGNER = re.compile(r"header\.(?:d|i)\s*=\s*\"?([^\s;\"]{1,320})", re.IGNORECASE)
_COMMENT = re.compile(r"\([^()]{0,500}\)")
_FAILED = {"fail", "permerror", "softfail", "policy"}
#: Who checked, where it was this helpdesk (see `checking`); no mail server can be called so.
OURSELVES = "this helpdesk"


class Proof(StrEnum):
    """What is known of the sender's address."""

    PROVEN = "pass"
    FAIL = "fail"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Authentication:
    """The results that count, and what follows from them. `policy`: what the domain asks be done with what fails."""

    proof: Proof
    spf: str = ""
    dkim: str = ""
    dmarc: str = ""
    by: str = ""
    policy: str = ""

    @property
    def is_wanting(self) -> bool:
        """Whether proof is missing that the sender's domain asks for, so that nobody is taken at their word."""
        return self.proof is Proof.UNKNOWN and self.policy in ("quarantine", "reject")

    def told(self) -> dict[str, str]:
        """As it stands in the verdict."""
        return {name: str(value) for name, value in asdict(self).items()}


def authenticate(mail: ParsedMail, mailbox: Mailbox, own: Authentication | None = None) -> Authentication:
    """What the mail server whom the mailbox believes says; where it is silent, what we found out ourselves.

    A "fail" is believed from anybody, since it helps no forger, unless a signature of the sender's domain proves it
    wrong.
    """
    failed: Authentication | None = None
    for found in _said(mail):
        if mailbox.authserv and found.by == mailbox.authserv.lower():
            return found
        if found.proof is Proof.FAIL:
            failed = failed or found
    if own is not None and own.proof is Proof.PROVEN:
        return own
    return failed or own or Authentication(Proof.UNKNOWN)


def is_said(mail: ParsedMail, authserv: str) -> bool:
    """Whether the mail server of this name has said anything."""
    return bool(authserv) and any(found.by == authserv.lower() for found in _said(mail))


def _said(mail: ParsedMail) -> Iterator[Authentication]:
    domain = mail.sender.email.rpartition("@")[2].lower()
    for line in mail.authentication_results:
        by, _, results = _COMMENT.sub("", line).partition(";")
        words = by.split()
        yield _results(results, domain, words[0].lower() if words else "")


def _results(results: str, domain: str, by: str) -> Authentication:
    said = {"spf": "", "dkim": "", "dmarc": ""}
    aligned = False
    for each in results.split(";"):
        if found := _RESULT.match(each.strip()):
            method, result = found[1].lower(), found[2].lower()
            said[method] = "pass" if "pass" in (said[method], result) else result
            of = _SIGNER.search(each) if method == "dkim" else _MAIL_FROM.search(each)
            aligned = aligned or (result == "pass" and of is not None and _is_aligned(of[1], domain))
    return Authentication(_proof(said, aligned=aligned), **said, by=by)


def _proof(said: dict[str, str], *, aligned: bool) -> Proof:
    if said["dmarc"] == "pass" or (said["dmarc"] in ("", "none") and aligned):
        return Proof.PROVEN
    if said["dmarc"] in _FAILED:
        return Proof.FAIL
    if "pass" in (said["spf"], said["dkim"]):
        return Proof.UNKNOWN
    return Proof.FAIL if {said["spf"], said["dkim"]} & _FAILED else Proof.UNKNOWN


def _is_aligned(said: str, domain: str) -> bool:
    """Whether the domain that was checked is the sender's, or above it."""
    checked = said.rpartition("@")[2].strip(".<>").lower()
    return bool(domain) and checked.count(".") > 0 and (domain == checked or domain.endswith(f".{checked}"))
