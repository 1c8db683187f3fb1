"""The policy on pages: a draft, its plan, putting it into force, and what happens when somebody else was faster."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from sla.models import PolicyDraft, PolicyVersion
from tests.helpdesk.policy.conftest import IONE, OPENED, changed, without_high
from tests.support.world import make_ticket
from tests.tickets.portal import text_of, visitor

HOME = "/desk/settings/policy/"
SHORTER = ("        first_response: 24h", "        first_response: 1h")


@pytest.fixture
def upload(desk):
    """Send a policy file; the address of its plan."""

    def send(text: str) -> str:
        answer = desk.post(f"{HOME}file", {"text": text})
        assert answer.status_code == 302, text_of(answer)
        return str(answer["Location"])

    return send


def base_of(answer) -> str:
    """The version that the plan on a page was made against."""
    return str(answer.context["page"].number)


def test_the_first_page_tells_what_is_in_force(desk):
    page = text_of(desk.get(HOME))

    assert "version 1" in page
    assert "Every open ticket follows the version in force." in page


@pytest.mark.parametrize("who", ["ada", "mary", "grace"])
def test_who_may_not_change_the_policy_finds_no_page(at_acme, request, who):
    person = request.getfixturevalue(who)

    for path in ("", "history", "compare", "file", "versions/1.yaml"):
        assert visitor(at_acme, person).get(f"{HOME}{path}").status_code == 404


def test_a_file_is_planned_before_it_is_applied(desk, upload, grace):
    ticket = make_ticket(grace, at=OPENED)

    plan = upload(changed(SHORTER))
    page = desk.get(plan)

    assert PolicyVersion.objects.count() == 1
    assert "Medium, First response: 24 hours before, 1 hour now" in text_of(page)
    assert "1 open ticket gets another deadline" in text_of(page)
    assert f"#{ticket.number} Printer on fire" in text_of(desk.get(f"{plan}tickets?kind=moved"))

    answer = desk.post(plan, {"base": base_of(page)}, follow=True)

    assert "Version 2 of the policy is in force. 1 open ticket follows it now." in text_of(answer)
    assert "Open tickets follow version 2: 0 of 1" in text_of(answer)
    assert PolicyVersion.objects.latest("number").applied_by.name == "Root"
    assert not PolicyDraft.objects.exists()
    assert desk.get(f"{HOME}versions/2.yaml").content.decode() == changed(SHORTER)


def test_many_open_tickets_are_counted_after_the_page_is_there(desk, upload, grace, monkeypatch):
    make_ticket(grace, at=OPENED)
    monkeypatch.setattr("helpdesk.policy.screens.drafts.COUNTED_AT_ONCE", 0)
    plan = upload(changed(SHORTER))

    assert "1 open ticket gets" not in text_of(desk.get(plan))
    assert "1 open ticket gets" in text_of(desk.get(f"{plan}?count=1"))
    assert "1 open ticket gets" in text_of(desk.get(f"{plan}effect"))


def test_what_is_wrong_in_a_file_stands_beside_its_text(desk):
    wrong = changed(("first_response: 24h", "first_response: soon"))
    line = wrong.splitlines().index("        first_response: soon") + 1

    answer = desk.post(f"{HOME}file", {"file": SimpleUploadedFile("acme.yaml", wrong.encode())})

    assert answer.status_code == 422
    assert f"Line {line}, column 25" in text_of(answer)
    assert "sla.standard.targets.medium.first_response" in text_of(answer)
    assert answer.context["form"].initial["text"] == wrong
    assert not PolicyDraft.objects.exists()


@pytest.mark.parametrize(
    ("raw", "says"),
    [
        (b"", "Choose a file, or paste its text."),
        (b"/etc/passwd", "a policy is a mapping"),
        (b"\xff\xfe\x00", "UTF-8"),
        (b"name: x\n" * 100_000, "at most 524,288"),
        (b"a: &a [x]\n", "anchor"),
    ],
)
def test_what_is_no_policy_is_refused(desk, raw, says):
    answer = desk.post(f"{HOME}file", {"file": SimpleUploadedFile("x.yaml", raw)})

    assert answer.status_code == 422
    assert says.lower() in text_of(answer).lower()


def test_a_priority_in_use_is_told_at_its_line(desk, grace):
    make_ticket(grace, priority=None, at=OPENED)
    text = without_high()
    from sla.models import Priority

    make_ticket(grace, priority=Priority.objects.get(key="high"), at=OPENED)

    answer = desk.post(f"{HOME}file", {"text": text})

    assert answer.status_code == 422
    assert "replaces: [high]" in text_of(answer)


def test_a_stale_plan_is_refused_and_the_new_one_shown(desk, upload):
    mine, theirs = upload(changed(SHORTER)), upload(changed(("first_response: 48h", "first_response: 40h")))
    seen = base_of(desk.get(mine))
    desk.post(theirs, {"base": seen})

    answer = desk.post(mine, {"base": seen})

    assert answer.status_code == 409
    assert "version 2 is in force by now" in text_of(answer)
    assert "Low, First response: 40 hours before, 48 hours now" in text_of(answer)
    assert PolicyVersion.objects.count() == 2

    desk.post(mine, {"base": base_of(answer)})

    assert PolicyVersion.objects.count() == 3


def test_a_form_without_its_version_applies_nothing(desk, upload):
    plan = upload(changed(SHORTER))

    for base in ("", "x", "-1", "9" * 30, "²"):
        assert desk.post(plan, {"base": base}).status_code == 409

    assert PolicyVersion.objects.count() == 1


def test_the_history_tells_and_an_older_version_is_put_back(desk, upload):
    plan = upload(changed(SHORTER))
    desk.post(plan, {"base": base_of(desk.get(plan))})

    history = text_of(desk.get(f"{HOME}history"))
    assert history.index("Version 2 ") < history.index("Version 1 ")
    assert "24 hours before, 1 hour now" in history
    assert "The first version." in history
    assert "standard.targets.medium.first_response: 24h -> 1h" in text_of(desk.get(f"{HOME}compare?old=1&new=2"))

    undo = desk.post(f"{HOME}versions/1/go-back")["Location"]
    page = desk.get(undo)
    assert "1 hour before, 24 hours now" in text_of(page)
    desk.post(undo, {"base": base_of(page)})

    assert desk.get(f"{HOME}versions/3.yaml").content.decode() == IONE
    assert "Nothing that the policy says changes." in text_of(desk.get(f"{HOME}compare?old=1&new=3"))


def test_versions_that_are_not_there(desk):
    assert desk.get(f"{HOME}versions/2.yaml").status_code == 404
    assert desk.post(f"{HOME}versions/99999999999999/go-back").status_code == 404
    assert desk.get(f"{HOME}compare?old=1&new=7").status_code == 404


def test_a_draft_is_thrown_away(desk, upload):
    plan = upload(changed(SHORTER))

    page = desk.post(f"{plan}discard", follow=True)

    assert "The draft is thrown away." in text_of(page)
    assert desk.get(plan).status_code == 404


@pytest.mark.parametrize("language", ["ru", "es"])
def test_the_pages_are_in_the_readers_language(desk, root, upload, language):
    root.language = language
    root.save(update_fields=["language"])
    plan = upload(changed(SHORTER))

    for path in (HOME, f"{HOME}history", f"{HOME}compare", f"{HOME}file", plan, f"{plan}tickets"):
        page = text_of(desk.get(path))
        assert "Policy file" not in page
        assert "Overview" not in page


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("en", 'There is no field "colours" here: did you mean "colour"?'),
        ("ru", "Поля «colours» здесь нет: может быть, «colour»?"),
        ("es", "Aquí no hay ningún campo «colours»: ¿quiso decir «colour»?"),
    ],
)
def test_what_a_file_has_wrong_is_told_in_the_reader_s_language(desk, root, language, sentence):
    type(root).objects.filter(pk=root.pk).update(language=language)
    text = changed(('  colour: "#0b5fa5"', '  colours: "#0b5fa5"'))

    answer = desk.post(f"{HOME}file", {"text": text}, headers={"accept-language": language})

    assert sentence in text_of(answer)
