"""Asking the customer what they think once a request is solved, keeping what they say, and looking at it. A11, B8."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sla.document import SupportPolicy
from sla.document.durations import Duration
from sla.words import when
from tenants import alarms
from tenants.errors import NotPermitted
from tenants.models import User
from tenants.permissions import Permission
from tickets import desk, events
from tickets.actions.courtesy import require_courtesy
from tickets.errors import ImprovementMissing, NotRated, RatedTooEarly, RatingSettled, RatingsOff, ScoreOutOfRange
from tickets.models import Event, Message, Rating, Status, Ticket

#: Rings when the customer of a solved ticket is to be asked; its subject is the ticket.
ALARM = "rating.ask"
#: Kinds of a status in which a ticket can be rated.
RATED_IN = (Status.Kind.SOLVED, Status.Kind.CLOSED)

Verdict = Rating.Verdict


def plan_question(ticket: Ticket, *, former_kind: str, at: datetime) -> None:
    """Have the customer of a locked ticket asked the policy's time after it was solved, unless it is opened again.

    Called where a status is written.
    """
    if ticket.status.kind == Status.Kind.SOLVED:
        feedback = ticket.policy.feedback
        if feedback is not None and feedback.ask:
            alarms.set(ALARM, ticket.pk, later(ticket.policy, feedback.after, at))
    elif former_kind in RATED_IN and ticket.status.kind not in RATED_IN:
        alarms.cancel(ALARM, ticket.pk)


def rang(ticket_id: UUID, now: datetime) -> None:
    """Alarm handler: ask, unless the ticket is open again or was rated, or this person was asked a short while ago.

    Nobody is asked about what somebody else may have filed in their name.
    """
    if not Ticket.objects.filter(pk=ticket_id).exists():
        return
    ticket = desk.lock(Ticket(pk=ticket_id))
    feedback = ticket.policy.feedback
    if feedback is None or not feedback.ask or not may_be_rated(ticket) or ticket.is_unproven:
        return
    # Locked, so that of two tickets that are due at once only one is asked about.
    people = User.objects.select_for_update(of=("self",), no_key=True).select_related("role")
    person = people.get(pk=ticket.requester_id)
    if not person.is_active or person.is_staff_member or Rating.objects.filter(ticket=ticket).exists():
        return
    asked = Rating.objects.filter(person=person, asked_at__isnull=False).order_by("-asked_at")
    last = asked.values_list("asked_at", flat=True).first()
    if last is not None and later(ticket.policy, feedback.cooldown, last) > now:
        return
    rating = Rating.objects.create(
        ticket=ticket, person=person, opened_at=now, asked_at=now, scale=feedback.scale, **_about(ticket)
    )
    events.record(ticket, "rating.asked", actor=None, at=now, rating=str(rating.pk))


def rate(
    ticket: Ticket,
    *,
    score: int,
    actor: User,
    at: datetime,
    comment: str | None = None,
    over: str = "portal",
    as_it_is: bool = False,
) -> Rating:
    """Say what one thinks of how one's own request was solved, or correct it within the policy's time.

    `comment` None leaves what was said; `over` is mail, portal or api; `as_it_is` as for comment(). The same said twice
    is one. Raises NotPermitted, RatingsOff, RatedTooEarly, ScoreOutOfRange, RatingSettled, RudeWords, RudeWordsWarned.
    """
    if ticket.requester_id != actor.pk or not actor.is_active or actor.is_staff_member:
        raise NotPermitted
    ticket = desk.lock(ticket)
    feedback = ticket.policy.feedback
    if feedback is None:
        raise RatingsOff
    rating = Rating.objects.filter(ticket=ticket).first()
    if rating is None:
        rating = Rating(ticket=ticket, opened_at=at, scale=feedback.scale, **_about(ticket))
    said = rating.comment if comment is None else comment.strip()[:2000]
    if rating.is_given and (rating.score, rating.comment) == (score, said):
        return rating  # pressed twice
    if not 1 <= score <= rating.scale:
        raise ScoreOutOfRange(scale=rating.scale)
    until = correctable_until(rating, ticket.policy)
    if until is None and not may_be_rated(ticket):
        raise RatedTooEarly
    if until is not None and at >= until:
        raise RatingSettled(until=when(until))
    if said != rating.comment:
        require_courtesy(said, author=actor, as_it_is=as_it_is)
    _keep(rating, ticket, score=score, comment=said, actor=actor, at=at, over=over)
    return rating


def review_rating(rating: Rating, *, improvement: str, actor: User, at: datetime) -> Rating:
    """Note what came of a rating, which takes it off the list of what to improve; for managers, and about oneself.

    Raises NotPermitted, NotRated, ImprovementMissing.
    """
    if not (actor.may(Permission.SEE_RATINGS) or (actor.is_staff_member and rating.agent_id == actor.pk)):
        raise NotPermitted
    ticket = desk.lock(Ticket(pk=rating.ticket_id))
    rating = Rating.objects.get(pk=rating.pk)
    improvement = improvement.strip()[:2000]
    if not rating.is_given:
        raise NotRated
    if not improvement:
        raise ImprovementMissing
    if rating.reviewed_at is not None and rating.improvement == improvement:
        return rating
    rating.improvement, rating.reviewed_at, rating.reviewed_by = improvement, at, actor
    rating.save(update_fields=["improvement", "reviewed_at", "reviewed_by"])
    events.record(ticket, "rating.reviewed", actor=actor, at=at, rating=str(rating.pk), improvement=improvement)
    return rating


def may_be_rated(ticket: Ticket) -> bool:
    """Whether the work is over, and not gone on with on another ticket."""
    return ticket.status.kind in RATED_IN and ticket.merged_into_id is None


def correctable_until(rating: Rating, policy: SupportPolicy) -> datetime | None:
    """Until when what was said can be changed; None before anything is said."""
    if rating.rated_at is None or policy.feedback is None:
        return rating.rated_at
    return later(policy, policy.feedback.correctable, rating.rated_at)


def verdict_of(score: int, scale: int) -> str:
    """The best third of a scale is good, the worst third bad: of five, 4 and 5 are good, 1 and 2 bad."""
    above, all_steps = score - 1, scale - 1
    if 3 * above >= 2 * all_steps:
        return Verdict.GOOD
    return Verdict.BAD if 3 * above <= all_steps else Verdict.FAIR


def later(policy: SupportPolicy, length: Duration | None, at: datetime) -> datetime:
    """An instant so much later on the wall, or at the end of so many working days of the policy's calendar."""
    if length is None:
        return at
    if length.days is not None:
        return policy.calendar(policy.default_calendar).add_days(at, length.days)
    return at + timedelta(seconds=length.seconds or 0)


def _keep(rating: Rating, ticket: Ticket, *, score: int, comment: str, actor: User, at: datetime, over: str) -> None:
    former = {"score": rating.score, "verdict": rating.verdict} if rating.is_given else None
    has_new_words = comment != rating.comment
    if former is None:
        # By now somebody else may have solved it.
        for name, value in _about(ticket).items():
            setattr(rating, name, value)
        rating.rated_at, rating.person = at, actor
    rating.score, rating.comment, rating.verdict = score, comment, verdict_of(score, rating.scale)
    if rating.verdict == Verdict.BAD and former is not None and has_new_words:
        rating.reviewed_at = rating.reviewed_by = None  # there is something new to read
    # The event is for ever; what was said can be forgotten.
    rating.history.append({"score": score, "comment": comment})
    rating.save()
    more: dict[str, Any] = {"former": former} if former else {}
    events.record(
        ticket,
        "rating.given",
        actor=actor,
        at=at,
        rating=str(rating.pk),
        score=score,
        scale=rating.scale,
        verdict=str(rating.verdict),
        nth=len(rating.history) - 1,
        over=over,
        **more,
    )


def _about(ticket: Ticket) -> dict[str, Any]:
    """Whom and what a rating of a locked ticket is about."""
    agent_id = ticket.assignee_id
    if agent_id is None:
        answers = Message.objects.filter(ticket=ticket, by_staff=True, kind=Message.Kind.PUBLIC)
        agent_id = answers.order_by("-posted_at", "-id").values_list("author", flat=True).first()
    posted = Event.objects.filter(ticket=ticket, verb="message.posted", data__has_key="articles").order_by()
    carried = [number for numbers in posted.values_list("data__articles", flat=True) for number in numbers]
    return {
        "agent_id": agent_id,
        "team_id": ticket.team_id,
        "category_id": ticket.category_id,
        "articles": sorted({*carried, *ticket.articles}),
    }
