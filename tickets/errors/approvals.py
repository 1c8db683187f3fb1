"""What cannot be asked for, answered or ended of approvals."""

from django.utils.translation import gettext_lazy as _

from tenants.errors import Refused


class ApprovalEmpty(Refused):
    """People have to know what they approve."""

    sentence = _("Write what is to be approved.")
    code = "approval_empty"


class NoApprovers(Refused):
    """Somebody has to be asked."""

    sentence = _("Choose at least one person who is to approve it.")
    code = "no_approvers"


class TooManyApprovers(Refused):
    """Mail goes to each of them."""

    sentence = _("At most %(limit)s people can be asked at once. Leave some out.")
    code = "too_many_approvers"


class TooManyApprovals(Refused):
    """More would drown each other."""

    sentence = _("This ticket waits for %(limit)s approvals already. Withdraw one that is no longer needed first.")
    code = "too_many_approvals"


class NotAnApprover(Refused):
    """Only staff and people of the ticket's side are asked."""

    sentence = _("%(person)s can't be asked: choose a colleague, or somebody of the customer's own organisation.")
    code = "not_an_approver"


class ApprovesOwn(Refused):
    """Nobody approves what they ask for."""

    sentence = _("You can't approve what you ask for yourself. Choose somebody else.")
    code = "approves_own"


class AskedAlready(Refused):
    """Everybody answers once."""

    sentence = _("%(person)s is asked already. Choose somebody else.")
    code = "asked_already"


class DeadlinePast(Refused):
    """An answer by yesterday is too late to ask for."""

    sentence = _("This time has passed already. Choose a later one.")
    code = "deadline_past"


class DeadlineTooFar(Refused):
    """A year is long enough."""

    sentence = _("An answer can be asked for within a year at most. Choose an earlier time.")
    code = "deadline_too_far"


class ApprovalOver(Refused):
    """What was decided or ended stays so."""

    sentence = _("This approval is over: %(state)s. Nothing can be changed about it any more.")
    code = "approval_over"


class WhyDeclined(Refused):
    """Who says no says why."""

    sentence = _("Say why you decline: the person who asked reads it.")
    code = "reason_missing"


class RemindedJustNow(Refused):
    """One reminder an hour is enough."""

    sentence = _("They were asked or reminded within the last hour. Give them a little time.")
    code = "reminded_just_now"


class AnsweredAlready(Refused):
    """Who has answered is not replaced."""

    sentence = _("%(person)s has answered already, so nobody can take their place.")
    code = "answered_already"


class ApprovalPending(Refused):
    """Work that waits for a yes is not finished."""

    sentence = _("This ticket still waits for an approval by %(people)s. Wait for it, or withdraw it first.")
    code = "approval_pending"
