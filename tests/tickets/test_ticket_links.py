"""One ticket by the signed link of a mail: what it shows, what it does, and every way in which it ends."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from tenants.context import act_as
from tests.support.world import make_person, make_ticket
from tests.tickets.portal import text_of, visitor
from tickets import actions, links
from tickets.models import Attachment, EndedLinks, Event, Message, Participant, Status, Ticket


@pytest.fixture
def ticket(grace):
    return make_ticket(grace, at=timezone.now() - timedelta(minutes=5))


@pytest.fixture
def address(ticket, grace):
    return f"/t/{links.token_for(ticket, grace, at=timezone.now())}/"


def test_the_link_shows_the_ticket_without_signing_in(as_nobody, address, ticket):
    page = as_nobody.get(address)

    assert page.status_code == 200
    assert "Smoke comes out of it since eight." in text_of(page)
    assert "My tickets" not in text_of(page)
    assert "sessionid" not in page.cookies


def test_whoever_has_the_mailbox_that_was_left_gets_in_no_more(as_nobody, address, ticket, grace):
    grace.email = "grace@new.example"
    grace.save()

    refused = as_nobody.post(f"{address}reply", {"body": "It still burns."})

    assert refused.status_code == 410
    assert "This link was ended." in text_of(refused)
    assert "It still burns." in text_of(refused)
    assert ticket.messages.count() == 1
    newer = f"/t/{links.token_for(ticket, grace, at=timezone.now())}/"
    assert as_nobody.get(newer).status_code == 200


def test_it_tells_nobody_else_its_address(as_nobody, address):
    page = as_nobody.get(address)

    assert page["Referrer-Policy"] == "same-origin"
    assert "noindex" in page["X-Robots-Tag"]
    assert page["Cache-Control"] == "private, no-store"


def test_it_shows_no_note_and_nothing_of_other_tickets(as_nobody, address, ticket, grace, ada):
    actions.note(ticket, author=ada, body="He always breaks it himself.", at=timezone.now())
    other = make_ticket(grace, "My salary", at=timezone.now())

    page = as_nobody.get(address)

    assert "breaks it himself" not in page.content.decode()
    assert "salary" not in page.content.decode()
    for path in (f"/tickets/{ticket.number}/", f"/tickets/{other.number}/", "/tickets/"):
        assert as_nobody.get(path).status_code == 302


def test_files_of_this_ticket_open_and_no_others(as_nobody, address, ticket, grace, ada):
    file = SimpleUploadedFile("log.txt", b"what it wrote")
    actions.comment(ticket, author=grace, body="See.", files=[file], at=timezone.now())
    actions.note(ticket, author=ada, body="Psst", files=[SimpleUploadedFile("n.txt", b"note")], at=timezone.now())
    other = make_ticket(grace, "Other", at=timezone.now(), files=[SimpleUploadedFile("o.txt", b"other")])
    public = Attachment.objects.get(name="log.txt")

    assert f"{address}files/{public.pk}" in as_nobody.get(address).content.decode()
    assert b"".join(as_nobody.get(f"{address}files/{public.pk}").streaming_content) == b"what it wrote"
    assert other.messages.get().attachments.get().name == "o.txt"
    for hidden in Attachment.objects.exclude(pk=public.pk):
        assert as_nobody.get(f"{address}files/{hidden.pk}").status_code == 404


def test_its_bearer_answers_solves_and_reopens_in_the_person_s_name(as_nobody, address, ticket, grace):
    assert as_nobody.post(f"{address}reply", {"body": "It is the red one."}).status_code == 302
    assert as_nobody.post(f"{address}solve").status_code == 302
    ticket.refresh_from_db()
    assert ticket.status.kind == "solved"

    assert as_nobody.post(f"{address}reopen").status_code == 302

    ticket.refresh_from_db()
    assert ticket.status.kind == "open"
    assert Message.objects.get(body="It is the red one.").author == grace


def test_no_cookie_is_needed_and_another_site_can_t_know_the_address(at_acme, address, ticket):
    strict = visitor(at_acme, enforce_csrf_checks=True)

    assert strict.post(f"{address}reply", {"body": "Without any cookie"}).status_code == 302


def test_sent_twice_a_reply_stands_there_once(as_nobody, address, ticket):
    form = {"body": "Only once", "token": "0190b7a0-7b1c-7000-8000-000000000001"}

    for _ in range(2):
        as_nobody.post(f"{address}reply", form)

    assert Message.objects.filter(body="Only once").count() == 1


def test_a_mail_scanner_that_opens_every_link_changes_nothing(as_nobody, address, ticket):
    before = list(Event.objects.values_list("pk", flat=True))

    for rest in ("", "confirm", "reply", "solve", "reopen", "leave", "end"):
        assert as_nobody.get(address + rest).status_code in (200, 405)
        assert as_nobody.head(address + rest).status_code in (200, 405)

    assert list(Event.objects.values_list("pk", flat=True)) == before
    assert not EndedLinks.objects.exists()


def test_an_altered_link_opens_nothing_and_says_so(as_nobody, address):
    token = address.strip("/").split("/")[1]
    for wrong in (token[:-2], token[:50] + ("A" if token[50] != "A" else "B") + token[51:], "x", "é" * 112):
        page = as_nobody.get(f"/t/{wrong}/")

        assert page.status_code == 404
        assert "incomplete or was changed" in text_of(page)
        assert page["Referrer-Policy"] == "same-origin"


def test_it_ends_with_its_life(as_nobody, address, ticket):
    with time_machine.travel(timezone.now() + links.LIFE + timedelta(minutes=1), tick=False):
        page = as_nobody.get(address)

    assert page.status_code == 410
    assert "its time is over" in text_of(page)
    assert "Smoke" not in page.content.decode()


def test_it_ends_some_time_after_the_ticket(as_nobody, grace, ada, ticket):
    solved = Status.objects.get(kind="solved")
    actions.change_status(ticket, solved, actor=ada, at=timezone.now())
    later = timezone.now() + links.AFTER_THE_END
    address = f"/t/{links.token_for(ticket, grace, at=later - timedelta(days=1))}/"

    with time_machine.travel(later - timedelta(minutes=1), tick=False):
        assert as_nobody.get(address).status_code == 200
    with time_machine.travel(later + timedelta(minutes=1), tick=False):
        assert as_nobody.get(address).status_code == 410


def test_ended_by_its_bearer_it_is_ended_and_a_later_one_is_not(as_nobody, address, ticket, grace):
    over = as_nobody.post(f"{address}end")

    page = as_nobody.get(address)
    assert "no longer opens your request" in text_of(over)
    assert page.status_code == 410
    assert "This link was ended" in text_of(page)
    assert as_nobody.get(f"/t/{links.token_for(ticket, grace, at=timezone.now())}/").status_code == 200


def test_what_was_typed_comes_back_when_the_link_has_ended_meanwhile(as_nobody, address):
    as_nobody.post(f"{address}end")

    page = as_nobody.post(f"{address}reply", {"body": "An hour of writing"})

    assert page.status_code == 410
    assert "An hour of writing" in page.content.decode()
    assert not Message.objects.filter(body="An hour of writing").exists()


def test_an_account_that_was_closed_has_no_links(as_nobody, address, grace):
    grace.is_active = False
    grace.save()

    assert as_nobody.get(address).status_code == 410


def test_who_was_taken_out_of_copy_reads_no_more(as_nobody, ticket, grace):
    alan = make_person("Alan")
    Participant.objects.create(ticket=ticket, user=alan, added_by=grace, added_at=timezone.now())
    address = f"/t/{links.token_for(ticket, alan, at=timezone.now())}/"
    assert as_nobody.get(address).status_code == 200

    gone = as_nobody.post(f"{address}leave")

    assert "no longer in copy" in text_of(gone)
    page = as_nobody.get(address)
    assert page.status_code == 410
    assert "no longer take part" in text_of(page)


def test_it_opens_nothing_at_another_tenant(address, globex):
    page = visitor(globex).get(address)

    assert page.status_code == 404
    assert "not made for this page" in text_of(page)


def test_who_is_signed_in_gets_the_usual_page(as_grace, address, ticket):
    page = as_grace.get(address)

    assert page.status_code == 302
    assert page.url == f"/tickets/{ticket.number}/"


def test_somebody_else_who_is_signed_in_reads_it_as_its_bearer_and_stays_themselves(at_acme, address):
    other = visitor(at_acme, make_person("Alan"))

    page = text_of(other.get(address))

    assert "Opened by a link" in page
    assert "Alan" in page


def test_it_speaks_the_language_that_its_reader_chooses(as_nobody, address):
    as_nobody.post("/i18n/setlang/", {"language": "ru", "next": address})

    page = as_nobody.get(address)

    assert page["Content-Language"] == "ru"
    assert "/i18n/setlang/" in page.content.decode()


def test_without_the_right_method_it_is_refused(as_nobody, address, ticket, acme):
    with act_as(acme):
        assert as_nobody.get(f"{address}solve").status_code == 405
        assert Ticket.objects.get(pk=ticket.pk).is_active
