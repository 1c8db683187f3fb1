"""Hostiquant: three lines in order, around the clock, and a wiki that is read before and learns afterwards."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.conf import settings
from django.utils import timezone

from kb.actions import load_articles
from kb.models import Article
from tests.policies.clauses import clause
from tests.support.world import make_organization, make_person, make_ticket
from tests.tickets.portal import text_of
from tickets.models import Exclusion, RefusalReason, Ticket, Tier

SATURDAY_2330 = datetime(2026, 3, 7, 23, 30, tzinfo=UTC)
NEW_YEAR = datetime(2026, 12, 31, 23, 45, tzinfo=UTC)


@pytest.fixture
def wiki(desk_on):
    """Hostiquant's desk with its wiki."""
    desk = desk_on("hostiquant")
    writer = make_person("Librarian", "admin")
    load_articles(settings.BASE_DIR / "policies/articles/hostiquant", author=writer, at=timezone.now())
    return desk


@clause("E1")
def test_a_request_starts_at_the_first_line_and_climbs_one_line_at_a_time(desk_on):
    desk = desk_on("hostiquant")
    ticket = desk.file("hosting-services")
    second, third = Tier.objects.get(key="second-line"), Tier.objects.get(key="administrators")
    assert ticket.tier.key == "first-line"

    offered = text_of(desk.workspace().get(f"/desk/tickets/{ticket.number}/escalate"))
    skipped = desk.api(desk.ada).post(
        f"tickets/{ticket.number}/escalate/", {"reason": "Needs an administrator.", "tier": third.key}
    )
    without_reason = desk.agent_does(ticket, "escalate", to=second.pk, reason="")

    assert "Hosting administrators" not in offered
    assert skipped.status_code == 409
    assert without_reason.status_code == 422
    assert Ticket.objects.get(pk=ticket.pk).tier == ticket.tier
    desk.agent_does(ticket, "escalate", to=second.pk, reason="Beyond a chat.")
    desk.agent_does(ticket, "escalate", to=third.pk, reason="Needs root.")
    assert Ticket.objects.get(pk=ticket.pk).tier == third
    assert "Hosting administrators" in desk.customer_reads(ticket)


@clause("E1")
def test_skipping_a_line_takes_the_permission_and_a_reason_that_is_kept(desk_on):
    desk, manager = desk_on("hostiquant"), make_person("Mary", "manager")
    ticket, third = desk.file("hosting-services"), Tier.objects.get(key="administrators")

    desk.agent_does(ticket, "escalate", person=manager, to=third.pk, reason="The whole server is down.")

    assert Ticket.objects.get(pk=ticket.pk).tier == third
    assert "The whole server is down." in desk.agent_reads(ticket)


@clause("E5")
@pytest.mark.parametrize("subject", ["My site does not work", "help", "does not work!!!"])
def test_a_vague_subject_gets_a_hint_while_typing_and_before_sending_and_may_stay(desk_on, subject):
    desk = desk_on("hostiquant")
    path, form = desk.form("hosting-services", subject=subject)

    typing = text_of(desk.portal().get("/tickets/suggestions", {"subject": subject}))
    sent = desk.portal().post(path, form)
    kept = desk.portal().post(path, {**form, "keep_subject": "yes"})

    hint = "Say which page, and what the server returns."
    assert hint in typing
    assert sent.status_code == 422
    assert hint in text_of(sent)
    assert form["description"] in sent.content.decode()
    assert kept.status_code == 302


@clause("E5")
def test_how_to_reproduce_it_is_asked_for_and_read_by_agents(desk_on):
    desk = desk_on("hostiquant")
    path, form = desk.form("hosting-services", **{"answer-reproduce": ""})

    refused = desk.portal().post(path, form)
    ticket = desk.file("hosting-services", **{"answer-reproduce": "Open www.mysite.com/page/"})

    assert refused.context["form"].errors["answer-reproduce"]
    assert "Open www.mysite.com/page/" in desk.agent_reads(ticket)


@clause("E6")
@pytest.mark.parametrize("filed", [SATURDAY_2330, NEW_YEAR])
def test_an_hour_is_an_hour_at_the_weekend_at_night_and_on_a_holiday(desk_on, filed):
    desk = desk_on("hostiquant")
    with time_machine.travel(filed, tick=False):
        ticket = desk.file("hosting-services")

        assert ticket.due_at == filed + timedelta(hours=1)
        assert desk.row(ticket).due.unit == "wall"
        assert "Our hours: around the clock, every day." in desk.customer_reads(ticket)


@clause("E6")
@time_machine.travel(SATURDAY_2330, tick=False)
def test_each_channel_has_hours_of_its_own(desk_on):
    ways = {way.key: way for way in desk_on("hostiquant").anonymous().get("/").context["channels"]}

    assert (ways["chat"].now.is_open, ways["portal"].now.is_open, ways["phone"].now.is_open) == (True, True, False)


@clause("E8")
def test_an_advisory_channel_carries_no_clock_and_says_so(desk_on):
    desk = desk_on("hostiquant")

    ticket = make_ticket(desk.grace, channel="phone", author=desk.ada)

    assert not ticket.clocks.exists()
    assert ticket.due_at is None
    assert "for advice only. It carries no promised time." in desk.customer_reads(ticket)


@clause("E13")
def test_what_support_does_stands_in_policy_and_form_in_every_language(desk_on):
    desk = desk_on("hostiquant")
    duties = {
        "en": "Respond to problems in the operation of hosting services: Apache, MySQL, FTP, SSH, mail.",
        "ru": "Реагировать на проблемы в работе услуг хостинга: Apache, MySQL, FTP, SSH, почта.",
        "es": "Responder a problemas en el funcionamiento de los servicios de hosting: Apache, MySQL, FTP, SSH",
    }

    for language, duty in duties.items():
        assert duty in text_of(desk.anonymous(language).get("/policy/"))
        assert duty in text_of(desk.portal(language).get("/tickets/new?category=control-panel"))


@clause("E14")
@pytest.mark.parametrize(
    ("exclusion", "words"),
    [
        ("client-code", "These tasks are the responsibility of the site developers."),
        ("installing-scripts", "Installing and configuring scripts and programs"),
        ("do-it-yourself", "he can do himself through the hosting control panel"),
        ("server-configuration", "you can purchase a VPS or a dedicated server"),
    ],
)
def test_what_support_does_not_do_ends_a_request_with_the_policy_s_words(desk_on, exclusion, words):
    desk = desk_on("hostiquant")
    ticket = desk.file("hosting-services")

    desk.agent_does(ticket, "do/not_covered", exclusion=Exclusion.objects.get(key=exclusion).pk)

    for told in (desk.customer_reads(ticket), desk.last_mail().text):
        assert words in " ".join(told.split())
    assert not Ticket.objects.get(pk=ticket.pk).is_active


@clause("E14")
def test_who_is_no_client_is_told_in_the_form_and_by_the_refusal(desk_on):
    desk = desk_on("hostiquant")
    form = text_of(desk.portal().get("/tickets/new?category=hosting-services"))
    ticket = desk.file("hosting-services")

    desk.agent_does(ticket, "do/refuse", reason=RefusalReason.objects.get(key="non-client").pk)

    assert "You do not belong to a client organisation here." in form
    assert "not provided to people who are not clients" in " ".join(desk.last_mail().text.split())
    make_organization("Initech", desk.grace)
    assert "You do not belong" not in text_of(desk.portal().get("/tickets/new?category=hosting-services"))


@clause("E16")
def test_the_article_that_came_near_reaches_the_agent_and_the_article_learns_of_it(wiki):
    subject = "403 Forbidden on every page of my shop"

    suggested = wiki.portal().get("/tickets/suggestions", {"subject": subject}).content.decode()
    ticket = wiki.file("hosting-services", subject=subject, articles=["000080"])

    assert 'name="articles" value="000080"' in suggested
    for page in (
        wiki.portal().get(f"/tickets/{ticket.number}/"),
        wiki.workspace().get(f"/desk/tickets/{ticket.number}/"),
    ):
        assert "403 Forbidden" in text_of(page)
        assert "/kb/article/000080" in page.content.decode()
    assert Article.objects.get(number=80).near_count == 1
    assert "Came close, and a ticket was filed 1" in text_of(wiki.workspace().get("/desk/articles/000080"))


@clause("E17")
def test_votes_and_related_articles_stand_on_the_page(wiki):
    page = "/kb/article/000071"

    for person in (wiki.grace, make_person("Alice")):
        wiki.portal(person=person).post(f"{page}/vote", {"helpful": "yes"})
    shown = wiki.portal().get(page)

    assert "2 users found this useful" in text_of(shown)
    assert "Related articles" in text_of(shown)
    assert "/kb/article/000072" in shown.content.decode()


@clause("E9")
def test_requests_are_handed_out_in_the_order_received_and_passing_one_by_is_seen(desk_on):
    desk, manager = desk_on("hostiquant"), make_person("Mary", "manager")
    first, second, third = (desk.file("hosting-services") for _ in range(3))
    queue = desk.workspace()

    handed = queue.post("/desk/next")["Location"]
    passed = queue.post(f"/desk/tickets/{first.number}/skip", {"reason": "subject", "words": "Needs a specialist."})
    waits = queue.post("/desk/next")["Location"]

    assert handed == f"/desk/tickets/{first.number}/"
    assert passed["Location"] == f"/desk/tickets/{second.number}/"
    assert waits == f"/desk/tickets/{third.number}/", "what was passed by is not offered to the same agent again"
    for language, said in (("en", "passed this by"), ("ru", "Заявку пропускает"), ("es", "pasó esto por alto")):
        assert said in desk.agent_reads(first, language)
    seen = text_of(desk.workspace(person=manager).get("/desk/"))
    assert "Needs a specialist." in seen and "Passed by in the last days" in seen
