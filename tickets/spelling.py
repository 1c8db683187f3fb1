"""Words that nothing has, and the nearest that something has: typing errors in messages and in names of files.

A correction is told only where it leads to something that the person may see. Whoever does not see every ticket is
told it as one of the tickets found for them has it: nobody learns a word of what they may not read.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from django.db import connection

from tenants.bulk import as_array, read_many
from tenants.models import User
from tenants.permissions import Permission
from tickets import vocabulary
from tickets.models import Message, SearchEntry, Ticket
from tickets.search import MAX_HITS, MOST_RANKED
from tickets.selection import Query, Words, parse
from tickets.selection.language import LONGEST

#: Words of a query that are looked at; nobody mistypes more and still expects something.
MOST_WORDS = 6
#: Neighbours of a word that are tried, the nearest first.
MOST_TRIED = 3
#: Messages in which the word that is told is looked for.
MOST_READ = 200
#: Of words up to this length every word that one error makes of them is asked for; trigrams find those of longer ones.
_EVERY_ERROR = 12
#: From this length on two errors are forgiven.
_TWO_ERRORS = 6
_ALPHABETS = ("abcdefghijklmnopqrstuvwxyz", "абвгдеёжзийклмнопрстуфхцчшщъыьэюя")
_PART = re.compile(r"[^\W_]+")
#: The tickets that a person may see and that have the words of a query themselves.
Find = Callable[[Query], Iterable[UUID]]


@dataclass(frozen=True)
class Correction:
    """What was typed that nothing has, what stands in for it, and the query that asks for what was typed exactly."""

    missing: str
    shown: str
    exactly: Query


def corrected(query: Query, person: User, find: Find) -> Query | None:
    """The query with the nearest words in place of those that nothing has, where it then finds something.

    Words in quotation marks and words that must not be there stay as they are.
    """
    typed = _typed(query)
    if not typed or query.problems:
        return None
    seen = _seen_by(person)
    near = _near(typed, seen, public=not person.is_staff_member)
    if not near or not all(near.values()):
        return None
    for place in range(min(MOST_TRIED, max(map(len, near.values())))):
        chosen = {word: found[min(place, len(found) - 1)] for word, found in near.items()}
        if hits := list(find(_with(query, chosen))):
            if seen is None:
                return _with(query, chosen)
            known = _written_in(hits, public=not person.is_staff_member)
            if all(vocabulary.fold(word) in known for word in chosen.values()):
                return _with(query, {word: known[vocabulary.fold(to)] for word, to in chosen.items()})
    return None


def told(typed: str, text: str) -> Correction | None:
    """How a text for which another was typed differs from it; nothing where the one is no correction of the other."""
    if not typed or len(typed) > LONGEST:
        return None
    before, after = parse(typed).words, parse(text).words
    if len(before) != len(after):
        return None
    pairs = list(zip(before, after, strict=True))
    changed = [(old.text, new.text) for old, new in pairs if old != new]
    if not changed:
        return None
    missing, shown = (", ".join(texts) for texts in zip(*changed, strict=True))
    exact = tuple(old if old == new else replace(old, exact=True) for old, new in pairs)
    return Correction(missing, shown, replace(parse(typed), words=exact))


def _typed(query: Query) -> list[str]:
    """The words of a query that may have been mistyped, as they are compared, each once."""
    loose = [each.text for each in query.words if not (each.exact or each.negated or "@" in each.text)]
    found = (part for text in loose for part in vocabulary.parts(text) if vocabulary.is_word(part))
    return list(dict.fromkeys(map(vocabulary.fold, found)))[:MOST_WORDS]


def _with(query: Query, chosen: dict[str, str]) -> Query:
    """The query with these words in place of others."""

    def mended(each: Words) -> Words:
        if each.exact or each.negated or "@" in each.text:
            return each
        return replace(each, text=_PART.sub(lambda found: chosen.get(vocabulary.fold(found[0]), found[0]), each.text))

    return replace(query, words=tuple(map(mended, query.words)))


def _seen_by(person: User) -> list[UUID] | None:
    """The newest tickets of those who don't see all."""
    if person.is_staff_member and person.may(Permission.SEE_ALL_TICKETS):
        return None
    return list(Ticket.objects.visible_to(person).order_by("-number").values_list("pk", flat=True)[:MOST_RANKED])


def _near(typed: Sequence[str], seen: list[UUID] | None, *, public: bool) -> dict[str, list[str]]:
    """The words that nothing has, or nothing among what is seen, and for each the known ones near it. Two queries."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT missing, near FROM tickets_misspelt(%s, %s, %s)", [list(typed), seen, public])
        rows = cursor.fetchall()
    missing = list(dict.fromkeys(word for word, _near in rows))
    if not missing:
        return {}
    alike = as_array(near for _word, near in rows if near)
    made = as_array({one for word in missing if len(word) <= _EVERY_ERROR for one in _one_error(word)})
    known = read_many(
        "SELECT word, written, times FROM tickets_knownword WHERE tenant_id = %s"
        " AND (id = ANY(%s::uuid[]) OR word = ANY(%s::varchar[]))",
        alike,
        made,
    )
    return {word: _nearest(word, known) for word in missing}


def _nearest(word: str, known: Iterable[tuple[str, str, int]]) -> list[str]:
    """Those of the known words that an error or two may have made this of: fewest errors first, then the commonest."""
    most = 2 if len(word) >= _TWO_ERRORS else 1
    found = [
        (errors, other[0] != word[0], -times, written)
        for other, written, times in known
        if 0 < (errors := distance(word, other)) <= most
    ]
    return [written for *_order, written in sorted(found)]


def distance(one: str, other: str) -> int:
    """How many letters were left out, added, mistaken or swapped with their neighbour between two words."""
    before: list[int] = []
    last = list(range(len(other) + 1))
    for row, letter in enumerate(one, 1):
        line = [row]
        for column, its in enumerate(other, 1):
            cost = min(last[column] + 1, line[-1] + 1, last[column - 1] + (letter != its))
            if row > 1 and column > 1 and letter == other[column - 2] and one[row - 2] == its:
                cost = min(cost, before[column - 2] + 1)
            line.append(cost)
        before, last = last, line
    return last[-1]


def _one_error(word: str) -> set[str]:
    """Every word that this may have been before one error."""
    letters = "".join(each for each in _ALPHABETS if set(each) & set(word))
    halves = [(word[:place], word[place:]) for place in range(len(word) + 1)]
    added = {left + letter + right for left, right in halves for letter in letters}
    mistaken = {left + letter + right[1:] for left, right in halves if right for letter in letters}
    left_out = {left + right[1:] for left, right in halves if right}
    swapped = {left + right[1] + right[0] + right[2:] for left, right in halves if len(right) > 1}
    return added | mistaken | left_out | swapped


def _written_in(tickets: Sequence[UUID], *, public: bool) -> dict[str, str]:
    """The words of these tickets as they stand there; for customers of what they read."""
    entries = SearchEntry.objects.filter(ticket__in=tickets[:MAX_HITS])
    if public:
        entries = entries.filter(message__kind=Message.Kind.PUBLIC)
    texts = vocabulary.texts_of(entries.order_by("-id")[:MOST_READ])
    return vocabulary.words_in(text for each in texts.values() for text in each)
