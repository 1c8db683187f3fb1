"""Requests of people who have not signed in: filed under an address that nobody has proven to be theirs."""

from __future__ import annotations

import os
import re
import runpy
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.utils import timezone

from inbox.models import OutgoingMail
from tenants import alarms
from tenants.context import act_as
from tenants.models import User
from tests.support.world import join, make_organization, make_person, make_ticket
from tests.tickets.portal import request_form, text_of, visitor
from tickets import actions, links, recipients
from tickets.errors import NotFiledByYou, SignInToFile
from tickets.models import Category, Membership, Participant, Ticket

FORM = "/tickets/new?category=technical"
EVIL = {"subject": "Cheap pills at evil.example", "description": "Click evil.example now"}


def unsigned_form(email="victim@elsewhere.example", **fields):
    return request_form(email=email, **fields)


def file(email="victim@elsewhere.example", *, at=None, **more):
    return actions.file_without_account(email, at=at or timezone.now(), **{**EVIL, **more})


def link_in(mail):
    return re.search(r"http://acme\.localhost(/t/[\w.-]+/)", mail.text)[1]


def mails_to(address):
    alarms.work_due(timezone.now() + timedelta(minutes=1))
    return list(OutgoingMail.objects.filter(address=address).order_by("created_at"))


def test_the_form_asks_for_an_address_where_the_policy_wants_no_account(as_nobody):
    page = as_nobody.get(FORM)

    assert page.status_code == 200
    assert "Your mail address" in text_of(page)
    assert 'name="email"' in page.content.decode()


def test_where_it_does_nothing_is_filed_without(globex):
    with act_as(globex):
        category = Category.objects.first().key

    sent = visitor(globex).post(f"/tickets/new?category={category}", unsigned_form(description="Two hours"))

    assert sent.status_code == 403
    assert "Two hours" in sent.content.decode()
    with act_as(globex):
        assert not Ticket.objects.exists()
        with pytest.raises(SignInToFile):
            file()


def test_it_is_filed_and_the_page_shows_only_its_number(as_nobody):
    sent = as_nobody.post(FORM, unsigned_form(subject="Order form closes with Error 500"), follow=True)

    ticket = Ticket.objects.get()
    assert ticket.is_unproven
    assert ticket.requester.email == "victim@elsewhere.example"
    assert f"#{ticket.number}" in text_of(sent)
    assert "Order form" not in sent.content.decode()
    assert as_nobody.get(f"/tickets/{ticket.number}/").status_code == 302


def test_sent_twice_it_is_filed_once(as_nobody):
    form = unsigned_form()

    for _ in range(2):
        assert as_nobody.post(FORM, form).status_code == 302

    assert Ticket.objects.count() == 1


def test_without_an_address_or_with_a_wrong_one_it_comes_back(as_nobody):
    for wrong in ("", "nonsense", "a@b@c"):
        page = as_nobody.post(FORM, unsigned_form(wrong, description="Two hours of writing"))

        assert page.status_code == 422
        assert "Two hours of writing" in page.content.decode()
    assert not Ticket.objects.exists()


def test_a_thousand_for_one_victim_are_three_mails_an_hour_without_a_word_of_the_writer(at_acme):
    start = timezone.now()
    # A tenth of them on every run: each counts alike. All of them in 'make nightly'.
    for number in range(1_000 if os.environ.get("HYPOTHESIS_PROFILE") == "nightly" else 100):
        file(at=start + timedelta(milliseconds=number), subject=f"evil {number}")

    sent = [mail for mail in mails_to("victim@elsewhere.example") if mail.state != "withheld"]

    assert len(sent) == 3
    for mail in sent:
        assert not re.search("evil|pills|Click", mail.subject + mail.text + mail.html)


def test_also_when_the_victim_is_a_customer_whose_address_is_proven(at_acme, grace):
    for number in range(10):
        file(grace.email.upper(), subject=f"evil {number}")

    sent = [mail for mail in mails_to(grace.email) if mail.state != "withheld"]

    assert len(sent) == 3
    for mail in sent:
        assert not re.search("evil|pills|Click|Printer", mail.subject + mail.text + mail.html)


def test_a_second_address_that_somebody_has_proven_is_theirs(at_acme, grace):
    EmailAddress.objects.create(user=grace, email="grace@home.example", verified=True)
    EmailAddress.objects.create(user=grace, email="victim@elsewhere.example", verified=False)

    assert file("Grace@Home.example").requester == grace
    assert file("victim@elsewhere.example").requester != grace
    actions.add_participants(
        make_ticket(make_person("Bob")), ["grace@home.example"], actor=make_person("Ada", "agent"), at=timezone.now()
    )
    assert Participant.objects.get().user == grace


def test_an_address_that_somebody_else_has_proven_meanwhile_stays_theirs(as_nobody, grace):
    ticket = file("grace@home.example")
    EmailAddress.objects.create(user=grace, email="grace@home.example", verified=True)
    address = f"/t/{links.token_for(ticket, ticket.requester, at=timezone.now())}/"

    confirmed = as_nobody.post(f"{address}confirm")

    assert confirmed.status_code == 302
    assert EmailAddress.objects.get(email="grace@home.example", verified=True).user == grace


def test_it_is_nobody_s_company_s(at_acme, grace):
    make_organization("Initech", grace)

    assert file(grace.email).organization is None


def test_the_link_shows_nothing_before_its_reader_says_that_it_was_them(as_nobody):
    ticket = file()
    (mail,) = mails_to("victim@elsewhere.example")
    address = link_in(mail)

    before = as_nobody.get(address)
    still = as_nobody.post(f"{address}reply", {"body": "x"})
    assert "evil" not in before.content.decode() + still.content.decode()
    assert not recipients.is_known(ticket, ticket.requester)

    assert as_nobody.post(f"{address}confirm").status_code == 302

    ticket.refresh_from_db()
    assert not ticket.is_unproven
    assert recipients.is_known(ticket, ticket.requester)
    assert "evil.example" in text_of(as_nobody.get(address))


def test_looking_at_the_link_proves_nothing(as_nobody):
    ticket = file()
    (mail,) = mails_to("victim@elsewhere.example")

    for _ in range(3):
        as_nobody.get(link_in(mail))

    ticket.refresh_from_db()
    assert ticket.is_unproven
    assert not EmailAddress.objects.get(user=ticket.requester).verified


def test_signing_in_by_a_code_claims_nothing_and_the_page_asks_as_the_link_does(as_nobody):
    ticket = file()
    company = make_organization("Initech", ticket.requester)
    colleague = make_person("Linus")
    Membership.objects.create(user=colleague, organization=company, scope="all")
    as_nobody.post("/accounts/login/code/", {"email": "victim@elsewhere.example"})
    code = OutgoingMail.objects.get(kind="account").text
    code = re.search(r"\b[A-Z0-9]{3,4}-?[A-Z0-9]{3,4}\b", code)[0]
    path = f"/tickets/{ticket.number}/"

    signed_in = as_nobody.post("/accounts/login/code/confirm/", {"code": code})
    asked = as_nobody.get(path)
    unasked = as_nobody.post(f"{path}reply", {"body": "Hello"})

    assert signed_in.status_code == 302
    for page in (asked, unasked):
        assert f"Is request #{ticket.number} yours?" in text_of(page)
        assert "evil" not in page.content.decode()
    ticket.refresh_from_db()
    assert ticket.is_unproven and ticket.organization is None and ticket.messages.count() == 1
    assert not Ticket.objects.visible_to(colleague).exists()

    assert as_nobody.post(f"{path}claim").status_code == 302

    ticket.refresh_from_db()
    assert not ticket.is_unproven and ticket.organization == company
    assert "evil.example" in text_of(as_nobody.get(path))


@pytest.mark.parametrize("language", ["ru", "es"])
def test_the_question_is_asked_in_the_reader_s_language(as_grace, grace, language):
    ticket = file(grace.email)
    as_grace.cookies["django_language"] = language

    asked = text_of(as_grace.get(f"/tickets/{ticket.number}/"))

    assert {"ru": "Нет, не моя", "es": "No, no es mía"}[language] in asked
    assert "No, it is not mine" not in asked


@pytest.mark.parametrize("by_link", [True, False])
def test_who_says_that_it_is_not_theirs_closes_it_and_its_links(as_grace, as_nobody, at_acme, grace, ada, by_link):
    make_organization("Initech", grace)
    ticket = file(grace.email)
    join(ada, ticket.team)
    link = f"/t/{links.token_for(ticket, grace, at=timezone.now())}/"

    said = as_nobody.post(f"{link}end") if by_link else as_grace.post(f"/tickets/{ticket.number}/disown", follow=True)

    assert f"We have closed request {ticket.number}: it was not yours." in text_of(said)
    ticket.refresh_from_db()
    assert (ticket.status.kind, ticket.is_unproven, ticket.organization) == ("closed", True, None)
    assert as_nobody.get(link).status_code == 410
    assert "Grace did not send this" in text_of(visitor(at_acme, ada).get(f"/desk/tickets/{ticket.number}/"))


def test_only_who_is_asked_answers(at_acme, as_grace, grace):
    ticket, own = file(), make_ticket(grace)

    for answer in ("claim", "disown"):
        assert as_grace.post(f"/tickets/{ticket.number}/{answer}").status_code == 404
        assert as_grace.post(f"/tickets/{own.number}/{answer}").status_code == 302
        assert visitor(at_acme).post(f"/tickets/{ticket.number}/{answer}").status_code == 302
    ticket.refresh_from_db()
    own.refresh_from_db()
    assert ticket.is_unproven and ticket.is_active and own.is_active
    with pytest.raises(NotFiledByYou):
        actions.disown(ticket, actor=grace, at=timezone.now())


def test_an_address_claimed_without_proof_sees_nothing(at_acme):
    ticket = file()
    attacker = visitor(at_acme)

    attacker.post(
        "/accounts/signup/", {"email": "victim@elsewhere.example", "password1": "correct horse battery", "name": "X"}
    )
    attacker.post("/accounts/login/", {"login": "victim@elsewhere.example", "password": "correct horse battery"})

    for path in ("/tickets/", f"/tickets/{ticket.number}/"):
        assert attacker.get(path).status_code == 302
    ticket.refresh_from_db()
    assert ticket.is_unproven


def test_only_the_person_whose_address_it_is_claims_it(at_acme, grace):
    with pytest.raises(NotFiledByYou):
        actions.claim(file(), actor=grace, at=timezone.now())


def test_a_suspended_customer_does_not_get_around_it(at_acme, as_nobody, grace):
    make_organization(
        "Initech", grace, suspended_from=timezone.now() - timedelta(days=1), suspension_reason="Not paid."
    )
    ticket = file(grace.email)
    address = f"/t/{links.token_for(ticket, grace, at=timezone.now())}/"

    refused = as_nobody.post(f"{address}confirm")

    assert refused.status_code == 422
    assert "Not paid." in text_of(refused)
    ticket.refresh_from_db()
    assert ticket.is_unproven


@pytest.mark.parametrize("whose", ["person", "company"])
def test_under_the_address_of_a_suspended_customer_it_is_put_aside_and_agents_read_why(at_acme, ada, grace, whose):
    now = timezone.now()
    subject = make_organization("Initech", grace) if whose == "company" else grace
    boss = make_person("Mary", "manager")
    actions.suspend(subject, since=now - timedelta(days=1), until=None, reason="Not paid.", actor=boss, at=now)

    ticket = file(grace.email, at=now)
    other = file(at=now)

    assert (ticket.sla, ticket.status.kind, ticket.clocks.count()) == ("", "on_hold", 0)
    assert other.sla and other.status.kind == "new"
    as_ada = visitor(at_acme, ada)
    for each in (ticket, other):
        join(ada, each.team)
    assert "has this address is suspended" in text_of(as_ada.get(f"/desk/tickets/{ticket.number}/"))
    assert "has this address is suspended" not in text_of(as_ada.get(f"/desk/tickets/{other.number}/"))


def test_agents_see_that_nobody_has_proven_it(at_acme, ada):
    ticket = file()
    join(ada, ticket.team)

    page = text_of(visitor(at_acme, ada).get(f"/desk/tickets/{ticket.number}/"))

    assert "without signing in" in page


def test_a_flood_from_one_place_is_stopped(as_nobody, settings):
    settings.ACCOUNT_RATE_LIMITS = {"file_request": "2/h/ip"}

    answers = [as_nobody.post(FORM, unsigned_form(f"v{n}@elsewhere.example")).status_code for n in range(4)]

    assert answers == [302, 302, 422, 422]
    assert User.objects.filter(email__startswith="v").count() == 2


@pytest.mark.parametrize(
    ("environment", "last"),
    [({"BEHIND_PROXY": "true"}, 302), ({"BEHIND_PROXY": "true", "PROXIES": "2"}, 422), ({"PROXIES": ""}, 422)],
)
def test_behind_a_proxy_each_visitor_has_limits_of_their_own(as_nobody, settings, monkeypatch, environment, last):
    for name in ("BEHIND_PROXY", "PROXIES"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = runpy.run_module("helpdesk.settings")["ALLAUTH_TRUSTED_PROXY_COUNT"]
    settings.ACCOUNT_RATE_LIMITS = {"file_request": "1/h/ip"}

    # What a visitor writes there themselves stands first; the proxy adds whom it saw.
    first = as_nobody.post(
        FORM, unsigned_form("a@elsewhere.example"), headers={"X-Forwarded-For": "192.0.2.1, 198.51.100.1"}
    )
    other = as_nobody.post(
        FORM, unsigned_form("b@elsewhere.example"), headers={"X-Forwarded-For": "192.0.2.1, 198.51.100.2"}
    )
    again = as_nobody.post(
        FORM, unsigned_form("c@elsewhere.example"), headers={"X-Forwarded-For": "192.0.2.1, 198.51.100.2"}
    )

    assert [first.status_code, other.status_code, again.status_code] == [302, last, 422]


def test_a_member_of_staff_s_address_is_answered_like_any_other(as_nobody, ada):
    assert as_nobody.post(FORM, unsigned_form(ada.email)).status_code == 302
    assert as_nobody.post(FORM, unsigned_form(make_person("Alan").email)).status_code == 302
