"""How a team's tickets find somebody, in words."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sla.document.people import Team

#: Who gets a team's tickets.
ASSIGNMENTS = {
    "manual": gettext_lazy("Whoever takes them"),
    "round_robin": gettext_lazy("Its members in turn"),
    "least_loaded": gettext_lazy("The member who holds the fewest"),
}


def assignment(team: Team | None) -> str:
    """Who gets a team's tickets, and how many each; nothing for a team that the policy no longer knows."""
    if team is None:
        return ""
    words = str(ASSIGNMENTS[team.assignment])
    if team.capacity:
        words = _("%(words)s, at most %(capacity)s each") % {"words": words, "capacity": team.capacity}
    return words
