"""Changing what a ticket's fields say."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sla.document.form_fields import shown
from tenants.errors import NotPermitted
from tenants.models import User
from tenants.permissions import Permission
from tenants.text import say
from tickets import answers, clocks, desk, events
from tickets.actions import conduct
from tickets.actions.checks import closed, require
from tickets.actions.identifying import release
from tickets.actions.talking import require_talk
from tickets.answers import Answer
from tickets.errors import AnswersChanged, FieldNotAsked
from tickets.models import Status, Ticket


def change_fields(
    ticket: Ticket,
    changes: Mapping[str, Answer | None],
    *,
    actor: User,
    at: datetime,
    seen: Mapping[str, object] | None = None,
) -> Ticket:
    """Write answers by the key of their field; None takes one away. The rest stays, what is asked no longer too.

    `seen` are the answers that the actor had before them: who changed the same since is not written over.
    Raises NotPermitted, TicketClosed, FieldNotAsked, AnswersChanged.
    """
    require(actor, Permission.CHANGE)
    ticket = desk.lock(ticket)
    if ticket.status.kind == Status.Kind.CLOSED or ticket.merged_into_id is not None:
        raise closed(ticket, actor)
    former = dict(ticket.answers)
    wanted = {key: value or None for key, value in changes.items() if (value or None) != (former.get(key) or None)}
    if not wanted:
        return ticket
    if seen is not None:
        _require_unchanged(ticket, wanted, seen)
    ticket.answers = {key: value for key, value in {**former, **wanted}.items() if value}
    _require_asked(ticket, wanted)
    _write(ticket, wanted, former, actor=actor, at=at)
    return ticket


def identify(
    ticket: Ticket, said: Mapping[str, Answer], *, actor: User, at: datetime, as_it_is: bool = False
) -> Ticket:
    """Fill in authorisation data that a request lacks, as its customer; with the last of it, it waits no longer.

    What was given before stays as it is. `as_it_is` as for comment().
    Raises NotPermitted, TicketClosed, RudeWords, RudeWordsWarned.
    """
    if not Ticket.objects.visible_to(actor).filter(pk=ticket.pk).exists():
        raise NotPermitted
    ticket = desk.lock(ticket)
    require_talk(ticket)
    missing = {each.key for each in answers.missing_to_identify(ticket, ticket.policy)}
    wanted = {key: value for key, value in said.items() if key in missing and value}
    if wanted:
        words = [each for each in wanted.values() if isinstance(each, str)]
        conduct.keep_courteous(ticket, *words, person=actor, as_it_is=as_it_is, at=at)
        former = dict(ticket.answers)
        ticket.answers = {**former, **wanted}
        _write(ticket, wanted, former, actor=actor, at=at)
    return ticket


def _write(
    ticket: Ticket,
    wanted: Mapping[str, Answer | None],
    former: Mapping[str, object],
    *,
    actor: User,
    at: datetime,
) -> None:
    """Keep the answers of a locked ticket, make them findable and record them."""
    ticket.updated_at = at
    ticket.save(update_fields=["answers", "updated_at"])
    answers.look_up(ticket.pk, ticket.answers)
    told = [
        {
            "key": key,
            "before": former.get(key),
            "after": value,
            # Kept with the event: what was hidden when it happened stays so under every later policy.
            "hidden": not answers.is_open_to_customers(key, ticket.policy),
        }
        for key, value in wanted.items()
    ]
    is_public = any(not each["hidden"] for each in told)
    events.record(ticket, "fields.changed", actor=actor, at=at, is_public=is_public, changes=told)
    release(ticket, actor=actor, at=at)
    clocks.refresh(ticket, at=at)


def _require_unchanged(ticket: Ticket, wanted: Mapping[str, object], seen: Mapping[str, object]) -> None:
    moved = [key for key in wanted if (ticket.answers.get(key) or None) != (seen.get(key) or None)]
    if moved:
        now = ((key, answers.field_named(key, ticket, ticket.policy)) for key in moved)
        said = [f"{_name(ticket, key)}: {answers.words(field, ticket.answers.get(key)) or '—'}" for key, field in now]
        raise AnswersChanged(fields="; ".join(said))


def _require_asked(ticket: Ticket, wanted: Mapping[str, object]) -> None:
    """An answer can always be taken away, and be given only where it is asked for."""
    policy = ticket.policy
    known = shown(policy.fields_for(ticket.category.key), ticket.answers, answers.facts_of(ticket))
    asked = {each.key for each in known}
    for key, value in wanted.items():
        if value and key not in asked:
            raise FieldNotAsked(field=_name(ticket, key))


def _name(ticket: Ticket, key: str) -> str:
    field = answers.field_named(key, ticket, ticket.policy)
    return say(field.name) if field else key
