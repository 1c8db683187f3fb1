"""What priorities mean in each category, on pages."""

from __future__ import annotations

import pytest
from django.utils import timezone

from sla.models import PolicyDraft, Priority
from tests.helpdesk.policy.conftest import OPENED
from tests.support.world import make_ticket
from tests.tickets.portal import text_of
from tickets.models import Category

HOME = "/desk/settings/policy/"
WORDS = {
    "meaning_critical_en": "No till works.",
    "meaning_critical_ru": "Ни одна касса.",
    "meaning_critical_es": "Ninguna caja.",
}


@pytest.fixture
def address(at_acme):
    """The page of a category's words."""
    return f"{HOME}categories/{Category.objects.earliest('position').key}/priorities"


def test_a_form_that_is_sent_as_it_is_changes_nothing(desk, send, address):
    answer = send(address)

    assert answer.status_code == 302, text_of(answer)
    assert desk.get(answer["Location"]).context["page"].plan.changes == []


def test_a_category_says_what_a_priority_means_there(desk, send, address, apply_draft, policy_now):
    category = Category.objects.earliest("position").key
    apply_draft(send(address, **WORDS, default_priority="high"))

    assert policy_now().meaning(category, "critical").say("ru") == "Ни одна касса."
    assert policy_now().categories[category].default_priority == "high"
    assert "No till works." in text_of(desk.get(f"{HOME}matrix"))

    apply_draft(send(address, **dict.fromkeys(WORDS, ""), default_priority=""))
    assert "critical" not in policy_now().categories[category].meanings
    assert policy_now().meaning(category, "critical") == policy_now().priorities["critical"].meaning
    assert policy_now().categories[category].default_priority is None


def test_words_that_customers_could_not_read_are_refused_and_kept(send, address):
    answer = send(address, **{**WORDS, "meaning_critical_ru": ""})

    assert answer.status_code == 422
    assert "Customers read this too in: Russian" in text_of(answer)
    assert "No till works." in answer.content.decode()
    assert not PolicyDraft.objects.exists()


def test_the_grid_counts_the_requests_of_each_cell(desk, grace, django_assert_max_num_queries):
    category, priority = Category.objects.earliest("position"), Priority.objects.get(key="high")
    make_ticket(grace, priority=priority, category=category, at=timezone.now())
    make_ticket(grace, priority=priority, category=category, at=OPENED.replace(year=2020))

    with django_assert_max_num_queries(15):
        shown = desk.get(f"{HOME}matrix")

    row = next(row for row in shown.context["categories"] if row.key == category.key)
    assert [cell.count for cell in row.cells if cell.priority == "High"] == [1]
    assert sum(cell.count for each in shown.context["categories"] for cell in each.cells) == 1


def test_a_category_that_is_not_there_is_not_found(desk):
    assert desk.get(f"{HOME}categories/nothing/priorities").status_code == 404
