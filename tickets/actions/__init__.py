"""What can be done with a ticket. Each action locks, checks, writes, records an event and returns."""

from tickets.actions.absences import end_absence, plan_absence
from tickets.actions.approvals import (
    answer_approval,
    ask_approval,
    remind_approvers,
    replace_approver,
    withdraw_approval,
)
from tickets.actions.asking_again import Asked, ask_again, join, log_contact
from tickets.actions.assigning import assign, hand_over, take
from tickets.actions.callbacks import (
    ask_callback,
    cancel_callback,
    log_call,
    miss_call,
    open_with_callback,
    put_off_call,
)
from tickets.actions.changing import change_category, change_priority, change_status
from tickets.actions.checklists import send_checklist, tick, untick, withdraw_checklist
from tickets.actions.claiming import (
    claim,
    disown,
    end_links,
    file_without_account,
    may_file_without_account,
    person_at,
    prove,
)
from tickets.actions.closing import mark_not_covered, refuse, reopen, solve_by_requester
from tickets.actions.complaints import (
    add_to_complaint,
    decide_complaint,
    file_complaint,
    note_on_complaint,
    take_complaint,
)
from tickets.actions.conduct import clear_false_report, mark_false_report, settle_review, withdraw_strike
from tickets.actions.delaying import announce_delay
from tickets.actions.drafting import add_file, forget, open_draft, remove_file, save_draft
from tickets.actions.fields import change_fields, identify
from tickets.actions.filing import first_message
from tickets.actions.following import add_participants, follow, remove_participant, unfollow
from tickets.actions.history import ask_for_history
from tickets.actions.linking import link, suppose_link, unlink
from tickets.actions.macros import change_macro, count_use, delete_macro, do_acts, may_edit_macro, save_macro
from tickets.actions.mentioning import see_mentions
from tickets.actions.merging import merge, unmerge
from tickets.actions.once import is_done, once
from tickets.actions.opening import open_ticket
from tickets.actions.preparing import open_from, open_prepared
from tickets.actions.queueing import skip, take_next
from tickets.actions.rating import rate, review_rating
from tickets.actions.recurring import check_schedule, keep_schedule, pause_schedule, resume_schedule
from tickets.actions.refusals import appeal_refusal, decide_refusal
from tickets.actions.saving import change_view, delete_view, may_edit_view, move_view, save_view
from tickets.actions.scheduling import send_later, send_now, send_resting, take_back
from tickets.actions.several import Changes, change
from tickets.actions.silence import note_silence
from tickets.actions.snoozing import snooze, unsnooze
from tickets.actions.splitting import split
from tickets.actions.suspending import appeal, decide_appeal, lift_suspension, suspend
from tickets.actions.tags import add_tag, remove_tag
from tickets.actions.talking import comment, note, reply
from tickets.actions.templates import keep_template, put_aside, take_into_use
from tickets.actions.windows import end_window, move_window, plan_window

__all__ = [
    "Asked",
    "Changes",
    "add_file",
    "add_participants",
    "add_tag",
    "add_to_complaint",
    "announce_delay",
    "answer_approval",
    "appeal",
    "appeal_refusal",
    "ask_again",
    "ask_approval",
    "ask_callback",
    "ask_for_history",
    "assign",
    "cancel_callback",
    "change",
    "change_category",
    "change_fields",
    "change_macro",
    "change_priority",
    "change_status",
    "change_view",
    "check_schedule",
    "claim",
    "clear_false_report",
    "comment",
    "count_use",
    "decide_appeal",
    "decide_complaint",
    "decide_refusal",
    "delete_macro",
    "delete_view",
    "disown",
    "do_acts",
    "end_absence",
    "end_links",
    "end_window",
    "file_complaint",
    "file_without_account",
    "first_message",
    "follow",
    "forget",
    "hand_over",
    "identify",
    "is_done",
    "join",
    "keep_schedule",
    "keep_template",
    "lift_suspension",
    "link",
    "log_call",
    "log_contact",
    "mark_false_report",
    "mark_not_covered",
    "may_edit_macro",
    "may_edit_view",
    "may_file_without_account",
    "merge",
    "miss_call",
    "move_view",
    "move_window",
    "note",
    "note_on_complaint",
    "note_silence",
    "once",
    "open_draft",
    "open_from",
    "open_prepared",
    "open_ticket",
    "open_with_callback",
    "pause_schedule",
    "person_at",
    "plan_absence",
    "plan_window",
    "prove",
    "put_aside",
    "put_off_call",
    "rate",
    "refuse",
    "remind_approvers",
    "remove_file",
    "remove_participant",
    "remove_tag",
    "reopen",
    "replace_approver",
    "reply",
    "resume_schedule",
    "review_rating",
    "save_draft",
    "save_macro",
    "save_view",
    "see_mentions",
    "send_checklist",
    "send_later",
    "send_now",
    "send_resting",
    "settle_review",
    "skip",
    "snooze",
    "solve_by_requester",
    "split",
    "suppose_link",
    "suspend",
    "take",
    "take_back",
    "take_complaint",
    "take_into_use",
    "take_next",
    "tick",
    "unfollow",
    "unlink",
    "unmerge",
    "unsnooze",
    "untick",
    "withdraw_approval",
    "withdraw_checklist",
    "withdraw_strike",
]
