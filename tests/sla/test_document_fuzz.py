"""Whatever is thrown at the loader, it answers with a policy or a PolicyError, and in bounded time."""

import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sla.document import PolicyError, SupportPolicy

SOUND = (Path(__file__).parents[2] / "policies" / "justo.yaml").read_text(encoding="utf-8")
DOCUMENT = SupportPolicy.load(SOUND).to_document()
BOUNDED = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])

scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4)
)
odd_scalars = st.sampled_from(
    [
        *(
            "~",
            "{}",
            "[]",
            "[[]]",
            "-1",
            "1e999",
            "2013-99-01",
            "08:00-",
            "24:00-24:00",
            "null",
            "*a",
            "&a b",
            "!!set x",
        ),
        *(
            "{en: x}",
            "99999999999999999999h",
            "0 business days",
            "100%",
            "%",
            "next",
            "breach",
            "\ud800",
            "'",
            "\0",
            "\t",
        ),
    ]
)


def load_or_refuse(load, thing):
    """Either outcome is fine; any other exception fails the test."""
    try:
        policy = load(thing)
    except PolicyError as error:
        assert error.problems
        assert all(problem.message for problem in error.problems)
    else:
        assert SupportPolicy.from_document(policy.to_document()) == policy


@BOUNDED
@given(st.binary(max_size=300))
def test_any_bytes(raw):
    load_or_refuse(SupportPolicy.load, raw)


@BOUNDED
@given(st.text(alphabet=":-?[]{}&*!|>'\"%@`#, \n\tabc01~\\", max_size=120))
def test_any_yaml_punctuation(text):
    load_or_refuse(SupportPolicy.load, text + "\n")


@BOUNDED
@given(values)
def test_any_document(value):
    load_or_refuse(SupportPolicy.from_document, value)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_a_sound_file_with_one_value_replaced(data):
    lines = SOUND.splitlines()
    number = data.draw(st.integers(0, len(lines) - 1))
    key, colon, _ = lines[number].partition(":")
    lines[number] = f"{key}{colon} {data.draw(odd_scalars)}"

    load_or_refuse(SupportPolicy.load, "\n".join(lines))


@BOUNDED
@given(st.data())
def test_a_sound_document_with_one_part_replaced(data):
    document = part = dict(DOCUMENT)
    while True:
        key = data.draw(st.sampled_from(sorted(part) if isinstance(part, dict) else range(len(part))))
        if not isinstance(part[key], dict | list) or not part[key] or data.draw(st.booleans()):
            part[key] = data.draw(values)
            break
        part[key] = part[key].copy()
        part = part[key]

    load_or_refuse(SupportPolicy.from_document, document)


@pytest.mark.parametrize(
    "text",
    [
        "a: " + "[" * 200_000,
        "{" * 200_000,
        "- " * 100_000,
        "? " * 100_000,
        "a: '" + "x" * 400_000,
        "&a " * 100_000,
        "a:\n" + "".join(f"{' ' * depth}b:\n" for depth in range(700)),
        "\n".join(f"k{index}: v" for index in range(30_000)),
        "a: |\n" + " x\n" * 100_000,
    ],
    ids=["lists", "mappings", "dashes", "questions", "quote", "anchors", "stairs", "keys", "block"],
)
def test_a_hostile_file_is_refused_soon(text):
    began = time.process_time()

    with pytest.raises(PolicyError):
        SupportPolicy.load(text + "\n")

    assert time.process_time() - began < 20
