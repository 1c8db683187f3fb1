"""Saved views, and changes of many tickets."""

from django.utils.translation import gettext_lazy as _

from tenants.errors import Refused


class ViewNeedsName(Refused):
    """A saved view without a name could not be told from others."""

    sentence = _("Give the view a name, so that you find it again.")
    code = "name_missing"


class ConditionsNotUnderstood(Refused):
    """A view whose conditions nobody understands would select nothing."""

    sentence = _("These conditions are not understood. %(problems)s")
    code = "conditions_not_understood"


class TooManyViews(Refused):
    """The left column has an end."""

    sentence = _("You have %(most)s views already. Delete one that you do not need, then save this one.")
    code = "too_many_views"


class TooManyTickets(Refused):
    """A change of everything is a change of the policy, or a mistake."""

    sentence = _("These are more than %(most)s tickets. Narrow the list down first.")
    code = "too_many_tickets"


class TooLateToUndo(Refused):
    """Others work on with what was changed."""

    sentence = _("A change of several tickets can be undone for %(minutes)s minutes after it is done, and once.")
    code = "too_late_to_undo"


class ChangedSince(Refused):
    """Putting a ticket back would undo what somebody did after."""

    sentence = _("It has changed since, so it stays as it is.")
    code = "changed_since"
