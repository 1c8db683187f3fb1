"""What cannot be complained of, said or decided about complaints."""

from django.utils.translation import gettext_lazy as _

from tenants.errors import Refused


class NoComplaints(Refused):
    """The policy has no procedure for complaints."""

    sentence = _("This helpdesk has no procedure for complaints. Write in your request what went wrong.")
    code = "no_complaints"


class ComplaintEmpty(Refused):
    """Nobody can answer nothing."""

    sentence = _("Write what went wrong.")
    code = "complaint_empty"


class ComplaintAsked(Refused):
    """One at a time, so that it is answered in one place."""

    sentence = _("You have complained about this request already, and it is not decided yet. Add to it there.")
    code = "complaint_open"


class ComplaintMessageEmpty(Refused):
    """Nothing was written."""

    sentence = _("Write a message.")
    code = "empty_message"


class ComplaintOver(Refused):
    """What was decided stays so."""

    sentence = _("This complaint is decided: %(outcome)s. Whoever does not agree can file a new one.")
    code = "complaint_over"


class DecisionUnexplained(Refused):
    """The customer is owed the reasons."""

    sentence = _("Explain the decision: the customer reads it.")
    code = "reason_missing"


class RemedyMissing(Refused):
    """Who was right is owed more than a word."""

    sentence = _("Say what is done about it, now that the complaint is upheld.")
    code = "remedy_missing"
