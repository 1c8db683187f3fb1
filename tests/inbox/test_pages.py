"""The pages of outgoing mail: for those who look after the system, and without a code for anybody."""

import re
from datetime import timedelta

import pytest

from inbox import actions
from inbox.errors import MailWiped
from inbox.models import OutgoingMail
from inbox.queries import PAGE_SIZE, page_of
from tenants import alarms
from tenants.context import act_as
from tests.support.world import MONDAY_9AM, make_person, make_ticket

HOST = {"host": "acme.localhost"}
MINUTE = timedelta(minutes=1)


@pytest.fixture
def receipt(at_acme, grace, mail_server):
    make_ticket(grace, "<b>Printer</b>", description="<script>alert(1)</script>")
    alarms.work_due(MONDAY_9AM + MINUTE)
    return OutgoingMail.objects.get()


def make_mail(n, **more):
    values = {"kind": "news", "address": f"p{n}@x.example", "language": "en", "subject": f"Mail {n}", "text": "Words."}
    values |= {"message_id": f"<{n}@x>", "created_at": MONDAY_9AM + n * MINUTE, **more}
    return OutgoingMail.objects.create(**values)


def test_an_administrator_sees_what_was_sent_and_reads_it(client, root, receipt):
    client.force_login(root)

    listed = client.get("/desk/mail/", headers=HOST).content.decode()
    page = client.get(f"/desk/mail/{receipt.pk}/", headers=HOST).content.decode()

    assert "[#1] &lt;b&gt;Printer&lt;/b&gt;" in listed
    assert "Sent" in listed
    assert "&lt;script&gt;alert(1)" in page
    assert "<script>alert(1)" not in page


def test_the_html_is_shown_where_it_can_do_nothing(client, root, receipt):
    client.force_login(root)

    answer = client.get(f"/desk/mail/{receipt.pk}/html", headers=HOST)

    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "sandbox" in policy
    assert "allow-scripts" not in policy
    assert "allow-same-origin" not in policy
    assert "<script>alert(1)" not in answer.content.decode()


def test_the_link_by_which_a_customer_acts_is_shown_to_nobody_else(client, root, receipt):
    token = re.search(r"/t/([\w.-]+)/", receipt.text)[1]
    assert token in receipt.html
    client.force_login(root)

    pages = ["/desk/mail/", f"/desk/mail/{receipt.pk}/", f"/desk/mail/{receipt.pk}/html"]
    shown = [client.get(page, headers=HOST).content.decode() for page in pages]

    assert not [page for page in shown if token.split(".")[0] in page]
    assert all("/t/…/" in page for page in shown[1:])
    receipt.refresh_from_db()
    assert token in receipt.text


def test_for_everyone_else_the_pages_do_not_exist(client, ada, mary, grace, receipt):
    pages = ["/desk/mail/", f"/desk/mail/{receipt.pk}/", f"/desk/mail/{receipt.pk}/html"]

    for person in (ada, mary, grace):
        client.force_login(person)
        assert [client.get(page, headers=HOST).status_code for page in pages] == [404, 404, 404]
        assert client.post(f"/desk/mail/{receipt.pk}/send", headers=HOST).status_code == 404


def test_mail_of_another_tenant_is_not_found(client, root, globex, at_acme):
    with act_as(globex):
        theirs = make_mail(1)
    client.force_login(root)

    assert client.get(f"/desk/mail/{theirs.pk}/", headers=HOST).status_code == 404
    assert "Mail 1" not in client.get("/desk/mail/", headers=HOST).content.decode()


def test_a_failed_mail_says_why_and_is_sent_again_by_a_button(client, root, at_acme, grace, mail_server):
    mail = make_mail(1, address=grace.email, state="failed", error="550 No such user", attempts=1)
    client.force_login(root)
    assert "550 No such user" in client.get("/desk/mail/", headers=HOST).content.decode()

    answer = client.post(f"/desk/mail/{mail.pk}/send", headers=HOST, follow=True)
    alarms.work_due(mail.created_at.replace(year=2100))

    assert answer.status_code == 200
    assert len(mail_server.to(grace)) == 1
    again = client.post(f"/desk/mail/{mail.pk}/send", headers=HOST, follow=True).content.decode()
    assert "This mail has been sent already." in again
    assert len(mail_server.to(grace)) == 1


def test_pages_of_the_list_meet_without_gap_or_overlap(at_acme):
    for n in range(PAGE_SIZE * 2 + 3):
        make_mail(n, created_at=MONDAY_9AM + (n // 3) * MINUTE)

    seen, after = [], ""
    for _turn in range(3):
        page = page_of(after=after)
        seen += [mail.pk for mail in page.mails]
        after = page.next

    assert after == ""
    assert len(seen) == len(set(seen)) == PAGE_SIZE * 2 + 3


@pytest.mark.parametrize(
    "query", ["after=x", "after=2026-01-01_y", "after=%00", "q=%00", "q=%23" + "9" * 30, "state=no", "q=😀"]
)
def test_addresses_that_somebody_made_up_show_a_page(client, root, at_acme, query):
    make_mail(1)
    client.force_login(root)

    assert client.get(f"/desk/mail/?{query}", headers=HOST).status_code == 200


def test_mail_is_found_by_address_and_by_ticket_number(client, root, grace, receipt):
    make_mail(7)
    client.force_login(root)

    for looked_for in (grace.email.upper(), "1", "%231"):
        found = client.get(f"/desk/mail/?q={looked_for}", headers=HOST).content.decode()
        assert "Printer" in found
        assert "Mail 7" not in found


def test_the_list_costs_the_same_however_many_mails_it_shows(
    client, root, at_acme, grace, mail_server, django_assert_max_num_queries
):
    for n in range(20):
        make_ticket(grace, at=MONDAY_9AM + n * MINUTE)
    alarms.work_due(MONDAY_9AM + MINUTE * 30)
    client.force_login(root)
    client.get("/desk/mail/", headers=HOST)

    with django_assert_max_num_queries(14):
        client.get("/desk/mail/", headers=HOST)


def test_a_sign_in_code_is_mailed_and_no_page_shows_it(
    client, root, grace, mail_server, django_capture_on_commit_callbacks
):
    client.post("/accounts/login/code/", {"email": grace.email}, headers={**HOST, "accept-language": "en"})
    mail = OutgoingMail.objects.get(kind="account")
    code = next(line for line in mail.text.splitlines() if line.strip().isupper() or line.strip().isdigit()).strip()
    client.force_login(root)
    assert code not in client.get(f"/desk/mail/{mail.pk}/", headers=HOST).content.decode()
    assert client.get(f"/desk/mail/{mail.pk}/html", headers=HOST).status_code == 404

    alarms.work_due(mail.created_at + MINUTE)

    (sent,) = mail_server.to(grace)
    assert code in sent.get_payload(0).get_payload(decode=True).decode()
    assert code in sent.get_payload(1).get_payload(decode=True).decode()
    assert code not in sent["Subject"]
    mail.refresh_from_db()
    assert (mail.state, mail.text, mail.html) == ("sent", "", "")


@pytest.mark.parametrize(("language", "said"), [("ru", "Ваш код для входа"), ("es", "Su código para entrar")])
def test_account_mail_speaks_the_reader_s_language(client, grace, mail_server, language, said):
    client.cookies["django_language"] = language

    client.post("/accounts/login/code/", {"email": grace.email}, headers=HOST)

    mail = OutgoingMail.objects.get(kind="account")
    assert said in mail.subject
    assert mail.language == language


def test_signing_in_works_while_the_mail_server_is_away(client, grace, mail_server):
    mail_server.refuse = ConnectionRefusedError()

    answer = client.post("/accounts/login/code/", {"email": grace.email}, headers=HOST)

    assert answer.status_code == 302
    assert OutgoingMail.objects.get(kind="account").state == "waiting"


@pytest.mark.parametrize("address", ["nobody@elsewhere.example", "known"])
def test_every_account_mail_can_be_written(client, grace, mail_server, address):
    address = grace.email if address == "known" else address
    for page in ("/accounts/login/code/", "/accounts/password/reset/"):
        client.post(page, {"email": address}, headers=HOST)
    client.post(
        "/accounts/signup/", {"email": address, "name": "N", "password1": "correct horse battery"}, headers=HOST
    )

    subjects = [mail.subject for mail in OutgoingMail.objects.filter(kind="account")]
    assert len(subjects) >= 2
    assert all("\n" not in subject and subject for subject in subjects)


def test_a_code_that_was_wiped_is_not_sent_again(at_acme, root):
    mail = make_mail(1, kind="account", state="failed", text="")

    with pytest.raises(MailWiped):
        actions.send_again(mail, actor=root, at=MONDAY_9AM)


def test_a_person_who_left_gets_nothing_that_was_written_before(at_acme, mail_server):
    linus = make_person("Linus")
    mail = make_mail(1, recipient=linus, address=linus.email)
    linus.is_active = False
    linus.save()

    actions.send_again(mail, actor=make_person("Root2", "admin"), at=MONDAY_9AM)
    alarms.work_due(MONDAY_9AM)

    mail.refresh_from_db()
    assert mail_server.arrived == []
    assert (mail.state, mail.error) == ("withheld", "InactivePerson")
