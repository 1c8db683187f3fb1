"""I One and Technical Support: customers are asked what they think, and what they say is used."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from inbox.models import OutgoingMail
from kb import actions as kb
from kb.models import ArticleCategory
from tenants import alarms
from tests.policies.clauses import clause
from tests.support.world import make_person
from tests.tickets.portal import text_of
from tickets.models import Rating, Ticket

QUESTIONS = {
    "ione": {
        "en": "How satisfied are you with the help you got?",
        "ru": "Насколько вы довольны помощью, которую получили?",
        "es": "¿Qué tan satisfecho está con la ayuda recibida?",
    },
    "techsupport": {
        "en": "How was your technical support experience?",
        "ru": "Как вы оцениваете техническую поддержку?",
        "es": "¿Qué le ha parecido el soporte técnico?",
    },
}
CATEGORY = {"ione": "technical", "techsupport": "errors"}
DAY = timedelta(days=1)


def question(desk, language):
    """The mail that asks Grace, in her language, a day after Ada solved her request: the mail and the ticket."""
    desk.grace.language = language
    desk.grace.save()
    ticket = desk.file(CATEGORY[desk.tenant.slug])
    desk.agent_does(ticket, "send", kind="reply", body="Unplug it.", status="solved")
    assert Ticket.objects.get(pk=ticket.pk).status.kind == "solved"
    alarms.work_due(until=timezone.now() + DAY, drop=["mail.send"])
    return OutgoingMail.objects.get(kind="rating"), ticket


@clause("A11")
@pytest.mark.parametrize("language", ["en", "ru", "es"])
@pytest.mark.parametrize("policy", ["ione", "techsupport"])
def test_a_day_after_solving_the_customer_is_asked_and_one_click_answers(desk_on, policy, language):
    desk = desk_on(policy)
    mail, ticket = question(desk, language)
    link = re.search(r"^5: https?://[^/]+(\S+)", mail.text, re.M)[1]
    reader = desk.anonymous(language)

    page = reader.get(link)
    form = page.context["rating_form"]
    assert Rating.objects.get().score is None  # looking at it changes nothing
    fields = {"score": form["score"].value(), "comment": "", "seen": page.context["seen"]}
    thanks = reader.post(link, fields, follow=True)
    reader.post(link, {**fields, "comment": "Quick!"})

    assert QUESTIONS[policy][language] in mail.text
    assert QUESTIONS[policy][language] in text_of(page)
    assert thanks.status_code == 200
    rating = Rating.objects.get(ticket=ticket)
    assert (rating.score, rating.comment, rating.agent) == (5, "Quick!", desk.ada)
    assert "Quick!" in desk.agent_reads(ticket, language)
    assert "Quick!" in desk.customer_reads(ticket, language)


@clause("A11", "B8")
def test_what_customers_say_is_measured_by_agent_team_category_and_article(desk_on):
    desk = desk_on("techsupport")
    mary = make_person("Mary", "manager")
    shelf = ArticleCategory.objects.create(key="shelf", name="Shelf")
    article = kb.create(
        title="Clear your cache",
        body="Press Ctrl and F5.",
        author=desk.ada,
        at=timezone.now(),
        category=shelf,
        language="en",
    )
    kb.publish(article, author=desk.ada, at=timezone.now())
    ticket = desk.file("errors")
    address = f"http://{desk.tenant.slug}.localhost/kb/article/{article.number}"
    desk.agent_does(ticket, "take")
    desk.agent_does(ticket, "send", kind="reply", body=f"Read {address}", status="solved")
    sent = desk.portal().post(f"/tickets/{ticket.number}/rate", {"score": "1", "comment": "It did not help"})
    assert sent.status_code == 302

    page = text_of(desk.workspace(person=mary).get(reverse("desk:ratings")))

    for name in ("Ada", str(Ticket.objects.get(pk=ticket.pk).team), str(ticket.category), "Clear your cache"):
        assert name in page
    assert "It did not help" in page


@clause("B8")
def test_bad_ratings_make_a_list_of_what_to_improve(desk_on):
    desk = desk_on("techsupport")
    mary = make_person("Mary", "manager")
    ticket = desk.file("errors")
    desk.agent_does(ticket, "send", kind="reply", body="Unplug it.", status="solved")
    desk.portal().post(f"/tickets/{ticket.number}/rate", {"score": "2", "comment": "Too many questions"})
    manager = desk.workspace(person=mary)
    assert "Too many questions" in text_of(manager.get(reverse("desk:improve")))

    noted = {"improvement": "The form asks for the browser now."}
    manager.post(reverse("desk:review_rating", args=[Rating.objects.get().pk]), noted)

    assert "Too many questions" not in text_of(manager.get(reverse("desk:improve")))
    assert noted["improvement"] in text_of(manager.get(reverse("desk:improve"), {"show": "done"}))
    assert noted["improvement"] in desk.agent_reads(ticket)


@clause("A11")
def test_the_policy_page_says_how_often_is_asked(desk_on):
    desk = desk_on("ione")

    assert "nobody again within 14 days" in text_of(desk.anonymous().get("/policy/"))
    assert "can be changed for 7 days" in text_of(desk.anonymous().get("/policy/"))


@clause("A11")
def test_a_policy_that_does_not_ask_sends_no_question(desk_on):
    desk = desk_on("ione")
    desk.apply(("feedback:\n  ask: true", "feedback:\n  ask: false"))
    ticket = desk.file("technical")
    desk.agent_does(ticket, "send", kind="reply", body="Unplug it.", status="solved")

    with time_machine.travel(timezone.now() + 3 * DAY, tick=False):
        alarms.work_due(until=timezone.now(), drop=["mail.send"])

    assert not OutgoingMail.objects.filter(kind="rating").exists()
