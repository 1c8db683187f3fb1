"""What comes back: reports are read, tied to their mail by our sign alone, and mark the address (R-38)."""

import smtplib
from datetime import timedelta

import pytest

from inbox.actions.bouncing import clear_address, take_report
from inbox.mail import envelope
from inbox.mail.parsing import Automatic, parse
from inbox.models import BouncedAddress, OutgoingMail
from tenants import alarms
from tenants.context import act_as
from tenants.errors import NotPermitted
from tenants.models import AuditEntry, Role
from tests.api.client import Api
from tests.policies.clauses import clause
from tests.support.world import MONDAY_9AM, make_person, make_ticket
from tests.tickets.portal import visitor
from tickets import actions
from tickets.models import Event, Ticket

MINUTE = timedelta(minutes=1)


def report(*, to, action="failed", status="5.1.1", said="smtp; 550 5.1.1 No such user", envelope_id="", about="x@y"):
    """A delivery status notification as Postfix writes it."""
    identified = f"Original-Envelope-Id: {envelope_id}\r\n" if envelope_id else ""
    return (
        f"Return-Path: <>\r\nFrom: MAILER-DAEMON@mx.example\r\nTo: {to}\r\nSubject: Undelivered Mail\r\n"
        "Auto-Submitted: auto-replied\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="B"\r\n'
        "\r\n--B\r\nContent-Type: text/plain\r\n\r\nIt did not work.\r\n"
        f"--B\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example\r\n{identified}"
        f"\r\nFinal-Recipient: rfc822; {about}\r\nAction: {action}\r\nStatus: {status}\r\nDiagnostic-Code: {said}\r\n"
        "\r\n--B\r\nContent-Type: text/rfc822-headers\r\n\r\nSubject: [#1] Printer\r\n\r\n--B--\r\n"
    ).encode()


@pytest.fixture
def sent(at_acme, grace, mail_server):
    make_ticket(grace)
    alarms.work_due(MONDAY_9AM)
    return OutgoingMail.objects.get()


def came_back(mail, **given):
    address = envelope.return_path(mail, None)
    return taken(report(to=address, **given), [address])


def taken(raw, came_to):
    """What the report does, read as every mail is."""
    return take_report(parse(raw).bounce, came_to=came_to, at=MONDAY_9AM + MINUTE)


def test_a_report_is_read_with_nothing_of_django():
    found = parse(report(to="a@b.example", envelope_id="QQ1", about="Grace@Acme.example")).bounce

    assert (found.action, found.status, found.address) == ("failed", "5.1.1", "grace@acme.example")
    assert found.explanation == "550 5.1.1 No such user"
    assert found.is_final
    assert found.envelope_id == "QQ1"


@pytest.mark.parametrize("raw", [b"", b"\xff\xfe", b"Content-Type: multipart/report\r\n\r\nx", report(to="a@b")[:260]])
def test_what_is_no_report_says_nothing(raw):
    bounce = parse(raw).bounce

    assert bounce is None or not bounce.action


@clause("B4")
def test_an_address_that_does_not_exist_is_marked_and_gets_no_more_mail(sent, ada, grace):
    came_back(sent)

    sent.refresh_from_db()
    assert (sent.state, sent.error) == ("bounced", "550 5.1.1 No such user")
    mark = BouncedAddress.objects.get()
    assert (mark.address, mark.status, mark.mail) == (grace.email.lower(), "5.1.1", sent)
    actions.reply(sent.ticket, author=ada, body="Unplug it.", at=MONDAY_9AM + 2 * MINUTE)
    alarms.work_due(MONDAY_9AM + 3 * MINUTE)
    withheld = OutgoingMail.objects.get(kind="reply")
    assert (withheld.state, withheld.error) == ("withheld", "Bouncing")


def test_trouble_that_passes_marks_nothing(sent):
    for action, status in (("delayed", "4.4.1"), ("failed", "4.2.2"), ("relayed", "2.0.0")):
        came_back(sent, action=action, status=status, said="smtp; later")

    assert not BouncedAddress.objects.exists()


def test_a_report_of_delivery_is_kept(sent):
    came_back(sent, action="delivered", status="2.0.0", said="smtp; 250 ok")

    sent.refresh_from_db()
    assert (sent.state, sent.reported_at) == ("delivered", MONDAY_9AM + MINUTE)


def test_a_report_is_tied_by_the_envelope_s_id_too(sent):
    raw = report(to="support@acme.example", envelope_id=envelope.signed(sent.pk))

    assert taken(raw, ["support@acme.example"]) == sent
    assert BouncedAddress.objects.count() == 1


def test_a_report_without_our_sign_does_nothing(sent, globex):
    sign = envelope.return_path(sent, None)
    forged = [report(to="support@acme.example", about=sent.address), report(to=sign.replace("+a", "+b"))]
    for raw in forged:
        assert taken(raw, ["support@acme.example"]) is None
    with act_as(globex):
        assert taken(report(to=sign), [sign]) is None
    with act_as(sent.tenant):
        # Somebody who only writes to the signed address as a mail server would, with no report in it, marks nothing.
        letter = b"From: mailer-daemon@x.example\r\nTo: x\r\n\r\n550 5.1.1 No such user"
        assert parse(letter).automatic is Automatic.BOUNCE
        assert taken(letter, [sign]) is None

        assert not BouncedAddress.objects.exists()
        assert OutgoingMail.objects.get(pk=sent.pk).state == "sent"


def test_a_bounce_opens_reopens_and_answers_nothing(sent):
    tickets, events, mails = Ticket.objects.count(), Event.objects.count(), OutgoingMail.objects.count()

    for _ in range(3):
        came_back(sent)
    alarms.work_due(MONDAY_9AM + 60 * MINUTE)

    assert (Ticket.objects.count(), Event.objects.count()) == (tickets, events)
    assert OutgoingMail.objects.count() == mails
    assert BouncedAddress.objects.count() == 1


def test_agents_and_whose_address_it_is_may_clear_it_and_nobody_else(sent, ada, grace):
    came_back(sent)
    mark = BouncedAddress.objects.get()

    with pytest.raises(NotPermitted):
        clear_address(mark, actor=make_person("Linus"), at=MONDAY_9AM)
    clear_address(mark, actor=grace, at=MONDAY_9AM)

    assert not BouncedAddress.objects.standing().exists()
    assert AuditEntry.objects.get(act="address.cleared").actor == grace
    came_back(sent)
    clear_address(BouncedAddress.objects.standing().get(), actor=ada, at=MONDAY_9AM)


def test_an_address_refused_at_the_door_is_marked_too(at_acme, grace, mail_server):
    mail_server.refuse = smtplib.SMTPRecipientsRefused({grace.email: (550, b"5.1.1 No such user")})
    make_ticket(grace)
    alarms.work_due(MONDAY_9AM)

    assert BouncedAddress.objects.get().status == "5.1.1"


def test_a_mailbox_that_is_full_or_a_mail_that_is_spam_is_no_wrong_address(at_acme, grace, mail_server):
    mail_server.refuse = smtplib.SMTPDataError(550, b"5.7.1 Looks like spam")
    make_ticket(grace)
    alarms.work_due(MONDAY_9AM)

    assert not BouncedAddress.objects.exists()


def test_the_agent_sees_on_the_message_how_its_mail_went(sent, ada, at_acme):
    actions.reply(sent.ticket, author=ada, body="Unplug it.", at=MONDAY_9AM + MINUTE)
    alarms.work_due(MONDAY_9AM + 2 * MINUTE)
    reply = OutgoingMail.objects.get(kind="reply")
    came_back(reply)
    agent = visitor(at_acme, ada)
    address = f"/desk/mail/tickets/{sent.ticket.number}"

    page = agent.get(f"/desk/tickets/{sent.ticket.number}/").content.decode()
    beside = agent.get(address, headers={"HX-Request": "true"}).content.decode()

    place = f"mail-of-{reply.event.data['message']}"
    assert place in page
    assert address in page
    assert place in beside
    assert "Came back" in beside
    assert "550 5.1.1 No such user" in beside
    assert "send mail there" in beside
    assert "Came back" in agent.get(address).content.decode()


def test_the_customer_reads_it_in_the_portal_and_has_mail_sent_again(sent, grace, at_acme):
    came_back(sent)
    customer, other = visitor(at_acme, grace), visitor(at_acme, make_person("Linus"))
    mark = BouncedAddress.objects.get()

    assert "came back, so we send you none" in customer.get("/my-mail/").content.decode()
    assert "No mail to you came back." in other.get("/my-mail/").content.decode()
    assert other.post(f"/my-mail/{mark.pk}/clear").status_code == 404
    assert customer.post(f"/my-mail/{mark.pk}/clear").status_code == 302

    assert not BouncedAddress.objects.standing().exists()


def test_mail_pages_of_a_ticket_are_for_staff_who_see_it(sent, grace, at_acme, globex):
    address = f"/desk/mail/tickets/{sent.ticket.number}"
    assert visitor(at_acme, grace).get(address).status_code == 404
    with act_as(globex):
        agent_elsewhere = visitor(globex, make_person("Mallory", kind="agent"))
    assert agent_elsewhere.get(address).status_code == 404


# The list of marked addresses.

LIST, API = "/desk/mail/bounced", "mail/bounced/"


def marked(number: int) -> BouncedAddress:
    at = MONDAY_9AM + timedelta(seconds=number)
    said = "550 5.1.1 No such user" if number % 2 else ""
    return BouncedAddress.objects.create(address=f"a{number}@b.example", status="5.1.1", said=said, bounced_at=at)


def test_marked_addresses_are_listed_and_sought_and_taken_off(at_acme, ada, globex):
    with act_as(globex):
        marked(99)
    marks = [marked(number) for number in range(3)]
    client = visitor(at_acme, ada)

    page = client.get(LIST).content.decode()

    assert page.index("a2@b.example") < page.index("a1@b.example") < page.index("a0@b.example")
    assert "550 5.1.1 No such user" in page and "a99@b.example" not in page
    assert "a1@b.example" not in client.get(LIST, {"q": "A0@"}).content.decode()
    after = client.post(f"/my-mail/{marks[1].pk}/clear", {"next": LIST}, follow=True)
    assert after.redirect_chain[0][0] == LIST
    assert [each.address for each in after.context["marked"]] == ["a2@b.example", "a0@b.example"]
    assert client.get(LIST, {"q": "nobody"}).status_code == 200


def test_the_list_goes_on_where_a_page_ends(at_acme, ada):
    for number in range(60):
        marked(number)
    client = visitor(at_acme, ada)

    first = client.get(LIST)
    second = client.get(LIST + first.context["next_url"])

    assert [len(page.context["marked"]) for page in (first, second)] == [50, 10]
    assert not second.context["next_url"] and second.context["first_url"]
    assert len(client.get(LIST, {"after": "made up"}).context["marked"]) == 50


def test_marked_addresses_over_rest(at_acme, ada, grace, globex):
    with act_as(globex):
        theirs = marked(99)
    marks = [marked(number) for number in range(3)]
    program = Api(ada)

    told = program.get(API, {"page_size": 2}).json()
    assert [each["address"] for each in told["results"]] == ["a2@b.example", "a1@b.example"]
    assert [each["address"] for each in program.get(told["next"]).json()["results"]] == ["a0@b.example"]
    assert [each["id"] for each in program.get(API, {"address": "A0@B.example"}).json()["results"]] == [
        str(marks[0].pk)
    ]

    clear = f"{API}{marks[0].pk}/clear/"
    assert Api(grace).post(clear).status_code == Api(grace).get(API).status_code == 403
    assert program.post(clear).status_code == 204
    assert program.post(clear).status_code == 404
    assert program.post(f"{API}{theirs.pk}/clear/").status_code == 404
    assert not BouncedAddress.objects.standing().filter(pk=marks[0].pk).exists()


@pytest.mark.parametrize(
    ("permissions", "sees", "clears"),
    [
        (["ticket.see_all"], True, False),
        (["ticket.reply"], False, False),
        (["ticket.see_all", "ticket.reply"], True, True),
    ],
)
def test_who_sees_not_all_tickets_sees_not_all_addresses(at_acme, ada, permissions, sees, clears):
    ada.role = Role.objects.create(kind=Role.Kind.AGENT, name="Some", permissions=permissions)
    ada.save()
    mark = marked(1)
    client = visitor(at_acme, ada)

    page = client.get(LIST)

    assert page.status_code == (200 if sees else 404)
    assert ("send mail there" in page.content.decode()) == clears
    assert Api(ada).get(API).status_code == (200 if sees else 403)
    assert Api(ada).post(f"{API}{mark.pk}/clear/").status_code == (204 if clears else 403)
