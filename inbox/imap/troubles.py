"""What can be wrong with a mailbox on another server: a code, and in plain words what to do."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from inbox.mail import faults
from inbox.mail.faults import Outcome

_SENTENCES: dict[str, tuple[str, str | Promise]] = {
    "refused": ("port", _("At %(host)s nothing listens at port %(port)s. Check the port, usually 993 or 143.")),
    "encryption": (
        "encryption",
        _("At port %(port)s the server does not speak TLS from the start. Choose STARTTLS, or port 993."),
    ),
    "no_starttls": (
        "encryption",
        _("The server offers no encryption at port %(port)s. Choose TLS from the start and port 993."),
    ),
    "not_imap": (
        "port",
        _("What answers at port %(port)s is no server to fetch mail from. Check the port, usually 993 or 143."),
    ),
    "hung_up": ("encryption", _("The server hung up without a word. At port 993 choose TLS, elsewhere STARTTLS.")),
    "slow": ("port", _("%(host)s answers so slowly that the time for one look was over. The rest comes later.")),
    "password": (
        "password",
        _(
            "The server does not accept the user “%(user)s” with this password. Enter both again; many providers"
            " want a password that is made for programs. It said: %(said)s"
        ),
    ),
    "plain_password": (
        "encryption",
        _("The server takes no password over a connection that is not encrypted. Choose TLS or STARTTLS."),
    ),
    "no_oauth": ("password", _("The server takes no sign-in by OAuth 2.0. Choose the password.")),
    "token_url": ("token", _("No token could be fetched from %(said)s. Check the address for tokens.")),
    "token": (
        "token",
        _(
            "No token was given for this mailbox. Check client and secret, or make a new refresh token."
            " The answer: %(said)s"
        ),
    ),
    "token_refused": (
        "token",
        _("The server does not accept the token for “%(user)s”. Check that it is for this mailbox and allows IMAP."),
    ),
    "folder": ("folder", _("There is no folder “%(folder)s” in this mailbox. There are: %(said)s")),
    "done_folder": ("folder", _("There is no folder “%(done)s” to move mail to. There are: %(said)s")),
    "readonly": (
        "folder",
        _("The folder “%(folder)s” can only be read, so taken mail can't be marked. Ask for the right to change it."),
    ),
    "full": (
        "quota",
        _("The mailbox is full (%(said)s), so mail to it comes back to its senders. Delete some, or have it moved."),
    ),
    "limit": (
        "quota",
        _("The server wants to be asked less often, or by fewer programs at once. It said: %(said)s"),
    ),
    "mark": (
        "folder",
        _("Mail is taken, but the server did not let us mark, move or delete it. It said: %(said)s"),
    ),
    "server": ("server", _("The mail server said: %(said)s")),
    "here": ("server", _("This site could not keep a mail just now. It stays in the mailbox and is fetched again.")),
}
#: What passes by itself; for all else somebody has to do something.
PASSING = {"silent", "unreachable", "refused", "hung_up", "slow", "limit", "server", "here", "token_url"}


class Trouble(Exception):
    """A conversation with a server that came to nothing: the code says why, `said` what the server said."""

    def __init__(self, code: str, said: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.said = said


def sentence(code: str, names: Mapping[str, object], said: str = "") -> str:
    """A code in the reader's language."""
    return outcome(code, names, said).sentence


def outcome(code: str, names: Mapping[str, object], said: str = "") -> Outcome:
    """A code as the outcome of a trial."""
    if code in faults.SENTENCES:
        return faults.outcome(code, names)
    about, words = _SENTENCES[code]
    return Outcome(about, str(words) % {**names, "said": said or "—"})
