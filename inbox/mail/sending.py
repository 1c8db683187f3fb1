"""Handing a mail to the mail server: what its answers mean, and when to try again (RFC 5321, 4.5.4.1)."""

from __future__ import annotations

import smtplib
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from email.utils import format_datetime

from django.core.mail import EmailMultiAlternatives

from inbox.mail.headers import deliverable, one_line, sender
from inbox.models import OutgoingMail
from tenants.context import active_tenant

#: A mail that could not be sent for so long is given up.
GIVEN_UP_AFTER = timedelta(days=4, hours=12)
#: While the server does not answer, the other mails of this process do not wait for it one after the other.
PAUSE_SECONDS = 60


class TryLater(Exception):
    """The mail could not be handed over now; the text says why."""


class Undeliverable(Exception):
    """The mail server does not take this mail, and never will; the text says why."""


class _Server:
    """What this process knows about the mail server."""

    away_until = 0.0


def is_away() -> bool:
    """Whether the server did not answer a moment ago."""
    return time.monotonic() < _Server.away_until


def forget_outage() -> None:
    """Try the server again at once."""
    _Server.away_until = 0.0


def hand_over(mail: OutgoingMail) -> None:
    """Give a mail to the server. Raises TryLater and Undeliverable."""
    if not deliverable(mail.address):
        raise Undeliverable("BadAddress")
    with _answers_understood():
        message_of(mail).send()
    forget_outage()


def message_of(mail: OutgoingMail) -> EmailMultiAlternatives:
    """The mail as it goes over the wire; nothing in it is new, so that a second try is the same mail."""
    tenant = active_tenant()
    message = EmailMultiAlternatives(
        subject=one_line(mail.subject, 300),
        body=mail.text,
        from_email=sender(tenant),
        to=[mail.address],
        reply_to=[sender(tenant)],
        headers=_headers(mail),
    )
    if mail.html:
        message.attach_alternative(mail.html, "text/html")
    return message


def _headers(mail: OutgoingMail) -> dict[str, str]:
    headers = {
        "Message-ID": mail.message_id,
        "Date": format_datetime(mail.created_at),
        "Content-Language": mail.language,
    }
    if mail.in_reply_to:
        headers["In-Reply-To"] = mail.in_reply_to
    if mail.references:
        headers["References"] = mail.references
    if mail.is_automatic:
        is_answer = mail.kind == OutgoingMail.Kind.RECEIPT
        headers["Auto-Submitted"] = "auto-replied" if is_answer else "auto-generated"
        headers["X-Auto-Response-Suppress"] = "All"
    return headers


@contextmanager
def _answers_understood() -> Iterator[None]:
    """Tell apart what may work later and what never will. SMTPException is an OSError, so the order matters."""
    try:
        yield
    except smtplib.SMTPRecipientsRefused as refused:
        code, text = next(iter(refused.recipients.values()), (0, b""))
        raise _answer(code, text) from None
    except (smtplib.SMTPSenderRefused, smtplib.SMTPDataError) as refused:
        raise _answer(refused.smtp_code, refused.smtp_error) from None
    except smtplib.SMTPNotSupportedError as refused:
        raise Undeliverable(one_line(str(refused))) from None
    except smtplib.SMTPResponseException as refused:
        # Greeting or login: the server is set up wrongly, which is no fault of this mail. Its words may quote a login.
        raise TryLater(f"{type(refused).__name__} {refused.smtp_code}") from None
    except OSError as error:
        _Server.away_until = time.monotonic() + PAUSE_SECONDS
        raise TryLater(type(error).__name__) from None
    except (ValueError, UnicodeError) as error:
        # Django refuses what is no header or no address.
        raise Undeliverable(type(error).__name__) from None


def _answer(code: int, text: bytes | str) -> TryLater | Undeliverable:
    said = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    line = one_line(f"{code} {said}")
    return Undeliverable(line) if 500 <= code < 600 else TryLater(line)


def next_try(mail: OutgoingMail, now: datetime) -> datetime | None:
    """When to try again: the older the mail, the longer the gap; None when it is to be given up."""
    age = now - mail.created_at
    if age >= GIVEN_UP_AFTER:
        return None
    if age < timedelta(hours=6):
        return now + min(max(age / 2, timedelta(minutes=1)), timedelta(minutes=25))
    return now + (timedelta(hours=1) if age < timedelta(days=1) else timedelta(hours=4))
