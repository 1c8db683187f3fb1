"""Countries and time zones to choose from."""

from __future__ import annotations

from functools import lru_cache
from zoneinfo import available_timezones

import holidays as public_holidays
from babel import Locale


@lru_cache(maxsize=8)
def countries(language: str) -> list[tuple[str, str]]:
    """The countries whose holidays are known, by name."""
    names = Locale(language).territories
    codes = public_holidays.list_supported_countries(include_aliases=False)
    return sorted(((code, str(names.get(code, code))) for code in codes if len(code) == 2), key=lambda pair: pair[1])


@lru_cache(maxsize=1)
def zones() -> list[str]:
    """Time zones that places are named after."""
    places = (zone for zone in available_timezones() if "/" in zone and not zone.startswith("Etc/"))
    return [*sorted(places), "UTC"]
