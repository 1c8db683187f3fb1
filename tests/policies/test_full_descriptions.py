"""Alleanza and Justo: full descriptions, screenshots and files that explain, and a subject that says something."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from tests.policies.clauses import clause
from tests.tickets.portal import text_of
from tests.tickets.test_uploads import PNG, brought
from tickets.models import Attachment


@clause("C8")
def test_the_form_asks_for_a_full_description_the_steps_the_messages_and_screenshots(desk_on):
    page = desk_on("alleanza").portal("ru").get("/tickets/new?category=service-problem")

    text = text_of(page)
    for words in ("Максимально подробно", "Последовательность действий", "Тексты сообщений", "скриншот"):
        assert words in text
    assert {"answer-steps", "answer-messages", "files"} <= page.context["form"].fields.keys()


@clause("C8")
def test_steps_and_long_messages_reach_the_agents_whole(desk_on):
    desk = desk_on("alleanza")
    trace = "\n".join(f"at line {number}" for number in range(1500))

    ticket = desk.file("service-problem", "ru", **{"answer-steps": "1. Открыть\n2. Нажать", "answer-messages": trace})

    page = desk.agent_reads(ticket, "ru")
    assert ticket.answers["messages"].replace("\r\n", "\n") == trace
    assert "1. Открыть" in page and "at line 1499" in page


@clause("C8")
def test_many_and_large_files_go_up_before_the_form_is_sent(desk_on):
    desk = desk_on("alleanza")
    portal = desk.portal("ru")
    large = b"x" * 4_000_000
    ids = [brought(portal, f"log-{number}.txt", b"line") for number in range(19)] + [
        brought(portal, "core.dump", large, "application/octet-stream")
    ]

    ticket = desk.file("service-problem", "ru", uploads=ids)

    kept = Attachment.objects.filter(message__ticket=ticket)
    assert kept.count() == 20
    assert kept.get(name="core.dump").size == len(large)


@clause("C8")
def test_the_limits_are_said_before_anything_is_chosen(desk_on):
    page = text_of(desk_on("alleanza").portal("en").get("/tickets/new?category=service-problem"))

    assert "Up to 20 files, each of 20" in page


@clause("D4")
@pytest.mark.parametrize("by_script", [True, False])
def test_a_picture_is_shown_where_it_was_sent_to_customers_and_agents(desk_on, by_script):
    desk = desk_on("justo")
    fields = (
        {"uploads": [brought(desk.portal(), "captura.png", PNG, "image/png")]}
        if by_script
        else {"files": SimpleUploadedFile("captura.png", PNG, "image/png")}
    )

    ticket = desk.file("correo", "es", **fields)

    kept = Attachment.objects.get()
    for page in (
        desk.portal("es").get(f"/tickets/{ticket.number}/"),
        desk.workspace("es").get(f"/desk/tickets/{ticket.number}/"),
    ):
        assert f'<img src="/files/{kept.pk}"' in page.content.decode()
    served = desk.portal().get(f"/files/{kept.pk}")
    assert served["Content-Type"] == "image/png" and "sandbox" in served["Content-Security-Policy"]


@clause("D4")
def test_a_drawing_that_can_carry_scripts_is_never_drawn(desk_on):
    desk = desk_on("justo")
    svg = SimpleUploadedFile("dibujo.svg", b"<svg onload='alert(1)'/>", "image/svg+xml")

    ticket = desk.file("correo", "es", files=svg)

    kept = Attachment.objects.get()
    assert f'<img src="/files/{kept.pk}"' not in desk.portal().get(f"/tickets/{ticket.number}/").content.decode()
    assert desk.portal().get(f"/files/{kept.pk}")["Content-Disposition"].startswith("attachment")


@clause("D3")
def test_a_subject_that_says_nothing_is_asked_about_and_may_stay(desk_on):
    desk = desk_on("justo")
    path, form = desk.form("correo", "es", subject="Ayuda")

    asked = desk.portal("es").post(path, form)
    kept = desk.portal("es").post(path, form | {"keep_subject": "yes"})

    assert asked.status_code == 422 and list(asked.context["form"].errors) == ["subject"]
    assert kept.status_code == 302
