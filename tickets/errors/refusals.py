"""Refusals at which nobody takes a second look, or not they."""

from django.utils.translation import gettext_lazy as _

from tenants.errors import Refused


class NoSecondLook(Refused):
    """The request is not refused, or the policy allows no second look for this reason."""

    sentence = _("No second look can be asked for here. File a new request if something has changed.")
    code = "no_second_look"


class SecondLookAsked(Refused):
    """One at a time."""

    sentence = _("A second look is asked for already, and not decided yet.")
    code = "second_look_open"


class NobodyObjects(Refused):
    """Nobody asked for it, or it is decided."""

    sentence = _("Nobody waits for a second look here.")
    code = "nobody_objects"


class RefusedYourself(Refused):
    """Who refused does not judge it."""

    sentence = _("You refused this request yourself, so somebody else has to take the second look.")
    code = "refused_yourself"


class SecondLookUnexplained(Refused):
    """The customer is owed the reasons."""

    sentence = _("Explain the decision: the customer reads it.")
    code = "reason_missing"
