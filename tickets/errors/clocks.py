"""Delays and service windows that cannot be."""

from django.utils.translation import gettext_lazy as _

from tenants.errors import Refused


class NothingOwed(Refused):
    """A delay is of a reply that the customer waits for."""

    sentence = _("No answer is owed on this ticket now, so there is no delay to announce. Write a reply instead.")
    code = "nothing_owed"


class DelayNotLater(Refused):
    """The new time lies before the one that was promised already."""

    sentence = _("An answer is promised by %(due)s already. Name a later time.")
    code = "delay_not_later"


class DelayTooLong(Refused):
    """Nobody waits for years."""

    sentence = _("Name a time within a year. If it takes longer, tell the customer what happens next instead.")
    code = "delay_too_long"


class WindowEndsTooEarly(Refused):
    """Maintenance takes some time."""

    sentence = _("The work ends before it begins. Choose a later end.")
    code = "window_ends_too_early"


class WindowBegan(Refused):
    """What lies behind is not changed, since clocks have stood still by it."""

    sentence = _("The work has begun, so its beginning stays. Its end can still be moved, to a time that lies ahead.")
    code = "window_began"


class WindowOver(Refused):
    """Clocks have gone on since."""

    sentence = _("This work is over, so its times stay as they are. Announce another one instead.")
    code = "window_over"


class EndsBeforeItBegins(Refused):
    """A period that is over before it starts."""

    sentence = _("The end lies before the beginning. Choose a later end, or leave it open.")
    code = "ends_before_it_begins"
