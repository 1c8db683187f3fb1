"""The only place that says what happens after which event, and what each kind of alarm does."""

#: After an event of this verb is recorded, these alarms are set for now, with the event as their subject.
AFTER: dict[str, list[str]] = {
    "ticket.created": ["mail.tell", "burst.look", "assignment.look", "duplicate.look"],
    "message.posted": ["mail.tell", "assignment.look"],
    "status.changed": ["mail.tell", "assignment.look"],
    "priority.changed": ["mail.tell"],
    "ticket.assigned": ["mail.tell", "assignment.look"],
    "ticket.escalated": ["mail.tell", "assignment.look"],
    "ticket.handed_back": ["mail.tell", "assignment.look"],
    "ticket.merged": ["mail.tell", "assignment.look"],
    "ticket.unmerged": ["mail.tell", "assignment.look"],
    "ticket.not_covered": ["mail.tell", "assignment.look"],
    "ticket.refused": ["mail.tell", "assignment.look"],
    "ticket.reopened": ["mail.tell", "assignment.look"],
    "delay.announced": ["mail.tell"],
    "rule.ran": ["mail.tell"],
    "reply.returned": ["mail.tell"],
    "participant.added": ["mail.tell"],
    "checklist.finished": ["mail.tell"],
    "ticket.nudged": ["mail.tell"],
    "report.false": ["mail.tell"],
    "report.cleared": ["mail.tell"],
    "ticket.woken": ["mail.tell", "assignment.look"],
    "approval.asked": ["mail.tell"],
    "approval.reminded": ["mail.tell"],
    "approval.replaced": ["mail.tell"],
    "approval.overdue": ["mail.tell"],
    "approval.finished": ["mail.tell"],
    "rating.asked": ["mail.tell"],
    "rating.given": ["mail.tell"],
    "refusal.appealed": ["mail.tell"],
    "refusal.upheld": ["mail.tell"],
    "callback.asked": ["mail.tell"],
    "callback.due": ["mail.tell"],
    "callback.moved": ["mail.tell"],
    "callback.not_reached": ["mail.tell"],
    "callback.cancelled": ["mail.tell"],
    "category.changed": ["assignment.look"],
    "ticket.handed_over": ["assignment.look"],
    "ticket.returned": ["assignment.look"],
    "ticket.skipped": ["assignment.look"],
    "ticket.snoozed": ["assignment.look"],
}

#: Kinds that few events are anything to: a function of the event, which asks the database nothing, says which.
CONCERNS: dict[str, str] = {
    "assignment.look": "tickets.distribution.concerns",
    "duplicate.look": "tickets.duplicates.concerns",
}

#: Kinds of which many come due at once: a function of several subjects' ids and the instant does them together.
TOGETHER: dict[str, str] = {
    "clock": "escalation.rules.rang_together",
    "clock.crossed": "escalation.rules.crossed_together",
    "assignment.look": "tickets.distribution.looked_together",
}

#: Kinds whose work is seen outside of the database: a function of subject and instant that is committed before it.
BEFORE: dict[str, str] = {
    "mail.send": "inbox.reactions.begin",
}

#: Kinds that stand back while others are due: when a thousand clocks break at once, mail about them can wait a minute.
PATIENT: set[str] = {
    "mail.tell",
    "mail.send",
    "mail.digest",
    "burst.look",
    "template.tell",
    "complaint.tell",
    "notice.tell",
    "rating.ask",
    "duplicate.look",
    "strike.tell",
    "history.export",
    "mailbox.look",
    "mailbox.tell",
}

#: What does the work of each kind of alarm: a function of the subject's id and the instant.
ALARMS: dict[str, str] = {
    "clock": "escalation.rules.rang",
    "clock.crossed": "escalation.rules.crossed",
    "burst.look": "tickets.bursts.look",
    "duplicate.look": "tickets.duplicates.look",
    "incident.relay": "tickets.actions.incidents.pass_on",
    "window": "tickets.windows.turned",
    "notice.tell": "notices.telling.tell",
    "tag.leave": "tickets.actions.tags.leave",
    "snooze": "tickets.actions.snoozing.rang",
    "approval.due": "tickets.actions.approvals.rang",
    "callback.due": "tickets.actions.callbacks.rang",
    "complaint.due": "tickets.actions.complaints.rang",
    "complaint.tell": "inbox.complaints.tell",
    "rating.ask": "tickets.actions.rating.rang",
    "template.run": "tickets.actions.recurring.rang",
    "template.tell": "inbox.schedules.tell",
    "draft.send": "tickets.actions.scheduling.rang",
    "draft.tidy": "tickets.actions.drafting.tidy",
    "upload.sweep": "tickets.actions.uploading.rang",
    "mail.tell": "inbox.reactions.tell",
    "mail.send": "inbox.reactions.send",
    "mail.digest": "inbox.digests.send",
    "mail.take": "inbox.intake.receiving.rang",
    "mailbox.look": "inbox.tasks.rang",
    "mailbox.tell": "inbox.mailboxes.tell",
    "assignment.look": "tickets.distribution.looked",
    "team.hand_out": "tickets.distribution.hand_out",
    "team.shift": "tickets.distribution.hand_out",
    "absence.begins": "tickets.actions.absences.begun",
    "absence.ends": "tickets.distribution.back",
    "person.left": "tickets.actions.absences.left",
    "person.returned": "tickets.distribution.returned",
    "policy.recalculate": "tickets.recalculation.work",
    "strike.tell": "inbox.conduct.tell_strike",
    "suspension.tell": "inbox.conduct.tell_suspension",
    "suspension.appealed": "inbox.conduct.tell_appeal",
    "suspension.ends": "tickets.actions.suspending.rang",
    "bulk": "tickets.actions.bulk.work",
    "history.export": "tickets.actions.history.work",
    "history.expire": "tickets.actions.history.expire",
}
