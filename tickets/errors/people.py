"""Who may not ask, answer, read or work here."""

from django.utils.translation import gettext_lazy as _

from tenants.errors import Refused


class OrganizationSuspended(Refused):
    """Support of the requester's organisation is suspended."""

    sentence = _(
        "Support for %(organization)s is suspended until %(until)s: %(reason)s What you wrote has been kept below."
        " The page “Fair use” (/fair-use/) tells what can be done."
    )
    code = "organization_suspended"


class OrganizationSuspendedForGood(Refused):
    """Support of the requester's organisation is suspended without an end."""

    sentence = _(
        "Support for %(organization)s is suspended: %(reason)s What you wrote has been kept below."
        " The page “Fair use” (/fair-use/) tells what can be done."
    )
    code = "organization_suspended"


class NotAMember(Refused):
    """The requester does not belong to the organisation."""

    sentence = _("%(person)s does not belong to %(organization)s. Choose one of their own organisations.")
    code = "not_a_member"


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


class WorksHere(Refused):
    """Staff take part by following, never as customers in copy."""

    sentence = _("%(person)s works here. They can follow the ticket instead of being in copy.")
    code = "works_here"


class NotInCopy(Refused):
    """For customers one sentence, whoever it is and whatever the cause: who has an address is not theirs to know."""

    sentence = _("%(email)s can't be put in copy. Leave this address out.")
    code = "not_in_copy"


class AsksAlready(Refused):
    """The one who asked gets every message anyway."""

    sentence = _("%(person)s asked this and gets every message already.")
    code = "asks_already"


class AccountClosed(Refused):
    """Nothing is sent to a closed account."""

    sentence = _("The account of %(person)s is closed. Open it again first, or choose somebody else.")
    code = "account_closed"


class TooManyInCopy(Refused):
    """Mail goes to each of them; more is a mailing list."""

    sentence = _("A ticket can have %(limit)s people in copy at most. Remove somebody first.")
    code = "too_many_in_copy"


class AtCapacity(Refused):
    """The agent holds as many tickets as they should."""

    sentence = _(
        "You have %(held)s tickets to work on, as many as you should. Answer one or hand it over first: those that "
        "wait for a customer, are on hold or snoozed do not count."
    )
    code = "at_capacity"


class NotYours(Refused):
    """Only one's own ticket can be skipped."""

    sentence = _("This ticket is not assigned to you, so there is nothing to skip.")
    code = "not_yours"


class AbsencesOverlap(Refused):
    """Nobody is away twice at a time."""

    sentence = _("An absence is entered for that time already. End that one first, or choose other days.")
    code = "absences_overlap"


class AbsenceOver(Refused):
    """What lies behind is not changed."""

    sentence = _("This absence is over already.")
    code = "absence_over"


class UnknownKeys(Refused):
    """Skills, languages or hours that this helpdesk does not have."""

    sentence = _("This helpdesk has no %(keys)s. Choose among its categories, languages and opening hours.")
    code = "unknown_keys"


class NotYourTeam(Refused):
    """Members share with their team; who may share with everybody shares with any team."""

    sentence = _("Choose a team that you belong to, or keep the view for yourself.")
    code = "not_your_team"
