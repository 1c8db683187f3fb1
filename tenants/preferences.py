"""In which language and zone a person is written to: their own choice, kept with them, for mails know no cookies."""

from __future__ import annotations

from zoneinfo import available_timezones

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from tenants.context import active_tenant
from tenants.errors import Refused
from tenants.models import User


class LanguageNotOffered(Refused):
    """The tenant does not speak it."""

    sentence = _("This helpdesk does not speak this language. Choose one of: %(languages)s.")
    code = "language_not_offered"


class ZoneUnknown(Refused):
    """No such time zone."""

    sentence = _("There is no time zone of this name. Write it as in Europe/Madrid.")
    code = "zone_unknown"


def offered() -> list[str]:
    """The languages that the active tenant speaks."""
    return list(active_tenant().languages or [code for code, _name in settings.LANGUAGES])


def set_preferences(person: User, *, language: str | None = None, zone: str | None = None) -> User:
    """Choose one's language, one's time zone, or both; None leaves it, an empty zone is the tenant's again.

    Raises LanguageNotOffered, ZoneUnknown.
    """
    if language is not None:
        if language not in offered():
            raise LanguageNotOffered(languages=", ".join(offered()))
        person.language = language
    if zone is not None:
        if zone and zone not in available_timezones():
            raise ZoneUnknown
        person.timezone = zone
    person.save(update_fields=["language", "timezone"])
    return person


def take_zone_of_browser(person: User, zone: str) -> None:
    """Keep a zone that a page told of its browser, unless the person has one: what they chose is not written over."""
    if not person.timezone:
        User.objects.filter(pk=person.pk, timezone="").update(timezone=zone)
        person.timezone = zone
