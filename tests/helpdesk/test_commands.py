"""The commands of whoever runs the site: tenants, policies, people."""

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from tenants.context import act_as
from tenants.models import User
from tests.support.world import POLICIES, commit_tenant

PASSWORD = "a long and quiet river"

pytestmark = pytest.mark.django_db


def test_a_policy_is_applied_once_and_says_what_changed(owner_url, capsys):
    commit_tenant(owner_url, "acme")

    call_command("policy", "apply", str(POLICIES / "justo.yaml"), "--tenant", "acme")
    first = capsys.readouterr().out
    call_command("policy", "apply", str(POLICIES / "justo.yaml"), "--tenant", "acme")
    second = capsys.readouterr().out

    assert "version 1 is in force now" in first
    assert "priorities: 3 added (alta, media, baja)" in first
    assert "nothing changed" in second


def test_what_is_wrong_in_a_policy_file_is_said_with_line_and_field(tmp_path):
    file = tmp_path / "wrong.yaml"
    file.write_text((POLICIES / "justo.yaml").read_text(encoding="utf-8").replace("timezone:", "timezoen:", 1))

    with pytest.raises(CommandError, match=r"wrong\.yaml:\d+:\d+: timezoen: .*timezone"):
        call_command("policy", "check", str(file))


def test_a_policy_needs_a_tenant_that_is_there(owner_url):
    with pytest.raises(CommandError, match="There is no tenant"):
        call_command("policy", "apply", str(POLICIES / "justo.yaml"), "--tenant", "nobody")


def test_the_first_administrator_can_sign_in(acme, monkeypatch):
    monkeypatch.setenv("HELPDESK_PASSWORD", PASSWORD)

    call_command("person", "create", "acme", "root@acme.example", "--name", "Root")

    client = Client(headers={"host": "acme.localhost"})
    answer = client.post("/accounts/login/", {"login": "root@acme.example", "password": PASSWORD})
    assert answer["Location"] == "/desk/"
    with act_as(acme):
        assert User.objects.get().role.kind == "admin"


@pytest.mark.parametrize(
    ("password", "email", "said"),
    [("short", "root@acme.example", "short"), (PASSWORD, "no address", "no mail address")],
)
def test_a_person_who_could_not_sign_in_is_not_made(acme, monkeypatch, password, email, said):
    monkeypatch.setenv("HELPDESK_PASSWORD", password)

    with pytest.raises(CommandError, match=said):
        call_command("person", "create", "acme", email)

    with act_as(acme):
        assert not User.objects.exists()
