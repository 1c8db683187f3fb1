"""An announcement before it is kept: how it reads in each language, and who would be told."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext

from inbox.mail.letters import Letter
from notices import audience
from notices.actions import Content
from notices.models import Announcement, Notice
from notices.telling import Letters
from tenants.models import User

#: So many of those who would be told are named.
NAMED = 50


@dataclass(frozen=True)
class Reading:
    """How it reads in one language, as a banner and as a mail."""

    language: str
    name: str
    letter: Letter


@dataclass(frozen=True)
class Preview:
    """What would be shown and sent."""

    content: Content
    readings: list[Reading]
    number: int
    people: list[User]

    @property
    def others(self) -> int:
        """How many are not named."""
        return self.number - len(self.people)


def previewed(content: Content, languages: Iterable[str], at: datetime) -> Preview:
    """The announcement in these languages, and who would get a mail of it now. Raises AudienceMissing."""
    plain = {name: getattr(content, name) for name in ("title", "body", "starts_at", "ends_at")}
    draft, notice = Announcement(**plain), Notice(occasion=Notice.Occasion.PUBLISHED)
    shown = [each for each in content.components if each.is_public]
    names = {code: gettext(str(name)) for code, name in settings.LANGUAGES}
    readings = []
    for code in languages:
        with translation.override(code):
            letter = Letters(notice, draft, shown).letter(None)
        readings.append(Reading(code, names.get(code, code), letter))
    people = audience.mailed(content.reach, at)
    return Preview(content, readings, people.count(), list(people.order_by("name", "email")[:NAMED]))
