"""Answers to mails about a complaint: they go to it, never to a ticket, where whom it is about could read them."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.core.files.base import ContentFile
from django.db import transaction

from inbox.intake import answering
from inbox.intake.senders import Authentication, Proof
from inbox.mail.parsing import ParsedMail
from inbox.models import InboundMail, OutgoingMail
from tenants.errors import Refused
from tenants.models import User
from tickets import actions
from tickets.models import Complaint, ComplaintEvent

Outcome = InboundMail.Outcome


def complaint_of(sent: OutgoingMail | None) -> Complaint | None:
    """The complaint that a mail of ours is about; its Message-ID names the event that it told of."""
    if sent is None or sent.kind != OutgoingMail.Kind.COMPLAINT:
        return None
    try:
        event = UUID(sent.message_id.lstrip("<").partition(".")[0])
    except ValueError:
        return None
    found = ComplaintEvent.objects.select_related("complaint").filter(pk=event).first()
    return found.complaint if found else None


def mark(mail: InboundMail, complaint: Complaint) -> None:
    """From now on only those see the mail who may handle the complaint."""
    mail.verdict["complaint"] = str(complaint.pk)
    mail.ticket = None


def take(
    mail: InboundMail,
    parsed: ParsedMail,
    written: str,
    sender: User | None,
    complaint: Complaint,
    proof: Authentication,
    files: list[ContentFile],
    *,
    at: datetime,
) -> None:
    """Say it on the complaint in its sender's name, or hold it for those who handle it."""
    mail.outcome, mail.reason = Outcome.HELD, "complaint"
    is_theirs = sender is not None and sender.is_active and sender.pk == complaint.complainant_id
    is_of_desk = sender is not None and sender.is_staff_member and proof.proof is Proof.PROVEN
    is_doubtful = proof.proof is Proof.FAIL or proof.is_wanting
    if sender is None or is_doubtful or not (is_theirs or is_of_desk):
        return
    try:
        with transaction.atomic():
            actions.add_to_complaint(complaint, text=written, actor=sender, at=at, files=files)
    except Refused as refusal:
        mail.verdict["refusal"] = str(refusal)
        answering.refuse(mail, parsed, refusal, at=at)
        return
    mail.outcome = Outcome.REPLY
