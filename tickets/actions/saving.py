"""Saved views: who keeps which selection of tickets, and for whom."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from tenants.errors import NotPermitted
from tenants.models import User
from tenants.permissions import Permission
from tickets import columns as shown
from tickets import lists, paging
from tickets.errors import ConditionsNotUnderstood, NotYourTeam, TooManyViews, ViewNeedsName
from tickets.models import SavedView, Team, TeamMembership
from tickets.selection import Problem, parse, write
from tickets.selection.language import LONGEST
from tickets.selection.parsing import TOO_LONG

Audience = SavedView.Audience


def save_view(
    *,
    owner: User,
    name: str,
    conditions: str,
    columns: Iterable[str] = (),
    order: str = "due",
    audience: str = Audience.OWN,
    team: Team | None = None,
) -> SavedView:
    """Keep a selection under a name, as the last of its owner's.

    Raises NotPermitted, NotYourTeam, TooManyViews, ViewNeedsName, ConditionsNotUnderstood.
    """
    if SavedView.objects.filter(owner=owner).count() >= lists.MOST_SAVED:
        raise TooManyViews(most=lists.MOST_SAVED)
    last = SavedView.objects.visible_to(owner).order_by("-position").values_list("position", flat=True).first()
    view = SavedView(owner=owner, position=min((last or 0) + 1, 32_000))
    return _write(view, owner, name, conditions, columns, order, audience, team)


def change_view(view: SavedView, *, actor: User, **changes: Any) -> SavedView:
    """Change what a view is; what is not named stays. Raises as save_view does."""
    if not may_edit_view(view, actor):
        raise NotPermitted
    kept = {name: getattr(view, name) for name in ("name", "conditions", "columns", "order", "audience", "team")}
    wanted = {**kept, **changes}
    if wanted["audience"] != Audience.TEAM:
        wanted["team"] = None
    return _write(view, actor, **wanted)


def delete_view(view: SavedView, *, actor: User) -> None:
    """Take a view away, for all who saw it. Tickets stay as they are. Raises NotPermitted."""
    if not may_edit_view(view, actor):
        raise NotPermitted
    view.delete()


def move_view(view: SavedView, *, actor: User, step: int) -> None:
    """Let a view change places with its neighbour in the actor's list: -1 up, 1 down. Raises NotPermitted."""
    if not may_edit_view(view, actor):
        raise NotPermitted
    order = [each for each in SavedView.objects.visible_to(actor).select_for_update() if may_edit_view(each, actor)]
    place = next(place for place, each in enumerate(order) if each.pk == view.pk)
    other = place + (1 if step > 0 else -1)
    if 0 <= other < len(order):
        order[place], order[other] = order[other], order[place]
        for position, each in enumerate(order):
            each.position = position
        SavedView.objects.bulk_update(order, ["position"])


def may_edit_view(view: SavedView, person: User) -> bool:
    """Whether a view is this person's to change: one's own, and shared ones for those who may share."""
    return view.owner_id == person.pk or (view.audience != Audience.OWN and person.may(Permission.SHARE_VIEWS))


def _write(
    view: SavedView,
    actor: User,
    name: str,
    conditions: str,
    columns: Iterable[str],
    order: str,
    audience: str,
    team: Team | None,
) -> SavedView:
    view.name = " ".join(name.replace("\0", "").split())[:80]
    if not view.name:
        raise ViewNeedsName
    query = parse(conditions)
    if query.problems:
        raise ConditionsNotUnderstood(problems=" ".join(map(str, query.problems)))
    if len(write(query)) > LONGEST:  # it is kept with the full names of fields, and quotation marks where needed
        raise ConditionsNotUnderstood(problems=str(Problem.of(TOO_LONG, most=LONGEST)))
    if audience == Audience.EVERYBODY and not actor.may(Permission.SHARE_VIEWS):
        raise NotPermitted
    if audience == Audience.TEAM:
        mine = team is not None and TeamMembership.objects.filter(user=actor, team=team).exists()
        if team is None or not (mine or actor.may(Permission.SHARE_VIEWS)):
            raise NotYourTeam
    view.conditions, view.audience, view.team = write(query), audience, team
    view.columns = shown.kept(columns)
    view.order = order if order in paging.ORDERS else "due"
    view.save()
    return view
