"""Alleanza and Hostiquant: standard questions are answered from the knowledge base, and that is measured."""

import pytest
from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from kb.actions import load_articles
from kb.models import Article
from tests.policies.clauses import clause
from tests.support.world import make_person, make_ticket
from tests.tickets.portal import text_of
from tickets import formatting


def library(desk):
    """The articles that come with the policy."""
    author = make_person("Librarian", "agent")
    load_articles(settings.BASE_DIR / "policies" / "articles" / desk.tenant.slug, author=author, at=timezone.now())
    return desk


def offers(desk, ticket):
    """What the ticket's page offers to insert, by the number of its article."""
    page = desk.workspace().get(reverse("desk:ticket_articles", args=[ticket.number]))
    return {offer.article.number: offer for offer in page.context["found"]}


@clause("C9")
def test_a_standard_question_is_answered_with_the_link_of_an_article_and_that_is_measured(desk_on):
    desk = library(desk_on("alleanza"))
    article = Article.objects.get(number=32)
    question = make_ticket(desk.grace, "Рекомендации перед обращением", at=timezone.now(), description="Что приложить?")
    another = make_ticket(desk.grace, "Не работает печать", at=timezone.now())

    without_scripts = desk.workspace().get(f"/desk/tickets/{question.number}/?article=000032")
    body = without_scripts.context["composer"]["body"].value()
    desk.agent_does(question, "send", kind="reply", body=body)
    desk.agent_does(another, "send", kind="reply", body="Перезагрузите принтер.")

    assert offers(desk, question)[32].link == body
    assert "/kb/article/000032" in body
    assert "/kb/article/000032" in desk.last_mail().text + desk.customer_reads(question)
    measured = text_of(desk.workspace().get(reverse("desk:measures")))
    assert "2 answers were sent; with a link to the knowledge base: 1 (50 %)." in measured
    assert "Part of an answer 1" in text_of(desk.workspace().get(f"/desk/articles/{article}"))


@clause("E11")
def test_a_standard_question_is_answered_with_the_text_of_an_article_and_that_is_measured(desk_on):
    desk = library(desk_on("hostiquant"))
    question = make_ticket(desk.grace, "403 Forbidden on every page of my shop", at=timezone.now())

    offer = offers(desk, question)[80]
    desk.agent_does(question, "send", kind="reply", html=offer.html, body=formatting.plain(offer.html))
    page = desk.workspace().get(f"/desk/tickets/{question.number}/?article=80&as=text")
    desk.agent_does(question, "send", kind="reply", body=page.context["composer"]["body"].value())

    first, second = question.messages.filter(by_staff=True).order_by("posted_at")
    assert len(first.body) > 300 and "/kb/article/000080" in first.body
    assert len(second.body) > 300 and "/kb/article/000080" in second.body
    measures = desk.workspace().get(reverse("desk:measures"))
    assert "2 answers were sent; with a link to the knowledge base: 2 (100 %)." in text_of(measures)
    assert [(number, times) for number, _, times in measures.context["cited"]] == [(80, 2)]


@pytest.mark.parametrize(
    "body",
    [
        "See https://elsewhere.example/kb/article/000080",
        "See /kb/article/000080",
        "See http://hostiquant.localhost/kb/article/999999",
        "See http://hostiquant.localhost/kb/article/99999999999999",
    ],
)
def test_only_articles_of_this_knowledge_base_count(desk_on, body):
    desk = library(desk_on("hostiquant"))
    question = make_ticket(desk.grace, at=timezone.now())

    desk.agent_does(question, "send", kind="reply", body=body)

    assert desk.workspace().get(reverse("desk:measures")).context["answers"].with_article == 0
    assert not Article.objects.filter(answer_count__gt=0).exists()


def test_notes_and_what_customers_write_are_no_answers(desk_on):
    desk = library(desk_on("hostiquant"))
    question = make_ticket(desk.grace, at=timezone.now())
    body = "I read http://hostiquant.localhost/kb/article/000080 and http://hostiquant.localhost:8000/kb/article/80"

    desk.agent_does(question, "send", kind="note", body=body)
    desk.portal().post(f"/tickets/{question.number}/comment", {"body": body})
    assert not Article.objects.filter(answer_count__gt=0).exists()

    desk.agent_does(question, "send", kind="reply", body=body)
    assert Article.objects.get(number=80).answer_count == 1


def test_another_article_is_looked_for_and_inserted(desk_on):
    desk = library(desk_on("hostiquant"))
    question = make_ticket(desk.grace, "Invoice", at=timezone.now())
    address = reverse("desk:ticket_articles", args=[question.number])

    page = desk.workspace().get(address, {"articles": "403 forbidden"})
    part = desk.workspace().get(address, {"articles": "403 forbidden"}, headers={"hx-request": "true"})
    nothing = desk.workspace().get(address, {"articles": "xyzzyplugh"}, headers={"hx-request": "true"})

    assert 80 in {offer.article.number for offer in page.context["found"]}
    assert 'value="403 forbidden"' in page.content.decode()
    assert "data-insert=" in part.content.decode() and "<form" not in part.content.decode()
    assert "No article has these words." in text_of(nothing)
