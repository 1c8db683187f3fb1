"""Complaining about how a ticket was handled, and what those do who decide about it."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.core.files.base import File

from tenants import alarms
from tenants.errors import NotPermitted
from tenants.models import User
from tickets import complaints, desk
from tickets.actions.courtesy import has_rude_words
from tickets.attachments import attach_to_complaint, shown_name
from tickets.errors import (
    ComplaintAsked,
    ComplaintEmpty,
    ComplaintMessageEmpty,
    ComplaintOver,
    DecisionUnexplained,
    NoComplaints,
    RemedyMissing,
)
from tickets.models import Complaint, ComplaintEvent, ComplaintSubject, Ticket, Upload

#: When a complaint is to be decided; its subject is the complaint.
DUE = "complaint.due"
#: Writes the mail about one of its events; its subject is the event.
TELL = "complaint.tell"
LONGEST_TEXT = 20_000
#: The very same message within this time is a button that was pressed twice.
TWICE = timedelta(minutes=1)

Outcome = Complaint.Outcome


def file_complaint(
    ticket: Ticket,
    *,
    text: str,
    actor: User,
    at: datetime,
    about: Collection[User] = (),
    others: str = "",
    files: Iterable[File | Upload] = (),
) -> Complaint:
    """Complain about how a ticket was handled; whoever worked on it, and whom the customer names, never sees this.

    `others` are names as the customer knows them. The clock is the policy's for complaints. The same sent twice is one
    complaint; the ticket itself does not change.

    Raises NotPermitted, NoComplaints, ComplaintEmpty, ComplaintAsked, FileTooLarge, TooManyFiles.
    """
    if not actor.is_active or (actor.is_staff_member and ticket.requester_id != actor.pk):
        raise NotPermitted
    due = desk.current_policy().policy.complaint_due(at)
    if due is None:
        raise NoComplaints
    text, others = text.strip()[:LONGEST_TEXT], others.strip()[:200]
    if not text:
        raise ComplaintEmpty
    ticket = desk.lock(ticket)
    former = Complaint.objects.open().filter(ticket=ticket, complainant=actor).first()
    if former is not None:
        if former.text == text:
            return former
        raise ComplaintAsked
    complaint = Complaint.objects.create(
        ticket=ticket,
        number=Complaint.objects.filter(ticket=ticket).count() + 1,
        complainant=actor,
        text=text,
        others=others,
        filed_at=at,
        due_at=due,
    )
    worked_on = complaints.who_worked_on(ticket)
    subjects = worked_on | {each.pk for each in about} | {each.pk for each in complaints.called(others)}
    # Who asked for something in person may have been given it as staff; nobody is accused by themselves.
    ComplaintSubject.objects.bulk_create(
        ComplaintSubject(complaint=complaint, person_id=pk) for pk in sorted(subjects - {actor.pk})
    )
    alarms.set(DUE, complaint.pk, due)
    event = _record(complaint, "complaint.filed", actor=actor, at=at, text=text, **_flag(text, others, by=actor))
    attach_to_complaint(event, files)
    return complaint


def add_to_complaint(
    complaint: Complaint, *, text: str, actor: User, at: datetime, files: Iterable[File | Upload] = ()
) -> ComplaintEvent:
    """Say something: the one who complains to those who handle it, or one of those to them.

    Raises NotPermitted, ComplaintOver, ComplaintMessageEmpty, FileTooLarge, TooManyFiles.
    """
    complaint = _lock(complaint, actor, or_own=True)
    return _say(complaint, "complaint.said", text, actor=actor, at=at, is_public=True, files=files)


def note_on_complaint(
    complaint: Complaint, *, text: str, actor: User, at: datetime, files: Iterable[File | Upload] = ()
) -> ComplaintEvent:
    """Keep something for those who handle it.

    Raises NotPermitted, ComplaintOver, ComplaintMessageEmpty, FileTooLarge, TooManyFiles.
    """
    complaint = _lock(complaint, actor)
    return _say(complaint, "complaint.noted", text, actor=actor, at=at, is_public=False, files=files)


def take_complaint(complaint: Complaint, *, actor: User, at: datetime) -> Complaint:
    """Be the one who decides it, also in place of somebody else. Raises NotPermitted, ComplaintOver."""
    complaint = _lock(complaint, actor)
    _require_open(complaint)
    if complaint.handler_id != actor.pk:
        complaint.handler = actor
        complaint.save(update_fields=["handler"])
        _record(complaint, "complaint.taken", actor=actor, at=at, is_public=False)
    return complaint


def decide_complaint(
    complaint: Complaint, *, outcome: str, text: str, actor: User, at: datetime, remedy: str = ""
) -> Complaint:
    """End it with an outcome, the reasons, and what is done about it; the one who complained is told.

    Raises NotPermitted, ComplaintOver, DecisionUnexplained, RemedyMissing.
    """
    complaint = _lock(complaint, actor)
    text, remedy = text.strip()[:LONGEST_TEXT], remedy.strip()[:LONGEST_TEXT]
    if (complaint.outcome, complaint.remedy, complaint.handler_id) == (outcome, remedy, actor.pk):
        return complaint  # pressed twice
    _require_open(complaint)
    if not text:
        raise DecisionUnexplained
    if outcome != Outcome.NOT_UPHELD and not remedy:
        raise RemedyMissing
    complaint.outcome, complaint.remedy, complaint.handler = Outcome(outcome), remedy, actor
    complaint.decided_at = at
    complaint.save(update_fields=["outcome", "remedy", "handler", "decided_at"])
    alarms.cancel(DUE, complaint.pk)
    _record(complaint, "complaint.decided", actor=actor, at=at, text=text, outcome=str(outcome), remedy=remedy)
    return complaint


def rang(complaint_id: UUID, now: datetime) -> None:
    """Alarm handler: the promised time has passed without a decision. Those who handle it are told, once."""
    late = Complaint.objects.select_for_update(of=("self",)).open().filter(overdue_at=None, due_at__lte=now)
    complaint = late.filter(pk=complaint_id).first()
    if complaint is not None:
        complaint.overdue_at = now
        complaint.save(update_fields=["overdue_at"])
        _record(complaint, "complaint.overdue", actor=None, at=now, is_public=False)


def _lock(complaint: Complaint, actor: User, *, or_own: bool = False) -> Complaint:
    """The complaint as it is now, for who may handle it, or who filed it. Raises NotPermitted."""
    pk = complaint.pk
    found = Complaint.objects.select_for_update(of=("self",))
    mine = found.handled_by(actor).filter(pk=pk).first()
    if mine is None and or_own and actor.is_active:
        mine = found.filter(pk=pk, complainant=actor).first()
    if mine is None:
        raise NotPermitted
    return mine


def _require_open(complaint: Complaint) -> None:
    if not complaint.is_open:
        raise ComplaintOver(outcome=complaint.get_outcome_display())


def _say(
    complaint: Complaint,
    verb: str,
    text: str,
    *,
    actor: User,
    at: datetime,
    is_public: bool,
    files: Iterable[File | Upload],
) -> ComplaintEvent:
    _require_open(complaint)
    text, files = text.strip()[:LONGEST_TEXT], list(files)
    if not text and not files:
        raise ComplaintMessageEmpty
    last = ComplaintEvent.objects.filter(complaint=complaint).order_by("-at", "-id").first()
    is_same = last is not None and (last.verb, last.actor_id, last.text) == (verb, actor.pk, text)
    sent = sorted(shown_name(each.name or "") for each in files)
    if last and is_same and at - last.at < TWICE and sorted(each.name for each in last.files.all()) == sent:
        return last
    event = _record(complaint, verb, actor=actor, at=at, text=text, is_public=is_public, **_flag(text, by=actor))
    attach_to_complaint(event, files)
    return event


def _flag(*texts: str, by: User) -> dict[str, bool]:
    return {"rude": True} if has_rude_words(*texts, author=by) else {}


#: What is told by mail: a note and who took it are seen on the page.
_TOLD = {"complaint.filed", "complaint.said", "complaint.overdue", "complaint.decided"}


def _record(
    complaint: Complaint,
    verb: str,
    *,
    actor: User | None,
    at: datetime,
    text: str = "",
    is_public: bool = True,
    **data: Any,
) -> ComplaintEvent:
    event = ComplaintEvent.objects.create(
        complaint=complaint, verb=verb, actor=actor, at=at, text=text, is_public=is_public, data=data
    )
    if verb in _TOLD:
        alarms.set(TELL, event.pk, at)
    return event
