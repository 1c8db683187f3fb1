"""Every "no" of escalation that a person may read."""

from django.utils.translation import gettext_lazy as _

from tenants.errors import Refused


class HighestTier(Refused):
    """There is nobody above."""

    sentence = _("This ticket is on the highest tier already. Hand it over to a colleague instead.")
    code = "highest_tier"


class LowestTier(Refused):
    """There is nobody below."""

    sentence = _("This ticket is on the first tier already, so it can't be handed back.")
    code = "lowest_tier"


class TiersInOrder(Refused):
    """A tier was skipped without the permission."""

    sentence = _("Tickets climb one tier at a time, and the next one is %(tier)s. Skipping a tier needs a permission.")
    code = "tier_order"


class TooEarlyToAsk(Refused):
    """The tier that has the ticket has still time."""

    sentence = _("You can ask for the next line from %(opens)s on, if it is not solved by then.")
    code = "too_early"


class NoRightToAsk(Refused):
    """The policy leaves it to the staff, or there is nobody above."""

    sentence = _("Nobody above can be asked for here. Write in the request what is still missing.")
    code = "no_escalation"


class NotAbove(Refused):
    """The chosen tier is not above the ticket's."""

    sentence = _("%(tier)s is not above the ticket's tier. Choose a higher one, or hand the ticket back.")
    code = "tier_not_above"
