"""Putting people in copy from the portal: colleagues at once, outsiders only where the policy lets customers."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from django.utils import timezone

from inbox.models import OutgoingMail
from sla.document import SupportPolicy
from tenants import alarms
from tenants.errors import NotPermitted
from tests.support.world import make_organization, make_person, make_ticket
from tests.tickets.portal import text_of, visitor
from tickets import actions
from tickets.models import OrganizationAddress, Participant, Ticket


@pytest.fixture
def colleague(at_acme):
    return make_person("Bob")


@pytest.fixture
def ticket(grace, colleague):
    make_organization("Initech", grace, colleague, scope="own")
    return make_ticket(grace, at=timezone.now() - timedelta(minutes=5))


@pytest.fixture
def copies(monkeypatch):
    """Set whom the policy lets customers put in copy."""
    real = SupportPolicy.self_service if hasattr(SupportPolicy, "self_service") else None

    def set_to(what):
        from tickets import desk, promise

        version = desk.current_policy()
        changed = replace(version.policy, self_service=replace(version.policy.self_service, copies=what))
        monkeypatch.setattr(type(version), "policy", property(lambda _version: changed))
        monkeypatch.setattr(promise, "policy_for", lambda _ticket: changed)
        return real

    return set_to


def add(client, ticket, email):
    return client.post(f"/tickets/{ticket.number}/copy", {"email": email})


def test_customers_learn_of_nobody_whose_address_they_type(as_grace, ticket, copies, ada):
    copies("anybody")
    closed = make_person("Ursula", is_active=False)

    for person in (ada, closed):
        page = add(as_grace, ticket, person.email)
        assert f"{person.email} can't be put in copy." in text_of(page)
        assert "works here" not in text_of(page) and "is closed" not in text_of(page)


def test_a_colleague_is_put_in_copy_at_once_and_told(at_acme, as_grace, ticket, colleague):
    added = add(as_grace, ticket, colleague.email.upper())

    assert added.status_code == 302
    assert Participant.objects.get(ticket=ticket).user == colleague
    alarms.work_due(timezone.now() + timedelta(minutes=1))
    mail = OutgoingMail.objects.get(address=colleague.email)
    assert "Grace put you in copy" in mail.text
    assert "Printer on fire" in text_of(visitor(at_acme, colleague).get(f"/tickets/{ticket.number}/"))


def test_all_of_their_side_are_told(at_acme, ticket, grace, colleague):
    carol = make_person("Carol")
    Participant.objects.create(ticket=ticket, user=carol, added_by=grace, added_at=timezone.now())

    actions.add_participants(ticket, [colleague.email], actor=grace, at=timezone.now())
    alarms.work_due(timezone.now() + timedelta(minutes=1))

    assert "Grace put Bob in copy" in OutgoingMail.objects.get(address=carol.email).text


def test_an_authorised_address_of_the_company_is_a_colleague_s(as_grace, ticket):
    company = ticket.organization
    OrganizationAddress.objects.create(organization=company, email="boss@initech.example")

    assert add(as_grace, ticket, "boss@initech.example").status_code == 302


@pytest.mark.parametrize("email", ["stranger@elsewhere.example", "ada@acme.example"])
def test_an_outsider_is_refused_and_the_address_stays_in_the_form(as_grace, ada, ticket, email):
    page = add(as_grace, ticket, email)

    assert page.status_code == 422
    assert email in page.content.decode()
    assert "does not belong to your organisation" in text_of(page)
    assert not Participant.objects.exists()


def test_where_the_policy_lets_them_an_outsider_is_added(as_grace, ticket, copies):
    copies("anybody")

    assert add(as_grace, ticket, "stranger@elsewhere.example").status_code == 302

    alarms.work_due(timezone.now() + timedelta(minutes=1))
    mail = OutgoingMail.objects.get(address="stranger@elsewhere.example")
    assert "Grace" not in mail.text
    assert "Printer" not in mail.text + mail.subject


def test_where_it_lets_nobody_the_page_does_not_offer_it(as_grace, ticket, colleague, copies):
    copies("nobody")

    assert "Put somebody in copy" not in text_of(as_grace.get(f"/tickets/{ticket.number}/"))
    assert add(as_grace, ticket, colleague.email).status_code == 422


def test_who_only_reads_along_adds_nobody(at_acme, ticket, grace, colleague):
    Participant.objects.create(ticket=ticket, user=colleague, added_by=grace, added_at=timezone.now())

    with pytest.raises(NotPermitted):
        actions.add_participants(ticket, [make_person("Carol").email], actor=colleague, at=timezone.now())


def test_one_leaves_again(at_acme, as_grace, ticket, colleague):
    add(as_grace, ticket, colleague.email)
    theirs = visitor(at_acme, colleague)

    theirs.post(f"/tickets/{ticket.number}/leave")

    assert theirs.get(f"/tickets/{ticket.number}/").status_code == 404


def test_of_two_organisations_one_is_chosen_and_filtered_by(at_acme, as_grace, grace, ticket):
    initech = ticket.organization
    hooli = make_organization("Hooli", grace)
    make_ticket(grace, "For Hooli", organization=hooli, at=timezone.now())

    all_of_them = text_of(as_grace.get("/tickets/"))
    only = text_of(as_grace.get(f"/tickets/?organization={hooli.pk}"))

    assert "For Hooli" in all_of_them
    assert "Printer on fire" in all_of_them
    assert "For Hooli" in only
    assert "Printer on fire" not in only
    assert "Printer on fire" in text_of(as_grace.get(f"/tickets/?organization={initech.pk}"))
    assert Ticket.objects.count() == 2


@pytest.mark.parametrize("wrong", ["x", "", "00000000-0000-0000-0000-000000000000", "\0"])
def test_a_filter_by_what_is_not_theirs_is_none(as_grace, ticket, wrong):
    page = as_grace.get("/tickets/", {"organization": wrong})

    assert page.status_code == 200
    assert "Printer on fire" in text_of(page)
