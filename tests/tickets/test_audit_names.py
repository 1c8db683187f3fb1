"""The audit log says the tenant's names of today, in the reader's language, where it keeps keys of the policy."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from sla.models import Priority
from tenants import audit
from tenants.models import AuditEntry
from tests.support.world import MONDAY_9AM, make_organization
from tests.tickets.portal import text_of, visitor
from tickets import actions
from tickets.actions import organizations, profiles
from tickets.models import Category, Exclusion, Macro, Team, TicketTemplate

LOG = "/desk/settings/audit"
ACTS = {"priority": "high", "reason": "A fair is near", "team": "billing-desk", "status": "solved", "tags": ["fair"]}


@pytest.fixture
def read(at_acme, root):
    """The log as Root reads it in a language."""

    def reading(language="en", path=LOG):
        client = visitor(at_acme, root)
        client.cookies["django_language"] = language
        return client.get(path)

    return reading


@pytest.fixture
def changed(mary, ada):
    """A company, somebody's profile, a macro and a template of tickets."""
    initech = make_organization()
    organizations.change_organization(initech, name="Initech", contract="with-hardware", actor=mary)
    organizations.set_lifted_exclusions(initech, [Exclusion.objects.get(key="third-party")], actor=mary)
    takes = {"capacity": 3, "categories": ("technical",), "languages": (), "calendar": "extended"}
    profiles.set_profile(ada, actor=mary, at=MONDAY_9AM, **takes)
    team = Team.objects.get(key="frontline")
    acts = {**ACTS, "assignee": str(ada.pk)}
    actions.save_macro(owner=mary, name="Fair", acts=acts, audience=Macro.Audience.TEAM, team=team)
    given = {
        "category": Category.objects.get(key="technical"),
        "team": Team.objects.get(key="billing-desk"),
        "audience": team,
        "impact": "several",
        "urgency": "soon",
        "answers": {"steps-tried": "Restarted it"},
    }
    actions.keep_template(TicketTemplate(), actor=mary, name="Fair", subject="Fair", description="Set up.", **given)
    return initech


@pytest.mark.parametrize(
    ("language", "said"),
    [
        (
            "en",
            (
                "Service that includes hardware",
                "Third-party software issues.",
                "Technical issues",
                "Working hours and limited weekend support",
                "Set the priority to High. Hand the ticket over to Billing desk. Assign the ticket to Ada.",
                "Add the tags: fair. Set the state to Solved. Reason for the priority: A fair is near",
                "Frontline support",
                "Several people",
                "Work is disrupted",
                "What have you tried already?: Restarted it",
            ),
        ),
        (
            "ru",
            (
                "Обслуживание вместе с оборудованием",
                "Проблемы стороннего программного обеспечения.",
                "Технические проблемы",
                "Рабочее время и ограниченная поддержка в выходные",
                "Отдел расчётов",
                "Первая линия",
                "Несколько человек",
                "Работа затруднена",
                "Что вы уже пробовали сделать?: Restarted it",
            ),
        ),
    ],
)
def test_keys_of_the_policy_are_said_by_name(read, changed, language, said):
    page = text_of(read(language))

    for words in said:
        assert words in page, words
    for key in ("with-hardware", "third-party", "extended", "billing-desk", "frontline", "steps-tried", "status:"):
        assert key not in page, key
    assert not any(f" {key} " in page for key in ("technical", "several", "soon"))


def test_the_file_says_the_same_and_so_does_the_company_s_page(read, changed):
    lines = b"".join(read(path=f"{LOG}/export.csv").streaming_content).decode()

    assert "Contract:  → Service that includes hardware" in lines
    assert "Hand the ticket over to Billing desk. Assign the ticket to Ada." in lines
    assert "Third-party software issues." in text_of(read(path=f"/desk/organizations/{changed.pk}"))


def test_what_no_longer_exists_is_shown_as_it_was_kept(read, mary):
    gone = {"acts": ["team: gone", "assignee: me", "odd: 1"], "category": "Сбои", "answers": ["gone: yes"]}
    audit.record("macro.changed", mary, actor=mary, after={**gone, "contract": "gone", "calendar": "gone"})

    page = text_of(read())

    said = "Hand the ticket over to gone. Assign the ticket to whoever sends it. odd: 1"
    for words in (said, "Сбои", "gone: yes", "Contract: gone", "Calendar: gone"):
        assert words in page, words


def test_more_entries_cost_no_more_queries(read, mary, ada, changed):
    def counted():
        with CaptureQueriesContext(connection) as found:
            read()
        return len(found)

    read()
    few = counted()
    for number in range(6):
        assignee = str((ada, mary)[number % 2].pk)
        acts = {"priority": "high", "reason": "Near", "assignee": assignee}
        actions.save_macro(owner=mary, name=f"Near {number}", acts=acts, audience=Macro.Audience.EVERYBODY)

    assert counted() == few
    assert AuditEntry.objects.filter(act="macro.added").count() == 7


def test_rows_are_kept_by_their_keys(mary):
    category, priority = Category.objects.get(key="technical"), Priority.objects.get(key="high")
    words = {"name": "Fair", "subject": "Fair", "description": "Set up.", "category": category, "priority": priority}
    actions.keep_template(TicketTemplate(), actor=mary, **words)

    assert AuditEntry.objects.first().after["category"] == "technical"
    assert AuditEntry.objects.first().after["priority"] == "high"


@pytest.mark.parametrize(
    ("act", "kept", "said"),
    [
        ("macro.added", {"audience": "everybody"}, "Who sees it: Everybody on the desk"),
        ("announcement.published", {"audience": "chosen"}, "Who sees it: Only those it concerns"),
        ("notice.stopped", {"occasion": "published"}, "Occasion: When it is published"),
        ("incident.updated", {"state": "monitoring"}, "State: Mended, being watched"),
        ("component.changed", {"is_public": True}, "On the public status page: Yes"),
        ("sender.changed", {"security": "tls"}, "Encryption: TLS from the start (usually port 465)"),
        ("sender.changed", {"provider": "postmark"}, "Provider: Postmark"),
        ("sender.hooks_signed", {"hook_secret": "True"}, "has to be signed: Yes"),
        ("mailbox.changed", {"security": "tls"}, "Encryption: TLS from the start (usually port 993)"),
        ("mailbox.changed", {"proof": "google"}, "How we sign in: Google (OAuth 2.0)"),
        ("mailbox.changed", {"refresh_token": "renewed"}, "Refresh token: Set anew"),
    ],
)
def test_choices_are_said_as_the_app_that_owns_them_does(read, mary, act, kept, said):
    audit.record(act, mary, actor=mary, after=kept)

    assert said in text_of(read())
