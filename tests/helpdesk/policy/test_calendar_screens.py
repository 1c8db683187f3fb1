"""Calendars on pages: the week, dates, holidays, a calendar file, the tester; and two people at the same policy."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from helpdesk.policy.screens import ical
from sla.document import SupportPolicy
from sla.models import PolicyDraft, PolicyVersion
from tests.helpdesk.policy.forms import fields_of
from tests.tickets.portal import text_of

HOME = "/desk/settings/policy/"
BUSINESS = f"{HOME}calendars/business/"


def test_the_list_tells_the_hours_and_what_they_are_for(desk):
    page = text_of(desk.get(f"{HOME}calendars/"))

    assert "Monday to Friday 8:00–18:00" in page
    assert "the usual hours" in page


def test_a_form_that_is_sent_as_it_is_changes_nothing(desk, send):
    answer = send(BUSINESS)

    assert "Nothing that the policy says changes." in text_of(desk.get(answer["Location"]))


def test_the_week_is_changed_and_put_into_force(send, apply_draft, desk, policy_now):
    answer = send(BUSINESS, mon="8-13, 14:00–18:00", sat="22:00-06:00", wed="24h", thu="")

    plan = text_of(desk.get(answer["Location"]))
    assert "Monday: 8:00–18:00 before, 8:00–13:00, 14:00–18:00 now" in plan
    apply_draft(answer)

    weekly = policy_now().calendars["business"].weekly
    assert weekly["mon"] == (("08:00", "13:00"), ("14:00", "18:00"))
    assert weekly["sat"] == (("22:00", "06:00"),)
    assert weekly["wed"] == (("00:00", "24:00"),)
    assert "thu" not in weekly
    assert "open in the text" in PolicyVersion.objects.latest("number").source


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ({"mon": "soon"}, "are no opening hours"),
        ({"mon": "25:00-26:00"}, "are no opening hours"),
        ({"mon": "08:00-08:00"}, "are no opening hours"),
        ({"mon": "08:00-12:00, 11:00-13:00"}, "overlap"),
        ({"mon": "22:00-09:00"}, "run over midnight"),
        ({"timezone": "Europe/Madird"}, "This is no time zone."),
        ({"name_en": "", "name_ru": "", "name_es": ""}, "Write it in every language"),
        ({"name_ru": ""}, "Customers read this too in: Russian"),
        ({"closed-0-day": "2026-02-30"}, "valid date"),
        ({"closed-0-day": "2026-05-01", "closed-1-day": "2026-05-01"}, "This date is there twice."),
        ({"closed-0-day": "2026-05-01", "open-0-day": "2026-05-01", "open-0-hours": "10-12"}, "closed_dates too"),
        ({"country": "RU", "first_year": "2026", "last_year": "2024"}, "at most 30 years"),
        ({"country": "RU", "subdivision": "XX"}, "This region is not known."),
        (dict.fromkeys(["mon", "tue", "wed", "thu", "fri"], ""), "never opens"),
        ({"closed-TOTAL_FORMS": "x"}, "Something is missing"),
    ],
)
def test_what_can_not_be_is_told_at_its_field_and_kept(desk, send, typed, says):
    answer = send(BUSINESS, **typed)

    assert answer.status_code == 422
    assert says in text_of(answer)
    name, value = next(iter(typed.items()))
    assert name == "closed-TOTAL_FORMS" or fields_of(answer)[name] == value
    assert not PolicyDraft.objects.exists()


def test_dates_by_hand_are_closed_or_open(send, apply_draft, policy_now):
    words = {
        "closed-0-name_en": "Labour Day",
        "closed-0-name_ru": "Праздник труда",
        "closed-0-name_es": "Día del Trabajo",
    }
    open_date = {"open-0-day": "2026-05-02", "open-0-hours": "10:00-14:00"}

    apply_draft(send(BUSINESS, **{"closed-0-day": "2026-05-01", **words, "closed-1-day": "2026-05-04", **open_date}))

    spec = policy_now().calendars["business"]
    assert spec.closed_dates[date(2026, 5, 1)].say("ru") == "Праздник труда"
    assert spec.closed_dates[date(2026, 5, 4)] is None
    assert spec.open_dates[date(2026, 5, 2)] == (("10:00", "14:00"),)


def test_holidays_come_with_russias_moved_working_days_and_stay_as_they_were(desk, send, apply_draft, policy_now):
    apply_draft(send(BUSINESS, country="RU", first_year="2024", last_year="2024"))

    spec = policy_now().calendars["business"]
    assert {date(2024, 4, 29), date(2024, 4, 30), date(2024, 12, 30), date(2024, 12, 31)} <= set(spec.holidays.dates)
    assert set(spec.holidays.working_days) == {date(2024, 4, 27), date(2024, 11, 2), date(2024, 12, 28)}
    page = text_of(desk.get(BUSINESS))
    assert "3 moved working days" in page
    assert "Saturday 27 April 2024" in page

    kept = text_of(desk.get(send(BUSINESS)["Location"]))
    assert "Nothing that the policy says changes." in kept


def test_the_tester_walks_by_the_hours_that_are_typed_and_keeps_nothing(send):
    answer = send(BUSINESS, then="try", start="2026-03-06T16:50", length="4 часа", sat="10:00-11:00")

    page = text_of(answer)
    assert answer.status_code == 200
    assert "Monday 9 March, 09:50" in page
    assert "Saturday 7 March 10:00–11:00 count: 1 h" in page
    assert not PolicyDraft.objects.exists()


@pytest.mark.parametrize(
    ("start", "length", "says"),
    [
        ("2026-03-06T16:50", "3 business days", "Wednesday 11 March, 18:00"),
        ("2026-03-06T16:50", "80000h", "days"),
        ("", "4h", "Say from when and how long."),
        ("2026-03-06T16:50", "soon", "is no length of time"),
        ("9999-12-31T16:50", "4h", "never come to that length"),
    ],
)
def test_the_tester_answers_whatever_is_asked(send, start, length, says):
    assert says in text_of(send(BUSINESS, then="try", start=start, length=length))


def events(*lines: str) -> bytes:
    return "\r\n".join(["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:x", *lines, "END:VCALENDAR", ""]).encode()


def event(start: str, name: str, *more: str) -> list[str]:
    return ["BEGIN:VEVENT", f"UID:{name}", f"DTSTART{start}", f"SUMMARY:{name}", *more, "END:VEVENT"]


ICS = events(
    *event(";VALUE=DATE:20260501", "Labour Day"),
    *event(";VALUE=DATE:20261224", "Christmas", "DTEND;VALUE=DATE:20261227"),
    *event(":20260601T100000Z", "A meeting"),
    *event(";VALUE=DATE:20260701", "Called off", "STATUS:CANCELLED"),
)


def test_a_calendar_file_is_shown_in_the_lines_first(send, apply_draft, desk, policy_now):
    first = send(BUSINESS, **{"closed-0-day": "2026-05-01", "then": "import", "ical": SimpleUploadedFile("x.ics", ICS)})

    page = text_of(first)
    assert "New dates: 3; known already: 1." in page
    assert "Events with hours of their own, left out: 1." in page
    assert not PolicyDraft.objects.exists()

    apply_draft(desk.post(BUSINESS, fields_of(first)))

    closed = policy_now().calendars["business"].closed_dates
    assert [day.day for day in closed] == [1, 24, 25, 26]
    assert closed[date(2026, 12, 24)].say("es") == "Christmas"


@pytest.mark.parametrize(
    "raw", [b"", b"PK\x03\x04", b"BEGIN:VCALENDAR", events(), ICS[:200], b"BEGIN:VCALENDAR\n" + b"A" * 2**21]
)
def test_what_is_no_calendar_file_is_refused(send, raw):
    answer = send(BUSINESS, then="import", ical=SimpleUploadedFile("x.ics", raw))

    assert answer.status_code in (200, 422)
    if answer.status_code == 422:
        assert "This is no calendar file" in text_of(answer)


def test_repeated_events_are_written_out_for_some_years():
    today = date(2026, 3, 2)
    yearly = events(
        *event(";VALUE=DATE:20200106", "Epiphany", "RRULE:FREQ=YEARLY", "EXDATE;VALUE=DATE:20270106"),
        *event(";VALUE=DATE:20250101", "Until", "RRULE:FREQ=YEARLY;UNTIL=20260101"),
        *event(";VALUE=DATE:20250102", "Wild", "RRULE:FREQ=SECONDLY"),
    )

    found = ical.closed_dates(yearly, today=today).dates

    assert [day.year for day, name in found.items() if name == "Epiphany"] == [2026, 2028, 2029, 2030, 2031]
    assert [day.year for day, name in found.items() if name == "Until"] == [2026]
    assert [day for day, name in found.items() if name == "Wild"] == [date(2025, 1, 2)]


def test_new_hours_get_a_key_from_their_name_and_can_be_removed_while_nothing_uses_them(
    desk, send, apply_draft, policy_now
):
    words = {"name_en": "Night shift", "name_ru": "Ночная смена", "name_es": "Turno de noche"}

    apply_draft(send(f"{HOME}calendars/new", **words, mon="22:00-06:00"))

    assert policy_now().calendars["night-shift"].weekly == {"mon": (("22:00", "06:00"),)}
    apply_draft(desk.post(f"{HOME}calendars/night-shift/remove"))
    assert "night-shift" not in policy_now().calendars

    kept = desk.post(f"{BUSINESS}remove", follow=True)
    assert "These hours are in use: the usual hours of the policy" in text_of(kept)


def test_the_usual_hours_are_chosen(send, apply_draft, policy_now):
    apply_draft(send(f"{HOME}calendars/extended/", is_default="on"))

    assert policy_now().default_calendar == "extended"


def test_several_changes_go_into_one_draft(desk, send):
    first = send(BUSINESS, mon="09:00-17:00")["Location"]
    draft = PolicyDraft.objects.get()

    second = desk.post(
        f"{HOME}calendars/extended/?draft={draft.pk}",
        {**fields_of(desk.get(f"{HOME}calendars/extended/?draft={draft.pk}")), "sat": "11:00-12:00"},
    )["Location"]

    assert first == second
    plan = text_of(desk.get(second))
    assert "Monday: 8:00–18:00 before, 9:00–17:00 now" in plan
    assert "Saturday: 10:00–14:00 before, 11:00–12:00 now" in plan


def test_a_draft_can_be_taken_along_as_a_file(desk, send):
    plan = send(BUSINESS, mon="09:00-17:00")["Location"]

    text = desk.get(f"{plan}file").content.decode()

    assert SupportPolicy.load(text).calendars["business"].weekly["mon"] == (("09:00", "17:00"),)
    assert "# open in the text" in text


def test_two_people_at_once_lose_nothing(desk, send, apply_draft, policy_now):
    mine = send(BUSINESS, mon="09:00-17:00")
    seen = str(desk.get(mine["Location"]).context["page"].number)
    apply_draft(send(BUSINESS, tue="10:00-16:00"))

    refused = desk.post(mine["Location"], {"base": seen})

    page = text_of(refused)
    assert refused.status_code == 409
    assert "version 2 is in force by now" in page
    assert "Monday: 8:00–18:00 before, 9:00–17:00 now" in page
    assert "Tuesday" not in page
    apply_draft(mine)
    weekly = policy_now().calendars["business"].weekly
    assert (weekly["mon"], weekly["tue"]) == ((("09:00", "17:00"),), (("10:00", "16:00"),))


def test_a_form_that_was_open_while_another_version_came_takes_nothing_back(desk, send, apply_draft, policy_now):
    open_form = fields_of(desk.get(BUSINESS))
    apply_draft(send(BUSINESS, tue="10:00-16:00"))

    apply_draft(desk.post(BUSINESS, {**open_form, "mon": "09:00-17:00"}))

    weekly = policy_now().calendars["business"].weekly
    assert (weekly["mon"], weekly["tue"]) == ((("09:00", "17:00"),), (("10:00", "16:00"),))


def test_a_draft_whose_part_is_gone_says_so_and_stays(desk, send, apply_draft):
    words = {"name_en": "Night shift", "name_ru": "Ночная смена", "name_es": "Turno de noche"}
    apply_draft(send(f"{HOME}calendars/new", **words, mon="22:00-06:00"))
    mine = send(f"{HOME}calendars/night-shift/", is_default="on")
    apply_draft(desk.post(f"{HOME}calendars/night-shift/remove"))

    page = text_of(desk.get(mine["Location"]))

    assert "does not fit together with version 3" in page
    assert PolicyDraft.objects.count() == 1


def test_a_page_of_today_suggests_a_friday(desk):
    start = fields_of(desk.get(BUSINESS))["start"]

    assert date.fromisoformat(start[:10]).weekday() == 4
    assert date.fromisoformat(start[:10]) - timezone.localdate() < timedelta(days=7)
