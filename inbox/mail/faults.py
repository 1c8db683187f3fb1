"""What is wrong with a server that a tenant named, as a code, and each code in plain words; for mail both ways."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from threading import Timer

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tenants import reaching, sealing

#: Of X509_V_ERR_...: a certificate is over, or it is for another name or address.
_EXPIRED, _OTHER_NAME = (10,), (62, 64)

SENTENCES: dict[str, str | Promise] = {
    "name": reaching.NoSuchHost.sentence,
    "forbidden": reaching.ForbiddenHost.sentence,
    "sealed": sealing.SealBroken.sentence,
    "expired": _("The certificate of %(host)s has expired. Whoever runs that server has to renew it."),
    "other_name": _(
        "The certificate at %(host)s is for another name. Enter the server's name as its certificate has it."
    ),
    "untrusted": _("The certificate of %(host)s is not signed by anybody known. That server needs a public one."),
    "silent": _("%(host)s does not answer at port %(port)s. Check the port; a firewall may also be in the way."),
    "unreachable": _("No connection to %(host)s at port %(port)s. Check both."),
}
#: What a code is about: the field that somebody has to look at.
ABOUT = {
    "name": "name",
    "forbidden": "name",
    "sealed": "password",
    "expired": "certificate",
    "other_name": "certificate",
    "untrusted": "certificate",
    "silent": "port",
    "unreachable": "port",
}


@dataclass(frozen=True)
class Outcome:
    """How a trial went: `what` is empty, or says what is wrong: name, port, encryption, certificate, password ..."""

    what: str
    sentence: str

    @property
    def is_good(self) -> bool:
        """Whether it works."""
        return not self.what


def outcome(code: str, names: Mapping[str, object]) -> Outcome:
    """A code of SENTENCES as the outcome of a trial."""
    return Outcome(ABOUT[code], str(SENTENCES[code]) % names)


def code_of(error: Exception) -> str:
    """The code of what the way to a server raised; empty for what it does not know."""
    if isinstance(error, reaching.NoSuchHost):
        return "name"
    if isinstance(error, reaching.ForbiddenHost):
        return "forbidden"
    if isinstance(error, sealing.SealBroken):
        return "sealed"
    if isinstance(error, ssl.SSLCertVerificationError):
        return _of_certificate(error.verify_code)
    if isinstance(error, TimeoutError):
        return "silent"
    return ""


def _of_certificate(verify_code: int) -> str:
    if verify_code in _EXPIRED:
        return "expired"
    return "other_name" if verify_code in _OTHER_NAME else "untrusted"


def hang_up_after(seconds: float, connected: object) -> Timer:
    """Close a connection's `sock` when its time is over, also where a byte comes now and then."""

    def hang_up() -> None:
        current = getattr(connected, "sock", None)
        if current is not None:
            try:
                current.shutdown(socket.SHUT_RDWR)
            except OSError:
                return  # it is closed already

    timer = Timer(seconds, hang_up)
    timer.daemon = True
    timer.start()
    return timer
