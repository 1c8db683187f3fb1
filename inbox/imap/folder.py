"""The mails of an opened folder: found, fetched without being marked, and marked once they are taken."""

from __future__ import annotations

import imaplib
import re
import time
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import islice

from inbox.imap import names
from inbox.imap.connection import Imap, folders, told
from inbox.imap.settings import Settings
from inbox.imap.troubles import Trouble
from inbox.models import ImapAccount

#: Mails whose ids come in one line: imaplib reads lines of up to a million bytes.
_A_LINE = 50_000
#: Ids that are named in one command.
_A_COMMAND = 200
_UID = re.compile(rb"\bUID (\d+)", re.IGNORECASE)
_SIZE = re.compile(rb"\bRFC822\.SIZE (\d+)", re.IGNORECASE)
_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]


class NotGiven(Exception):
    """The server gives out the rest, but not this mail."""


class Folder:
    """An opened folder."""

    def __init__(self, imap: Imap, settings: Settings) -> None:
        self.imap = imap
        self.settings = settings
        self.uidvalidity = self._number("UIDVALIDITY") or 0
        #: How many mails lie there, as it was opened.
        self.count = self._number("EXISTS") or 0

    def newest(self) -> int:
        """The highest id that has been given, 0 where there is none."""
        following = self._number("UIDNEXT")
        if following:
            return following - 1
        found = self.find("ALL")
        return max(found, default=0)

    def _number(self, name: str) -> int | None:
        # select() leaves what was said; response() takes it away.
        said = self.imap.untagged_responses.get(name)
        last = said[-1] if said else None
        return int(last) if isinstance(last, bytes) and last.isdigit() else None

    def after(self, uid: int) -> list[int]:
        """Ids above one, lowest first."""
        # "n:*" names the last mail even when its id is below n.
        return [each for each in self.find(f"UID {uid + 1}:*") if each > uid]

    def find(self, *keys: str) -> list[int]:
        """Ids of the mails that a search finds, lowest first."""
        found: set[int] = set()
        windows = range(1, self.count + 1, _A_LINE) if self.count > _A_LINE else [0]
        for first in windows:
            window = [f"{first}:{min(first + _A_LINE - 1, self.count)}"] if first else []
            kind, lines = self.imap.uid("SEARCH", *window, *keys)
            if kind != "OK":
                raise Trouble("server", self.settings.without_secrets(_words(lines)))
            found.update(int(each) for line in lines if line for each in line.split() if each.isdigit())
        return sorted(found)

    def arrived_since(self, began: datetime) -> list[int]:
        """Ids of mails that arrived after an instant, by the server's clock."""
        day = (began - timedelta(days=1)).astimezone(UTC)
        candidates = self.find("SINCE", f"{day.day}-{_MONTHS[day.month - 1]}-{day.year}")
        return sorted(uid for uid, at in self._arrivals(candidates) if at >= began - timedelta(minutes=1))

    def _arrivals(self, uids: Sequence[int]) -> Iterator[tuple[int, datetime]]:
        for line in self._asked(uids, "(UID INTERNALDATE)"):
            uid, when = _UID.search(line), imaplib.Internaldate2tuple(line)
            if uid and when:
                yield int(uid[1]), datetime.fromtimestamp(time.mktime(when), UTC)

    def sizes(self, uids: Sequence[int]) -> dict[int, int]:
        """Bytes of these mails; those that are not there any more are not in it."""
        found: dict[int, int] = {}
        for line in self._asked(uids, "(UID RFC822.SIZE)"):
            uid, size = _UID.search(line), _SIZE.search(line)
            if uid and size and int(uid[1]) in uids:
                found[int(uid[1])] = int(size[1])
        return found

    def _asked(self, uids: Iterable[int], what: str) -> Iterator[bytes]:
        rest = iter(uids)
        while some := list(islice(rest, _A_COMMAND)):
            kind, lines = self.imap.uid("FETCH", ",".join(map(str, some)), what)
            if kind != "OK":
                raise Trouble("server", self.settings.without_secrets(_words(lines)))
            yield from (line for line in lines if isinstance(line, bytes))

    def fetch(self, uid: int, part: str = "") -> bytes:
        """A mail as it came, or its HEADER; the server does not mark it by that. Raises NotGiven."""
        self.imap.forget_bytes()
        kind, lines = self.imap.uid("FETCH", str(uid), f"(UID BODY.PEEK[{part}])")
        for line in lines if kind == "OK" else []:
            if isinstance(line, tuple) and b"BODY[" in line[0].upper():
                return bytes(line[1])
        raise NotGiven

    def mark(self, uid: int) -> str:
        """Do with a taken mail what is set. Returns what the server said against it, empty for nothing."""
        afterwards = self.settings.afterwards
        if afterwards == ImapAccount.Afterwards.MOVE:
            return self._move(uid)
        if afterwards == ImapAccount.Afterwards.DELETE:
            return self._remove(uid)
        return self._said("STORE", str(uid), "+FLAGS.SILENT", r"(\Seen)")

    def _move(self, uid: int) -> str:
        done = names.encode(self.settings.done_folder)
        if "MOVE" in self.imap.capabilities:
            return self._said("MOVE", str(uid), done)
        return self._said("COPY", str(uid), done) or self._remove(uid)

    def _remove(self, uid: int) -> str:
        said = self._said("STORE", str(uid), "+FLAGS.SILENT", r"(\Seen \Deleted)")
        # Without UIDPLUS it would sweep away what others have marked, too: it stays marked then.
        if not said and "UIDPLUS" in self.imap.capabilities:
            return self._said("EXPUNGE", str(uid))
        return said

    def _said(self, command: str, *arguments: str) -> str:
        kind, lines = self.imap.uid(command, *arguments)
        return "" if kind == "OK" else self.settings.without_secrets(_words(lines) or kind)

    def require_done_folder(self) -> None:
        """Raises Trouble where taken mail is to go to a folder that is not there."""
        if self.settings.afterwards != ImapAccount.Afterwards.MOVE:
            return
        found = folders(self.imap)
        wanted = self.settings.done_folder
        if wanted not in found and not (wanted.upper() == "INBOX" and "INBOX" in map(str.upper, found)):
            raise Trouble("done_folder", told(found))


def _words(lines: Iterable[object]) -> str:
    return " ".join(line.decode("utf-8", "replace") for line in lines if isinstance(line, bytes))
