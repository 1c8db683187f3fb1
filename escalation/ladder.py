"""The tiers of a tenant and who takes a ticket on each."""

from __future__ import annotations

from functools import cached_property

from tickets import desk
from tickets.models import Team, Ticket, Tier


class Ladder:
    """The tiers of the active tenant and their teams, read once for any number of tickets of one transaction."""

    @cached_property
    def tiers(self) -> list[Tier]:
        """The tiers that are in use, the first one first."""
        return list(Tier.objects.filter(is_active=True))

    @cached_property
    def _teams(self) -> list[Team]:
        return list(Team.objects.all())

    def above(self, tier: Tier) -> list[Tier]:
        """The tiers that a ticket can climb to, the next one first."""
        return [each for each in self.tiers if each.position > tier.position]

    def below(self, tier: Tier) -> list[Tier]:
        """The tiers that a ticket can be handed back to, the next one first."""
        return [each for each in reversed(self.tiers) if each.position < tier.position]

    def team_for(self, ticket: Ticket, tier: Tier) -> Team | None:
        """The team that takes a ticket of this category on a tier, as the ticket's policy says."""
        return desk.team_on(ticket.policy, tier, ticket.category, self._teams)
