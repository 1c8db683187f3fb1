"""How maintenance is announced, on a page: how long ahead, to whom, and what stands still."""

from __future__ import annotations

import pytest

from sla.models import PolicyDraft
from tests.helpdesk.policy.forms import fields_of
from tests.support.world import POLICIES, make_person
from tests.tickets.portal import text_of, visitor

HOME = "/desk/settings/policy/"
PAGE = f"{HOME}maintenance"
IONE = (POLICIES / "ione.yaml").read_text(encoding="utf-8")


def times_now(policy_now):
    return [str(each) for each in policy_now().maintenance.lead_times]


def test_how_long_ahead_becomes_a_draft_a_plan_and_a_version(put, desk, send, apply_draft, policy_now):
    put(IONE)
    assert "7 days, 24h" in desk.get(PAGE).content.decode()
    draft = send(PAGE, lead_times="2h; 14 дней, 24h, 24h", affected_only="on", stops=["first_response", "resolution"])
    assert times_now(policy_now) == ["168h", "24h"]
    assert "maintenance" in text_of(desk.get(draft["Location"])).lower()

    apply_draft(draft)

    said = policy_now().maintenance
    assert times_now(policy_now) == ["336h", "24h", "2h"]
    assert (said.affected_only, set(said.stops)) == (True, {"first_response", "resolution"})
    assert "Told ahead: 14 days, 24 hours, 2 hours" in text_of(desk.get(HOME))
    # Sent as it is shown it changes nothing.
    unchanged = send(PAGE)
    assert desk.get(unchanged["Location"]).context["page"].plan.changes == []


def test_what_a_file_may_say_the_page_takes_as_well(put, desk, send, apply_draft, policy_now):
    put(IONE.replace("lead_times: [7 days, 24h]", "lead_times: [3 business days, 6h, 5h, 4h, 3h, 2h, 1h]"))
    assert "Told ahead: 3 working days, 6 hours" in text_of(desk.get(HOME))
    assert "3 working days, 6 hours" in text_of(desk.get("/policy/"))
    # Sent as it is shown it changes nothing.
    assert desk.get(send(PAGE)["Location"]).context["page"].plan.changes == []

    apply_draft(send(PAGE, lead_times="1h, 2 рабочих дня"))

    assert times_now(policy_now) == ["2 business days", "1h"]


def test_without_words_to_customers_the_policy_says_nothing_of_it(put, desk, apply_draft, policy_now):
    put(IONE)
    form = {name: value for name, value in fields_of(desk.get(PAGE)).items() if not name.startswith("text_")}
    words = dict.fromkeys(("text_en", "text_ru", "text_es"), "")
    refused = desk.post(PAGE, {**form, **words})
    assert refused.status_code == 422
    assert "Say to customers, too, how maintenance is announced." in text_of(refused)

    apply_draft(desk.post(PAGE, {**words, "lead_times": ""}))

    assert policy_now().maintenance is None
    assert "Not told ahead" in text_of(desk.get(HOME))


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ({"lead_times": "soon"}, "is no length of time here"),
        ({"stops": ["everything"]}, "Select a valid choice"),
    ],
)
def test_what_makes_no_sense_comes_back_with_its_sentence(put, send, typed, says):
    put(IONE)
    answer = send(PAGE, **typed)

    assert answer.status_code == 422
    assert says in text_of(answer)
    assert not PolicyDraft.objects.exists()


def test_only_who_configures_gets_there(at_acme, ada):
    assert visitor(at_acme, ada).get(PAGE).status_code in (403, 404)
    assert visitor(at_acme, make_person("Eve")).get(PAGE).status_code in (403, 404)
