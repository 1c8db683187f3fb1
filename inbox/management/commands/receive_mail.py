"""`manage.py receive_mail [--mailbox ADDRESS] < mail`: the pipe for mail servers, as in Postfix' master.cf.

Exit 0: taken, it need not come again. 75: it could not be kept now, try again. 65: refused, it is for nobody here or
larger than any that is taken (the codes of sysexits.h). One line of JSON says what became of it.
"""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand
from django.db import Error as DatabaseError
from django.utils import timezone

from inbox.intake import receiving
from inbox.intake.receiving import Received, TooLarge
from inbox.intake.routing import NoMailbox
from inbox.mail import reading
from tenants.context import act_as
from tenants.roles import refuse_bypass

TAKEN, REFUSED, AGAIN = 0, 65, 75


class Command(BaseCommand):
    """Take one mail from the standard input."""

    help = "Take one mail from the standard input. Exit 0: taken, 75: try again, 65: refused."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """--mailbox ADDRESS: whom the mail server got it for; else what the mail's header says."""
        parser.add_argument("--mailbox", default="", help="the address that it was sent to")

    def handle(self, *args: Any, mailbox: str, **options: Any) -> None:
        """Take it, and say what became of it."""
        raw = sys.stdin.buffer.read()
        try:
            refuse_bypass()
            received = receiving.receive(raw, to=mailbox, at=timezone.now())
        except NoMailbox:
            self._end(REFUSED, outcome="refused", reason="no_mailbox")
        except TooLarge:
            self._end(REFUSED, outcome="refused", reason="too_large")
        except ImproperlyConfigured as error:
            # Nothing is wrong with the mail: the mail server keeps it until somebody has mended the settings.
            self.stderr.write(str(error))
            self._end(AGAIN, outcome="again", reason="database_role")
        except (DatabaseError, OSError) as error:
            self._end(AGAIN, outcome="again", reason=type(error).__name__)
        else:
            self._end(TAKEN, **told(received, raw))

    def _end(self, code: int, **said: Any) -> None:
        self.stdout.write(json.dumps(said, ensure_ascii=False))
        self.stdout.flush()
        sys.exit(code)


def told(received: Received, raw: bytes) -> dict[str, Any]:
    """What became of a mail, and what it says; a copy of one that had come before is set aside."""
    mail, parsed = received.mail, received.parsed
    if parsed is None:
        parsed = _read(raw)
    with act_as(mail.tenant):
        number = mail.ticket.number if mail.ticket is not None else None
    outcome, reason = (mail.Outcome.DROPPED, "copy") if received.is_copy else (mail.outcome, mail.reason)
    return {
        "outcome": "held" if outcome == mail.Outcome.WAITING else outcome,
        "tenant": mail.tenant.slug,
        "number": number,
        "reason": reason or ("waiting" if outcome == mail.Outcome.WAITING else ""),
        "from": parsed.sender.email if parsed else "",
        "from_name": parsed.sender.name if parsed else "",
        "to": [each.email for each in parsed.to if each.email] if parsed else [],
        "subject": parsed.subject if parsed else "",
        "text": parsed.text if parsed else "",
        "attachments": [each.name for each in parsed.files] if parsed else [],
        "is_auto_reply": parsed.is_auto_reply if parsed else False,
    }


def _read(raw: bytes) -> Any:
    try:
        return reading.read(raw)[0]
    except reading.Unreadable:
        return None
