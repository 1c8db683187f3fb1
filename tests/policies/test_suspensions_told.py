"""Suspensions that are still to begin, of several companies at once, and what is said before and after them."""

from __future__ import annotations

import pytest
import time_machine
from django.utils import timezone

from inbox.models import OutgoingMail
from notices.audience import Reach, mailed
from notices.models import Announcement
from tenants import alarms
from tests.policies.clauses import clause
from tests.policies.test_fair_use import CATEGORY, DAY, NOON
from tests.support.world import make_person
from tests.tickets.portal import text_of
from tickets import actions
from tickets.errors import OrganizationSuspendedForGood
from tickets.models import Membership, Organization, Ticket

WHY = "Tres reportes falsos."


@pytest.fixture
def justo(desk_on):
    with time_machine.travel(NOON, tick=False) as clock:
        desk = desk_on("justo")
        desk.clock, desk.boss = clock, make_person("Mary", "manager", language="es")
        yield desk


def suspend(desk, whom, *, since=None, until=None):
    now = timezone.now()
    return actions.suspend(whom, since=since or now, until=until, reason=WHY, actor=desk.boss, at=now)


def company(name, *people):
    made = Organization.objects.create(name=name)
    for person in people:
        Membership.objects.create(organization=made, user=person)
    return made


@clause("D12")
def test_until_it_begins_support_is_given_and_everything_says_so(justo):
    suspend(justo, justo.grace, since=timezone.now() + DAY)
    alarms.work_due(until=timezone.now())

    mail = OutgoingMail.objects.get(address=justo.grace.email)
    home, standing = (text_of(justo.portal("es").get(path)) for path in ("/", "/fair-use/"))

    assert "Su soporte se suspenderá." in mail.text
    assert "Su soporte se suspende desde" in home
    assert "Su soporte se suspenderá." in standing
    for told in (mail.text, home, standing):
        assert "Su soporte está suspendido" not in told
    assert justo.file(CATEGORY, "es")

    justo.clock.shift(DAY)
    for path in ("/", "/fair-use/"):
        assert "Su soporte está suspendido" in text_of(justo.portal("es").get(path))


@clause("C13", "D12")
def test_who_belongs_to_suspended_companies_only_files_on_nobody_s_behalf_either(justo):
    acme, globex = (company(name, justo.grace) for name in ("Acme", "Globex"))
    path, form = justo.form(CATEGORY, "es", description="Lo que escribí con cuidado.")
    suspend(justo, acme)
    assert justo.portal("es").post(path, {**form, "file_anyway": "yes"}).status_code == 302

    suspend(justo, globex)
    refused = justo.portal("es").post(path, {**form, "file_anyway": "yes"})

    assert refused.status_code == 422
    assert WHY in text_of(refused) and "/fair-use/" in text_of(refused)
    assert "Lo que escribí con cuidado." in refused.content.decode()
    assert Ticket.objects.count() == 1
    with pytest.raises(OrganizationSuspendedForGood):
        actions.open_ticket(requester=justo.grace, subject="a", description="b", at=timezone.now())


@clause("D12")
def test_who_is_suspended_reads_it_before_writing_and_where_to_object(justo):
    path, form = justo.form(CATEGORY, "es")
    suspend(justo, justo.grace)

    before = justo.portal("es").get(path)
    refused = justo.portal("es").post(path, form)

    assert "Su soporte está suspendido." in text_of(before) and WHY in text_of(before)
    assert 'href="/fair-use/"' in before.content.decode()
    assert "/fair-use/" in refused.context["form"].non_field_errors()[0]


def test_announcements_are_mailed_to_nobody_who_is_suspended(justo):
    bob = make_person("Bob")
    suspend(justo, bob)
    suspend(justo, justo.grace, since=timezone.now() + DAY)

    told = mailed(Reach(Announcement.Audience.CUSTOMERS), timezone.now())

    assert justo.grace in told
    assert bob not in told
