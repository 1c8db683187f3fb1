"""What becomes of mails: the right ticket, a new one, or a held mail with its cause; and nobody is fooled."""

from __future__ import annotations

import io
import json

import pytest
from django.core.management import call_command

from inbox.actions.senders import save_sender
from inbox.intake import receiving, routing
from inbox.intake.routing import NoMailbox
from inbox.mail import envelope, tokens
from inbox.models import BounceDomain, InboundMail, Mailbox, MailRoute, OutgoingMail, Sender
from inbox.reactions import tell
from tenants.context import act_as
from tenants.models import Role, User
from tests.inbox.mails import file, mail, multipart, part
from tests.inbox.test_bounces import report
from tests.support.world import MONDAY_9AM, make_organization, make_person, make_ticket
from tickets import actions
from tickets.models import Event, Message, OrganizationAddress, Ticket, TicketLink

SUPPORT = "support@acme.example"
PASSED = {"authentication_results": "mx.acme.example; dmarc=pass header.from=acme.example"}
FAILED = {"authentication_results": "mx.acme.example; spf=fail smtp.mailfrom=x.example; dkim=none; dmarc=fail"}


@pytest.fixture
def mailbox(at_acme):
    """Acme's own address, which believes the results of its mail server."""
    mailbox = routing.own_mailbox(SUPPORT)
    mailbox.authserv = "mx.acme.example"
    mailbox.save()
    return mailbox


@pytest.fixture
def ticket(mailbox, grace):
    """A ticket of Grace's, of which she was sent a receipt."""
    made = make_ticket(grace)
    tell(Event.objects.get(ticket=made, verb="ticket.created").pk, MONDAY_9AM)
    return made


def receive(raw: bytes, **more) -> InboundMail:
    return receiving.receive(raw, at=MONDAY_9AM, **more).mail


def address_for(ticket, person) -> str:
    return tokens.address(SUPPORT, ticket, person)


def receipt_of(ticket) -> OutgoingMail:
    return OutgoingMail.objects.get(ticket=ticket)


def test_a_mail_becomes_a_request(mailbox):
    kept = receive(mail("It smokes.", message_id="<1@pc>", **PASSED, **{"from": "Joan <joan@new.example>"}))

    assert (kept.outcome, kept.sender, kept.subject) == ("ticket", "joan@new.example", "Printer on fire")
    ticket = kept.ticket
    assert (ticket.subject, ticket.description, ticket.channel.key) == ("Printer on fire", "It smokes.", "email")
    assert (ticket.requester.email, ticket.requester.name, ticket.is_unproven) == ("joan@new.example", "Joan", False)
    assert ticket.sla
    assert kept.raw.open("rb").read().endswith(b"It smokes.")
    assert kept.message == ticket.messages.get()


def test_a_stranger_whom_nobody_vouches_for_is_not_proven(mailbox):
    kept = receive(mail(**{"from": "Joan <joan@new.example>"}))

    assert kept.ticket.is_unproven
    assert kept.ticket.requester.name == ""


@pytest.mark.parametrize(("results", "is_unproven"), [({}, True), (PASSED, False)])
def test_somebody_known_is_believed_only_if_the_mail_server_that_we_believe_vouches(
    mailbox, grace, results, is_unproven
):
    organization = make_organization("Initech", grace)

    ticket = receive(mail(**results)).ticket

    assert (ticket.requester, ticket.is_unproven) == (grace, is_unproven)
    assert ticket.organization == (None if is_unproven else organization)


def test_files_come_along(mailbox):
    kept = receive(multipart(part("See the bill."), file(b"%PDF-1.4", "bill.pdf")))

    (attachment,) = kept.message.attachments.all()
    assert (attachment.name, attachment.content_type, attachment.file.read()) == (
        "bill.pdf",
        "application/pdf",
        b"%PDF-1.4",
    )


def test_what_is_too_much_for_a_message_stays_with_the_mail(mailbox, settings):
    settings.ATTACHMENT_MAX_BYTES = 10

    kept = receive(multipart(part("x"), file(b"short", "a.txt"), file(b"longer than ten", "b.txt")))

    assert [each.name for each in kept.message.attachments.all()] == ["a.txt"]
    assert kept.verdict["left"] == ["b.txt"]


def test_a_mailbox_says_category_team_and_that_nothing_is_promised(mailbox):
    from tickets.models import Category, Team

    mailbox.category, mailbox.team = Category.objects.order_by("-key").first(), Team.objects.order_by("-key").first()
    mailbox.is_advisory = True
    mailbox.save()

    ticket = receive(mail()).ticket

    assert (ticket.category, ticket.team, ticket.sla) == (mailbox.category, mailbox.team, "")
    assert ticket.due_at is None


# Which ticket


def test_an_answer_to_the_reply_address_lands_on_its_ticket(ticket, grace):
    kept = receive(mail("Still smoking.", to=address_for(ticket, grace)))

    assert (kept.outcome, kept.ticket, kept.verdict["matched"]) == ("reply", ticket, "token")
    assert (kept.message.body, kept.message.author, kept.message.by_staff) == ("Still smoking.", grace, False)
    assert kept.message.channel.key == "email"


def test_an_answer_is_found_by_the_mail_that_it_answers(ticket, grace):
    kept = receive(mail("Still.", in_reply_to=receipt_of(ticket).message_id))

    assert (kept.outcome, kept.ticket, kept.verdict["matched"]) == ("reply", ticket, "references")


def test_what_is_quoted_is_kept_beside_the_answer(ticket, grace):
    kept = receive(mail("Yes.\n\nOn 3/2/26 9:00, Acme wrote:\n> Does it burn?\n", to=address_for(ticket, grace)))

    assert kept.message.body == "Yes."
    assert "Does it burn?" in kept.quote


def test_the_subject_alone_leads_nowhere(ticket, grace):
    kept = receive(mail(subject=f"Re: [#{ticket.number}] Printer on fire"))

    assert kept.outcome == "ticket"
    assert kept.ticket != ticket


@pytest.mark.parametrize("how", ["references", "token"])
def test_a_stranger_with_somebody_elses_mail_gets_a_ticket_of_their_own(ticket, grace, how):
    led = {"references": {"references": receipt_of(ticket).message_id}, "token": {"to": address_for(ticket, grace)}}[
        how
    ]

    kept = receive(mail(**{"from": "mallory@evil.example", **led}))

    assert kept.outcome == "ticket" and kept.ticket != ticket
    assert kept.verdict["maybe"] == ticket.number
    assert TicketLink.objects.get().source == kept.ticket
    assert ticket.messages.count() == 1


def test_a_guessed_reply_address_leads_nowhere(ticket, grace):
    right = address_for(ticket, grace)
    wrong = _with_other_signature(right)

    kept = receive(mail(to=wrong), to=wrong)

    assert kept.ticket != ticket
    assert not TicketLink.objects.exists()


def _with_other_signature(address: str) -> str:
    local, _, host = address.partition("@")
    return f"{local[:-6]}{'a' * 5 if not local.endswith('a' * 5) else 'b' * 5}{local[-1]}@{host}"


def test_an_answer_to_a_merged_ticket_lands_where_it_went(ticket, grace, ada):
    other = make_ticket(grace, "The same")
    actions.merge(ticket, into=other, actor=ada, at=MONDAY_9AM)

    kept = receive(mail(to=address_for(ticket, grace)))

    assert (kept.outcome, kept.ticket) == ("reply", other)


def test_an_answer_by_token_proves_the_address(mailbox):
    ticket = receive(mail(**{"from": "joan@new.example"})).ticket
    joan = User.objects.get(email="joan@new.example")

    receive(mail("It is me.", to=address_for(ticket, joan), **{"from": "joan@new.example"}))

    ticket.refresh_from_db()
    assert not ticket.is_unproven


# Who


@pytest.mark.parametrize("led", ["nothing", "subject", "references", "token"])
def test_forged_mail_is_held_and_does_nothing(ticket, grace, led):
    """R-40, smaller."""
    leads = {
        "nothing": {},
        "subject": {"subject": f"Re: [#{ticket.number}] Printer on fire"},
        "references": {"in_reply_to": receipt_of(ticket).message_id},
        "token": {"to": address_for(ticket, grace)},
    }
    before = (Ticket.objects.count(), Message.objects.count(), Event.objects.count(), OutgoingMail.objects.count())

    kept = receive(mail(cc="mallory@evil.example", **FAILED, **leads[led]))

    assert (kept.outcome, kept.reason) == ("held", "forged")
    after = (Ticket.objects.count(), Message.objects.count(), Event.objects.count(), OutgoingMail.objects.count())
    assert after == before


def test_only_the_named_mail_server_is_believed(mailbox):
    passed = {"authentication_results": "mx.evil.example; dmarc=pass"}

    assert receive(mail(**passed, **{"from": "joan@new.example"})).ticket.is_unproven


def test_an_agent_answers_by_mail(ticket, grace, ada):
    kept = receive(mail("Unplug it.", to=address_for(ticket, ada), **{"from": "Ada <ada@acme.example>"}))

    assert kept.outcome == "reply"
    assert (kept.message.author, kept.message.by_staff, kept.message.kind) == (ada, True, Message.Kind.PUBLIC)


def test_an_agents_rights_are_checked_again(ticket, ada):
    ada.role = Role.objects.create(kind=Role.Kind.AGENT, name="Reader", permissions=["ticket.see_all"])
    ada.save()

    kept = receive(mail("Unplug it.", to=address_for(ticket, ada), **{"from": "ada@acme.example"}))

    assert (kept.outcome, kept.reason) == ("held", "staff_left")


def test_an_agent_who_left_is_held(ticket, ada):
    ada.is_active = False
    ada.save()

    kept = receive(mail("Unplug it.", to=address_for(ticket, ada), **{"from": "ada@acme.example"}))

    assert kept.outcome == "held"
    assert ticket.messages.count() == 1


def test_an_agents_address_alone_does_nothing(ticket, ada):
    kept = receive(mail(in_reply_to=receipt_of(ticket).message_id, **{"from": "ada@acme.example"}))

    assert (kept.outcome, kept.reason) == ("held", "staff_unproven")


# Automatic mail


@pytest.mark.parametrize(
    "headers",
    [
        {"auto_submitted": "auto-replied"},
        {"auto_submitted": "auto-generated"},
        {"x_autoreply": "yes"},
        {"subject": "Automatic reply: Printer"},
        {"from": "MAILER-DAEMON@mx.example"},
    ],
)
def test_answers_of_programs_are_set_aside(ticket, grace, headers):
    kept = receive(mail(**{"to": address_for(ticket, grace), **headers}))

    assert kept.outcome == "dropped" and kept.reason
    assert ticket.messages.count() == 1


def test_our_own_mail_that_comes_back_is_set_aside(ticket):
    kept = receive(mail(message_id=receipt_of(ticket).message_id))

    assert (kept.outcome, kept.reason) == ("dropped", "own_mail")


def test_a_program_that_reports_gets_a_ticket_and_no_receipt(mailbox):
    kept = receive(mail(auto_submitted="auto-generated", **{"from": "monitor@new.example"}))

    tell(Event.objects.get(ticket=kept.ticket, verb="ticket.created").pk, MONDAY_9AM)
    assert kept.outcome == "ticket"
    assert not OutgoingMail.objects.filter(address="monitor@new.example").exists()


def test_a_program_that_answers_everything_without_saying_so_gets_few_answers(mailbox):
    """R-33, smaller: new subjects without end, and no header that says what it is."""
    for number in range(30):
        kept = receive(mail(subject=f"Thank you {number}", **{"from": "robot@new.example"}))
        tell(Event.objects.get(ticket=kept.ticket, verb="ticket.created").pk, MONDAY_9AM)

    sent = OutgoingMail.objects.filter(address="robot@new.example", state="waiting")
    assert 0 < sent.count() <= 3
    # Of its silence there is one note: however many mails came, and whichever limit they met.
    assert Event.objects.filter(verb="mail.silenced").count() == 1


# Doors, copies, and what is broken


def test_a_copy_makes_no_second_ticket(mailbox):
    raw = mail(message_id="<1@pc>")

    first, again = receiving.receive(raw, at=MONDAY_9AM), receiving.receive(b"Received: again\r\n" + raw, at=MONDAY_9AM)

    assert again.is_copy and again.mail.pk == first.mail.pk
    assert (Ticket.objects.count(), InboundMail.objects.get().copies) == (1, 1)


def test_somebody_elses_mail_with_the_same_id_is_not_taken_for_a_copy(mailbox):
    receive(mail("first", message_id="<1@pc>", **{"from": "mallory@evil.example"}))

    assert receive(mail("mine", message_id="<1@pc>")).outcome == "ticket"
    assert Ticket.objects.count() == 2


def test_one_mail_to_two_tenants_is_a_ticket_in_each(acme, globex):
    raw = mail(message_id="<1@pc>", to="support@acme.example, support@globex.example")

    for tenant in (acme, globex):
        receiving.receive(raw, to=f"support@{tenant.slug}.example", at=MONDAY_9AM)
        with act_as(tenant):
            assert Ticket.objects.count() == 1


def test_an_alias_leads_to_its_mailbox(mailbox, acme):
    MailRoute.objects.create(address="help@acme.example", tenant=acme, mailbox=mailbox.pk)

    assert receive(mail(to="other@acme.example"), to="HELP@acme.example").mailbox == mailbox


def test_mail_for_nobody_is_refused(mailbox):
    with pytest.raises(NoMailbox):
        receive(mail(to="nobody@nowhere.example"))


def test_a_mail_that_ends_its_reader_is_held_and_the_next_is_read(mailbox, monkeypatch):
    """R-31 and R-34: whatever a mail does, it is there, and those behind it are not delayed."""
    from inbox.mail import reading

    real = reading.read

    def dies(raw: bytes):
        if b"poison" in raw:
            raise reading.Unreadable
        return real(raw)

    monkeypatch.setattr(reading, "read", dies)

    assert receive(mail("poison")).reason == "unreadable"
    assert receive(mail("fine")).outcome == "ticket"


def test_a_mail_without_sender_text_and_subject_is_there_all_the_same(mailbox):
    assert receive(b"To: support@acme.example\r\n\r\n").reason == "no_sender"
    kept = receive(b"From: a@b.example\r\nTo: support@acme.example\r\n\r\n")
    assert (kept.ticket.subject, kept.ticket.description) == ("(no subject)", "(This mail has no text.)")


def test_every_mail_is_counted_once(mailbox, ticket, grace):
    receive(mail(message_id="<1@a>"))
    receive(mail(to=address_for(ticket, grace)))
    receive(mail(subject="forged", **FAILED))
    receive(mail(auto_submitted="auto-replied"))

    outcomes = list(InboundMail.objects.values_list("outcome", flat=True))
    assert sorted(outcomes) == ["dropped", "held", "reply", "ticket"]


class _Input:
    def __init__(self, raw: bytes) -> None:
        self.buffer = io.BytesIO(raw)


def _pipe(raw: bytes, monkeypatch, *arguments: str) -> tuple[int, dict]:
    monkeypatch.setattr("sys.stdin", _Input(raw))
    out = io.StringIO()
    with pytest.raises(SystemExit) as ended:
        call_command("receive_mail", *arguments, stdout=out)
    return ended.value.code, json.loads(out.getvalue())


def test_the_pipe_says_what_became_of_a_mail(mailbox, monkeypatch):
    raw = multipart(part("Привет"), file(b"1", "a.pdf"), **{"from": "Grace Hopper <grace@acme.example>"})

    code, said = _pipe(raw, monkeypatch, "--mailbox", SUPPORT)

    assert code == 0
    assert said == {
        "outcome": "ticket",
        "tenant": "acme",
        "number": Ticket.objects.get().number,
        "reason": "",
        "from": "grace@acme.example",
        "from_name": "Grace Hopper",
        "to": [SUPPORT],
        "subject": "Printer on fire",
        "text": "Привет",
        "attachments": ["a.pdf"],
        "is_auto_reply": False,
    }
    code, said = _pipe(raw, monkeypatch, "--mailbox", SUPPORT)
    assert (code, said["outcome"], said["reason"], said["text"]) == (0, "dropped", "copy", "Привет")


def test_the_pipe_refuses_what_is_for_nobody_and_waits_for_the_database(mailbox, monkeypatch):
    from django.db import OperationalError

    assert _pipe(mail(to="x@nowhere.example"), monkeypatch)[0] == 65

    def away(*args, **more):
        raise OperationalError

    monkeypatch.setattr(receiving, "receive", away)
    assert _pipe(mail(), monkeypatch)[0] == 75


def test_the_pipe_takes_what_comes_back_to_a_domain_of_the_desk_s_own(ticket, root, globex, monkeypatch):
    save_sender(actor=root, at=MONDAY_9AM, address=SUPPORT, return_path="domain", bounce_domain="bounces.acme.example")
    sent = receipt_of(ticket)
    OutgoingMail.objects.update(state="sent")
    address = envelope.return_path(sent, Sender.objects.get())
    # What was sent before another setting still comes back.
    save_sender(actor=root, at=MONDAY_9AM, address=SUPPORT, return_path="plus", bounce_domain="")
    with act_as(globex):
        BounceDomain.objects.create(domain="bounces.acme.example", tenant=globex)

    code, said = _pipe(report(to=address), monkeypatch, "--mailbox", address)

    assert (code, said["tenant"], said["outcome"], said["reason"]) == (0, "acme", "dropped", "bounce")
    sent.refresh_from_db()
    assert sent.state == "bounced"
    assert _pipe(report(to=address), monkeypatch)[0] == 0
    assert _pipe(report(to=address), monkeypatch, "--mailbox", address.replace("b-", "b-x"))[0] == 65


def test_a_mailbox_belongs_to_one_tenant(mailbox, globex):
    with act_as(globex):
        assert not Mailbox.objects.exists()
        assert MailRoute.objects.get(address=SUPPORT).tenant.slug == "acme"


def test_members_of_an_organisation_write_as_its_members(mailbox, grace):
    organization = make_organization("Initech", grace)

    assert receive(mail(**PASSED)).ticket.organization == organization


@pytest.mark.parametrize("is_authorised", [True, False])
def test_only_authorised_addresses_make_requests_where_the_policy_says_so(tenant_on, is_authorised):
    alleanza = tenant_on("alleanza")
    with act_as(alleanza):
        routing.own_mailbox("support@alleanza.example")
        person = make_person("Olga")
        organization = make_organization("Romashka")
        if is_authorised:
            OrganizationAddress.objects.create(organization=organization, email=person.email.upper())

        kept = receive(mail(to="support@alleanza.example", **{"from": person.email}))

        if is_authorised:
            assert (kept.outcome, kept.ticket.organization) == ("ticket", organization)
        else:
            assert (kept.outcome, kept.reason, kept.ticket) == ("held", "not_authorised", None)
            (told,) = OutgoingMail.objects.filter(address=person.email)
            assert told.is_automatic and "Printer on fire" not in told.text + told.subject


def test_an_authorised_address_that_no_mail_server_vouches_for_is_held_and_told_how_to_go_on(tenant_on):
    alleanza = tenant_on("alleanza")
    with act_as(alleanza):
        box = routing.own_mailbox("support@alleanza.example")
        box.authserv = "mx.alleanza.example"
        box.save()
        person = make_person("Olga")
        OrganizationAddress.objects.create(organization=make_organization("Romashka"), email=person.email)

        kept = receive(mail(to="support@alleanza.example", **{"from": person.email}))

        assert (kept.outcome, kept.reason) == ("held", "unproven")
        assert not Ticket.objects.exists()
        (told,) = OutgoingMail.objects.filter(address=person.email)
        assert told.is_automatic and "Printer on fire" not in told.text + told.subject


def test_a_report_marks_the_mail_that_it_is_about_and_nothing_else(ticket, grace):
    sent = receipt_of(ticket)
    sent.state = "sent"
    sent.save()
    fields = f"Reporting-MTA: dns; mx.example\r\n\r\nFinal-Recipient: rfc822; {grace.email}\r\nAction: failed"
    report = multipart(
        part("It could not be delivered."),
        part(f"{fields}\r\nStatus: 5.1.1", "message/delivery-status"),
        kind='report; report-type="delivery-status"',
        to=envelope.return_path(sent, None),
        **{"from": "MAILER-DAEMON@mx.example"},
    )

    kept = receive(report)

    sent.refresh_from_db()
    assert (kept.outcome, kept.reason, kept.ticket) == ("dropped", "bounce", ticket)
    assert sent.state == "bounced"
    assert ticket.messages.count() == 1
