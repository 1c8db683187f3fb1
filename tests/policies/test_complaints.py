"""Complaints: to the management, never to those whom they are about, answered in working days."""

from __future__ import annotations

import csv
import re
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile

from inbox.models import OutgoingMail
from tenants import alarms
from tenants.context import act_as
from tenants.errors import NotPermitted
from tenants.models import Alarm
from tests.api.client import Api, shape_of
from tests.policies.clauses import clause
from tests.support.world import make_person, policy_file
from tests.tickets.portal import text_of, visitor
from tickets import actions, complaints
from tickets.desk import status_of
from tickets.errors import ComplaintAsked, ComplaintOver, NoComplaints, RemedyMissing
from tickets.models import Complaint, ComplaintEvent, ComplaintFile, Event, RefusalReason, Upload

#: A Monday morning in the tenant's own zone.
MONDAY = datetime(2026, 3, 9, 8, 0, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
WRONG = "Nobody called me back for two weeks."


@pytest.fixture
def desk(desk_on):
    """Hostiquant's desk with a ticket that Ada answered, and two managers, Mary and Max."""
    with time_machine.travel(MONDAY, tick=False):
        desk = desk_on("hostiquant")
        desk.mary, desk.max = make_person("Mary", "manager"), make_person("Max", "manager")
        desk.root = make_person("Root", "admin")
        desk.ticket = desk.file("hosting-services")
        actions.take(desk.ticket, actor=desk.ada, at=MONDAY)
        actions.reply(desk.ticket, author=desk.ada, body="We look into it.", at=MONDAY)
        yield desk


def complain(desk, **more):
    return actions.file_complaint(desk.ticket, **{"text": WRONG, "actor": desk.grace, "at": MONDAY, **more})


@clause("E12")
def test_a_customer_complains_on_the_page_of_a_request_and_reads_by_when_it_is_answered(desk):
    page = desk.portal().get(f"/tickets/{desk.ticket.number}/")
    assert f"/tickets/{desk.ticket.number}/complaint" in page.content.decode()

    path = f"/tickets/{desk.ticket.number}/complaint"
    form = desk.portal().get(path)
    assert "it is answered by Thursday 12 March, 18:00" in text_of(form)
    assert "no later than three working days" in text_of(form)
    assert form.context["form"].fields["about"].choices == [(str(desk.ada.pk), "Ada")]

    sent = desk.portal().post(path, {"text": WRONG, "about": [str(desk.ada.pk)]}, follow=True)

    read = text_of(sent)
    assert WRONG in read
    assert "It is answered by Thursday 12 March, 18:00" in read
    assert "These people do not see it: Ada" in read
    complaint = Complaint.objects.get()
    assert complaint.due_at == datetime(2026, 3, 12, 18, 0, tzinfo=UTC)
    assert "Your complaint about this request" in desk.customer_reads(desk.ticket)
    for language, said in (("ru", "Ваша жалоба"), ("es", "Su queja")):
        assert said in text_of(desk.portal(language).get(f"/complaints/{complaint.pk}/"))


@clause("E12")
@pytest.mark.parametrize("policy", ["ione", "techsupport", "alleanza", "justo", "hostiquant"])
def test_the_menu_has_complaints_where_the_policy_takes_them(desk_on, policy):
    document, _ = policy_file(policy)
    desk = desk_on(policy)

    way = desk.portal().get("/complaints/link")

    assert ("My complaints" in text_of(way)) == (document.complaints is not None)
    assert desk.anonymous().get("/complaints/link").status_code == 302


def test_who_complained_finds_it_in_the_menu_when_the_policy_takes_complaints_no_longer(desk):
    complain(desk)
    linus = make_person("Linus")
    _, text = policy_file("hostiquant")
    desk.apply((re.search(r"^complaints:\n(?:(?: .*)?\n)+", text, re.MULTILINE).group(), ""))

    assert "/complaints/" in desk.portal().get("/complaints/link").content.decode()
    assert desk.portal(person=linus).get("/complaints/link").content == b""


@clause("E12")
def test_customers_take_their_own_complaints_along_as_a_table(desk):
    complaint = complain(desk, text='=HYPERLINK("http://x")')
    with time_machine.travel(MONDAY + DAY, tick=False):
        actions.decide_complaint(
            complaint, actor=desk.mary, outcome="upheld", text="You are right.", remedy="We call.", at=MONDAY + DAY
        )
    assert "/complaints/export.csv" in desk.portal().get("/complaints/").content.decode()

    def rows(person):
        lines = desk.portal(person=person).get("/complaints/export.csv").getvalue().decode().removeprefix("\ufeff")
        heading, *found = csv.reader(lines.splitlines())
        return [dict(zip(heading, row, strict=True)) for row in found]

    (row,) = rows(desk.grace)
    assert (row["Ticket"], row["Outcome"], row["In time"]) == (str(desk.ticket.number), "Upheld", "yes")
    assert row["What went wrong?"].startswith("'=") and row["What is done about it"] == "We call."
    assert rows(make_person("Linus")) == []
    assert desk.anonymous().get("/complaints/export.csv").status_code == 302
    assert desk.workspace().get("/complaints/export.csv").getvalue().count(b"\r\n") == 1


@clause("E12")
def test_managers_read_and_decide_it_and_the_customer_is_told_by_mail_and_page(desk):
    complaint = complain(desk)
    alarms.work_due(until=MONDAY)
    told = OutgoingMail.objects.filter(kind="complaint").values_list("address", flat=True)
    assert set(told) == {desk.grace.email, desk.mary.email, desk.max.email}

    path, manager = f"/desk/complaints/{complaint.pk}/", desk.workspace(person=desk.mary)
    assert WRONG in text_of(manager.get(path))
    manager.post(f"{path}take")
    manager.post(f"{path}say", {"text": "When did you call?"})
    manager.post(f"{path}note", {"text": "Ada was ill."})
    desk.portal().post(f"/complaints/{complaint.pk}/", {"text": "On the second."})
    unsaid = manager.post(f"{path}decide", {"outcome": "upheld", "text": "You were right."})
    assert unsaid.status_code == 422
    assert "You were right." in unsaid.content.decode()
    assert unsaid.context["forms"]["decide"].errors["remedy"] == [str(RemedyMissing())]
    manager.post(f"{path}decide", {"outcome": "upheld", "text": "You were right.", "remedy": "A month free."})

    alarms.work_due(until=MONDAY)
    last = OutgoingMail.objects.filter(address=desk.grace.email).order_by("id").last()
    assert "is decided" in last.text and "Upheld" in last.text
    assert "You were right." in last.text and "A month free." in last.text
    page = text_of(desk.portal().get(f"/complaints/{complaint.pk}/"))
    assert "A month free." in page and "When did you call?" in page
    assert "Ada was ill." not in page
    # What the customer wrote went to the one who took it, and to no other manager.
    answers = OutgoingMail.objects.filter(text__contains="On the second.")
    assert [each.address for each in answers] == [desk.mary.email]


@clause("E12")
def test_no_agent_sees_anything_of_it_anywhere(desk):
    before = Event.objects.filter(ticket=desk.ticket).count()
    complaint = complain(desk)
    alarms.work_due(until=MONDAY)
    agent = desk.workspace()

    assert Event.objects.filter(ticket=desk.ticket).count() == before  # nor is any page told live
    for path in (f"/desk/complaints/{complaint.pk}/", "/desk/complaints/", "/desk/complaints/export.csv"):
        assert agent.get(path).status_code == 404
    for what in ("take", "say", "note", "decide"):
        assert agent.post(f"/desk/complaints/{complaint.pk}/{what}", {"text": "x"}).status_code == 404
    assert WRONG not in desk.agent_reads(desk.ticket)
    for path in ("/desk/", "/desk/search?q=called", "/desk/tickets/?q=called", "/desk/tickets/export.csv"):
        answer = agent.get(path)
        said = b"".join(answer.streaming_content) if answer.streaming else answer.content
        assert WRONG not in said.decode() and "/complaints/" not in said.decode(), path
    api = desk.api(desk.ada)
    assert api.get("complaints/").json()["results"] == []
    assert api.get(f"complaints/{complaint.pk}/").status_code == 404
    assert WRONG not in str(api.get(f"tickets/{desk.ticket.number}/").json())
    assert shape_of(api.post(f"tickets/{desk.ticket.number}/complaints/", {"text": "x"}))["code"] == "not_permitted"
    assert not OutgoingMail.objects.filter(kind="complaint", address=desk.ada.email).exists()


@clause("E12")
def test_nobody_sees_or_decides_a_complaint_about_themselves(desk):
    complaint = complain(desk, others="max, somebody at the phone")

    assert complaint.pk in complaints.handled_by(desk.mary).values_list("pk", flat=True)
    assert not complaints.handled_by(desk.max).exists()
    assert desk.workspace(person=desk.max).get(f"/desk/complaints/{complaint.pk}/").status_code == 404
    assert WRONG not in text_of(desk.workspace(person=desk.max).get("/desk/complaints/"))
    assert "0" in text_of(desk.workspace(person=desk.max).get("/desk/complaints/"))
    assert desk.api(desk.max).get(f"complaints/{complaint.pk}/").status_code == 404
    with pytest.raises(NotPermitted):
        actions.decide_complaint(complaint, outcome="not_upheld", text="No.", actor=desk.max, at=MONDAY)
    alarms.work_due(until=MONDAY + 7 * DAY)
    assert not OutgoingMail.objects.filter(kind="complaint", address=desk.max.email).exists()


@clause("E12")
def test_whoever_had_the_ticket_before_is_one_of_those_whom_it_is_about(desk):
    actions.assign(desk.ticket, desk.mary, actor=desk.mary, at=MONDAY)
    actions.assign(desk.ticket, desk.ada, actor=desk.mary, at=MONDAY)

    complaint = complain(desk)

    assert complaints.named(complaint) == [desk.ada, desk.mary]
    assert complaints.handlers(complaint) == [desk.max]


@clause("E12")
@pytest.mark.parametrize("act", ["answered", "refused", "was moved from status to status"])
def test_a_manager_who_worked_on_it_without_being_assigned_reads_and_decides_nothing(desk, act):
    if act == "answered":
        actions.reply(desk.ticket, author=desk.mary, body="No.", at=MONDAY)
    elif act == "refused":
        actions.refuse(desk.ticket, RefusalReason.objects.first(), actor=desk.mary, at=MONDAY)
    else:
        actions.change_status(desk.ticket, status_of("solved"), actor=desk.mary, at=MONDAY)

    complaint = complain(desk)

    assert complaints.handlers(complaint) == [desk.max]
    assert not complaints.handled_by(desk.mary).exists()
    assert complaints.handled_by(desk.max).exists()


@clause("E12")
def test_who_only_wrote_a_note_still_decides(desk):
    actions.note(desk.ticket, author=desk.mary, body="Call them back, please.", at=MONDAY)

    assert complaints.handlers(complain(desk)) == [desk.mary, desk.max]


@clause("E12")
def test_the_page_names_nobody_whom_the_customer_does_not_know(desk):
    actions.assign(desk.ticket, desk.mary, actor=desk.mary, at=MONDAY)
    actions.assign(desk.ticket, desk.ada, actor=desk.mary, at=MONDAY)
    complaint = complain(desk, about=[desk.ada], others=f"{desk.max.email}, nobody@hostiquant.example")
    assert complaints.named(complaint) == [desk.ada, desk.mary, desk.max]

    page = text_of(desk.portal().get(f"/complaints/{complaint.pk}/"))

    assert f"These people do not see it: Ada; as you wrote: {desk.max.email}, nobody@hostiquant.example" in page
    assert "Mary" not in page and "Max" not in page


@clause("E12")
def test_where_it_is_about_every_manager_an_administrator_decides_and_the_page_says_so(desk):
    complaint = complain(desk, others="Mary, Max")
    alarms.work_due(until=MONDAY)

    assert OutgoingMail.objects.filter(kind="complaint", address=desk.root.email).exists()
    assert "an administrator reads and decides it" in text_of(desk.portal().get(f"/complaints/{complaint.pk}/"))
    page = desk.workspace(person=desk.root).get(f"/desk/complaints/{complaint.pk}/")
    assert "so it is with the administrators" in text_of(page)

    other = desk.file("hosting-services")
    nobody = actions.file_complaint(other, text="All of you.", others="Mary, Max, Root", actor=desk.grace, at=MONDAY)
    assert complaints.handlers(nobody) == []
    assert "nobody of them sees it" in text_of(desk.portal().get(f"/complaints/{nobody.pk}/"))
    assert nobody.is_open


@clause("E12")
def test_who_looks_as_somebody_else_sees_no_complaints(desk):
    complaint = complain(desk, others="Root")
    viewer = desk.workspace(person=desk.root)
    for person, paths in (
        (desk.mary, ("/desk/complaints/", f"/desk/complaints/{complaint.pk}/", "/desk/complaints/export.csv")),
        (desk.grace, ("/complaints/", f"/complaints/{complaint.pk}/", f"/tickets/{desk.ticket.number}/complaint")),
    ):
        begun = viewer.post(f"/desk/people/{person.pk}/view")
        assert begun.status_code == 302
        for path in (*paths, "/api/v1/complaints/", f"/api/v1/complaints/{complaint.pk}/"):
            answer = viewer.get(path)
            assert answer.status_code == 404, path
            assert WRONG not in answer.content.decode()
        assert "Your complaint" not in text_of(viewer.get(f"/tickets/{desk.ticket.number}/"))
        viewer.post("/desk/view-as/end")


@clause("E12")
def test_mail_about_complaints_is_not_shown_to_those_who_look_after_the_mail(desk):
    complain(desk, others="Root")
    alarms.work_due(until=MONDAY)
    mail = OutgoingMail.objects.filter(kind="complaint").first()
    system = desk.workspace(person=desk.root)

    assert "omplaint" not in text_of(system.get("/desk/mail/")).replace("Complaints", "")
    assert system.get(f"/desk/mail/{mail.pk}/").status_code == 404
    assert system.get(f"/desk/mail/{mail.pk}/html/").status_code == 404


@clause("E12")
def test_a_late_one_warns_the_managers_once_and_says_so_to_the_customer(desk):
    complaint = complain(desk)
    actions.take_complaint(complaint, actor=desk.mary, at=MONDAY)
    due = complaint.due_at

    alarms.work_due(until=due - HOUR)
    assert not ComplaintEvent.objects.filter(verb="complaint.overdue").exists()
    alarms.work_due(until=due + DAY)

    assert ComplaintEvent.objects.filter(verb="complaint.overdue").count() == 1
    warned = OutgoingMail.objects.filter(kind="complaint", created_at__gte=due).values_list("address", flat=True)
    assert set(warned) == {desk.mary.email, desk.max.email}  # all of them, not only the one who is late
    with time_machine.travel(due + DAY, tick=False):
        assert "It was to be answered by" in text_of(desk.portal().get(f"/complaints/{complaint.pk}/"))
        assert complaints.figures(desk.mary, since=MONDAY - DAY, at=due + DAY).overdue == 1


@clause("E12")
def test_what_is_decided_in_time_rings_no_more(desk):
    complaint = complain(desk)
    actions.decide_complaint(complaint, outcome="not_upheld", text="We called twice.", actor=desk.max, at=MONDAY + DAY)

    assert not Alarm.objects.filter(kind="complaint.due").exists()
    alarms.work_due(until=MONDAY + 30 * DAY)
    assert not ComplaintEvent.objects.filter(verb="complaint.overdue").exists()
    with pytest.raises(ComplaintOver):
        actions.add_to_complaint(complaint, text="But no!", actor=desk.grace, at=MONDAY + 2 * DAY)
    refused = desk.portal().post(f"/complaints/{complaint.pk}/", {"text": "But no!"})
    assert refused.status_code == 422
    assert "But no!" in refused.content.decode()
    again = complain(desk, text="I do not agree.", at=MONDAY + 2 * DAY)
    assert again.number == 2


@clause("E12")
def test_the_register_has_figures_filters_and_a_file(desk):
    first = complain(desk)
    actions.decide_complaint(
        first, outcome="partly", text="Partly.", remedy="=A call", actor=desk.mary, at=MONDAY + DAY
    )
    late = complain(desk, text="Again nothing.")
    actions.decide_complaint(late, outcome="not_upheld", text="No.", actor=desk.mary, at=MONDAY + 20 * DAY)
    complain(desk, text="A third time.", at=MONDAY + 21 * DAY)

    with time_machine.travel(MONDAY + 22 * DAY, tick=False):
        manager = desk.workspace(person=desk.mary)
        page = manager.get("/desk/complaints/")
        figures = page.context["figures"]
        assert (figures.filed, figures.open, figures.in_time, figures.late, figures.share) == (3, 1, 1, 1, 50)
        assert "50 %" in text_of(page)
        shown = lambda query: [each.text for each in manager.get(f"/desk/complaints/?{query}").context["complaints"]]  # noqa: E731
        assert shown("") == ["A third time.", "Again nothing.", WRONG]
        assert shown("state=open") == ["A third time."]
        assert shown("state=decided&outcome=partly") == [WRONG]
        assert shown("state=overdue") == []
        assert shown("state=none&outcome=x&before=%00") == shown("")
        table = manager.get("/desk/complaints/export.csv?state=decided").getvalue().decode()
    lines = list(csv.reader(table.splitlines()))
    assert [line[6:8] for line in lines[1:]] == [["yes", "Upheld in part"], ["no", "Not upheld"]]
    assert lines[1][-1] == "'=A call"


@clause("E12")
def test_bad_input_is_refused_in_words_and_nothing_typed_is_lost(desk):
    path = f"/tickets/{desk.ticket.number}/complaint"

    empty = desk.portal().post(path, {"text": " ", "others": "The man at the phone"})
    assert empty.status_code == 422
    assert "The man at the phone" in empty.content.decode()
    stranger = desk.portal().post(path, {"text": WRONG, "about": [str(desk.mary.pk)]})
    assert stranger.status_code == 422  # the list names only whom the customer knows
    assert not Complaint.objects.exists()

    first, again = complain(desk), complain(desk)
    assert first == again  # pressed twice
    with pytest.raises(ComplaintAsked):
        complain(desk, text="And another thing.")
    second = desk.portal().post(path, {"text": "And another thing."})
    assert second.status_code == 422
    assert "And another thing." in second.content.decode()


@clause("E12")
def test_other_customers_and_other_tenants_find_nothing(desk, tenant_on):
    complaint = complain(desk)
    henry = make_person("Henry")

    assert desk.portal(person=henry).get(f"/complaints/{complaint.pk}/").status_code == 404
    assert desk.portal(person=henry).get(f"/tickets/{desk.ticket.number}/complaint").status_code == 404
    assert desk.api(henry).get(f"complaints/{complaint.pk}/").status_code == 404
    assert desk.api(henry).post(f"tickets/{desk.ticket.number}/complaints/", {"text": "x"}).status_code == 404
    with pytest.raises(NotPermitted):
        actions.add_to_complaint(complaint, text="Hello", actor=henry, at=MONDAY)
    assert desk.anonymous().get(f"/complaints/{complaint.pk}/").status_code == 302

    other = tenant_on("ione")
    with act_as(other):
        boss = make_person("Boss", "manager")
        assert not Complaint.objects.exists()
        assert visitor(other, boss).get(f"/desk/complaints/{complaint.pk}/").status_code == 404
        assert Api(boss, host="ione.localhost").get(f"complaints/{complaint.pk}/").status_code == 404


@clause("E12")
def test_files_come_with_it_and_only_its_readers_open_them(desk):
    path, scan = f"/tickets/{desk.ticket.number}/complaint", SimpleUploadedFile("bill.pdf", b"%PDF the bill")
    assert desk.portal().post(path, {"text": WRONG, "files": [scan]}).status_code == 302
    complaint, kept = Complaint.objects.get(), ComplaintFile.objects.get()
    mine, theirs = f"/complaints/{complaint.pk}/", f"/desk/complaints/{complaint.pk}/"
    manager = visitor(desk.tenant, desk.mary)

    note = SimpleUploadedFile("log.html", b"<script>alert(1)</script>")
    assert manager.post(f"{theirs}note", {"files": [note]}).status_code == 302
    hidden = ComplaintFile.objects.get(name="log.html")

    for reader, address in ((desk.portal(), mine), (manager, theirs)):
        assert "bill.pdf" in text_of(reader.get(address))
        sent = reader.get(f"{address}files/{kept.pk}")
        assert b"".join(sent.streaming_content) == b"%PDF the bill"
        assert sent["Content-Disposition"].startswith("attachment")
    assert "sandbox" in manager.get(f"{theirs}files/{hidden.pk}")["Content-Security-Policy"]
    assert desk.portal().get(f"{mine}files/{hidden.pk}").status_code == 404
    assert "log.html" not in desk.portal().get(mine).content.decode()
    for stranger in (desk.portal(person=make_person("Henry")), visitor(desk.tenant, desk.ada)):
        assert stranger.get(f"{mine}files/{kept.pk}").status_code == 404
        assert stranger.get(f"{theirs}files/{kept.pk}").status_code == 404
        assert stranger.get(f"/files/{kept.pk}").status_code == 404


@clause("E12")
def test_a_form_that_comes_back_keeps_its_files_and_a_message_may_be_a_file_alone(desk):
    path, scan = f"/tickets/{desk.ticket.number}/complaint", SimpleUploadedFile("bill.pdf", b"%PDF")
    back = desk.portal().post(path, {"text": "", "files": [scan]})
    assert back.status_code == 422
    upload = Upload.objects.get()
    assert str(upload.pk) in back.content.decode()
    desk.portal().post(path, {"text": WRONG, "uploads": [str(upload.pk)]})
    assert ComplaintFile.objects.get().event.text == WRONG and not Upload.objects.exists()

    complaint = Complaint.objects.get()
    manager = visitor(desk.tenant, desk.mary)
    for _ in range(2):  # pressed twice
        answer = SimpleUploadedFile("answer.txt", b"Sorry")
        assert manager.post(f"/desk/complaints/{complaint.pk}/say", {"files": [answer]}).status_code == 302
    assert ComplaintFile.objects.filter(name="answer.txt").count() == 1
    empty = manager.post(f"/desk/complaints/{complaint.pk}/say", {"text": ""})
    assert empty.status_code == 422
    alarms.work_due(MONDAY + HOUR)
    assert "answer.txt" in OutgoingMail.objects.filter(address=desk.grace.email).latest("id").text


@clause("E12")
def test_a_page_that_is_open_hears_what_is_new_and_nothing_twice(desk):
    complaint = complain(desk)
    mine, theirs = f"/complaints/{complaint.pk}/news", f"/desk/complaints/{complaint.pk}/news"
    manager, seen = visitor(desk.tenant, desk.mary), ComplaintEvent.objects.latest("id").pk
    assert desk.portal().get(mine, {"seen": seen}).status_code == 204
    assert manager.get(theirs, {"seen": seen}).status_code == 204

    actions.note_on_complaint(complaint, text="Hm.", actor=desk.max, at=MONDAY + HOUR)
    assert desk.portal().get(mine, {"seen": seen}).status_code == 204
    assert "Hm." in text_of(manager.get(theirs, {"seen": seen}))

    actions.add_to_complaint(complaint, text="We are at it.", actor=desk.max, at=MONDAY + HOUR)
    told = desk.portal().get(mine, {"seen": seen})
    assert "We are at it." in text_of(told) and "There is something new" in text_of(told)
    assert f"seen={ComplaintEvent.objects.latest('id').pk}" in told.content.decode()
    assert "Hm." not in text_of(told)

    actions.decide_complaint(complaint, outcome="not_upheld", text="We called.", actor=desk.mary, at=MONDAY + DAY)
    ended = desk.portal().get(mine, {"seen": seen}).content.decode()
    assert "We called." in ended and "hx-get" not in ended
    assert visitor(desk.tenant, desk.ada).get(theirs).status_code == 404
    assert desk.portal(person=make_person("Henry")).get(mine).status_code == 404


@clause("E12")
def test_programs_send_files_with_it_and_read_them(desk):
    made = desk.api().upload(f"tickets/{desk.ticket.number}/complaints/", {"text": WRONG, "files": [scan()]})
    assert made.status_code == 201, made.json()
    pk, (shown,) = made.json()["id"], made.json()["history"][0]["files"]
    assert (shown["name"], shown["size"]) == ("bill.pdf", 4)
    for reader in (desk.api(), desk.api(desk.mary)):
        assert b"".join(reader.get(shown["url"]).streaming_content) == b"%PDF"
    assert desk.api(desk.ada).get(shown["url"]).status_code == 404
    begun = desk.api(desk.mary).post("uploads/", {"name": "a.txt", "size": 0}).json()["id"]
    said = desk.api(desk.mary).post(f"complaints/{pk}/notes/", {"uploads": [begun]}).json()
    hidden = said["history"][-1]["files"][0]["url"]
    assert desk.api().get(hidden).status_code == 404


def scan():
    return SimpleUploadedFile("bill.pdf", b"%PDF")


def test_without_the_section_in_the_policy_nobody_can_complain(desk_on):
    desk = desk_on("ione")
    ticket = desk.file("technical")

    assert desk.portal().get(f"/tickets/{ticket.number}/complaint").status_code == 404
    assert "Complain" not in desk.customer_reads(ticket)
    with pytest.raises(NoComplaints):
        actions.file_complaint(ticket, text=WRONG, actor=desk.grace, at=MONDAY)


@clause("E12")
def test_programs_complain_answer_and_decide(desk):
    made = desk.api().post(f"tickets/{desk.ticket.number}/complaints/", {"text": WRONG, "others": "Max"})
    assert made.status_code == 201, made.json()
    pk = made.json()["id"]
    manager = desk.api(desk.mary)

    assert manager.post(f"complaints/{pk}/take/").json()["handler"]["email"] == desk.mary.email
    manager.post(f"complaints/{pk}/messages/", {"text": "When?"})
    manager.post(f"complaints/{pk}/notes/", {"text": "Hm."})
    unknown = manager.post(f"complaints/{pk}/decide/", {"outcome": "perhaps", "text": "x"})
    assert unknown.status_code == 400
    missing = manager.post(f"complaints/{pk}/decide/", {"outcome": "upheld", "text": "x"})
    assert shape_of(missing)["code"] == "remedy_missing"
    done = manager.post(f"complaints/{pk}/decide/", {"outcome": "not_upheld", "text": "We called."})
    assert done.json()["outcome"] == "not_upheld"

    shown = desk.api().get(f"complaints/{pk}/").json()
    assert [each["text"] for each in shown["history"]] == [WRONG, "When?", "We called."]
    assert shown["handler"]["email"] is None
    assert [each["id"] for each in desk.api().get("complaints/").json()["results"]] == [pk]
    assert shape_of(desk.api().post(f"complaints/{pk}/decide/", {"outcome": "upheld", "text": "x"}))["code"]


@clause("E12")
def test_a_complaint_stays_with_the_request_it_is_about_when_that_is_merged(desk):
    complaint = complain(desk)
    stays = desk.file("hosting-services", subject="The other one")
    due = complaint.due_at

    actions.merge(desk.ticket, into=stays, actor=desk.ada, at=MONDAY)

    complaint.refresh_from_db()
    assert (complaint.ticket, complaint.due_at) == (desk.ticket, due)
    assert WRONG in text_of(desk.portal().get(f"/complaints/{complaint.pk}/"))
    actions.decide_complaint(complaint, outcome="not_upheld", text="We called twice.", actor=desk.mary, at=MONDAY)


@clause("E12")
@pytest.mark.parametrize("about", ["the one that stays", "the duplicate"])
def test_after_a_merge_nobody_decides_who_had_either_of_the_two(desk, about):
    stays = desk.file("hosting-services", subject="The other one")
    actions.assign(stays, desk.max, actor=desk.mary, at=MONDAY)
    actions.assign(desk.ticket, desk.mary, actor=desk.mary, at=MONDAY)
    actions.assign(desk.ticket, desk.ada, actor=desk.mary, at=MONDAY)
    actions.merge(desk.ticket, into=stays, actor=desk.ada, at=MONDAY)
    desk.ticket.refresh_from_db()
    stays.refresh_from_db()

    complaint = actions.file_complaint(
        stays if about == "the one that stays" else desk.ticket, text=WRONG, actor=desk.grace, at=MONDAY
    )

    assert set(complaints.named(complaint)) == {desk.ada, desk.mary, desk.max}
    assert complaints.handlers(complaint) == [desk.root]


@clause("E12")
@pytest.mark.parametrize(("policy", "has_procedure"), [("hostiquant", True), ("ione", False)])
def test_the_list_of_complaints_says_how_to_complain_only_where_one_can(desk_on, policy, has_procedure):
    page = text_of(desk_on(policy).portal().get("/complaints/"))

    assert ("You can complain about how a request was handled" in page) == has_procedure
    assert ("no procedure for complaints" in page) != has_procedure
