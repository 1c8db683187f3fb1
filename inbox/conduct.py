"""Mail about fair use: warnings, reviews, suspensions and objections to them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from inbox.actions import post
from inbox.mail import headers, readers, writing
from inbox.mail.letters import Letter, greeting
from inbox.mail.links import link
from inbox.models import OutgoingMail
from sla.words import moment
from tenants.models import User
from tenants.permissions import Permission
from tickets import recipients
from tickets.actions.suspending import causes
from tickets.fairuse.standing import standing_of
from tickets.models import Membership, Strike, Suspension

Kind = OutgoingMail.Kind


def tell_strike(strike_id: UUID, now: datetime) -> None:
    """Alarm handler: warn the customer, or ask managers whether to suspend."""
    strike = Strike.objects.standing().select_related("person__role", "ticket").filter(pk=strike_id).first()
    if strike is None:
        return
    if strike.outcome == Strike.Outcome.WARNING:
        _post(strike.pk, "warning", [(strike.person, _warning)], strike, now)
    elif strike.outcome == Strike.Outcome.REVIEW and strike.settled_at is None:
        _post(strike.pk, "review", [(each, _review) for each in readers.who_may(Permission.SUSPEND)], strike, now)


def tell_suspension(suspension_id: UUID, now: datetime) -> None:
    """Alarm handler: tell those concerned of a suspension, its end, or what was answered to their objection."""
    told = Suspension.objects.select_related("person__role", "organization").filter(pk=suspension_id).first()
    if told is None:
        return
    for state in _states(told):
        # What was told before is not told again: its mail has the same id.
        letter = partial(_suspension, state=state)
        _post(told.pk, state, [(each, letter) for each in _concerned(told)], told, now)


def _states(told: Suspension) -> list[str]:
    """What there is to tell. Two things may have come together; what was suspended anew has not ended for anybody."""
    if told.ended_at is None:
        return ["upheld"] if told.appeal_state == Suspension.Appeal.UPHELD else ["suspended"]
    answered = ["upheld"] if told.appeal_state == Suspension.Appeal.UPHELD else []
    holds = Suspension.objects.current().filter(person=told.person_id, organization=told.organization_id)
    return answered if holds.exists() else [*answered, "ended"]


def tell_appeal(suspension_id: UUID, now: datetime) -> None:
    """Alarm handler: tell managers of an objection."""
    waiting = Suspension.objects.to_decide().select_related("person", "organization", "appealed_by")
    told = waiting.filter(pk=suspension_id).first()
    if told is not None:
        _post(told.pk, "appeal", [(each, _appeal) for each in readers.who_may(Permission.SUSPEND)], told, now)


def _concerned(told: Suspension) -> list[User]:
    """The person; of a company those who manage it, or everybody where nobody does."""
    if told.person is not None:
        return [told.person]
    members = Membership.objects.filter(organization=told.organization_id)
    managing = members.filter(scope=Membership.Scope.MANAGE)
    chosen = managing if managing.exists() else members
    people = User.objects.filter(pk__in=chosen.values("user"), is_active=True)
    return list(people.select_related("role").order_by("created_at", "pk")[: readers.MOST_READERS])


def _post(pk: UUID, state: str, wanted: Iterable[tuple[User, Any]], about: Any, now: datetime) -> None:
    mails = []
    for person, letter_of in wanted:
        if not headers.deliverable(person.email) or not recipients.is_proven(person):
            continue
        with readers.reading_as(person):
            mails.append(writing.addressed(letter_of(about, person, now), person, key=f"{pk}.{state}", now=now))
    post(mails, now)


def _warning(strike: Strike, person: User, now: datetime) -> Letter:
    standing = standing_of(person, at=now)
    kind = str(Strike.Kind(strike.kind).label)
    number = standing.number
    count = ngettext("%(count)s thing counts against you now.", "%(count)s things count against you now.", number) % {
        "count": number
    }
    paragraphs = [
        _("This is what counts now, and why: %(what)s, request %(number)s.")
        % {"what": kind, "number": strike.ticket.number},
        *([strike.words] if strike.words else []),
        count,
        _("Each lapses by itself. If more comes before, support may be suspended."),
    ]
    if standing.clear_at is not None:
        paragraphs.append(_("Nothing counts any more from %(time)s.") % {"time": moment(standing.clear_at)})
    return Letter(
        kind=Kind.NEWS,
        subject=_("Please keep to our rules of fair use"),
        greeting=greeting(person),
        lead=_("Our rules of fair use were not kept, so we remind you of them."),
        paragraphs=paragraphs,
        url=link("portal:fair_use"),
        button=_("See where you stand"),
        why=_("You get this mail because you asked us for support."),
    )


def _review(strike: Strike, person: User, now: datetime) -> Letter:
    standing = standing_of(strike.person, at=now)
    names = {"name": str(strike.person), "count": standing.number}
    return Letter(
        kind=Kind.NOTICE,
        subject=_("To be decided: %(name)s and fair use") % names,
        greeting=greeting(person),
        lead=_("%(name)s has not kept the rules of fair use: %(count)s points count now.") % names,
        paragraphs=[_("Decide whether their support is suspended, for how long, and why; or leave it at the warning.")],
        url=link("desk:conduct", strike.person_id),
        button=_("Look at it"),
        why=_("You get this mail because you may suspend support."),
    )


def _suspension(told: Suspension, person: User, now: datetime, *, state: str) -> Letter:
    whose = {"name": str(told.organization)} if told.organization is not None else {}
    paragraphs: list[str] = []
    if state == "ended":
        lead = _("Support for %(name)s is no longer suspended.") if whose else _("Your support is no longer suspended.")
        paragraphs += [told.decision] if told.appeal_state == Suspension.Appeal.GRANTED else []
        paragraphs.append(_("You can send requests again."))
    elif state == "upheld":
        lead = (
            _("We looked at your objection: support for %(name)s stays suspended.")
            if whose
            else _("We looked at your objection: your support stays suspended.")
        )
        paragraphs += [told.decision, _how_long(told)]
    else:
        if told.since > now:
            lead = _("Support for %(name)s will be suspended.") if whose else _("Your support will be suspended.")
        else:
            lead = _("Support for %(name)s is suspended.") if whose else _("Your support is suspended.")
        paragraphs += [*_why(told), _how_long(told), _("Your requests so far are kept, and we go on with them.")]
        paragraphs.append(_("If that is wrong, you can object: somebody else looks at it again."))
    return Letter(
        kind=Kind.NEWS,
        subject=_("Your support"),
        greeting=greeting(person),
        lead=lead % whose,
        paragraphs=paragraphs,
        url=link("portal:fair_use"),
        button=_("See where you stand"),
        why=_("You get this mail because you asked us for support."),
    )


def _why(told: Suspension) -> list[str]:
    cause = causes().get(told.cause, "")
    return [_("Why: %(reason)s") % {"reason": part} for part in (cause,) if part] + [told.words]


def _how_long(told: Suspension) -> str:
    if told.until is None:
        return _("It holds from %(since)s until somebody lifts it.") % {"since": moment(told.since)}
    times = {"since": moment(told.since), "until": moment(told.until)}
    return _("It holds from %(since)s and ends by itself on %(until)s.") % times


def _appeal(told: Suspension, person: User, now: datetime) -> Letter:
    names = {"name": str(told.subject), "actor": str(told.appealed_by or told.subject)}
    page = link("desk:organization", told.organization_id) if told.organization_id else ""
    return Letter(
        kind=Kind.NOTICE,
        subject=_("Objection to a suspension: %(name)s") % names,
        greeting=greeting(person),
        lead=_("%(actor)s objects to the suspension of %(name)s:") % names,
        quote=told.appeal,
        url=page or link("desk:conduct", told.person_id),
        button=_("Decide about it"),
        why=_("You get this mail because you may suspend support."),
    )
