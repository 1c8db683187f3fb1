"""The only place that says what happens after which event, and what each kind of alarm does."""

#: After an event of this verb is recorded, these alarms are set for now, with the event as their subject.
AFTER: dict[str, list[str]] = {
    "ticket.created": ["mail.tell"],
    "message.posted": ["mail.tell"],
    "status.changed": ["mail.tell"],
    "priority.changed": ["mail.tell"],
    "ticket.assigned": ["mail.tell"],
    "ticket.escalated": ["mail.tell"],
    "ticket.handed_back": ["mail.tell"],
    "ticket.merged": ["mail.tell"],
    "ticket.not_covered": ["mail.tell"],
    "ticket.refused": ["mail.tell"],
    "ticket.reopened": ["mail.tell"],
    "delay.announced": ["mail.tell"],
    "rule.ran": ["mail.tell"],
}

#: Kinds of which many come due at once: a function of several subjects' ids and the instant does them together.
TOGETHER: dict[str, str] = {
    "clock": "escalation.rules.rang_together",
}

#: Kinds that stand back while others are due: when a thousand clocks break at once, mail about them can wait a minute.
PATIENT: set[str] = {"mail.tell", "mail.send"}

#: What does the work of each kind of alarm: a function of the subject's id and the instant.
ALARMS: dict[str, str] = {
    "clock": "escalation.rules.rang",
    "clock.crossed": "escalation.rules.crossed",
    "window": "tickets.windows.turned",
    "mail.tell": "inbox.reactions.tell",
    "mail.send": "inbox.reactions.send",
    "policy.recalculate": "tickets.recalculation.work",
}
