"""Ways to reach support: those that are on, their hours, calls within the hours of the phone, and the way up."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine

from escalation.actions import escalate_for_customer
from escalation.errors import TooEarlyToAsk
from inbox.models import OutgoingMail
from sla.document import PolicyError, SupportPolicy
from tenants import alarms
from tenants.context import act_as
from tenants.errors import NotPermitted
from tenants.models import Alarm, Tenant
from tests.api.client import Api, shape_of
from tests.policies.clauses import clause
from tests.support.world import make_person, policy_file
from tests.tickets.portal import text_of, visitor
from tickets import actions, callbacks
from tickets.desk import status_of
from tickets.errors import CallAsked, CallOutsideHours, CallOver, CallsTaken, CallTooFar, NoCallbacks, PhoneUnclear
from tickets.models import Callback, Event, Participant, Ticket

#: A Monday, ten in the morning where Hostiquant's call centre is (open 9:00 to 21:00 every day).
ZONE = ZoneInfo(policy_file("hostiquant")[0].timezone)
MONDAY = datetime(2026, 3, 9, 10, 0, tzinfo=ZONE).astimezone(UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
PHONE = "+34 600 123 456"


@pytest.fixture
def desk(desk_on):
    with time_machine.travel(MONDAY, tick=False):
        desk = desk_on("hostiquant")
        desk.ticket = desk.file("hosting-services")
        actions.take(desk.ticket, actor=desk.ada, at=MONDAY)
        actions.reply(desk.ticket, author=desk.ada, body="We look into it.", at=MONDAY)
        yield desk


def ask(desk, **more):
    said = {"phone": PHONE, "topic": "The invoice", "when": MONDAY + 2 * HOUR, "actor": desk.grace, "at": MONDAY}
    return actions.ask_callback(desk.ticket, **{**said, **more})


@clause("A2", "E7")
@pytest.mark.parametrize("policy", ["ione", "techsupport", "alleanza", "justo", "hostiquant"])
def test_the_portal_shows_exactly_the_channels_that_are_on_with_their_hours(desk_on, policy):
    desk = desk_on(policy)
    document, _ = policy_file(policy)
    on = [each.key for each in document.channels.values() if each.on and each.key != "api"]
    for language in ("en", "ru", "es"):
        page = desk.portal(language).get("/")
        shown = page.context["channels"]
        assert [way.key for way in shown] == on
        assert all(way.hours and way.now.text for way in shown)
        assert [way.is_advisory for way in shown] == [document.channels[key].status == "advisory" for key in on]
        assert [
            f'id="way-{key}"' in page.content.decode() for key in ("portal", "email", "chat", "phone", "letter")
        ] == [key in on for key in ("portal", "email", "chat", "phone", "letter")]


TALKING = [
    ("ione", "technical", "Talk about it by phone"),
    ("alleanza", "service-problem", None),
    ("justo", "sitio-caido", "Talk about it by chat or phone"),
]


@clause("A2")
@pytest.mark.parametrize(("policy", "category", "words"), TALKING)
def test_a_request_is_talked_about_over_the_channels_that_are_on_and_no_others(desk_on, policy, category, words):
    desk = desk_on(policy)
    page = desk.portal().get(f"/tickets/{desk.file(category).number}/")

    assert ("Talk about it" in text_of(page)) == (words is not None)
    assert words is None or f" {words} " in text_of(page)


@clause("A2", "E7")
def test_a_channel_says_whether_it_is_open_in_the_reader_s_zone_and_what_can_be_done_meanwhile(desk):
    with time_machine.travel(MONDAY, tick=False):
        assert next(way for way in ways(desk) if way.key == "phone").now.is_open
    night = MONDAY.astimezone(ZONE).replace(hour=23).astimezone(UTC)
    with time_machine.travel(night, tick=False):
        desk.grace.timezone = "Asia/Tokyo"
        desk.grace.save(update_fields=["timezone"])
        phone = next(way for way in ways(desk) if way.key == "phone")
        assert not phone.now.is_open
        opens = (night.astimezone(ZONE) + DAY).replace(hour=9).astimezone(ZoneInfo("Asia/Tokyo"))
        assert f"{opens:%H:%M} (your time)" in phone.now.text
        assert f"{opens.hour}:00" in phone.hours_here
        page = text_of(desk.portal().get("/"))
        assert "Send a request" in page and "Have us call you" in page


SAID = {
    "email": "The address is not given here",
    "chat": "The page of the chat is not given here",
    "phone": "The number is not given here",
    "letter": "The postal address is not given here",
}


@clause("A2", "E7")
@pytest.mark.parametrize("policy", ["ione", "techsupport", "alleanza", "justo", "hostiquant"])
@pytest.mark.parametrize("path", ["/", "/policy/"])
def test_a_channel_without_an_address_says_how_its_reader_comes_to_it(desk_on, policy, path):
    desk = desk_on(policy)
    document, _ = policy_file(policy)
    open_channels = {each.key: each for each in document.open_channels if each.key in SAID}

    page = desk.anonymous().get(path)

    shown = {way.key: way for way in page.context["channels"]}
    # Mail whose address is left open is taken at the desk's own.
    unnamed = [each for each in open_channels.values() if not each.address and each.key != "email"]
    for key, channel in open_channels.items():
        assert (SAID[key] in text_of(page)) == (channel in unnamed), key
        assert bool(shown[key].unnamed) == (channel in unnamed)
    if "email" in open_channels:
        address = open_channels["email"].address or desk.tenant.mail_address
        assert (shown["email"].address, shown["email"].link) == (address, f"mailto:{address}")
    asked = [each for each in unnamed if not each.callback]
    assert text_of(page).count("Ask us for it in a request") == len(asked)
    assert text_of(page).count("Choose a time, and we call you.") == len(unnamed) - len(asked)
    for language, words in (("ru", "не указан"), ("es", "no se indica")):
        assert (words in text_of(desk.anonymous(language).get(path))) == bool(unnamed)


@clause("A2", "E7")
@pytest.mark.parametrize(
    ("policy", "category", "calls", "asks"),
    [("hostiquant", "hosting-services", 1, 1), ("techsupport", "website-features", 0, 2), ("ione", "technical", 0, 0)],
)
def test_on_a_request_what_has_no_number_leads_to_a_call_or_to_the_request(desk_on, policy, category, calls, asks):
    desk = desk_on(policy)
    number = desk.file(category).number

    page = desk.portal().get(f"/tickets/{number}/contact")

    assert text_of(page).count("Choose a time, and we call you.") == calls
    assert page.content.decode().count(f'href="/tickets/{number}/callback"') == calls
    assert text_of(page).count("Ask us for it on the request") == asks


@clause("A2", "E7")
def test_what_is_closed_says_what_can_be_done_now(desk_on):
    with time_machine.travel(datetime(2026, 3, 8, 3, 0, tzinfo=UTC), tick=False):
        page = text_of(desk_on("techsupport").portal().get("/"))

    portal, chat, phone = (page.index(each) for each in ("You can write now", SAID["chat"], SAID["phone"]))
    assert portal < chat < phone
    assert page.count("You can write now") == 2
    assert page[chat:].count("Meanwhile: Send a request") == 2


@clause("A2")
def test_a_desk_without_an_address_of_its_own_says_that_none_is_given(desk_on):
    desk = desk_on("techsupport")
    Tenant.objects.filter(pk=desk.tenant.pk).update(mail_address="")

    page = text_of(desk.anonymous().get("/"))

    assert SAID["email"] in page


def ways(desk):
    return desk.portal().get("/").context["channels"]


@clause("E7")
def test_a_customer_asks_to_be_called_within_the_hours_of_the_phone(desk):
    night = MONDAY.astimezone(ZONE).replace(hour=22).astimezone(UTC)
    with time_machine.travel(night, tick=False):
        path = f"/tickets/{desk.ticket.number}/callback"
        assert path in desk.portal().get(f"/tickets/{desk.ticket.number}/").content.decode()
        form = desk.portal().get(path)
        assert "Closed now, opens" in text_of(form)
        first = form.context["form"].fields["when"].choices[1][1][0][0]
        assert datetime.fromisoformat(first) == (night.astimezone(ZONE) + DAY).replace(hour=9)

        wrong = desk.portal().post(path, {"phone": "call me", "topic": "The invoice", "when": first})
        assert wrong.status_code == 422
        assert str(PhoneUnclear()) in text_of(wrong) and "The invoice" in wrong.content.decode()
        sent = desk.portal().post(path, {"phone": PHONE, "topic": "The invoice", "when": first}, follow=True)

    call = Callback.objects.get()
    assert (call.phone, call.ticket, call.at.isoformat()) == (PHONE, desk.ticket, first)
    assert "We call you" in text_of(sent) and f"We call {PHONE}" in text_of(sent)
    for language in ("ru", "es"):
        assert PHONE in desk.customer_reads(desk.ticket, language)
    assert PHONE in desk.agent_reads(desk.ticket)


@clause("E7")
def test_a_call_is_due_at_its_time_in_front_of_the_agent_and_logged_on_the_ticket(desk):
    call = ask(desk)
    alarms.work_due(until=MONDAY + HOUR)
    assert not Event.objects.filter(verb="callback.due").exists()
    alarms.work_due(until=call.at)
    assert Event.objects.filter(verb="callback.due", ticket=desk.ticket).count() == 1
    mails = OutgoingMail.objects.filter(text__contains=f"It is time to call {PHONE}")
    assert [mail.address for mail in mails] == [desk.ada.email]

    with time_machine.travel(call.at, tick=False):
        agent = desk.workspace()
        assert 'hx-get="/desk/callbacks/due"' in agent.get("/desk/").content.decode()
        assert PHONE in text_of(agent.get("/desk/callbacks/due"))
        assert f"/desk/callbacks/{call.pk}/" in agent.get(f"/desk/tickets/{desk.ticket.number}/").content.decode()
        agent.post(f"/desk/callbacks/{call.pk}/made", {"note": "Explained the invoice."})
        assert "Nobody waits for a call" in text_of(agent.get("/desk/callbacks/"))

    call.refresh_from_db()
    assert (call.state, call.ended_by) == ("done", desk.ada)
    assert "Explained the invoice." in desk.agent_reads(desk.ticket)
    assert "Ada called you" in desk.customer_reads(desk.ticket)
    assert "Explained the invoice." not in desk.customer_reads(desk.ticket)
    assert not Alarm.objects.filter(kind="callback.due").exists()


@clause("E7")
def test_who_is_suspended_is_called_about_nothing_and_loses_nothing_that_was_typed(desk):
    path, when = f"/tickets/{desk.ticket.number}/callback", (MONDAY + 2 * HOUR).astimezone(ZONE).isoformat()
    said = {"phone": PHONE, "topic": "The invoice", "when": when}
    mary = make_person("Mary", "manager")
    with time_machine.travel(MONDAY, tick=False):
        actions.suspend(desk.grace, since=MONDAY, until=None, reason="Rude calls.", actor=mary, at=MONDAY)
        page = desk.portal().post(path, said)
    assert page.status_code == 422
    assert "Your support is suspended: Rude calls." in text_of(page) and "The invoice" in page.content.decode()
    assert not Callback.objects.exists()


@clause("E7")
def test_who_is_not_reached_is_told_and_called_again_and_a_call_can_be_put_off(desk):
    call = ask(desk)
    later = MONDAY + 4 * HOUR
    actions.miss_call(call, actor=desk.ada, at=MONDAY + 2 * HOUR, again=later)
    call.refresh_from_db()
    assert (call.state, call.tries, call.at) == ("wanted", 1, later)
    alarms.work_due(until=MONDAY + 2 * HOUR)
    told = OutgoingMail.objects.filter(text__contains="did not reach you. We try again")
    assert [mail.address for mail in told] == [desk.grace.email]

    actions.put_off_call(call, to=MONDAY + DAY, actor=desk.ada, at=later, reason="The colleague is back tomorrow.")
    assert "The colleague is back tomorrow." in desk.customer_reads(desk.ticket)
    assert Alarm.objects.get(kind="callback.due").at == MONDAY + DAY

    actions.miss_call(call, actor=desk.ada, at=MONDAY + DAY)
    assert "Ask for another call, or write to us." in desk.customer_reads(desk.ticket)
    with pytest.raises(CallOver):
        actions.log_call(call, actor=desk.ada, at=MONDAY + DAY)


@clause("E7")
def test_a_call_from_the_list_of_channels_opens_a_request_of_its_own(desk):
    when = (MONDAY + 2 * HOUR).isoformat()
    page = desk.portal().post("/callback", {"phone": PHONE, "topic": "A new domain", "when": when}, follow=True)

    assert "We call you" in text_of(page)
    call = Callback.objects.get()
    assert call.ticket.channel.key == "phone" and call.ticket.sla == ""  # advisory: no clock
    assert "A new domain" in call.ticket.subject
    assert desk.anonymous().get("/callback").status_code == 302


@clause("E7")
def test_a_call_asked_for_twice_by_one_form_is_one_request(desk):
    page = desk.portal().get("/callback")
    token = str(page.context["form"].initial["token"])
    assert f'value="{token}"' in page.content.decode()
    form = {"phone": PHONE, "topic": "A new domain", "when": (MONDAY + 2 * HOUR).isoformat(), "token": token}

    sent = [desk.portal().post("/callback", form) for _ in range(2)]

    call = Callback.objects.get()
    assert {each["Location"] for each in sent} == {f"/tickets/{call.ticket.number}/"}
    assert Ticket.objects.count() == 2  # and the one of the fixture


@clause("E7")
def test_others_in_copy_know_of_the_call_but_neither_number_nor_topic_and_have_no_say_in_it(desk):
    bob = make_person("Bob", language="en")
    Participant.objects.create(ticket=desk.ticket, user=bob, added_by=desk.ada, added_at=MONDAY)
    call = ask(desk, topic="The secret invoice")
    alarms.work_due(until=MONDAY)
    page, path = f"/tickets/{desk.ticket.number}/", f"/tickets/{desk.ticket.number}/callback"
    told = OutgoingMail.objects.filter(address=bob.email, text__contains="asked us for a call")
    assert told.count() == 1

    read = [text_of(desk.portal("en", bob).get(each)) for each in (page, path)]
    listed = [desk.api(bob).get(each).json() for each in (f"tickets/{desk.ticket.number}/callbacks/", "callbacks/")]
    for each in (
        *read,
        *map(str, listed),
        *OutgoingMail.objects.filter(address=bob.email).values_list("text", flat=True),
    ):
        assert PHONE not in each and "secret" not in each
    assert "asked us for a call" in read[0] and "Cancel the call" not in "".join(read)
    assert PHONE in str(desk.api().get("callbacks/").json())

    with pytest.raises(NotPermitted):
        actions.cancel_callback(call, actor=bob, at=MONDAY)
    assert desk.api(bob).post(f"callbacks/{call.pk}/cancel/", {}).status_code in (403, 409)
    assert not any(PHONE in str(data) or "secret" in str(data) for data in Event.objects.values_list("data", flat=True))


@clause("E7")
def test_agents_are_told_when_whose_request_it_is_cancels_a_colleague_s_call(desk):
    bob = make_person("Bob")
    Participant.objects.create(ticket=desk.ticket, user=bob, added_by=desk.ada, added_at=MONDAY)
    call = ask(desk, actor=bob)

    actions.cancel_callback(call, actor=desk.grace, at=MONDAY)
    alarms.work_due(until=MONDAY)

    assert Event.objects.get(verb="callback.cancelled").data["by"] == "customer"
    assert OutgoingMail.objects.filter(address=desk.ada.email, text__contains="cancelled the call").exists()


@clause("E7")
def test_a_call_that_a_merge_took_along_is_acted_on_where_it_is(desk):
    read_before = ask(desk)
    stays = desk.file("hosting-services")
    actions.merge(desk.ticket, into=stays, actor=desk.ada, at=MONDAY)

    actions.cancel_callback(read_before, actor=desk.grace, at=MONDAY)

    assert Event.objects.get(verb="callback.cancelled").ticket == stays


@clause("E7")
def test_the_customer_cancels_a_call(desk):
    ask(desk)
    desk.portal().post(f"/tickets/{desk.ticket.number}/callback/cancel")

    assert Callback.objects.get().state == "cancelled"
    assert "You cancelled the call" in desk.customer_reads(desk.ticket)
    assert not Alarm.objects.filter(kind="callback.due").exists()


@clause("E7")
def test_times_outside_the_hours_and_odd_numbers_are_refused_in_words(desk):
    night = MONDAY.astimezone(ZONE).replace(hour=3).astimezone(UTC) + DAY
    for when, refusal in (
        (night, CallOutsideHours),
        (MONDAY - HOUR, CallOutsideHours),
        (MONDAY.astimezone(ZONE).replace(hour=20, minute=45).astimezone(UTC), CallOutsideHours),
        (MONDAY + 400 * DAY, CallTooFar),
    ):
        with pytest.raises(refusal):
            ask(desk, when=when)
    for phone in ("", "12", "call me", "+" + "1" * 40, "<script>"):
        with pytest.raises(PhoneUnclear):
            ask(desk, phone=phone)
    for phone in ("600123456", "+34 (600) 123-456", "8 495 123-45-67 доб. 12", "0034.600.123.456 ext 5"):
        assert callbacks.is_phone(phone), phone
    first = ask(desk)
    assert ask(desk) == first
    with pytest.raises(CallAsked):
        ask(desk, topic="Something else")
    assert Callback.objects.count() == 1


@clause("E7")
def test_no_more_calls_are_agreed_on_for_the_same_time_than_the_policy_says(desk):
    when, limit = MONDAY + 2 * HOUR, policy_file("hostiquant")[0].channels["phone"].calls_at_once
    said = {"phone": PHONE, "topic": "The invoice", "actor": desk.grace, "at": MONDAY}
    calls = [actions.ask_callback(desk.file("hosting-services"), when=when, **said) for _ in range(limit)]

    path = f"/tickets/{desk.ticket.number}/callback"
    offered = [at for _, times in desk.portal().get(path).context["form"].fields["when"].choices[1:] for at, _ in times]
    assert when.isoformat() not in offered and (when + HOUR).isoformat() in offered
    for taken in (when, when + timedelta(minutes=15), when - timedelta(minutes=29)):
        with pytest.raises(CallsTaken) as refusal:
            ask(desk, when=taken)
        assert "The next free time is" in str(refusal.value)
    with pytest.raises(CallsTaken):
        actions.put_off_call(ask(desk, when=when + HOUR), to=when, actor=desk.ada, at=MONDAY)
    # A call that is moved a little makes room for itself, and one that is cancelled for another.
    actions.put_off_call(calls[0], to=when + timedelta(minutes=10), actor=desk.ada, at=MONDAY)
    actions.cancel_callback(calls[1], actor=desk.grace, at=MONDAY)
    actions.put_off_call(Callback.objects.get(ticket=desk.ticket), to=when, actor=desk.ada, at=MONDAY)


def test_a_limit_of_calls_needs_a_line_that_calls_back():
    text = policy_file("hostiquant")[1].replace("    callback: true", "    # no calls")

    with pytest.raises(PolicyError, match="Nobody is called back here"):
        SupportPolicy.load(text)


def test_slots_follow_the_calendar_over_a_change_of_the_clock():
    calendar = callbacks.calendar_of(policy_file("hostiquant")[0])
    saturday = datetime(2026, 3, 28, 20, 10, tzinfo=calendar.zone)
    found = [at.astimezone(calendar.zone) for at in callbacks.slots(calendar, saturday)]

    assert all(callbacks.is_free(calendar, at) and at > saturday for at in found)
    sunday = [f"{at:%H:%M}" for at in found if at.day == 29]
    assert (sunday[0], sunday[-1], len(sunday)) == ("09:00", "20:30", 24)
    assert found == sorted(set(found))


@clause("E7")
def test_others_do_not_find_a_call(desk, tenant_on):
    call, henry = ask(desk), make_person("Henry")
    blind = make_person("Blind", "agent")
    blind.role.permissions = [each for each in blind.role.permissions if each != "ticket.see_all"]
    blind.role.save()
    blind.refresh_from_db()

    assert desk.portal(person=henry).get(f"/tickets/{desk.ticket.number}/callback").status_code == 404
    assert desk.portal(person=henry).post(f"/tickets/{desk.ticket.number}/callback/cancel").status_code == 404
    with pytest.raises(NotPermitted):
        ask(desk, actor=henry)
    with pytest.raises(NotPermitted):
        actions.log_call(call, actor=desk.grace, at=MONDAY)
    assert desk.portal().get("/desk/callbacks/").status_code == 404
    other = tenant_on("ione")
    with act_as(other):
        boss = make_person("Boss", "manager")
        assert visitor(other, boss).get(f"/desk/callbacks/{call.pk}/").status_code == 404
        assert not Callback.objects.exists()
        with pytest.raises(NoCallbacks):
            ticket = actions.open_ticket(requester=boss, subject="x", description="y", at=MONDAY)
            actions.ask_callback(ticket, phone=PHONE, topic="x", when=MONDAY, actor=boss, at=MONDAY)
        assert visitor(other, boss).get("/callback").status_code == 404


@clause("E7")
def test_programs_ask_for_calls_and_say_what_came_of_them(desk):
    path = f"tickets/{desk.ticket.number}/callbacks/"
    asked = desk.api().post(path, {"phone": PHONE, "topic": "x", "when": (MONDAY + 2 * HOUR).isoformat()})
    assert asked.status_code == 201, asked.json()
    pk = asked.json()["id"]
    night = desk.api().post(path, {"phone": PHONE, "topic": "y", "when": (MONDAY + 15 * HOUR).isoformat()})
    assert shape_of(night)["code"] == "callback_open"
    agent = desk.api(desk.ada)
    assert [each["id"] for each in agent.get("callbacks/").json()["results"]] == [pk]
    assert shape_of(desk.api().post(f"callbacks/{pk}/done/"))["code"] == "not_permitted"
    to = (MONDAY + 3 * HOUR).isoformat()
    assert agent.post(f"callbacks/{pk}/put-off/", {"to": to}).json()["at"].startswith(to[:10])
    assert agent.post(f"callbacks/{pk}/missed/", {"again": (MONDAY + 5 * HOUR).isoformat()}).json()["tries"] == 1
    assert agent.post(f"callbacks/{pk}/done/", {"note": "All well."}).json()["state"] == "done"
    assert shape_of(agent.post(f"callbacks/{pk}/cancel/"))["code"] == "callback_over"
    assert Api(host="hostiquant.localhost").get("callbacks/").status_code == 401


def test_only_the_phone_calls_back():
    _, text = policy_file("hostiquant")
    with pytest.raises(PolicyError, match="Only the phone can call back"):
        SupportPolicy.load(text.replace("  chat:\n    status: official\n", "  chat:\n    callback: true\n", 1))


@clause("E1")
def test_a_customer_asks_for_the_next_line_once_the_policy_s_wait_has_passed(desk):
    path = f"/tickets/{desk.ticket.number}/escalation"
    assert "you can ask for Second line from" in desk.customer_reads(desk.ticket)
    early = desk.portal().post(path, {"reason": "It is urgent."})
    assert early.status_code == 422
    assert "It is urgent." in early.content.decode()
    with pytest.raises(TooEarlyToAsk):
        escalate_for_customer(desk.ticket, actor=desk.grace, at=MONDAY + 3 * HOUR, reason="It is urgent.")

    with time_machine.travel(MONDAY + 4 * HOUR, tick=False):
        assert "Ask for Second line" in desk.customer_reads(desk.ticket)
        empty = desk.portal().post(path, {"reason": " "})
        assert empty.status_code == 422
        desk.portal().post(path, {"reason": "It is urgent."})
        moved = Ticket.objects.get(pk=desk.ticket.pk)
        assert moved.tier.position == 2
        assert "It is urgent." in desk.agent_reads(moved)
        # One line at a time: the next one has its time first.
        again = desk.portal().post(path, {"reason": "Still urgent."})
        assert again.status_code == 422
    with time_machine.travel(MONDAY + 8 * HOUR, tick=False):
        desk.portal().post(path, {"reason": "Still urgent."})
        moved = Ticket.objects.get(pk=desk.ticket.pk)
        assert moved.tier.position == 3
        assert desk.portal().get(path).status_code == 404  # nobody above
        assert "Ask for" not in desk.customer_reads(moved)


@clause("E1")
def test_only_the_ticket_s_customers_may_ask_for_the_next_line(desk, desk_on):
    henry = make_person("Henry")
    late, path = MONDAY + 5 * HOUR, f"tickets/{desk.ticket.number}/ask-escalation/"
    with time_machine.travel(late, tick=False):
        assert desk.portal(person=henry).post(f"/tickets/{desk.ticket.number}/escalation").status_code == 404
        assert desk.api(henry).post(path, {"reason": "x"}).status_code == 404
        assert shape_of(desk.api(desk.ada).post(path, {"reason": "x"}))["code"] == "not_permitted"
        assert desk.api().post(path, {"reason": "It waits."}).json()["tier"]
        assert shape_of(desk.api().post(path, {"reason": "It waits."}))["code"] == "too_early"
    solved = desk.file("hosting-services")
    actions.change_status(solved, status_of("solved"), actor=desk.ada, at=MONDAY)
    with time_machine.travel(late, tick=False):
        assert desk.portal().post(f"/tickets/{solved.number}/escalation", {"reason": "x"}).status_code == 404
    other = desk_on("ione")
    ticket = other.file("technical")
    assert other.portal().get(f"/tickets/{ticket.number}/escalation").status_code == 404
    assert (
        shape_of(other.api().post(f"tickets/{ticket.number}/ask-escalation/", {"reason": "x"}))["code"]
        == "no_escalation"
    )


def test_a_call_goes_along_with_a_ticket_that_is_merged_and_comes_back(desk):
    stays, call = desk.file("hosting-services", subject="The other one"), ask(desk)

    actions.merge(desk.ticket, into=stays, actor=desk.ada, at=MONDAY)

    call.refresh_from_db()
    assert call.ticket == stays
    assert "We call you:" in desk.customer_reads(stays)
    assert f"The call came over from ticket {desk.ticket.number}" in desk.agent_reads(stays)
    alarms.work_due(until=call.at)
    assert Event.objects.filter(ticket=stays, verb="callback.due").exists()

    actions.log_call(call, actor=desk.ada, at=MONDAY + 2 * HOUR, note="Paid.")
    actions.unmerge(desk.ticket, actor=desk.ada, at=MONDAY + 3 * HOUR)

    call.refresh_from_db()
    assert (call.ticket, call.state) == (desk.ticket, "done")
    assert f"The call went over to ticket {stays.number}" in desk.agent_reads(desk.ticket)


@pytest.mark.parametrize("because", ["one is asked for there", "it is a stranger's"])
def test_a_call_that_cannot_go_along_is_made_from_where_it_was_asked_for(desk, because):
    henry = make_person("Henry")
    stays = desk.file("hosting-services", subject="The other one")
    if because == "it is a stranger's":
        Ticket.objects.filter(pk=stays.pk).update(requester=henry)
    else:
        actions.ask_callback(stays, phone=PHONE, topic="Two", when=MONDAY + 3 * HOUR, actor=desk.grace, at=MONDAY)
    call = ask(desk)
    path = f"/desk/tickets/{desk.ticket.number}/do/merge?number={stays.number}"
    assert "The call stays on this ticket" in text_of(desk.workspace().get(path))

    actions.merge(desk.ticket, into=Ticket.objects.get(pk=stays.pk), actor=desk.ada, at=MONDAY, disclose=True)

    call.refresh_from_db()
    assert (call.ticket, call.state) == (desk.ticket, "wanted")
    assert desk.workspace().get(f"/desk/callbacks/{call.pk}/").status_code == 200
    actions.log_call(call, actor=desk.ada, at=MONDAY + HOUR)
