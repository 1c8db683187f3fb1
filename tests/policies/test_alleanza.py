"""Alleanza: the working days of the Russian government, four guaranteed times, refusals and suspended services."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.conf import settings
from django.utils import timezone

from kb.actions import load_articles
from tests.policies.clauses import clause
from tests.support.world import make_organization, make_person
from tests.tickets.portal import text_of
from tickets.models import Organization, RefusalReason, Status, Ticket

#: Moscow is three hours ahead of UTC all year round; this is Monday, 7:00 there.
MONDAY_7AM = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
#: Thursday before the first of May, one hour before closing.
BEFORE_MAY = datetime(2026, 4, 30, 13, 0, tzinfo=UTC)


@clause("C1")
@time_machine.travel(BEFORE_MAY, tick=False)
def test_the_first_of_may_does_not_count_and_is_named(desk_on):
    desk = desk_on("alleanza")

    ticket = desk.file("service-problem", "ru", priority="critical")

    # One hour on Thursday, one on Monday after the holiday and the weekend.
    assert ticket.due_at == datetime(2026, 5, 4, 5, 0, tzinfo=UTC)
    page = desk.customer_reads(ticket, "ru")
    assert "Мы ответим до: понедельник, 4 мая, 08:00" in page or "4 мая" in page
    assert "Праздник Весны и Труда" in page


@clause("C1")
@time_machine.travel("2024-11-01 13:00:00+00:00", tick=False)
def test_a_saturday_that_became_a_working_day_counts(desk_on):
    desk = desk_on("alleanza")

    ticket = desk.file("service-problem", "ru", priority="critical")

    # Friday 16:00 in Moscow; Saturday 2 November 2024 was worked, Monday 4 November was a holiday.
    assert ticket.due_at == datetime(2024, 11, 2, 5, 0, tzinfo=UTC)


@clause("C1")
@time_machine.travel(BEFORE_MAY, tick=False)
def test_an_administrator_adjusts_the_calendar_by_hand(desk_on):
    desk = desk_on("alleanza")

    desk.apply(
        (
            '    weekly:\n      mon-fri: "07:00-17:00"',
            '    weekly:\n      mon-fri: "07:00-17:00"\n'
            "    closed_dates: {2026-05-04: {ru: Переезд, en: Moving house, es: Mudanza}}\n"
            '    open_dates: {2026-05-02: "10:00-12:00"}',
        )
    )
    ticket = desk.file("service-problem", "ru", priority="urgent")

    # One hour on Thursday, two on the Saturday that was opened, none on the Monday that was closed, one on Tuesday.
    assert ticket.due_at == datetime(2026, 5, 5, 5, 0, tzinfo=UTC)
    assert "Переезд" in desk.customer_reads(ticket, "ru")


@clause("C3")
def test_article_000032_is_linked_where_it_is_needed_and_keeps_its_number(desk_on):
    desk = desk_on("alleanza")
    writer = make_person("Librarian", "admin")
    load_articles(settings.BASE_DIR / "policies/articles/alleanza", author=writer, at=timezone.now())

    article = desk.anonymous("ru").get("/kb/article/000032")
    pages = [desk.portal("ru").get("/policy/"), desk.portal("ru").get("/tickets/new?category=restore")]

    assert article.status_code == 200
    assert "Рекомендации перед обращением в службу поддержки" in text_of(article)
    assert all('href="/kb/article/000032"' in page.content.decode() for page in pages)


@clause("C11")
@pytest.mark.parametrize(
    ("priority", "hours", "due"),
    [
        ("critical", 2, datetime(2026, 3, 2, 6, 0, tzinfo=UTC)),
        ("urgent", 4, datetime(2026, 3, 2, 8, 0, tzinfo=UTC)),
        ("normal", 8, datetime(2026, 3, 2, 12, 0, tzinfo=UTC)),
        ("low", 24, datetime(2026, 3, 4, 8, 0, tzinfo=UTC)),
    ],
)
def test_each_level_is_guaranteed_its_hours(desk_on, priority, hours, due):
    desk = desk_on("alleanza")
    with time_machine.travel(MONDAY_7AM, tick=False):
        ticket = desk.file("service-problem", "ru", priority=priority)

        assert ticket.due_at == due
        assert desk.row(ticket, "ru").due.remaining == f"{hours} ч"
        promised = f"{due + timedelta(hours=3):%H:%M}"
        assert promised in desk.customer_reads(ticket, "ru").partition("Мы ответим")[2][:80]


@clause("C11")
def test_the_form_defines_each_level_in_russian(desk_on):
    page = text_of(desk_on("alleanza").portal("ru").get("/tickets/new?category=service-problem"))

    for words in (
        "Critical Критичные ситуации, в которых виртуальная среда Абонента оказывается неработоспособна.",
        "Urgent Проблемы, при которых виртуальная среда функционирует, но её работа сильно затруднена.",
        "Normal Проблемы среднего уровня",
        "Low Вопросы или рекомендации касательно развития и модификации работы сервисов",
    ):
        assert words in page


@clause("C12")
@pytest.mark.parametrize("reason", ["no-authorisation", "outside-contract", "suspended", "rudeness"])
def test_a_request_is_refused_for_a_reason_of_the_list_and_the_customer_is_told(desk_on, reason):
    desk = desk_on("alleanza")
    ticket, chosen = desk.file("question", "ru"), RefusalReason.objects.get(key=reason)
    words = " ".join(ticket.policy.refusal_reasons[reason].text["ru"].split())

    form = text_of(desk.workspace("ru").get(f"/desk/tickets/{ticket.number}/do/refuse"))
    desk.agent_does(ticket, "do/refuse", reason=chosen.pk, explanation="Пришлите номер договора.")

    assert words in form
    for told in (desk.customer_reads(ticket, "ru"), desk.last_mail().text):
        assert words in " ".join(told.split())
        assert "Пришлите номер договора." in told
    refused = desk.api(desk.ada).get("tickets/", {"status": Status.objects.get(kind="refused").key}).json()["results"]
    assert [each["number"] for each in refused] == [ticket.number]


@clause("C12")
def test_a_refusal_can_be_appealed_and_taken_back(desk_on):
    desk = desk_on("alleanza")
    ticket = desk.file("question", "ru")
    desk.agent_does(ticket, "take")
    desk.agent_does(ticket, "do/refuse", reason=RefusalReason.objects.get(key="outside-contract").pk)

    path = f"/tickets/{ticket.number}/reply"
    desk.portal("ru").post(path, {"body": "Это есть в договоре, пункт 4."})
    told = desk.last_mail(desk.ada).text
    waiting = text_of(desk.workspace("ru").get("/desk/tickets/?view=appeals"))
    desk.agent_does(ticket, "do/reopen", reason="Пункт 4 и правда есть.")

    ticket.refresh_from_db()
    assert "Это есть в договоре, пункт 4." in told
    assert f"#{ticket.number}" in waiting
    assert f"#{ticket.number}" not in text_of(desk.workspace("ru").get("/desk/tickets/?view=appeals"))
    assert (ticket.status.kind, ticket.refusal_reason) == ("open", None)
    assert "Пункт 4 и правда есть." not in desk.customer_reads(ticket, "ru")


@clause("C13")
def test_a_manager_suspends_services_and_filing_explains_it_by_page_and_api(desk_on):
    desk = desk_on("alleanza")
    company, manager = make_organization("Ромашка", desk.grace), make_person("Mary", "manager")
    until = timezone.localtime(timezone.now() + timedelta(days=3))
    path, form = desk.form("service-problem", "ru", description="Сервер не отвечает с утра")

    desk.workspace(person=manager).post(
        f"/desk/organizations/{company.pk}/suspend",
        {
            "since": f"{timezone.localtime():%Y-%m-%dT%H:%M}",
            "until": f"{until:%Y-%m-%dT%H:%M}",
            "cause": "contract",
            "reason": "Счёт за март не оплачен.",
            "typed": "Ромашка",
        },
    )
    page = desk.portal("ru").post(path, form)
    call = desk.api().post("tickets/", {"subject": "Сервер не отвечает", "description": "С утра"})

    assert Organization.objects.get(pk=company.pk).is_suspended(timezone.now())
    assert page.status_code == 422
    assert "Счёт за март не оплачен." in text_of(page)
    assert "Сервер не отвечает с утра" in page.content.decode()
    assert (call.status_code, call.json()["code"]) == (409, "organization_suspended")
    assert "Счёт за март не оплачен." in call.json()["detail"]
    assert not Ticket.objects.exists()


@clause("C13")
def test_a_suspension_begins_and_ends_by_itself_and_open_requests_go_on(desk_on):
    desk = desk_on("alleanza")
    company = make_organization("Ромашка", desk.grace)
    with time_machine.travel(MONDAY_7AM, tick=False):
        open_before = desk.file("question", "ru")
        begin, end = MONDAY_7AM + timedelta(hours=1), MONDAY_7AM + timedelta(hours=3)
        Organization.objects.filter(pk=company.pk).update(
            suspended_from=begin, suspended_until=end, suspension_reason="Счёт не оплачен."
        )
        path, form = desk.form("question", "ru", file_anyway="yes")
        assert desk.portal("ru").post(path, form).status_code == 302
    with time_machine.travel(begin, tick=False):
        assert desk.portal("ru").post(path, form | {"subject": "Вторая"}).status_code == 422
        assert desk.portal("ru").get(f"/tickets/{open_before.number}/").status_code == 200
    with time_machine.travel(end, tick=False):
        assert desk.portal("ru").post(path, form | {"subject": "Третья заявка"}).status_code == 302
