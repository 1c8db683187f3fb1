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


class NotAbove(Refused):
    """The chosen tier is not above the ticket's."""

    sentence = _("%(tier)s is not above the ticket's tier. Choose a higher one, or hand the ticket back.")
    code = "tier_not_above"
