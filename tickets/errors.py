"""Every "no" of the ticket desk that a person may read."""

from django.utils.translation import gettext_lazy as _

from tenants.errors import Refused


class TicketClosed(Refused):
    """The ticket is closed for good."""

    sentence = _("This ticket is closed. File a new ticket and name number %(number)s in it.")
    code = "ticket_closed"


class TicketNotActive(Refused):
    """The ticket is solved, closed or refused, and the action is for work in progress."""

    sentence = _("This ticket is already finished. Reopen it first.")
    code = "ticket_not_active"


class ConversationChanged(Refused):
    """Somebody said or decided something that the writer had not seen."""

    sentence = _("Something happened on this ticket while you wrote. Read it, then send your text again.")
    code = "conversation_changed"


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


class NothingToReopen(Refused):
    """Only finished tickets can be reopened."""

    sentence = _("This ticket is still being worked on, so there is nothing to reopen.")
    code = "ticket_active"


class EmptyMessage(Refused):
    """A message without words."""

    sentence = _("Write something before you send.")
    code = "empty_message"


class OrganizationSuspended(Refused):
    """Support of the requester's organisation is suspended."""

    sentence = _(
        "Support for %(organization)s is suspended until %(until)s: %(reason)s What you wrote has been kept below."
    )
    code = "organization_suspended"


class OrganizationSuspendedForGood(Refused):
    """Support of the requester's organisation is suspended without an end."""

    sentence = _("Support for %(organization)s is suspended: %(reason)s What you wrote has been kept below.")
    code = "organization_suspended"


class NotAMember(Refused):
    """The requester does not belong to the organisation."""

    sentence = _("%(person)s does not belong to %(organization)s. Choose one of their own organisations.")
    code = "not_a_member"


class WrongTeam(Refused):
    """The assignee can't see or work on the ticket."""

    sentence = _("%(person)s is not an agent of this helpdesk. Choose somebody else.")
    code = "not_an_agent"


class ReasonMissing(Refused):
    """An act that has to be explained was not."""

    sentence = _("Say why: the reason is kept with the ticket.")
    code = "reason_missing"


class CannotMergeItself(Refused):
    """Both tickets are the same."""

    sentence = _("A ticket can't be merged into itself. Choose another ticket.")
    code = "same_ticket"


class AlreadyMerged(Refused):
    """The target was itself merged away."""

    sentence = _("Ticket %(number)s was merged into another one. Choose that one.")
    code = "already_merged"


class ExclusionLifted(Refused):
    """The exclusion does not hold for the requester's organisation."""

    sentence = _("The contract of %(organization)s covers this, so the request can't be marked as not covered.")
    code = "exclusion_lifted"


class FileTooLarge(Refused):
    """An attachment over the limit."""

    sentence = _("%(name)s is larger than %(limit)s. Send a smaller file, or a link to it.")
    code = "file_too_large"


class TooManyFiles(Refused):
    """More attachments than one message may have."""

    sentence = _("A message can carry %(limit)s files at most. Send the others in a second message.")
    code = "too_many_files"


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


class DifferentCustomers(Refused):
    """Merging would show one customer's words to another."""

    sentence = _(
        "These tickets are from different customers. Answer them separately, so that nobody reads a stranger's words."
    )
    code = "different_customers"


class NameTaken(Refused):
    """Another organisation has this name."""

    sentence = _("There is an organisation named %(name)s already. Open that one, or choose another name.")
    code = "name_taken"


class AddressTaken(Refused):
    """Somebody has this mail address."""

    sentence = _("%(email)s belongs to somebody already. Look them up among the people.")
    code = "address_taken"


class NotACustomer(Refused):
    """Staff belong to no customer."""

    sentence = _("%(person)s works here and is no customer. Choose somebody else.")
    code = "not_a_customer"


class EndsBeforeItBegins(Refused):
    """A period that is over before it starts."""

    sentence = _("The end lies before the beginning. Choose a later end, or leave it open.")
    code = "ends_before_it_begins"
