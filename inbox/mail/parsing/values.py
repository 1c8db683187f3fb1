"""What a mail says, as values: nothing in them is decided yet, nothing is safe to show as markup."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Automatic(StrEnum):
    """Why a mail was not written by a person, or is not to be answered by a program. NOT: a person wrote it to us."""

    NOT = ""
    BOUNCE = "bounce"
    OUT_OF_OFFICE = "out_of_office"
    AUTO_REPLY = "auto_reply"
    GENERATED = "generated"
    BULK = "bulk"
    LIST = "list"


@dataclass(frozen=True, slots=True)
class Address:
    """A mail address and the name before it; `email` is empty where somebody wrote a name only."""

    email: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class File:
    """What came with a mail beside its text."""

    name: str
    content_type: str
    content: bytes
    content_id: str = ""
    is_inline: bool = False


@dataclass(frozen=True, slots=True)
class Bounce:
    """What a delivery report says (RFC 3464). `is_final`: the address does not work, by a status of 5.x.x.

    `action` is one of the standard's, or nothing where a server only wrote a letter about it. `envelope_id` is what the
    mail was sent with (RFC 3461). Whatever stands here is somebody's claim.
    """

    address: str
    action: str
    status: str
    is_final: bool
    message_id: str
    envelope_id: str
    explanation: str


@dataclass(frozen=True, slots=True)
class Signature:
    """A DKIM signature by a domain that may speak for the sender, and what its key is to be held against.

    `flaw`: why it proves nothing whatever the key is: "form", "from" (that is not signed), "length" (text may stand
    behind what is signed), "body" (which was changed). Else `digest`, in hex, is what `value`, in base 64, must sign.
    """

    domain: str
    selector: str
    algorithm: str
    identity: str
    expires: int
    digest: str
    value: str
    flaw: str = ""


@dataclass(frozen=True, slots=True)
class ParsedMail:
    """A mail that was read; every field has a value, whatever was wrong with it."""

    sender: Address
    reply_to: tuple[Address, ...]
    to: tuple[Address, ...]
    cc: tuple[Address, ...]
    delivered_to: tuple[str, ...]
    return_path: str | None
    subject: str
    text: str
    html: str
    quoted_from: int | None
    files: tuple[File, ...]
    message_id: str
    in_reply_to: tuple[str, ...]
    references: tuple[str, ...]
    sent_at: datetime | None
    automatic: Automatic
    automatic_by: str
    bounce: Bounce | None
    authentication_results: tuple[str, ...]
    loop_marks: tuple[str, ...]
    flaws: tuple[str, ...]
    signatures: tuple[Signature, ...] = ()

    @property
    def is_auto_reply(self) -> bool:
        """Whether no program may answer it, since a program wrote it or many get it."""
        return self.automatic is not Automatic.NOT
