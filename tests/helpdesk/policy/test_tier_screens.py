"""Tiers and escalation rules on pages."""

from __future__ import annotations

import pytest

from sla.models import PolicyDraft
from tests.tickets.portal import text_of

HOME = "/desk/settings/policy/"
TIERS, RULES = f"{HOME}tiers/", f"{HOME}rules/"
LANGUAGES = ("en", "ru", "es")


def words(name: str, text: str) -> dict[str, str]:
    return {f"{name}_{code}": text for code in LANGUAGES}


def test_forms_that_are_sent_as_they_are_change_nothing(desk, send, policy_now):
    pages = [f"{TIERS}{key}/" for key in policy_now().tiers]
    pages += [f"{RULES}{key}/" for key in policy_now().escalation.rules]

    for path in pages:
        answer = send(path)
        assert answer.status_code == 302, text_of(answer)
        assert desk.get(answer["Location"]).context["page"].plan.changes == [], path
    assert len(pages) > 3


def test_a_tier_gets_a_share_and_a_new_one_a_team(desk, send, apply_draft, policy_now):
    apply_draft(send(f"{TIERS}tier-1/", share_target="70", may_skip="on"))
    apply_draft(send(f"{TIERS}new", **words("name", "Vendor"), **words("description", "Those who made it.")))

    tiers = policy_now().tiers
    assert (tiers["tier-1"].share_target, tiers["tier-1"].may_skip) == (70, True)
    assert list(tiers)[-1] == "vendor"
    assert policy_now().team_on("vendor").key == "vendor"
    page = text_of(desk.post(f"{TIERS}vendor/move", {"to": "up"}, follow=True))
    assert page.index("Vendor") < page.index("Tier 3: senior engineers or management")


def test_a_rule_is_made_changed_moved_and_removed(desk, send, apply_draft, policy_now):
    before = list(policy_now().escalation.rules)
    filled = {
        "name_en": "Nearly late",
        "clock": "first_response",
        "at": "75%",
        "when_priorities": ["critical"],
        "notify": ["assignee", "team"],
    }
    apply_draft(send(f"{RULES}new", **filled))

    made = policy_now().escalation.rules["nearly-late"]
    assert (made.when.clock, made.when.at, made.when.only.priorities) == ("first_response", 75, ("critical",))
    assert made.do.notify == ("assignee", "team")
    page = text_of(desk.get(RULES))
    assert "First response: 75% of the target is used up" in page
    assert "who works on it, the team" in page

    assert desk.post(f"{RULES}nearly-late/move", {"to": "up"}).status_code == 302
    apply_draft(desk.post(f"{RULES}nearly-late/remove"))
    assert list(policy_now().escalation.rules) == before


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ({}, "This rule does nothing."),
        ({"escalate": "next"}, "Passing on needs a reason for staff"),
        ({"at": "100%", "raise_priority": "on"}, "Write a share from 1% to 99%"),
        ({"clock": "next_response", "raise_priority": "on"}, "No SLA policy promises a next_response"),
        ({"escalate": "tier-1"}, "Select a valid choice"),
    ],
)
def test_a_rule_that_makes_no_sense_is_refused(send, typed, says):
    answer = send(f"{RULES}new", **{"name_en": "Odd", "clock": "first_response", **typed})

    assert answer.status_code == 422
    assert says in text_of(answer)
    assert not PolicyDraft.objects.exists()
