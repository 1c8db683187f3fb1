"""A clock in words: what was promised, how it stands, and when it is due, for the customer and for agents."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property, lru_cache, partial

from django.utils.translation import get_language, gettext_lazy, pgettext_lazy
from django.utils.translation import gettext as _

from sla import way, words
from sla.document import SupportPolicy
from sla.hours import Calendar
from sla.models import policy_of
from tenants.context import active_tenant, active_tenant_id
from tickets.models import Approval, Clock, Ticket

REPLY_METRICS = ("first_response", "next_response")
#: Without a warning in the policy, a clock is close when three quarters of its target are used.
USUAL_WARNING = 75

NAMES = {
    "first_response": gettext_lazy("First response"),
    "next_response": gettext_lazy("Next response"),
    "periodic_update": gettext_lazy("Next update"),
    "resolution": gettext_lazy("Resolution"),
    "promise": gettext_lazy("Announced answer"),
    "tier": gettext_lazy("Time on the tier"),
}
WORDS = {
    "running": pgettext_lazy("state of a clock", "Due"),
    "close": pgettext_lazy("state of a clock", "Due soon"),
    "overdue": pgettext_lazy("state of a clock", "Overdue"),
    "paused": pgettext_lazy("state of a clock", "Paused"),
    "unschedulable": pgettext_lazy("state of a clock", "No hours set"),
    "met": pgettext_lazy("state of a clock", "Met"),
    "missed": pgettext_lazy("state of a clock", "Met late"),
    "none": pgettext_lazy("state of a clock", "No target"),
}
_RUNNING = {
    "first_response": gettext_lazy("We answer by %(due)s (%(zone)s)."),
    "next_response": gettext_lazy("We answer your last message by %(due)s (%(zone)s)."),
    "periodic_update": gettext_lazy("We tell you how it stands by %(due)s (%(zone)s)."),
    "resolution": gettext_lazy("We solve this by %(due)s (%(zone)s)."),
    "promise": gettext_lazy("It takes longer than usual: we answer by %(due)s (%(zone)s)."),
}
_LATE = {
    "first_response": gettext_lazy("We are late: we promised an answer by %(due)s (%(zone)s)."),
    "next_response": gettext_lazy("We are late: we promised to answer your last message by %(due)s (%(zone)s)."),
    "periodic_update": gettext_lazy("We are late: we promised to tell you how it stands by %(due)s (%(zone)s)."),
    "resolution": gettext_lazy("We are late: we promised a solution by %(due)s (%(zone)s)."),
    "promise": gettext_lazy("We are late: we announced an answer by %(due)s (%(zone)s)."),
}
_MET = {
    "first_response": gettext_lazy("We answered in time, on %(done)s."),
    "next_response": gettext_lazy("We answered your last message in time, on %(done)s."),
    "periodic_update": gettext_lazy("We told you how it stands in time, on %(done)s."),
    "resolution": gettext_lazy("Solved in time, on %(done)s."),
    "promise": gettext_lazy("We answered by the time that we had announced, on %(done)s."),
}
_MISSED = {
    "first_response": gettext_lazy("We answered on %(done)s, later than we promised (%(due)s)."),
    "next_response": gettext_lazy("We answered your last message on %(done)s, later than we promised (%(due)s)."),
    "periodic_update": gettext_lazy("We told you how it stands on %(done)s, later than we promised (%(due)s)."),
    "resolution": gettext_lazy("Solved on %(done)s, later than we promised (%(due)s)."),
    "promise": gettext_lazy("We answered on %(done)s, later than we had announced (%(due)s)."),
}
#: By state and by how a figure was counted: none is told without its unit.
_TO_AGENTS = {
    ("running", "business"): gettext_lazy("%(name)s due %(due)s: %(left)s of working hours left"),
    ("running", "wall"): gettext_lazy("%(name)s due %(due)s: %(left)s left, counted round the clock"),
    ("running", ""): gettext_lazy("%(name)s due %(due)s"),
    ("overdue", "business"): gettext_lazy("%(name)s was due %(due)s, overdue by %(left)s of working hours"),
    ("overdue", "wall"): gettext_lazy("%(name)s was due %(due)s, overdue by %(left)s, counted round the clock"),
    ("overdue", ""): gettext_lazy("%(name)s was due %(due)s"),
    ("paused", "business"): gettext_lazy("%(name)s paused with %(left)s of working hours left"),
    ("paused", "wall"): gettext_lazy("%(name)s paused with %(left)s left, counted round the clock"),
    ("paused", ""): gettext_lazy("%(name)s paused"),
    ("unschedulable", ""): gettext_lazy(
        "%(name)s has no time: its calendar does not open for long enough in the years to come. Set more opening hours."
    ),
    ("met", ""): gettext_lazy("%(name)s met on %(done)s"),
    ("missed", ""): gettext_lazy("%(name)s done on %(done)s, was due %(due)s"),
}
_TO_AGENTS |= {("close", counted): _TO_AGENTS["running", counted] for counted in ("business", "wall", "")}


@dataclass(frozen=True, kw_only=True)
class Promise:
    """One clock of a ticket as people read it; `_due_badge.html` takes it as `clock`."""

    metric: str
    number: int
    state: str  # running, close, overdue, paused, unschedulable, met, missed, none
    due_at: datetime | None
    remaining: str  # of the desk's hours; empty where a countdown of wall time is right
    remaining_seconds: int | None  # open seconds left; negative when overdue; None when there is no time to count
    unit: str  # business or wall
    tell_customer: Callable[[], str] = field(repr=False, compare=False)
    tell_agent: Callable[[], str] = field(repr=False, compare=False)

    @property
    def name(self) -> str:
        """What was promised. Looked up when it is asked for, as all words here: lists show badges only."""
        return str(NAMES.get(self.metric, self.metric))

    @property
    def word(self) -> str:
        """How it stands."""
        return str(WORDS[self.state])

    @cached_property
    def sentence(self) -> str:
        """What the customer reads."""
        return self.tell_customer()

    @cached_property
    def agent_sentence(self) -> str:
        """What agents read."""
        return self.tell_agent()

    @property
    def is_unfinished(self) -> bool:
        """Whether what was promised is still to be done."""
        return self.state in ("running", "close", "overdue", "paused", "unschedulable")


def of(clock: Clock, *, ticket: Ticket, at: datetime) -> Promise:
    """A clock's row in words, as it stands at an instant. The ticket brings its priority; nothing is queried."""
    calendar = calendar_of(ticket)
    state = _state(clock, ticket, calendar, at)
    left = _left(clock, state, calendar, at)
    unit = "wall" if calendar is None or words.is_always_open(calendar) else "business"
    counted = left is not None and (unit == "business" or state == "paused")
    return Promise(
        metric=clock.metric,
        number=clock.number,
        state=state,
        due_at=None if state == "paused" else clock.due_at,
        remaining=words.length(abs(left or 0)) if counted else "",
        remaining_seconds=left,
        unit=unit,
        tell_customer=partial(_customer_sentence, clock, state, ticket, calendar, left),
        tell_agent=partial(_agent_sentence, clock, state, left, unit),
    )


def all_of(ticket: Ticket, clocks: Iterable[Clock], *, at: datetime, with_tiers: bool = False) -> list[Promise]:
    """All clocks of a ticket in words: what is still to be done first, the earliest due first.

    What a tier owes is told to staff only, on request.
    """
    said = [of(clock, ticket=ticket, at=at) for clock in clocks if with_tiers or clock.metric != "tier"]
    return sorted(said, key=lambda one: (not one.is_unfinished, one.due_at is None, one.due_at or at, one.metric))


def next_due(ticket: Ticket, clocks: Iterable[Clock], *, at: datetime) -> Promise | None:
    """What a list shows of a ticket: the clock that is due first, else a paused one; None when nothing is left."""
    return next((one for one in all_of(ticket, clocks, at=at) if one.is_unfinished), None)


def headline(ticket: Ticket, clocks: Iterable[Clock], *, at: datetime) -> Promise:
    """What the customer is told first: the answer that is owed, else the solution, else how the promise was kept.

    The ticket brings its channel, since advisory channels promise nothing.
    """
    said = all_of(ticket, clocks, at=at)
    if not ticket.channel.is_official:
        return _nothing(_("You wrote over a channel that is for advice only. It carries no promised time."))
    if ticket.is_active:
        owed = [one for one in said if one.is_unfinished]
        for wanted in (("promise",), REPLY_METRICS, ("resolution", "periodic_update")):
            for one in owed:
                if one.metric in wanted:
                    return one
        kept = [one for one in said if one.state in ("met", "missed") and one.metric in (*REPLY_METRICS, "promise")]
        return kept[-1] if kept else _nothing(_("No time is promised for this request. We answer as soon as we can."))
    ended = [one for one in said if one.state in ("met", "missed")]
    ended.sort(key=lambda one: one.metric == "resolution")
    return ended[-1] if ended else _nothing(_("This request is finished. No promise is open."))


def calendar_of(ticket: Ticket) -> Calendar | None:
    """The hours in which the ticket's clocks run; None without an SLA policy."""
    policy = policy_for(ticket)
    if ticket.sla not in policy.sla:
        return None
    return policy.calendar(policy.calendar_key(ticket.sla, ticket.priority.key))


def policy_for(ticket: Ticket) -> SupportPolicy:
    """The policy that the ticket is under, from the process's cache."""
    return policy_of(active_tenant_id(), ticket.policy_version_id)


def way_to(clock: Clock, ticket: Ticket) -> tuple[list[words.Day], int] | None:
    """The days that a deadline walked through, and the open seconds among them that did not count; None without one."""
    calendar = calendar_of(ticket)
    if calendar is None or clock.started_at is None or clock.due_at is None:
        return None
    walked = way.between(calendar, clock.started_at, clock.due_at)
    stood_still = walked.seconds - (clock.target_seconds or 0) if clock.target_seconds else 0
    return way.steps(calendar, walked), max(0, stood_still)


def _nothing(sentence: str) -> Promise:
    return Promise(
        metric="",
        number=0,
        state="none",
        due_at=None,
        remaining="",
        remaining_seconds=None,
        unit="wall",
        tell_customer=lambda: sentence,
        tell_agent=lambda: _("No target"),
    )


def _state(clock: Clock, ticket: Ticket, calendar: Calendar | None, at: datetime) -> str:
    if clock.state == "fulfilled":
        return "missed" if clock.breached_at else "met"
    if clock.state in ("paused", "unschedulable"):
        return str(clock.state)
    if clock.state != "running" or clock.due_at is None:
        return "none"
    # The row may lag behind time: a worker that is late must not make us look punctual.
    if clock.breached_at or at > clock.due_at:
        return "overdue"
    if calendar is None or not clock.target_seconds:
        return "running"
    used = 100 - 100 * calendar.between(at, clock.due_at) / clock.target_seconds
    return "close" if used >= _warning(ticket) else "running"


def _warning(ticket: Ticket) -> int:
    terms = policy_for(ticket).sla.get(ticket.sla)
    return min(terms.warn, default=USUAL_WARNING) if terms else USUAL_WARNING


def _left(clock: Clock, state: str, calendar: Calendar | None, at: datetime) -> int | None:
    if state == "paused":
        return clock.remaining_seconds
    if calendar is None or clock.due_at is None or state not in ("running", "close", "overdue"):
        return None
    if state == "overdue":
        return -calendar.between(clock.due_at, at)
    return calendar.between(at, clock.due_at)


def _customer_sentence(clock: Clock, state: str, ticket: Ticket, calendar: Calendar | None, left: int | None) -> str:
    if state == "paused":
        return _paused(ticket, clock.metric, left)
    if state == "unschedulable":
        return _("No opening hours are set far enough ahead, so no time can be promised yet.")
    if state == "none":
        return _("This promise no longer holds.") if clock.state == "cancelled" else _("No time is promised.")
    values = {
        "due": words.when(clock.due_at) if clock.due_at else "",
        "done": words.when(clock.fulfilled_at) if clock.fulfilled_at else "",
        "zone": words.whose_time(active_tenant().timezone),
    }
    table = {"met": _MET, "missed": _MISSED, "overdue": _LATE}.get(state, _RUNNING)
    if state == "missed" and not clock.due_at:
        table = _MET
    return str(table[clock.metric]) % values


def _paused(ticket: Ticket, metric: str, left: int | None) -> str:
    values = {"left": words.length(max(left or 0, 0))}
    if _waits_for_approval(ticket, metric):
        return _("The time stands still while an approval is waited for; %(left)s of our hours are left.") % values
    if left is not None and left < 0:
        return _("The time stands still until you answer. It had run out before; we are sorry.")
    if ticket.status.kind == "pending":
        return _("The time stands still until you answer; then %(left)s of our hours are left.") % values
    if ticket.status.kind in ("new", "open"):  # only a service window stops the clock of what we work on
        return _("The time stands still during work on our service; %(left)s of our hours are left.") % values
    return _("The time stands still while the request is on hold; %(left)s of our hours are left.") % values


def _waits_for_approval(ticket: Ticket, metric: str) -> bool:
    """Asked of a clock that stands still although the request is worked on; one query where the policy allows it."""
    terms = policy_for(ticket).sla.get(ticket.sla)
    if ticket.status.kind not in ("new", "open") or terms is None or "approval" not in terms.pause_on.get(metric, ()):
        return False
    return Approval.objects.filter(ticket=ticket, state=Approval.State.PENDING).exists()


def _agent_sentence(clock: Clock, state: str, left: int | None, unit: str) -> str:
    name, told = _to_agents(clock.metric, state, "" if left is None else unit, get_language())
    return told % {
        "name": name,
        "due": words.when(clock.due_at) if clock.due_at else "",
        "done": words.when(clock.fulfilled_at) if clock.fulfilled_at else "",
        "left": words.length(abs(left or 0)),
    }


@lru_cache(maxsize=1_000)
def _to_agents(metric: str, state: str, counted: str, language: str | None) -> tuple[str, str]:
    """The name of a clock and the sentence about it, in the active language. Kept, since a list tells of sixty."""
    told = _TO_AGENTS.get((state, counted)) or _TO_AGENTS.get((state, "")) or _("%(name)s: no target")
    return str(NAMES.get(metric, metric)), str(told)
