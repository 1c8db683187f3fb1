"""Calendars and short ways to write instants, for the tests of the pure engine."""

from datetime import UTC, datetime

from sla.hours import Calendar

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
WORKING_DAYS = WEEKDAYS[:5]


def weekly(*intervals, days=WORKING_DAYS):
    return {day: list(intervals) for day in days}


def at(text):
    """An instant: '2026-01-05 17:00' is UTC, an offset may follow."""
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def minutes(number):
    return round(number * 60)


OFFICE = Calendar("Etc/UTC", weekly(("08:00", "18:00")))
MADRID = Calendar("Europe/Madrid", weekly(("08:00", "18:00")))
ALWAYS = Calendar("Europe/Madrid", weekly(("00:00", "24:00"), days=WEEKDAYS))
NEVER = Calendar("Europe/Madrid", {})
