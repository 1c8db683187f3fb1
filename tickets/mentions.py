"""Calling upon colleagues in a note: who may be, whom a text names, and by which name they are shown.

A note refers to people and teams by id. Typed by hand, `@ada` is who has this before the @ of their mail address,
`@ada@acme.example` the whole address, `@[Ada Lovelace]` the name; teams by `@key` or `@[name]`. What fits nobody is
text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from html import escape
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.html import urlize

from tenants.models import Role, User
from tenants.permissions import Permission
from tickets import formatting
from tickets.errors import MentionIsUnclear, MentionOutOfSight, TeamOutOfSight, TooManyMentioned
from tickets.models import Message, Team, TeamMembership, Ticket

#: More people than these are not called upon one by one: as many as a mail about a ticket goes to.
MOST_MENTIONED = 20
MOST_SUGGESTED = 10
_TYPED = re.compile(r"(?<![\w@./+-])@(?:\[([^\]\n]{1,120})\]|(\w[\w.+-]{0,63}(?:@[\w-]+(?:\.[\w-]+)+)?))")


@dataclass
class Named:
    """A note with its references, and whom it calls upon: each person once, with the team if that was named."""

    html: str
    body: str
    people: dict[UUID, UUID | None] = field(default_factory=dict)


def colleagues(ticket: Ticket) -> QuerySet[User]:
    """Staff who may see a ticket: `TicketQuerySet.visible_to` the other way round."""
    members = TeamMembership.objects.filter(team=ticket.team_id).values("user")
    may = Q(role__permissions__contains=[Permission.SEE_ALL_TICKETS]) | Q(pk=ticket.assignee_id) | Q(pk__in=members)
    return _staff().filter(may)


def suggested(ticket: Ticket, person: User, typed: str) -> list[User | Team]:
    """Who may be meant by what somebody has typed after an @: colleagues, then teams, who see the ticket."""
    word = " ".join(typed.replace("\0", " ").split()).casefold()[:60]
    others = colleagues(ticket).exclude(pk=person.pk)
    fitting = others.filter(Q(name__istartswith=word) | Q(name__icontains=f" {word}") | Q(email__istartswith=word))
    people: list[User | Team] = list(fitting.order_by("name", "email")[:MOST_SUGGESTED])
    reached = Team.objects.filter(is_active=True, memberships__user__in=others).distinct()
    teams = [team for team in reached if any(name.startswith(word) for name in (team.key, *_names(team)))]
    return [*people, *teams][:MOST_SUGGESTED]


def read(ticket: Ticket, *, author: User, html: str, body: str) -> Named:
    """What a note is kept as, and whom it calls upon. No query where there is no @, else up to five.

    Raises MentionOutOfSight, TeamOutOfSight, MentionIsUnclear, TooManyMentioned.
    """
    if "@" not in body and "<data " not in html:
        return Named(html, body)
    reading = _Reading(html or body)
    if html:
        html = formatting.with_references(html, reading.shown)
        html = formatting.with_words(html, reading.as_html)
        body = formatting.plain(html)
    elif reading.finds_typed(body):
        html = formatting.with_words(_linked(body), reading.as_html)
        body = reading.as_text(body)
    return Named(html, body, _whom(reading, ticket, author))


def name_anew(messages: Iterable[Message]) -> None:
    """Let messages call people and teams as they are called now. No query where nobody is mentioned, else up to two."""
    referring = [message for message in messages if "<data " in message.html]
    found = {(kind, UUID(pk)) for message in referring for kind, pk, _ in formatting.REFERENCE.findall(message.html)}
    people = [pk for kind, pk in found if kind == "person"]
    teams = [pk for kind, pk in found if kind == "team"]
    names = {("person", row.pk): str(row) for row in (User.objects.filter(pk__in=people) if people else ())}
    names |= {("team", row.pk): str(row) for row in (Team.objects.filter(pk__in=teams) if teams else ())}
    for message in referring:
        _name_anew(message, names)


def _name_anew(message: Message, names: dict[tuple[str, UUID], str]) -> None:
    def shown(kind: str, pk: UUID, former: str) -> str:
        now = f"@{names[kind, pk]}" if (kind, pk) in names else former
        message.body = message.body.replace(former, now)
        return _reference(kind, pk, now)

    message.html = formatting.with_references(message.html, shown)


def _whom(reading: _Reading, ticket: Ticket, author: User) -> dict[UUID, UUID | None]:
    people = [person for person in reading.people.values() if person.pk != author.pk]
    members = TeamMembership.objects.filter(team__in=reading.teams).exclude(user=author).order_by("user")
    pairs = list(members.values_list("user", "team")) if reading.teams else []
    wanted = {person.pk for person in people} | {user for user, _ in pairs}
    seeing = set(colleagues(ticket).filter(pk__in=wanted).values_list("pk", flat=True)) if wanted else set()
    for person in people:
        if person.pk not in seeing:
            raise MentionOutOfSight(person=person)
    for team in reading.teams.values():
        if not any(user in seeing for user, its in pairs if its == team.pk):
            raise TeamOutOfSight(team=team)
    whom: dict[UUID, UUID | None] = {user: team for user, team in pairs if user in seeing}
    whom |= {person.pk: None for person in people}
    if len(whom) > MOST_MENTIONED:
        raise TooManyMentioned(count=len(whom), limit=MOST_MENTIONED)
    return whom


def _staff() -> QuerySet[User]:
    return User.objects.filter(is_active=True).exclude(role__kind=Role.Kind.CUSTOMER).select_related("role")


def _linked(body: str) -> str:
    """Plain text as it would be shown without its references: paragraphs, and addresses as links."""
    linked = urlize(formatting.from_plain(body))
    return formatting.read(linked, pictures=())[0] or formatting.from_plain(body)


def _reference(kind: str, pk: UUID, words: str) -> str:
    return f'<data value="{kind}:{pk}">{escape(words, quote=False)}</data>'


class _Reading:
    """Whom a text names, and the text with references in the places of what was typed."""

    def __init__(self, text: str) -> None:
        self.people: dict[UUID, User] = {}
        self.teams: dict[UUID, Team] = {}
        typed = _TYPED.search(text) is not None
        referred = [(kind, UUID(pk)) for kind, pk, _ in formatting.REFERENCE.findall(text)]
        people, teams = _staff(), Team.objects.filter(is_active=True)
        if not typed:
            people = people.filter(pk__in=[pk for kind, pk in referred if kind == "person"])
            teams = teams.filter(pk__in=[pk for kind, pk in referred if kind == "team"])
        self._staff = {person.pk: person for person in people} if typed or referred else {}
        self._teams = {team.pk: team for team in teams} if typed or referred else {}

    def finds_typed(self, words: str) -> bool:
        """Whether anybody is named in plain words."""
        return any(self._found(typed)[0] for typed in _TYPED.finditer(words))

    def shown(self, kind: str, pk: UUID, words: str) -> str:
        """A reference with the name of today; one to nobody here is its words."""
        if kind == "person" and pk in self._staff:
            return self._referred(self._staff[pk])
        if kind == "team" and pk in self._teams:
            return self._referred(self._teams[pk])
        return escape(words, quote=False)

    def as_html(self, words: str) -> str:
        """Words with references, as HTML."""
        return self._replaced(words, self._referred, lambda text: escape(text, quote=False))

    def as_text(self, words: str) -> str:
        """Words with the names of those whom they name."""
        return self._replaced(words, lambda one: f"@{one}", str)

    def _replaced(self, words: str, name: Callable[[User | Team], str], tell: Callable[[str], str]) -> str:
        parts, end = [], 0
        for typed in _TYPED.finditer(words):
            one, rest = self._found(typed)
            if one is not None:
                parts += [tell(words[end : typed.start()]), name(one), tell(rest)]
                end = typed.end()
        return "".join([*parts, tell(words[end:])])

    def _referred(self, one: User | Team) -> str:
        if isinstance(one, User):
            self.people[one.pk] = one
            return _reference("person", one.pk, f"@{one}")
        self.teams[one.pk] = one
        return _reference("team", one.pk, f"@{one}")

    def _found(self, typed: re.Match[str]) -> tuple[User | Team | None, str]:
        """Whom a word names, and what of it is no part of the name: the full stop of a sentence."""
        if typed[1] is not None:
            return self._called(typed[1].strip().casefold(), typed[0]), ""
        word = typed[2].casefold()
        short = word.rstrip(".+-")
        for tried in dict.fromkeys((word, short)):
            if one := self._known_by(tried, f"@{typed[2][: len(tried)]}"):
                return one, typed[2][len(tried) :]
        return None, ""

    def _known_by(self, word: str, typed: str) -> User | Team | None:
        whole = "@" in word
        fitting = [
            person
            for person in self._staff.values()
            if (person.email.casefold() if whole else person.email.casefold().partition("@")[0]) == word
        ]
        return _only(fitting, typed) or next((team for team in self._teams.values() if team.key == word), None)

    def _called(self, name: str, typed: str) -> User | Team | None:
        fitting = [person for person in self._staff.values() if person.name.casefold() == name]
        return _only(fitting, typed) or next((each for each in self._teams.values() if name in _names(each)), None)


def _names(team: Team) -> set[str]:
    """What a team is called, in any language."""
    said = team.name.values() if isinstance(team.name, dict) else [team.name]
    return {each.casefold() for each in said}


def _only(fitting: list[User], typed: str) -> User | None:
    if len(fitting) > 1:
        raise MentionIsUnclear(typed=typed)
    return fitting[0] if fitting else None
