"""Whose a mail is that names no address of ours, as some reports and answers of programs: by an id of our mails.

That says which desk it is for, as an address would, and nothing more: what is done with it is decided there.
"""

from __future__ import annotations

import re

from inbox.mail.parsing import addresses, structure
from inbox.models import OutgoingMail
from tenants.context import act_as
from tenants.models import Tenant

#: Ids that are looked up, desks of a domain that are asked, and bytes of the body that are searched for the original.
_MOST_IDS, _MOST_DESKS, _MOST_BYTES = 30, 5, 200_000
_ANSWERS = ("in-reply-to", "references")
_ORIGINAL = re.compile(
    rb"^(?:(?:original-)?message-id|in-reply-to):[ \t]{0,10}(<[^<>\s]{1,250}>)", re.IGNORECASE | re.MULTILINE
)


def owner_of(raw: bytes) -> Tenant | None:
    """The desk whose mail it answers, reports about or quotes with its header."""
    fields, body, _ = structure.cut_header(raw)
    ids = [each for name, value in fields if name in _ANSWERS for each in reversed(addresses.ids(value))]
    ids += [each.decode("latin-1") for each in _ORIGINAL.findall(body[:_MOST_BYTES])[:_MOST_IDS]]
    ids = list(dict.fromkeys(ids))[:_MOST_IDS]
    for host in dict.fromkeys(each.rstrip(">").rpartition("@")[2].lower() for each in ids):
        named = Tenant.objects.filter(mail_address__iendswith=f"@{host}").order_by("pk")[:_MOST_DESKS]
        for tenant in named if host else ():
            with act_as(tenant):
                if OutgoingMail.objects.filter(message_id__in=ids).exists():
                    return tenant
    return None
