"""Why a policy is not put into force, though the document is sound."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from tenants.errors import Refused


class StalePlan(Refused):
    """Somebody else put a policy into force after the plan was made."""

    sentence = _(
        "This plan was made against version %(planned)s of the policy, and version %(current)s is in force by now."
        " Nothing was changed. Look at the new plan and apply that."
    )
    code = "stale_plan"


class WrongPlan(Refused):
    """A plan file that was changed by hand, or that was made for another tenant."""

    sentence = _("This plan can't be applied: %(reason)s Nothing was changed. Make a new plan.")
    code = "wrong_plan"


class PartInUse(Refused):
    """Open tickets have something that the new policy no longer knows."""

    #: The part of the document that it was in.
    part: str


class PriorityInUse(PartInUse):
    """A priority; another one can take its place."""

    part = "priorities"

    sentence = _(
        'This policy no longer has the priority "%(priority)s", and %(count)s open tickets have it: %(numbers)s.'
        " Write replaces: [%(priority)s] under the priority that takes its place, or change those tickets first."
    )
    code = "priority_in_use"


class TierInUse(PartInUse):
    """A tier: nobody would work on those tickets."""

    part = "tiers"
    sentence = _(
        'This policy no longer has the tier "%(key)s", and %(count)s open tickets are on it: %(numbers)s. Nothing was'
        " changed. Escalate them or hand them back first: the list tier:%(key)s is:active finds them."
    )
    code = "tier_in_use"


class TeamInUse(PartInUse):
    """A team: nobody would work on those tickets."""

    part = "teams"
    sentence = _(
        'This policy no longer has the team "%(key)s", and it has %(count)s open tickets: %(numbers)s. Nothing was'
        " changed. Hand them over to another team first: the list team:%(key)s is:active finds them, and all of them"
        " can be ticked at once."
    )
    code = "team_in_use"


class PolicyImpossible(Refused):
    """The policy promises what its calendars can't give from now on."""

    sentence = _("This policy can't be kept: %(problems)s")
    code = "policy_impossible"


class NoSuchVersion(Refused):
    """There is no version of this number."""

    sentence = _("There is no version %(number)s of the policy. The latest is version %(latest)s.")
    code = "no_such_version"
