"""Escalation rules: what happens when a clock warns or breaks."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sla.document import durations
from sla.document.durations import Duration, Offset
from sla.document.errors import worded
from sla.document.fields import KEY_PATTERN, Choice, Field, Flag, Integer, Line, Reader, Reference, Words
from sla.document.form_fields import Answer, is_given
from sla.document.reading import Node
from sla.document.records import Keyed, ListOf, MapOf, Mapped, RecordOf, part
from sla.document.terms import WATCHED, Conditions
from sla.document.text import Text
from sla.document.times import Time

BREACH = "breach"
#: What is done about moments that are found to have passed together.
EACH, HIGHEST = "each", "highest"
#: A share of the target in percent, an offset from the deadline, or BREACH.
At = int | str | Offset


class Moment(Field):
    """A share of a target used, such as 75%; open time from its deadline, such as 30m before; or `breach`."""

    share = Integer(1, 99, percent=True)

    def read(self, node: Node, path: str, reader: Reader) -> Any:
        if node.value == BREACH or isinstance(node.value, Offset):
            return node.value
        if isinstance(node.value, str) and node.value.strip().lower().endswith((" before", " after")):
            try:
                return durations.parse_offset(node.value)
            except ValueError as error:
                return reader.refuse(node, path, error.args[0])
        if isinstance(node.value, str) and not node.value[:1].isdigit():
            return reader.refuse(
                node,
                path,
                worded(
                    '"%(value)s" is no moment of a clock. Write breach, a share like 75%%, or 30m before or 2h after.',
                    value=node.value[:60],
                ),
            )
        return self.share.read(node, path, reader)

    def dump(self, value: At) -> int | str:
        return str(value) if isinstance(value, Offset) else value

    def schema(self) -> dict[str, Any]:
        return {"anyOf": [{"const": BREACH}, self.share.schema(), {"$ref": "#/$defs/offset"}]}


class NextOrTier(Field):
    """`next`, or the key of a tier."""

    def read(self, node: Node, path: str, reader: Reader) -> Any:
        return "next" if node.value == "next" else Reference("tiers").read(node, path, reader)

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "description": "next, or the key of a tier."}


@dataclass(frozen=True, kw_only=True)
class RuleConditions(Conditions):
    """Which requests a rule is for: also by what was answered to the fields that they are asked."""

    fields: dict[str, tuple[str, ...]] = part(
        MapOf(Line(KEY_PATTERN, worded("Write the key of a field.")), ListOf(Answer(), least=1)),
        "Fields of the request, each with the answers of which one was given.",
        default_factory=Mapped,
    )

    def met_by(self, answers: Mapping[str, Any], **facts: str | None) -> bool:
        """Whether a request with these keys and answers is meant."""
        return self.match(**facts) and all(is_given(answers.get(key), wanted) for key, wanted in self.fields.items())


@dataclass(frozen=True, kw_only=True)
class Trigger:
    """A moment of a clock, on requests that meet the conditions."""

    clock: str = part(Choice(*WATCHED), "Which clock.")
    at: At = part(Moment(), "A share of its target, such as 75%; 30m before or 2h after it is due; or breach.")
    only: RuleConditions = part(
        RecordOf(RuleConditions), "For which requests; for all if left out.", default=RuleConditions()
    )

    @property
    def on_breach(self) -> bool:
        return self.at == BREACH


@dataclass(frozen=True, kw_only=True)
class Effect:
    """What a rule does. Everything given is done, in this order."""

    raise_priority: bool = part(Flag(), "Whether the priority becomes the next more urgent one.", default=False)
    escalate: str | None = part(NextOrTier(), "Where the request moves: next, or a higher tier's key.", default=None)
    reason: Text | None = part(Words(longest=500, for_staff=True), "The reason that staff read.", default=None)
    tell_customer: Text | None = part(Words(longest=1000), "The sentence that the customer reads.", default=None)
    notify: tuple[str, ...] = part(
        ListOf(Choice("assignee", "team", "managers")), "Who on the staff is told.", default=()
    )

    def problems(self) -> Iterator[tuple[str, str]]:
        """What is wrong with these fields together."""
        if not (self.raise_priority or self.escalate or self.tell_customer or self.notify):
            yield "", worded("This rule does nothing. Write escalate: next, notify: [team] or another effect.")
        if self.escalate and not (self.reason and self.tell_customer):
            yield (
                "escalate",
                worded('Escalating needs a "reason" for staff and a sentence to "tell_customer". Write both.'),
            )


@dataclass(frozen=True, kw_only=True)
class Rule:
    """When this happens to a clock, do that. A rule fires once for each clock and target."""

    key: str = ""
    name: Text = part(Words(longest=200, for_staff=True), "What staff call it.")
    when: Trigger = part(
        RecordOf(Trigger),
        "A clock, and a share of its target, a time before or after it is due, or breach.",
    )
    do: Effect = part(RecordOf(Effect), "What is done then.")


@dataclass(frozen=True, kw_only=True)
class Escalation:
    """How requests climb from tier to tier."""

    text: Text | None = part(Words(longest=2000), "What customers read about it.", default=None)
    customer_may_after: Duration | None = part(
        Time(days_allowed=False),
        "How long a tier has a request before its customer may ask for the next one, in the hours of the request.",
        default=None,
    )
    catch_up: str = part(
        Choice(EACH, HIGHEST),
        "What is done about several moments of one clock that passed before anybody could act: the rules of each,"
        " oldest first, or only those of the highest.",
        default=EACH,
    )
    rules: dict[str, Rule] = part(Keyed(Rule), "What happens by itself.", default_factory=Mapped)
