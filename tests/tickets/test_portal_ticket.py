"""A ticket in the portal: the promise, the timeline, what its customer can do, and what nobody else sees."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from tenants.context import act_as
from tests.support.world import make_organization, make_person, make_ticket
from tests.tickets.portal import text_of, visitor
from tickets import actions
from tickets.models import Attachment, Message, Status, Ticket


@pytest.fixture
def ticket(grace):
    return make_ticket(grace, at=timezone.now() - timedelta(minutes=5))


def address(ticket, *rest):
    return "/".join(["/tickets", str(ticket.number), *rest])


def solved(ticket, by):
    actions.reply(ticket, author=by, body="Done.", at=timezone.now(), status=Status.objects.get(kind="solved"))


def test_the_ticket_shows_number_state_promise_and_its_explanation(as_grace, ticket):
    page = text_of(as_grace.get(address(ticket, "")))

    assert f"#{ticket.number}" in page
    assert "Received" in page
    assert "We answer by" in page
    assert "How this time is counted" in page


def test_no_internal_word_reaches_the_customer(as_grace, ada, ticket):
    actions.note(ticket, author=ada, body="He always breaks it himself.", at=timezone.now())

    page = text_of(as_grace.get(address(ticket, "")))

    assert "breaks it himself" not in page
    assert "note" not in page.lower().replace("not ", "")


def test_a_reply_is_added_and_a_waiting_ticket_goes_on(as_grace, ada, ticket):
    actions.reply(ticket, author=ada, body="Which one?", at=timezone.now(), status=Status.objects.get(kind="pending"))

    sent = as_grace.post(address(ticket, "reply"), {"body": "The red one."})

    ticket.refresh_from_db()
    assert sent.status_code == 302
    assert ticket.status.kind == "open"
    assert "The red one." in text_of(as_grace.get(address(ticket, "")))


def test_htmx_gets_the_part_that_changed(as_grace, ticket):
    part = as_grace.post(address(ticket, "reply"), {"body": "The red one."}, headers={"hx-request": "true"})

    assert part.status_code == 200
    assert part.content.decode().lstrip().startswith('<div id="ticket">')
    assert "The red one." in text_of(part)


def test_a_reply_sent_twice_is_said_once(as_grace, ticket):
    form = {"body": "The red one.", "token": "11111111-1111-4111-8111-111111111111"}

    as_grace.post(address(ticket, "reply"), form)
    as_grace.post(address(ticket, "reply"), form)

    assert Message.objects.filter(body="The red one.").count() == 1


@pytest.mark.parametrize("body", ["", "   ", "\0", "x" * 100_001])
def test_a_bad_reply_is_told_and_not_sent(as_grace, ticket, body):
    page = as_grace.post(address(ticket, "reply"), {"body": body})

    assert page.status_code == 422
    assert page.context["form"].errors
    assert Message.objects.count() == 1


def test_a_null_character_in_a_reply_is_left_out(as_grace, ticket):
    assert as_grace.post(address(ticket, "reply"), {"body": "nul\0byte"}).status_code == 302

    assert Message.objects.filter(body="nulbyte").count() == 1


def test_a_reply_survives_a_session_that_ended(as_nobody, ticket):
    page = as_nobody.post(address(ticket, "reply"), {"body": "A long story"})

    assert page.status_code == 403
    assert "A long story" in page.content.decode()
    assert "Smoke comes out" not in text_of(page)


def test_the_requester_says_that_it_is_solved_and_may_reopen_it(as_grace, ticket):
    as_grace.post(address(ticket, "solve"))
    ticket.refresh_from_db()
    assert ticket.status.kind == "solved"

    as_grace.post(address(ticket, "reopen"))

    ticket.refresh_from_db()
    assert ticket.status.kind == "open"


def test_a_colleague_sees_it_but_can_t_solve_it_for_the_requester(at_acme, grace, ada):
    colleague = make_person("Bob")
    initech = make_organization("Initech", grace, colleague)
    ticket = make_ticket(grace, organization=initech, at=timezone.now())
    client = visitor(at_acme, colleague)

    page = client.get(address(ticket, ""))
    refused = client.post(address(ticket, "solve"))

    assert page.status_code == 200
    assert "My problem is solved" not in text_of(page)
    assert refused.status_code == 422
    ticket.refresh_from_db()
    assert ticket.is_active


@pytest.mark.parametrize("path", ["", "filed"])
def test_a_stranger_s_ticket_does_not_exist(at_acme, ticket, path):
    stranger = visitor(at_acme, make_person("Mallory"))

    assert stranger.get(address(ticket, path)).status_code == 404


@pytest.mark.parametrize("path", ["reply", "solve", "reopen"])
def test_a_stranger_can_t_act_on_it(at_acme, ticket, path):
    stranger = visitor(at_acme, make_person("Mallory"))

    assert stranger.post(address(ticket, path), {"body": "Mine now"}).status_code == 404
    assert Message.objects.count() == 1


def test_a_member_with_own_scope_sees_no_tickets_of_colleagues(at_acme, grace):
    narrow = make_person("Bob")
    initech = make_organization("Initech", grace)
    make_organization("Hooli")
    initech.memberships.create(user=narrow, scope="own")
    ticket = make_ticket(grace, organization=initech, at=timezone.now())

    client = visitor(at_acme, narrow)

    assert client.get(address(ticket, "")).status_code == 404
    assert ticket.subject not in text_of(client.get("/tickets/organization/"))


def test_another_tenant_s_ticket_does_not_exist(at_acme, ticket, globex):
    with act_as(globex):
        client = visitor(globex, make_person("Eve"))

    assert client.get(address(ticket, "")).status_code == 404


def test_staff_are_led_to_the_workspace(at_acme, ada, ticket):
    page = visitor(at_acme, ada).get(address(ticket, ""))

    assert page.status_code == 302
    assert page.url.startswith("/desk/")


def test_nobody_reads_a_ticket_without_signing_in(as_nobody, ticket):
    assert as_nobody.get(address(ticket, "")).status_code == 302


@pytest.mark.parametrize("number", ["0", "99999999999999999999999", "9" * 5000])
def test_impossible_numbers_are_not_found(as_grace, number):
    assert as_grace.get(f"/tickets/{number}/").status_code == 404


@pytest.fixture
def attached(ticket, grace):
    def make(name, content, kind):
        file = SimpleUploadedFile(name, content, kind)
        message = actions.comment(ticket, author=grace, body="See", at=timezone.now(), files=[file])
        return Attachment.objects.get(message=message)

    return make


PNG = b"\x89PNG\r\n\x1a\n....IHDR"


def test_a_picture_is_shown_and_anything_else_is_saved(as_grace, attached):
    picture = as_grace.get(f"/files/{attached('a.png', PNG, 'image/png').pk}")
    page = as_grace.get(f"/files/{attached('a.html', b'<script>', 'text/html').pk}")
    drawing = as_grace.get(f"/files/{attached('a.svg', b'<svg onload=1>', 'image/svg+xml').pk}")

    assert picture["Content-Type"] == "image/png"
    assert picture["Content-Disposition"].startswith("inline")
    assert picture["X-Content-Type-Options"] == "nosniff"
    assert picture.getvalue() == PNG
    for saved in (page, drawing):
        assert saved["Content-Disposition"].startswith("attachment")
        assert saved["Content-Type"] == "application/octet-stream"
        assert saved["X-Content-Type-Options"] == "nosniff"
        assert "sandbox" in saved["Content-Security-Policy"]


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("a.exe", PNG, "image/png"),
        ("a.png.exe", PNG, "image/png"),
        ("a", PNG, "image/png"),
        ("a.png", b"MZ\x90\x00", "image/png"),
        ("a.png", b"<script>alert(1)</script>", "image/png"),
        ("a.png", b"", "image/png"),
        ("a.jpg", PNG, "image/jpeg"),
        ("a.png", PNG, "image/jpeg"),
        ("a.html", PNG, "text/html"),
        ("a.webp", b"RIFF....WAVE", "image/webp"),
    ],
)
def test_a_file_whose_name_type_and_content_disagree_is_saved(as_grace, attached, name, content, kind):
    answer = as_grace.get(f"/files/{attached(name, content, kind).pk}")

    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["Content-Type"] == "application/octet-stream"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer.getvalue() == content


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("A.JPEG", b"\xff\xd8\xff\xe0", "image/jpeg"),
        ("a.gif", b"GIF89a", "image/gif"),
        ("a.webp", b"RIFF\n\n\n\nWEBP", "image/webp"),
    ],
)
def test_every_kind_of_picture_is_known_by_its_first_bytes(as_grace, attached, name, content, kind):
    answer = as_grace.get(f"/files/{attached(name, content, kind).pk}")

    assert answer["Content-Disposition"].startswith("inline")
    assert answer["Content-Type"] == kind


def test_files_are_only_for_who_may_see_the_ticket(at_acme, as_nobody, attached):
    path = f"/files/{attached('a.png', b'x', 'image/png').pk}"

    assert visitor(at_acme, make_person("Mallory")).get(path).status_code == 404
    assert as_nobody.get(path).status_code == 302


def test_files_of_notes_are_for_staff(at_acme, as_grace, ada, ticket):
    note = actions.note(ticket, author=ada, body="x", at=timezone.now(), files=[SimpleUploadedFile("n.txt", b"x")])
    path = f"/files/{Attachment.objects.get(message=note).pk}"

    assert as_grace.get(path).status_code == 404
    assert visitor(at_acme, ada).get(path).status_code == 200


def test_a_file_that_is_gone_is_not_found(as_grace, attached):
    kept = attached("a.png", b"x", "image/png")
    kept.file.storage.delete(kept.file.name)

    assert as_grace.get(f"/files/{kept.pk}").status_code == 404


def test_the_ticket_page_costs_at_most_twelve_queries(as_grace, ada, grace, ticket, django_assert_max_num_queries):
    for hour in range(1, 8):
        actions.reply(ticket, author=ada, body=f"{hour}?", at=timezone.now())
        actions.comment(ticket, author=grace, body=f"{hour}.", at=timezone.now())
    as_grace.get(address(ticket, ""))

    with django_assert_max_num_queries(12):
        page = as_grace.get(address(ticket, ""))

    assert page.status_code == 200


@pytest.mark.parametrize("path", ["/", "/tickets/", "/tickets/?show=finished", "/tickets/organization/", "/policy/"])
def test_lists_cost_at_most_twelve_queries(as_grace, grace, path, django_assert_max_num_queries):
    initech = make_organization("Initech", grace)
    for _ in range(8):
        make_ticket(grace, organization=initech, at=timezone.now())
    as_grace.get(path)

    with django_assert_max_num_queries(12):
        assert as_grace.get(path).status_code == 200


def test_lists_go_on_page_by_page(as_grace, grace):
    for _ in range(30):
        make_ticket(grace, at=timezone.now())

    first = as_grace.get("/tickets/")
    second = as_grace.get(f"/tickets/{first.context['next_url']}")

    shown = [row.ticket.number for page in (first, second) for row in page.context["rows"]]
    assert shown == sorted(Ticket.objects.values_list("number", flat=True), reverse=True)


@pytest.mark.parametrize("before", ["\0", "-1", "x", "9" * 40, "٣"])
def test_a_senseless_page_is_the_first_one(as_grace, before):
    assert as_grace.get("/tickets/", {"before": before}).status_code == 200


def test_finished_tickets_are_in_their_own_list(as_grace, ada, ticket):
    solved(ticket, ada)

    assert ticket.subject not in text_of(as_grace.get("/tickets/"))
    assert ticket.subject in text_of(as_grace.get("/tickets/?show=finished"))
