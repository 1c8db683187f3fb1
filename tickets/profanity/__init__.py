"""Finds obscene and insulting words in what people write, in English, Russian and Spanish. Pure: text in, words out.

Clauses C10 and D9 of the policies forbid them. Whole words are looked at, never parts, so that people from Scunthorpe
can write; a word that has an innocent meaning of its own is left alone. Tests hold the words that must not be taken.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import cache

from tickets.profanity import english, russian, spanish

#: The most words that are named to their writer.
MOST_NAMED = 5
#: What is looked at of a text, and of a word, in letters; nobody reads further to be offended.
LONGEST, LONGEST_WORD = 100_000, 40

_LANGUAGES = (english, russian, spanish)
#: Letters of two alphabets that look alike, and what is written in place of letters.
_TO_CYRILLIC = str.maketrans("aceopxykmtbhё@036$", "асеорхукмтвне" + "аозбс")
_TO_LATIN = str.maketrans("асеорхукмтвн@01345$!", "aceopxykmtbha" + "oieass" + "i")
_ACCENTS = str.maketrans("áéíóúü", "aeiouu")
_INVISIBLE = re.compile("[\u00ad\u034f\u061c\u200b-\u200f\u2060-\u2064\ufe00-\ufe0f\ufeff]")
_WORD = re.compile(r"\w(?:[\w*@$!]*\w)?")
#: Letters one by one, as in "f u c k" or "f.u.c.k".
_SPELLED = re.compile(r"(?<!\w)(?:[^\W\d_][ .\-_]){2,}[^\W\d_](?!\w)")
_STRETCHED = re.compile(r"(\w)\1{2,}")
_LATIN = re.compile("[a-z]")
_CYRILLIC = re.compile("[а-яё]")


def found(text: str) -> list[str]:
    """The rude words of a text as they were written, each once, in their order; at most five."""
    plain = _INVISIBLE.sub("", unicodedata.normalize("NFKC", text[:LONGEST]))
    named = dict.fromkeys(
        [
            *(word for word in dict.fromkeys(_words(plain)) if _is_rude(word)),
            *(each.group().strip() for each in _phrases().finditer(plain.translate(_ACCENTS))),
        ]
    )
    return list(named)[:MOST_NAMED]


def _words(text: str) -> Iterator[str]:
    for each in _WORD.finditer(text):
        yield each.group()
    for each in _SPELLED.finditer(text):
        yield each.group()


def _is_rude(word: str) -> bool:
    word = _STRETCHED.sub(r"\1\1\1", word)
    if len(word) > LONGEST_WORD:
        return False
    return any(_known().fullmatch(form) or _hidden(form) for form in dict.fromkeys(_forms(word)))


def _forms(word: str) -> Iterator[str]:
    """A word as it may be meant: in one alphabet, without drawling."""
    bare = re.sub(r"[ .\-_]", "", word.casefold()).translate(_ACCENTS)
    if not bare or bare.isdecimal():
        return
    written = [bare]
    if _CYRILLIC.search(bare):
        written.append(bare.translate(_TO_CYRILLIC))
    if _LATIN.search(bare):
        written.append(bare.translate(_TO_LATIN))
    for each in written:
        yield each
        if _STRETCHED.search(each):
            yield _STRETCHED.sub(r"\1", each)
            yield _STRETCHED.sub(r"\1\1", each)


def _hidden(form: str) -> bool:
    """Whether asterisks stand for the letters of a word that everybody knows: two letters at least are there."""
    if "*" not in form or sum(letter.isalpha() for letter in form) < 2:
        return False
    pattern = re.compile("".join(r"[^\W\d_]" if letter == "*" else re.escape(letter) for letter in form))
    return any(pattern.fullmatch(word) for language in _LANGUAGES for word in language.OFTEN_HIDDEN)


@cache
def _known() -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{form})" for language in _LANGUAGES for form in language.WORDS))


@cache
def _phrases() -> re.Pattern[str]:
    phrases = "|".join(f"(?:{each})" for language in _LANGUAGES for each in language.PHRASES)
    return re.compile(rf"(?<!\w)(?:{phrases})(?!\w)", re.IGNORECASE)
