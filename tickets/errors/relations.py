"""Tickets that cannot be merged, linked or solved together."""

from django.utils.translation import gettext_lazy as _

from tenants.errors import Refused


class CannotMergeItself(Refused):
    """Both tickets are the same."""

    sentence = _("A ticket can't be merged into itself. Choose another ticket.")
    code = "same_ticket"


class AlreadyMerged(Refused):
    """The target was itself merged away."""

    sentence = _("Ticket %(number)s was merged into another one. Choose that one.")
    code = "already_merged"


class DifferentCustomers(Refused):
    """Merging would show somebody's words to people who could not read them, and nobody said that this is right."""

    sentence = _(
        "After merging ticket %(number)s into %(into)s, these people read what they could not read before: "
        "%(readers)s. Say that this is right, or link the two tickets instead."
    )
    code = "different_customers"


class HasMerged(Refused):
    """Merging a ticket that others were merged into would make a chain that nobody could undo."""

    sentence = _(
        "Ticket %(absorbed)s was merged into ticket %(number)s, so number %(number)s has to stay. "
        "Merge the other way round, or undo that first."
    )
    code = "has_merged"


class NotMerged(Refused):
    """There is nothing to undo."""

    sentence = _("This ticket is not merged into another one, so there is nothing to undo.")
    code = "not_merged"


class UndoTooLate(Refused):
    """A merge can be undone for some weeks."""

    sentence = _(
        "It was merged more than %(days)s days ago, which can't be undone. Split the messages off ticket %(number)s."
    )
    code = "undo_too_late"


class AlreadyLinked(Refused):
    """There is one link between two tickets at most."""

    sentence = _("Tickets %(number)s and %(other)s are linked already. Remove that link first to make another one.")
    code = "already_linked"


class CannotLinkItself(Refused):
    """Both tickets are the same."""

    sentence = _("A ticket can't be linked to itself. Write the number of the other ticket.")
    code = "same_ticket"


class HasParent(Refused):
    """A ticket is part of one other ticket at most."""

    sentence = _("Ticket %(number)s belongs to ticket %(parent)s already. Remove that link first.")
    code = "has_parent"


class LinkInCircle(Refused):
    """A ticket would be its own parent."""

    sentence = _("Ticket %(number)s stands below ticket %(other)s already, so it can't be its parent.")
    code = "link_in_circle"


class NotLinked(Refused):
    """The link that should be removed is gone."""

    sentence = _("These tickets are not linked. Somebody may have removed the link meanwhile.")
    code = "not_linked"


class BurstDecided(Refused):
    """Somebody else was faster."""

    sentence = _("Somebody has decided about these tickets meanwhile. Open one of them to see how.")
    code = "burst_decided"


class NoOpenChildren(Refused):
    """Every child is finished."""

    sentence = _("No ticket that belongs to this one is open, so there is nothing to solve.")
    code = "no_open_children"
