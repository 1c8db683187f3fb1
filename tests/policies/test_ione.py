"""I One Tech Solutions: four times to an answer, working hours and a limited weekend, three tiers, a matrix."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from escalation.models import RuleRun
from tenants import alarms
from tests.policies.clauses import clause
from tests.support.world import join, make_organization, make_person
from tests.tickets.portal import text_of
from tickets.models import Category, Event, Exclusion, Ticket, Tier

#: Phnom Penh is seven hours ahead of UTC all year round; this is Monday, 8:00 there.
MONDAY_8AM = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
FRIDAY_1730 = datetime(2026, 3, 6, 10, 30, tzinfo=UTC)
SATURDAY_NOON = datetime(2026, 3, 7, 5, 0, tzinfo=UTC)


@clause("A1")
@pytest.mark.parametrize(
    ("priority", "hours", "promised"),
    [
        ("critical", 1, "Monday 2 March, 09:00"),
        ("high", 4, "Monday 2 March, 12:00"),
        ("medium", 24, "Wednesday 4 March, 12:00"),
        ("low", 48, "Friday 6 March, 16:00"),
    ],
)
def test_each_priority_is_promised_its_hours_and_counted_down_for_agents(desk_on, priority, hours, promised):
    desk = desk_on("ione")
    with time_machine.travel(MONDAY_8AM, tick=False):
        ticket = desk.file("technical", priority=priority)

        assert f"We answer by {promised} (Phnom Penh time)." in desk.customer_reads(ticket)
        assert f"We answer by {promised}" in desk.last_mail().text
        assert desk.row(ticket).due.remaining == f"{hours} h"
        assert f"Due in {hours} h working" in text_of(desk.workspace().get("/desk/tickets/"))
        (clock,) = (c for c in desk.api().get(f"tickets/{ticket.number}/").json()["clocks"] if "first" in c["metric"])
        assert clock["target_seconds"] == clock["remaining_seconds"] == hours * 3600


@clause("A1")
def test_an_answer_in_time_and_one_too_late_are_told_apart(desk_on):
    desk = desk_on("ione")
    with time_machine.travel(MONDAY_8AM, tick=False):
        kept, missed = (desk.file("technical", priority="high") for _ in range(2))
    with time_machine.travel(MONDAY_8AM + timedelta(hours=3), tick=False):
        desk.agent_does(kept, "send", kind="reply", body="Unplug it.")
    with time_machine.travel(MONDAY_8AM + timedelta(hours=5), tick=False):
        assert desk.row(missed).due.state == "overdue"
        assert "We are late: we promised an answer by Monday 2 March, 12:00" in desk.customer_reads(missed)
        desk.agent_does(missed, "send", kind="reply", body="Sorry.")

        assert "We answered in time, on Monday 2 March, 11:00." in desk.customer_reads(kept)
        assert "later than we promised" in desk.customer_reads(missed)
        assert kept.clocks.get(metric="first_response").breached_at is None
        assert missed.clocks.get(metric="first_response").breached_at == MONDAY_8AM + timedelta(hours=4)


@clause("A2")
def test_a_channel_that_is_switched_on_or_off_appears_or_goes_at_once(desk_on):
    desk = desk_on("ione")

    desk.apply(("  phone:\n    address: 85596 9899 444\n", "  chat:\n"))
    page = desk.anonymous().get("/")

    assert [way.key for way in page.context["channels"]] == ["portal", "email", "chat"]
    assert "85596 9899 444" not in text_of(page)
    assert "85596 9899 444" not in text_of(desk.anonymous().get("/policy/"))


@clause("A3")
def test_hours_stop_on_friday_evening_and_go_on_on_monday(desk_on):
    desk = desk_on("ione")
    with time_machine.travel(FRIDAY_1730, tick=False):
        ticket = desk.file("billing", priority="high")
        page = desk.customer_reads(ticket)

    # Half an hour is left on Friday; three and a half more end on Monday at 11:30.
    assert "We answer by Monday 9 March, 11:30 (Phnom Penh time)." in page
    assert "Friday 6 March 17:30–18:00 count: 30 min" in page
    assert "Saturday 7 March closed: weekend" in page
    assert "Monday 9 March 08:00–11:30 count: 3 h 30 min" in page
    with time_machine.travel(FRIDAY_1730 + timedelta(days=1), tick=False):
        assert desk.row(ticket).due.remaining == "3 h 30 min"


@clause("A3")
def test_an_hour_promised_at_half_past_five_ends_at_half_past_eight_on_monday(desk_on):
    desk = desk_on("ione")
    desk.apply(("first_response: 4h", "first_response: 1h"))
    with time_machine.travel(FRIDAY_1730, tick=False):
        ticket = desk.file("technical", priority="high")

    assert ticket.due_at == datetime(2026, 3, 9, 1, 30, tzinfo=UTC)


@clause("A4")
def test_at_the_weekend_critical_issues_go_on_and_others_wait(desk_on):
    desk = desk_on("ione")
    with time_machine.travel(SATURDAY_NOON, tick=False):
        critical, high = desk.file("technical", priority="critical"), desk.file("technical", priority="high")

        assert "We answer by Saturday 7 March, 13:00" in desk.customer_reads(critical)
        assert "We answer by Monday 9 March, 12:00" in desk.customer_reads(high)
        assert "Saturday to Sunday 10:00–14:00" in desk.customer_reads(critical)
        assert "Saturday" not in desk.customer_reads(high).partition("Our hours: ")[2].partition("Our support")[0]


@clause("A4")
@time_machine.travel("2026-03-08 12:00:00+00:00", tick=False)
def test_on_sunday_evening_the_portal_says_what_to_expect(desk_on):
    desk = desk_on("ione")

    usual, weekend = desk.anonymous().get("/").context["hours"]
    ticket = desk.file("technical", priority="critical")

    assert (usual.now.is_open, weekend.now.is_open) == (False, False)
    assert "Closed now, opens Monday 9 March, 08:00" in text_of(desk.anonymous().get("/"))
    assert "limited weekend support" in weekend.name
    assert "We answer by Monday 9 March, 09:00" in desk.customer_reads(ticket)


@clause("A5")
def test_an_agent_moves_a_ticket_up_and_who_why_and_when_are_kept_and_shown(desk_on):
    desk = desk_on("ione")
    join(make_person("Sam", "agent"), "technicians")
    with time_machine.travel(MONDAY_8AM, tick=False):
        ticket = desk.file("technical", priority="high")
        desk.agent_does(ticket, "escalate", to=_tier("tier-2").pk, reason="Needs the kernel people.", sentence="")

    ticket.refresh_from_db()
    assert (ticket.tier.key, ticket.team.key) == ("tier-2", "technicians")
    seen = desk.agent_reads(ticket)
    assert "Ada escalated this from Tier 1: frontline support to Tier 2: specialized technicians" in seen
    assert "Needs the kernel people." in seen
    told = desk.customer_reads(ticket)
    assert "We have passed your request on to Tier 2: specialized technicians" in told
    assert "Needs the kernel people." not in told
    event = Event.objects.get(ticket=ticket, verb="ticket.escalated")
    assert (event.actor, event.at) == (desk.ada, MONDAY_8AM)


@clause("A5")
def test_a_rule_moves_a_ticket_up_tier_by_tier_and_the_customer_is_told(desk_on):
    desk = desk_on("ione")
    with time_machine.travel(MONDAY_8AM, tick=False):
        ticket = desk.file("security", priority="critical")
    with time_machine.travel(MONDAY_8AM + timedelta(hours=1, seconds=1), tick=False):
        told = desk.last_mail().text
        ticket.refresh_from_db()

        assert (ticket.tier.key, ticket.team.key) == ("tier-2", "security")
        assert "We have not answered you in the time that we promised." in told
        assert "We have not answered you in the time that we promised." in desk.customer_reads(ticket)
        assert "Unanswered in time, move to the next tier" in desk.agent_reads(ticket)
    alarms.work_due(until=MONDAY_8AM + timedelta(days=3))
    ticket.refresh_from_db()
    assert ticket.tier.key == "tier-3"
    assert RuleRun.objects.filter(ticket=ticket, ran=True).count() >= 2


@clause("A6")
@pytest.mark.parametrize(
    ("category", "team"),
    [
        ("technical", "frontline"),
        ("billing", "billing-desk"),
        ("infrastructure", "frontline"),
        ("security", "frontline"),
    ],
)
def test_the_category_chosen_when_filing_routes_the_request_to_its_team(desk_on, category, team):
    desk = desk_on("ione")

    ticket = desk.file(category)
    listed = desk.workspace().get(f"/desk/tickets/?view=every&category={category}").context["rows"]

    assert (ticket.category.key, ticket.team.key) == (category, team)
    assert [row.ticket.pk for row in listed] == [ticket.pk]
    assert str(ticket.category) in desk.customer_reads(ticket)


@clause("A6")
def test_an_agent_moves_a_request_to_the_category_it_belongs_to(desk_on):
    desk = desk_on("ione")
    ticket = desk.file("technical")

    desk.agent_does(ticket, "do/category", category=_pk("billing"))

    ticket.refresh_from_db()
    assert ticket.team.key == "billing-desk"
    assert "Your request now belongs to: Billing and financial issues" in desk.customer_reads(ticket)


@clause("A7")
def test_the_priority_follows_from_impact_and_urgency(desk_on):
    desk = desk_on("ione")

    worst = desk.file("technical", priority="", impact="everyone", urgency="now")
    least = desk.file("technical", priority="", impact="one", urgency="later")

    assert (worst.priority.key, least.priority.key) == ("critical", "low")


@clause("A7")
def test_an_administrator_s_new_words_and_matrix_are_shown_and_used(desk_on):
    desk = desk_on("ione")
    desk.apply(("Billing errors affecting critical services.", "Nobody can pay."))
    form = text_of(desk.portal().get("/tickets/new?category=billing"))
    assert "Critical Nobody can pay." in form

    desk.apply(("everyone: {now: critical,", "everyone: {now: high,"))
    ticket = desk.file("billing", priority="", impact="everyone", urgency="now")

    assert ticket.priority.key == "high"
    assert ticket.clocks.get(metric="first_response").target_seconds == 4 * 3600


@clause("A10")
def test_an_agent_closes_a_request_as_not_covered_by_naming_the_exclusion(desk_on):
    desk = desk_on("ione")
    ticket = desk.file("technical", description="The game that I bought elsewhere does not start.")
    third_party = Exclusion.objects.get(key="third-party")

    offered = text_of(desk.workspace().get(f"/desk/tickets/{ticket.number}/do/not_covered"))
    desk.agent_does(ticket, "do/not_covered", exclusion=third_party.pk, explanation="Ask its maker.")

    ticket.refresh_from_db()
    assert "Customizations beyond standard features." in offered
    assert (ticket.is_active, ticket.exclusion) == (False, third_party)
    for told in (desk.customer_reads(ticket), desk.last_mail().text):
        assert "Our support does not cover this: Third-party software issues." in told
        assert "Ask its maker." in told


@clause("A10")
def test_what_the_contract_covers_can_t_be_turned_down_as_not_covered(desk_on):
    desk = desk_on("ione")
    make_organization("Initech", desk.grace, contract="with-hardware")
    ticket = desk.file("technical")

    desk.agent_does(ticket, "do/not_covered", exclusion=Exclusion.objects.get(key="hardware").pk)

    assert Ticket.objects.get(pk=ticket.pk).is_active


def _tier(key):
    return Tier.objects.get(key=key)


def _pk(key):
    return Category.objects.get(key=key).pk
