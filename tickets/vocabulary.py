"""The words of a tenant, learnt in the background from what search entries are of: a batch a transaction."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet
from django.db.models.functions import Left

from tenants.bulk import as_array
from tenants.context import active_tenant
from tickets.models import Attachment, SearchEntry, WordsLearnt
from tickets.models.search import LONGEST_WORD, SHORTEST_WORD

#: Entries that one transaction learns.
BATCH = 500
#: About as many words a tenant knows at most; what is new after that is not learnt.
MOST_KNOWN = 200_000
#: Of a longer text search has no more words either.
LONGEST_TEXT = 50_000
#: What a transaction adds has its id before others see it: entries are left alone until theirs have surely ended.
#: Of one that takes longer, words may stay unlearnt; they are found all the same.
SETTLED_AFTER = timedelta(minutes=1)
_PART = re.compile(r"[^\W_]+")
_PLAIN = str.maketrans("áéíóúüñ", "aeiouun")
_LEARN = """
INSERT INTO tickets_knownword (id, tenant_id, word, written, times)
SELECT uuidv7(), %s, new.word, new.written, new.times
FROM unnest(%s::text[], %s::text[], %s::int[]) AS new (word, written, times)
ORDER BY new.word
ON CONFLICT (tenant_id, word) DO UPDATE
-- By their bytes letters with accents come last: who leaves them out is not the model.
SET written = greatest(tickets_knownword.written, excluded.written), times = tickets_knownword.times + excluded.times
RETURNING xmax = 0
"""


def fold(word: str) -> str:
    """A word as it is compared: in small letters, and without accents as search entries have it in Spanish."""
    return word.lower().translate(_PLAIN)


def is_word(text: str) -> bool:
    """Whether this is a word to know: letters only, neither too short nor too long."""
    return SHORTEST_WORD <= len(text) <= LONGEST_WORD and text.isalpha()


def parts(text: str) -> list[str]:
    """What stands between spaces, signs and underscores, in small letters."""
    return _PART.findall(unicodedata.normalize("NFC", text).lower())


def words_in(texts: Iterable[str]) -> dict[str, str]:
    """The words of texts as they are compared, and for each how it is written there."""
    found: dict[str, str] = {}
    for text in texts:
        for part in parts(text):
            if is_word(part):
                word = fold(part)
                found[word] = max(part, found.get(word, ""))
    return found


def texts_of(entries: QuerySet[SearchEntry]) -> dict[UUID, list[str]]:
    """What the messages of these entries are found by: subject, text and names of files, by the entry. Two queries."""
    rows = list(entries.values_list("id", "message_id", "subject", Left("message__body", LONGEST_TEXT)))
    names: dict[UUID | None, list[str]] = defaultdict(list)
    files = Attachment.objects.filter(message__in=[message for _pk, message, *_texts in rows])
    for message, name in files.values_list("message_id", "name"):
        names[message].append(name)
    return {pk: [subject, body, *names[message]] for pk, message, subject, body in rows}


def learn(at: datetime) -> bool:
    """Learn the words of the active tenant's next entries; whether there may be more.

    What was learnt and how far is written in one transaction: whoever is killed has done nothing, and the next goes on.
    """
    mark = WordsLearnt.objects.first()
    waiting = SearchEntry.objects.filter(id__lt=_first_id(at - SETTLED_AFTER))
    if not waiting.filter(id__gt=mark.entry if mark else UUID(int=0)).exists():
        return False
    if mark is None:
        WordsLearnt.objects.bulk_create([WordsLearnt()], ignore_conflicts=True)
    mark = WordsLearnt.objects.select_for_update(skip_locked=True).first()
    if mark is None:  # another worker is at it
        return False
    batch = waiting.filter(id__gt=mark.entry).order_by("id")[:BATCH]
    texts = texts_of(batch)
    if not texts:
        return False
    if mark.count < MOST_KNOWN:
        mark.count += _add(texts.values())
    mark.entry = max(texts)
    mark.save(update_fields=["entry", "count"])
    return len(texts) == BATCH


def _add(texts: Iterable[list[str]]) -> int:
    """Know the words of messages, each given as its texts; how many of them are new."""
    times: Counter[str] = Counter()
    written: dict[str, str] = {}
    for of_message in texts:
        found = words_in(of_message)
        times.update(found.keys())
        written |= {word: max(form, written.get(word, "")) for word, form in found.items()}
    if not times:
        return 0
    with connection.cursor() as cursor:
        columns = (times, (written[word] for word in times), times.values())
        cursor.execute(_LEARN, [active_tenant().id, *map(as_array, columns)])
        return sum(is_new for (is_new,) in cursor.fetchall())


def _first_id(at: datetime) -> UUID:
    """No id that was made from this instant on is smaller."""
    return UUID(int=int(at.timestamp() * 1000) << 80)
