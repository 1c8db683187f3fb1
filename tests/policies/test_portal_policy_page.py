"""What the policies say is readable where customers need it: on the policy page, at home, beside the form."""

import pytest
import time_machine

from tests.policies.clauses import clause
from tests.support.world import make_organization
from tests.tickets.portal import text_of
from tickets.desk import current_policy


@clause("A1")
def test_the_four_response_times_are_shown(desk_on):
    page = text_of(desk_on("ione").anonymous().get("/policy/"))

    for promised in ("Critical 1 hour", "High 4 hours", "Medium 24 hours", "Low 48 hours"):
        assert promised in page


@clause("A2")
def test_the_portal_shows_exactly_the_channels_that_are_on_with_their_hours(desk_on):
    page = desk_on("ione").anonymous().get("/")

    assert [way.key for way in page.context["channels"]] == ["portal", "email", "phone"]
    assert all("8:00–18:00" in way.hours for way in page.context["channels"])
    assert "Sales@ionetechsolution.biz" in text_of(page)
    assert "Live chat" not in text_of(page)


@clause("A3")
def test_working_hours_are_shown_as_a_week(desk_on):
    page = text_of(desk_on("ione").anonymous().get("/policy/"))

    assert "Monday 8:00–18:00" in page
    assert "Friday 8:00–18:00" in page
    assert "Saturday closed" in page


@clause("A4")
@time_machine.travel("2026-03-07 05:00:00+00:00", tick=False)
def test_on_saturday_only_limited_support_is_open(desk_on):
    usual, weekend = desk_on("ione").anonymous().get("/").context["hours"]

    assert not usual.now.is_open
    assert "Monday 9 March" in usual.now.text
    assert weekend.now.is_open
    assert weekend.priorities == ["Critical"]


@clause("A5")
def test_the_three_tiers_are_shown_in_order(desk_on):
    page = text_of(desk_on("ione").anonymous().get("/policy/"))

    assert page.index("Tier 1: frontline") < page.index("Tier 2: specialized") < page.index("Tier 3: senior")


@clause("A6")
def test_four_categories_are_offered_with_the_policy_s_examples(desk_on):
    page = desk_on("ione").portal().get("/tickets/new")

    keys = [tile["category"].key for tile in page.context["categories"]]
    assert keys == ["technical", "billing", "infrastructure", "security"]
    for example in ("System crashes", "Discrepancies in invoices", "Upgrades", "Data breaches"):
        assert example in text_of(page)


@clause("A7")
@pytest.mark.parametrize(
    ("category", "meaning"),
    [
        ("technical", "High-impact issues affecting core functionality or security."),
        ("billing", "Billing errors affecting critical services."),
        ("infrastructure", "Infrastructure failures impacting services."),
        ("security", "Security breaches or compliance violations."),
    ],
)
def test_critical_means_what_the_category_says(desk_on, category, meaning):
    desk = desk_on("ione")

    assert f"Critical {meaning}" in text_of(desk.portal().get(f"/tickets/new?category={category}"))
    assert meaning in text_of(desk.anonymous().get("/policy/"))


@clause("A7")
def test_impact_and_urgency_are_offered_with_their_words(desk_on):
    page = text_of(desk_on("ione").portal().get("/tickets/new?category=technical"))

    assert "The whole organization or a core service is affected." in page
    assert "Nothing can be done until this is solved." in page


@clause("A10")
def test_what_is_not_covered_is_said_before_filing(desk_on):
    page = text_of(desk_on("ione").portal().get("/tickets/new?category=technical"))

    assert "Third-party software issues." in page
    assert "Customizations beyond standard features." in page
    assert "Hardware-related problems" in page


@clause("A10", "C4")
def test_what_the_contract_covers_is_not_listed_as_excluded(desk_on):
    desk = desk_on("ione")
    make_organization("Initech", desk.grace, contract="with-hardware")

    page = text_of(desk.portal().get("/tickets/new?category=technical"))

    assert "Third-party software issues." in page
    assert "Hardware-related problems" not in page


@clause("B2")
def test_both_response_times_are_shown(desk_on):
    page = text_of(desk_on("techsupport").anonymous().get("/policy/"))

    assert "24 hours" in page


@clause("B3")
def test_website_help_is_offered(desk_on):
    page = text_of(desk_on("techsupport").portal().get("/tickets/new")).lower()

    assert "error" in page
    assert "performance" in page


@clause("C1")
@time_machine.travel("2024-04-20 12:00:00+00:00", tick=False)
def test_russian_holidays_and_moved_working_days_are_shown(desk_on):
    page = desk_on("alleanza").anonymous("ru").get("/policy/")

    opening = page.context["openings"][0]
    moved, closed = {day.date for day in opening.moved}, {day.date for day in opening.closed}
    assert any("27 апреля 2024" in day for day in moved)  # a Saturday that the government made a working day
    assert any("9 мая 2024" in day for day in closed)
    assert "7:00–17:00" in text_of(page)
    assert "Москва" in text_of(page)


@clause("C2")
def test_changes_faults_and_restores_have_forms_of_their_own(desk_on):
    desk = desk_on("alleanza")
    page = desk.portal("ru").get("/tickets/new")

    forms = {tile["category"].type: tile["category"] for tile in page.context["categories"]}
    assert {"incident", "change", "restore"} <= set(forms)
    for kind in ("incident", "change", "restore"):
        form = desk.portal("ru").get(f"/tickets/new?category={forms[kind].key}").context["form"]
        asked = {each.key for each in form.questions.values()}
        assert forms[kind].fields
        assert forms[kind].fields.keys() <= asked


@clause("C2")
@pytest.mark.parametrize("kind", ["incident", "change", "restore"])
def test_each_of_them_is_filed_with_its_own_priority_and_answers(desk_on, kind):
    desk = desk_on("alleanza")
    category = next(each for each in current_policy().policy.categories.values() if each.type == kind)

    ticket = desk.file(category.key, "ru")

    assert ticket.category.key == category.key
    assert ticket.priority.key == current_policy().policy.priority_of(category.key).key
    required = {key for key, each in category.fields.items() if each.required}
    assert required <= set(ticket.answers)
    assert str(ticket.priority) in desk.agent_reads(ticket, "ru")


@clause("C3")
def test_the_policy_page_links_article_000032(desk_on):
    assert "/kb/article/000032" in desk_on("alleanza").anonymous("ru").get("/policy/").content.decode()


@clause("C11")
def test_four_levels_are_shown_in_russian_with_their_definitions_and_times(desk_on):
    page = text_of(desk_on("alleanza").anonymous("ru").get("/policy/"))

    for promised in ("2 часа", "4 часа", "8 часов", "24 часа"):
        assert promised in page
    assert "виртуальная среда Абонента" in page


@clause("C12")
def test_the_four_reasons_for_a_refusal_are_shown(desk_on):
    page = desk_on("alleanza").anonymous("ru").get("/policy/")

    assert len(page.context["policy"].refusal_reasons) == 4
    assert "Нет авторизационной информации" in text_of(page)
    assert "Грубая форма обращения" in text_of(page)


@clause("D1")
def test_three_priorities_are_chosen_by_use_and_example(desk_on):
    desk = desk_on("justo")
    category = next(iter(desk.portal("es").get("/tickets/new").context["categories"]))["category"].key

    page = desk.portal("es").get(f"/tickets/new?category={category}")

    names = [str(label) for key, label in page.context["form"].fields["priority"].choices if key]
    assert names == ["Alta", "Media", "Baja"]
    assert "cPanel" in text_of(page)
    assert "2 equipos" in text_of(page)


@clause("E5")
def test_the_bad_and_the_good_example_stand_beside_the_form(desk_on):
    desk = desk_on("hostiquant")
    category = next(iter(desk.portal().get("/tickets/new").context["categories"]))["category"].key

    page = text_of(desk.portal().get(f"/tickets/new?category={category}"))

    assert "My site does not work" in page
    assert "the server returns a 403 error" in page


@clause("E6")
def test_tickets_are_open_around_the_clock(desk_on):
    ways = {way.key: way for way in desk_on("hostiquant").anonymous().get("/").context["channels"]}

    assert ways["portal"].hours == ways["chat"].hours == "around the clock, every day"


@clause("E6")
@time_machine.travel("2026-03-01 22:30:00+00:00", tick=False)
def test_at_night_the_call_center_is_closed_and_the_ticket_system_open(desk_on):
    ways = {way.key: way for way in desk_on("hostiquant").anonymous().get("/").context["channels"]}

    assert ways["portal"].now.is_open
    assert not ways["phone"].now.is_open
    assert ways["phone"].hours.startswith("every day 9:00–21:00")


@clause("E8")
def test_advisory_channels_say_so(desk_on):
    ways = {way.key: way for way in desk_on("hostiquant").anonymous().get("/").context["channels"]}

    assert {key for key, way in ways.items() if way.is_advisory} == {"phone", "email"}


@clause("E13")
def test_what_support_does_is_shown_beside_what_it_does_not(desk_on):
    desk = desk_on("hostiquant")
    category = next(iter(desk.portal().get("/tickets/new").context["categories"]))["category"].key

    for path in ("/policy/", f"/tickets/new?category={category}"):
        page = text_of(desk.portal().get(path))
        assert "Advise clients on how to work with the hosting control panel." in page
        assert "Installing and configuring scripts and programs" in page


@clause("E14")
def test_who_is_no_client_is_told_before_writing(desk_on):
    desk = desk_on("hostiquant")
    category = next(iter(desk.portal().get("/tickets/new").context["categories"]))["category"].key
    path = f"/tickets/new?category={category}"

    stranger = text_of(desk.portal().get(path))
    make_organization("Initech", desk.grace)
    client = text_of(desk.portal().get(path))

    assert "do not belong to a client organisation" in stranger
    assert "do not belong to a client organisation" not in client


@pytest.mark.parametrize("policy", ["ione", "techsupport", "alleanza", "justo", "hostiquant"])
@pytest.mark.parametrize("language", ["en", "ru", "es"])
def test_every_policy_can_be_read_in_every_language(desk_on, policy, language):
    desk = desk_on(policy)

    pages = [desk.anonymous(language).get(path) for path in ("/", "/policy/")]

    for page in pages:
        assert page.status_code == 200
        assert page["Content-Language"] == language
        assert "{'" not in text_of(page)


def test_the_page_follows_the_version_in_force(desk_on):
    from dataclasses import replace

    from django.utils import timezone

    from helpdesk.policy.apply import apply
    from tickets.desk import current_policy

    desk = desk_on("ione")
    policy = current_policy().policy
    apply(replace(policy, maintenance=None), source="", at=timezone.now(), actor=desk.ada)

    page = desk.anonymous().get("/policy/")

    assert "Version 2" in text_of(page)
    assert 'id="maintenance"' not in page.content.decode()
