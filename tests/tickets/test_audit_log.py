"""The audit log: every change of organisations, teams, people and tokens, with who and from what to what."""

from datetime import time, timedelta

import pytest
from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.db import ProgrammingError, transaction

from tenants.context import act_as
from tenants.models import ApiToken, AuditEntry, User
from tests.support.world import MONDAY_9AM, PASSWORD, make_organization, make_person
from tests.tickets.portal import text_of, visitor
from tickets import actions
from tickets.actions import organizations, profiles, teams
from tickets.models import Exclusion, Team, TemplateSchedule, TicketTemplate

DAY = timedelta(days=1)


def last():
    entry = AuditEntry.objects.first()
    return entry.act, entry.actor, entry.before, entry.after


def test_a_company_s_agreement_is_written_down_with_before_and_after(mary):
    initech = organizations.add_organization("Initech", contract="", actor=mary)
    assert last() == ("organization.added", mary, {}, {"name": "Initech", "contract": ""})

    organizations.change_organization(initech, name="Initech Ltd", contract="gold", actor=mary)
    assert last() == (
        "organization.changed",
        mary,
        {"name": "Initech", "contract": ""},
        {"name": "Initech Ltd", "contract": "gold"},
    )

    organizations.change_organization(initech, name="Initech Ltd", contract="gold", actor=mary)
    assert AuditEntry.objects.count() == 2


def test_people_addresses_and_exceptions_of_a_company_are_written_down(mary, grace):
    initech = make_organization()
    exclusion = Exclusion.objects.first()

    member = organizations.add_member(initech, grace, scope="own", actor=mary)
    organizations.add_member(initech, grace, scope="all", actor=mary)
    assert last()[2:] == ({"person": grace.email, "scope": "own"}, {"person": grace.email, "scope": "all"})
    member.refresh_from_db()
    organizations.remove_member(member, actor=mary)
    address = organizations.authorize_address(initech, "boss@initech.example", actor=mary)
    organizations.authorize_address(initech, "BOSS@initech.example", actor=mary)
    organizations.withdraw_address(address, actor=mary)
    organizations.set_lifted_exclusions(initech, [exclusion], actor=mary)
    organizations.set_lifted_exclusions(initech, [exclusion], actor=mary)

    assert [(entry.act, entry.before, entry.after) for entry in AuditEntry.objects.order_by("id")[2:]] == [
        ("organization.member_removed", {"person": grace.email, "scope": "all"}, {}),
        ("organization.address_added", {}, {"address": "boss@initech.example"}),
        ("organization.address_removed", {"address": "boss@initech.example"}, {}),
        ("organization.exceptions_set", {"exceptions": []}, {"exceptions": [exclusion.key]}),
    ]


def test_a_suspension_and_its_end_are_written_down_with_the_reason(mary):
    initech = make_organization()

    actions.suspend(initech, since=MONDAY_9AM, until=MONDAY_9AM + DAY, reason="Unpaid", actor=mary, at=MONDAY_9AM)
    actions.lift_suspension(initech, actor=mary, at=MONDAY_9AM)

    suspended = {
        "suspended_from": "2026-03-02T09:00:00Z",
        "suspended_until": "2026-03-03T09:00:00Z",
        "reason": "Unpaid",
    }
    assert last() == ("organization.suspension_lifted", mary, suspended, {})


def test_members_of_teams_and_new_customers_are_written_down(root, ada):
    team = Team.objects.first()

    teams.set_members(team, [ada], actor=root)
    assert last() == ("team.members_set", root, {"members": []}, {"members": [ada.email]})
    customer = organizations.add_customer("linus@acme.example", "Linus", actor=ada)
    assert last()[:2] == ("person.added", ada)
    assert AuditEntry.objects.first().subject == customer.pk


def test_tokens_are_written_down_without_their_secret(at_acme, ada):
    client = visitor(at_acme, ada)

    issued = client.post("/desk/tokens/", {"name": "Backup"}).context["issued"]
    client.post(f"/desk/tokens/{ApiToken.objects.get().pk}/revoke")

    assert list(AuditEntry.objects.values_list("act", "before", "after")) == [
        ("token.revoked", {"token": "Backup"}, {}),
        ("token.issued", {}, {"token": "Backup"}),
    ]
    assert issued
    assert issued not in str(list(AuditEntry.objects.values()))


def test_a_changed_and_a_reset_password_are_written_down_without_it(at_acme, grace):
    new = "quite another battery"
    visitor(at_acme, grace).post(
        "/accounts/password/change/", {"oldpassword": PASSWORD, "password1": new, "password2": new}
    )
    assert last() == ("person.password_changed", grace, {}, {"address": grace.email})

    uid, key = user_pk_to_url_str(grace), default_token_generator.make_token(User.objects.get(pk=grace.pk))
    guest = visitor(at_acme)
    form = guest.get(f"/accounts/password/reset/key/{uid}-{key}/")["Location"]
    guest.post(form, {"password1": PASSWORD, "password2": PASSWORD})
    assert last() == ("person.password_reset", grace, {}, {"address": grace.email})
    assert not {new, PASSWORD} & set(str(list(AuditEntry.objects.values())).split("'"))


@pytest.mark.parametrize("act", ["update", "delete"])
def test_nobody_rewrites_it(mary, act):
    organizations.add_organization("Initech", actor=mary)

    with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        AuditEntry.objects.update(act="nothing") if act == "update" else AuditEntry.objects.all().delete()

    assert AuditEntry.objects.get().act == "organization.added"


def test_administrators_read_it_page_by_page_and_nobody_else(at_acme, root, mary, ada, grace, monkeypatch):
    monkeypatch.setattr("tickets.views.desk.audit.PAGE_SIZE", 2)
    for name in ("Initech", "Hooli", "<b>Vandelay</b>"):
        organizations.add_organization(name, actor=mary)
    client = visitor(at_acme, root)

    first = client.get("/desk/settings/audit")
    second = client.get(f"/desk/settings/audit?before={first.context['older']}")

    assert [entry.subject_name for entry in first.context["entries"]] == ["<b>Vandelay</b>", "Hooli"]
    assert [entry.subject_name for entry in second.context["entries"]] == ["Initech"]
    assert second.context["older"] is None
    assert "Mary" in text_of(first)
    assert "<b>Vandelay</b>" not in first.content.decode()
    assert client.get("/desk/settings/audit?before=x&subject=%00").status_code == 200
    for other in (mary, ada, grace):
        assert visitor(at_acme, other).get("/desk/settings/audit").status_code == 404


def test_the_company_s_page_shows_its_own_changes_to_who_manages_it(at_acme, root, mary, ada, grace):
    initech = organizations.add_organization("Initech", actor=mary)
    organizations.add_organization("Hooli", actor=mary)
    organizations.add_member(initech, grace, scope="manage", actor=mary)
    path = f"/desk/organizations/{initech.pk}"

    page = text_of(visitor(at_acme, mary).get(path))

    assert "Latest changes" in page
    assert "All tickets, and manages the organisation" in page
    assert "Hooli" not in page
    assert "Latest changes" not in text_of(visitor(at_acme, ada).get(path))
    assert f"audit?subject={initech.pk}" in visitor(at_acme, root).get(path).content.decode()


def test_another_tenant_s_entries_do_not_exist(at_acme, root, globex):
    with act_as(globex):
        organizations.add_organization("Theirs", actor=make_person("Hedy", "manager"))

    assert "Theirs" not in text_of(visitor(at_acme, root).get("/desk/settings/audit"))


def test_what_was_kept_for_machines_is_said_in_words(at_acme, root, mary, grace, ada):
    words = {"name": "Rent", "subject": "Pay the rent", "description": "By transfer.", "requester": grace}
    template = actions.keep_template(TicketTemplate(), actor=mary, **words)
    when = {"time": time(9), "timezone": "Europe/Madrid", "starts_on": MONDAY_9AM.date()}
    rule = {"unit": "month", "which": "first_working_day"}
    actions.keep_schedule(TemplateSchedule(template=template), actor=mary, at=MONDAY_9AM, rule=rule, **when)
    takes = {"capacity": 3, "categories": (), "languages": ("en", "ru"), "calendar": ""}
    profiles.set_profile(ada, actor=mary, at=MONDAY_9AM, **takes)
    client = visitor(at_acme, root)

    said = text_of(client.get("/desk/settings/audit"))
    client.cookies["django_language"] = "ru"
    in_russian = text_of(client.get("/desk/settings/audit"))

    for words in (
        "English, Russian",
        "every month on day 1",
        "open it on the next working day",
        "09:00",
        "2 March 2026",
    ):
        assert words in said, words
    for raw in ("FREQ=", "2026-03-02", "09:00:00", "en, ru"):
        assert raw not in said and raw not in in_russian, raw
    assert "русский" in in_russian.lower()
