"""One clock: a metric of a ticket, once. Only the fold moves it; every move is idempotent."""

from collections.abc import Hashable
from contextlib import suppress
from datetime import timedelta
from operator import itemgetter

from sla._wall import CalendarError, instant
from sla.clock.events import DONE
from sla.clock.facts import Facts, State, share
from sla.clock.ledger import Breach, Cause, Kind, Record, Rule, seconds_of
from sla.clock.past import Past
from sla.clock.terms import Moment, Target

__all__ = ["Clock", "State"]

TIME = Cause(Rule.TIME, None)


class Clock(Facts):
    """A clock with its moves. Instants are whole seconds since 1970."""

    __slots__ = ()

    @property
    def is_live(self) -> bool:
        """Whether it has begun and is not over."""
        return self._started is not None and self._fulfilled is None and not self.is_cancelled

    @property
    def is_fulfilled(self) -> bool:
        """Whether what was to be done is done, promised or not."""
        return self._fulfilled is not None

    @property
    def is_started(self) -> bool:
        """Whether it has ever begun."""
        return self._started is not None

    def offer(self, target: Target | None, policy: Hashable, priority: Hashable) -> None:
        """Note the terms before the clock starts."""
        self.target, self.policy, self.priority = target, policy, priority
        self.promised = self.promised or (target is not None and not target.open_ended)

    def start(self, at: int, past: Past, cause: Cause) -> None:
        """Begin to count, or to wait if the status or a window stops this clock."""
        self._started = at
        if self.target is None:
            self._uncounted = at
            return
        self.target_seconds = self._measure()
        if self._stops(past):
            self._record(at, Kind.STARTED, cause)
            self._record(at, Kind.PAUSED, cause)
        else:
            self._watch.run(at, self.target.calendar)
            self._plan(at)
            self._record(at, Kind.STARTED, cause)

    def follow(self, at: int, past: Past, cause: Cause) -> None:
        """Stop or go on, as the status and the windows ask."""
        if not self.is_live or self.target is None or (stops := self._stops(past)) == (self._watch.running is None):
            return
        if stops:
            self._watch.stop(at)
        else:
            self._watch.run(at, self.target.calendar)
        if self._breached is None and self._forced_by is None:
            self.revision += 1
            self._plan(at)
        self._record(at, Kind.PAUSED if self._watch.running is None else Kind.RESUMED, cause)

    def fulfil(self, at: int, cause: Cause) -> None:
        """Stop for good; the deadline stays as it is and is not judged again."""
        if not self.is_live:
            return
        if self._forced_by is not None and self._due is not None and self._due < at:
            self.advance(at + 1)  # the change of this very instant has made it late already
        self._stop(at)
        self._fulfilled, self.fulfilled_by = at, cause.event and cause.event.source
        self._record(at, Kind.FULFILLED, cause)

    def cancel(self, at: int, cause: Cause) -> None:
        """Nothing is owed any more."""
        if self._fulfilled is not None or self.is_cancelled:
            return
        self._stop(at)
        self.is_cancelled, self._cancelled = True, at
        if self._breached is None:
            self._due = None
        self._record(at, Kind.CANCELLED, cause)

    def reopen(self, at: int, past: Past, cause: Cause) -> None:
        """Go on with what was left; the time in between does not count, a breach stays."""
        ended = self._cancelled if self.is_cancelled else self._fulfilled
        if ended is not None:
            self._idle.append((ended, at))
        self._fulfilled, self.fulfilled_by, self.is_cancelled = None, None, False
        if self.target is None or self._started is None:
            return
        if not self._stops(past):
            self._watch.run(at, self.target.calendar)
        self.revision += 1
        self._plan(at)
        self._record(at, Kind.REOPENED, cause)
        if self._watch.running is None:
            self._record(at, Kind.PAUSED, cause)

    def retarget(
        self,
        at: int,
        terms: tuple[Target | None, Hashable, Hashable],
        past: Past,
        cause: Cause,
    ) -> None:
        """Take over other terms: counted from the original start, what is used stays used."""
        if self._fulfilled is not None or self.is_cancelled:
            return
        old, target = self.target, terms[0]
        self.offer(*terms)
        if self._started is None or target == old:
            return
        self.revision += 1
        was_running = self._watch.running is not None
        if target is None:
            self._release(at)
        else:
            self._adopt(at, old, past, recount=cause.rule is Rule.CALENDAR_CHANGED)
        cleared = target is not None and self._judge(at, cause)
        is_edit = cause.rule is Rule.CALENDAR_CHANGED
        self._record(at, Kind.CALENDAR_CHANGED if is_edit else Kind.RETARGETED, cause)
        if cleared:
            self._record(at, Kind.BREACH_CLEARED, cause)
        if old is not None and target is not None and was_running != (self._watch.running is not None):
            self._record(at, Kind.PAUSED if was_running else Kind.RESUMED, cause)

    def advance(self, limit: int) -> None:
        """Let time pass up to, not including, the limit: warnings and the breach that fall due before it."""
        while True:
            breach_at = self._breach_at
            if (
                self._warnings
                and self._warnings[0][0] < limit
                and (breach_at is None or self._warnings[0][0] <= breach_at)
            ):
                at, moment = self._warnings.pop(0)
                self._warned.add(moment)
                self._record(at, Kind.WARNED, TIME, moment)
            elif breach_at is not None and breach_at < limit:
                self._breached, self._breach_at = breach_at, None
                cause, self._forced_by = self._forced_by or TIME, None
                assert self._due is not None and self.target_seconds is not None
                self._breaches.append(Breach(instant(breach_at), instant(self._due), self.target_seconds))
                self._record(breach_at, Kind.BREACHED, cause)
                self._plan_later(breach_at)
            else:
                return

    def extend(self, at: int, until: int, cause: Cause) -> None:
        """Move the deadline to a time that an agent promised, unless it is missed already; never to an earlier one."""
        if not self.is_live or self.target is None or self._breached is not None or self._forced_by is not None:
            return
        before, self._extended = self._due, until
        self._plan(at)
        if self._due != before or self._watch.running is None:
            self.revision += 1
            self._record(at, Kind.EXTENDED, cause)

    def exclude(self, at: int, begin: int, end: int, cause: Cause) -> None:
        """Take time of the past out again, because something stopped this clock that nobody knew of."""
        if not self.is_live or self.target is None or not self._watch.forget(begin, min(end, at), at):
            return
        self.revision += 1
        cleared = self._judge(at, cause)
        self._record(at, Kind.EXCLUDED, cause)
        if cleared:
            self._record(at, Kind.BREACH_CLEARED, cause)

    def _stops(self, past: Past) -> bool:
        return past.stops(self.pauses) or past.is_halted(self.metric)

    def _stop(self, at: int) -> None:
        self._watch.stop(at)
        self._breach_at, self._forced_by, self._warnings = None, None, []

    def _release(self, at: int) -> None:
        """Stop counting, because nothing is promised any more."""
        self._stop(at)
        self.target_seconds, self._uncounted = None, at
        if self._breached is None:
            self._due = None

    def _adopt(self, at: int, old: Target | None, past: Past, recount: bool) -> None:
        """Count under the new target, which may bring another calendar and other statuses that stop the clock."""
        assert self.target is not None
        calendar = self.target.calendar
        stops = self._stops(past) or past.status in DONE
        if old is None:
            assert self._uncounted is not None
            missed = past.active(self._uncounted, at, self.pauses)
            self._watch.replay(missed, calendar, at, goes_on=not stops)
            for begin, end in (*self._idle, *past.halts(self.metric, at), *past.waits(self.pauses, at)):
                self._watch.forget(begin, end, at)
        else:
            if old.calendar != calendar and recount:
                self._watch.recount(old.calendar, calendar)
            elif old.calendar != calendar:
                self._watch.switch(at, calendar)
            if stops:
                self._watch.stop(at)
            elif self._watch.running is None:
                self._watch.run(at, calendar)
        self.target_seconds = self._measure()
        self._warned = set()

    def _measure(self) -> int | None:
        """The target in open seconds, business days as those up to their last closing; None if there are too few."""
        assert self.target is not None and self._started is not None
        if self.target.days is None:
            return self.target.seconds  # None if open-ended
        calendar = self.target.calendar
        with suppress(CalendarError):
            return calendar.between_epoch(self._started, calendar.add_days_epoch(self._started, self.target.days))
        return None

    def _judge(self, at: int, cause: Cause) -> bool:
        """Breached or not, after the terms have changed; True if a breach was taken back.

        Nobody is late before the change, so a target that is already used breaks at the change; a breach that stays
        keeps its first instant.
        """
        reached = None
        if self.target_seconds is not None:
            with suppress(CalendarError):
                reached = self._watch.reached_at(self.target_seconds)
        if reached is not None and self._extended is not None:
            reached = max(reached, self._extended)
        self._forced_by = None
        if reached is not None and reached <= at:
            self._due, self._warnings = reached, []
            if self._breached is None:
                self._breach_at = at
                self._forced_by = cause if reached < at or self._watch.running is None else None
            else:
                self._plan_later(at)
            return False
        cleared, self._breached = self._breached is not None, None
        self._plan(at)
        return cleared

    def _plan(self, at: int) -> None:
        """Set the deadline and the warnings to come, unless the deadline is frozen."""
        if self._breached is not None:
            self._plan_later(at)
        if self._breached is not None or self._forced_by is not None:
            return
        self._due, self._breach_at, self._warnings = None, None, []
        since = self._watch.running
        if since is None or self.target is None or self.target_seconds is None:
            return
        calendar = self._watch.calendar
        left = self.target_seconds - self._watch.consumed
        try:
            self._due = calendar.add_epoch(since, max(left, 0))
        except CalendarError:
            self._due = None
        if self._extended is not None and (self._due is None or self._due < self._extended):
            self._due = self._breach_at = self._extended
            return  # the promise warns, by a clock of its own
        if self._due is None:
            return
        self._breach_at = self._due
        if not self.target.warn:
            return
        with suppress(CalendarError):
            for moment in self.target.warn:
                used = self._used_at(moment)
                if used is not None and moment not in self._warned:
                    left = used - self._watch.consumed
                    self._warnings.append((max(at, calendar.add_epoch(since, max(left, 0))), moment))
        self._warnings.sort(key=itemgetter(0))

    def _used_at(self, moment: Moment) -> int | None:
        """What of the target is used at a moment; None if it lies after the deadline."""
        assert self.target_seconds is not None
        if isinstance(moment, int):
            return share(self.target_seconds, moment)
        return max(self.target_seconds + seconds_of(moment), 0) if moment.days < 0 else None

    def _plan_later(self, at: int) -> None:
        """Set the moments after a deadline that was missed.

        By the calendar alone, so that a late ticket climbs further even when its clock stops.
        """
        self._warnings = []
        if self.target is None or self._due is None:
            return
        for moment in self.target.warn:
            if isinstance(moment, timedelta) and moment.days >= 0 and moment not in self._warned:
                with suppress(CalendarError):
                    then = self._watch.calendar.add_epoch(self._due, seconds_of(moment))
                    self._warnings.append((max(at, then), moment))
        self._warnings.sort(key=itemgetter(0))

    def _record(self, at: int, kind: Kind, cause: Cause, moment: Moment | None = None) -> None:
        watch = self._watch
        self._records.append(
            Record(
                at,
                kind,
                cause,
                self.policy,
                self.priority,
                self.target_seconds,
                watch.consumed,
                watch.running,
                None if watch.running is None else watch.calendar,
                self._due,
                moment,
            )
        )
