"""What fair use does not allow, and what is no longer to be decided about it."""

from django.utils.translation import gettext_lazy as _

from tenants.errors import Refused


class SupportSuspended(Refused):
    """Support of the requester is suspended until a time."""

    sentence = _(
        "Your support is suspended until %(until)s: %(reason)s What you wrote has been kept below."
        " On the page “Fair use” (/fair-use/) you can say why that is wrong."
    )
    code = "support_suspended"


class SupportSuspendedForGood(Refused):
    """Support of the requester is suspended without an end."""

    sentence = _(
        "Your support is suspended: %(reason)s What you wrote has been kept below."
        " On the page “Fair use” (/fair-use/) you can say why that is wrong."
    )
    code = "support_suspended"


class FalseReportAlready(Refused):
    """A request is marked once."""

    sentence = _("This request is marked as a false report already.")
    code = "false_report_already"


class NoFalseReport(Refused):
    """Nothing to take back."""

    sentence = _("This request is not marked as a false report.")
    code = "no_false_report"


class StrikeWithdrawn(Refused):
    """Nothing to take back."""

    sentence = _("This was taken back already; it no longer counts.")
    code = "strike_withdrawn"


class ReviewSettled(Refused):
    """A colleague was faster."""

    sentence = _("This was decided already. Look at what came of it.")
    code = "review_settled"


class UnknownCause(Refused):
    """A reason that the policy does not have."""

    sentence = _("The policy does not list this reason for a suspension. Choose one that it lists.")
    code = "unknown_cause"


class NotSuspended(Refused):
    """There is no suspension, or no longer."""

    sentence = _("Support is not suspended, so there is nothing to lift or to object to.")
    code = "not_suspended"


class AppealedAlready(Refused):
    """One objection to each suspension."""

    sentence = _("An objection was sent already. You get a mail as soon as it is decided.")
    code = "appealed_already"


class AppealDecided(Refused):
    """No objection waits for an answer."""

    sentence = _("No objection waits for a decision here. Perhaps a colleague has decided it already.")
    code = "appeal_decided"


class MadeItThemselves(Refused):
    """Who suspended does not judge the objection where somebody else can."""

    sentence = _("You suspended this yourself, so another manager decides about the objection.")
    code = "made_it_themselves"


class ContactPaused(Refused):
    """The policy wants some time to pass before a request is asked about by chat or phone."""

    sentence = _("By chat or phone you can ask about this request from %(time)s. Until then write it on the request.")
    code = "contact_paused"


class NotWaiting(Refused):
    """A finished ticket has no state to ask for."""

    sentence = _("This request is finished, so there is nothing to ask about. Reopen it if it is not solved.")
    code = "not_waiting"
