"""The page of what-if: a version or a draft, the figures before and after, and links to what flips."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from helpdesk.policy import views
from helpdesk.policy.screens import drafting
from sla.document import SupportPolicy
from sla.document.reading import LARGEST_FILE
from sla.models import PolicyDraft, PolicyVersion, Priority
from tenants.models import Role
from tests.helpdesk.policy.conftest import IONE, changed, without_high
from tests.support.world import make_ticket
from tests.tickets.portal import text_of, visitor
from tickets import actions
from tickets.models import Event

PAGE = "/desk/settings/policy/replay"
SHORTER = (("first_response: 24h", "first_response: 1h"), ('mon-fri: "08:00-18:00"', 'mon-sun: "00:00-24:00"'))


@pytest.fixture
def admin(at_acme, root):
    return visitor(at_acme, root)


@pytest.fixture
def answered(ada, grace):
    """A ticket of last week, answered a day later."""
    filed = timezone.now() - timedelta(days=6)
    ticket = make_ticket(grace, "Printer on fire", at=filed)
    actions.reply(ticket, author=ada, body="Unplug it.", at=filed + timedelta(days=1))
    return ticket


def test_a_draft_shows_what_would_be_broken_with_a_link_to_the_ticket(admin, answered):
    page = admin.post(PAGE, {"text": changed(*SHORTER), "days": "7"})
    said = text_of(page)

    assert "1 request, filed since" in said
    assert "1 kept promise would have been broken." in said
    assert "First response 100 % (1 / 1) 0 % (0 / 1) 1 0" in said
    assert "Kept, and would have been broken" in said
    assert f'href="/desk/tickets/{answered.number}/"' in page.content.decode()
    for heading in ("Priorities", "Tiers", "Categories", "Organisations"):
        assert heading in said


def test_a_version_is_replayed_and_flips_nothing(admin, answered):
    said = text_of(admin.post(PAGE, {"version": "1", "days": "30"}))

    assert "0 kept promises would have been broken." in said
    assert "Kept, and would have been broken" not in said


def test_a_draft_of_the_screens_is_chosen_from_its_plan(admin, root, answered):
    policy = SupportPolicy.load(changed(*SHORTER).encode(), source="policy.yaml")
    draft = drafting.keep(policy, author=root, base=1, at=timezone.now())

    plan = admin.get(f"/desk/settings/policy/drafts/{draft.pk}/").content.decode()
    asked = f"{PAGE}?choose={draft.pk}"
    assert f'href="{asked}"' in plan
    assert f'<option value="{draft.pk}" selected>Draft of Root,' in admin.get(asked).content.decode()
    said = text_of(admin.post(PAGE, {"version": str(draft.pk), "days": "7"}))
    assert "1 kept promise would have been broken." in said


def test_a_draft_that_was_thrown_away_meanwhile_is_told(admin, root, answered, monkeypatch):
    draft = drafting.keep(PolicyVersion.objects.get().policy, author=root, base=1, at=timezone.now())
    monkeypatch.setattr(views, "_drafts", lambda: [draft])
    PolicyDraft.objects.all().delete()

    answer = admin.post(PAGE, {"version": str(draft.pk), "days": "7"})

    assert answer.status_code == 422
    assert "This draft is no longer there." in text_of(answer)


def test_a_file_is_replayed_and_nothing_is_written(admin, answered):
    before = PolicyVersion.objects.count(), Event.objects.count()
    file = SimpleUploadedFile("draft.yaml", changed(*SHORTER).encode())

    said = text_of(admin.post(PAGE, {"version": "1", "file": file, "days": "7"}))

    assert "1 kept promise would have been broken." in said
    assert (PolicyVersion.objects.count(), Event.objects.count()) == before


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"days": "30"}, "Choose a draft or a version, or give a policy"),
        ({"version": "9", "days": "30"}, "9 is not one of the available choices"),
        ({"version": "1", "days": "3000"}, "3000 is not one of the available choices"),
        ({"text": IONE.replace("first_response: 24h", "first_response: soon"), "days": "7"}, "no length of time"),
        ({"text": "x" * (LARGEST_FILE + 1), "days": "7"}, "The draft is no policy yet"),
        ({"file": SimpleUploadedFile("a.yaml", b"\xff\xfe\x00"), "days": "7"}, "The draft is no policy yet"),
    ],
)
def test_what_cannot_be_replayed_is_said_and_the_text_is_kept(admin, fields, says):
    page = admin.post(PAGE, fields)

    assert page.status_code == 422
    assert says in text_of(page)
    assert fields.get("text", "")[:100].split("\n")[0] in page.content.decode()


def test_a_draft_begins_with_the_text_of_the_policy_in_force(admin):
    assert "default_calendar:" not in admin.get(PAGE).content.decode()
    assert "default_calendar:" in admin.get(f"{PAGE}?draft=1").content.decode()


def test_more_tickets_than_the_page_looks_at_are_said(admin, answered, grace, monkeypatch):
    make_ticket(grace, at=timezone.now() - timedelta(days=1))
    monkeypatch.setattr(views, "MOST_TICKETS", 1)

    said = text_of(admin.post(PAGE, {"version": "1", "days": "30"}))

    assert "These are the latest 1 of the period; the command manage.py policy replay looks at all of them." in said


def test_tickets_that_the_reader_may_not_see_are_counted_and_not_named(admin, root, answered):
    role = Role.objects.get(kind="admin")
    role.permissions = [each for each in role.permissions if each != "ticket.see_all"]
    role.save()

    page = admin.post(PAGE, {"text": changed(*SHORTER), "days": "7"})

    assert "1 more result that changes is not listed here." in text_of(page)
    assert "Printer on fire" not in page.content.decode()


def test_a_priority_that_is_lost_is_a_warning(admin, answered):
    answered.priority = Priority.objects.get(key="high")
    answered.save()

    assert "nothing is promised for them: high" in text_of(admin.post(PAGE, {"text": without_high(), "days": "7"}))


def test_the_page_does_not_exist_to_others(at_acme, ada, grace):
    for person in (ada, grace):
        assert visitor(at_acme, person).get(PAGE).status_code == 404


@pytest.mark.parametrize(
    ("language", "says"),
    [("ru", "1 выполненное обещание было бы нарушено."), ("es", "1 promesa cumplida se habría incumplido.")],
)
def test_the_page_is_there_in_other_languages(admin, root, answered, language, says):
    root.language = language
    root.save()

    assert says in text_of(admin.post(PAGE, {"text": changed(*SHORTER), "days": "7"}))


def test_the_settings_lead_to_it(admin):
    assert f'href="{PAGE}"' in admin.get("/desk/settings/").content.decode()
