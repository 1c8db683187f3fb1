"""The language of conditions: read, written back, and explained where it was not understood."""

import pytest
from django.utils import translation
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tickets.selection import FIELDS, Condition, Query, Words, parse, write
from tickets.selection.language import DAYS, STATES_OF, Kind


def test_conditions_and_words_stand_side_by_side():
    query = parse('status:open,on-hold -tag:spam org:"Acme Ltd" due:<2h "exact words" error -403')

    assert query.conditions == (
        Condition("status", ("open", "on-hold")),
        Condition("tag", ("spam",), negated=True),
        Condition("org", ("Acme Ltd",)),
        Condition("due", ("<2h",)),
    )
    assert query.words == (Words("exact words", exact=True), Words("error"), Words("403", negated=True))
    assert not query.problems
    assert query.wanted_words == '"exact words" error'
    assert query.unwanted_words == ['"403"']


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Error: 403", "Error: 403"),
        ("see https://acme.example/a:b now", "see https://acme.example/a:b now"),
        (r"C:\temp at 10:30", r"C:\temp at 10:30"),
        ("- -- wi-fi", "wi-fi"),
        ('5" disk', "5 disk"),
        ("", ""),
    ],
)
def test_what_looks_like_a_condition_and_is_none_is_words(text, words):
    query = parse(text)

    assert (query.wanted_words, query.conditions, query.problems) == (words, (), ())


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("foo:bar", "“foo:” is not known. Known are: status,"),
        ("statsu:open", "Did you mean “status:”?"),
        ("Ошибка:403", "“Ошибка:” is not known."),
        ("status:", "“status:” needs a value, such as status:open,pending."),
        ("status:open,", "“status:” needs a value"),
        ('tag:""', "“tag:” needs a value"),
        ('org:"Acme status:open', "A quotation mark is missing at the end of: org:"),
        ('printer "on fire', "A quotation mark is missing at the end of:"),
        ("due:soon", "“soon” is no time for “due:”."),
        ("created:2026-02-30", "“2026-02-30” is no time"),
        ("created:none", "“none” is no time"),
        ("is:purple", "“is:purple” is not known. Known are: active,"),
        ("x" * 10_000, "This is longer than 1000 characters."),
    ],
)
def test_what_is_not_understood_is_said_with_what_would_be(text, sentence):
    query = parse(text)

    assert len(query.problems) == 1
    assert sentence in str(query.problems[0])
    assert len(str(query.problems[0])) < 600


def test_what_is_wrong_is_said_in_the_readers_language():
    with translation.override("ru"):
        assert "не распознано" in str(parse("foo:bar").problems[0])
    with translation.override("es"):
        assert "no se reconoce" in str(parse("foo:bar").problems[0])


def test_quotation_marks_of_all_languages_are_the_same():
    assert parse("org:«Рога и копыта» “on fire”") == parse('org:"Рога и копыта" "on fire"')


def test_fields_have_other_names_too_and_do_not_mind_capitals():
    assert write(parse("Organisation:Acme STATE:open customer:me")) == "org:Acme status:open requester:me"


_text = st.text(alphabet=st.characters(exclude_characters='"\0', exclude_categories=["Cs"]), min_size=1, max_size=20)
_plain = _text.map(lambda text: " ".join(text.split()).translate(str.maketrans("“”„«»‟", "''''''"))).filter(bool)
_times = st.one_of(
    st.builds(
        "{}{}{}".format, st.sampled_from(["", "<", "<=", ">", ">="]), st.integers(0, 99999), st.sampled_from("mhdw")
    ),
    st.builds("{}{}".format, st.sampled_from(["", "<", ">="]), st.sampled_from(sorted(DAYS))),
    st.builds("{}{}".format, st.sampled_from(["", ">"]), st.dates().filter(lambda day: 1900 <= day.year <= 9000)),
)


@st.composite
def conditions(draw):
    """Any condition that the language can say."""
    asked = FIELDS[draw(st.sampled_from(sorted(FIELDS)))]
    values = _times if asked.kind is Kind.TIME else _plain
    if asked.kind is Kind.STATE:
        values = st.sampled_from(sorted(STATES_OF[asked.name]))
    chosen = draw(st.lists(values, min_size=1, max_size=3, unique=True))
    return Condition(asked.name, tuple(chosen), draw(st.booleans()))


@settings(suppress_health_check=[HealthCheck.too_slow])  # the table of all characters is made once
@given(
    st.lists(conditions(), max_size=4, unique=True),
    st.lists(st.builds(Words, _plain, exact=st.just(True), negated=st.booleans()), max_size=3),
)
def test_what_is_written_reads_back_as_the_same(wanted, words):
    query = Query(tuple(wanted), tuple(words))
    text = write(query)

    if len(text) <= 1000:
        assert parse(text) == query
        assert not parse(text).problems


@given(st.text(max_size=200) | st.text(alphabet='ab:-," \t\n<>', max_size=40))
def test_any_text_is_read_and_once_written_stays_as_it_is(text):
    query = parse(text)
    again = parse(write(query))

    assert (again.conditions, again.words) == (query.conditions, query.words)
