"""What a mail to one of the staff is about, by which they choose when to have it."""

from __future__ import annotations

from inbox.mail.letters import calls_upon
from inbox.mail.stories import Story
from tenants.models import User

#: Told to whom a ticket was given, or who waits for it.
_ASSIGNED = {"reply.returned", "checklist.finished", "ticket.woken"}
#: Told to everybody who may act.
_TEAM = {"ticket.escalated", "refusal.appealed", "rating.given"}


def topic_of(story: Story, person: User) -> str:
    """One of NotificationPreference.TOPICS."""
    event, ticket = story.event, story.ticket
    if calls_upon(event, person):
        return "mention"
    if event.verb == "rule.ran":
        return "rule"
    if event.verb == "ticket.assigned" and event.data.get("to") == str(person.pk):
        return "assigned"
    if event.verb in _ASSIGNED or event.verb.startswith(("approval.", "callback.")):
        return "assigned"
    if person.pk in story.followers and person.pk != ticket.assignee_id:
        return "followed"
    if event.verb in _TEAM:
        return "team"
    by_staff = event.actor is not None and event.actor.is_staff_member
    return "followed" if by_staff else "customer"
