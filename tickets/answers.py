"""What was answered to the policy's fields, as it is kept, looked for and read."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from sla.document import SupportPolicy
from sla.document.form_fields import NO, YES, Facts, FormField, shown
from sla.models import policy_of
from tenants.context import active_tenant_id
from tenants.text import say
from tickets.models import AnswerEntry, Ticket
from tickets.models.search import LONGEST_VALUE

#: As `Ticket.answers` keeps it: words, or the keys of several choices.
Answer = str | list[str]


def look_up(ticket_id: UUID, answers: Mapping[str, object]) -> None:
    """Make answers findable, in the transaction that writes them; those of before are forgotten."""
    AnswerEntry.objects.filter(ticket=ticket_id).delete()
    make_findable(ticket_id, answers)


def make_findable(ticket_id: UUID, answers: Mapping[str, object]) -> None:
    """The same for a ticket that has had none. One statement, none without answers."""
    rows = [
        AnswerEntry(ticket_id=ticket_id, field=key, value=value, size=size) for key, value, size in entries(answers)
    ]
    if rows:
        AnswerEntry.objects.bulk_create(rows)


def entries(answers: Mapping[str, object]) -> Iterator[tuple[str, str, float | None]]:
    """Field, value and size of what is short enough to be looked for, each once."""
    for key, answer in answers.items():
        values = answer if isinstance(answer, list) else [answer]
        for value in dict.fromkeys(folded(str(each)) for each in values):
            if value and len(value) <= LONGEST_VALUE:
                yield key[:40], value, size_of(value)


def folded(text: str) -> str:
    """A value as it is compared: small letters, one space between words."""
    return " ".join(text.split()).casefold()


def size_of(value: str) -> float | None:
    """A number, or the day of a date: what `<` and `>` compare. None for anything else."""
    try:
        return float(date.fromisoformat(value).toordinal()) if len(value) == 10 and value[4] == "-" else _number(value)
    except ValueError:
        return None


def _number(value: str) -> float | None:
    number = float(value)
    return number if math.isfinite(number) else None


@dataclass(frozen=True, kw_only=True)
class Shown:
    """A field of a ticket with its answer, in the reader's words."""

    field: FormField | None
    key: str
    name: str
    text: str
    is_asked: bool = True

    @property
    def is_for_staff_only(self) -> bool:
        """Whether customers never see it."""
        return self.field is not None and not self.field.is_seen_by_customers

    @property
    def is_for_staff(self) -> bool:
        """Whether staff fill it in."""
        return self.field is not None and self.field.is_for_staff

    @property
    def is_wanted(self) -> bool:
        """Whether it has to be filled in before the ticket is solved, and is not."""
        return self.is_asked and not self.text and self.field is not None and self.field.required_to_solve


def facts_of(ticket: Ticket) -> Facts:
    """What the conditions of fields see of a ticket, which brings its category and priority."""
    return Facts(
        category=ticket.category.key,
        priority=ticket.priority.key,
        impact=ticket.impact or None,
        urgency=ticket.urgency or None,
    )


def asked_of(ticket: Ticket, policy: SupportPolicy) -> tuple[FormField, ...]:
    """The fields that a ticket has now, in the policy's order."""
    return shown(policy.fields_for(ticket.category.key), ticket.answers, facts_of(ticket))


def given(ticket: Ticket, policy: SupportPolicy) -> dict[str, Answer]:
    """What was answered to the fields that a ticket has now: conditions look at nothing else."""
    return {each.key: ticket.answers[each.key] for each in asked_of(ticket, policy) if ticket.answers.get(each.key)}


def missing_to_solve(ticket: Ticket, policy: SupportPolicy) -> list[FormField]:
    """What has to be filled in before the ticket is solved."""
    asked = asked_of(ticket, policy)
    return [each for each in asked if each.required_to_solve and not ticket.answers.get(each.key)]


def missing_to_identify(ticket: Ticket, policy: SupportPolicy) -> list[FormField]:
    """The authorisation data that a request waits for."""
    if not any(each.identifies for each in fields_everywhere(policy)):
        return []
    return [each for each in asked_of(ticket, policy) if each.identifies and not ticket.answers.get(each.key)]


def identification(ticket: Ticket, policy: SupportPolicy) -> dict[str, Answer]:
    """The authorisation data that came with a request."""
    keys = [each.key for each in asked_of(ticket, policy) if each.identifies]
    return {key: ticket.answers[key] for key in keys if ticket.answers.get(key)}


def for_staff(ticket: Ticket, policy: SupportPolicy) -> list[Shown]:
    """What is asked, answered or not; then what was answered and is asked no longer."""
    asked = asked_of(ticket, policy)
    rows = [_row(each.key, each, ticket.answers.get(each.key)) for each in asked]
    known = {each.key for each in asked}
    former = [key for key in _in_order(ticket, policy) if key not in known]
    return rows + [_row(key, field_named(key, ticket, policy), ticket.answers[key], is_asked=False) for key in former]


def for_customer(ticket: Ticket, policy: SupportPolicy) -> list[Shown]:
    """What was answered, as far as customers may know it: never what the policy hides, or no longer knows."""
    rows = [
        _row(key, field_named(key, ticket, policy), ticket.answers[key])
        for key in _in_order(ticket, policy)
        if is_open_to_customers(key, policy)
    ]
    return [row for row in rows if row.text]


def is_open_to_customers(key: str, policy: SupportPolicy) -> bool:
    """Whether customers may know an answer: the policy knows its field, and hides it in no category."""
    named = [each for each in fields_everywhere(policy) if each.key == key]
    return bool(named) and all(each.is_seen_by_customers for each in named)


def field_named(key: str, ticket: Ticket, policy: SupportPolicy) -> FormField | None:
    """The field as the ticket's category has it, else as any other one has."""
    known = ticket.category.key in policy.categories
    here = {each.key: each for each in policy.fields_for(ticket.category.key)} if known else {}
    return here.get(key) or next((each for each in fields_everywhere(policy) if each.key == key), None)


def _in_order(ticket: Ticket, policy: SupportPolicy) -> list[str]:
    """The keys that were answered, as the policy has them: Postgres keeps no order."""
    known = [each.key for each in (*policy.fields_for(ticket.category.key), *fields_everywhere(policy))]
    places = {key: place for place, key in reversed(list(enumerate(known)))}
    return sorted(ticket.answers, key=lambda key: (places.get(key, len(known)), key))


def fields_everywhere(policy: SupportPolicy) -> Iterator[FormField]:
    """Every field that the policy has, for all requests and then by category."""
    yield from policy.fields.values()
    for category in policy.categories.values():
        yield from category.fields.values()


def fields_by_key(policy: SupportPolicy) -> dict[str, list[FormField]]:
    """The same by their keys: categories may ask the same in other words."""
    found: dict[str, list[FormField]] = {}
    for each in fields_everywhere(policy):
        found.setdefault(each.key, []).append(each)
    return found


def names_of_fields(policy: SupportPolicy) -> dict[str, str]:
    """What the fields are called, by key; every name where categories ask the same in other words."""
    return {
        key: " / ".join(dict.fromkeys(say(each.name) for each in same)) for key, same in fields_by_key(policy).items()
    }


def choices(fields: Iterable[FormField]) -> dict[str, str]:
    """What can be answered to the fields of one key, with its words; nothing where an answer is written."""
    found = {option.key: say(option.name) for each in fields for option in each.choices.values()}
    if any(each.kind == "boolean" for each in fields):
        found |= {YES: _("Yes"), NO: _("No")}
    return found


def words(field: FormField | None, answer: object) -> str:
    """An answer as people read it: the names of choices, a date in the reader's order."""
    if isinstance(answer, list):
        return ", ".join(filter(None, (words(field, each) for each in answer)))
    if answer in (None, ""):
        return ""
    text = str(answer)
    if field is None:
        return text
    if text in field.choices:
        return say(field.choices[text].name)
    if field.kind == "boolean":
        return {YES: _("Yes"), NO: _("No")}.get(text, text)
    if field.kind == "date":
        try:
            return date_format(date.fromisoformat(text), "DATE_FORMAT")
        except ValueError:
            return text
    return text


def in_list(ticket: Ticket, key: str) -> str:
    """The answer to a field as a list shows it, of a ticket of `Listing.with_rows`, by the policy in force."""
    policy = policy_of(active_tenant_id(), ticket.in_force)  # type: ignore[attr-defined]
    return words(field_named(key, ticket, policy), ticket.said.get(key))  # type: ignore[attr-defined]


def words_of_any(fields: Sequence[FormField], answer: object) -> str:
    """As `words`, where an answer may have been given in any category; `fields` are those of one key."""
    if isinstance(answer, list):
        return ", ".join(filter(None, (words_of_any(fields, each) for each in answer)))
    own = next((each for each in fields if str(answer) in each.choices), None)
    return words(own or next(iter(fields), None), answer)


def plain(fields: Iterable[FormField], answer: object) -> str:
    """An answer for programs that people read with: the names of choices, all else as it is kept.

    `fields` are those of one key; an answer may have been given in any category.
    """
    if isinstance(answer, list):
        return ", ".join(filter(None, (plain(fields, each) for each in answer)))
    text = str(answer or "")
    return next((say(each.choices[text].name) for each in fields if text in each.choices), text)


def _row(key: str, field: FormField | None, answer: object, *, is_asked: bool = True) -> Shown:
    name = say(field.name) if field else key
    return Shown(field=field, key=key, name=name, text=words(field, answer), is_asked=is_asked)
