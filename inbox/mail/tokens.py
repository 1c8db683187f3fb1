"""Reply addresses: `support+<token>@acme.example`, signed for one ticket and one person.

    address = tokens.address(tenant.mail_address, ticket, person)            # Reply-To of a mail to that person
    ...
    token = tokens.find([*mail.to, *mail.cc])                                # None when there is none
    token.is_for(ticket, person)                                             # whether we made it, for the two

A token names the ticket by its number and carries 128 bits of an HMAC over tenant, ticket and person. It is written in
lower-case letters and digits only, since some mail servers change the case of addresses. It is not secret from whom a
mail is forwarded to: who answers with it has to be whom it was made for, or take part in the ticket otherwise.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from inbox.mail import envelope
from inbox.mail.signs import Sign, Signs
from tenants.context import active_tenant
from tenants.models import User
from tickets.models import Ticket

_NUMBER_BYTES = 5
_SIGNS = Signs("inbox.mail.reply", content_bytes=_NUMBER_BYTES, signature_bytes=16)
#: RFC 5321, 4.5.3.1.1.
_LONGEST_LOCAL_PART = 64
_WITH_TOKEN = re.compile(rf"(?P<local>.+)\+(?P<token>[a-z2-7]{{{_SIGNS.length}}})@(?P<host>[^@]+)", re.IGNORECASE)


@dataclass(frozen=True)
class ReplyToken:
    """What a reply address says, before anybody has checked it."""

    number: int
    _sign: Sign

    def is_for(self, ticket: Ticket, person: User) -> bool:
        """Whether the active tenant made this token for this ticket and this person."""
        return ticket.number == self.number and self._sign.is_ours(said=_said(ticket, person))


def address(base: str, ticket: Ticket, person: User) -> str:
    """The address of a mailbox with the token of a ticket and a person.

    The bare address where it leaves no room for a token: answers are then found by their References alone.
    """
    local, _, host = base.rpartition("@")
    whole = f"{local}+{_SIGNS.write(ticket.number.to_bytes(_NUMBER_BYTES), said=_said(ticket, person))}"
    return f"{whole}@{host}" if local and len(whole) <= _LONGEST_LOCAL_PART else base


def find(addresses: Iterable[str]) -> ReplyToken | None:
    """The first token among addresses; nothing is checked yet."""
    for each in addresses:
        found = _WITH_TOKEN.fullmatch(each.strip())
        if found and (sign := _SIGNS.read(found["token"])):
            return ReplyToken(int.from_bytes(sign.content), sign)
    return None


def bare(address: str) -> str:
    """The address without its token, or the sign of a mail that comes back, by which a mailbox is found."""
    found = _WITH_TOKEN.fullmatch(address.strip())
    return f"{found['local']}@{found['host']}" if found else envelope.bare(address)


def _said(ticket: Ticket, person: User) -> str:
    return f"{active_tenant().pk}:{ticket.pk}:{person.pk}"
