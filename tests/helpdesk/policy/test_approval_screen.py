"""How long is waited for approvals, on a page."""

from __future__ import annotations

import pytest

from sla.document import durations
from sla.models import PolicyDraft, PolicyVersion
from tests.support.world import make_person
from tests.tickets.portal import text_of, visitor

HOME = "/desk/settings/policy/"
PAGE = f"{HOME}approvals"


def test_what_is_said_about_approvals_becomes_a_draft_a_plan_and_a_version(desk, send, apply_draft, policy_now):
    draft = send(PAGE, answer_within="2 business days", overdue="expire")
    plan = text_of(desk.get(draft["Location"]))
    assert "approvals" in plan.lower()
    assert policy_now().approvals.answer_within is None

    apply_draft(draft)

    said = policy_now().approvals
    assert (said.answer_within, said.overdue) == (durations.parse("2 business days", days_allowed=False), "expire")
    home = text_of(desk.get(HOME))
    assert "2 working days" in home
    assert "It ends, and nothing is approved" in home
    assert f"version {PolicyVersion.objects.latest('number').number}" in home
    assert "approvals" in text_of(desk.get(f"{HOME}history")).lower()
    # Sent as it is shown it changes nothing; emptied there is no deadline.
    unchanged = send(PAGE)
    assert desk.get(unchanged["Location"]).context["page"].plan.changes == []
    apply_draft(send(PAGE, answer_within=""))
    assert policy_now().approvals.answer_within is None


@pytest.mark.parametrize(
    ("typed", "says"),
    [({"answer_within": "soon"}, "is no length of time here"), ({"overdue": "shrug"}, "Select a valid choice")],
)
def test_what_makes_no_sense_comes_back_with_its_sentence(send, typed, says):
    answer = send(PAGE, **typed)

    assert answer.status_code == 422
    assert says in text_of(answer)
    assert typed.get("answer_within", "") in answer.content.decode()
    assert not PolicyDraft.objects.exists()


def test_only_who_configures_gets_there(at_acme, ada):
    assert visitor(at_acme, ada).get(PAGE).status_code in (403, 404)
    assert visitor(at_acme, make_person("Eve")).get(PAGE).status_code in (403, 404)
