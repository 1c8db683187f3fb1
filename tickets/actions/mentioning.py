"""Calling upon colleagues in a note, and looking at what one was called upon for."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from tenants.models import User
from tickets import events
from tickets.models import Follower, Mention, Message, Ticket


def mention(message: Message, whom: Mapping[UUID, UUID | None], *, actor: User, at: datetime) -> None:
    """Remember whom a note on a locked ticket calls upon, with the team that was named, if any.

    Who is called by name follows the ticket from now on, and may stop it; a whole team does not.
    """
    Mention.objects.bulk_create(Mention(message=message, user_id=pk, team_id=team) for pk, team in whom.items())
    named = [pk for pk, team in whom.items() if team is None]
    if not named:
        return
    following = set(Follower.objects.filter(ticket=message.ticket).values_list("user", flat=True))
    for person in User.objects.filter(pk__in=set(named) - following):
        Follower.objects.create(ticket=message.ticket, user=person, since=at)
        said: dict[str, Any] = {"because": "mention", "person": str(person.pk), "name": str(person)}
        events.record(message.ticket, "ticket.followed", actor=actor, at=at, **said)


def see_mentions(ticket: Ticket | None, *, person: User) -> None:
    """A person has looked at what they were called upon for: on a ticket, or everywhere."""
    new = Mention.objects.filter(user=person, is_seen=False)
    (new if ticket is None else new.filter(message__ticket=ticket)).update(is_seen=True)
