"""What is promised to whom: targets by priority, and the conditions under which they hold."""

from collections.abc import Iterator
from dataclasses import dataclass

from sla.document.durations import Duration
from sla.document.errors import worded
from sla.document.fields import Choice, Flag, Integer, Reference, Words
from sla.document.records import ListOf, MapOf, Mapped, RecordOf, part
from sla.document.text import Text
from sla.document.times import Time

METRICS = ("first_response", "next_response", "periodic_update", "resolution")
#: Those that a public reply answers.
REPLIES = ("first_response", "next_response", "periodic_update")
STATUS_KINDS = ("new", "open", "pending", "on_hold", "solved", "closed", "refused")
#: What a clock can stand still for: a kind of status, or that somebody is asked to approve something.
PAUSES = (*STATUS_KINDS, "approval")
DEFAULT_PAUSES: dict[str, frozenset[str]] = {
    "first_response": frozenset(),
    "next_response": frozenset(),
    "periodic_update": frozenset({"pending"}),
    "resolution": frozenset({"pending", "on_hold"}),
    "tier": frozenset({"pending", "on_hold"}),
}
#: What rules can watch: also an agent's word that a customer was given, and how long a tier holds a request.
WATCHED = (*METRICS, "promise", "tier")
#: What a maintenance or an outage can stop: the word of an agent holds whatever happens.
STOPPABLE = (*METRICS, "tier")


@dataclass(frozen=True, kw_only=True)
class Conditions:
    """Which requests are meant: those that meet every condition given; any when none is given."""

    contracts: tuple[str, ...] = part(
        ListOf(Reference("contracts")), "The organisation's contract is one of these.", default=()
    )
    categories: tuple[str, ...] = part(ListOf(Reference("categories")), "The category is one of these.", default=())
    types: tuple[str, ...] = part(ListOf(Reference("request_types")), "The request type is one of these.", default=())
    channels: tuple[str, ...] = part(ListOf(Reference("channels")), "It came over one of these.", default=())
    priorities: tuple[str, ...] = part(ListOf(Reference("priorities")), "The priority is one of these.", default=())
    tiers: tuple[str, ...] = part(ListOf(Reference("tiers")), "It is on one of these tiers now.", default=())

    def match(
        self,
        *,
        contract: str | None = None,
        category: str | None = None,
        type: str | None = None,
        channel: str | None = None,
        priority: str | None = None,
        tier: str | None = None,
    ) -> bool:
        """Whether a request with these keys is meant."""
        facts = (
            (self.contracts, contract),
            (self.categories, category),
            (self.types, type),
            (self.channels, channel),
            (self.priorities, priority),
            (self.tiers, tier),
        )
        return all(not wanted or fact in wanted for wanted, fact in facts)


@dataclass(frozen=True, kw_only=True)
class SlaPolicy:
    """Targets by priority and metric, on calendars. The first policy whose conditions a request meets holds for it."""

    key: str = ""
    name: Text = part(Words(longest=200), "What people call it.")
    when: Conditions = part(RecordOf(Conditions), "Which requests it is for; all if left out.", default=Conditions())
    calendar: str | None = part(Reference("calendars"), "Its calendar; the policy's default if left out.", default=None)
    calendars: dict[str, str] = part(
        MapOf(Reference("priorities"), Reference("calendars")),
        "Calendars of single priorities.",
        default_factory=Mapped,
    )
    targets: dict[str, dict[str, Duration | None]] = part(
        MapOf(Reference("priorities"), MapOf(Choice(*METRICS), Time(days_allowed=False), or_none=True)),
        "How long each priority may take, by metric; null for no promise.",
    )
    warn: tuple[int, ...] = part(
        ListOf(Integer(1, 99, percent=True)), "At which shares of a target its clock warns.", default=(75,)
    )
    pause_on: dict[str, tuple[str, ...]] = part(
        MapOf(Choice(*STOPPABLE), ListOf(Choice(*PAUSES))),
        "In which kinds of status each clock stands still, and whether while an approval is pending; the usual ones if"
        " left out.",
        default_factory=Mapped,
    )
    on_promise: str = part(
        Choice("leave", "extend"),
        "What an agent's notice of a delay, with a new time, does to the clock of the reply that is owed.",
        default="leave",
    )
    tiers: dict[str, dict[str, Duration | None]] = part(
        MapOf(Reference("priorities"), MapOf(Reference("tiers"), Time(days_allowed=False), or_none=True)),
        "How long each tier may hold a request, by priority; its time is measured in any case.",
        default_factory=Mapped,
    )

    def problems(self) -> Iterator[tuple[str, str]]:
        """What is wrong with these fields together."""
        if not self.targets:
            yield "targets", worded("There is no target. Give at least one priority a first_response.")
        for priority, metrics in self.targets.items():
            first, resolution = metrics.get("first_response"), metrics.get("resolution")
            if first and resolution and first.seconds and resolution.seconds and resolution.seconds < first.seconds:
                yield (
                    "targets",
                    worded(
                        '"%(priority)s" is to be resolved (%(resolution)s) before it is answered (%(first)s).'
                        " Swap them.",
                        priority=priority,
                        resolution=resolution,
                        first=first,
                    ),
                )


@dataclass(frozen=True, kw_only=True)
class Contract:
    """What an organisation agreed on: its SLA policy, and exclusions that do not hold for it."""

    key: str = ""
    name: Text = part(Words(longest=200), "What people call it.")
    description: Text | None = part(Words(longest=2000), "What it comprises.", default=None)
    sla: str | None = part(Reference("sla"), "Its SLA policy; by conditions if left out.", default=None)
    lifts: tuple[str, ...] = part(ListOf(Reference("exclusions")), "Exclusions that don't hold under it.", default=())
    default: bool = part(Flag(), "Whether organisations without another one have it.", default=False)
