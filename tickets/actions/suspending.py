"""Support taken from a person or a company, objected to, given back, or ended by its time. Clauses C13, D12."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from tenants import alarms, audit
from tenants.errors import NotPermitted
from tenants.models import User
from tenants.permissions import Permission
from tenants.text import say
from tickets import desk
from tickets.actions.checks import require
from tickets.actions.conduct import settle_reviews
from tickets.actions.courtesy import has_rude_words
from tickets.errors import (
    AppealDecided,
    AppealedAlready,
    EndsBeforeItBegins,
    MadeItThemselves,
    NotACustomer,
    NotSuspended,
    PolicyMissing,
    ReasonMissing,
    UnknownCause,
)
from tickets.models import Membership, Organization, Suspension

Appeal = Suspension.Appeal
#: Ends a suspension at its time; tells those concerned of one, and managers of an objection. Subjects: the suspension.
ENDS, TELL, TELL_APPEAL = "suspension.ends", "suspension.tell", "suspension.appealed"


def suspend(
    subject: User | Organization,
    *,
    since: datetime,
    until: datetime | None,
    reason: str,
    actor: User,
    at: datetime,
    cause: str = "",
) -> Suspension:
    """Suspend the support of a person or a company, with or without an end. Filing then says why; they get a mail.

    `reason` is what they read, `cause` the key of a reason of the policy. What is suspended already is suspended anew,
    and what they object to it is to be decided still.
    Raises NotPermitted, ReasonMissing, EndsBeforeItBegins, UnknownCause, NotACustomer.
    """
    require(actor, Permission.SUSPEND)
    if not reason.strip():
        raise ReasonMissing
    if until is not None and until <= since:
        raise EndsBeforeItBegins
    if cause and cause not in causes():
        raise UnknownCause
    if isinstance(subject, User) and subject.is_staff_member:
        raise NotACustomer(person=subject)
    former = _close(subject, actor=actor, at=at)
    before = _told(former) if former is not None else {}
    made = Suspension.objects.create(
        **_whose(subject),
        **_objection(former),
        cause=cause,
        words=reason.strip(),
        since=since,
        until=until,
        made_by=actor,
        made_at=at,
    )
    if isinstance(subject, User):
        settle_reviews(subject, actor=actor, at=at)
    else:
        _keep(subject, since, until, made.words)
    audit.record(f"{_name(subject)}.suspended", subject, actor=actor, before=before, after=_told(made))
    alarms.set(TELL, made.pk, at)
    if made.appeal_state:
        alarms.set(TELL_APPEAL, made.pk, at)
    if until is not None:
        alarms.set(ENDS, made.pk, until)
    return made


def causes() -> dict[str, str]:
    """The reasons of the policy for which support may be suspended: key and name in the reader's language."""
    try:
        rule = desk.current_policy().policy.suspension
    except PolicyMissing:
        return {}
    return {each.key: say(each.name) for each in rule.reasons.values()} if rule else {}


def lift_suspension(subject: User | Organization, *, actor: User, at: datetime) -> None:
    """Give a person or a company support again at once; they get a mail. Raises NotPermitted, NotSuspended."""
    require(actor, Permission.SUSPEND)
    former = _close(subject, actor=actor, at=at, tell=True)
    before = _told(former) if former is not None else {}
    if isinstance(subject, Organization):
        before = before or _standing(subject)
        _keep(subject, None, None, "")
    if not before:
        raise NotSuspended
    audit.record(f"{_name(subject)}.suspension_lifted", subject, actor=actor, before=before)


def rang(suspension_id: UUID, now: datetime) -> None:
    """Alarm handler: the suspension has come to its end."""
    ended = Suspension.objects.select_for_update().current().filter(pk=suspension_id, until__lte=now).first()
    if ended is None:
        return
    ended.ended_at = ended.until
    ended.save(update_fields=["ended_at"])
    if ended.organization is not None:
        _keep(ended.organization, None, None, "")
    subject = ended.subject
    audit.record(f"{_name(subject)}.suspension_ended", subject, actor=None, before=_told(ended))
    alarms.set(TELL, ended.pk, now)


def appeal(suspension: Suspension, *, text: str, actor: User, at: datetime) -> Suspension:
    """Object to a suspension, once: for oneself, or for a company that one manages. Managers are told.

    Raises NotPermitted, ReasonMissing, NotSuspended, AppealedAlready.
    """
    suspension = Suspension.objects.select_for_update().get(pk=suspension.pk)
    if not may_appeal(suspension, actor):
        raise NotPermitted
    if suspension.ended_at is not None or (suspension.until is not None and suspension.until <= at):
        raise NotSuspended
    if suspension.appeal_state:
        raise AppealedAlready
    if not text.strip():
        raise ReasonMissing
    suspension.appeal, suspension.appeal_state = text.strip(), Appeal.OPEN
    suspension.appealed_by, suspension.appealed_at = actor, at
    suspension.save(update_fields=["appeal", "appeal_state", "appealed_by", "appealed_at"])
    subject = suspension.subject
    # What they wrote stands in the suspension, where it can be forgotten.
    flag = {"flag": "rude"} if has_rude_words(suspension.appeal, author=actor) else {}
    after = {"appeal": suspension.appeal_state, **flag}
    audit.record(f"{_name(subject)}.suspension_appealed", subject, actor=actor, after=after)
    alarms.set(TELL_APPEAL, suspension.pk, at)
    return suspension


def may_appeal(suspension: Suspension, person: User) -> bool:
    """Whether this is the person's own, or of a company that they manage."""
    if suspension.person_id is not None:
        return suspension.person_id == person.pk
    managed = Membership.objects.filter(user=person, scope=Membership.Scope.MANAGE)
    return managed.filter(organization=suspension.organization_id).exists()


def decide_appeal(suspension: Suspension, *, is_granted: bool, words: str, actor: User, at: datetime) -> Suspension:
    """Answer an objection: give the support back, or let it stay suspended. They get a mail with the answer.

    Whoever suspended decides only where nobody else may. With the suspension its objection is over. Raises
    NotPermitted, ReasonMissing, AppealDecided, NotSuspended, MadeItThemselves.
    """
    require(actor, Permission.SUSPEND)
    if not words.strip():
        raise ReasonMissing
    suspension = Suspension.objects.select_for_update().get(pk=suspension.pk)
    if suspension.appeal_state != Appeal.OPEN:
        raise AppealDecided
    if suspension.ended_at is not None:
        raise NotSuspended
    if suspension.made_by_id == actor.pk and _somebody_else(actor):
        raise MadeItThemselves
    suspension.appeal_state = Appeal.GRANTED if is_granted else Appeal.UPHELD
    suspension.decision, suspension.decided_by, suspension.decided_at = words.strip(), actor, at
    suspension.save(update_fields=["appeal_state", "decision", "decided_by", "decided_at"])
    subject = suspension.subject
    after = {"appeal": suspension.appeal_state}  # the words stand in the suspension, where they can be forgotten
    audit.record(f"{_name(subject)}.appeal_decided", subject, actor=actor, after=after)
    if is_granted:
        lift_suspension(subject, actor=actor, at=at)
    else:
        alarms.set(TELL, suspension.pk, at)
    return suspension


def _somebody_else(actor: User) -> bool:
    others = User.objects.filter(role__permissions__contains=[Permission.SUSPEND], is_active=True)
    return others.exclude(pk=actor.pk).exists()


def _close(subject: User | Organization, *, actor: User, at: datetime, tell: bool = False) -> Suspension | None:
    """End what holds now; what that was."""
    if isinstance(subject, Organization):
        Organization.objects.select_for_update().get(pk=subject.pk)
    present = Suspension.objects.select_for_update(of=("self",)).current().filter(**_whose(subject)).first()
    if present is None:
        return None
    present.ended_at, present.ended_by = at, actor
    present.save(update_fields=["ended_at", "ended_by"])
    alarms.cancel(ENDS, present.pk)
    if tell:
        alarms.set(TELL, present.pk, at)
    return present


def _objection(former: Suspension | None) -> dict[str, object]:
    """What is to be decided about a former suspension, for the one that takes its place."""
    if former is None or former.appeal_state != Appeal.OPEN:
        return {}
    names = ("appeal", "appeal_state", "appealed_by", "appealed_at")
    return {name: getattr(former, name) for name in names}


def _keep(organization: Organization, since: datetime | None, until: datetime | None, words: str) -> None:
    """In the company's row too, so that lists and forms know it without asking."""
    organization.suspended_from, organization.suspended_until = since, until
    organization.suspension_reason = words
    organization.save(update_fields=["suspended_from", "suspended_until", "suspension_reason"])


def _standing(organization: Organization) -> dict[str, object]:
    said = {
        "suspended_from": organization.suspended_from,
        "suspended_until": organization.suspended_until,
        "reason": organization.suspension_reason,
    }
    return {name: value for name, value in said.items() if value}


def _told(suspension: Suspension) -> dict[str, object]:
    said = {
        "suspended_from": suspension.since,
        "suspended_until": suspension.until,
        "reason": suspension.words,
        "cause": suspension.cause,
    }
    return {name: value for name, value in said.items() if value}


def _whose(subject: User | Organization) -> dict[str, object]:
    return {"organization": subject} if isinstance(subject, Organization) else {"person": subject}


def _name(subject: User | Organization) -> str:
    return "organization" if isinstance(subject, Organization) else "person"
