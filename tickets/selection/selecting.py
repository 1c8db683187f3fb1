"""Conditions to a filter of the database: sub-queries and no joins, so that every index stays of use."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache, reduce
from operator import or_
from typing import Any
from uuid import UUID

from django.db.models import Exists, Model, OuterRef, Q, Subquery, Value
from django.db.models.expressions import RawSQL
from django.utils.translation import gettext_lazy as _

from sla.document.form_fields import FormField
from sla.models import PolicyVersion, Priority, policy_of
from tenants.context import active_tenant_id
from tenants.fields import parse_id
from tenants.models import Role, User
from tickets import answers
from tickets.models import (
    AnswerEntry,
    Category,
    Channel,
    Organization,
    Status,
    Tag,
    Team,
    TeamMembership,
    TicketTag,
    TicketTemplate,
    Tier,
)
from tickets.selection.language import ANSWER, FIELDS, Field, Kind, Problem, Query, Time
from tickets.selection.language import named as named_field
from tickets.selection.moments import midnight
from tickets.selection.parsing import NO_TIME
from tickets.selection.states import STATES_OF

#: What a search reads of a query; words after that are cut off.
LONGEST_WORDS = 200
#: No row has this id.
_NOBODY = UUID(int=1)
NOTHING = Q(pk=_NOBODY)

GONE = _("There is no “%(value)s” any more under “%(name)s:”: the policy has given it up.")
MISSING = _("There is no “%(value)s” under “%(name)s:”. Known are: %(known)s.")
NO_FIELD = _("The policy has no field “%(value)s”. Known are: %(known)s.")
NO_SIZE = _("“%(value)s” is neither a number nor a day, so “%(name)s:” can't be compared with it.")
NOT_YOURS = _("“%(name)s:” is for the people who work on the desk. You can ask for: %(known)s.")

_COMPARED = re.compile(r"(<=|>=|<|>)(.+)")
_SIGNS = {"<": "lt", "<=": "lte", ">": "gt", ">=": "gte"}
_MODELS: dict[str, type[Model]] = {
    "status": Status,
    "priority": Priority,
    "category": Category,
    "team": Team,
    "tier": Tier,
    "channel": Channel,
}


@lru_cache(maxsize=512)
def rows_in_force(tenant_id: int | None, in_force: UUID | None) -> dict[str, dict[UUID, Any]]:
    """The rows that the active tenant's tickets point at. Only a new version of the policy changes them."""
    return {name: model._default_manager.in_bulk() for name, model in _MODELS.items()}


@lru_cache(maxsize=512)
def _fields_in_force(tenant_id: int | None, in_force: UUID) -> dict[str, list[FormField]]:
    return answers.fields_by_key(policy_of(tenant_id, in_force))


@dataclass(frozen=True)
class Desk:
    """What keys and names mean on the active tenant's desk. Without a version at hand only keys mean something."""

    in_force: UUID | None

    @classmethod
    def now(cls) -> Desk:
        """By the version of the policy in force. One query."""
        return cls(PolicyVersion.objects.order_by("-number").values_list("pk", flat=True).first())

    def rows(self, name: str) -> Iterable[Any]:
        """The rows of a field, those too that the policy has given up."""
        if self.in_force is None:  # nothing that could be remembered under this version
            return _MODELS[name]._default_manager.all()
        return rows_in_force(active_tenant_id(), self.in_force)[name].values()

    def fields(self) -> dict[str, list[FormField]]:
        """The fields of the policy in force by key, as each category has them; none without a version at hand."""
        if self.in_force is None:
            return {}
        return _fields_in_force(active_tenant_id(), self.in_force)

    def named(self, name: str, value: str) -> list[Any]:
        """The rows that a value means: by key, else by name in any language, else by place or kind."""
        wanted, rows = value.casefold(), list(self.rows(name))
        for means in (_by_key, _by_name, _by_place):
            if found := [row for row in rows if means(row, wanted)]:
                return found
        return []


def _by_key(row: Any, wanted: str) -> bool:
    return row.key.casefold() == wanted


def _by_name(row: Any, wanted: str) -> bool:
    names = row.name.values() if isinstance(row.name, dict) else [row.name]
    return any(str(name).casefold() == wanted for name in names)


def _by_place(row: Any, wanted: str) -> bool:
    """tier:2 and priority:p1 count as people do; status:on_hold is a kind, whatever the desk calls it."""
    if isinstance(row, Tier):
        return row.is_active and wanted == str(row.position)
    if isinstance(row, Priority):
        return row.is_active and wanted.removeprefix("p") == str(row.rank)
    return isinstance(row, Status) and row.is_active and row.kind == wanted.replace("-", "_")


@dataclass(frozen=True)
class Selection:
    """A filter of tickets, and what is wrong with what was asked for; then it selects nothing."""

    where: Q
    problems: tuple[Problem, ...] = ()


def select(query: Query, person: User, desk: Desk, *, at: datetime) -> Selection:
    """The filter of a query as this person means it at this time; `moments` says which `at` there are."""
    problems = list(query.problems)
    parts = []
    for condition in query.conditions:
        asked = named_field(condition.field)
        assert asked is not None  # whoever wrote the condition knew it
        if not (asked.for_customers or person.is_staff_member):
            known = ", ".join(each.name for each in FIELDS.values() if each.for_customers)
            problems.append(Problem.of(NOT_YOURS, name=asked.name, known=known))
            continue
        wanted = [_KINDS[asked.kind](asked, value, person, desk, at) for value in condition.values]
        problems += [each for each in wanted if isinstance(each, Problem)]
        either = reduce(or_, [each for each in wanted if isinstance(each, Q)], Q())
        parts.append(~either if condition.negated else either)
    if problems:
        return Selection(NOTHING, tuple(dict.fromkeys(problems)))
    public = not person.is_staff_member
    if query.wanted_words:
        parts.append(Q(pk__in=matching(query.wanted_words, public=public)))
    parts += [~Q(pk__in=matching(words, public=public)) for words in query.unwanted_words]
    return Selection(Q(*parts))


def matching(words: str, *, public: bool) -> RawSQL:
    """The ids of the tickets that have these words; for customers only where they can read them."""
    # The function sees every row of the tenant and gives ids only: row-level security and `visible_to` hold outside.
    return RawSQL("SELECT found FROM tickets_matching(%s, %s) AS found", [words[:LONGEST_WORDS], public])


def _keyed(asked: Field, value: str, person: User, desk: Desk, at: datetime) -> Q | Problem:
    if asked.may_be_none and value.lower() == "none":
        return Q(**{asked.name: None})
    if asked.name == "team" and value.lower() == "mine":
        return Q(team__in=TeamMembership.objects.filter(user=person).values("team"))
    if desk.in_force is None:
        return Q(**{asked.name: Subquery(_MODELS[asked.name]._default_manager.filter(key=value).values("pk")[:1])})
    rows = desk.named(asked.name, value)
    if not rows:
        known = ", ".join(row.key for row in desk.rows(asked.name) if row.is_active)
        return Problem.of(MISSING, value=value, name=asked.name, known=known)
    if not any(row.is_active for row in rows):
        return Problem.of(GONE, value=value, name=asked.name)
    return Q(**{f"{asked.name}__in": [row.pk for row in rows]})


def _person(asked: Field, value: str, person: User, desk: Desk, at: datetime) -> Q:
    if value.lower() == "me":
        return Q(**{asked.name: person})
    if asked.may_be_none and value.lower() == "none":
        return Q(**{asked.name: None})
    if pk := parse_id(value):
        return Q(**{f"{asked.name}_id": pk})
    people = User.objects.filter(Q(email__iexact=value) if "@" in value else Q(name__icontains=value))
    if asked.name == "assignee":
        people = people.exclude(role__in=Role.objects.filter(kind=Role.Kind.CUSTOMER).values("pk"))
    return Q(**{f"{asked.name}__in": people.values("pk")})


def _company(asked: Field, value: str, person: User, desk: Desk, at: datetime) -> Q:
    if value.lower() == "none":
        return Q(organization=None)
    if pk := parse_id(value):
        return Q(organization_id=pk)
    return Q(organization__in=Organization.objects.filter(name__icontains=value).values("pk"))


def _tag(asked: Field, value: str, person: User, desk: Desk, at: datetime) -> Q:
    if value.lower() == "none":
        return ~Q(Exists(TicketTag.objects.filter(ticket=OuterRef("pk")).values(one=Value(1))))
    tags = Tag.objects.filter(name=value.lower()).values("pk")
    return Q(pk__in=TicketTag.objects.filter(tag__in=tags).values("ticket"))


def _template(asked: Field, value: str, person: User, desk: Desk, at: datetime) -> Q:
    if value.lower() == "none":
        return Q(template=None)
    if pk := parse_id(value):
        return Q(template_id=pk)
    return Q(template__in=TicketTemplate.objects.filter(name__iexact=value).values("pk"))


def _answer(asked: Field, value: str, person: User, desk: Desk, at: datetime) -> Q | Problem:
    """By its words or its key; a number or a day also by how it compares."""
    key = asked.name.removeprefix(ANSWER)
    fields = desk.fields()
    if fields and key not in fields:
        return Problem.of(NO_FIELD, value=key, known=", ".join(fields))
    rows = AnswerEntry.objects.filter(field=key)
    if value.lower() == "none":
        return ~Q(Exists(rows.filter(ticket=OuterRef("pk")).values(one=Value(1))))
    if found := _COMPARED.fullmatch(value):
        size = answers.size_of(found[2])
        if size is None:
            return Problem.of(NO_SIZE, value=value, name=asked.name)
        return Q(pk__in=rows.filter(**{f"size__{_SIGNS[found[1]]}": size}).values("ticket"))
    wanted = answers.folded(value)
    options = [option for each in fields.get(key, ()) for option in each.choices.values()]
    keys = {option.key for option in options if wanted in (name.casefold() for name in option.name.values())}
    return Q(pk__in=rows.filter(value__in=sorted({wanted, *keys})).values("ticket"))


def _time(asked: Field, value: str, person: User, desk: Desk, at: datetime) -> Q | Problem:
    column = f"{asked.name}_at"
    if value.lower() == "none":
        return Q(**{column: None})
    bound = Time.parse(value)
    if bound is None:  # an address names it, which `parse` has not read
        return Problem.of(NO_TIME, value=value, name=asked.name)
    if bound.distance is not None:
        return _distance(column, bound.sign, bound.distance, at, forwards=asked.forwards)
    first = midnight(at, day=bound.day, days=bound.days)
    next_day = bound.day + timedelta(days=1) if bound.day else None
    after = midnight(at, day=next_day, days=None if bound.days is None else bound.days + 1)
    sides = {
        "<": {f"{column}__lt": first},
        "<=": {f"{column}__lt": after},
        ">": {f"{column}__gte": after},
        ">=": {f"{column}__gte": first},
        "": {f"{column}__gte": first, f"{column}__lt": after},
    }
    return Q(**sides[bound.sign])


def _distance(column: str, sign: str, distance: timedelta, at: datetime, *, forwards: bool) -> Q:
    """due:<2h lies before the instant two hours ahead; created:<2h is younger than two hours."""
    if forwards:
        return Q(**{f"{column}__{'lt' if '<' in sign else 'gt'}{'e' * ('=' in sign)}": at + distance})
    return Q(**{f"{column}__{'gt' if '<' in sign else 'lt'}{'e' * ('=' in sign)}": at - distance})


def _state(asked: Field, value: str, person: User, desk: Desk, at: datetime) -> Q:
    return STATES_OF[asked.name][value.lower()](person, at)


_KINDS: dict[Kind, Callable[[Field, str, User, Desk, datetime], Q | Problem]] = {
    Kind.KEYED: _keyed,
    Kind.PERSON: _person,
    Kind.COMPANY: _company,
    Kind.TAG: _tag,
    Kind.TEMPLATE: _template,
    Kind.TIME: _time,
    Kind.STATE: _state,
    Kind.ANSWER: _answer,
}
