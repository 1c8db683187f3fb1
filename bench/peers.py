"""Other helpdesks beside ours: their times were taken once, so both are compared as multiples of a bare view."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

#: Milliseconds of a bare view on the machine that the others' times are of, with two worker processes.
BARE = 0.8


@dataclass(frozen=True)
class Peer:
    """The faster of two others at 100,000 tickets: its milliseconds, and how many times as fast is wanted."""

    name: str
    ms: float
    times: float

    @property
    def bare(self) -> float:
        """How many bare views it takes."""
        return self.ms / BARE


#: By the names of `Bench`: django-helpdesk 512 ms and Request Tracker 478 ms for the list, 103 and 491 for a ticket,
#: 2.4 s and 0.7 s for a search, 49 and 245 ms for filing.
FASTER = {
    "list": Peer("Request Tracker", 478, 20),
    "ticket": Peer("django-helpdesk", 103, 5),
    "search, rare word": Peer("Request Tracker", 700, 50),
    "search, common word": Peer("Request Tracker", 700, 50),
    "filing (API)": Peer("django-helpdesk", 49, 1),
}


def report(figures: Mapping[str, float], say: Callable[[str], None]) -> None:
    """A line a page: bare views of ours, of the faster of the others, and how many times as fast that is."""
    for name, peer in FASTER.items():
        ours = figures[name] / figures["bare view"]
        mark = "" if peer.bare / ours >= peer.times else "  <-- not reached"
        say(
            f"{name}: {ours:.1f} bare views; {peer.name} {peer.bare:.0f}: {peer.bare / ours:.1f} times as fast,"
            f" {peer.times:g} wanted{mark}"
        )
