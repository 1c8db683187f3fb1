"""What a provider says became of a mail of ours: delivered, come back, called spam. Anything else is not of use here.

It counts for the mail whose sign the provider was given along with it, and gives back.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from django.http import HttpRequest

from inbox.actions.bouncing import take_complaint, take_report
from inbox.intake.hooks import NotUnderstood, view
from inbox.mail.parsing import Bounce
from inbox.mail.providers import MARK

_STATUS = re.compile(r"\b[45]\.\d{1,3}\.\d{1,3}\b")
#: Why a mail did not arrive, in anymail's words, where no later one will either.
_FINAL = {"bounced", "invalid"}


def take(provider: str, request: HttpRequest, *, at: datetime) -> None:
    """Do what the provider tells. Raises NotUnderstood."""
    try:
        events = list(view(provider, "Tracking").parse_events(request))
    except Exception as error:
        raise NotUnderstood(type(error).__name__) from error
    for event in events:
        _take(event, at)


def _take(event: Any, at: datetime) -> None:
    sign = _sign(event)
    said = str(event.mta_response or event.description or event.reject_reason or event.event_type)
    if event.event_type == "complained":
        take_complaint(sign, said, at=at)
    elif report := _report(event, sign, said):
        take_report(report, came_to=(), at=at)


def _report(event: Any, sign: str, said: str) -> Bounce | None:
    address = str(event.recipient or "")
    if event.event_type == "delivered":
        return Bounce(address, "delivered", "2.0.0", False, "", sign, said)
    if event.event_type not in ("bounced", "rejected", "failed"):
        return None
    found = _STATUS.search(said)
    lasting = event.event_type == "bounced" or event.reject_reason in _FINAL
    status = found[0] if found else ("5.0.0" if lasting else "")
    return Bounce(address, "failed", status, lasting and status.startswith("5."), "", sign, said)


def _sign(event: Any) -> str:
    metadata = event.metadata if isinstance(event.metadata, dict) else {}
    labels = event.tags if isinstance(event.tags, list) else [event.tags]
    found = metadata.get(MARK) or next((each for each in labels if each), "")
    return found if isinstance(found, str) else ""
