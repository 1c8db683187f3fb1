"""The words of the language: fields, what they take, and what is said about what they don't."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import Enum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

#: What a person may write; a saved view has no more room either.
LONGEST = 1_000


class Kind(Enum):
    """What a field takes."""

    KEYED = "keyed"  # rows of the policy, by key, by name, or some by their place
    PERSON = "person"
    COMPANY = "company"
    TAG = "tag"
    TEMPLATE = "template"
    TIME = "time"
    STATE = "state"
    ANSWER = "answer"  # to a field of the policy


@dataclass(frozen=True)
class Field:
    """Something that can be asked of a ticket."""

    name: str
    kind: Kind
    label: str | Promise
    example: str
    #: Customers ask about what they see themselves; the rest is the desk's own.
    for_customers: bool = False
    #: What a time of now or later counts forwards; ages count backwards.
    forwards: bool = False
    may_be_none: bool = False


FIELDS: dict[str, Field] = {
    each.name: each
    for each in (
        Field("status", Kind.KEYED, _("State"), "status:open,pending", for_customers=True),
        Field("priority", Kind.KEYED, _("Priority"), "priority:p1", for_customers=True),
        Field("category", Kind.KEYED, _("Category"), 'category:"Billing"', for_customers=True),
        Field("team", Kind.KEYED, _("Team"), "team:none", may_be_none=True),
        Field("tier", Kind.KEYED, _("Tier"), "tier:2"),
        Field("channel", Kind.KEYED, _("Channel"), "channel:email", for_customers=True),
        Field("assignee", Kind.PERSON, _("Assignee"), "assignee:me", may_be_none=True),
        Field("requester", Kind.PERSON, _("Customer"), "requester:anna@acme.example", for_customers=True),
        Field("org", Kind.COMPANY, _("Organisation"), 'org:"Acme"', for_customers=True, may_be_none=True),
        Field("tag", Kind.TAG, _("Tag"), "-tag:spam", may_be_none=True),
        Field("template", Kind.TEMPLATE, _("Template"), 'template:"Backups"', may_be_none=True),
        Field("due", Kind.TIME, _("Due"), "due:<2h", forwards=True, may_be_none=True),
        Field("created", Kind.TIME, _("Filed"), "created:>2026-11-01", for_customers=True),
        Field("updated", Kind.TIME, _("Changed"), "updated:<3d", for_customers=True),
        Field("is", Kind.STATE, _("Ticket is"), "is:overdue"),
        Field("approval", Kind.STATE, _("Approval"), "approval:pending"),
        Field("rating", Kind.STATE, _("Rating"), "rating:bad"),
    )
}
ALIASES = {"organization": "org", "organisation": "org", "company": "org", "customer": "requester", "state": "status"}
#: Stands before the key of a field of the policy.
ANSWER = "field."
_ANSWER = re.compile(r"field\.[a-z0-9]+(-[a-z0-9]+)*")


def named(name: str) -> Field | None:
    """What can be asked under this name: also `field.KEY`, what was answered to a field of the policy."""
    name = name.lower()
    if _ANSWER.fullmatch(name):
        return Field(name, Kind.ANSWER, name, f"{name}:yes", may_be_none=True)
    return FIELDS.get(ALIASES.get(name, name))


#: What `is:` takes, and the word for it.
STATES: dict[str, str | Promise] = {
    "active": _("being worked on"),
    "finished": _("finished"),
    "overdue": _("overdue"),
    "unassigned": _("assigned to nobody"),
    "mine": _("assigned to me"),
    "pending": _("waiting for the customer"),
    "on_hold": _("on hold"),
    "snoozed": _("put aside until later"),
    "appealed": _("refused, and the customer objects"),
    "rude": _("with rude words of a customer"),
}
#: What `approval:` takes.
APPROVALS: dict[str, str | Promise] = {"pending": _("waited for"), "mine": _("waiting for me")}
#: What each field of this kind takes.
#: What `rating:` takes.
RATINGS: dict[str, str | Promise] = {
    "good": _("satisfied"),
    "fair": _("in between"),
    "bad": _("dissatisfied"),
    "open": _("dissatisfied, and nobody has looked at it"),
    "none": _("not rated"),
}
STATES_OF = {"is": STATES, "approval": APPROVALS, "rating": RATINGS}
_WORKED_ON = {"active", "overdue", "pending", "on_hold", "snoozed"}
DAYS = {"yesterday": -1, "today": 0, "tomorrow": 1}
_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_TIME = re.compile(
    r"(?P<sign><=|>=|<|>|)(?:(?P<count>\d{1,5})(?P<unit>[mhdw])|(?P<date>\d{4}-\d{2}-\d{2})|(?P<word>[a-z]+))"
)


@dataclass(frozen=True)
class Time:
    """A bound in time: a distance from now, a day of the reader's calendar, or a day counted from today."""

    sign: str
    distance: timedelta | None = None
    day: date | None = None
    days: int | None = None

    @classmethod
    def parse(cls, text: str) -> Time | None:
        """What `<2h`, `>=2026-11-01` or `today` mean; None for anything else."""
        found = _TIME.fullmatch(text.lower())
        if found is None:
            return None
        if found["count"]:
            return cls(found["sign"] or "<", distance=timedelta(**{_UNITS[found["unit"]]: int(found["count"])}))
        if found["word"]:
            return cls(found["sign"], days=DAYS[found["word"]]) if found["word"] in DAYS else None
        try:
            day = date.fromisoformat(found["date"])
        except ValueError:
            return None
        # The neighbouring midnights in every zone must be instants too.
        return cls(found["sign"], day=day) if 1900 <= day.year <= 9000 else None


@dataclass(frozen=True)
class Condition:
    """One field with the values of which one must hold, or none if it is negated."""

    field: str
    values: tuple[str, ...]
    negated: bool = False


@dataclass(frozen=True)
class Words:
    """A word to be found, or several exactly as they stand."""

    text: str
    exact: bool = False
    negated: bool = False


@dataclass(frozen=True)
class Problem:
    """Something that was not understood, and what would be."""

    sentence: str | Promise
    values: tuple[tuple[str, str], ...] = ()

    def __str__(self) -> str:
        return str(self.sentence) % dict(self.values)

    @classmethod
    def of(cls, sentence: str | Promise, **values: object) -> Problem:
        """A sentence with what goes into it; long values are cut."""
        return cls(sentence, tuple((name, _cut(str(value))) for name, value in values.items()))


def _cut(text: str) -> str:
    return text if len(text) <= 300 else f"{text[:300]}…"


@dataclass(frozen=True)
class Query:
    """What somebody asks for. With problems it asks for nothing."""

    conditions: tuple[Condition, ...] = ()
    words: tuple[Words, ...] = ()
    problems: tuple[Problem, ...] = field(default=(), compare=False)

    @property
    def is_empty(self) -> bool:
        """Whether it asks for every ticket."""
        return not (self.conditions or self.words or self.problems)

    @property
    def wanted_words(self) -> str:
        """The words to be found, as `websearch_to_tsquery` reads them."""
        return " ".join(f'"{each.text}"' if each.exact else each.text for each in self.words if not each.negated)

    @property
    def unwanted_words(self) -> list[str]:
        """Words that no message may have, in quotation marks: typing errors are forgiven in what is wanted only."""
        return [f'"{each.text}"' for each in self.words if each.negated]

    @property
    def is_active_only(self) -> bool:
        """Whether it holds for tickets in work only: their number is kept small by those who work."""
        return any(
            each.field == "is"
            and not each.negated
            and set(each.values) <= {"active", "overdue", "pending", "on_hold", "snoozed"}
            for each in self.conditions
        )
