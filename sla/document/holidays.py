"""Public holidays and moved working days of a country, as its law and decrees give them."""

import dataclasses
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

import holidays as public_holidays

from sla.document.errors import did_you_mean, worded
from sla.document.fields import INVALID, Field, Integer, Line, Reader, Words
from sla.document.opening import Hours, HoursOf
from sla.document.reading import Node
from sla.document.records import MapOf, Mapped, RecordOf, part
from sla.document.text import Text, in_order
from sla.document.times import Day


class Years(Field):
    """Years: a list, or a range such as `2024-2028`."""

    def read(self, node: Node, path: str, reader: Reader) -> Any:
        value = node.value
        if isinstance(value, str) and re.fullmatch(r"\d{4}-\d{4}", value, re.ASCII):
            first, last = int(value[:4]), int(value[5:])
            years = tuple(range(first, min(last, first + 100) + 1))
        else:
            items = value if node.is_list else [node]
            years = tuple(item.value for item in items if type(item.value) is int)
            if len(years) != len(items):
                years = ()
        if not years or len(years) > 30 or not all(1970 <= year <= 2200 for year in years):
            return reader.refuse(
                node, path, worded("Write years like 2024-2028, at most 30 of them, from 1970 to 2200.")
            )
        return tuple(sorted(set(years)))

    def dump(self, value: tuple[int, ...]) -> list[int]:
        return list(value)

    def schema(self) -> dict[str, Any]:
        year = Integer(1970, 2200).schema()
        return {"anyOf": [{"type": "string", "pattern": r"^\d{4}-\d{4}$"}, {"type": "array", "items": year}, year]}


@dataclass(frozen=True, kw_only=True)
class Holidays:
    """Public holidays of a country. What they came to is kept, so that a stored policy never changes by itself."""

    country: str = part(
        Line("[A-Z]{2}", worded("Write the country's two letters, such as RU.")), "Two letters, such as RU."
    )
    subdivision: str | None = part(
        Line("[A-Z0-9-]{1,6}", worded("Write its code, such as MD.")), "A region's code.", default=None
    )
    years: tuple[int, ...] = part(Years(), "Which years to take the holidays of, such as 2024-2028.")
    moved_day_hours: Hours | None = part(
        HoursOf(),
        "Hours of a day off that was made a working day; those of the first open weekday if left out.",
        default=None,
    )
    dates: dict[date, Text] | None = part(
        MapOf(Day(), Words(longest=200)),
        "What the holidays came to, filled in when the policy is applied.",
        default=None,
    )
    working_days: dict[date, Text] | None = part(
        MapOf(Day(), Words(longest=200)), "Days off that were made working days, filled in the same way.", default=None
    )

    def problems(self) -> Iterator[tuple[str, str]]:
        """What is wrong with these fields together."""
        if self.dates is not None:  # a stored policy holds whatever the library has come to know since
            return
        countries = public_holidays.list_supported_countries(include_aliases=False)
        if self.country not in countries:
            yield (
                "country",
                worded(
                    'The holidays of "%(country)s" are not known. Write its closed_dates out.', country=self.country
                ),
            )
        elif self.subdivision and self.subdivision not in countries[self.country]:
            hint = did_you_mean(self.subdivision, countries[self.country])
            yield (
                "subdivision",
                worded(
                    '%(country)s has no subdivision "%(subdivision)s": %(hint)s',
                    country=self.country,
                    subdivision=self.subdivision,
                    hint=hint,
                ),
            )


class HolidaysOf(RecordOf):
    """Holidays, looked up when they are read unless the document already says what they came to."""

    def __init__(self) -> None:
        super().__init__(Holidays)

    def build(self, values: dict[str, Any], node: Node, path: str, reader: Reader) -> Any:
        found = super().build(values, node, path, reader)
        if found is INVALID or found.dates is not None:
            return found
        return resolved(found, reader.language, reader.languages)


def resolved(wanted: Holidays, language: str, languages: tuple[str, ...]) -> Holidays:
    """The same, with the dates that the country's law and decrees give in those years."""
    names: dict[str, Any] = {}
    for each in languages:
        names[each] = _country(wanted, each)
    law = names[language]
    dates = {
        day: in_order({each: str(names[each].get(day) or law[day]) for each in languages}, language)
        for day in sorted(law)
        if day.year in wanted.years
    }
    moved = {day: _moved_day(languages, language) for day in sorted(law.weekend_workdays) if day.year in wanted.years}
    return dataclasses.replace(wanted, dates=Mapped(dates), working_days=Mapped(moved))


def _country(wanted: Holidays, language: str) -> Any:
    """The country's holidays with names in the nearest language that is known."""
    plain = public_holidays.country_holidays(wanted.country)
    supported = plain.supported_languages
    matches = (each for each in supported if each.split("_")[0] == language)
    chosen = next(matches, "en_US" if "en_US" in supported else plain.default_language)
    return public_holidays.country_holidays(
        wanted.country, subdiv=wanted.subdivision, years=list(wanted.years), language=chosen
    )


_MOVED_DAY = {"en": "Moved working day", "ru": "Перенесённый рабочий день", "es": "Día laborable trasladado"}


def _moved_day(languages: tuple[str, ...], language: str) -> Text:
    return in_order({each: _MOVED_DAY.get(each, _MOVED_DAY["en"]) for each in languages}, language)
