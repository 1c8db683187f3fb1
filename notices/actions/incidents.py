"""Telling of a disturbance on the status page, how it goes on, and that it is over."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.db.models import QuerySet

from notices.errors import IncidentOver, NotYet, TitleMissing, TooFarAway, UpdateMissing
from notices.models import Component, Impact, Incident, IncidentUpdate
from tenants import audit
from tenants.errors import NotPermitted
from tenants.models import User
from tenants.permissions import Permission
from tickets.actions import end_window, plan_window
from tickets.models import Category, Ticket

#: What is older is a mistake of typing.
LONGEST_AGO = timedelta(days=3_653)
#: The very same within this time is a button that was pressed twice.
TWICE = timedelta(minutes=1)
#: The state of each service that a disturbance concerns.
States = Mapping[Component, str]


def open_incident(
    *,
    title: Mapping[str, str],
    body: Mapping[str, str],
    states: States,
    actor: User,
    at: datetime,
    begins: datetime | None = None,
    state: str = Incident.State.INVESTIGATING,
    ticket: Ticket | None = None,
    stops_clocks: bool = False,
) -> Incident:
    """Tell of a disturbance, since now or since it began. `stops_clocks` as far as the policy lets outages do that.

    Nothing of the ticket is shown to readers. The very same told again within a minute is one disturbance.
    Raises NotPermitted, TitleMissing, UpdateMissing, NotYet, TooFarAway.
    """
    _require(actor)
    said = _said(title)
    # Whoever sends a form twice waits here for the first one.
    User.objects.select_for_update(no_key=True, of=("self",)).get(pk=actor.pk)
    for last in _said_lately(actor, body, state, at).filter(incident__title=said, incident__ticket=ticket):
        if _holds(last.incident, {} if state == Incident.State.RESOLVED else _bad(states)):
            return last.incident
    begins = begins or at
    if not said:
        raise TitleMissing
    if begins > at:
        raise NotYet
    if at - begins > LONGEST_AGO:
        raise TooFarAway
    incident = Incident(title=said, state=state, begins_at=begins, changed_at=at, ticket=ticket)
    if stops_clocks and state != Incident.State.RESOLVED:
        categories = _categories_of(states)
        incident.window = plan_window(title=said, begins=begins, ends=None, categories=categories, actor=actor, at=at)
    incident.save()
    Impact.objects.bulk_create(_impact(incident, component, how, begins) for component, how in _bad(states).items())
    _say(incident, body, state, actor, at)
    audit.record("incident.opened", incident, actor=actor, after=_kept(incident))
    return incident


def update_incident(
    incident: Incident, *, body: Mapping[str, str], state: str, states: States, actor: User, at: datetime
) -> Incident:
    """Say how it goes on. The states are those from now on; "over" ends them all, and the clocks go on.

    The very same said again within a minute is said once.
    Raises NotPermitted, UpdateMissing, IncidentOver, NotYet.
    """
    _require(actor)
    incident = Incident.objects.select_for_update(of=("self",)).select_related("window").get(pk=incident.pk)
    wanted = {} if state == Incident.State.RESOLVED else _bad(states)
    if _said_lately(actor, body, state, at).filter(incident=incident).exists() and _holds(incident, wanted):
        return incident
    if incident.resolved_at is not None:
        raise IncidentOver
    if at < incident.changed_at:
        raise NotYet
    before = _kept(incident)
    _turn(incident, wanted, at)
    incident.state, incident.changed_at = state, at
    _say(incident, body, state, actor, at)
    incident.save(update_fields=["state", "changed_at", "resolved_at"])
    audit.record("incident.updated", incident, actor=actor, before=before, after=_kept(incident))
    return incident


def _require(person: User) -> None:
    if not person.may(Permission.POST_STATUS):
        raise NotPermitted


def _said_lately(actor: User, body: Mapping[str, str], state: str, at: datetime) -> QuerySet[IncidentUpdate]:
    lately = IncidentUpdate.objects.filter(author=actor, at__gt=at - TWICE, state=state, body=_said(body))
    return lately.select_related("incident").order_by("-at", "-id")


def _holds(incident: Incident, wanted: Mapping[Component, str]) -> bool:
    """Whether these are the states that there are."""
    running = incident.impacts.filter(ends_at=None).values_list("component_id", "state")
    return dict(running) == {component.pk: how for component, how in wanted.items()}


def _said(texts: Mapping[str, str]) -> dict[str, str]:
    return {language: text.strip() for language, text in texts.items() if text.strip()}


def _bad(states: States) -> dict[Component, str]:
    return {component: how for component, how in states.items() if how != Component.State.OPERATIONAL}


def _impact(incident: Incident, component: Component, state: str, at: datetime) -> Impact:
    return Impact(incident=incident, component=component, state=state, begins_at=at)


def _turn(incident: Incident, wanted: Mapping[Component, str], at: datetime) -> None:
    """End the states that no longer hold, and begin those that now do; what goes on as it was stays one."""
    running = {each.component_id: each for each in incident.impacts.filter(ends_at=None)}
    new = {each.pk: each for each in wanted}
    ended = [each.pk for pk, each in running.items() if pk not in new or wanted[new[pk]] != each.state]
    Impact.objects.filter(pk__in=ended).update(ends_at=at)
    Impact.objects.bulk_create(
        _impact(incident, component, how, at)
        for component, how in wanted.items()
        if component.pk not in running or running[component.pk].state != how
    )


def _say(incident: Incident, body: Mapping[str, str], state: str, actor: User, at: datetime) -> None:
    """Post the words, and end everything with the last of them."""
    said = _said(body)
    if not said:
        raise UpdateMissing
    IncidentUpdate.objects.create(incident=incident, state=state, body=said, at=at, author=actor)
    if state == Incident.State.RESOLVED:
        incident.resolved_at = at
        Impact.objects.filter(incident=incident, ends_at=None).update(ends_at=at)
        incident.save(update_fields=["resolved_at"])
        if incident.window is not None:
            end_window(incident.window, actor=actor, at=at)


def _categories_of(states: States) -> list[Category]:
    if not states or not all(each.categories for each in states):
        return []
    return list(Category.objects.filter(key__in={key for each in states for key in each.categories}))


def _kept(incident: Incident) -> dict[str, object]:
    impacts = incident.impacts.filter(ends_at=None).select_related("component")
    return {
        "title": str(incident),
        "state": incident.state,
        "services": sorted(str(each.component) for each in impacts),
    }
