"""What customers read and agree to: what is covered, how to ask well, fair use, feedback, complaints, prose."""

import re
from dataclasses import dataclass
from datetime import date

from sla.document.conduct import Nudges, Strikes
from sla.document.durations import SECONDS, Duration
from sla.document.fields import Choice, Flag, Integer, Line, Reference, Words
from sla.document.records import Keyed, ListOf, Mapped, RecordOf, part
from sla.document.requests import ARTICLE
from sla.document.terms import STOPPABLE
from sla.document.text import Text
from sla.document.times import Day, Time

_NOT_A_WORD = re.compile(r"[\W_]+")


@dataclass(frozen=True, kw_only=True)
class Exclusion:
    """Something that support does not cover."""

    key: str = ""
    text: Text = part(Words(longest=1000), "What is not covered.")
    advice: Text | None = part(Words(longest=1000), "What the customer can do instead.", default=None)
    liftable: bool = part(Flag(), "Whether a contract may lift it.", default=False)

    @property
    def name(self) -> Text:
        return self.text


@dataclass(frozen=True, kw_only=True)
class Responsibilities:
    """What each side does."""

    customer: tuple[Text, ...] = part(ListOf(Words(longest=1000)), "What is expected of customers.", default=())
    support: tuple[Text, ...] = part(ListOf(Words(longest=1000)), "What support does: what is covered.", default=())


@dataclass(frozen=True, kw_only=True)
class Example:
    """The same request told badly and well."""

    bad: Text | None = part(Words(longest=500), "How not to write.", default=None)
    good: Text = part(Words(longest=1000), "How to write instead.")
    why: Text | None = part(Words(longest=1000), "What makes the difference.", default=None)


@dataclass(frozen=True, kw_only=True)
class Guidance:
    """Help with writing a request that can be answered at once."""

    before: tuple[Text, ...] = part(ListOf(Words(longest=1000)), "What to check before filing.", default=())
    articles: tuple[str, ...] = part(ListOf(ARTICLE), "Articles to read before filing.", default=())
    subject: Text | None = part(Words(longest=500), "The hint at the subject.", default=None)
    description: Text | None = part(Words(longest=1000), "The hint at the description.", default=None)
    examples: tuple[Example, ...] = part(ListOf(RecordOf(Example)), "Bad and good examples.", default=())
    vague_subjects: tuple[str, ...] = part(
        ListOf(Line(longest=120)), "Subjects that say nothing, in any language.", default=()
    )
    vague_hint: Text | None = part(Words(longest=500), "What to tell who writes such a subject.", default=None)

    def finds_vague(self, subject: str) -> bool:
        """Whether a subject says no more than one of the vague ones."""
        said = _NOT_A_WORD.sub(" ", subject.casefold()).strip()
        return any(said == _NOT_A_WORD.sub(" ", vague.casefold()).strip() for vague in self.vague_subjects)


@dataclass(frozen=True, kw_only=True)
class RefusalReason:
    """A reason for which a request may be refused."""

    key: str = ""
    name: Text = part(Words(longest=200), "What agents choose.")
    text: Text = part(Words(longest=2000), "What the customer is told.")
    may_appeal: bool = part(Flag(), "Whether the customer may ask for a second look.", default=True)


@dataclass(frozen=True, kw_only=True)
class SuspensionReason:
    """A reason for which support may be suspended."""

    key: str = ""
    name: Text = part(Words(longest=200), "What managers choose and customers read.")


@dataclass(frozen=True, kw_only=True)
class Suspension:
    """What a customer reads whose support is suspended."""

    text: Text = part(Words(longest=2000), "What filing says while support is suspended.")
    appeal: Text | None = part(Words(longest=2000), "How to object.", default=None)
    reasons: dict[str, SuspensionReason] = part(
        Keyed(SuspensionReason), "For what it may happen.", default_factory=Mapped
    )


@dataclass(frozen=True, kw_only=True)
class FairUse:
    """Rules of conduct and limits."""

    valid_from: date | None = part(Day(), "Since when.", default=None)
    rules: tuple[Text, ...] = part(ListOf(Words(longest=1000)), "The rules, as customers read them.", default=())
    follow_up_pause: Duration | None = part(
        Time(), "How long to wait before asking again over another channel.", default=None
    )
    follow_up_from: str = part(
        Choice("filing", "answer"),
        "What that is counted from: the filing of the request, or the last answer of support if there is one.",
        default="filing",
    )
    session_limit: Duration | None = part(Time(), "How long a chat or call may last.", default=None)
    session_channels: tuple[str, ...] = part(
        ListOf(Reference("channels")), "Channels that the limit is for.", default=("chat", "phone")
    )
    profanity: str = part(Choice("off", "flag", "warn", "refuse"), "What rude language leads to.", default="off")
    duplicates: str = part(
        Choice("off", "show", "merge"),
        "What likely duplicates lead to: nothing; they are shown before filing, and agents are told; or they can be"
        " joined there in one step as well.",
        default="show",
    )
    nudges: Nudges | None = part(
        RecordOf(Nudges), "When asking again is a nudge, which is answered by itself; never if left out.", default=None
    )
    strikes: Strikes | None = part(
        RecordOf(Strikes), "What counts against who breaks the rules; nothing if left out.", default=None
    )
    consequence: Text | None = part(Words(longest=2000), "What breaking the rules leads to.", default=None)


@dataclass(frozen=True, kw_only=True)
class Maintenance:
    """How maintenance is announced."""

    text: Text = part(Words(longest=2000), "What customers are promised.")
    lead_times: tuple[Duration, ...] = part(
        ListOf(Time()), "How long ahead notices go out, such as 7 days.", default=()
    )
    affected_only: bool = part(Flag(), "Whether only customers of affected services are told.", default=False)
    stops: tuple[str, ...] = part(
        ListOf(Choice(*STOPPABLE)), "Clocks that stand still during maintenance and outages.", default=()
    )


@dataclass(frozen=True, kw_only=True)
class Approvals:
    """How long is waited for approvals, and what comes of those that nobody answers."""

    answer_within: Duration | None = part(
        Time(days_allowed=False),
        "By when an answer is asked for if the agent says nothing else, in the hours of the request.",
        default=None,
    )
    overdue: str = part(
        Choice("wait", "expire"),
        "What becomes of an approval that is not answered in time: it is waited for on, or it ends unapproved.",
        default="wait",
    )


@dataclass(frozen=True, kw_only=True)
class SelfService:
    """What customers do by themselves on their requests."""

    reopen_within: Duration = part(
        Time(),
        "How long after its end a reply opens a request again; later it becomes a new request.",
        default=Duration(seconds=14 * SECONDS["d"]),
    )
    copies: str = part(
        Choice("nobody", "colleagues", "anybody"),
        "Whom customers put in copy by themselves.",
        default="colleagues",
    )


@dataclass(frozen=True, kw_only=True)
class Feedback:
    """How customers are asked what they think."""

    ask: bool = part(Flag(), "Whether they are asked after solving.", default=True)
    after: Duration | None = part(Time(), "How long after solving.", default=None)
    question: Text = part(Words(longest=500), "The question.")
    text: Text | None = part(Words(longest=2000), "What is done with the answers.", default=None)
    scale: int = part(Integer(2, 10), "The highest score.", default=5)
    cooldown: Duration = part(
        Time(), "How long one person is not asked again.", default=Duration(seconds=14 * SECONDS["d"])
    )
    correctable: Duration = part(
        Time(), "How long a customer may change what they said.", default=Duration(seconds=7 * SECONDS["d"])
    )


@dataclass(frozen=True, kw_only=True)
class Complaints:
    """How to complain about support itself."""

    text: Text = part(Words(longest=2000), "How to complain and what happens then.")
    address: str | None = part(Line(), "Where to write.", default=None)
    target: Duration = part(Time(days_allowed=False), "How soon it is answered, such as 3 business days.")
    calendar: str | None = part(Reference("calendars"), "On which calendar; the default one if left out.", default=None)


@dataclass(frozen=True, kw_only=True)
class Section:
    """A clause that is text, for the policy page. Markdown is allowed."""

    key: str = ""
    title: Text = part(Words(longest=200), "Its heading.")
    text: Text = part(Words(), "What it says.")
