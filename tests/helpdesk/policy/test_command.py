"""`manage.py policy`: what it prints, what it refuses, and that nothing is half done."""

import json
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from sla.document import SupportPolicy
from sla.models import PolicyVersion, Priority
from tests.helpdesk.policy.conftest import IONE, OPENED, changed, without_high
from tests.support.world import POLICIES, SLUGS, make_ticket
from tickets import actions

SHORTER = ("first_response: 24h", "first_response: 1h")
ALWAYS_OPEN = ('mon-fri: "08:00-18:00"', 'mon-sun: "00:00-24:00"')


@pytest.fixture
def policy(at_acme, capsys):
    """Run `manage.py policy` and give back what it printed."""

    def run(*words):
        call_command("policy", *map(str, words))
        return capsys.readouterr().out

    return run


@pytest.fixture
def file(tmp_path):
    def write(text, name="acme.yaml"):
        path = tmp_path / name
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        return path

    return write


def test_check_says_what_a_file_holds(policy):
    said = policy("check", POLICIES / "ione.yaml")

    assert "nothing is wrong" in said
    assert "priorities: critical, high, medium, low" in said
    assert "targets: 6; escalation rules: 4" in said


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("Asia/Phnom_Penh", "Asia/Atlantis", r"acme\.yaml:16:11: timezone: "),
        ("first_response: 24h", "first_response: soon", r"acme\.yaml:\d+:\d+: sla\.standard\.targets\.medium"),
        ("name: {en: Low,", "name: {en: High,", r'priorities\.low\.name: "high" has the name "High" too'),
        ("  extended:\n", "  business:\n", r'"business" is already there on line 26'),
        ('mon-fri: "08:00-18:00"', "mon-fri: []", r"calendars\.business: This calendar never opens"),
        ("format: 1", "format: 1\nbomb: &a [x]", "anchor"),
        ("format: 1", "format: 1\nnonsense: 1", r'acme\.yaml:6:1: nonsense: There is no field "nonsense"'),
        (
            'weekly:\n      mon-fri: "08:00-18:00"\n',
            'open_dates: {2020-01-01: "08:00-18:00"}\n',
            r"acme\.yaml:2\d:\d+: calendars\.business: This calendar does not open after",
        ),
        (
            'weekly:\n      mon-fri: "08:00-18:00"\n',
            'open_dates: {9999-01-01: "08:00-18:00"}\n',
            "The year 9999 is out of range",
        ),
        (
            'weekly:\n      mon-fri: "08:00-18:00"\n',
            'timezone: Pacific/Apia\n    weekly: {mon: "08:00-09:00"}\n    open_dates: {2011-12-29: "22:00-06:00"}\n',
            r"open_dates\.2011-12-29: The clocks of Pacific/Apia skipped 2011-12-30",
        ),
        (
            'weekly:\n      mon-fri: "08:00-18:00"\n',
            'weekly: {mon: ["08:00-12:00", "11:00-13:00"]}\n',
            r"08:00-12:00 and 11:00-13:00 overlap",
        ),
    ],
)
def test_check_names_line_and_field(policy, file, old, new, says):
    with pytest.raises(CommandError, match=says):
        policy("check", file(changed((old, new))))


def test_a_file_that_is_wrong_leaves_everything_as_it_was(policy, file):
    before = list(PolicyVersion.objects.values()), list(Priority.objects.values())

    with pytest.raises(CommandError):
        policy("apply", file(without_high().replace("first_response: 24h", "first_response: soon")), "--tenant", "acme")

    assert (list(PolicyVersion.objects.values()), list(Priority.objects.values())) == before


def test_plan_prints_the_difference_and_its_effect(policy, file, grace):
    ticket = make_ticket(grace, at=OPENED)

    said = policy("plan", file(changed(SHORTER)), "--tenant", "acme", "--list")

    assert "acme: compared with version 1, which is in force\n  sla\n    standard.targets.medium" in said
    assert "1 looked at" in said
    assert f"#{ticket.number}  " in said
    assert PolicyVersion.objects.count() == 1


def test_replay_prints_what_was_kept_and_what_would_have_been(policy, file, ada, grace):
    filed = timezone.now() - timedelta(days=10)
    ticket = make_ticket(grace, at=filed)
    actions.reply(ticket, author=ada, body="Unplug it.", at=filed + timedelta(days=1))

    said = policy("replay", file(changed(SHORTER, ALWAYS_OPEN)), "--tenant", "acme", "--days", 30, "--list")
    same = policy("replay", "--version", 1, "--tenant", "acme")

    assert f"#{ticket.number}  first_response  kept -> broken  due " in said
    assert "acme: 1 tickets of 30 days\n  all promises: 100 % (1 of 1) -> 0 % (0 of 1), 1 to broken, 0 to kept" in said
    assert "by category\n" in said
    assert "    no organization: 100 % (1 of 1) -> 0 % (0 of 1)" in said
    assert "0 kept ones would be broken, 0 broken ones would be kept" in same


def test_replay_names_priorities_that_are_lost(policy, file, grace):
    ticket = make_ticket(grace, at=timezone.now(), priority=Priority.objects.get(key="high"))
    ticket.clocks.update(state="fulfilled")

    assert "nothing is promised for them: high" in policy("replay", file(without_high()), "--tenant", "acme")


def test_a_plan_is_applied_as_it_is(policy, file, tmp_path):
    text, out = changed(SHORTER), tmp_path / "acme.plan.json"
    policy("plan", file(text), "--tenant", "acme", "--out", out)

    said = policy("apply", out, "--tenant", "acme")

    assert "acme: version 2 is in force now.\n  sla\n    standard.targets.medium.first_response: 24h -> 1h" in said
    assert json.loads(out.read_text(encoding="utf-8"))["effect"]["looked_at"] == 0
    assert policy("export", "--tenant", "acme") == text


def test_a_stale_plan_is_refused_and_the_new_one_is_shown(policy, file, tmp_path, capsys):
    out = tmp_path / "acme.plan.json"
    policy("plan", file(changed(SHORTER)), "--tenant", "acme", "--out", out)
    policy("apply", file(changed(("first_response: 48h", "first_response: 40h"))), "--tenant", "acme")

    with pytest.raises(CommandError, match="Look at the new plan and apply that"):
        policy("apply", out, "--tenant", "acme")

    said = capsys.readouterr().out
    assert "compared with version 2" in said
    assert "standard.targets.low.first_response: 40h -> 48h" in said
    assert PolicyVersion.objects.count() == 2


def test_a_priority_in_use_is_told_at_its_line(policy, file, grace):
    make_ticket(grace, priority=Priority.objects.get(key="high"), at=OPENED)

    with pytest.raises(CommandError, match=r"acme\.yaml:\d+:\d+: priorities: .* replaces: \[high\]"):
        policy("apply", file(without_high()), "--tenant", "acme")


def test_a_team_in_use_is_told_at_its_line(policy, file, grace):
    ticket = make_ticket(grace, at=OPENED)
    text = IONE.replace("frontline", "first-aid")

    with pytest.raises(
        CommandError, match=rf'acme\.yaml:\d+:\d+: teams: .*"frontline", and it has 1 .*#{ticket.number}'
    ):
        policy("plan", file(text), "--tenant", "acme")


def test_what_is_in_force_already_changes_nothing(policy):
    assert "version 1 is in force already" in policy("apply", POLICIES / "ione.yaml", "--tenant", "acme")


def test_an_older_version_is_put_back_and_the_history_tells(policy, file):
    policy("apply", file(changed(SHORTER)), "--tenant", "acme")

    policy("apply", "--version", 1, "--tenant", "acme")

    latest, second, first = policy("history", "--tenant", "acme").splitlines()
    assert latest.split()[0] == "3"
    assert second.endswith("by command  sla (1)")
    assert first.split()[:3] == ["1", "2026-01-01", "00:00"]
    assert policy("diff", "--tenant", "acme", 1, 3) == "They are equal.\n  Nothing that the policy says changes.\n"
    assert "24h -> 1h" in policy("diff", "--tenant", "acme", 1, 2)
    assert "1h -> 24h" in policy("diff", "--tenant", "acme", 2)
    assert "24h -> 1h" in policy("diff", "--tenant", "acme", 1, file(changed(SHORTER)))


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["export", "--version", "9"], "There is no version 9 of the policy. The latest is version 1"),
        (["apply"], "Name a policy file or a plan"),
        (["replay"], "Name a policy file, or --version"),
        (["replay", "--version", "9"], "There is no version 9 of the policy"),
        (["replay", "--version", "1", "--days", "0"], "Write a number of days from 1 to 3650"),
        (["replay", "missing.yaml"], "No such file"),
        (["apply", "missing.yaml"], "No such file"),
        (["diff", "1", "2", "3"], "one or two sides"),
    ],
)
def test_what_cannot_be_done_is_said(policy, words, says):
    with pytest.raises(CommandError, match=says):
        policy(*words, "--tenant", "acme")


def test_status_tells_how_far_open_tickets_are(policy, file, grace):
    make_ticket(grace, at=OPENED)
    policy("apply", file(changed(SHORTER)), "--tenant", "acme")

    assert "0 of 1 open tickets follow version 2 (0 %)" in policy("status", "--tenant", "acme")


def test_schema_is_the_one_beside_the_examples(policy):
    assert policy("schema") == (POLICIES / "schema.json").read_text(encoding="utf-8")


@pytest.mark.parametrize("slug", SLUGS)
def test_export_gives_back_every_file_byte_for_byte(policy, slug, tmp_path):
    policy("apply", POLICIES / f"{slug}.yaml", "--tenant", "acme")

    policy("export", "--tenant", "acme", "--out", tmp_path / "back.yaml")

    assert (tmp_path / "back.yaml").read_bytes() == (POLICIES / f"{slug}.yaml").read_bytes()


def test_line_ends_and_a_byte_order_mark_come_back_too(policy, file, tmp_path):
    raw = b"\xef\xbb\xbf" + IONE.replace("\n", "\r\n").encode()

    policy("apply", file(raw), "--tenant", "acme")
    policy("export", "--tenant", "acme", "--out", tmp_path / "back.yaml")

    assert (tmp_path / "back.yaml").read_bytes() == raw
    assert SupportPolicy.load(raw).digest == SupportPolicy.load(IONE).digest
