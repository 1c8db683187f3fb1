"""Every clock explains itself: to agents whole, to customers as far as it concerns them, in three languages."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.utils import timezone, translation

from sla.models import Priority
from tests.api.client import Api
from tests.support.world import make_organization, make_person, make_ticket
from tests.tickets.portal import text_of, visitor
from tickets import actions, explaining
from tickets.models import Status

HOUR = timedelta(hours=1)
#: A Friday at 16:20 in Phnom Penh, seven hours ahead of UTC; the desk closes at 18:00.
FRIDAY = datetime(2026, 3, 6, 9, 20, tzinfo=UTC)


def high(grace, at=FRIDAY):
    return make_ticket(grace, priority=Priority.objects.get(key="high"), at=at)


def explanation(ticket, metric="first_response", *, at, for_staff=True):
    found = explaining.explained(ticket, at=at, for_staff=for_staff)
    return next(each for each in found if each.clock.metric == metric)


@pytest.fixture
def in_phnom_penh():
    with timezone.override("Asia/Phnom_Penh"):
        yield


def test_a_deadline_names_what_was_used_and_what_was_closed(at_acme, grace, in_phnom_penh):
    found = explanation(high(grace), at=FRIDAY + HOUR)

    assert found.why == (
        "Due Monday 9 March, 10:20 (Phnom Penh time). Counted in the time of Phnom Penh:"
        " Friday 6 March 1 h 40 min until closing at 18:00;"
        " Saturday 7 March to Sunday 8 March closed: weekend;"
        " Monday 9 March the remaining 2 h 20 min."
    )


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("ru", "6 марта пятница: 1 ч 40 мин до закрытия в 18:00"),
        ("es", "viernes 6 marzo 1 h 40 min hasta el cierre a las 18:00"),
    ],
)
def test_it_is_told_in_the_reader_s_language(at_acme, grace, in_phnom_penh, language, expected):
    ticket = high(grace)

    with translation.override(language):
        why = explanation(ticket, at=FRIDAY + HOUR).why

    assert expected in why.replace(" de ", " ").replace(",", "")


def test_a_pause_stands_on_the_way_with_its_reason(at_acme, ada, grace, in_phnom_penh):
    ticket = high(grace, at=FRIDAY - 4 * HOUR)
    pending = Status.objects.get(kind="pending")
    actions.reply(ticket, author=ada, body="Which browser?", at=FRIDAY - 3 * HOUR, status=pending)
    actions.comment(ticket, author=grace, body="Firefox.", at=FRIDAY - HOUR)

    paused = explanation(ticket, "resolution", at=FRIDAY - 2 * HOUR)
    found = explanation(ticket, "resolution", at=FRIDAY)

    assert paused.promise.state == "paused"
    assert f"The time stands still ({pending})" in paused.why
    assert [(each.way is None, each.because) for each in found.stretches] == [
        (False, ""),
        (True, str(pending)),
        (False, ""),
    ]
    counted = sum(each.way.seconds for each in found.stretches if each.way)
    assert counted == found.clock.target_seconds
    assert found.stretches[-1].ends == found.clock.due_at
    assert str(pending) in found.pauses


def test_an_early_answer_leaves_the_way_to_its_deadline_as_it_was(at_acme, ada, grace, in_phnom_penh):
    ticket = high(grace)
    actions.reply(ticket, author=ada, body="Done.", at=FRIDAY + HOUR / 2)

    found = explanation(ticket, at=FRIDAY + HOUR)

    assert found.why.startswith("Was due Monday 9 March, 10:20")
    assert found.stretches[-1].ends == found.clock.due_at


def test_an_answer_at_once_leaves_it_too(at_acme, ada, grace, in_phnom_penh):
    ticket = high(grace)
    actions.reply(ticket, author=ada, body="Done.", at=FRIDAY)

    found = explanation(ticket, at=FRIDAY + HOUR)

    assert [each.way.seconds for each in found.stretches] == [4 * 3600]


def test_the_rule_that_chose_the_target_is_named_with_its_version(at_acme, grace):
    chosen = explanation(high(grace), at=FRIDAY + HOUR).chosen

    assert (chosen.version, chosen.priority, chosen.target) == (1, "High", "4 hours")
    assert chosen.how == "It holds for every request for which no earlier one does."
    assert "Phnom Penh" in chosen.hours


def test_the_pages_explain_and_stay_within_their_queries(at_acme, ada, grace, django_assert_max_num_queries):
    ticket = high(grace)
    staff, customer = visitor(at_acme, ada), visitor(at_acme, grace)
    with time_machine.travel(FRIDAY + HOUR, tick=False):
        staff.get(f"/desk/tickets/{ticket.number}/explained")
        with django_assert_max_num_queries(12):
            page = text_of(staff.get(f"/desk/tickets/{ticket.number}/explained"))
        customer.get(f"/tickets/{ticket.number}/why")
        with django_assert_max_num_queries(12):
            own = customer.get(f"/tickets/{ticket.number}/why")

    assert "Friday 6 March 1 h 40 min until closing" in page
    assert "Unanswered in time, move to the next tier" in page
    assert "until closing" in text_of(own)
    assert "move to the next tier" not in text_of(own)
    assert f'href="/tickets/{ticket.number}/why"' in customer.get(f"/tickets/{ticket.number}/").content.decode()


def test_somebody_else_s_clocks_are_not_found(at_acme, ada, grace):
    heidi = make_person("Heidi")
    ticket = high(grace)

    assert visitor(at_acme, heidi).get(f"/tickets/{ticket.number}/why").status_code == 404
    assert visitor(at_acme, grace).get(f"/desk/tickets/{ticket.number}/explained").status_code == 404
    assert Api(heidi).get(f"/api/v1/tickets/{ticket.number}/clocks/").status_code == 404


def test_the_api_tells_the_walk_the_ledger_and_the_rule(at_acme, ada, grace):
    make_organization("Initech", grace)
    ticket = high(grace)

    with time_machine.travel(FRIDAY + HOUR, tick=False):
        for_staff, for_grace = (
            Api(each).get(f"/api/v1/tickets/{ticket.number}/clocks/").json() for each in (ada, grace)
        )

    clock = next(each for each in for_staff if each["metric"] == "first_response")
    assert [(step["date"], step["seconds"], step["reason"]) for step in clock["walk"][0]["steps"]] == [
        ("2026-03-06", 6000, ""),
        ("2026-03-07", 0, "weekend"),
        ("2026-03-08", 0, "weekend"),
        ("2026-03-09", 8400, ""),
    ]
    assert clock["ledger"][0]["kind"] == "started"
    assert clock["chosen"]["version"] == 1
    assert clock["chosen"]["considered"]
    assert next(each for each in for_grace if each["metric"] == "first_response")["chosen"]["considered"] == []
