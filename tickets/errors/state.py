"""What the state of a ticket or of the desk does not allow."""

from django.utils.translation import gettext_lazy as _

from tenants.errors import Refused


class TicketClosed(Refused):
    """The ticket is closed for good."""

    sentence = _("This ticket is closed. File a new ticket and name number %(number)s in it.")
    code = "ticket_closed"


class TicketMerged(TicketClosed):
    """The ticket was merged away; said to staff, who may open the other one."""

    sentence = _(
        "Ticket %(number)s was merged into ticket %(into)s. Go on there; for %(days)s days after the merge it can be "
        "undone on the page of ticket %(number)s."
    )
    code = "ticket_merged"


class TicketNotActive(Refused):
    """The ticket is solved, closed or refused, and the action is for work in progress."""

    sentence = _("This ticket is already finished. Reopen it first.")
    code = "ticket_not_active"


class NothingToReopen(Refused):
    """Only finished tickets can be reopened."""

    sentence = _("This ticket is still being worked on, so there is nothing to reopen.")
    code = "ticket_active"


class ReasonMissing(Refused):
    """An act that has to be explained was not."""

    sentence = _("Say why: the reason is kept with the ticket.")
    code = "reason_missing"


class ExclusionLifted(Refused):
    """The exclusion does not hold for the requester's organisation."""

    sentence = _("The contract of %(organization)s covers this, so the request can't be marked as not covered.")
    code = "exclusion_lifted"


class PolicyMissing(Refused):
    """The tenant has no policy yet, so nothing can be promised."""

    sentence = _(
        "This helpdesk has no support policy yet. An administrator has to apply one before tickets can be filed."
    )
    code = "policy_missing"


class WrongTier(Refused):
    """The team works on another tier."""

    sentence = _("%(team)s works on another tier. Escalate the ticket, or hand it back, to get it there.")
    code = "wrong_tier"


class WrongTeam(Refused):
    """The assignee can't see or work on the ticket."""

    sentence = _("%(person)s is not an agent of this helpdesk. Choose somebody else.")
    code = "not_an_agent"


class NothingChosen(Refused):
    """An incident of no tickets."""

    sentence = _("Choose at least one ticket that belongs to the incident.")
    code = "nothing_chosen"


class NoSteps(Refused):
    """A checklist is a list of steps."""

    sentence = _("Write at least one step, one a line, or choose a list that is kept ready.")
    code = "no_steps"


class ChecklistOver(Refused):
    """Nothing is ticked on a list that was taken back, or on a ticket that is closed."""

    sentence = _("This checklist is no longer open. Write a message instead if there is more to say.")
    code = "checklist_over"


class FieldsMissing(Refused):
    """The policy wants fields filled in before a ticket is solved."""

    sentence = _("Before this ticket is solved, fill in: %(fields)s.")
    code = "fields_missing"


class FieldNotAsked(Refused):
    """The ticket has no such field, or not with what its other fields say."""

    sentence = _("“%(field)s” is not asked of this ticket as it is now. Look at its category and its other fields.")
    code = "field_not_asked"


class AnswersChanged(Refused):
    """Somebody else changed the same fields meanwhile."""

    sentence = _(
        "Somebody else has changed this meanwhile: %(fields)s. What you wrote is still here; send it again to let it"
        " take the place of theirs."
    )
    code = "answers_changed"
