"""What a request is: its priority, its category, the questions its form asks."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sla.document.errors import worded
from sla.document.fields import KEY_PATTERN, Choice, Flag, Line, Reference, Words
from sla.document.form_fields import FormField
from sla.document.records import Keyed, ListOf, MapOf, Mapped, part
from sla.document.text import Text

ARTICLE = Line(r"[0-9]{6}", worded('Write the article\'s six digits in quotes, such as "000032".'))


@dataclass(frozen=True, kw_only=True)
class Priority:
    """How urgent a request is. Rank 1 is the most urgent: the order in the document."""

    key: str = ""
    rank: int = 0
    name: Text = part(Words(longest=80), "What people call it.")
    meaning: Text = part(Words(longest=1000), "When it applies, in the policy's words.")
    examples: tuple[Text, ...] = part(ListOf(Words(longest=500)), "Examples of what it is.", default=())
    counter_examples: tuple[Text, ...] = part(ListOf(Words(longest=500)), "Examples of what it is not.", default=())
    default: bool = part(Flag(), "Whether a request has it when nothing else says.", default=False)
    colour: str | None = part(
        Choice("red", "orange", "yellow", "green", "blue", "grey"),
        "Its colour in lists; by rank if left out.",
        default=None,
    )
    replaces: tuple[str, ...] | None = part(
        ListOf(Line(KEY_PATTERN, worded("Write the key of a former priority."), longest=40), least=1),
        "Former priorities that this one takes the place of, on open requests too.",
        default=None,
    )


@dataclass(frozen=True, kw_only=True)
class Level:
    """A level of impact or of urgency."""

    key: str = ""
    name: Text = part(Words(longest=80), "What people call it.")
    meaning: Text = part(Words(longest=1000), "What it means.")


@dataclass(frozen=True, kw_only=True)
class Matrix:
    """Impact × urgency -> priority."""

    impacts: dict[str, Level] = part(Keyed(Level, "matrix.impacts", least=1), "How much is affected, the most first.")
    urgencies: dict[str, Level] = part(
        Keyed(Level, "matrix.urgencies", least=1), "How soon it is needed, the soonest first."
    )
    priorities: dict[str, dict[str, str]] = part(
        MapOf(Reference("matrix.impacts"), MapOf(Reference("matrix.urgencies"), Reference("priorities"))),
        "The priority of each impact and urgency.",
    )

    def problems(self) -> Iterator[tuple[str, str]]:
        """Which cells are missing."""
        for impact in self.impacts:
            empty = [urgency for urgency in self.urgencies if urgency not in self.priorities.get(impact, {})]
            if empty:
                yield (
                    "priorities",
                    worded(
                        'Impact "%(impact)s" has no priority for urgency %(empty)s. Fill in every cell.',
                        impact=impact,
                        empty=", ".join(empty),
                    ),
                )


@dataclass(frozen=True, kw_only=True)
class RequestType:
    """A kind of request: an incident, a question, a change."""

    key: str = ""
    name: Text = part(Words(longest=80), "What people call it.")
    description: Text | None = part(Words(longest=1000), "What it is for.", default=None)


@dataclass(frozen=True, kw_only=True)
class Category:
    """What a request is about: its examples, its team, its own meaning of each priority."""

    key: str = ""
    name: Text = part(Words(longest=120), "What people call it.")
    description: Text = part(Words(longest=2000), "What belongs here.")
    examples: tuple[Text, ...] = part(ListOf(Words(longest=500)), "Examples of what belongs here.", default=())
    team: str = part(Reference("teams"), "The team that gets its requests first.")
    escalates_to: dict[str, str] = part(
        MapOf(Reference("tiers"), Reference("teams")),
        "The team on a higher tier; the tier's first team if left out.",
        default_factory=Mapped,
    )
    type: str = part(Reference("request_types"), "Its kind of request.", default="incident")
    default_priority: str | None = part(Reference("priorities"), "Its priority when nobody chose one.", default=None)
    meanings: dict[str, Text] = part(
        MapOf(Reference("priorities"), Words(longest=1000)),
        "What each priority means here; the priority's own meaning if left out.",
        default_factory=Mapped,
    )
    fields: dict[str, FormField] = part(Keyed(FormField), "What its form asks besides.", default_factory=Mapped)
    articles: tuple[str, ...] = part(ListOf(ARTICLE), "Articles to read before filing.", default=())
    checklist: tuple[Text, ...] = part(
        ListOf(Words(longest=500)), "Steps that an agent can send, for the customer to tick off.", default=()
    )
    icon: str | None = part(
        Line("[a-z0-9-]+", worded("Write the icon's name, such as server.")), "An icon's name.", default=None
    )
    default: bool = part(Flag(), "Whether a request belongs here when nothing else says.", default=False)


def only_default(records: dict[str, Any], fallback: Any) -> Any:
    """The record marked as default, or the fallback."""
    return next((record for record in records.values() if record.default), fallback)
