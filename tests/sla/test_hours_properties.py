"""What is true of every calendar."""

import time
from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from sla._wall import first_shown, read_zone
from sla.hours import Calendar, CalendarError
from tests.sla.calendars import WEEKDAYS
from tests.sla.examples import EXAMPLES, FEWER

ZONES = (
    "Etc/UTC",
    "Europe/Madrid",
    "America/New_York",
    "America/Havana",
    "America/Sao_Paulo",
    "Asia/Beirut",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",
    "Pacific/Apia",
    "Africa/Casablanca",
)

times = st.integers(0, 95).map(lambda quarter: f"{quarter // 4:02}:{quarter % 4 * 15:02}")
intervals = st.lists(
    st.tuples(times, st.one_of(times, st.just("24:00"))).filter(lambda pair: pair[0] != pair[1]), max_size=3
)
dates = st.dates(date(2011, 12, 1), date(2012, 3, 1)) | st.dates(date(2025, 9, 1), date(2026, 5, 1))
beginnings = st.sampled_from(
    [datetime(2011, 12, 1, tzinfo=UTC), datetime(2025, 10, 1, tzinfo=UTC), datetime(2026, 3, 1, tzinfo=UTC)]
)


def instants_of_one_season(number):
    """So many instants within a month and a half, in order: what lies years apart takes long to compile."""
    seconds = st.lists(st.integers(0, 45 * 86400), min_size=number, max_size=number)
    return st.builds(
        lambda base, after: [base + timedelta(seconds=second) for second in sorted(after)], beginnings, seconds
    )


instants = instants_of_one_season(1).map(lambda one: one[0])
lengths = st.integers(1, 20 * 86400)


@st.composite
def calendars(draw, always_opens=True):
    weekly = draw(st.dictionaries(st.sampled_from(WEEKDAYS), intervals, max_size=7))
    if always_opens:
        weekly["wed"] = [*weekly.get("wed", []), ("09:00", "17:00")]
    closed = draw(st.lists(dates.map(date.isoformat), max_size=5))
    own = draw(st.dictionaries(dates.map(date.isoformat), intervals, max_size=4))
    return Calendar(draw(st.sampled_from(ZONES)), weekly, closed, own)


def count_by_the_minute(calendar, begin, minutes):
    """Open minutes, by asking the wall clock once a minute; hours are on quarters, so nothing is lost."""
    spans = []
    for day in range(-3, minutes // 1440 + 3):
        ordinal = (begin + timedelta(days=day)).toordinal()
        for opens, closes in calendar.hours_of(ordinal):
            base = datetime.fromordinal(ordinal)
            spans.append((base + timedelta(seconds=opens), base + timedelta(seconds=closes)))
    # The door is open once the clock has shown the opening time and has not yet shown the closing time.
    highest, count = datetime.fromordinal(1), 0
    for minute in range(-3 * 1440, minutes):
        shown = (begin + timedelta(minutes=minute)).astimezone(calendar.zone).replace(tzinfo=None)
        highest = max(highest, shown)
        count += minute >= 0 and any(opens <= highest < closes for opens, closes in spans)
    return count


@FEWER
@given(calendars(always_opens=False), instants, st.integers(60, 2880))
def test_it_counts_what_a_doorkeeper_with_a_stopwatch_counts(calendar, begin, length):
    begin = begin.replace(second=0)

    counted = calendar.between(begin, begin + timedelta(minutes=length))

    assert counted == 60 * count_by_the_minute(calendar, begin, length)


@EXAMPLES
@given(calendars(), instants, lengths)
def test_exactly_the_time_asked_for_has_passed_at_the_deadline_and_not_before(calendar, start, length):
    due = calendar.add(start, length)

    assert calendar.between(start, due) == length
    assert calendar.between(start, due - timedelta(seconds=1)) == length - 1


@EXAMPLES
@given(calendars(), instants, lengths, lengths)
def test_two_lengths_one_after_the_other_are_their_sum(calendar, start, first, second):
    assert calendar.add(calendar.add(start, first), second) == calendar.add(start, first + second)


@EXAMPLES
@given(calendars(), instants_of_one_season(3))
def test_elapsed_time_adds_up(calendar, three):
    a, b, c = three

    assert calendar.between(a, b) + calendar.between(b, c) == calendar.between(a, c)


@EXAMPLES
@given(calendars(), instants_of_one_season(2), lengths, lengths)
def test_a_deadline_grows_with_the_start_and_with_the_target(calendar, starts, short, long):
    (one, other), (short, long) = starts, sorted((short, long))

    assert calendar.add(one, short) <= calendar.add(other, short)
    assert calendar.add(one, short) <= calendar.add(one, long)
    assert calendar.add(one, 0) <= calendar.add(one, short)


@EXAMPLES
@given(calendars(), instants, lengths, dates)
def test_a_closed_date_never_makes_a_deadline_earlier(calendar, start, length, closed):
    hours = {day: _as_text(calendar.weekly[index]) for index, day in enumerate(WEEKDAYS)}
    own = {date.fromordinal(day).isoformat(): _as_text(opening) for day, opening in calendar.open.items()}
    closed_dates = [date.fromordinal(day).isoformat() for day in calendar.closed]
    stricter = Calendar(calendar.timezone, hours, [*closed_dates, closed.isoformat()], own)

    assert stricter.add(start, length) >= calendar.add(start, length)


@EXAMPLES
@given(calendars(always_opens=False), instants, lengths)
def test_the_walk_adds_up_to_the_time_asked_for(calendar, start, length):
    end = start + timedelta(seconds=length)

    walk = calendar.explain_between(start, end)

    assert walk.seconds == calendar.between(start, end)
    spans = [(step.begins, step.ends) for step in walk.steps if step.kind == "open"]
    assert spans == sorted(spans)
    assert all(one[1] <= other[0] for one, other in zip(spans, spans[1:], strict=False))


@EXAMPLES
@given(calendars(always_opens=False), instants, lengths)
def test_every_question_is_answered_or_refused_within_a_bound(calendar, start, length):
    began = time.process_time()
    for ask in (
        lambda: calendar.add(start, length),
        lambda: calendar.add(start, 0),
        lambda: calendar.add_days(start, 30),
        lambda: calendar.next_close(start),
    ):
        try:
            assert ask() is None or ask() >= start
        except CalendarError as error:
            assert error.code in ("calendar_never_opens", "out_of_range")
    assert time.process_time() - began < 2


@EXAMPLES
@given(st.sampled_from(ZONES), dates, st.integers(0, 95))
def test_the_first_instant_shows_the_time_and_the_second_before_does_not(name, day, quarter):
    zone, wall = read_zone(name), datetime.combine(day, datetime.min.time()) + timedelta(minutes=15 * quarter)

    first = datetime.fromtimestamp(first_shown(zone, day.toordinal(), quarter * 900), UTC)

    assert first.astimezone(zone).replace(tzinfo=None) >= wall
    assert (first - timedelta(seconds=1)).astimezone(zone).replace(tzinfo=None) < wall


def _as_text(hours):
    def clock(seconds):
        return f"{seconds // 3600:02}:{seconds % 3600 // 60:02}"

    return [(clock(opens), clock(closes if closes <= 86400 else closes - 86400)) for opens, closes in hours]
