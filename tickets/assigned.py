"""Why a ticket came to the agent who has it: each time that it changed hands, in sentences."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext, gettext_lazy

from sla.words import when
from tenants.models import User
from tenants.text import say
from tickets import promise
from tickets.models import Event, Skip, Ticket

VERBS = ("ticket.assigned", "ticket.returned", "ticket.skipped")
#: So many of the latest times are told.
MOST_TOLD = 30
#: Why a colleague did not get it.
OUTCOMES = {
    "left": gettext_lazy("%(name)s could not work on tickets."),
    "away": gettext_lazy("%(name)s was away."),
    "off_hours": gettext_lazy("%(name)s was outside working hours."),
    "full": gettext_lazy("%(name)s held %(holds)s of at most %(capacity)s tickets."),
    "category": gettext_lazy("%(name)s does not take this category."),
    "language": gettext_lazy("%(name)s does not write the customer's language."),
    "passed": gettext_lazy("%(name)s had passed this ticket by."),
    "later": gettext_lazy("It was not the turn of %(name)s."),
    "heavier": gettext_lazy("%(name)s held no fewer tickets: %(holds)s."),
}
COUNTED = {
    "left": gettext_lazy("Could not work on tickets: %(count)s"),
    "away": gettext_lazy("Away: %(count)s"),
    "off_hours": gettext_lazy("Outside working hours: %(count)s"),
    "full": gettext_lazy("Held as many tickets as they should: %(count)s"),
    "category": gettext_lazy("Do not take this category: %(count)s"),
    "language": gettext_lazy("Do not write the customer's language: %(count)s"),
    "passed": gettext_lazy("Had passed this ticket by: %(count)s"),
    "later": gettext_lazy("Not their turn yet: %(count)s"),
    "heavier": gettext_lazy("Held no fewer tickets: %(count)s"),
}


_SENTENCES = {
    "round_robin": gettext_lazy(
        "%(name)s got it automatically, in turn: of those in %(team)s who could take it, nobody had waited longer."
    ),
    "least_loaded": gettext_lazy(
        "%(name)s got it automatically, holding %(holds)s: of those in %(team)s who could take it, nobody held fewer."
    ),
    "next": gettext_lazy("%(name)s asked for the next ticket: of those that they may take, this one was due first."),
    "taken": gettext_lazy("%(actor)s took it."),
    "by_hand": gettext_lazy("%(actor)s assigned it to %(name)s."),
    "unassigned": gettext_lazy("%(actor)s took the assignee off."),
    "skipped": gettext_lazy("%(actor)s passed it by: %(reason)s"),
    "away": gettext_lazy("It went back to the queue, since %(name)s is away."),
    "away_until": gettext_lazy("It went back to the queue, since %(name)s is away until %(until)s."),
    "left": gettext_lazy("It went back to the queue, since %(name)s no longer works here."),
}


@dataclass(frozen=True, kw_only=True)
class Considered:
    """A colleague who could have got it, and why they did not."""

    name: str
    outcome: str
    sentence: str


@dataclass(frozen=True, kw_only=True)
class Told:
    """A time that a ticket changed hands."""

    at: datetime
    how: str  # round_robin, least_loaded, next, taken, by_hand, unassigned, returned or skipped
    to: str  # the new assignee's name, or nobody's
    sentence: str
    considered: list[Considered] = field(default_factory=list)
    others: list[str] = field(default_factory=list)  # of a large team, counted


def passed_on(ticket: Ticket, person: User, *, since: UUID) -> str:
    """Whose a ticket is that others gave away after the event that a person saw last; empty where it is as it was."""
    verbs = ("ticket.assigned", "ticket.handed_over")
    given = Event.objects.filter(ticket=ticket, verb__in=verbs, id__gt=since).exclude(actor=person)
    if not given.exists():
        return ""
    now = Ticket.objects.select_related("assignee", "team").get(pk=ticket.pk)
    if now.assignee_id == person.pk:
        return ""
    name = now.assignee or now.team
    if name is None:
        return gettext("While you wrote, this ticket was taken off its assignee. What you wrote stands all the same.")
    said = gettext("While you wrote, this ticket went to %(name)s. What you wrote stands all the same.")
    return said % {"name": name}


def told(ticket: Ticket) -> list[Told]:
    """Each time that a ticket changed hands, the latest first. One query."""
    found = Event.objects.filter(ticket=ticket, verb__in=VERBS).select_related("actor")
    return [_told(event, ticket) for event in found.order_by("-id")[:MOST_TOLD]]


def _told(event: Event, ticket: Ticket) -> Told:
    how = how_of(event)
    why = event.data.get("why") or {}
    outcome = {"later": "heavier"} if how == "least_loaded" else {}
    return Told(
        at=event.at,
        how=how,
        to=str(event.data.get("name") or "") if event.verb == "ticket.assigned" else "",
        sentence=sentence(event, ticket),
        considered=[_considered(each, outcome) for each in why.get("considered", [])],
        others=[
            str(COUNTED[outcome.get(name, name)]) % {"count": count}
            for name, count in why.get("others", {}).items()
            if name in COUNTED
        ],
    )


def _considered(said: dict[str, Any], outcome: dict[str, str]) -> Considered:
    why = outcome.get(said["outcome"], said["outcome"])
    return Considered(name=said["name"], outcome=said["outcome"], sentence=str(OUTCOMES.get(why, "%(name)s")) % said)


def how_of(event: Event) -> str:
    """In one word how a ticket changed hands."""
    if event.verb != "ticket.assigned":
        return event.verb.removeprefix("ticket.")
    if why := event.data.get("why"):
        return str(why["mode"])
    if not event.data.get("to"):
        return "unassigned"
    return "taken" if str(event.actor_id) == event.data["to"] else "by_hand"


def sentence(event: Event, ticket: Ticket) -> str:
    """How a ticket changed hands, and why. Wants the event's `actor` loaded."""
    data = event.data
    why = data.get("why") or {}
    team = promise.policy_for(ticket).teams.get(why.get("team", ""))
    values = {
        "actor": str(event.actor) if event.actor else "",
        "name": data.get("name", ""),
        "team": say(team.name) if team else why.get("team", ""),
        "until": when(datetime.fromisoformat(data["until"])) if data.get("until") else "",
        "reason": _reason(data),
        "holds": why.get("holds", 0),
    }
    return str(_SENTENCES[_kind(event)]) % values


def _kind(event: Event) -> str:
    how = how_of(event)
    if how == "returned":
        if event.data.get("because") == "left":
            return "left"
        return "away_until" if event.data.get("until") else "away"
    return how


def _reason(data: dict[str, Any]) -> str:
    known = dict(Skip.Reason.choices)
    parts = [str(known.get(str(data.get("reason")), data.get("reason", ""))), data.get("words", "")]
    return " · ".join(part for part in parts if part)
