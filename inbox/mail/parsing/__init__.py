"""Reading mails: bytes in, a typed value out. Pure: no Django, no database, no network, and it never raises.

    mail = parse(raw)
    mail.sender.email, mail.subject, mail.text, [file.name for file in mail.files], mail.automatic

Limits come before parsing, each step is linear in the size of the mail, and nothing is recursive; what lies beyond a
limit stays unread and is named in `flaws`. See `structure` for why Python's own parser is not used.
"""

from inbox.mail.parsing.reading import parse
from inbox.mail.parsing.values import Address, Automatic, Bounce, File, ParsedMail, Signature

__all__ = ["Address", "Automatic", "Bounce", "File", "ParsedMail", "Signature", "parse"]
