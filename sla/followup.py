"""PURE: from when a request may be asked about over another channel (a pause that fair use asks for)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sla.document.contact import FairUse
from sla.hours import Calendar


@dataclass(frozen=True)
class Pause:
    """How long is waited, from when, and when contact opens."""

    since: datetime
    #: What `since` is: "filing" or "answer".
    counted_from: str
    opens_at: datetime

    def is_over(self, at: datetime) -> bool:
        """Whether contact is open at an instant."""
        return at >= self.opens_at

    def left(self, at: datetime) -> timedelta:
        """How long is still to be waited; zero when contact is open."""
        return max(timedelta(0), self.opens_at - at)


def pause(
    fair_use: FairUse, *, filed_at: datetime, answered_at: datetime | None, calendar: Calendar | None = None
) -> Pause | None:
    """The pause after a request, or after the last answer where the policy counts from that; None without one.

    Minutes and hours are those of the clock on the wall; business days are those of `calendar`.
    """
    length = fair_use.follow_up_pause
    if length is None:
        return None
    by_answer = fair_use.follow_up_from == "answer" and answered_at is not None
    since = answered_at if by_answer and answered_at is not None else filed_at
    if length.days is not None and calendar is not None:
        opens_at = calendar.add_days(since, length.days)
    else:
        opens_at = since + timedelta(days=length.days or 0, seconds=length.seconds or 0)
    return Pause(since, "answer" if by_answer else "filing", opens_at)
