"""Who is in which team."""

from __future__ import annotations

from collections.abc import Iterable

from tenants import audit
from tenants.models import User
from tenants.permissions import Permission
from tickets.actions.checks import require
from tickets.errors import WrongTeam
from tickets.models import Team, TeamMembership


def set_members(team: Team, people: Iterable[User], *, actor: User) -> None:
    """Make these the members of a team; tickets keep their assignees. Raises NotPermitted, WrongTeam."""
    require(actor, Permission.MANAGE_PEOPLE)
    wanted = {person.pk: person for person in people}
    for person in wanted.values():
        if not person.is_staff_member:
            raise WrongTeam(person=person)
    present = TeamMembership.objects.filter(team=team)
    before = sorted(present.values_list("user__email", flat=True))
    present.exclude(user__in=wanted).delete()
    missing = wanted.keys() - set(present.values_list("user", flat=True))
    TeamMembership.objects.bulk_create(TeamMembership(team=team, user=wanted[pk]) for pk in missing)
    after = sorted(person.email for person in wanted.values())
    audit.record("team.members_set", team, actor=actor, before={"members": before}, after={"members": after})
