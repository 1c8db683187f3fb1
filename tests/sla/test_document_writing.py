"""A policy is written back as a file: it says the same, and keeps the comments and the style of the former file."""

import difflib
from pathlib import Path

import pytest

from sla.document import SupportPolicy, to_yaml

POLICIES = Path(__file__).parents[2] / "policies"
SLUGS = ["ione", "techsupport", "alleanza", "justo", "hostiquant"]


def text_of(slug):
    return (POLICIES / f"{slug}.yaml").read_text(encoding="utf-8")


def edited(slug, change):
    """A policy from the stored document with a change, as a page makes it; and its file."""
    document = SupportPolicy.load(text_of(slug)).to_document()
    change(document)
    policy = SupportPolicy.from_document(document)
    return policy, to_yaml(policy, like=text_of(slug))


def lines_of_difference(slug, text):
    lines = difflib.ndiff(text_of(slug).splitlines(), text.splitlines())
    return [line.split("#")[0].rstrip() for line in lines if line[0] in "+-"]


@pytest.mark.parametrize("slug", SLUGS)
def test_a_file_written_anew_says_the_same(slug):
    policy = SupportPolicy.load(text_of(slug))

    written = to_yaml(SupportPolicy.from_document(policy.to_document()))

    assert SupportPolicy.load(written).digest == policy.digest
    assert to_yaml(SupportPolicy.load(written)) == written


@pytest.mark.parametrize("slug", SLUGS)
def test_an_unchanged_policy_gives_back_the_former_file(slug):
    policy = SupportPolicy.load(text_of(slug))

    assert to_yaml(policy, like=text_of(slug)) == text_of(slug)


def test_a_changed_target_changes_one_line_and_keeps_its_comment():
    def change(document):
        document["sla"][0]["targets"]["high"]["resolution"] = "20h"

    policy, text = edited("ione", change)

    assert lines_of_difference("ione", text) == ["-         resolution: 24h", "+         resolution: 20h"]
    assert "resolution: 20h  # open in the text" in text
    assert SupportPolicy.load(text).digest == policy.digest


def everything(document):
    """Something of every kind: added, removed, moved, emptied, in all languages."""
    document["name"]["en"] = "Other: words\nin two lines"
    document["priorities"].reverse()
    document["priorities"].insert(
        1,
        {
            **document["priorities"][0],
            "key": "tiny",
            "default": False,
            "name": {"en": "on", "ru": "- нет", "es": "2026-01-01"},
            "replaces": ["gone"],
        },
    )
    office = document["calendars"][0]
    office["weekly"] = {"mon": [["08:00", "12:00"], ["13:00", "17:00"]], "wed": [], "fri": [["22:00", "06:00"]]}
    office["closed_dates"] = {"2026-12-24": {"en": "1", "ru": "2", "es": "3"}, "2026-12-31": None}
    office["open_dates"] = {"2026-12-26": [["10:00", "14:00"]], "2026-12-27": []}
    office["timezone"] = "Europe/Madrid"
    document["sla"][0]["targets"]["low"] = {"first_response": "3 business days", "resolution": None}
    document["sla"][0]["warn"] = [50, 90]
    document["sla"][0]["pause_on"] = {"resolution": ["on_hold"]}
    document["exclusions"].pop()
    document["contracts"] = []
    document["maintenance"] = None
    del document["maintenance"]
    document["effective_from"] = "2030-02-01"


def test_whatever_changes_the_file_says_what_the_policy_says():
    policy, text = edited("ione", everything)

    assert SupportPolicy.load(text).digest == policy.digest
    assert SupportPolicy.load(to_yaml(policy)).digest == policy.digest
    assert "# open in the text" in text


def test_holidays_are_written_out_only_when_the_country_would_give_others_today():
    policy = SupportPolicy.load(text_of("alleanza"))
    document = policy.to_document()
    calendar = next(each for each in document["calendars"] if each.get("holidays"))
    assert "dates:" not in to_yaml(SupportPolicy.from_document(document))

    del calendar["holidays"]["dates"][min(calendar["holidays"]["dates"])]
    frozen = SupportPolicy.from_document(document)

    for text in (to_yaml(frozen), to_yaml(frozen, like=text_of("alleanza"))):
        assert SupportPolicy.load(text).digest == frozen.digest


def test_a_former_file_that_is_no_policy_any_more_is_no_obstacle():
    policy = SupportPolicy.load(text_of("justo"))

    assert to_yaml(policy, like="name: [") == to_yaml(policy)
