"""Automatic assignment: a team's waiting tickets go to its members, the one that is due first before the others.

What happens to tickets asks for it through `looked`; the work itself is one alarm a team, so that two workers never
give out the same team's tickets at once.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any, NamedTuple
from uuid import UUID

from sla.document import SupportPolicy
from sla.models import version_in_force
from tenants import alarms
from tenants.context import active_tenant
from tickets import desk, staffing
from tickets.actions import absences, assigning
from tickets.models import Absence, Event, Skip, Status, Team, TeamMembership, Ticket
from tickets.staffing import Colleague, Need

#: The alarm that gives out a team's waiting tickets; its subject is the team. The other one is set for a later time.
HAND_OUT, SHIFT = "team.hand_out", "team.shift"
#: So many tickets are given in one transaction; so many of those that wait are read at a time.
MOST_GIVEN, MOST_READ = 50, 500
#: So many colleagues are named in the history as considered; of the others it is counted why not.
MOST_NAMED = 20
#: When somebody else works on a waiting ticket at this moment, it is looked at again.
AGAIN = timedelta(seconds=2)
#: After these a ticket may wait for somebody, or somebody has room for one.
_ENDING = ("status.changed", "ticket.merged", "ticket.not_covered", "ticket.refused")
#: These name who had the ticket before; with the others it was whoever acted, if anybody.
_LEAVING = ("ticket.assigned", "ticket.skipped", "ticket.returned")
_LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


def is_automatic(policy: SupportPolicy) -> bool:
    """Whether any team's tickets are assigned automatically."""
    return any(team.assignment != "manual" for team in policy.teams.values())


def concerns(event: Event) -> bool:
    """Whether `looked` has anything to do after an event; asks only the policy, which the process keeps."""
    ticket = event.ticket
    if event.verb == "message.posted":
        return event.data.get("by") == "customer" and ticket.assignee_id is not None
    if event.verb == "ticket.snoozed" and ticket.assignee_id is None:
        return False
    if event.verb in _ENDING and (ticket.status.kind in Status.WORKED_ON or ticket.assignee_id is None):
        return False
    return is_automatic(ticket.policy)


def looked(event_id: UUID, now: datetime) -> None:
    """Alarm handler: after an event, have the tickets given out that may wait for somebody now."""
    if not looked_together([event_id], now):
        alarms.set("assignment.look", event_id, now + AGAIN)


def looked_together(event_ids: Collection[UUID], now: datetime) -> set[UUID]:
    """Alarm handler: as looked(), after many events in one transaction. Returns those that are done."""
    found = Event.objects.filter(pk__in=event_ids).select_related("ticket")
    happened = {event.pk: event for event in found}
    posted = [event for event in happened.values() if event.verb == "message.posted"]
    unheld = {event.ticket_id for event in posted} - _given_back(posted, now)
    ask(_teams_after(each for each in happened.values() if each.verb != "message.posted"), at=now)
    return {pk for pk in event_ids if pk not in happened or happened[pk].ticket_id not in unheld}


def _given_back(posted: Collection[Event], now: datetime) -> set[UUID]:
    """Return what absent agents owe before they are back; the tickets of these messages that are seen to."""
    done = {event.ticket_id for event in posted}
    holders = {event.ticket.assignee_id for event in posted}
    away: dict[UUID | None, Absence] = {
        each.user_id: each for each in Absence.objects.at(now).filter(user__in=holders, begun_at__isnull=False)
    }
    owed = {
        event.ticket_id
        for event in posted
        if (absence := away.get(event.ticket.assignee_id)) and absence.owes_answer(event.ticket.due_at)
    }
    locked = desk.lock_free(owed) if owed else []
    for ticket in locked:
        absence = away.get(ticket.assignee_id)
        if absence is not None and ticket.is_active:
            absences.give_back(ticket, absence, at=now)
    return done - (owed - {ticket.pk for ticket in locked})


def _teams_after(happened: Iterable[Event]) -> set[UUID]:
    """The teams that may have something to give, or somebody who can take it."""
    teams, people = set(), set()
    for event in happened:
        if event.ticket.is_active and event.ticket.assignee_id is None and event.ticket.team_id:
            teams.add(event.ticket.team_id)
        freed = event.data.get("former") if event.verb in _LEAVING else event.actor_id
        if event.verb in (*_ENDING, "ticket.snoozed"):
            freed = event.ticket.assignee_id
        if freed:
            people.add(UUID(str(freed)))
    if people:
        teams |= set(TeamMembership.objects.filter(user__in=people).values_list("team", flat=True))
    return teams


def ask(teams: Collection[UUID], *, at: datetime) -> None:
    """Have the waiting tickets of these teams given out, where that is automatic."""
    if teams:
        policy = desk.current_policy().policy
        keys = [team.key for team in policy.teams.values() if team.assignment != "manual"]
        wanted = Team.objects.filter(pk__in=teams, key__in=keys, is_active=True) if keys else ()
        alarms.set_many((HAND_OUT, team.pk, at) for team in wanted)


def ask_for(person: UUID, *, at: datetime) -> None:
    """Have the tickets given out that wait in a person's teams: they have room again."""
    ask(set(TeamMembership.objects.filter(user=person).values_list("team", flat=True)), at=at)


def back(absence_id: UUID, now: datetime) -> None:
    """Alarm handler: an absence is over, so what waits in the person's teams can go to them."""
    absence = Absence.objects.filter(pk=absence_id).first()
    if absence is not None and not absence.lasts(now):
        ask_for(absence.user_id, at=now)


def returned(person_id: UUID, now: datetime) -> None:
    """Alarm handler: somebody works here again, so what waits in their teams can go to them."""
    ask_for(person_id, at=now)


def hand_out(team_id: UUID, now: datetime) -> None:
    """Alarm handler: give a team's waiting tickets to those who can take them, the one that is due first before others.

    The team's row is locked, then its people, then the tickets: nobody gets more than they can take, however many
    workers there are.
    """
    team = Team.objects.select_for_update(no_key=True, of=("self",)).filter(pk=team_id, is_active=True).first()
    version = version_in_force()
    terms = version.policy.teams.get(team.key) if team and version else None
    if team is None or version is None or terms is None or terms.assignment == "manual":
        return
    crew = staffing.crew(team, version.policy, at=now)
    waiting, looked_at = _waiting(team, crew, now)
    if not looked_at:
        return
    given = _give(team, terms.assignment, crew, waiting, now)
    if given.busy:
        alarms.set(HAND_OUT, team.pk, now + AGAIN)
    elif given.tickets == MOST_GIVEN:
        alarms.set(HAND_OUT, team.pk, now + timedelta(milliseconds=1))
    shift = staffing.next_shift([each.person.pk for each in crew], version.policy, at=now)
    if shift is not None and given.tickets < looked_at:
        alarms.set(SHIFT, team.pk, shift)


class Given(NamedTuple):
    """How many tickets were given out, and whether others were busy."""

    tickets: int
    busy: bool


class Waiting(NamedTuple):
    """A ticket that waits for somebody."""

    pk: UUID
    need: Need


def _waiting(team: Team, crew: Collection[Colleague], now: datetime) -> tuple[list[Waiting], int]:
    """The first tickets that nobody has and somebody can take, by due time, then arrival; and how many were looked at.

    It goes on past those for which nobody is fit, or that all who are fit have passed by, however many they are.
    """
    waiting = Ticket.objects.filter(team=team).waiting().order_by("due_at", "number")
    rows = waiting.values_list("pk", "category__key", "requester__language")
    free = [mate for mate in crew if not mate.hindrance]
    if not free:
        return [], int(rows.exists())
    usual, looked_at = active_tenant().language, 0
    found: list[Waiting] = []
    fitting: dict[Need, set[UUID]] = {}  # many tickets, few needs
    read = rows.iterator(chunk_size=MOST_READ)
    while len(found) < MOST_GIVEN and (some := list(islice(read, MOST_READ))):
        looked_at += len(some)
        asked = [Waiting(pk, Need(category=category, language=language or usual)) for pk, category, language in some]
        for need in {each.need for each in asked} - fitting.keys():
            fitting[need] = {mate.person.pk for mate in free if not mate.misfit(need)}
        possible = [each for each in asked if fitting[each.need]]
        passed = _passed([each.pk for each in possible], now) if possible else {}
        found += [each for each in possible if fitting[each.need] - passed.get(each.pk, set())]
    return found[:MOST_GIVEN], looked_at


def _give(team: Team, mode: str, crew: list[Colleague], waiting: list[Waiting], now: datetime) -> Given:
    possible = [each.pk for each in waiting]
    if not possible:
        return Given(0, busy=False)
    locked = {ticket.pk: ticket for ticket in desk.lock_free(possible)}
    passed = _passed(possible, now)
    needs = dict(waiting)
    stamp = max([now, *(each.given_at for each in crew if each.given_at)])
    given = 0
    for pk in possible:
        ticket = locked.get(pk)
        if ticket is None or not _is_waiting(ticket, team):
            continue
        why_not = {mate.person.pk: _why_not(mate, needs[pk], passed.get(pk, ())) for mate in crew}
        chosen = choose(mode, [mate for mate in crew if not why_not[mate.person.pk]])
        if chosen is None:
            continue
        stamp += timedelta(microseconds=1)
        assigning.give(ticket, chosen.person, actor=None, at=now, why=_why(team, mode, crew, chosen, why_not))
        TeamMembership.objects.filter(team=team, user=chosen.person).update(given_at=stamp)
        crew = [mate.with_another(stamp) if mate is chosen else mate for mate in crew]
        given += 1
    return Given(given, busy=len(locked) < len(possible))


def _is_waiting(ticket: Ticket, team: Team) -> bool:
    """Whether a ticket that is locked by now still waits."""
    is_free = ticket.assignee_id is None and ticket.snoozed_at is None
    return is_free and ticket.team_id == team.pk and ticket.status.kind in (Status.Kind.NEW, Status.Kind.OPEN)


def choose(mode: str, able: Collection[Colleague]) -> Colleague | None:
    """Who gets the next ticket: in turn who has waited longest for one, else who holds the fewest; None of nobody."""

    def turn(mate: Colleague) -> tuple[Any, ...]:
        return mate.given_at or _LONG_AGO, mate.person.pk

    def load(mate: Colleague) -> tuple[Any, ...]:
        return mate.holds, *turn(mate)

    return min(able, key=load if mode == "least_loaded" else turn, default=None)


def _why_not(mate: Colleague, need: Need, passed: Collection[UUID]) -> str:
    return mate.hindrance or mate.misfit(need) or ("passed" if mate.person.pk in passed else "")


def _passed(tickets: Collection[UUID], now: datetime) -> dict[UUID, set[UUID]]:
    """Who is not to get which ticket: they skipped it lately, or gave it away themselves. Two queries."""
    found: dict[UUID, set[UUID]] = {}
    for ticket, person in Skip.objects.filter(ticket__in=tickets, until__gt=now).values_list("ticket", "user"):
        found.setdefault(ticket, set()).add(person)
    given_away = Event.objects.filter(ticket__in=tickets, verb="ticket.assigned", data__to=None)
    for ticket, person, former in given_away.values_list("ticket", "actor", "data__former"):
        if person is not None and str(person) == former:
            found.setdefault(ticket, set()).add(person)
    return found


def _why(
    team: Team, mode: str, crew: Collection[Colleague], chosen: Colleague, why_not: dict[UUID, str]
) -> dict[str, Any]:
    """What the history keeps: how it was chosen, and who else was considered and why it was not them."""
    others = [mate for mate in crew if mate is not chosen]
    named = [
        {
            "id": str(mate.person.pk),
            "name": str(mate.person),
            "outcome": why_not[mate.person.pk] or "later",
            "holds": mate.holds,
            "capacity": mate.capacity,
        }
        for mate in others[:MOST_NAMED]
    ]
    return {
        "mode": mode,
        "team": team.key,
        "holds": chosen.holds,
        "capacity": chosen.capacity,
        "considered": named,
        "others": dict(Counter(why_not[mate.person.pk] or "later" for mate in others[MOST_NAMED:])),
    }
