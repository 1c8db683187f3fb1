"""SLA policies on pages: an ordered list, a grid of targets, when clocks stand still, for whom each is."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from sla.models import PolicyDraft
from tenants.context import act_as
from tests.helpdesk.policy.conftest import OPENED
from tests.helpdesk.policy.forms import fields_of
from tests.support.world import make_person, make_ticket
from tests.tickets.portal import text_of, visitor

HOME = "/desk/settings/policy/"
SLAS = f"{HOME}sla/"
STANDARD = f"{SLAS}standard/"
NIGHT = {"name_en": "Night", "name_ru": "Ночь", "name_es": "Noche"}


def test_the_list_is_in_order_with_targets_counts_and_the_row_of_none(desk, grace):
    make_ticket(grace, at=OPENED)

    page = text_of(desk.get(SLAS))

    assert "24 hours" in page
    assert "for every request" in page
    assert "1 open ticket " in page
    assert page.index("No SLA policy") > page.index("Standard")


def test_a_form_that_is_sent_as_it_is_changes_nothing(desk, send):
    assert "Nothing that the policy says changes." in text_of(desk.get(send(STANDARD)["Location"]))


def test_targets_hours_pauses_warnings_and_tiers_are_changed(desk, send, apply_draft, policy_now):
    apply_draft(
        send(
            STANDARD,
            t_critical_first_response="30 minutes",
            t_low_first_response="3 рабочих дня",
            t_low_next_response="2 días laborables",
            t_medium_first_response="",
            c_critical="extended",
            calendar="extended",
            p_first_response_pending="on",
            warn="50 %; 90",
            on_promise="extend",
            **{"h_critical_tier-1": "1h", "when_priorities": ["critical", "low"]},
        )
    )

    sla = policy_now().sla["standard"]
    assert str(sla.targets["critical"]["first_response"]) == "30m"
    assert str(sla.targets["low"]["first_response"]) == "3 business days"
    assert str(sla.targets["low"]["next_response"]) == "2 business days"
    assert not sla.targets.get("medium", {}).get("first_response")
    assert (sla.calendar, sla.calendars) == ("extended", {"critical": "extended"})
    assert sla.pause_on["first_response"] == ("pending",)
    assert (sla.warn, sla.on_promise) == ((50, 90), "extend")
    assert str(sla.tiers["critical"]["tier-1"]) == "1h"
    assert sla.when.priorities == ("critical", "low")


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ({"t_critical_first_response": "soon"}, "is no length of time here"),
        ({"t_critical_first_response": "2d"}, "is no length of time here"),
        ({"t_critical_first_response": "5h", "t_critical_resolution": "1h"}, "solved before it is answered"),
        ({"warn": "0%"}, "Write shares from 1% to 99%"),
        ({"warn": "half"}, "Write shares from 1% to 99%"),
        ({"name_en": ""}, "Customers read this too in: English"),
        ({"calendar": "nowhere"}, "Select a valid choice"),
    ],
)
def test_what_can_not_be_is_told_at_its_field_and_kept(desk, send, typed, says):
    answer = send(STANDARD, **typed)

    assert answer.status_code == 422
    assert says in text_of(answer)
    name, value = next(iter(typed.items()))
    assert name == "calendar" or fields_of(answer)[name] == value
    assert not PolicyDraft.objects.exists()


def test_a_new_one_stands_last_and_is_moved_up_and_removed(desk, send, apply_draft, policy_now):
    apply_draft(send(f"{SLAS}new", **NIGHT, t_critical_first_response="2h"))
    assert list(policy_now().sla) == ["standard", "night"]

    moved = desk.post(f"{SLAS}night/move", {"to": "up"}, follow=True)
    page = text_of(moved)
    assert page.index("Night") < page.index("Standard")
    draft = PolicyDraft.objects.get()
    assert "the order is now night, standard" in text_of(desk.get(f"{HOME}drafts/{draft.pk}/"))

    apply_draft(desk.post(f"{SLAS}night/remove"))
    assert list(policy_now().sla) == ["standard"]


def test_without_any_target_there_is_no_sla_policy(send):
    answer = send(f"{SLAS}new", **NIGHT)

    assert answer.status_code == 422
    assert "There is no target." in text_of(answer)


def test_the_last_one_stays_and_a_contract_keeps_its_own(at_acme, desk):
    assert "It is the last one." in text_of(desk.post(f"{STANDARD}remove", follow=True))


def test_who_may_not_change_the_policy_moves_nothing(at_acme, mary):
    assert visitor(at_acme, mary).post(f"{STANDARD}move", {"to": "up"}).status_code == 404
    assert not PolicyDraft.objects.exists()


@pytest.mark.parametrize("slug", ["techsupport", "alleanza", "justo", "hostiquant"])
def test_every_form_of_the_five_policies_gives_back_what_it_was_given(tenant_on, slug):
    tenant = tenant_on(slug)
    with act_as(tenant):
        browser = visitor(tenant, make_person("Root", "admin"))
        policy = browser.get(HOME).context["latest"].policy
        pages = [
            *(f"{SLAS}{key}/" for key in policy.sla),
            *(f"{HOME}calendars/{key}/" for key in policy.calendars),
        ]

        for path in pages:
            page = browser.get(path)
            answer = browser.post(path, fields_of(page))
            assert answer.status_code == 302, (path, text_of(answer))
            assert browser.get(answer["Location"]).context["page"].plan.changes == [], path


def test_while_conditions_are_ticked_the_page_counts_the_open_tickets_that_meet_them(desk, grace):
    ticket = make_ticket(grace, at=OPENED)
    key = ticket.priority.key
    other = next(each for each in ("critical", "low") if each != key)

    assert "1 open ticket meets these conditions." in text_of(desk.get(STANDARD))
    assert "1 open ticket meets" in text_of(desk.get(f"{STANDARD}matches", {"when_priorities": [key, "nonsense"]}))
    assert "0 open tickets meet" in text_of(desk.get(f"{STANDARD}matches", {"when_priorities": other}))
    added = text_of(desk.get(f"{SLAS}new/matches", {"when_priorities": key}))
    assert "1 open ticket meets these conditions. 1 of them stays with an SLA policy that comes first" in added
    assert desk.get(f"{SLAS}nowhere/matches").status_code == 404


def test_counting_takes_as_many_queries_for_one_ticket_as_for_many(desk, grace):
    make_ticket(grace, at=OPENED)
    desk.get(f"{STANDARD}matches")
    with CaptureQueriesContext(connection) as few:
        desk.get(f"{STANDARD}matches")
    for number in range(3):
        make_ticket(grace, f"Another {number}", at=OPENED)

    with CaptureQueriesContext(connection) as many:
        desk.get(f"{STANDARD}matches")

    assert len(many) == len(few)
