"""The only place that says what happens after which event, and what each kind of alarm does."""

#: After an event of this verb is recorded, these alarms are set for now, with the event as their subject.
AFTER: dict[str, list[str]] = {
    "clock.warned": ["escalation.consider"],
    "clock.breached": ["escalation.consider"],
}

#: What does the work of each kind of alarm: a function of the subject's id and the instant.
ALARMS: dict[str, str] = {
    "clock": "tickets.clocks.rang",
    "escalation.consider": "escalation.rules.consider",
    "mail.tell": "inbox.reactions.tell",
    "mail.send": "inbox.reactions.send",
}
