"""Who may not file, claim or take part in this way."""

from django.utils.translation import gettext_lazy as _

from tenants.errors import Refused


class SignInToFile(Refused):
    """The policy wants to know who asks."""

    sentence = _("Sign in to send a request: our support policy asks for it. What you wrote has been kept below.")
    code = "sign_in_to_file"


class NotFiledByYou(Refused):
    """Somebody else's request."""

    sentence = _("Only the person in whose name this request was filed can confirm it.")
    code = "not_filed_by_you"


class ReopenTooLate(Refused):
    """The time to reopen is over; a reply becomes a request of its own."""

    sentence = _(
        "This request ended more than %(window)s ago, so it is not reopened. Write what is still wrong:"
        " it becomes a new request that is linked with this one."
    )
    code = "reopen_too_late"


class OutsiderNotAllowed(Refused):
    """The policy lets customers put only colleagues in copy."""

    sentence = _(
        "%(email)s does not belong to your organisation, and only colleagues can be put in copy here."
        " Ask us in a message to add somebody else."
    )
    code = "outsider_not_allowed"


class CopiesNotAllowed(Refused):
    """The policy lets customers put nobody in copy."""

    sentence = _("Ask us in a message to put somebody in copy: here that is done by our support alone.")
    code = "copies_not_allowed"


class StillMaking(Refused):
    """One export at a time."""

    sentence = _("Your last export is still being made. Wait until it is ready.")
    code = "still_making"


class NotAManager(Refused):
    """An organisation's contacts are exported by those who manage it."""

    sentence = _("Only those who manage %(organization)s can export all of its contacts.")
    code = "not_a_manager"


class TooManyUnsigned(Refused):
    """A flood of requests without an account from one place."""

    sentence = _("Too many requests came from your network without signing in. Sign in, or try again in an hour.")
    code = "too_many_unsigned"
