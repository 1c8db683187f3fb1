"""What customers owe each other and support: when a word is a nudge, and what counts against who breaks the rules."""

from collections.abc import Iterator
from dataclasses import dataclass

from sla.document.durations import Duration
from sla.document.errors import worded
from sla.document.fields import Choice, Integer
from sla.document.records import ListOf, part
from sla.document.times import Time

#: What can count against a customer.
OFFENCES = ("rude", "false_report", "duplicate", "nudge")


@dataclass(frozen=True, kw_only=True)
class Nudges:
    """When a further word of a customer is a nudge: it waits for support already, and it brings nothing new."""

    within: Duration | None = part(
        Time(),
        "Only what is written this soon after the customer's last word; as long as support owes an answer if left out.",
        default=None,
    )
    new_words: int = part(
        Integer(1, 50), "A message with fewer new words than this, no new number and no file is a nudge.", default=4
    )


@dataclass(frozen=True, kw_only=True)
class Strikes:
    """What counts against a customer, for how long, and what comes of it."""

    counted: tuple[str, ...] = part(ListOf(Choice(*OFFENCES)), "What is a strike.", default=OFFENCES)
    free_nudges: int = part(Integer(0, 100), "Nudges on one request that are no strike yet.", default=2)
    lapse_after: Duration = part(Time(), "How long a strike counts.", default=Duration(seconds=90 * 86_400))
    warn_at: int = part(Integer(1, 100), "At how many strikes the customer is warned.", default=2)
    review_at: int = part(Integer(1, 100), "At how many strikes managers are asked to suspend.", default=3)

    def problems(self) -> Iterator[tuple[str, str]]:
        """Nobody is suspended unwarned, and a strike counts in time that passes everywhere alike."""
        if self.review_at <= self.warn_at:
            yield "review_at", worded("Nobody is suspended without a warning. Write more than warn_at.")
        if self.lapse_after.days is not None:
            yield "lapse_after", worded("Write days of 24 hours, such as 90 days.")
