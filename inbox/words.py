"""How a mail stands, in words for staff."""

from django.utils.translation import gettext as _

from inbox.mail import writing
from inbox.models import OutgoingMail

State = OutgoingMail.State


def badge(mail: OutgoingMail) -> dict[str, str]:
    """The state as a badge: its colour, icon and word."""
    if mail.state == State.WAITING and mail.error:
        return {"kind": "warn", "icon": "refresh", "text": _("Trying again")}
    kind, icon = {
        State.WAITING: ("info", "hourglass"),
        State.SENT: ("good", "check"),
        State.DELIVERED: ("good", "circle-check"),
        State.BOUNCED: ("bad", "mail-opened"),
        State.FAILED: ("bad", "alert-circle"),
        State.WITHHELD: ("plain", "ban"),
        State.COLLECTED: ("plain", "list"),
    }[State(mail.state)]
    return {"kind": kind, "icon": icon, "text": mail.get_state_display()}


def reason(mail: OutgoingMail) -> str:
    """Why a mail is not sent, or nothing. The mail server's own words stand as it said them."""
    known = {
        "BadAddress": _("This is no mail address that anything can be sent to. Correct it on the person's page."),
        writing.TOO_MANY: _("This address got too many automatic mails in a short time, so this one was not sent."),
        writing.TOO_MANY_IN_ALL: _(
            "This address got too many automatic mails about its requests in a short time, so this one was not sent."
        ),
        "InactivePerson": _("This person's account is closed, so nothing is sent to them."),
        "OutOfSight": _("This person may not see the ticket any more, so it is left out of their digest."),
        "Stopped": _("The announcement that it tells of was stopped before this mail went out."),
        "Bouncing": _(
            "Mail to this address came back, so nothing is sent there until somebody says that it works again."
        ),
        "GivenUp": _("The mail server did not answer for days, so this mail was given up."),
    }
    if mail.error in known:
        return known[mail.error]
    if not mail.error or mail.state in (State.SENT, State.DELIVERED):
        return ""
    if mail.state == State.BOUNCED:
        return _("It came back. The other server said: %(answer)s") % {"answer": mail.error}
    if mail.error[:1].isdigit():
        return _("The mail server said: %(answer)s") % {"answer": mail.error}
    return _("The mail server did not answer (%(error)s).") % {"error": mail.error}
