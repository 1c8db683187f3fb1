"""A mail that becomes a request: in whose name, in which words, with which files."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from django.core.files.base import ContentFile
from django.utils.translation import gettext, override

from inbox.intake import answering, pairs
from inbox.mail import headers
from inbox.mail.parsing import File, ParsedMail
from inbox.models import InboundMail, Mailbox
from sla.models import PolicyVersion
from tenants.addresses import owner_of
from tenants.context import active_tenant
from tenants.models import User
from tickets import actions
from tickets.actions import newcomers, organizations
from tickets.actions.filing import Filing
from tickets.attachments import attachable
from tickets.models import Organization, Ticket


class Later(NamedTuple):
    """What the caller writes for many mails together: requests, and those who ask and are new, by their address."""

    filings: list[Filing]
    newcomers: Mapping[str, User]


class AtHand(NamedTuple):
    """Whose address it is, and what open_ticket() takes, as far as they are known."""

    sender: User | None
    version: PolicyVersion | None = None
    later: Later | None = None


def file(
    mail: InboundMail,
    parsed: ParsedMail,
    *,
    is_proven: bool,
    organization: Organization | None,
    at: datetime,
    at_hand: AtHand | None = None,
) -> Ticket:
    """File a request in the name of a mail's sender. Raises what open_ticket() raises."""
    mailbox, at_hand = mail.mailbox, at_hand or AtHand(owner_of(parsed.sender.email))
    later, person = at_hand.later, _person(parsed.sender.email, mailbox, at_hand)
    if is_proven and not person.name and parsed.sender.name:
        person.name = headers.one_line(parsed.sender.name, 120)
        if not newcomers.is_new(person):
            person.save(update_fields=["name"])
    if organization is not None:
        organizations.join_by_address(person, organization)
    files, left = files_of(parsed)
    remember_left(mail, left)
    is_one_of_many = pairs.is_pair(mail)
    ticket = actions.open_ticket(
        requester=person,
        subject=headers.one_line(parsed.subject) or _no_subject(mailbox),
        description=parsed.text.strip() or no_text(mailbox),
        at=at,
        category=mailbox.category,
        team=mailbox.team,
        channel="email",
        organization=organization,
        files=files,
        as_it_is=True,
        is_unproven=not is_proven,
        is_advisory=mailbox.is_advisory,
        receipt=not (parsed.is_auto_reply or is_one_of_many),
        version=at_hand.version,
        later=later.filings if later else None,
    )
    if is_one_of_many:
        answering.fall_silent(mail, ticket, at=at)
    mail.outcome, mail.ticket, mail.message = InboundMail.Outcome.TICKET, ticket, actions.first_message(ticket)
    return ticket


def _person(email: str, mailbox: Mailbox, at_hand: AtHand) -> User:
    if at_hand.sender is not None:
        return at_hand.sender
    if at_hand.later is not None:
        return at_hand.later.newcomers[email]
    return newcomers.entered(email, language=language_of(mailbox))


def files_of(parsed: ParsedMail) -> tuple[list[ContentFile], list[str]]:
    """What can be kept on a message, and the names of what is too large or too much for it."""
    kept: list[ContentFile] = []
    left: list[str] = []
    for each in parsed.files:
        if attachable(len(each.content), len(kept)):
            kept.append(_file(each))
        else:
            left.append(each.name)
    return kept, left


def _file(each: File) -> ContentFile:
    file = ContentFile(each.content, name=each.name)
    file.content_type = each.content_type  # type: ignore[attr-defined]
    return file


def remember_left(mail: InboundMail, left: list[str]) -> None:
    """Have the mail's page name the files that were not kept."""
    if left:
        mail.verdict["left"] = left[:50]


def language_of(mailbox: Mailbox) -> str:
    """The language of those who write to it, unless they chose one."""
    return mailbox.language or active_tenant().language


def _no_subject(mailbox: Mailbox) -> str:
    with override(language_of(mailbox)):
        return gettext("(no subject)")


def no_text(mailbox: Mailbox) -> str:
    """What a message says that came without words."""
    with override(language_of(mailbox)):
        return gettext("(This mail has no text.)")
