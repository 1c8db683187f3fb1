"""Wording the mails that customers get."""

from __future__ import annotations

from datetime import datetime

from inbox.mail import templates
from inbox.models import MailTemplate
from tenants import audit
from tenants.errors import NotPermitted
from tenants.models import User
from tenants.permissions import Permission


def word_mail(
    kind: str, language: str, *, opening: str = "", lead: str = "", closing: str = "", actor: User, at: datetime
) -> MailTemplate:
    """Say this from now on in mails of a kind and a language; where a part is empty, the helpdesk's words stand.

    Raises NotPermitted, UnknownPlaceholder.
    """
    if not actor.may(Permission.CONFIGURE):
        raise NotPermitted
    said = {"opening": opening.strip(), "lead": lead.strip(), "closing": closing.strip()}
    for text in said.values():
        templates.check(text)
    known = MailTemplate.objects.select_for_update().filter(kind=kind, language=language).first()
    before = {name: getattr(known, name) for name in said} if known else dict.fromkeys(said, "")
    values = {**said, "changed_at": at}
    kept, _ = MailTemplate.objects.update_or_create(kind=kind, language=language, defaults=values)
    audit.record("mail.worded", kept, actor=actor, before=before, after=said)
    return kept
