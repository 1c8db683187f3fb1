"""What the five policies say of requests that come by mail, or by letter."""

from __future__ import annotations

import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile

from inbox.intake import receiving, routing
from inbox.mail import tokens
from inbox.models import InboundMail, OutgoingMail
from tenants import alarms
from tenants.models import User
from tests.inbox.mails import file, mail, multipart, part
from tests.policies.clauses import clause
from tests.support.world import MONDAY_9AM, make_organization, make_person, make_ticket
from tests.tickets.portal import text_of
from tickets import actions
from tickets.models import Complaint, OrganizationAddress, Status, Ticket

SUPPORT = "support@desk.example"
PNG = b"\x89PNG\r\n\x1a\n1"


def _receive(raw: bytes) -> InboundMail:
    routing.own_mailbox(SUPPORT)
    return receiving.receive(raw, at=MONDAY_9AM, to=SUPPORT).mail


def _from(person: User) -> dict[str, str]:
    return {"from": f"{person.name} <{person.email}>", "to": SUPPORT}


def _authorise(person: User) -> None:
    OrganizationAddress.objects.create(organization=make_organization("Romashka", person), email=person.email)


@clause("B1")
def test_a_mail_and_the_answers_to_it_stand_in_one_history(desk_on):
    desk = desk_on("techsupport")

    ticket = _receive(mail("It does not load.", message_id="<1@pc>", **_from(desk.grace))).ticket
    actions.reply(ticket, author=desk.ada, body="Which browser?", at=MONDAY_9AM)
    alarms.work_due(MONDAY_9AM)
    ours = OutgoingMail.objects.filter(ticket=ticket).latest("id")
    headers = {**_from(desk.grace), "in_reply_to": ours.message_id, "to": tokens.address(SUPPORT, ticket, desk.grace)}
    reply = _receive(mail("Firefox.\n\nOn 3/2/26 9:00, Ada wrote:\n> Which browser?", message_id="<2@pc>", **headers))

    assert (reply.outcome, reply.ticket) == ("reply", ticket)
    said = [(each.channel.key if each.channel else "", each.body) for each in ticket.messages.order_by("id")]
    assert [body.strip() for _, body in said] == ["It does not load.", "Which browser?", "Firefox."]
    assert said[0][0] == said[2][0] == "email"
    assert "Firefox." in desk.customer_reads(ticket)


@clause("C5")
def test_work_starts_from_an_authorised_address_and_mail_from_others_waits_for_a_check(desk_on):
    desk = desk_on("alleanza")
    _authorise(desk.grace)

    theirs = _receive(mail("Restore it.", message_id="<1@pc>", **_from(desk.grace)))
    other = _receive(mail("Delete all.", message_id="<2@pc>", **_from(make_person("Mallory"))))

    assert theirs.ticket.organization.name == "Romashka"
    assert (other.outcome, other.reason) == ("held", "not_authorised")
    assert Ticket.objects.count() == 1
    assert b"Delete all." in other.raw.open("rb").read()  # not lost
    (told,) = OutgoingMail.objects.filter(address=other.sender)
    assert "Delete all." not in told.text


@clause("C6")
def test_a_letter_is_entered_by_an_agent_with_its_scan(desk_on):
    desk = desk_on("alleanza")
    scan = SimpleUploadedFile("letter.pdf", b"%PDF-1.4", content_type="application/pdf")
    form = {
        "email": desk.grace.email,
        "channel": "letter",
        "category": "question",
        "subject": "Restore the site",
        "description": "As the letter of 2 March says, signed and stamped.",
        "files": scan,
    }

    page = desk.workspace().post("/desk/tickets/new", form, follow=True)

    ticket = Ticket.objects.get()
    assert ticket.channel.key == "letter", text_of(page)
    assert (ticket.requester, ticket.messages.first().author) == (desk.grace, desk.ada)
    assert [each.name for each in ticket.messages.first().attachments.all()] == ["letter.pdf"]


@clause("C7")
def test_a_mail_without_identification_is_answered_with_what_is_missing_and_waits(desk_on):
    desk = desk_on("alleanza")
    _authorise(desk.grace)
    desk.grace.language = "ru"
    desk.grace.save()

    ticket = _receive(mail("Не открывается сайт.", **_from(desk.grace))).ticket
    alarms.work_due(MONDAY_9AM)

    assert ticket.status.kind == Status.Kind.PENDING
    told = [each.text for each in OutgoingMail.objects.filter(ticket=ticket, address=desk.grace.email)]
    assert any("Логин или ID клиента" in text for text in told)
    assert all(each.is_automatic for each in OutgoingMail.objects.filter(ticket=ticket, address=desk.grace.email))


@clause("C8")
def test_files_and_pictures_of_a_mail_come_along(desk_on):
    desk = desk_on("alleanza")
    _authorise(desk.grace)
    picture = part(PNG, "image/png", "Content-ID: <s@pc>", 'Content-Disposition: inline; filename="screen.png"')
    long = "\r\n".join(f"Step {number}" for number in range(500))

    kept = _receive(multipart(part(long), picture, file(b"%PDF-1.4", "log.pdf"), **_from(desk.grace)))

    assert [each.name for each in kept.message.attachments.order_by("id")] == ["screen.png", "log.pdf"]
    assert kept.ticket.description.startswith("Step 0") and kept.ticket.description.endswith("Step 499")


@clause("E8")
def test_a_mail_to_an_advisory_mailbox_carries_no_clock_and_says_so(desk_on):
    desk = desk_on("hostiquant")
    box = routing.own_mailbox(SUPPORT)
    box.is_advisory = True
    box.save()

    ticket = _receive(mail("Which plan is right for me?", **_from(desk.grace))).ticket

    assert not ticket.clocks.exists() and ticket.due_at is None
    assert "It carries no promised time." in desk.customer_reads(ticket)


@clause("E12")
@time_machine.travel(MONDAY_9AM, tick=False)
def test_an_answer_to_a_mail_about_a_complaint_reaches_those_who_handle_it_and_nobody_else(desk_on):
    desk = desk_on("hostiquant")
    manager = make_person("Mary", "manager")
    ticket = make_ticket(desk.grace)
    complaint = actions.file_complaint(
        ticket, text="Nobody answered me.", actor=desk.grace, about=[desk.ada], at=MONDAY_9AM
    )
    alarms.work_due(MONDAY_9AM)
    told = OutgoingMail.objects.get(kind="complaint", address=desk.grace.email)
    headers = {**_from(desk.grace), "in_reply_to": told.message_id, "subject": f"Re: {told.subject}"}

    mine = _receive(mail("It was on Monday.", message_id="<1@pc>", **headers))
    stranger = _receive(mail("Me too.", message_id="<2@pc>", **{**headers, "from": "Eve <eve@x.example>"}))
    away = _receive(mail("I am away.", message_id="<3@pc>", auto_submitted="auto-replied", **headers))

    assert (mine.outcome, stranger.outcome, away.outcome) == ("reply", "held", "dropped")
    assert list(complaint.events.filter(verb="complaint.said").values_list("text", "actor")) == [
        ("It was on Monday.", desk.grace.pk)
    ]
    assert list(Ticket.objects.all()) == [ticket] and ticket.messages.count() == 1
    for kept in (mine, stranger, away):
        for path in ("", "raw", "html"):
            assert desk.workspace().get(f"/desk/mail/incoming/{kept.pk}/{path}").status_code == 404
        assert desk.workspace(person=manager).get(f"/desk/mail/incoming/{kept.pk}/").status_code == 200
    assert "omplaint about" not in text_of(desk.workspace().get("/desk/mail/incoming?outcome="))
    assert "omplaint about" in text_of(desk.workspace(person=manager).get("/desk/mail/incoming?outcome="))
    assert Complaint.objects.get().pk == complaint.pk
