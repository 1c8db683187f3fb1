"""What is true of every history."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sla.clock import Event, EventType, HistoryInvalid, Target, TargetTable, Window, fold
from tests.sla.calendars import MADRID, OFFICE
from tests.sla.examples import EXAMPLES
from tests.sla.histories import ALL_DAY, clocks, created, event, terms, today

BEGIN = datetime(2026, 3, 26, 9, tzinfo=UTC)
OFFSETS = (timedelta(minutes=-20), timedelta(minutes=45))
METRICS = ("first_response", "next_response", "periodic_update", "resolution")
TABLE = TargetTable(
    {
        (policy, priority, metric): Target(calendar, seconds=60 * length * (number + 1), warn=(50, 90, *OFFSETS))
        for policy, calendar in (("standard", OFFICE), ("gold", MADRID), ("round", ALL_DAY))
        for priority, length in (("low", 400), ("normal", 120), ("high", 30))
        for number, metric in enumerate(METRICS)
        if (policy, metric) != ("gold", "first_response")
    },
    {
        (policy, "normal", "1"): Target(
            calendar, seconds=7200, warn=(50, *OFFSETS), pause_on=frozenset({"pending", "approval"})
        )
        for policy, calendar in (("standard", OFFICE), ("round", ALL_DAY))
    },
    {policy: Target(OFFICE, open_ended=True) for policy in ("standard", "gold", "round")},
)

happenings = st.one_of(
    st.sampled_from(["agent_reply", "customer_reply", "internal_note", "merged", "restored"]).map(
        lambda kind: (kind, None)
    ),
    st.sampled_from(["new", "open", "pending", "on_hold", "solved", "closed", "refused"]).map(
        lambda to: ("status", to)
    ),
    st.sampled_from(["low", "normal", "high", "unknown"]).map(lambda to: ("priority", to)),
    st.sampled_from(["standard", "gold", "round"]).map(lambda to: ("policy", to)),
    st.sampled_from([OFFICE, MADRID]).map(lambda to: ("calendar", to)),
    st.sampled_from(["1", "2", None]).map(lambda to: ("tier", to)),
    st.sampled_from(["a", "b"]).flatmap(
        lambda to: st.sampled_from([("approval_asked", to), ("approval_ended", to)]),
    ),
    # So many seconds after it was made.
    st.integers(60, 2 * 86400).map(lambda after: ("promised", after)),
)
times = st.integers(0, 5 * 86400)
windows = st.lists(
    st.builds(
        lambda begin, length, late, metrics: Window(
            BEGIN + timedelta(seconds=begin),
            None if length is None else BEGIN + timedelta(seconds=begin + length),
            frozenset(metrics),
            known_at=BEGIN + timedelta(seconds=begin + late),
        ),
        times,
        st.none() | st.integers(60, 86400),
        st.sampled_from([0, 0, 600, 86400]),
        st.sets(st.sampled_from(["first_response", "resolution", "tier"]), min_size=1),
    ),
    max_size=2,
)


@st.composite
def histories(draw, steps=happenings):
    first = Event(
        BEGIN,
        "created",
        by=draw(st.sampled_from(["customer", "agent"])),
        policy="standard",
        priority="normal",
        tier=draw(st.sampled_from(["1", None])),
    )
    rest = sorted(draw(st.lists(st.tuples(times, steps), max_size=12)), key=lambda step: step[0])
    return [first, *(_event(after, kind, to) for after, (kind, to) in rest)]


def _event(after, kind, to):
    then = BEGIN + timedelta(seconds=after)
    return Event(then, kind, to=then + timedelta(seconds=to) if kind == "promised" else to)


def rows(history, as_of, windows=()):
    return [clock.row() for clock in fold(history, TABLE, as_of, windows)]


@EXAMPLES
@given(histories(), times, windows)
def test_folding_again_gives_the_same_rows_and_ledgers(history, after, windows):
    as_of = BEGIN + timedelta(seconds=after)
    one, other = fold(history, TABLE, as_of, windows), fold(tuple(history), TABLE, as_of, windows)

    assert [clock.row() for clock in one] == [clock.row() for clock in other]
    assert [clock.ledger for clock in one] == [clock.ledger for clock in other]


@EXAMPLES
@given(histories(), times, windows)
def test_the_future_does_not_change_the_present(history, after, windows):
    as_of = BEGIN + timedelta(seconds=after)

    known = [window for window in windows if window.known_at <= as_of]
    assert rows(history, as_of, windows) == rows([past for past in history if past.at <= as_of], as_of, known)


@EXAMPLES
@given(histories(), times)
def test_a_clock_is_consistent_with_itself(history, after):
    as_of = BEGIN + timedelta(seconds=after)
    for clock in fold(history, TABLE, as_of):
        if clock.target is None or not clock.target.open_ended:  # what is only measured runs towards nothing
            assert (clock.running_since is not None) == (clock.state in ("running", "unschedulable"))
        assert clock.fulfilled_at is None or clock.state in ("fulfilled", "no_target")
        if clock.state == "running" and clock.breached_at is None:
            assert clock.due_at > as_of
            assert (
                clock.target.calendar.between(clock.running_since, clock.due_at)
                == clock.target_seconds - clock.consumed
            )
        if clock.state == "paused" and clock.breached_at is None:
            assert clock.due_at is None
            assert clock.next_instant(as_of) is None
        if clock.breached_at is not None:
            assert clock.breach_log[-1].at == clock.breached_at <= as_of
        entries = [entry.at for entry in clock.ledger]
        assert entries == sorted(entries)
        assert all(entry.at <= as_of for entry in clock.ledger)
        assert clock.crossed_at == max((entry.at for entry in clock.crossings), default=None)


@EXAMPLES
@given(histories(), times)
def test_a_timer_set_for_the_next_instant_misses_nothing(history, after):
    as_of = BEGIN + timedelta(seconds=after)
    quiet = [past for past in history if past.at <= as_of]
    ticket = fold(quiet, TABLE, as_of)
    following = ticket.next_instant(as_of)

    if following is not None:
        assert following > as_of
        just_before = fold(quiet, TABLE, following - timedelta(seconds=1))
        assert [clock.ledger for clock in just_before] == [clock.ledger for clock in ticket]
        assert [clock.ledger for clock in fold(quiet, TABLE, following)] != [clock.ledger for clock in ticket]


@EXAMPLES
@given(histories(happenings.filter(lambda step: step[0] != "status")), times, st.integers(0, 6 * 86400))
def test_pausing_and_resuming_at_one_instant_changes_nothing(history, when, after):
    as_of, instant = BEGIN + timedelta(seconds=after), BEGIN + timedelta(seconds=when)
    open_one = [history[0], Event(BEGIN, "status", to="open"), *history[1:]]
    blink = [Event(instant, "status", to="pending"), Event(instant, "status", to="open")]

    plain, paused = rows(open_one, as_of), rows([*open_one, *blink], as_of)

    for row in (*plain, *paused):
        del row["revision"]
    assert plain == paused


nights = st.builds(
    lambda day, begin, length: (BEGIN + timedelta(days=day, hours=9, minutes=begin), timedelta(minutes=length)),
    st.integers(0, 4),
    st.integers(1, 400),
    st.integers(0, 400),
)


@EXAMPLES
@given(histories(happenings.filter(lambda step: step[0] not in ("status", "policy", "calendar"))), nights)
def test_pausing_while_nobody_is_there_changes_nothing(history, night):
    begin, length = night
    history = [history[0], Event(BEGIN, "status", to="open"), *history[1:]]
    quiet = [past for past in history if not begin <= past.at <= begin + length]
    pause = [Event(begin, "status", to="pending"), Event(begin + length, "status", to="open")]
    as_of = BEGIN + timedelta(days=6)

    plain, paused = fold(quiet, TABLE, as_of), fold([*quiet, *pause], TABLE, as_of)

    for one, other in zip(plain, paused, strict=True):
        assert (one.consumed_at(as_of), one.due_at, one.breached_at) == (
            other.consumed_at(as_of),
            other.due_at,
            other.breached_at,
        )


@EXAMPLES
@given(st.lists(st.tuples(times, st.sampled_from(["low", "normal", "high"])), max_size=5), st.integers(0, 6 * 86400))
def test_the_way_to_a_priority_does_not_matter_for_the_deadline(changes, after):
    last = BEGIN + timedelta(days=5, seconds=1)
    first = Event(BEGIN, "created", policy="standard", priority="normal")
    way = [Event(BEGIN + timedelta(seconds=when), "priority", to=to) for when, to in changes]

    for final in ("low", "normal", "high"):
        end, as_of = Event(last, "priority", to=final), last + timedelta(seconds=after)
        straight, crooked = fold([first, end], TABLE, as_of), fold([first, *way, end], TABLE, as_of)
        assert straight.resolution.due_at == crooked.resolution.due_at


@pytest.mark.parametrize(
    "history",
    [
        [],
        [event("09:00", "agent_reply")],
        [created(), created("09:10")],
        [created(), event("08:00", "agent_reply")],
        [created(), event("09:10", "status", to="resolved")],
        [created(), event("09:10", "status")],
        [created(status="reopened")],
        [created(), event("09:10", "exploded")],
    ],
)
def test_a_history_that_makes_no_sense_is_refused(history):
    with pytest.raises(HistoryInvalid):
        clocks(history, terms(resolution=60), "10:00")


def test_every_type_of_event_is_known_to_the_fold():
    for kind in EventType:
        if kind is not EventType.CREATED:
            to = {EventType.STATUS: "open", EventType.PROMISED: today("10:00")}.get(kind)
            assert clocks([created(), event("09:10", kind, to=to)], {}, "10:00").status in ("open",)


@pytest.mark.parametrize(
    "target",
    [
        {},
        {"seconds": 60, "days": 1},
        {"days": 0},
        {"seconds": -1},
        {"seconds": 60, "warn": (0,)},
        {"seconds": 60, "warn": (101,)},
    ],
)
def test_a_target_that_makes_no_sense_is_refused(target):
    with pytest.raises(ValueError, match=r"target|warning"):
        Target(OFFICE, **target)


def test_the_hour_that_comes_twice_keeps_its_order():
    zone = MADRID.zone
    first, second = datetime(2025, 10, 26, 2, 40, tzinfo=zone), datetime(2025, 10, 26, 2, 10, tzinfo=zone, fold=1)
    begin = datetime(2025, 10, 26, 1, 0, tzinfo=zone)
    history = [
        Event(begin, "created", policy="standard", priority="normal"),
        Event(second, "status", to="open"),
        Event(first, "status", to="pending"),
    ]

    clock = fold(history, TargetTable(terms(resolution=600)), datetime(2025, 10, 26, 4, tzinfo=zone)).resolution

    assert (clock.state, clock.consumed) == ("running", 6000)
    assert clock.due_at == begin.astimezone(UTC) + timedelta(minutes=630)
