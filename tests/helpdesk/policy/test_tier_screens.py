"""Tiers and escalation rules on pages."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from escalation.models import RuleRun
from sla.document.durations import Offset
from sla.models import PolicyDraft, Priority
from tenants import alarms
from tests.helpdesk.policy.conftest import changed
from tests.support.world import MONDAY_9AM, make_ticket
from tests.tickets.portal import text_of
from tickets.models import Team, Ticket

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


def test_a_team_says_who_gets_its_requests_and_how_many_each_holds(desk, send, apply_draft, policy_now):
    path = f"{HOME}teams/frontline/"
    unchanged = send(path)
    assert desk.get(unchanged["Location"]).context["page"].plan.changes == []
    assert send(path, capacity="0").status_code == 422

    apply_draft(send(path, assignment="least_loaded", capacity="9"))

    team = policy_now().teams["frontline"]
    assert (team.assignment, team.capacity, team.tier) == ("least_loaded", 9, "tier-1")
    assert "The member who holds the fewest, at most 9 each" in text_of(desk.get(TIERS))
    assert "The member who holds the fewest, at most 9 each" in text_of(desk.get("/desk/settings/teams"))
    assert desk.get(f"{HOME}teams/nonsense/").status_code == 404


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
    assert "First response: 75% of the time used" in page
    assert "who works on it, the team" in page

    assert desk.post(f"{RULES}nearly-late/move", {"to": "up"}).status_code == 302
    apply_draft(desk.post(f"{RULES}nearly-late/remove"))
    assert list(policy_now().escalation.rules) == before


@pytest.mark.parametrize(
    ("typed", "kept", "shown"),
    [
        ("30m before", Offset(-1800), "First response: 30 min before the time is up"),
        ("2 h after", Offset(7200), "First response: 2 h after the time was up"),
        ("2 часа до", Offset(-7200), "First response: 2 h before the time is up"),
        ("30 minutos después", Offset(1800), "First response: 30 min after the time was up"),
    ],
)
def test_a_rule_acts_before_or_after_the_deadline(desk, send, apply_draft, policy_now, typed, kept, shown):
    apply_draft(send(f"{RULES}new", name_en="Near", clock="first_response", at=typed, notify=["team"]))

    assert policy_now().escalation.rules["near"].when.at == kept
    assert shown in text_of(desk.get(RULES))
    unchanged = send(f"{RULES}near/")
    assert desk.get(unchanged["Location"]).context["page"].plan.changes == []


def test_what_a_late_worker_does_is_chosen_on_the_page_of_the_rules(desk, send, apply_draft, policy_now):
    assert policy_now().escalation.catch_up == "each"

    apply_draft(desk.post(RULES, {"catch_up": "highest"}))

    assert policy_now().escalation.catch_up == "highest"
    assert desk.post(RULES, {"catch_up": "never"}).status_code == 422


def test_rules_say_when_they_last_ran_and_on_what(at_acme, desk, grace):
    assert text_of(desk.get(RULES)).count("not yet") == len(desk.get(RULES).context["rows"])
    with CaptureQueriesContext(connection) as before:
        desk.get(RULES)
    tickets = [make_ticket(grace, priority=Priority.objects.get(key="critical"), at=MONDAY_9AM) for _ in range(3)]
    alarms.work_due(until=MONDAY_9AM + timedelta(days=2))

    with CaptureQueriesContext(connection) as after:
        page = desk.get(RULES)

    rows = {row["key"]: row["ran"] for row in page.context["rows"]}
    last = RuleRun.objects.filter(ran=True, rule="first-response-missed").latest("at")
    assert rows["first-response-missed"].at == last.at
    assert rows["first-response-missed"].number in {ticket.number for ticket in tickets}
    assert f"/desk/tickets/{rows['first-response-missed'].number}/" in page.content.decode()
    assert len(after) <= len(before) + 1  # which of the tickets the reader may see


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ({}, "This rule does nothing."),
        ({"escalate": "next"}, "Passing on needs a reason for staff"),
        ({"at": "2 business days before", "raise_priority": "on"}, "Write a share from 1% to 99%"),
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


FIELDS = """\
      service:
        name: {en: Service, ru: Служба, es: Servicio}
        kind: choice
        choices:
          web: {name: {en: Web, ru: Сайт, es: Web}}
          mail: {name: {en: Mail, ru: Почта, es: Correo}}
      backup:
        name: {en: Backup, ru: Копия, es: Copia}
        kind: boolean
      server:
        name: {en: Server, ru: Сервер, es: Servidor}
"""


def test_a_rule_is_for_requests_with_certain_answers(desk, put, send, apply_draft, policy_now):
    put(changed(("      steps-tried:\n", f"{FIELDS}      steps-tried:\n")))
    filled = {"name_en": "Web", "clock": "first_response", "at": "75%", "notify": ["team"]}
    asked = {"answer_service": ["web"], "answer_backup": ["no"], "answer_server": "web01\r\n web02 \r\n\r\nweb01"}

    apply_draft(send(f"{RULES}new", **filled, **asked))

    def wanted():
        return policy_now().escalation.rules["web"].when.only.fields

    assert wanted() == {"service": ("web",), "backup": ("no",), "server": ("web01", "web02")}
    page = text_of(desk.get(RULES))
    for words in ("Service / Server or service: Web", "Backup: No", "Server: web01, web02"):
        assert words in page
    apply_draft(send(f"{RULES}web/", answer_backup=[], answer_server="web03"))  # what else there is comes back as it is
    assert wanted() == {"service": ("web",), "server": ("web03",)}
    assert "Web, web03" not in text_of(desk.get("/policy/"))  # it tells the customer nothing


def test_a_tier_is_removed_with_all_that_named_it(desk, apply_draft, policy_now):
    assert "Remove this tier" in text_of(desk.get(f"{TIERS}tier-2/"))

    apply_draft(desk.post(f"{TIERS}tier-2/remove", {"successor": "tier-3"}))

    policy = policy_now()
    assert list(policy.tiers) == ["tier-1", "tier-3"]
    assert policy.teams["technicians"].tier == "tier-3"
    assert all("tier-2" not in category.escalates_to for category in policy.categories.values())


def test_a_tier_and_a_team_with_open_tickets_are_not_taken_away(at_acme, desk, grace, policy_now):
    ticket = make_ticket(grace)
    for path, typed, says in (
        (f"{TIERS}tier-1/remove", {"successor": "tier-2"}, "tier:tier-1 is:active"),
        (f"{HOME}teams/frontline/remove", {}, "teams"),
    ):
        answer = desk.post(path, typed, follow=True)
        assert says in text_of(answer), path

    Ticket.objects.filter(pk=ticket.pk).update(team=Team.objects.get(key="technicians"))
    draft = desk.post(f"{HOME}teams/technicians/remove")
    plan = desk.get(draft["Location"])
    assert f'the team "technicians", and it has 1 open tickets: #{ticket.number}.' in text_of(plan)
    refused = desk.post(draft["Location"], {"base": str(plan.context["page"].number)})
    assert refused.status_code == 422
    assert "technicians" in policy_now().teams

    Ticket.objects.filter(pk=ticket.pk).update(is_active=False)
    desk.post(draft["Location"], {"base": str(plan.context["page"].number)})
    assert "technicians" not in policy_now().teams


def test_what_can_not_be_removed_is_told_and_what_is_not_there_is_not_found(desk):
    assert "Say which tier gets its teams." in text_of(desk.post(f"{TIERS}tier-2/remove", follow=True))
    for path in (f"{TIERS}none/remove", f"{HOME}teams/none/remove"):
        assert desk.post(path, {"successor": "tier-1"}).status_code == 404
    assert not PolicyDraft.objects.exists()
