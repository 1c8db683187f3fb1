"""A test mail by the tenant's own way, and in plain words what is wrong when it does not leave."""

from __future__ import annotations

import smtplib
import ssl

from anymail.exceptions import AnymailAPIError, AnymailError
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from inbox.mail import faults, readers, servers, writing
from inbox.mail.faults import Outcome
from inbox.mail.headers import host, one_line
from inbox.mail.message import message_of
from inbox.models import OutgoingMail, Sender
from tenants import reaching, sealing
from tenants.context import active_tenant
from tenants.fields import uuid7
from tenants.models import User


def try_out(sender: Sender, person: User) -> Outcome:
    """Send a test mail to somebody at once, past the queue."""
    names = {"host": sender.host, "port": sender.port, "user": sender.user, "address": active_tenant().mail_address}
    try:
        servers.connection(sender).send_messages([message_of(_mail(person), sender)])
    except (reaching.NoSuchHost, reaching.ForbiddenHost, sealing.SealBroken) as refusal:
        return faults.outcome(faults.code_of(refusal), names)
    except AnymailAPIError as error:
        return _of_provider(error)
    except AnymailError:
        return Outcome("provider", _("The provider can't be used with these settings."))
    except ssl.SSLCertVerificationError as error:
        return faults.outcome(faults.code_of(error), names)
    except ssl.SSLError:
        said = _("At port %(port)s the server does not speak TLS from the start. Choose STARTTLS, or port 465.")
        return Outcome("encryption", said % names)
    except smtplib.SMTPException as error:
        return _of_conversation(error, names)
    except TimeoutError:
        return faults.outcome("silent", names)
    except ConnectionRefusedError:
        said = _("At %(host)s nothing listens at port %(port)s. Check the port, usually 587 or 465.")
        return Outcome("port", said % names)
    except OSError:
        return faults.outcome("unreachable", names)
    return Outcome("", _("The test mail to %(to)s left. Look whether it arrives.") % {"to": person.email})


def _mail(person: User) -> OutgoingMail:
    tenant, pk = active_tenant(), uuid7()
    with readers.reading_as(person):
        subject = _("Test mail of %(desk)s") % {"desk": tenant.name}
        said = [_("This mail left the way that is set up for your desk. You need not answer.")]
        words = writing.rendered("account", {"paragraphs": said, "code": "", "subject": subject})
        return OutgoingMail(
            id=pk,
            kind=OutgoingMail.Kind.NOTICE,
            address=person.email,
            language=translation.get_language() or tenant.language,
            subject=one_line(subject, 250),
            message_id=f"<{pk}@{host(tenant)}>",
            created_at=timezone.now(),
            **words,
        )


def _of_conversation(error: smtplib.SMTPException, names: dict[str, object]) -> Outcome:
    if isinstance(error, smtplib.SMTPAuthenticationError):
        said = _("The server does not accept the user “%(user)s” with this password. Enter both again.")
        return Outcome("password", said % names)
    if isinstance(error, smtplib.SMTPNotSupportedError):
        if "STARTTLS" in str(error):
            said = _("The server offers no encryption at port %(port)s. Choose TLS from the start and port 465.")
            return Outcome("encryption", said % names)
        return Outcome("password", _("The server asks for no sign-in here. Leave user and password empty."))
    if isinstance(error, smtplib.SMTPSenderRefused) and error.smtp_code in (530, 535, 550, 553, 554):
        if error.smtp_code in (530, 535):
            return Outcome("password", _("The server wants a sign-in first. Enter user and password."))
        said = _("The server does not send mail from %(address)s, or not with our sign in it: %(answer)s")
        return Outcome("address", said % {**names, "answer": _answer(error)})
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code, text = next(iter(error.recipients.values()), (0, b""))
        said = _("The server does not take mail for your own address: %(answer)s")
        return Outcome("address", said % {"answer": one_line(f"{code} {text.decode('utf-8', 'replace')}")})
    if isinstance(error, smtplib.SMTPServerDisconnected) and "timed out" in str(error):
        return faults.outcome("silent", names)
    if isinstance(error, smtplib.SMTPServerDisconnected):
        said = _("The server hung up without a word. At port 465 choose TLS from the start, elsewhere STARTTLS.")
        return Outcome("encryption", said % names)
    if isinstance(error, smtplib.SMTPResponseException):
        return Outcome("address", _("The mail server said: %(answer)s") % {"answer": _answer(error)})
    return Outcome("port", _("What answers at port %(port)s is no mail server. Check the port.") % names)


def _of_provider(error: AnymailAPIError) -> Outcome:
    if error.status_code in (401, 403):
        return Outcome("password", _("The provider does not accept the API key. Enter it again."))
    if error.status_code is None:
        return Outcome("name", _("The provider does not answer. Try again in a few minutes."))
    said = _("The provider refused the mail (%(code)s). Often the address is not confirmed there yet.")
    return Outcome("address", said % {"code": error.status_code})


def _answer(error: smtplib.SMTPResponseException) -> str:
    text = error.smtp_error
    said = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    return one_line(f"{error.smtp_code} {said}")
