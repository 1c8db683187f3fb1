"""What-if: real tickets, replayed under another policy."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from datetime import timedelta

import pytest

from helpdesk.policy import replay as whatif
from sla.clock import Metric
from sla.document import SupportPolicy
from sla.models import PolicyVersion, Priority
from tenants.models import Alarm
from tests.helpdesk.policy.conftest import IONE, OPENED, changed, without_high
from tests.support.world import make_organization, make_person, make_ticket
from tickets import actions, clocks, desk, recalculation
from tickets.models import Category, Clock, Event, Ticket
from tickets.versions import TAKEOVER

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
NOW = OPENED + 7 * DAY
LONGER = ("first_response: 24h", "first_response: 60h")
SHORTER = ("first_response: 24h", "first_response: 1h")
#: Open at night and on Sundays too: hours pass faster.
ALWAYS_OPEN = ('mon-fri: "08:00-18:00"', 'mon-sun: "00:00-24:00"')


def replayed(text: str = IONE, *, since=OPENED - DAY, at=NOW, **more) -> whatif.Replay:
    return whatif.replay(SupportPolicy.load(text), since=since, at=at, **more)


def settle() -> None:
    clocks.settle(list(Ticket.objects.select_for_update()), at=NOW)


@pytest.fixture
def answered(at_acme, ada, grace) -> Callable[..., Ticket]:
    """A ticket, filed some hours after the opening and answered some hours later."""

    def do(*, after=0, answer=None, by=grace, **more) -> Ticket:
        ticket = make_ticket(by, at=OPENED + after * HOUR, **more)
        if answer is not None:
            actions.reply(ticket, author=ada, body="Unplug it.", at=OPENED + (after + answer) * HOUR)
        return ticket

    return do


def test_an_identical_draft_flips_nothing(answered, ada, grace):
    critical, low = (Priority.objects.get(key=key) for key in ("critical", "low"))
    answered(answer=1)
    answered(after=1, answer=90)
    answered(priority=critical, answer=5)
    moved = answered(priority=low, answer=2)
    actions.change_priority(moved, critical, actor=ada, at=OPENED + 3 * HOUR, reason="It burns.")
    actions.comment(moved, author=grace, body="And now?", at=OPENED + 4 * HOUR)
    again = answered(answer=2)
    actions.change_status(again, desk.status_of("pending"), actor=ada, at=OPENED + 3 * HOUR)
    actions.change_status(again, desk.status_of("solved"), actor=ada, at=OPENED + 30 * HOUR)
    answered(after=2)
    settle()

    found = replayed()

    assert found.tickets == 6
    assert found.flips == []
    total = found.total
    assert (total.kept_before, total.broken_before) == (total.kept_after, total.broken_after)
    assert total.kept_before > 0
    assert total.broken_before > 0
    assert (total.only_before, total.only_after) == (0, 0)


def test_longer_hours_break_what_was_kept_and_a_longer_target_keeps_what_was_broken(answered):
    quick, night = answered(answer=1), answered(after=1, answer=30)
    late = answered(after=2, answer=24 * 3)
    settle()

    [broken] = replayed(changed(ALWAYS_OPEN)).flips
    [kept] = replayed(changed(LONGER)).flips

    assert (broken.number, broken.metric, broken.was_kept) == (night.number, Metric.FIRST_RESPONSE, True)
    assert broken.due_after == OPENED + 25 * HOUR
    assert (kept.number, kept.was_kept) == (late.number, False)
    assert kept.due_before < OPENED + (2 + 24 * 3) * HOUR < kept.due_after
    assert quick.number not in (broken.number, kept.number)


def test_groups_add_up(answered, grace):
    linus = make_person("Linus")
    company = make_organization("Initech", linus)
    answered(answer=5)
    answered(answer=1)
    answered(
        answer=5, by=linus, category=Category.objects.exclude(pk=desk.default_category(desk.current_policy()).pk)[0]
    )
    answered(answer=5, priority=Priority.objects.get(key="high"))
    settle()

    found = replayed(changed(SHORTER))

    for figures in found.groups.values():
        added = {name: sum(asdict(each)[name] for each in figures.values()) for name in asdict(found.total)}
        assert added == asdict(found.total)
    assert found.groups["organization"][company.pk].to_broken == 1
    assert found.groups["organization"][None].to_broken == 1
    assert found.groups["priority"]["high"].to_broken == 0
    assert found.groups["metric"]["first_response"].to_broken == 2
    assert len(found.groups["category"]) == 2


def test_an_open_ticket_that_would_be_late_is_broken_only_under_the_draft(answered):
    answered()

    total = replayed(changed(SHORTER), at=OPENED + 3 * HOUR).total

    assert (total.broken_before, total.broken_after, total.only_after) == (0, 1, 1)


def test_the_draft_holds_from_the_filing_whatever_version_held(put, answered):
    late = answered(answer=5)
    put(changed(SHORTER), at=OPENED + HOUR)
    clocks.settle([desk.lock(late)], at=OPENED + 2 * HOUR)
    settle()

    assert not Clock.objects.filter(metric="first_response", breached_at=None).exists()
    assert [flip.was_kept for flip in replayed().flips] == [False]
    assert replayed(changed(SHORTER)).flips == []


def test_a_priority_that_is_gone_follows_the_one_that_replaces_it(answered):
    answered(priority=Priority.objects.get(key="high"), answer=5)
    settle()
    strict = without_high(replaced=True).replace("first_response: 4h", "first_response: 6h", 1)

    assert [flip.was_kept for flip in replayed(strict).flips] == [False]


def test_a_priority_that_nothing_replaces_is_named(answered):
    answered(priority=Priority.objects.get(key="high"), answer=1)
    settle()
    draft = SupportPolicy.load(without_high())

    found = whatif.replay(draft, since=OPENED - DAY, at=NOW)

    assert found.lost_priorities(draft) == ["high"]
    assert (found.total.kept_before, found.total.only_before, found.flips) == (1, 2, [])


def test_a_version_that_replaced_a_priority_is_undone_by_replaying_the_former_one(put, answered):
    ticket = answered(priority=Priority.objects.get(key="high"))
    put(without_high(replaced=True).replace("first_response: 4h", "first_response: 9h", 1), at=OPENED + HOUR)
    recalculation.work(recalculation.running().pk, OPENED + HOUR + 2 * TAKEOVER)
    settle()
    ticket.refresh_from_db()

    found = replayed()

    assert ticket.priority.key == "tall"
    assert (found.total.broken_before, found.total.broken_after) == (2, 2)
    assert found.groups["priority"]["tall"].broken_after == 2


def test_maintenance_stops_what_the_draft_says(put, answered, mary):
    stopping = changed(("stops: [resolution]", "stops: [first_response]"))
    put(stopping, at=OPENED - HOUR)
    begins, ends = OPENED + HOUR, OPENED + 9 * HOUR
    title = {"en": "The servers move"}
    actions.plan_window(title=title, begins=begins, ends=ends, actor=mary, at=OPENED - HOUR)
    answered(answer=29)
    settle()

    assert Clock.objects.get(metric="first_response").due_at > OPENED + 48 * HOUR
    assert replayed(stopping).flips == []
    [flip] = replayed(changed(("first_response: 24h", "first_response: 10h"))).flips
    assert flip.due_after == OPENED + 24 * HOUR
    assert replayed(changed(("first_response: 24h", "first_response: 10h"), text=stopping)).flips == []


def test_only_the_period_counts_and_the_latest_come_first(answered, monkeypatch):
    answered(answer=5)
    second, third = answered(after=1, answer=5), answered(after=2, answer=5)
    settle()

    found = replayed(changed(SHORTER), since=OPENED + HOUR / 2)
    cut = replayed(changed(SHORTER), most=1)

    assert [flip.number for flip in found.flips] == [third.number, second.number]
    assert (found.tickets, found.is_cut) == (2, False)
    assert (cut.tickets, cut.is_cut, cut.since) == (1, True, third.created_at)
    monkeypatch.setattr(whatif, "BATCH", 2)
    assert [replayed(most=most).is_cut for most in (1, 2, 3, 4)] == [True, True, False, False]


def test_batches_leave_nothing_out_and_cost_three_statements(answered, monkeypatch, django_assert_num_queries):
    for number in range(5):
        answered(after=number // 2, answer=5)
    settle()
    whole = replayed(changed(SHORTER))
    draft = SupportPolicy.load(changed(SHORTER))
    monkeypatch.setattr(whatif, "BATCH", 2)

    with django_assert_num_queries(3 * 3 + 1):
        parts = whatif.replay(draft, since=OPENED - DAY, at=NOW)

    assert parts == whole
    assert (whole.tickets, whole.total.to_broken) == (5, 5)


def test_every_flip_is_told_though_few_are_kept(answered, monkeypatch):
    for _ in range(3):
        answered(answer=5)
    settle()
    monkeypatch.setattr(whatif, "MOST_LISTED", 2)
    told = []

    found = replayed(changed(SHORTER), tell=told.append)

    assert (len(found.flips), len(told), found.total.to_broken) == (2, 3, 3)


def test_a_replay_writes_nothing(answered):
    answered(answer=5)
    before = [list(model.objects.values()) for model in (Ticket, Clock, Event, PolicyVersion, Alarm)]

    replayed(changed(SHORTER))

    assert [list(model.objects.values()) for model in (Ticket, Clock, Event, PolicyVersion, Alarm)] == before
