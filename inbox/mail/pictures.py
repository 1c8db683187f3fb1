"""Pictures in the text of a message, as they go with a mail (RFC 2392: cid)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from email.mime.image import MIMEImage
from uuid import UUID

from django.utils.html import escape

from tickets.attachments import is_picture
from tickets.models import Attachment

#: Larger ones are looked at on the page of the request; mail servers refuse large mails.
MOST_BYTES = 1_000_000
MOST_BYTES_TOGETHER = 5_000_000
_CID = re.compile(r'src="cid:([0-9a-f-]{36})@pictures"')


def small(files: Iterable[Attachment]) -> list[Attachment]:
    """Those pictures of a text that a mail can carry."""
    chosen: list[Attachment] = []
    for each in files:
        together = sum(other.size for other in chosen) + each.size
        if each.is_inline and each.size <= MOST_BYTES and together <= MOST_BYTES_TOGETHER:
            chosen.append(each)
    return chosen


def shown(pk: UUID, said: str, *, sent: bool) -> str:
    """The place of a picture in the HTML of a mail: the picture, or its name."""
    if not sent:
        return f"[{escape(said or '…')}]"
    return f'<img src="cid:{pk}@pictures" alt="{escape(said)}" style="max-width:100%;height:auto">'


def parts(html: str) -> list[MIMEImage]:
    """The pictures that the HTML of a mail names; what is no longer there is left out."""
    named = list(dict.fromkeys(UUID(found) for found in _CID.findall(html)))
    found = {each.pk: each for each in Attachment.objects.filter(pk__in=named, message__isnull=False)} if named else {}
    return [part for pk in named if pk in found and (part := _part(found[pk]))]


def _part(attachment: Attachment) -> MIMEImage | None:
    try:
        with attachment.file.open("rb") as file:
            content = file.read(MOST_BYTES)
    except FileNotFoundError:
        return None
    if not is_picture(attachment.name, attachment.content_type, content[:12]):
        return None
    part = MIMEImage(content, _subtype=attachment.content_type.removeprefix("image/"))
    part["Content-ID"] = f"<{attachment.pk}@pictures>"
    part["Content-Disposition"] = "inline"
    return part
