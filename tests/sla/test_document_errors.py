"""Whatever is wrong with a policy file is told with line, field and what to write instead."""

import subprocess
import sys

import pytest

from sla.document import PolicyError, SupportPolicy
from sla.document.reading import LARGEST_FILE

SOUND = """\
name: Acme support
organization: Acme
language: en
timezone: Europe/Madrid
calendars:
  office:
    name: Office hours
    weekly: {mon-fri: "08:00-18:00"}
default_calendar: office
priorities:
  high:
    name: High
    meaning: Work has stopped.
  low:
    name: Low
    meaning: It can wait.
    default: true
tiers:
  first:
    name: First line
    description: Answers.
  second:
    name: Second line
    description: Digs.
teams:
  desk: {name: Desk, tier: first}
  lab: {name: Lab, tier: second}
categories:
  hardware:
    name: Hardware
    description: Things with plugs.
    team: desk
sla:
  standard:
    name: Standard
    targets:
      high: {first_response: 1h, resolution: 8h}
      low: {first_response: 3 business days}
"""


def load(text):
    return SupportPolicy.load(text, source="policies/acme.yaml")


def problems(text):
    with pytest.raises(PolicyError) as caught:
        load(text)
    return [str(problem) for problem in caught.value.problems]


def rule(clock, effect):
    when = f"when: {{clock: {clock}}}"
    return f"escalation: {{rules: {{r: {{name: R, {when}, do: {{{effect}}}}}}}}}\nsla:\n"


def at_apia(open_dates):
    """Dates of a place whose clocks skipped a Friday."""
    return f"    timezone: Pacific/Apia\n    open_dates: {{{open_dates}}}\n    weekly:"


def with_change(old, new):
    assert SOUND.count(old) == 1
    return SOUND.replace(old, new)


def test_the_sound_example_is_sound():
    policy = load(SOUND)

    assert policy.languages == ("en",)
    assert policy.target("standard", "low", "first_response").days == 3


@pytest.mark.parametrize(
    ("old", "new", "where", "says"),
    [
        ("high: {first_response: 1h,", "high: {first_response: soon,", "37:30: high.first_response", "90m, 4h"),
        ("first_response: 1h,", "first_response: 60,", "37:30: high.first_response", "60m or 60h"),
        ("first_response: 1h,", "first_response: 2d,", "37:30: high.first_response", "48h"),
        ("first_response: 1h,", "first_response: 0m,", "37:30: high.first_response", "at least one second"),
        ("first_response: 1h,", "first_reply: 1h,", "37:14: high.first_reply", 'did you mean "first_response"?'),
        ("first_response: 1h,", "first_response: 9h,", "37:7: targets", "Swap them"),
        ("      high: {", "      hihg: {", "37:7: targets.hihg", 'did you mean "high"?'),
        ("    team: desk", "    team: dekc", "32:11: hardware.team", 'did you mean "desk"?'),
        ("    team: desk", "", "30:5: categories.hardware", '"team" is missing'),
        ("    team: desk", "    team:", "32:5: hardware.team", "This is empty"),
        ("    team: desk", "    taem: desk", "32:5: hardware.taem", 'did you mean "team"?'),
        ("timezone: Europe/Madrid", "timezone: Europe/Madird", "4:11: timezone", 'did you mean "Europe/Madrid"?'),
        ("timezone: Europe/Madrid", "timezone: ../../etc/passwd", "4:11: timezone", "no time zone"),
        ("language: en", "language: english language", "3:11: language", "such as en"),
        ("  hardware:", "  Hard ware:", "29:3: categories.Hard ware", "can't be a key"),
        ("name: Hardware", "name: 24", "30:11: hardware.name", "in quotes"),
        ("name: Hardware", "name: ''", "30:11: hardware.name", "empty"),
        ("name: Hardware", "name: {en: Hardware, fr: Matos}", "30:26: hardware.name.fr", 'not in "languages"'),
        ("name: Hardware", "name: {en: Hardware, software}", "30:26: hardware.name.software", "in quotes"),
        ("    default: true", "", "11:3: priorities", "No priority is the default"),
        ("    default: true", "    default: yes", "17:14: priorities.low.default", "Write true or false"),
        ("meaning: Work has stopped.", "meaning: Work has stopped.\n    default: true", "16:5: low", "Keep it on one"),
        ('"08:00-18:00"', '"08:00-08:00"', "8:23: office.weekly.mon-fri", "00:00-24:00"),
        ('"08:00-18:00"', '"8-18"', "8:23: office.weekly.mon-fri", "no opening hours"),
        ('"08:00-18:00"', '["08:00-13:00", "12:00-18:00"]', "8:23: office.weekly.mon-fri", "overlap"),
        ('{mon-fri: "08:00-18:00"}', "{}", "7:5: calendars.office", "never opens"),
        ('{mon-fri: "08:00-18:00"}', "{mon-fri: []}", "7:5: calendars.office", "never opens"),
        ("mon-fri:", "monday:", "8:14: office.weekly.monday", "no day or range"),
        ('{mon-fri: "08:00-18:00"}', '{mon-fri: "08:00-18:00", tue: []}', "office.weekly.tue", "given twice"),
        ('{mon-fri: "08:00-18:00"}', '{mon: "22:00-06:00", tue: "05:00-10:00"}', "8:13: office.weekly", "midnight"),
        ("    weekly:", "    closed_dates: [2026-02-30]\n    weekly:", "8:20: office.closed_dates[1]", "no date"),
        ("    weekly:", "    closed_dates: [1126-01-01]\n    weekly:", "8:20: office.closed_dates[1]", "1970 to 2200"),
        ("    weekly:", "    holidays: {country: XX, years: 2026}\n    weekly:", "8:25: holidays.country", "known"),
        ("    weekly:", "    holidays: {country: ES, years: 1}\n    weekly:", "holidays.years", "1970 to 2200"),
        ("    weekly:", "    holidays: {country: ES, years: 1-9999}\n    weekly:", "holidays.years", "at most 30"),
        ("lab: {name: Lab, tier: second}", "lab: {name: Lab, tier: first}", "23:5: second", "No team"),
        ("name: Low", "name: High", "15:11: priorities.low.name", '"high" has the name "High" too'),
        ("name: Low", "name: Low\n    replaces: [high]", "16:15: priorities.low.replaces", "still a priority here"),
        ("name: Low", "name: Low\n    replaces: []", "16:15: priorities.low.replaces", "at least 1"),
        ("    weekly:", at_apia("2011-12-30: '08:00-18:00'"), "9:30: open_dates.2011-12-30", "skipped 2011-12-30"),
        ("    weekly:", at_apia("2011-12-29: '22:00-06:00'"), "9:30: open_dates.2011-12-29", "skipped 2011-12-30"),
        ("    weekly:", at_apia("9999-12-30: '08:00-18:00'"), "9:18: open_dates.9999-12-30", "1970 to 2200"),
        ("sla:\n", "channels: {fax: {}}\nsla:\n", "33:17: channels.fax", "There is no channel"),
        ("sla:\n", "channels: {email: {calendar: nights}}\nsla:\n", "33:30: channels.email.calendar", 'in "calendars"'),
        ("sla:\n", "statuses: {new: {kind: new, name: New}}\nsla:\n", "33:11: statuses", "No status is of kind open"),
        ("sla:\n", "fields: {a: {name: A, kind: choice}}\nsla:\n", "33:13: fields.a.choices", "at least two choices"),
        ("sla:\n", "fields: {a: {name: A, pattern: '['}}\nsla:\n", "33:32: fields.a.pattern", "no regular expression"),
        ("sla:\n", "feedback: {question: Good?, scale: 50}\nsla:\n", "33:36: feedback.scale", "from 2 to 10"),
        ("sla:\n", "contracts: {gold: {name: Gold, lifts: [x]}}\nsla:\n", "33:40: lifts[1]", 'no "x" in "exclusions"'),
        ("sla:\n", rule("first_response, at: later", "notify: team"), "when.at", "75%"),
        ("sla:\n", rule("next_response, at: 75%", "notify: team"), "when.clock", "never act"),
        ("sla:\n", rule("resolution, at: breach", ""), "rules.r.do", "does nothing"),
        ("sla:\n", rule("resolution, at: breach", "escalate: next"), "do.escalate", "tell_customer"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_with_line_and_field(old, new, where, says):
    found = problems(with_change(old, new))

    place, _, field = where.rpartition(": ")
    told = [problem for problem in found if f"{place}:" in problem and f"{field}: " in problem and says in problem]
    assert told, "\n".join(found)
    assert all(problem.startswith("policies/acme.yaml:") for problem in found)


def test_a_region_that_a_country_lacks_is_told():
    found = problems(
        with_change("    weekly:", "    holidays: {country: ES, subdivision: ZZ, years: 2026}\n    weekly:")
    )

    assert "calendars.office.holidays.subdivision: ES has no subdivision" in found[0]


def test_a_length_of_time_that_never_ends_is_refused_at_once():
    endless = "1" + " " * 20_000 + "x"

    assert "no length of time" in problems(with_change("first_response: 1h", f"first_response: '{endless}'"))[0]


def test_thousands_of_mistakes_are_counted_not_all_shown():
    with pytest.raises(PolicyError) as caught:
        load(SOUND + "\n".join(f"k{number}: x" for number in range(3000)))

    assert len(caught.value.problems) == 1000
    assert str(caught.value).endswith("and 800 more problems.")


def test_every_mistake_is_told_in_the_order_of_the_file():
    text = SOUND.replace("Europe/Madrid", "Mars").replace("team: desk", "team: nobody").replace("8h", "8 o'clock")

    found = problems(text)

    assert [problem.split(":")[1] for problem in found] == ["4", "32", "37"]


def test_a_missing_translation_is_a_mistake_only_in_what_customers_read():
    text = with_change("language: en", "language: en\nlanguages: [en, ru]")

    found = problems(text)

    assert any("hardware.name: Customers read this" in problem for problem in found)
    assert any("Write {en: ..., ru: ...}" in problem for problem in found)


def test_one_translation_of_two_names_the_missing_one():
    text = with_change("language: en", "language: en\nlanguages: [en, ru]").replace("name: Low", "name: {en: Low}")

    assert any("priorities.low.name: The translation to ru is missing" in problem for problem in problems(text))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("name: [\n", "2:1: This is not valid YAML here"),
        ("name: &a x\nlanguage: *a\n", '1:7: The anchor "&a" is not allowed'),
        ("name: x\nlanguage: *a\n", '2:11: The alias "*a" is not allowed'),
        ("name: !!python/object:os.system x\n", "1:7: The tag"),
        ("name: a\nname: b\n", '2:1: name: "name" is already there on line 1'),
        ("name: a\n---\nname: b\n", "2:1: A second document begins here"),
        ("? [a, b]\n: c\n", "1:3: A key must be a word"),
        ("\n\n", "The file is empty"),
        ("just words\n", "1:1: A policy is a mapping"),
        ("- 1\n- 2\n", "1:1: A policy is a mapping"),
        ("a: " + "[" * 100 + "]" * 100 + "\n", "nested more than 16 deep"),
        ('name: "a\\0b"\n', "control character U+0000"),
        ("a: b\0c\n", "1:5: The control character U+0000"),
        ('name: "\\ud800"\n', "policies/acme.yaml"),
        ("\ttab: x\n", "policies/acme.yaml:1:1"),
    ],
)  # fmt: skip
def test_what_is_no_plain_yaml_is_refused_at_its_place(text, says):
    assert any(says in problem for problem in problems(text)), problems(text)


def test_bytes_that_are_not_utf_8_are_refused_at_their_place():
    assert problems("name: ok\nlanguage: caf\xe9\n".encode("latin-1")) == [
        "policies/acme.yaml:2:14: The file is not UTF-8 text. Save it as UTF-8."
    ]


def test_a_byte_order_mark_is_no_mistake():
    assert load(b"\xef\xbb\xbf" + SOUND.encode()) == load(SOUND)


def test_a_file_of_ten_megabytes_is_refused_without_reading_it_all(tmp_path):
    big = tmp_path / "big.yaml"
    big.write_bytes(b"# " + b"x" * 10_000_000)

    with pytest.raises(PolicyError, match=f"at most {LARGEST_FILE:,}"):
        SupportPolicy.load(big)


@pytest.mark.parametrize("name", ["missing.yaml", "", "a\0b.yaml"])
def test_a_file_that_cant_be_read_is_told(tmp_path, name):
    with pytest.raises(PolicyError, match="The file can't be read"):
        SupportPolicy.load(tmp_path / name)


@pytest.mark.parametrize(
    ("document", "says"),
    [
        (None, "a mapping of fields"),
        ([], "a mapping of fields"),
        ({"name": float("nan")}, "no number"),
        ({1: "x"}, "JSON does not know"),
        ({"name": object()}, "JSON does not know"),
        ({"name": "a\0"}, "U+0000"),
        ({"categories": [{"name": "x"}]}, '"key" is missing'),
    ],
)
def test_a_stored_document_that_is_wrong_is_refused(document, says):
    with pytest.raises(PolicyError) as caught:
        SupportPolicy.from_document(document, source="version 3")

    assert says in str(caught.value)
    assert str(caught.value).startswith("version 3: ")


def test_a_policy_that_was_applied_once_can_always_be_read_again():
    document = load(SOUND).to_document()
    document["calendars"].append({**document["calendars"][0], "key": "second"})

    with pytest.raises(PolicyError, match='"office" has the name "Office hours" too'):
        SupportPolicy.from_document(document)
    assert SupportPolicy.from_stored(document).calendars["second"].name == {"en": "Office hours"}


def test_the_same_key_twice_in_a_stored_document_is_refused():
    document = load(SOUND).to_document()
    document["categories"] *= 2

    with pytest.raises(PolicyError, match='The key "hardware" is there twice'):
        SupportPolicy.from_document(document)


def test_the_command_names_the_mistakes_and_fails(tmp_path):
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text(with_change("team: desk", "team: nobody"), encoding="utf-8")

    done = subprocess.run([sys.executable, "-m", "sla.document", wrong], capture_output=True, text=True, check=False)

    assert done.returncode == 1
    assert f"{wrong}:32:11: categories.hardware.team:" in done.stderr
