"""What is folded: told after the fixtures of talon and Crisp, and after what Russian and Spanish people use."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis
from hypothesis import strategies as st

from inbox.mail.parsing.markup import text_of
from inbox.mail.parsing.quoting import Kind, folded, reply, split, written
from tests.support.lines import say

HERE = Path(__file__).parent
#: The lines of a mail, and which of them are not quoted; none: all of them. `from` names an origin below; what is
#: `missed` is told as its suite tells it, and we do not.
MAILS = json.loads((HERE / "quotes.json").read_text(encoding="utf-8"))
#: Mails as HTML, as Gmail, Outlook, Apple Mail, Thunderbird, Yandex, Mail.ru and others write it.
HTMLS = json.loads((HERE / "quotes_html.json").read_text(encoding="utf-8"))


@dataclass(frozen=True)
class Origin:
    """A public test suite, `of` how many mails, and the share of them that has to be told as it tells them.

    No word of theirs is kept: each mail was written anew, shorter, by what its case is about (who writes the header of
    a quote how, where its lines break, what only looks like one).
    """

    name: str
    licence: str
    of: int
    wanted: float


ORIGINS = {
    "talon": Origin("mailgun/talon, the plain ones of tests/text_quotations_test.py", "Apache-2.0", 44, 1.0),
    "crisp": Origin("crisp-oss/email-reply-parser, test/fixtures with test/test.js", "MIT", 83, 0.8),
}
#: What we wrote ourselves, after mails of Russian, Spanish and other programs.
OWN = "own"


TOLD = [each for each in MAILS if "missed" not in each]


@pytest.mark.parametrize("case", TOLD, ids=lambda case: case["mail"][0][:40])
def test_what_is_quoted_is_told_apart(case):
    assert _is_told(case)
    text = "\n".join(case["mail"])
    assert "".join(piece.text for piece in split(text)) == text


def _is_told(case) -> bool:
    text = "\n".join(case["mail"])
    return _lines(reply(text)) == _lines("\n".join(case["kept"] or case["mail"]))


def test_every_mail_names_its_origin():
    assert {each["from"] for each in MAILS} == {*ORIGINS, OWN}


@pytest.mark.parametrize("key", ORIGINS)
def test_of_public_suites_enough_is_told_as_they_tell_it(key):
    """Of all mails of a suite: one that was not written anew counts as missed."""
    origin = ORIGINS[key]
    told = sum(_is_told(each) for each in MAILS if each["from"] == key)

    say(f"{origin.name} ({origin.licence}): {told} of {origin.of} told alike, {told / origin.of:.0%}")

    assert origin.wanted <= told / origin.of <= 1
    assert [each for each in MAILS if each["from"] == key and "missed" in each and _is_told(each)] == []


SIGNED = [
    ("Hello\n\n-- \nGrace\nAcme", "Hello"),
    ("Hello\n\n--\nGrace", "Hello"),
    ("Hello\n\nSent from my iPhone", "Hello"),
    ("Привет\n\nОтправлено с iPhone", "Привет"),
    ("Привет\n\nОтправлено из мобильной Яндекс.Почты", "Привет"),
    ("Hola\n\nEnviado desde mi iPhone", "Hola"),
    ("Hello\n\nBest regards,\nGrace", "Hello"),
    ("Привет\n\nС уважением,\nИван", "Привет"),
    ("Hola\n\nUn saludo,\nAna", "Hola"),
    ("Hello\n\nGet Outlook for iOS<https://aka.ms/x>\n\nOn 4/30/25 15:19, S wrote:\n> hi", "Hello"),
    ("with regards to the payment of May\nall is well", None),
    ("the mail was sent from my iPhone app\nyesterday", None),
    ("Key Points\n\n---\n\nfirst\n\n---\n\nsecond", None),
    ("-- \nonly a signature", None),
]


@pytest.mark.parametrize(("text", "kept"), SIGNED)
def test_a_signature_is_told_apart(text, kept):
    assert _lines(written(text)) == _lines(text if kept is None else kept)
    assert "".join(piece.text for piece in split(text)) == text


def test_answers_between_the_lines_stay():
    text = "On 4/30/25 15:19, S wrote:\n> one?\nyes\n> two?\nno\n"

    assert [piece.kind for piece in split(text)] == [Kind.QUOTE, Kind.WRITTEN, Kind.QUOTE, Kind.WRITTEN]
    assert _lines(written(text)) == ["yes", "no"]


@pytest.mark.parametrize("case", HTMLS, ids=range(len(HTMLS)))
def test_what_is_quoted_in_html_is_folded(case):
    text, quoted_from = text_of(case["html"])

    shown, quoted = folded(text, quoted_from=quoted_from)

    assert [line for line in _lines(shown) if line != ">"] == case["kept"]
    assert sorted(_lines(shown) + _lines(quoted)) == sorted(_lines(text))


FOLDED = [
    ("Hello\n\nOn 4/30/25 15:19, S wrote:\n> hi", "Hello", "On 4/30/25 15:19, S wrote:\n> hi"),
    ("On 4/30/25 15:19, S wrote:\n> one?\nyes\n> two?\nno", None, ""),
    ("On 4/30/25 15:19, S wrote:\n> one?\nyes", None, ""),
    ("See:\n> x = 1\n> y = 2\n\nAda\n\nOn 4/30/25 15:19, S wrote:\n> hi", "See:\n> x = 1\n> y = 2\n\nAda", None),
    ("I answer:\n> one\n> two\nyes\n> three\n> four\nno", None, ""),
]


@pytest.mark.parametrize(("text", "shown", "quoted"), FOLDED)
def test_what_an_answer_stands_below_is_shown_with_it(text, shown, quoted):
    found = folded(text)

    assert _lines(found[0]) == _lines(text if shown is None else shown)
    assert quoted is None or _lines(found[1]) == _lines(quoted)


def test_html_says_itself_where_its_quote_begins():
    pieces = split("Hello\nold words\nmore", quoted_from=1)

    assert [(piece.kind, piece.text) for piece in pieces] == [
        (Kind.WRITTEN, "Hello\n"),
        (Kind.QUOTE, "old words\nmore"),
    ]


@given(st.text(alphabet=">-_ \nOn1:abc@<.wrote", max_size=300))
@hypothesis(max_examples=200, deadline=None)
def test_nothing_is_ever_lost(text):
    assert "".join(piece.text for piece in split(text)) == text


MEGABYTE = 1_000_000
HOSTILE = [
    *(
        ">",
        ">\n",
        "On ",
        "On 1\n",
        "1-1 ",
        "From: a@b\n",
        "-",
        "_",
        "<",
        " ",
        "\n",
        "regards\n",
        "On 1 2 wrote\n",
        "a@b<",
    ),
    *("> a\nb\n", "On 1.1 ", "wrote: ", "sent from ", "--\n", "\t>", "On Wed, Apr 4 2012 wrote", ": 1 "),
]


@pytest.mark.parametrize("piece", HOSTILE)
def test_a_megabyte_of_anything_takes_about_a_second(piece):
    """R-35. In time of this process, and with room for a machine that does other things as well."""
    text = piece * (MEGABYTE // len(piece))
    began = time.process_time()

    split(text)

    assert time.process_time() - began < 3


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]
