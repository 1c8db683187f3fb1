"""What cannot be asked for or done about calls."""

from django.utils.translation import gettext_lazy as _

from tenants.errors import Refused


class NoCallbacks(Refused):
    """The policy does not offer it."""

    sentence = _("This helpdesk does not call back. Write to it instead.")
    code = "no_callbacks"


class PhoneUnclear(Refused):
    """Nobody can dial this."""

    sentence = _("This is no phone number. Write it with its country code, such as +34 600 123 456.")
    code = "phone_unclear"


class TopicMissing(Refused):
    """Who calls wants to be prepared."""

    sentence = _("Write what the call is about.")
    code = "topic_missing"


class CallOutsideHours(Refused):
    """Nobody is there to call at this time."""

    sentence = _("Nobody is at the phone at this time. The next free time is %(opens)s.")
    code = "outside_hours"


class CallsTaken(Refused):
    """As many calls are agreed on for then as there are people to make them."""

    sentence = _("All calls at this time are taken. The next free time is %(opens)s.")
    code = "calls_taken"


class CallTooFar(Refused):
    """Nobody knows who will be there then."""

    sentence = _("A call can be asked for within the next %(days)s days. Choose an earlier time.")
    code = "too_far"


class CallAsked(Refused):
    """One at a time."""

    sentence = _("A call is agreed on already: %(at)s. Cancel it first to choose another time.")
    code = "callback_open"


class CallOver(Refused):
    """What was done or cancelled stays so."""

    sentence = _("This call is no longer to be made: %(state)s.")
    code = "callback_over"
