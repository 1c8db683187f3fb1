"""The tenant's own words in mails to customers."""

from __future__ import annotations

from datetime import timedelta

import pytest

from inbox.actions.templates import word_mail
from inbox.models import MailTemplate, OutgoingMail
from tenants import alarms
from tenants.context import act_as
from tenants.errors import NotPermitted
from tenants.models import AuditEntry
from tests.api.client import Api
from tests.support.world import MONDAY_9AM, make_person, make_ticket
from tests.tickets.portal import visitor
from tickets import actions
from tickets.errors import UnknownPlaceholder

MINUTE = timedelta(minutes=1)
PAGE = "/desk/mail/templates/receipt/en"


@pytest.fixture
def written(at_acme, root, mail_server):
    """Words for a receipt in English, and a closing for every mail in English and Russian."""
    word_mail(
        "receipt",
        "en",
        opening="Dear {{ customer.name }},",
        lead="thank you. Your request is number {{ticket.number}}.",
        actor=root,
        at=MONDAY_9AM,
    )
    word_mail("all", "en", opening="Good day,", closing="Kind regards\n{{ desk.name }}", actor=root, at=MONDAY_9AM)
    word_mail("all", "ru", closing="С уважением", actor=root, at=MONDAY_9AM)


def test_the_tenants_words_stand_in_the_mail(written, grace, at_acme):
    make_ticket(grace)
    alarms.work_due(MONDAY_9AM)

    mail = OutgoingMail.objects.get()
    assert mail.text.startswith("Dear Grace,\n\nthank you. Your request is number 1.\n")
    assert f"Kind regards\n{at_acme.name}" in mail.text
    assert "Kind regards<br>" in mail.html
    assert "Hello Grace" not in mail.text


def test_what_stands_for_a_kind_goes_before_what_stands_for_all(written, ada, grace):
    ticket = make_ticket(grace)
    actions.reply(ticket, author=ada, body="Unplug it.", at=MONDAY_9AM + MINUTE)
    alarms.work_due(MONDAY_9AM + MINUTE)

    reply = OutgoingMail.objects.get(kind="reply")
    assert reply.text.startswith("Good day,\n\nAda answered your request 1:\n")
    assert "Kind regards" in reply.text


def test_each_reader_gets_the_words_of_their_language(written, at_acme):
    make_ticket(make_person("Lena", language="ru"))
    alarms.work_due(MONDAY_9AM)

    mail = OutgoingMail.objects.get()
    assert mail.text.startswith("Здравствуйте, Lena!")
    assert "С уважением" in mail.text
    assert "Kind regards" not in mail.text


def test_what_customers_wrote_is_not_sent_to_an_address_that_nobody_has_proven(written, at_acme):
    stranger = actions.person_at("mallory@else.example", language="en")
    stranger.name = "Buy this at evil.example"
    stranger.save()
    make_ticket(stranger, "Win a prize", is_unproven=True)
    alarms.work_due(MONDAY_9AM)

    mail = OutgoingMail.objects.get()
    assert "evil.example" not in mail.text + mail.html + mail.subject
    assert mail.text.startswith("Good day,")


def test_staff_reads_the_helpdesks_words(written, ada, grace):
    ticket = make_ticket(grace)
    actions.assign(ticket, ada, actor=ada, at=MONDAY_9AM)
    actions.comment(ticket, author=grace, body="Still broken.", at=MONDAY_9AM + MINUTE)
    alarms.work_due(MONDAY_9AM + MINUTE)

    assert "Kind regards" not in OutgoingMail.objects.get(address=ada.email).text


def test_words_are_data_and_never_markup_or_a_header(at_acme, root, grace, mail_server):
    word_mail("receipt", "en", opening="<script>alert(1)</script>", closing="a\r\nBcc: x@y", actor=root, at=MONDAY_9AM)
    make_ticket(grace)
    alarms.work_due(MONDAY_9AM)

    (sent,) = mail_server.arrived
    assert "<script>" not in OutgoingMail.objects.get().html
    assert sent["Bcc"] is None


def test_the_page_shows_refuses_and_keeps(at_acme, root, ada):
    admin = visitor(at_acme, root)
    assert "Receipt of a request" in admin.get("/desk/mail/templates").content.decode()
    assert "{{ customer.name }}" in admin.get(PAGE).content.decode()

    wrong = admin.post(PAGE, {"opening": "Hi {{ customer.age }}", "lead": "", "closing": "Bye"})
    assert wrong.status_code == 422
    assert "{{ customer.age }} is no placeholder" in wrong.content.decode()
    assert "Bye" in wrong.content.decode()
    assert admin.post(PAGE, {"opening": "Hi", "lead": "", "closing": "Bye"}).status_code == 302
    assert MailTemplate.objects.get().closing == "Bye"
    assert AuditEntry.objects.get(act="mail.worded").actor == root
    for address in ("/desk/mail/templates/nothing/en", "/desk/mail/templates/receipt/fr"):
        assert admin.get(address).status_code == 404
    assert visitor(at_acme, ada).get(PAGE).status_code == 404


def test_a_preview_shows_what_is_typed_and_keeps_nothing(at_acme, root, written):
    admin = visitor(at_acme, root)

    for kind in MailTemplate.Kind.values:
        answer = admin.post(f"/desk/mail/templates/{kind}/en/preview", {"opening": "Hail <b>you</b>", "closing": ""})
        shown = answer.content.decode()
        assert "Hail &lt;b&gt;you" in shown
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
        assert ("Kind regards" in shown) == (kind != "all")
    assert "Dear" in admin.get("/desk/mail/templates/receipt/en/preview").content.decode()
    russian = admin.post("/desk/mail/templates/receipt/ru/preview", {"opening": "", "lead": "", "closing": ""})
    assert "Принтер не печатает" in russian.content.decode()
    assert not MailTemplate.objects.filter(opening__startswith="Hail").exists()


def test_only_administrators_word_mail(at_acme, ada):
    with pytest.raises(NotPermitted):
        word_mail("all", "en", closing="Bye", actor=ada, at=MONDAY_9AM)


def test_a_placeholder_that_nobody_knows_is_refused(at_acme, root):
    with pytest.raises(UnknownPlaceholder):
        word_mail("all", "en", closing="{{ password }}", actor=root, at=MONDAY_9AM)


def test_over_rest(at_acme, root, ada):
    said = {"kind": "reply", "language": "es", "opening": "Hola", "lead": "", "closing": "Saludos"}

    assert Api(root).call("PUT", "mail/templates/", said).json() == said
    assert Api(root).get("mail/templates/").json() == [said]
    assert Api(ada).get("mail/templates/").status_code == 403
    assert Api(root).call("PUT", "mail/templates/", {**said, "opening": "{{ x }}"}).status_code in (400, 409, 422)


def test_the_words_of_one_tenant_are_no_other_tenants(written, globex):
    with act_as(globex):
        assert not MailTemplate.objects.exists()
