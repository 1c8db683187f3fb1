"""Handing a mail to the mail server: what its answers mean, and when to try again (RFC 5321, 4.5.4.1)."""

from __future__ import annotations

import smtplib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from anymail.exceptions import AnymailAPIError, AnymailError

from inbox.mail import envelope, providers, servers
from inbox.mail.headers import deliverable, one_line
from inbox.mail.message import message_of
from inbox.models import OutgoingMail, Sender
from tenants import reaching, sealing

#: A mail that could not be sent for so long is given up.
GIVEN_UP_AFTER = timedelta(days=4, hours=12)


class TryLater(Exception):
    """The mail could not be handed over now; the text says why."""


class Undeliverable(Exception):
    """The mail server does not take this mail, and never will; the text says why."""


def hand_over(mail: OutgoingMail, sender: Sender | None) -> None:
    """Give a mail to the tenant's server, or the site's. Raises TryLater and Undeliverable."""
    if not deliverable(mail.address):
        raise Undeliverable("BadAddress")
    with _answers_understood(), servers.timed(sender):
        message, sign = message_of(mail, sender), envelope.signed(mail.pk)
        if sender is not None and sender.way == Sender.Way.PROVIDER:
            providers.mark(message, sender.provider, sign)
        servers.connection(sender, envelope_id=sign).send_messages([message])


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
        raise TryLater(f"{type(refused).__name__}") from None
    except AnymailAPIError as refused:
        raise _answer_of_provider(refused) from None
    except AnymailError as refused:
        raise Undeliverable(type(refused).__name__) from None
    except smtplib.SMTPResponseException as refused:
        # Greeting or login: the server is set up wrongly, which is no fault of this mail. Its words may quote a login.
        raise TryLater(f"{type(refused).__name__} {refused.smtp_code}") from None
    except (OSError, reaching.NoSuchHost, reaching.ForbiddenHost, sealing.SealBroken) as error:
        raise TryLater(type(error).__name__) from None
    except (ValueError, UnicodeError) as error:
        # Django refuses what is no header or no address.
        raise Undeliverable(type(error).__name__) from None


def _answer(code: int, text: bytes | str) -> TryLater | Undeliverable:
    said = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    line = one_line(f"{code} {said}")
    return Undeliverable(line) if 500 <= code < 600 else TryLater(line)


def _answer_of_provider(refused: AnymailAPIError) -> TryLater | Undeliverable:
    """A wrong key (401, 403), too many requests (429) and trouble of theirs (5xx) pass; anything else is the mail's.

    Its words may quote what was sent, so only the number is kept.
    """
    code = refused.status_code or 0
    passes = code in (0, 401, 402, 403, 407, 408, 425, 429) or code >= 500
    return (TryLater if passes else Undeliverable)(f"Provider {code}")


def next_try(mail: OutgoingMail, now: datetime) -> datetime | None:
    """When to try again: the older the mail, the longer the gap; None when it is to be given up."""
    age = now - mail.created_at
    if age >= GIVEN_UP_AFTER:
        return None
    if age < timedelta(hours=6):
        return now + min(max(age / 2, timedelta(minutes=1)), timedelta(minutes=25))
    return now + (timedelta(hours=1) if age < timedelta(days=1) else timedelta(hours=4))
