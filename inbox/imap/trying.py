"""A mailbox tried out as it is typed, before it is saved: in plain words what is wrong, or what is there."""

from __future__ import annotations

import re
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from inbox.imap import tokens, troubles
from inbox.imap.connection import Imap, opened
from inbox.imap.folder import Folder
from inbox.imap.settings import Settings
from inbox.imap.troubles import Trouble
from inbox.mail.faults import Outcome, code_of
from inbox.models import ImapAccount
from tenants.errors import Refused

SECONDS = 25.0
#: Percent of the room of a mailbox from which on somebody should make some.
_NEARLY_FULL = 90
_STORAGE = re.compile(rb"\bSTORAGE (\d+) (\d+)", re.IGNORECASE)


def try_out(account: ImapAccount, now: datetime) -> Outcome:
    """Sign in, open the folder and look how much is there. Nothing is fetched and nothing marked."""
    try:
        settings = Settings.of(account, now)
    except Refused as error:
        return troubles.outcome(code_of(error), {})
    try:
        token = settings.access_token
        if account.signs_in_by_token and not token:
            token = tokens.fetch(settings).access_token
        with opened(settings, token, seconds=SECONDS) as imap:
            folder = Folder(imap, settings)
            folder.require_done_folder()
            percent = _percent(imap)
    except Trouble as trouble:
        return troubles.outcome(trouble.code, settings.names, trouble.said)
    if percent >= 100:
        return troubles.outcome("full", settings.names, f"{percent} %")
    return Outcome("", " ".join([_found(settings.folder, folder.count), *_warnings(percent)]))


def _found(folder: str, count: int) -> str:
    said = ngettext(
        "It works: the folder “%(folder)s” is open, and holds %(count)s mail.",
        "It works: the folder “%(folder)s” is open, and holds %(count)s mails.",
        count,
    )
    return said % {"folder": folder, "count": count}


def _warnings(percent: int) -> list[str]:
    if percent < _NEARLY_FULL:
        return []
    return [
        _("But %(percent)s %% of its room is taken: once it is full, mail to it comes back.") % {"percent": percent}
    ]


def _percent(imap: Imap) -> int:
    """How much of the room is taken; 0 where the server does not say (RFC 9208)."""
    if "QUOTA" not in imap.capabilities:
        return 0
    kind, answers = imap.getquotaroot("INBOX")
    shares = [
        int(found[1]) * 100 // int(found[2])
        for lines in (answers if kind == "OK" else [])
        for line in lines
        if isinstance(line, bytes) and (found := _STORAGE.search(line)) and int(found[2])
    ]
    return max(shares, default=0)
