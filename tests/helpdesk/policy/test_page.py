"""The public page of the policy: versions keep their address, what changed is told, one's own contract is shown."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from helpdesk.policy.apply import apply
from sla.document import SupportPolicy
from tests.support.world import make_organization, policy_file
from tests.tickets.portal import text_of, visitor
from tickets.models import Exclusion
from tickets.models.people import LiftedExclusion

LATER = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)


def change(*places: tuple[str, str], slug: str = "ione", at: datetime = LATER, actor=None) -> None:
    """Apply the policy file with places changed from old to new."""
    _, text = policy_file(slug)
    for old, new in places:
        assert old in text
        text = text.replace(old, new, 1)
    apply(SupportPolicy.load(text), source=text, at=at, actor=actor)


@pytest.fixture
def as_nobody(at_acme):
    """Acme's portal before signing in."""
    return visitor(at_acme)


@pytest.fixture
def changed(at_acme, mary):
    """Acme on a second version: longer hours, another meaning, an hour more for the answer to high priority."""
    change(
        (
            'mon-fri: "08:00-18:00"',
            'mon-fri: "08:00-20:00"\n'
            "    closed_dates: {2026-05-01: {en: Labour Day, ru: Праздник труда, es: Día del Trabajo}}",
        ),
        ("en: Important but not critical.", "en: It can wait a day."),
        ("        first_response: 4h", "        first_response: 5h"),
        actor=mary,
    )


def test_an_old_version_keeps_its_address_and_says_that_it_is_over(at_acme, changed, as_nobody):
    old, new = (text_of(as_nobody.get(f"/policy/versions/{number}/")) for number in (1, 2))

    assert "This is version 1, in force from 1 January 2026 to 1 March 2026. It is not in force any more." in old
    assert 'href="/policy/"' in as_nobody.get("/policy/versions/1/").content.decode()
    assert "Important but not critical." in old
    assert "Version 2, in force since 1 March 2026." in new
    assert "It can wait a day." in new


def test_a_version_that_never_was_is_not_found(at_acme, as_nobody):
    for number in (0, 2, 99999999999999999999):
        assert as_nobody.get(f"/policy/versions/{number}/").status_code == 404


def test_the_change_log_says_in_readers_words_what_changed(at_acme, changed, as_nobody):
    page = text_of(as_nobody.get("/policy/versions/"))

    assert page.index("Version 2") < page.index("Version 1")
    assert "Monday: 8:00–18:00 before, 8:00–20:00 now" in page
    assert "closed now: Friday 1 May 2026 (Labour Day)" in page
    assert "Medium means now: It can wait a day." in page
    assert "High, First response: 4 hours before, 5 hours now" in page
    assert "The first version." in page
    assert "calendars.business" not in page
    assert "Put into force by" not in page


@pytest.mark.parametrize(
    ("language", "expected"),
    [("ru", "понедельник: раньше 8:00–18:00, теперь 8:00–20:00"), ("es", "lunes: antes 8:00–18:00, ahora 8:00–20:00")],
)
def test_the_change_log_speaks_the_reader_s_language(at_acme, changed, as_nobody, language, expected):
    as_nobody.cookies["django_language"] = language

    assert expected in text_of(as_nobody.get("/policy/versions/"))


def test_staff_read_who_applied_a_version_and_every_field(at_acme, changed, ada):
    page = text_of(visitor(at_acme, ada).get("/policy/versions/"))

    assert "Put into force by Mary." in page
    assert "priorities.medium.meaning.en" in page
    assert "Put into force by Mary." in text_of(visitor(at_acme, ada).get("/policy/"))


def test_a_change_that_customers_do_not_see_is_told_as_such(at_acme, as_nobody):
    change(("name: Warn the team before the first response is due", "name: Warn them"))

    assert "Nothing that concerns you" in text_of(as_nobody.get("/policy/versions/"))


def test_the_change_log_goes_by_pages(at_acme, as_nobody, django_assert_max_num_queries):
    for number in range(2, 25):
        change(("Important but not critical.", f"Meaning {number}."), at=LATER + timedelta(hours=number))

    first = as_nobody.get("/policy/versions/")
    with django_assert_max_num_queries(8):
        first = as_nobody.get("/policy/versions/")
    second = as_nobody.get(f"/policy/versions/?upto={first.context['earlier']}")

    assert [change.version.number for change in first.context["changes"]] == list(range(24, 4, -1))
    assert [change.version.number for change in second.context["changes"]] == [4, 3, 2, 1]
    assert first.context["changes"][0].until is None
    assert second.context["changes"][0].until == first.context["changes"][-1].version.applied_at
    assert second.context["earlier"] is None
    assert as_nobody.get("/policy/versions/?upto=nonsense").status_code == 200


def test_an_organisation_reads_what_its_contract_covers(at_acme, grace):
    initech = make_organization("Initech", grace, contract="with-hardware")
    LiftedExclusion.objects.create(organization=initech, exclusion=Exclusion.objects.get(key="third-party"))

    own = visitor(at_acme, grace).get("/policy/")
    general = visitor(at_acme, grace).get("/policy/?for=everybody")

    assert "What holds for Initech, under the contract “Service that includes hardware”." in text_of(own)
    assert {each.key for each in own.context["lifted"]} == {"hardware", "third-party"}
    assert {each.key for each in general.context["excluded"]} >= {"hardware", "third-party"}
    assert general.context["lifted"] == []


def test_nobody_reads_the_contract_of_somebody_else(at_acme, grace, ada):
    other = make_organization("Hooli", contract="with-hardware")

    for client in (visitor(at_acme, grace), visitor(at_acme)):
        page = client.get(f"/policy/?for={other.pk}")
        assert page.context["readers"].organization is None
        assert "Hooli" not in text_of(page)


def test_only_the_targets_of_the_own_contract_are_shown(at_acme, grace):
    _, text = policy_file("ione")
    gold = """
  gold:
    name: {en: Gold, ru: Gold, es: Gold}
    when: {contracts: [with-hardware]}
    targets:
      high: {first_response: 15m}
"""
    at = text.index("\nsla:\n") + len("\nsla:")
    text = text[:at] + gold + text[at + 1 :]
    apply(SupportPolicy.load(text), source=text, at=LATER)
    make_organization("Initech", grace, contract="with-hardware")

    own, everybody = (visitor(at_acme, person).get("/policy/") for person in (grace, None))

    assert [grid.name for grid in own.context["grids"]] == ["Gold"]
    assert len(everybody.context["grids"]) == 2


def test_staff_may_read_it_under_any_contract(at_acme, ada):
    page = visitor(at_acme, ada).get("/policy/?for=with-hardware")

    assert "What holds under the contract “Service that includes hardware”." in text_of(page)


@time_machine.travel("2026-03-04 12:00:00+00:00", tick=False)
def test_hours_are_shown_by_the_reader_s_clock_too_where_it_differs(at_acme, as_nobody):
    as_nobody.cookies["timezone"] = "America/Los_Angeles"
    there = text_of(as_nobody.get("/policy/"))
    as_nobody.cookies["timezone"] = "Asia/Bangkok"  # the same hours as in Phnom Penh
    near = text_of(as_nobody.get("/policy/"))

    assert "Your time (Los Angeles), this week" in there
    assert "Monday 8:00–18:00 Sun 17:00–Mon 3:00" in there
    assert "Your time" not in near
