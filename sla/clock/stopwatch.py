"""Open time that was used, stretch by stretch: each stretch stays counted by the calendar under which it ran."""

from collections.abc import Iterable, Iterator

from sla.hours import Calendar


class Stopwatch:
    """The stretches during which a clock ran, in whole seconds, so that nothing is lost however often it pauses."""

    __slots__ = ("calendar", "consumed", "running", "_stretches")

    calendar: Calendar  # known from the first stretch on

    def __init__(self) -> None:
        self.running: int | None = None
        self.consumed = 0
        self._stretches: list[tuple[int, int, Calendar, int]] = []

    def run(self, at: int, calendar: Calendar) -> None:
        """Run from this instant; a stretch that stopped at the very same instant goes on as if it never had."""
        self.calendar = calendar
        if self._stretches and self._stretches[-1][1] == at and self._stretches[-1][2] == calendar:
            at, _, _, counted = self._stretches.pop()
            self.consumed -= counted
        self.running = at

    def stop(self, at: int) -> None:
        """Stop, and count what was used."""
        if self.running is not None and self.running < at:
            counted = self.calendar.between_epoch(self.running, at)
            self._stretches.append((self.running, at, self.calendar, counted))
            self.consumed += counted
        self.running = None

    def consumed_at(self, at: int) -> int:
        """Open seconds used up to this instant."""
        if self.running is None or at <= self.running:
            return self.consumed
        return self.consumed + self.calendar.between_epoch(self.running, at)

    def runs(self) -> Iterator[tuple[int, int | None, Calendar]]:
        """When it ran, and by which calendar; the last stretch has no end while it runs."""
        yield from ((begin, end, calendar) for begin, end, calendar, _ in self._stretches)
        if self.running is not None:
            yield self.running, None, self.calendar

    def reached_at(self, seconds: int) -> int | None:
        """The instant at which so many seconds are used; None if it has stopped before."""
        before = 0
        for begin, _, calendar, counted in self._stretches:
            if counted and seconds - before <= counted:
                return calendar.add_epoch(begin, seconds - before)
            before += counted
        return None if self.running is None else self.calendar.add_epoch(self.running, seconds - before)

    def switch(self, at: int, calendar: Calendar) -> None:
        """Go on under another calendar; what is used stays as counted."""
        if self.running is not None:
            self.stop(at)
            self.run(at, calendar)
        self.calendar = calendar

    def recount(self, old: Calendar, new: Calendar) -> None:
        """Count again, under a new version, what was counted under the old."""
        self._stretches = [
            (begin, end, new, new.between_epoch(begin, end)) if calendar == old else (begin, end, calendar, counted)
            for begin, end, calendar, counted in self._stretches
        ]
        self.consumed = sum(counted for *_, counted in self._stretches)
        self.calendar = new

    def forget(self, begin: int, end: int, at: int) -> bool:
        """Take the time between two instants of the past out again; whether any of it was open time."""
        running, before = self.running, self.consumed_at(at)
        self.stop(at)
        kept: list[tuple[int, int, Calendar, int]] = []
        for first, last, calendar, counted in self._stretches:
            if last <= begin or end <= first:
                kept.append((first, last, calendar, counted))
                continue
            parts = ((first, begin), (end, last))
            kept += [(a, b, calendar, calendar.between_epoch(a, b)) for a, b in parts if a < b]
        self._stretches, self.consumed = kept, sum(counted for *_, counted in kept)
        if running is not None:
            self.run(at, self.calendar)
        return self.consumed_at(at) != before

    def replay(self, stretches: Iterable[tuple[int, int]], calendar: Calendar, at: int, goes_on: bool) -> None:
        """Run through stretches of the past as if the clock had run then."""
        for begin, end in stretches:
            self.run(begin, calendar)
            self.stop(end)
        self.calendar = calendar
        if goes_on:
            self.run(at, calendar)
