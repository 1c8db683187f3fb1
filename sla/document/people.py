"""Who works on requests and over which ways they come: tiers, teams, statuses, channels."""

from collections.abc import Iterator
from dataclasses import dataclass

from sla.document.errors import worded
from sla.document.fields import Choice, Flag, Integer, Line, Reference, Words
from sla.document.records import ListOf, part
from sla.document.terms import STATUS_KINDS
from sla.document.text import Text

ASSIGNMENTS = ("manual", "round_robin", "least_loaded")
CHANNELS = ("portal", "email", "chat", "phone", "letter", "api")


@dataclass(frozen=True, kw_only=True)
class Tier:
    """A line of support. Rank 1 is the first line: the order in the document."""

    key: str = ""
    rank: int = 0
    name: Text = part(Words(longest=120), "What people call it.")
    description: Text = part(Words(longest=1000), "What it does.")
    share_target: int | None = part(
        Integer(1, 100, percent=True), "The share of requests that it is to solve itself.", default=None
    )
    may_skip: bool = part(
        Flag(), "Whether a request may pass it by, for those with the permission and a reason.", default=False
    )


@dataclass(frozen=True, kw_only=True)
class Team:
    """People on one tier who share a queue."""

    key: str = ""
    name: Text = part(Words(longest=120), "What people call it.")
    tier: str = part(Reference("tiers"), "Its tier.")
    description: Text | None = part(Words(longest=1000, for_staff=True), "What it does, for staff.", default=None)
    channels: tuple[str, ...] = part(ListOf(Reference("channels")), "Channels that lead straight to it.", default=())
    assignment: str = part(
        Choice(*ASSIGNMENTS),
        "Who gets its requests: whoever takes them, its members in turn, or the one who holds the fewest.",
        default="manual",
    )
    capacity: int | None = part(
        Integer(1, 1000), "How many open requests a member holds at most, unless theirs says another.", default=None
    )


@dataclass(frozen=True, kw_only=True)
class Status:
    """A state of requests in the tenant's own words, of one fixed kind."""

    key: str = ""
    kind: str = part(Choice(*STATUS_KINDS), "What it is to the clocks.")
    name: Text = part(Words(longest=80), "What agents call it.")
    customer_name: Text | None = part(Words(longest=120), "What customers read; the name if left out.", default=None)
    description: Text | None = part(Words(longest=500), "What it means for the customer.", default=None)

    @property
    def shown_to_customers(self) -> Text:
        return self.customer_name or self.name


@dataclass(frozen=True, kw_only=True)
class Channel:
    """A way to reach support."""

    key: str = ""
    name: Text = part(Words(longest=120), "What people call it; the usual word if left out.", default=Text())
    on: bool = part(Flag(), "Whether it is open to customers.", default=True)
    status: str = part(
        Choice("official", "advisory"), "Advisory contacts carry no clock, and say so.", default="official"
    )
    calendar: str | None = part(Reference("calendars"), "Its hours; the policy's default if left out.", default=None)
    callback: bool = part(Flag(), "Whether customers may ask to be called, for phone.", default=False)
    calls_at_once: int | None = part(
        Integer(1, 100), "How many calls can be agreed on for the same half hour, for phone.", default=None
    )
    address: str | None = part(Line(), "The mail address, number or page.", default=None)
    text: Text | None = part(Words(longest=2000), "What customers read about it.", default=None)
    requires: tuple[str, ...] = part(
        ListOf(Choice("sign-in", "authorised-address", "signed-letter")),
        "What a contact needs before work starts.",
        default=(),
    )

    def problems(self) -> Iterator[tuple[str, str]]:
        """What is wrong with these fields together."""
        if self.on and self.address and "@" in self.address and " " in self.address:
            yield "address", worded('"%(address)s" is no mail address. Remove the space.', address=self.address[:60])
