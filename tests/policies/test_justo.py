"""Justo: three priorities that say when to choose them, and answers whose readers say whether they helped."""

import pytest
import time_machine
from django.conf import settings
from django.utils import timezone

from kb.actions import load_articles
from kb.models import Article
from sla.models import Priority
from tests.policies.clauses import clause
from tests.support.world import make_person
from tests.tickets.portal import text_of


@clause("D1")
@pytest.mark.parametrize(
    ("category", "usual"), [("sitio-caido", "alta"), ("panel", "media"), ("correo", "media"), ("dudas", "baja")]
)
def test_each_category_proposes_its_priority_and_the_ticket_gets_it(desk_on, category, usual):
    desk = desk_on("justo")

    ticket = desk.file(category, "es")

    assert ticket.priority.key == usual
    assert str(ticket.priority.name["es"]) in desk.customer_reads(ticket, "es")


@clause("D1")
def test_the_form_says_when_to_choose_each_priority_and_when_not(desk_on):
    page = text_of(desk_on("justo").portal("es").get("/tickets/new?category=dudas"))

    for words in (
        "Alta Solo para problemas críticos que no te permitan hacer uso del servicio.",
        "No puedes ingresar a tu web desde 2 equipos diferentes",
        "Media Errores de afectaciones medias.",
        "Una falla de cPanel, ya que tus servicios siguen funcionando",
        "Baja Para preguntas y dudas.",
    ):
        assert words in page


@clause("D1")
def test_an_administrator_may_have_any_number_of_priorities_with_any_names(desk_on):
    desk = desk_on("justo")

    desk.apply(
        (
            "priorities:\n",
            "priorities:\n  inmediata:\n    name: {es: Inmediata, en: At once, ru: Немедленно}\n"
            "    meaning: {es: Nada funciona., en: Nothing works., ru: Ничего не работает.}\n",
        ),
        ("      alta:\n        first", "      inmediata:\n        first_response: 15m\n      alta:\n        first"),
    )
    page = text_of(desk.portal("es").get("/tickets/new?category=sitio-caido"))
    ticket = desk.file("sitio-caido", "es", priority="inmediata")

    assert list(Priority.objects.filter(is_active=True).order_by("rank").values_list("key", flat=True)) == [
        "inmediata",
        "alta",
        "media",
        "baja",
    ]
    assert "Inmediata Nada funciona." in page
    assert ticket.clocks.get(metric="first_response").target_seconds == 15 * 60


@clause("D2")
@time_machine.travel("2026-03-02 15:00:00+00:00", tick=False)
def test_an_agent_corrects_a_cpanel_failure_to_medium_and_the_promise_follows(desk_on):
    desk = desk_on("justo")
    warned = text_of(desk.portal("es").get("/tickets/new?category=panel"))
    ticket = desk.file("panel", "es", priority="alta")
    reason = "El fallo de cPanel es de prioridad media: tus servicios siguen funcionando."

    desk.agent_does(ticket, "do/priority", priority=Priority.objects.get(key="media").pk, reason=reason)

    ticket.refresh_from_db()
    assert "Una falla de cPanel no es prioridad alta." in warned
    assert ticket.clocks.get(metric="first_response").target_seconds == 4 * 3600
    for told in (desk.customer_reads(ticket, "es"), desk.last_mail().text):
        assert reason in told


@clause("D13")
def test_readers_vote_and_print_and_writers_read_what_they_said(desk_on):
    desk, writer = desk_on("justo"), make_person("Bibliotecaria", "admin")
    load_articles(settings.BASE_DIR / "policies/articles/justo", author=writer, at=timezone.now())
    number = Article.objects.filter(status="published", visibility="everyone").first().number
    path = f"/kb/article/{number:06d}"
    reader = desk.portal("es")

    asked = text_of(reader.get(path))
    reader.post(f"{path}/vote", {"helpful": "no", "comment": "Falta un ejemplo."})
    reader.post(f"{path}/vote", {"helpful": "yes"})
    printed = reader.get(f"{path}/print")

    assert "¿Fue útil" in asked
    article = Article.objects.get(number=number)
    assert (article.helpful_count, article.unhelpful_count) == (1, 0)
    assert "Falta un ejemplo." in text_of(desk.workspace("es", writer).get(f"/desk/articles/{number:06d}"))
    assert printed.status_code == 200
    assert "<form" not in printed.content.decode()


@clause("D5")
@pytest.mark.parametrize("category", ["sitio-caido", "panel", "correo"])
def test_steps_to_reproduce_are_asked_for_where_something_fails_and_reach_the_agent(desk_on, category):
    desk = desk_on("justo")
    path, form = desk.form(category, "es", **{"answer-pasos": ""})

    refused = desk.portal("es").post(path, form)
    ticket = desk.file(category, "es", **{"answer-pasos": "1. Abro la página. 2. Sale «Error 500»."})

    assert refused.status_code == 422
    assert refused.context["form"].errors["answer-pasos"]
    assert "Pasos para recrear el problema 1. Abro la página. 2. Sale «Error 500»." in desk.agent_reads(ticket, "es")
    assert "answer-pasos" not in desk.portal("es").get("/tickets/new?category=dudas").content.decode()
