"""What becomes of a mail: the real actions are called, in the name of whoever it is known to be from."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from django.db import transaction

from inbox.actions.bouncing import take_report
from inbox.intake import answering, complaining, filing, matching, pairs
from inbox.intake.matching import Match
from inbox.intake.senders import Authentication, Proof, authenticate
from inbox.mail import headers
from inbox.mail.parsing import Automatic, ParsedMail
from inbox.models import InboundMail, Mailbox, OutgoingMail
from tenants.addresses import owner_of
from tenants.errors import Refused
from tenants.models import User
from tenants.permissions import Permission
from tenants.statements import Asked, Statement
from tickets import actions, desk, recipients
from tickets.actions import organizations
from tickets.models import Message, Organization, Ticket

Outcome = InboundMail.Outcome
#: Answers of programs: to a mail of ours they say nothing, and to nothing they are an echo of it.
_ECHOES = {Automatic.OUT_OF_OFFICE, Automatic.AUTO_REPLY}
_OURS = Statement(lambda message_id: OutgoingMail.objects.filter(message_id=message_id).only("pk")[:1], message_id=str)


def decide(
    mail: InboundMail,
    parsed: ParsedMail,
    written: str,
    quoted: str,
    *,
    own: Authentication | None = None,
    at: datetime,
    later: filing.Later | None = None,
) -> None:
    """Make of an unsaved mail what it is to become; the caller saves it. `own`: what we found out of its sender.

    `later`: takes requests for the caller to write with others; what refuses one is raised then.
    """
    mail.sender, mail.sender_name = parsed.sender.email[:320], parsed.sender.name[:300]
    mail.subject = headers.one_line(parsed.subject, 300)
    envelope = {name: mail.verdict[name] for name in ("came_to",) if name in mail.verdict}
    parsed = replace(parsed, delivered_to=(*envelope.values(), *parsed.delivered_to))
    proof = authenticate(parsed, mail.mailbox, own)
    sender = owner_of(parsed.sender.email)
    match = matching.match(parsed, sender)
    mail.verdict = verdict_of(parsed, proof, match) | envelope
    sent = matching.answered(parsed)
    complaint = complaining.complaint_of(sent)
    if complaint is not None:
        complaining.mark(mail, complaint)
    reason, outcome = _set_aside(parsed, match)
    if reason:
        mail.outcome, mail.reason, mail.ticket = outcome, reason, match.ticket or match.maybe
        if reason == "bounce":
            _report(mail, parsed, sent, at)
        return
    if complaint is not None:
        files, left = filing.files_of(parsed)
        filing.remember_left(mail, left)
        complaining.take(mail, parsed, written, sender, complaint, proof, files, at=at)
        return
    if reason := _doubt(parsed, sender, proof, match):
        hold(mail, reason, ticket=match.ticket or match.maybe)
        return
    if later is not None:
        _act(mail, parsed, written, quoted, sender, proof, match, at, later)
        return
    try:
        with transaction.atomic():
            _act(mail, parsed, written, quoted, sender, proof, match, at)
    except Refused as refusal:
        hold(mail, refusal.code[:40], ticket=match.ticket)
        mail.verdict["refusal"] = str(refusal)
        answering.refuse(mail, parsed, refusal, at=at)


def came_to(address: str) -> dict[str, str]:
    """What is known of a mail before it is read: the mail server's recipient, whom its header need not name."""
    return {"came_to": headers.one_line(address, 320)} if address else {}


def _report(mail: InboundMail, parsed: ParsedMail, answered: OutgoingMail | None, at: datetime) -> None:
    """What a report says of a mail of ours. It is believed where our sign stands in it.

    One that only names the mail's id, as anybody can who has seen the mail, is shown with it and does nothing.
    """
    if parsed.bounce is None:
        return
    named = [*(each.email for each in (*parsed.to, *parsed.cc)), *parsed.delivered_to]
    about = take_report(parsed.bounce, came_to=named, at=at)
    if about is None and (about := answered) is not None:
        mail.verdict["unsigned"] = True
    if about is not None:
        mail.ticket = about.ticket
        mail.verdict |= {"about": str(about.pk), "matched": "report"}
        if complaint := complaining.complaint_of(about):
            complaining.mark(mail, complaint)


def hold(mail: InboundMail, reason: str, *, ticket: Ticket | None = None) -> None:
    """Keep a mail for somebody to look at."""
    mail.outcome, mail.reason, mail.ticket = Outcome.HELD, reason, ticket


def _set_aside(parsed: ParsedMail, match: Match) -> tuple[str, str]:
    """Why a mail is nothing that anybody has to read, and where it goes; nothing for all others."""
    if parsed.message_id and _OURS.first(message_id=parsed.message_id) is not None:
        return "own_mail", Outcome.DROPPED
    if parsed.automatic is Automatic.BOUNCE:
        return "bounce", Outcome.DROPPED
    if parsed.automatic in _ECHOES:
        return parsed.automatic.value, Outcome.DROPPED
    answers_us = match.ticket is not None or match.maybe is not None or matching.answers_us(parsed)
    # Beside what calls itself automatic: reports that are none of delivery, as that a mail was read.
    says_so = parsed.automatic_by in ("Auto-Submitted", "Content-Type")
    if parsed.automatic is Automatic.GENERATED and says_so and answers_us:
        return "auto_reply", Outcome.DROPPED
    return "", ""


def _doubt(parsed: ParsedMail, sender: User | None, proof: Authentication, match: Match) -> str:
    """Why somebody has to look at it before anything is done in its sender's name."""
    if not headers.deliverable(parsed.sender.email):
        return "no_sender"
    if proof.proof is Proof.FAIL:
        return "forged"
    if sender is None:
        return ""
    if not sender.is_active:
        return "inactive"
    if sender.is_staff_member:
        if match.how == "left" or (match.is_by_token and not sender.may(Permission.REPLY)):
            return "staff_left"
        if not match.is_by_token and proof.proof is not Proof.PROVEN:
            return "staff_unproven"
    if proof.is_wanting and match.ticket is not None and not match.is_by_token:
        return "unsigned"
    return ""


def _act(
    mail: InboundMail,
    parsed: ParsedMail,
    written: str,
    quoted: str,
    sender: User | None,
    proof: Authentication,
    match: Match,
    at: datetime,
    later: filing.Later | None = None,
) -> None:
    if match.ticket is not None and sender is not None:
        _answer(mail, parsed, written, quoted, sender, match.ticket, by_token=match.is_by_token, at=at)
        return
    version = desk.policy_for_filing(at)
    channel = version.policy.channels.get("email")
    organization = organizations.authorized_company(parsed.sender.email)
    is_proven = _is_proven(mail.mailbox, proof, sender, organization)
    if channel is not None and "authorised-address" in channel.requires and not (organization and is_proven):
        hold(mail, "unproven" if organization else "not_authorised", ticket=match.maybe)
        explain = answering.explain_unproven if organization else answering.explain
        explain(mail, parsed, at=at)
        return
    company = organization if is_proven else None
    at_hand = filing.AtHand(sender, version, later)
    ticket = filing.file(mail, parsed, is_proven=is_proven, organization=company, at=at, at_hand=at_hand)
    if match.maybe is not None and match.maybe.pk != ticket.pk:
        actions.suppose_link(ticket, match.maybe, at=at)
        mail.verdict["maybe"] = match.maybe.number


def _is_proven(mailbox: Mailbox, proof: Authentication, sender: User | None, organization: Organization | None) -> bool:
    """Whether a request is its sender's without a question: where a mail server is believed, it has to vouch for them.

    Anybody can write anybody's address into a mail; without such a server, those that we know are taken at their word,
    unless their domain asks that nobody is.
    """
    if proof.proof is Proof.PROVEN or mailbox.authserv or proof.is_wanting:
        return proof.proof is Proof.PROVEN
    return organization is not None or (sender is not None and recipients.is_proven(sender))


def _answer(
    mail: InboundMail,
    parsed: ParsedMail,
    written: str,
    quoted: str,
    sender: User,
    ticket: Ticket,
    *,
    by_token: bool,
    at: datetime,
) -> None:
    if by_token and not sender.is_staff_member and ticket.requester_id == sender.pk and ticket.is_unproven:
        actions.claim(ticket, actor=sender, at=at)  # only this address was sent the token
    message = say(mail, parsed, written, sender, ticket, at=at)
    mail.outcome, mail.message, mail.quote = Outcome.REPLY, message, quoted
    mail.ticket = message.ticket


def say(mail: InboundMail, parsed: ParsedMail, written: str, sender: User, ticket: Ticket, *, at: datetime) -> Message:
    """Post a mail's words on a ticket in its sender's name. Raises what reply() and comment() raise."""
    files, left = filing.files_of(parsed)
    body = written.strip() or ("" if files else filing.no_text(mail.mailbox))
    filing.remember_left(mail, left)
    if sender.is_staff_member:
        return actions.reply(ticket, author=sender, body=body, at=at, files=files, channel="email")
    return actions.comment(ticket, author=sender, body=body, at=at, files=files, channel="email", as_it_is=True)


def asked_of(mails: Iterable[tuple[InboundMail, ParsedMail]]) -> Asked:
    """What decide() asks for each of these mails that answer nothing."""
    mails = list(mails)
    return {
        _OURS: [{"message_id": parsed.message_id} for _, parsed in mails if parsed.message_id],
        **pairs.asked_of([(mail, parsed.sender.email[:320]) for mail, parsed in mails]),
    }


def verdict_of(parsed: ParsedMail, proof: Authentication, match: Match) -> dict[str, object]:
    """How it was matched, who says that the sender is who they say, and what was noticed."""
    return {
        "matched": match.how or "new",
        "authentication": proof.told(),
        "automatic": parsed.automatic.value,
        "automatic_by": parsed.automatic_by,
        "flaws": list(parsed.flaws),
        "message_id": parsed.message_id,
    }
