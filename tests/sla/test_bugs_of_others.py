"""What other systems get wrong, one test for each kind of mistake; the names in brackets say where it was seen."""

import time
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from sla.clock import Event, Target, TargetTable, fold
from sla.hours import Calendar, CalendarNeverOpens
from tests.sla.calendars import ALWAYS, MADRID, NEVER, OFFICE, WEEKDAYS, at, weekly
from tests.sla.histories import ALL_DAY, clocks, created, event, terms, today

HOUR = 3600


@pytest.mark.parametrize(
    ("a", "b", "hours"),
    [
        ("2025-10-26 00:30+02:00", "2025-10-27 00:30+01:00", 25),  # 25 hours long, not counted twice
        ("2025-03-29 23:30+01:00", "2025-03-31 00:30+02:00", 24),  # 23 hours long, not skipped
    ],
)
def test_01_dates_are_not_steps_of_86400_seconds(a, b, hours):  # [GLPI]
    assert ALWAYS.between(at(a), at(b)) == hours * HOUR


def test_02_lengths_on_the_day_of_a_clock_change_are_real_time():  # [working_hours, business_time, Frappe, ERPNext]
    night = Calendar("Europe/Madrid", {"sun": [("00:00", "08:00")]})

    assert night.between(at("2026-03-28 20:00"), at("2026-03-29 20:00")) == 7 * HOUR
    assert night.between(at("2025-10-25 20:00"), at("2025-10-26 20:00")) == 9 * HOUR


def test_03_a_gap_is_as_long_as_it_is_and_a_skipped_date_does_not_count():  # [biz, business_time, django-bizcal]
    lord_howe = Calendar("Australia/Lord_Howe", {"sun": [("02:15", "04:00")]})
    apia = Calendar("Pacific/Apia", weekly(("00:00", "24:00"), days=WEEKDAYS))

    # The clock goes from 02:00 to 02:30: the door opens at the jump.
    assert lord_howe.add(at("2025-10-04 00:00"), 0) == at("2025-10-04 15:30")
    assert apia.between(at("2011-12-30 09:00"), at("2011-12-30 11:00")) == 2 * HOUR
    assert apia.add_days(at("2011-12-30 09:00"), 1) == at("2011-12-31 10:00")


def test_04_pauses_are_kept_to_the_second():  # [Zammad]
    history = [
        event("09:10:24", "status", to="pending"),
        event("09:10:40", "status", to="open"),
        event("09:10:50", "status", to="pending"),
        event("09:11:10", "status", to="open"),
    ]

    assert clocks([created(), *history], terms(resolution=60), "09:30").resolution.due_at == today("10:00:36")


def test_05_a_pause_at_night_moves_no_deadline():  # [ERPNext]
    history = [
        created("17:00"),
        event("2026-01-06 04:15", "status", to="pending"),
        event("2026-01-06 05:00", "status", to="open"),
    ]

    clock = clocks(history, terms(OFFICE, resolution=120), "2026-01-06 08:30").resolution

    assert clock.due_at == at("2026-01-06 09:00")


def test_06_a_pause_is_remembered_when_the_priority_changes():  # [GLPI, iTop]
    history = [
        created(),
        event("09:30", "status", to="pending"),
        event("10:00", "status", to="open"),
        event("10:10", "priority", to="high"),
    ]

    clock = clocks(history, terms(resolution=240) | terms(priority="high", resolution=120), "10:20").resolution

    assert clock.due_at == today("11:30")


def test_07_the_last_second_before_closing_is_due_at_closing():
    assert OFFICE.add(at("2026-01-09 17:00"), HOUR) == at("2026-01-09 18:00")
    assert OFFICE.add(at("2026-01-09 17:00"), HOUR + 1) == at("2026-01-12 08:00:01")
    history = [created("2026-01-09 17:00"), event("2026-01-09 17:30", "status", to="pending")]
    resumed = [*history, event("2026-01-09 19:00", "status", to="open")]
    assert clocks(resumed, terms(OFFICE, resolution=60), "2026-01-12 08:00").resolution.due_at == at("2026-01-12 08:30")


def test_08_a_search_ends_and_does_not_end_after_a_month():  # [Frappe, businesstimedelta, Business::Hours, osTicket]
    once_a_year = Calendar("Etc/UTC", {}, [], {f"{year}-12-24": [("10:00", "11:00")] for year in (2026, 2027)})
    began = time.process_time()

    for calendar in (NEVER, Calendar("Etc/UTC", {}, [], {"2020-01-01": [("08:00", "18:00")]})):
        with pytest.raises(CalendarNeverOpens):
            calendar.add(at("2026-01-05 09:00"), 1)
        with pytest.raises(CalendarNeverOpens):
            calendar.add_days(at("2026-01-05 09:00"), 1)
    assert once_a_year.add(at("2026-01-05 09:00"), HOUR + 60) == at("2027-12-24 10:01")
    assert time.process_time() - began < 1


def test_09_without_hours_there_is_no_deadline_by_the_wall_clock():  # [Chatwoot]
    clock = clocks([created()], terms(NEVER, resolution=60), "2026-06-01 09:00").resolution

    assert (clock.state, clock.due_at, clock.breached_at) == ("unschedulable", None, None)


def test_10_a_day_may_have_several_intervals():  # [osTicket, Chatwoot, Frappe, bizdurr]
    lunch = Calendar("Etc/UTC", {"mon": [("08:00", "12:00"), ("13:00", "15:00"), ("16:00", "18:00")]})

    assert lunch.between(at("2026-01-05 00:00"), at("2026-01-06 00:00")) == 8 * HOUR
    assert lunch.add(at("2026-01-05 11:00"), 4 * HOUR) == at("2026-01-05 17:00")


def test_11_midnight_is_midnight_and_23_59_is_not():  # [working_hours, business-duration, Zammad]
    whole = Calendar("Etc/UTC", weekly(("00:00", "24:00"), days=WEEKDAYS))
    almost = Calendar("Etc/UTC", weekly(("00:00", "23:59"), days=WEEKDAYS))

    assert whole.between(at("2026-01-05 00:00"), at("2026-01-07 00:00")) == 48 * HOUR
    assert almost.between(at("2026-01-05 00:00"), at("2026-01-07 00:00")) == 48 * HOUR - 120
    assert whole.add(at("2026-01-05 23:59:59"), 2) == at("2026-01-06 00:00:01")


def test_12_a_night_shift_goes_on_after_midnight():  # [businesstimedelta, business-duration]
    shift = Calendar("Etc/UTC", weekly(("21:00", "03:00"), days=WEEKDAYS))

    assert shift.between(at("2026-01-06 01:00"), at("2026-01-06 02:00")) == HOUR


def test_13_holidays_may_span_new_year_and_their_list_may_end():  # [GLPI, businesstimedelta, Business::Hours]
    closed = ["2025-12-31", "2026-01-01", "2026-01-02"]
    calendar = Calendar("Etc/UTC", weekly(("00:00", "24:00"), days=WEEKDAYS), closed)

    assert calendar.add(at("2025-12-30 23:00"), 2 * HOUR) == at("2026-01-03 01:00")
    assert calendar.between(at("2025-12-30 23:59:59"), at("2026-01-03 00:00:01")) == 2
    assert calendar.add(at("2031-05-05 00:00"), 60) == at("2031-05-05 00:01")


def test_14_overlapping_hours_count_once_and_need_no_order():  # [biz, working_hours]
    messy = Calendar("Etc/UTC", {"mon": [("13:00", "18:00"), ("08:00", "12:00"), ("11:00", "14:00")]})

    assert messy.between(at("2026-01-05 00:00"), at("2026-01-06 00:00")) == 10 * HOUR
    assert messy.add(at("2026-01-05 00:00"), 10 * HOUR) == at("2026-01-05 18:00")


def test_15_seconds_are_not_rounded():  # [Zammad, ERPNext]
    assert OFFICE.between(at("2026-01-05 09:00:10"), at("2026-01-05 09:01:05")) == 55
    assert OFFICE.between(at("2026-01-05 09:00:10"), at("2026-01-05 09:00:10")) == 0


def test_16_each_unanswered_stretch_has_a_clock_and_is_missed_once():  # [Zammad, Chatwoot]
    history = [created(), event("09:10", "agent_reply")]
    history += [event(f"09:{minute}", "customer_reply") for minute in (20, 25, 30)]
    history += [event("10:30", "agent_reply"), event("10:40", "customer_reply"), event("10:45", "agent_reply")]

    ticket = clocks(history, terms(first_response=60, next_response=30, periodic_update=20), "11:00")

    assert [clock.breached_at for clock in ticket.next_response] == [today("09:50"), None]
    # The promise of an update begins with the first response and not before.
    assert ticket.periodic_update[0].started_at == today("09:10")


def test_17_a_holiday_is_a_date_of_the_calendar_and_not_of_utc():  # [businesstimedelta]
    auckland = Calendar("Pacific/Auckland", weekly(("08:00", "18:00"), days=WEEKDAYS), ["2026-01-06"])

    # The 6th begins in Auckland at 11:00 UTC of the 5th.
    assert auckland.add(at("2026-01-05 19:00"), 60) == at("2026-01-06 19:01")
    assert auckland.add(at("2026-01-04 19:00"), 60) == at("2026-01-04 19:01")


def test_18_what_is_fulfilled_is_not_judged_by_later_rules():  # [freeitsm]
    closed = Calendar("Etc/UTC", weekly(("08:00", "18:00")), ["2026-01-06"])
    history = [
        created("2026-01-05 17:00"),
        event("2026-01-06 09:30", "status", to="solved"),
        event("2026-01-06 10:00", "calendar", to=closed),
        event("2026-01-06 11:00", "priority", to="high"),
    ]
    promised = terms(OFFICE, resolution=120) | terms(OFFICE, priority="high", resolution=1200)

    before, after = (clocks(history[:length], promised, "2026-01-07 09:00").resolution for length in (2, 4))

    assert before.breached_at == at("2026-01-06 09:00")
    assert before.row() == after.row()
    assert before.ledger == after.ledger


def test_19_a_longer_target_clears_the_breach_and_a_merged_ticket_never_breaks():  # [osTicket, Zammad]
    promised = terms(resolution=60) | terms(priority="low", resolution=480)

    eased = clocks([created(), event("10:30", "priority", to="low")], promised, "11:00").resolution
    merged = clocks([created(), event("09:30", "merged")], promised, "18:00")

    assert (eased.breached_at, len(eased.breach_log)) == (None, 1)
    assert (merged.resolution.state, merged.resolution.breached_at) == ("cancelled", None)
    assert merged.next_instant(today("18:00")) is None


def test_20_datetimes_of_one_zone_are_compared_as_instants():  # [Python]
    madrid = ZoneInfo("Europe/Madrid")
    before, after = datetime(2025, 10, 26, 1, tzinfo=madrid), datetime(2025, 10, 26, 4, tzinfo=madrid)
    target = Target(ALL_DAY, seconds=round(3.5 * HOUR))
    history = [Event(before, "created", policy="p", priority="n")]

    assert after - before == timedelta(hours=3)  # what Python says
    assert ALWAYS.between(before, after) == 4 * HOUR
    assert MADRID.add(before, 0) == at("2025-10-27 07:00")
    clock = fold(history, TargetTable({("p", "n", "resolution"): target}), after).resolution
    assert clock.breached_at == at("2025-10-26 02:30")
