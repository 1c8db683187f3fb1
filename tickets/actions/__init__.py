"""What can be done with a ticket. Each action locks, checks, writes, records an event and returns."""

from tickets.actions.assigning import assign, hand_over, take, take_next
from tickets.actions.changing import (
    add_tag,
    change_category,
    change_priority,
    change_status,
    remove_tag,
)
from tickets.actions.closing import mark_not_covered, refuse, reopen, solve_by_requester
from tickets.actions.delaying import announce_delay
from tickets.actions.merging import merge
from tickets.actions.once import once
from tickets.actions.opening import open_ticket
from tickets.actions.several import Changes, change
from tickets.actions.talking import comment, note, reply
from tickets.actions.windows import end_window, move_window, plan_window

__all__ = [
    "Changes",
    "add_tag",
    "announce_delay",
    "assign",
    "change",
    "change_category",
    "change_priority",
    "change_status",
    "comment",
    "end_window",
    "hand_over",
    "mark_not_covered",
    "merge",
    "move_window",
    "note",
    "once",
    "open_ticket",
    "plan_window",
    "refuse",
    "remove_tag",
    "reopen",
    "reply",
    "solve_by_requester",
    "take",
    "take_next",
]
