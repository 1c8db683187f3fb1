"""What counts against a customer: written down, taken back, and what comes of many. Clauses D11, D12."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction

from tenants import alarms, audit
from tenants.models import User
from tenants.permissions import Permission
from tickets import desk, events
from tickets.actions.checks import require
from tickets.actions.courtesy import require_courtesy
from tickets.errors import FalseReportAlready, NoFalseReport, ReasonMissing, ReviewSettled, StrikeWithdrawn
from tickets.fairuse.standing import in_force
from tickets.models import Strike, Ticket

Kind, Outcome = Strike.Kind, Strike.Outcome
#: Tells the customer of a warning, or managers of a review; its subject is the strike.
ALARM = "strike.tell"


def count(
    kind: str, *, person: User, ticket: Ticket, at: datetime, actor: User | None = None, words: str = "", free: int = 0
) -> Strike | None:
    """Write down what a customer did; a strike when the policy counts it and they did it more than `free` times here.

    At so many strikes as the policy says the customer is warned, and at so many managers are asked to suspend.
    Of staff nothing is kept. Raises PolicyMissing.
    """
    if person.is_staff_member:
        return None
    rule = desk.current_policy().policy.fair_use.strikes
    counts = rule is not None and kind in rule.counted
    if counts:
        # Two at once on two tickets would each count without the other, and miss what comes of so many.
        User.objects.select_for_update(no_key=True, of=("self",)).get(pk=person.pk)
    if counts and free:
        same = Strike.objects.standing().filter(person=person, ticket=ticket, kind=kind)
        counts = same.count() >= free
    made = Strike.objects.create(
        person=person, ticket=ticket, kind=kind, counts=counts, at=at, made_by=actor, words=words.strip()
    )
    if rule is not None and counts:
        number = in_force(person, rule, at=at).count()
        if number >= rule.review_at and not Strike.objects.to_review().filter(person=person).exists():
            made.outcome = Outcome.REVIEW
        elif number >= rule.warn_at:
            made.outcome = Outcome.WARNING
        if made.outcome:
            made.save(update_fields=["outcome"])
            alarms.set(ALARM, made.pk, at)
    _write_down(made, actor=actor)
    return made


def _write_down(made: Strike, *, actor: User | None) -> None:
    """In the audit log, whose tickets' histories tell all other strikes."""
    told = {"strike": made.kind, "request": str(made.ticket.number)}
    if made.kind == Kind.RUDE:
        audit.record("strike.rude", made.person, actor=actor, after=told)
    if made.outcome:
        act = "strike.warned" if made.outcome == Outcome.WARNING else "strike.review_asked"
        audit.record(act, made.person, actor=None, after=told)


def keep_courteous(ticket: Ticket, *texts: str, person: User, at: datetime, as_it_is: bool = False) -> None:
    """Look at what a customer says on a locked ticket besides its messages; sent all the same, it counts as those do.

    Raises RudeWords, RudeWordsWarned, PolicyMissing.
    """
    if require_courtesy(*texts, author=person, as_it_is=as_it_is):
        count(Kind.RUDE, person=person, ticket=ticket, at=at)


def mark_false_report(ticket: Ticket, *, reason: str, actor: User, at: datetime) -> Ticket:
    """Say that a request reports something false or makes no sense; it counts against its customer, who is told why.

    Raises NotPermitted, ReasonMissing, FalseReportAlready, PolicyMissing.
    """
    require(actor, Permission.MARK_FALSE)
    if not reason.strip():
        raise ReasonMissing
    ticket = desk.lock(ticket)
    try:
        with transaction.atomic():
            count(Kind.FALSE_REPORT, person=ticket.requester, ticket=ticket, at=at, actor=actor, words=reason)
    except IntegrityError:
        raise FalseReportAlready from None
    events.record(ticket, "report.false", actor=actor, at=at, reason=reason.strip())
    return ticket


def clear_false_report(ticket: Ticket, *, actor: User, at: datetime) -> Ticket:
    """Take that back: it no longer counts, and the customer is told so. Raises NotPermitted, NoFalseReport."""
    require(actor, Permission.MARK_FALSE)
    ticket = desk.lock(ticket)
    marked = Strike.objects.standing().filter(ticket=ticket, kind=Kind.FALSE_REPORT)
    if not marked.update(withdrawn_at=at, withdrawn_by=actor):
        raise NoFalseReport
    events.record(ticket, "report.cleared", actor=actor, at=at)
    return ticket


def withdraw_strike(strike: Strike, *, actor: User, at: datetime) -> Strike:
    """Take back what counted against a customer. Raises NotPermitted, StrikeWithdrawn, NoFalseReport."""
    require(actor, Permission.MARK_FALSE)
    desk.lock(strike.ticket)  # before the strike, as whoever marks or clears the ticket does
    strike = Strike.objects.select_for_update().get(pk=strike.pk)
    if strike.withdrawn_at is not None:
        raise StrikeWithdrawn
    if strike.kind == Kind.FALSE_REPORT:
        # Its ticket tells it, and so does its customer's mail.
        clear_false_report(strike.ticket, actor=actor, at=at)
        strike.refresh_from_db()
        return strike
    strike.withdrawn_at, strike.withdrawn_by = at, actor
    strike.save(update_fields=["withdrawn_at", "withdrawn_by"])
    audit.record("strike.withdrawn", strike.person, actor=actor, before={"strike": strike.kind})
    return strike


def settle_review(strike: Strike, *, actor: User, at: datetime) -> Strike:
    """Decide not to suspend for now. Raises NotPermitted, ReviewSettled."""
    require(actor, Permission.SUSPEND)
    if not settle_reviews(strike.person, actor=actor, at=at):
        raise ReviewSettled
    audit.record("strike.settled", strike.person, actor=actor, before={"strike": strike.kind})
    strike.refresh_from_db()
    return strike


def settle_reviews(person: User, *, actor: User, at: datetime) -> int:
    """Nobody is asked any more whether to suspend this person. Returns how many reviews that were."""
    return Strike.objects.to_review().filter(person=person).update(settled_at=at, settled_by=actor)
