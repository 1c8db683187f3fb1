"""Priorities and the matrix on pages."""

from __future__ import annotations

import pytest

from sla.models import PolicyDraft, Priority
from tests.helpdesk.policy.conftest import OPENED
from tests.helpdesk.policy.forms import fields_of
from tests.support.world import make_ticket
from tests.tickets.portal import text_of

HOME = "/desk/settings/policy/"
LIST = f"{HOME}priorities/"
MATRIX = f"{HOME}matrix"
WORDS = {"name_en": "Urgent", "name_ru": "Срочный", "name_es": "Urgente"}
MEANING = {"meaning_en": "Soon.", "meaning_ru": "Скоро.", "meaning_es": "Pronto."}


def test_forms_that_are_sent_as_they_are_change_nothing(desk, send):
    for path in (f"{LIST}critical/", f"{LIST}medium/", MATRIX):
        answer = send(path)
        assert answer.status_code == 302, text_of(answer)
        assert desk.get(answer["Location"]).context["page"].plan.changes == []


def test_a_priority_is_made_moved_and_changed(desk, send, apply_draft, policy_now):
    examples = {"examples_en": "One\nTwo", "examples_ru": "Раз\nДва", "examples_es": "Uno\nDos"}
    apply_draft(send(f"{LIST}new", **WORDS, **MEANING, **examples, default="on", colour="red"))

    made = policy_now().priorities["urgent"]
    assert [text.say("ru") for text in made.examples] == ["Раз", "Два"]
    assert policy_now().default_priority is made
    assert list(policy_now().priorities)[-1] == "urgent"

    page = text_of(desk.post(f"{LIST}urgent/move", {"to": "up"}, follow=True))
    assert page.index("Urgent") < page.index("Low")


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ({"name_ru": ""}, "Customers read this too in: Russian"),
        ({"examples_en": "One"}, "Write as many lines in every language"),
        ({"name_en": "High"}, "High"),
        ({"colour": "mauve"}, "Select a valid choice"),
    ],
)
def test_what_can_not_be_is_told_and_kept(desk, send, typed, says):
    answer = send(f"{LIST}critical/", **typed)

    assert answer.status_code == 422
    assert says in text_of(answer)
    assert not PolicyDraft.objects.exists()


def test_a_removed_priority_has_a_successor_everywhere_and_on_open_tickets(desk, grace, apply_draft, policy_now):
    ticket = make_ticket(grace, priority=Priority.objects.get(key="high"), at=OPENED)

    apply_draft(desk.post(f"{LIST}high/remove", {"successor": "critical"}))

    policy = policy_now()
    assert "high" not in policy.priorities
    assert policy.priorities["critical"].replaces == ("high",)
    assert policy.priority_from("several", "now").key == "critical"
    assert all("high" not in sla.targets for sla in policy.sla.values())
    assert ticket.number


@pytest.mark.parametrize("successor", ["", "high", "nobody"])
def test_a_successor_has_to_be_another_priority(desk, successor):
    page = desk.post(f"{LIST}high/remove", {"successor": successor}, follow=True)

    assert "Say which priority takes its place." in text_of(page)
    assert not PolicyDraft.objects.exists()


def test_the_matrix_shows_where_requests_fell_and_is_changed_in_place(desk, send, grace, apply_draft, policy_now):
    make_ticket(grace, impact="everyone", urgency="now")
    level = {f"urgency_new_{part}_{code}": "Whenever" for part in ("name", "meaning") for code in ("en", "ru", "es")}

    apply_draft(send(MATRIX, cell_one_later="critical", impact_several_gone="on", **level))

    policy = policy_now()
    assert policy.priority_from("one", "later").key == "critical"
    assert list(policy.matrix.impacts) == ["everyone", "one"]
    assert policy.priority_from("one", "whenever").key == policy.default_priority.key
    assert fields_of(desk.get(MATRIX))["cell_one_later"] == "critical"


def test_a_matrix_has_both_sides_or_none(send, apply_draft, policy_now):
    impacts = {f"impact_{key}_gone": "on" for key in policy_now().matrix.impacts}
    urgencies = {f"urgency_{key}_gone": "on" for key in policy_now().matrix.urgencies}

    refused = send(MATRIX, **impacts)
    apply_draft(send(MATRIX, **impacts, **urgencies))

    assert "or none of both" in text_of(refused)
    assert policy_now().matrix is None


def test_half_a_new_level_is_refused(send):
    answer = send(MATRIX, **{f"impact_new_name_{code}": "All" for code in ("en", "ru", "es")})

    assert answer.status_code == 422
    assert "A new level needs a name and a meaning." in text_of(answer)
