"""When a calendar is open, as sorted arrays of epoch seconds.

Time is cut into chunks of half a year, compiled only when asked for. A chunk holds its open stretches and the running
sum of their lengths, so a question costs one or two bisections, whatever the length of the target.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sla._wall import (
    DAY,
    EPOCH_ORDINAL,
    FIRST_ORDINAL,
    LAST_ORDINAL,
    CalendarNeverOpens,
    Intervals,
    OutOfRange,
    first_shown,
    ordinal_at,
)

SHIFT = 24  # 2**24 seconds are 194 days
CHUNK = 1 << SHIFT
LAST_CHUNK = (LAST_ORDINAL - EPOCH_ORDINAL) * DAY >> SHIFT
SHORT_GAP = 64  # chunks; some thirty years
LONGEST_WALK = 2000  # chunks; a little more than a thousand years


class Chunk(NamedTuple):
    """The open stretches within one chunk, and the open seconds up to each closing."""

    opens: list[int]
    closes: list[int]
    sums: list[int]
    total: int


class Openings:
    """Arithmetic on whole seconds since 1970; `hours.Calendar` is the same on datetimes."""

    __slots__ = ("zone", "weekly", "closed", "open", "recurs", "_chunks", "_sums", "_special", "_begin", "_last")

    def __init__(
        self, zone: ZoneInfo, weekly: tuple[Intervals, ...], closed: frozenset[int], own: Mapping[int, Intervals]
    ):
        self.zone, self.weekly, self.closed, self.open = zone, weekly, closed, own
        self.recurs = any(weekly)
        self._chunks: dict[int, Chunk] = {}
        # Open seconds before each chunk, counted from the chunk named first.
        self._sums: tuple[int, list[int]] = (0, [0])
        self._special = sorted(day for day in own if own[day])
        exceptions = closed | own.keys() if self.recurs else self._special
        # Three days more, for zones and for hours that run over midnight.
        self._begin = (min(exceptions, default=EPOCH_ORDINAL) - 3 - EPOCH_ORDINAL) * DAY
        self._last = (max(exceptions, default=FIRST_ORDINAL) + 3 - EPOCH_ORDINAL) * DAY >> SHIFT

    def add_epoch(self, start: int, seconds: int) -> int:
        """The earliest instant at which that many open seconds have passed; for none, the first open instant."""
        if seconds <= 0:
            return self._add_nothing(start, seconds)
        number = start >> SHIFT
        opens, closes, sums, total = self._chunks.get(number) or self._compile(number)
        index = bisect_right(opens, start) - 1
        goal = seconds
        if index >= 0:
            goal += sums[index]
            if start < closes[index]:
                goal -= closes[index] - start
        if goal > total:
            goal, (opens, closes, sums, total) = self._seek(number, goal)
        index = bisect_left(sums, goal)
        return closes[index] - (sums[index] - goal)

    def between_epoch(self, a: int, b: int) -> int:
        """Open seconds in [a, b); none if b is not after a."""
        if b <= a:
            return 0
        first, last = a >> SHIFT, b >> SHIFT
        if first != last and not self.recurs:
            a, b = max(a, self._begin), min(b, (self._last + 1) << SHIFT)
            if b <= a:
                return 0
            first, last = a >> SHIFT, b >> SHIFT
        if last - first > LONGEST_WALK:
            raise OutOfRange("The two instants lie more than a thousand years apart.")
        seconds = self._used(last, b) - self._used(first, a)
        origin, sums = self._sums
        if origin <= first and last < origin + len(sums):
            return seconds + sums[last - origin] - sums[first - origin]
        for number in range(first, last):
            seconds += (self._chunks.get(number) or self._compile(number)).total
        return seconds

    def add_days_epoch(self, start: int, days: int) -> int:
        """The closing instant of the n-th date with opening hours after the start's date."""
        if days < 1:
            raise ValueError("A number of business days is 1 or more.")
        today = ordinal_at(self.zone, start)
        horizon = max(today, self._last * CHUNK // DAY + EPOCH_ORDINAL) + LONGEST_WALK * CHUNK // DAY
        if days > horizon - today:
            raise self._exhausted("working dates")
        for ordinal in self._dates(today + 1, horizon):
            if spans := self.spans_of(ordinal):
                days -= 1
                if not days:
                    return max(closes for _, closes in spans)
        raise self._exhausted("working dates")

    def next_open_epoch(self, at: int) -> int | None:
        """The first open instant that is not before `at`, or None."""
        if self.stretch_at(at):
            return at
        # Two chunks hold a whole year, and weekly hours come at least once in one.
        first = at >> SHIFT
        for number in range(first, min(max(first, self._last) + 2, LAST_CHUNK) + 1):
            opens = (self._chunks.get(number) or self._compile(number)).opens
            index = bisect_left(opens, at)
            if index < len(opens):
                return opens[index]
        return None

    def next_close_epoch(self, at: int) -> int | None:
        """The end of the stretch open at `at`, or else of the next one; None if there is none or it never ends."""
        reached = self.next_open_epoch(at)
        if reached is None:
            return None
        first = reached >> SHIFT
        for _ in range(first, min(max(first, self._last) + 2, first + LONGEST_WALK, LAST_CHUNK) + 1):
            stretch = self.stretch_at(reached)
            if stretch is None:
                return reached
            reached = stretch[1]
            if reached % CHUNK:
                return reached
        return None

    def stretch_at(self, at: int) -> tuple[int, int] | None:
        """The open stretch around an instant, as far as it lies in one chunk."""
        opens, closes, _, _ = self._chunks.get(at >> SHIFT) or self._compile(at >> SHIFT)
        index = bisect_right(opens, at) - 1
        return (opens[index], closes[index]) if index >= 0 and at < closes[index] else None

    def hours_of(self, ordinal: int) -> Intervals:
        """The hours of a date: its own if it has some, none if it is closed, else those of the weekday."""
        if (own := self.open.get(ordinal)) is not None:
            return own
        return () if ordinal in self.closed else self.weekly[(ordinal - 1) % 7]

    def spans_of(self, ordinal: int) -> list[tuple[int, int]]:
        """The hours of a date as instants, without those that the clock jumps over."""
        zone = self.zone
        spans = [(first_shown(zone, ordinal, a), first_shown(zone, ordinal, b)) for a, b in self.hours_of(ordinal)]
        return [span for span in spans if span[0] < span[1]]

    def _used(self, number: int, at: int) -> int:
        opens, closes, sums, _ = self._chunks.get(number) or self._compile(number)
        index = bisect_right(opens, at) - 1
        return sums[index] - max(0, closes[index] - at) if index >= 0 else 0

    def _add_nothing(self, start: int, seconds: int) -> int:
        if seconds < 0:
            raise ValueError("A length of time can't be negative.")
        opens = self.next_open_epoch(start)
        if opens is None:
            raise self._exhausted("opening hours")
        return opens

    def _seek(self, number: int, goal: int) -> tuple[int, Chunk]:
        """The chunk in which the goal is reached, and what is left of the goal there."""
        limit = min(max(number, self._last) + LONGEST_WALK if self.recurs else self._last + 1, LAST_CHUNK)
        if goal > (limit - number + 1) * CHUNK:
            raise self._exhausted("opening hours")
        origin, sums = self._sums
        index = number - origin
        if not 0 <= index < len(sums) or goal > sums[-1] - sums[index]:
            origin, sums = self._sum_up(number, goal, limit)
            index = number - origin
        goal += sums[index]
        reached = bisect_left(sums, goal) - 1
        number = origin + reached
        return goal - sums[reached], self._chunks.get(number) or self._compile(number)

    def _sum_up(self, number: int, goal: int, limit: int) -> tuple[int, list[int]]:
        """The running sum from a chunk on, until the goal is reached."""
        origin, known = self._sums
        if not 0 <= number - origin <= len(known) + SHORT_GAP:
            # What was summed up of later chunks is kept, unless it is too far away.
            known = known if 0 < origin - number <= SHORT_GAP else [0]
            ends = origin + len(known) - 1 if len(known) > 1 else number
            origin, known = number, [0]
        else:
            ends = number
        sums = list(known)  # another thread may be reading the old one
        index = number - origin
        while (following := origin + len(sums) - 1) < ends or sums[-1] - sums[index] < goal:
            if following > max(limit, ends):
                raise self._exhausted("opening hours")
            sums.append(sums[-1] + (self._chunks.get(following) or self._compile(following)).total)
        self._sums = origin, sums
        return self._sums

    def _exhausted(self, what: str) -> ValueError:
        if self.recurs:
            return OutOfRange("The deadline lies more than a thousand years away, or beyond the year 9999.")
        return CalendarNeverOpens(f"The calendar has too few {what} left. Give it weekly hours or more open dates.")

    def _dates(self, first: int, last: int) -> Sequence[int]:
        """The dates from first to last that may have hours."""
        first, last = max(first, FIRST_ORDINAL), min(last, LAST_ORDINAL)
        if self.recurs:
            return range(first, last + 1)
        return self._special[bisect_left(self._special, first) : bisect_right(self._special, last)]

    def _compile(self, number: int) -> Chunk:
        begin, end = number << SHIFT, (number + 1) << SHIFT
        # A date's hours may lie a day and a half on either side of that date in UTC.
        dates = self._dates(begin // DAY + EPOCH_ORDINAL - 3, end // DAY + EPOCH_ORDINAL + 2)
        opens: list[int] = []
        closes: list[int] = []
        sums: list[int] = []
        total = 0
        for a, b in sorted(span for ordinal in dates for span in self.spans_of(ordinal)):
            a, b = max(a, begin, closes[-1] if closes else begin), min(b, end)
            if a >= b:
                continue
            total += b - a
            if closes and a == closes[-1]:
                closes[-1], sums[-1] = b, total
            else:
                opens.append(a)
                closes.append(b)
                sums.append(total)
        chunk = self._chunks[number] = Chunk(opens, closes, sums, total)
        return chunk
