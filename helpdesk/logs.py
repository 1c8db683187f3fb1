"""What logs do not say: the tokens of signed links, each of which opens something for whoever reads it."""

from __future__ import annotations

import logging
import re

#: Addresses that begin with a token: a ticket's link, and that of its rating.
_LINK = re.compile(r"(/(?:t|rate)/)[\w.-]{20,}")


class WithoutTokens(logging.Filter):
    """Blots them out of a record's text and of what is put into it."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Let every record pass, changed."""
        if isinstance(record.args, tuple):
            record.args = tuple(_blotted(each) if isinstance(each, str) else each for each in record.args)
        if isinstance(record.msg, str):
            record.msg = _blotted(record.msg)
        return True


def _blotted(text: str) -> str:
    return _LINK.sub(r"\1…", text)
