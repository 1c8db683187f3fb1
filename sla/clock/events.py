"""What can happen to a ticket, as far as its clocks care."""

from collections.abc import Hashable
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from sla.hours import Calendar

STATUSES = frozenset({"new", "open", "pending", "on_hold", "solved", "closed", "refused"})
ENDED = frozenset({"solved", "closed"})
DONE = ENDED | {"refused"}
WAITING = frozenset({"pending", "on_hold", "solved"})  # a customer's message makes these open
APPROVAL = "approval"  # stands among the statuses that stop a clock: while somebody is asked to approve
MACHINES = frozenset({"bot", "system", "automation", "automatic"})  # what they say counts for nothing


class HistoryInvalid(ValueError):
    """A history that can't be folded; the text says which event and why."""

    code = "history_invalid"


class EventType(StrEnum):
    """The events that the clocks know; those of the second part change none of them."""

    CREATED = "created"
    AGENT_REPLY = "agent_reply"
    CUSTOMER_REPLY = "customer_reply"
    STATUS = "status"
    PRIORITY = "priority"
    POLICY = "policy"
    CALENDAR = "calendar"
    MERGED = "merged"  # away, into another ticket
    DELETED = "deleted"
    SPAM = "spam"
    CANCELLED = "cancelled"
    RESTORED = "restored"
    PROMISED = "promised"  # an agent says why it takes longer, and until when
    TIER = "tier"  # another tier holds the ticket
    APPROVAL_ASKED = "approval_asked"  # `to` names the approval
    APPROVAL_ENDED = "approval_ended"  # with a yes, a no, or none

    INTERNAL_NOTE = "internal_note"
    DRAFT = "draft"
    ASSIGNED = "assigned"
    TAGGED = "tagged"
    ABSORBED = "absorbed"  # another ticket was merged into this one
    AUTOMATIC_REPLY = "automatic_reply"
    ESCALATED = "escalated"
    OTHER = "other"


class Event(NamedTuple):
    """One thing that happened. `to` is the new status, priority, policy, tier or calendar, or the promised instant.

    Of an approval it is the approval's name, by which its end is found again, and `reason` says who is asked.

    `source` and `reason` are quoted by the ledger. `status`, `policy`, `priority` and `tier` are what a ticket is
    created with; no time is measured per tier before one is named. A `calendar` event says that a calendar got a new
    version: `to` is the policy that has it, or the new calendar itself, in place of the one that it `replaces` (or of
    all).
    """

    at: datetime
    type: str
    by: str | None = None
    to: Hashable | Calendar | datetime | None = None
    source: object = None
    status: str = "new"
    policy: Hashable = None
    priority: Hashable = None
    replaces: Calendar | None = None
    tier: Hashable = None
    reason: str | None = None
