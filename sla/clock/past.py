"""What stops clocks: statuses, approvals that were waited for, and windows during which the service itself was down."""

from collections.abc import Hashable, Iterator
from dataclasses import dataclass
from datetime import datetime

from sla._wall import epoch
from sla.clock.events import APPROVAL, DONE, Event
from sla.clock.terms import Metric

WINDOW_OPENED, WINDOW_CLOSED = "window_opened", "window_closed"


@dataclass(frozen=True, slots=True)
class Window:
    """Maintenance or an outage: from `begins` to `ends` (None while it lasts) it stops the clocks of these metrics.

    `reason` and `source` are quoted by the ledger. One that is entered late has `known_at`: until then nothing knows
    of it; at that instant the time inside it is taken out of the clocks that are not fulfilled.
    """

    begins: datetime
    ends: datetime | None
    metrics: frozenset[str]
    reason: str = ""
    source: object = None
    known_at: datetime | None = None

    def __post_init__(self) -> None:
        if self.ends is not None and epoch(self.ends) <= epoch(self.begins):
            raise ValueError("A window ends after it begins.")
        if unknown := self.metrics - set(Metric):
            raise ValueError(f"There is no metric {min(map(str, unknown))}; the metrics are {', '.join(Metric)}.")

    def events(self) -> Iterator[Event]:
        """Its two ends, as they come to be known."""
        known = self.begins if self.known_at is None else max(self.begins, self.known_at, key=epoch)
        yield Event(known, WINDOW_OPENED, to=self, source=self.source, reason=self.reason)
        if self.ends is not None and epoch(known) < epoch(self.ends):
            yield Event(self.ends, WINDOW_CLOSED, to=self, source=self.source, reason=self.reason)


class Past:
    """The statuses so far, the approvals, and the windows known so far."""

    __slots__ = ("statuses", "windows", "_asked", "_open", "_waited")

    def __init__(self) -> None:
        self.statuses: list[tuple[int, str]] = []
        self.windows: list[Window] = []
        self._open: list[Window] = []
        self._asked: dict[Hashable, int] = {}
        self._waited: list[tuple[int, int]] = []

    @property
    def status(self) -> str:
        """The status that the ticket has."""
        return self.statuses[-1][1]

    def opened(self, window: Window, at: int) -> None:
        """From now on it is known; it stops clocks if it is not over."""
        self.windows.append(window)
        if window.ends is None or epoch(window.ends) > at:
            self._open.append(window)

    def closed(self, window: Window) -> None:
        """It is over."""
        self._open.remove(window)

    def asked(self, approval: Hashable, at: int) -> None:
        """From now on somebody is asked to approve."""
        self._asked.setdefault(approval, at)

    def answered(self, approval: Hashable, at: int) -> None:
        """It is approved, declined or no longer asked."""
        since = self._asked.pop(approval, None)
        if since is not None:
            self._waited.append((since, at))

    def stops(self, pauses: frozenset[str]) -> bool:
        """Whether the status stops a clock that pauses in these, or an approval that it waits for."""
        return self.status in pauses or (bool(self._asked) and APPROVAL in pauses)

    def waits(self, pauses: frozenset[str], at: int) -> Iterator[tuple[int, int]]:
        """The times up to an instant during which approvals stopped a clock that pauses in these."""
        if APPROVAL in pauses:
            yield from self._waited
            yield from ((since, at) for since in self._asked.values())

    def is_halted(self, metric: Metric) -> bool:
        """Whether a window stops this metric now."""
        return bool(self._open) and any(metric in window.metrics for window in self._open)

    def halts(self, metric: Metric, at: int) -> Iterator[tuple[int, int]]:
        """The times up to an instant during which a known window stopped this metric."""
        for window in self.windows:
            if metric in window.metrics:
                yield epoch(window.begins), at if window.ends is None else min(at, epoch(window.ends))

    def active(self, since: int, at: int, pauses: frozenset[str]) -> Iterator[tuple[int, int]]:
        """The times between two instants at which the status stopped nothing."""
        ends = [begin for begin, _ in self.statuses[1:]] + [at]
        for (begin, status), end in zip(self.statuses, ends, strict=True):
            if max(begin, since) < end and status not in DONE and status not in pauses:
                yield max(begin, since), end
