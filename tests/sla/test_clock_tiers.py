"""How long each tier held a ticket."""

from sla.clock import Target, TargetTable, fold
from tests.sla.calendars import OFFICE, at, minutes
from tests.sla.histories import ALL_DAY, created, event, kinds, today

MEASURE = Target(ALL_DAY, open_ended=True)


def first(time="09:00", tier="1", **more):
    return event(time, "created", status="open", policy="standard", priority="normal", tier=tier, **more)


def tier(time, to):
    return event(time, "tier", to=to)


def tiers(events, as_of, measure=MEASURE, **targets):
    table = {("standard", "normal", name): target for name, target in targets.items()}
    return fold(events, TargetTable({}, table, {"standard": measure}), today(as_of)).tiers


def test_each_tier_has_a_clock_for_the_time_it_held_the_ticket():
    held = tiers([first(), tier("09:40", "2"), tier("10:00", "1"), tier("10:05", "3")], "10:15")

    assert {name: clock.consumed_at(today("10:15")) // 60 for name, clock in held.items()} == {
        "1": 45,
        "2": 20,
        "3": 10,
    }
    assert [(name, clock.metric, clock.number, clock.tier) for name, clock in held.items()] == [
        (name, "tier", number, name) for number, name in enumerate("123", 1)
    ]
    assert [held[name].running_since is not None for name in "123"] == [False, False, True]


def test_a_tier_without_a_target_is_measured_and_never_late():
    clock = tiers([first()], "18:00")["1"]

    assert (clock.state, clock.due_at, clock.breached_at, clock.remaining_seconds(today("18:00"))) == (
        "no_target",
        None,
        None,
        None,
    )
    assert not clock.promised


def test_a_tier_with_a_target_is_late_after_so_much_time_in_all():
    target = {"1": Target(ALL_DAY, seconds=minutes(60), warn=(50,))}

    held = tiers([first(), tier("09:40", "2"), tier("10:00", "1")], "10:30", **target)

    assert (held["1"].due_at, held["1"].breached_at) == (today("10:20"), today("10:20"))
    assert kinds(held["1"]) == ["started", "warned", "fulfilled", "reopened", "breached"]
    assert [entry.rule for entry in held["1"].ledger][2:4] == ["tier", "tier"]
    assert (held["2"].state, held["2"].fulfilled_at) == ("no_target", today("10:00"))


def test_handing_over_at_the_deadline_is_in_time():
    target = {"1": Target(ALL_DAY, seconds=minutes(60))}

    assert tiers([first(), tier("10:00", "2")], "11:00", **target)["1"].breached_at is None


def test_the_time_of_a_tier_is_business_time_and_waits_with_the_customer():
    history = [
        first("17:30"),
        event("2026-01-06 08:10", "status", to="pending"),
        event("2026-01-06 09:10", "status", to="open"),
        event("2026-01-06 09:15", "status", to="solved"),
        event("2026-01-06 11:00", "customer_reply"),
        tier("2026-01-06 11:05", "2"),
    ]

    held = tiers(history, "2026-01-06 12:00", measure=Target(OFFICE, open_ended=True))

    assert held["1"].consumed == minutes(30 + 10 + 5 + 5)
    assert held["2"].consumed_at(at("2026-01-06 12:00")) == minutes(55)
    waits = tiers(history, "2026-01-06 12:00", measure=Target(OFFICE, open_ended=True, pause_on=frozenset()))
    assert waits["1"].consumed == minutes(30 + 75 + 5)


def test_a_ticket_may_change_tiers_while_it_is_solved_or_gone():
    history = [first(), event("09:10", "status", to="solved"), tier("09:20", "2"), event("09:30", "status", to="open")]
    gone = [first(), event("09:10", "merged"), tier("09:20", "2"), event("09:30", "restored")]

    solved, merged = tiers(history, "09:40"), tiers(gone, "09:40")

    for held in (solved, merged):
        assert [clock.consumed_at(today("09:40")) for clock in held.values()] == [600, 600]
    assert list(tiers(history, "09:25")) == ["1"]


def test_a_ticket_that_is_restored_goes_on_in_its_tier():
    clock = tiers([first(), event("09:10", "merged"), event("09:30", "restored")], "09:40")["1"]

    assert clock.consumed_at(today("09:40")) == 1200


def test_a_refused_ticket_is_held_by_nobody():
    history = [first(), event("09:10", "status", to="refused"), event("09:30", "status", to="open")]

    assert tiers(history, "09:20")["1"].consumed_at(today("09:20")) == 600
    assert tiers(history, "09:40")["1"].consumed_at(today("09:40")) == 1200


def test_the_same_tier_again_and_no_tier_change_nothing():
    assert kinds(tiers([first(), tier("09:10", "1")], "09:40")["1"]) == ["started"]
    assert tiers([first(tier=None)], "09:40") == {}
    left = tiers([first(), tier("09:10", None)], "09:40")["1"]
    assert (left.consumed, left.running_since) == (600, None)


def test_another_priority_brings_another_target_for_the_tier():
    table = TargetTable(
        {},
        {
            ("standard", "normal", "1"): Target(ALL_DAY, seconds=7200),
            ("standard", "high", "1"): Target(ALL_DAY, seconds=3600),
        },
        {"standard": MEASURE},
    )
    history = [first(), tier("09:30", "2"), tier("09:40", "1"), event("09:50", "priority", to="high")]

    held = fold(history, table, today("09:55")).tiers

    assert (held["1"].due_at, held["1"].consumed) == (today("10:10"), 1800)
    assert held["2"].priority == "normal"


def test_terms_that_know_no_tiers_measure_none():
    clock = fold([first()], TargetTable({}), today("10:00")).tiers["1"]

    assert (clock.state, clock.consumed_at(today("10:00"))) == ("no_target", 0)


def test_time_before_a_target_came_counts_only_while_the_tier_had_the_ticket():
    table = TargetTable({}, {("gold", "normal", "1"): Target(ALL_DAY, seconds=3600)})
    history = [
        first(),
        tier("09:10", "2"),
        tier("09:30", "1"),
        event("09:40", "policy", to="gold"),
    ]

    clock = fold(history, table, today("09:45")).tiers["1"]

    assert (clock.consumed_at(today("09:45")), clock.due_at) == (minutes(25), today("10:20"))


def test_what_a_tier_owes_is_not_what_the_customer_was_told():
    table = TargetTable(
        {("standard", "normal", "resolution"): Target(ALL_DAY, seconds=7200)},
        {("standard", "normal", "1"): Target(ALL_DAY, seconds=600)},
    )

    ticket = fold([first()], table, today("09:05"))

    assert (ticket.due_at, ticket.next_instant(today("09:05"))) == (today("11:00"), today("09:10"))
    assert ticket.tiers["1"] in list(ticket)
    assert created().tier is None
