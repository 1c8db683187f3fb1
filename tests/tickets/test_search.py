"""Tickets are found by their words, in three languages, with typing errors, and only by those who may see them."""

from datetime import timedelta

import pytest
from django.db import connection

from tenants.context import act_as
from tests.support.world import MONDAY_9AM, make_organization, make_person, make_ticket
from tickets import actions, search
from tickets.models import SearchEntry

MINUTE = timedelta(minutes=1)


def subjects(text, person):
    return [ticket.subject for ticket in search.find(text, person)]


@pytest.mark.parametrize(
    ("subject", "description", "wanted"),
    [
        ("Printers are burning", "Smoke.", "printer burns"),
        ("Не открывается страница оплаты", "Ошибка 500.", "страницы оплату"),
        ("La factura está duplicada", "Dos veces.", "facturas"),
        ("Cámaras sin señal", "No hay imagen.", "camara"),
        ("Nothing in particular", "The scheduler has crashed.", "schedulers crashing"),
        ("Печать", "Сервер недоступен из офиса.", "серверы офисы"),
    ],
)
def test_word_forms_of_three_languages_are_the_same_word(at_acme, ada, grace, subject, description, wanted):
    make_ticket(grace, subject, description=description)
    make_ticket(grace, "Something else", description="Entirely.")

    assert subjects(wanted, ada) == [subject]


def test_what_was_answered_is_found_too_and_so_are_notes(at_acme, ada, grace):
    ticket = make_ticket(grace)
    actions.reply(ticket, author=ada, body="Unplug the toaster.", at=MONDAY_9AM + MINUTE)
    actions.note(ticket, author=ada, body="A case for the firebrigade", at=MONDAY_9AM + MINUTE)

    assert subjects("toasters", ada) == subjects("firebrigade", ada) == ["Printer on fire"]


def test_typing_errors_in_the_subject_are_forgiven(at_acme, ada, grace):
    make_ticket(grace, "Принтер не печатает")
    make_ticket(grace, "Warehouse scanner")

    assert subjects("prnter", ada) == []
    assert subjects("принтр не печтает", ada) == ["Принтер не печатает"]
    assert subjects("scaner", ada) == ["Warehouse scanner"]


def test_who_asked_is_found_by_name_by_address_and_by_company(at_acme, ada, grace):
    make_organization("Initech Harris", grace)
    make_ticket(grace)

    for wanted in ("grace", "grace@acme.example", "Initech", "harris"):
        assert subjects(wanted, ada) == ["Printer on fire"], wanted


def test_the_subject_counts_for_more_than_a_message(at_acme, ada, grace):
    make_ticket(grace, "Other", description="The router was mentioned.")
    make_ticket(grace, "Router", description="It is off.")

    assert subjects("router", ada) == ["Router", "Other"]


def test_a_number_leads_straight_to_its_ticket(at_acme, ada, grace):
    ticket = make_ticket(grace)

    assert search.numbered(f"#{ticket.number}", ada) == search.numbered(str(ticket.number), ada) == ticket
    assert search.numbered("999", ada) is None
    assert search.numbered("9" * 200, ada) is None


def test_the_words_of_a_merged_ticket_lead_to_the_one_that_stays(at_acme, ada, grace):
    stays, duplicate = make_ticket(grace, "Printer"), make_ticket(grace, "Toner", description="Empty cartridge.")

    actions.merge(duplicate, into=stays, actor=ada, at=MONDAY_9AM + MINUTE)

    assert subjects("cartridge", ada) == ["Printer"]


def test_one_tenant_never_finds_the_words_of_another(acme, globex):
    with act_as(acme):
        make_ticket(make_person("Grace"), "Acme secret formula", description="Unobtainium.")
    with act_as(globex):
        spy = make_person("Spy", "admin")
        make_ticket(make_person("Linus"), "Globex matter")

        for wanted in ("unobtainium", "secret formula", "secrte formla", "grace@acme.example", "Grace"):
            assert subjects(wanted, spy) == []
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM tickets_search('unobtainium or secret', 100)")
            assert cursor.fetchone() == (0,)


def test_without_a_tenant_the_function_of_the_owner_finds_nothing(acme):
    with act_as(acme):
        make_ticket(make_person("Grace"), "Acme secret formula")

    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL app.tenant_id = ''")
        cursor.execute("SELECT count(*) FROM tickets_search('secret', 100)")
        assert cursor.fetchone() == (0,)


def test_tickets_of_teams_that_an_agent_may_not_see_are_not_found(at_acme, ada, grace):
    ada.role.permissions.remove("ticket.see_all")
    ada.role.save()
    make_ticket(grace)

    assert subjects("printer", ada) == []


@pytest.mark.parametrize(
    "nasty", ["", "'", '"unclosed', "-", "!!!", "<b>", ":*", "a & | b", "\x00nul", "😀", "x" * 9999]
)
def test_strange_queries_are_only_queries(at_acme, ada, grace, nasty):
    make_ticket(grace)

    assert search.find(search.clean(nasty), ada) == []


def test_a_megabyte_of_text_is_filed_and_found(at_acme, ada, grace):
    make_ticket(grace, "Log", description="zebra " + " ".join(f"line{number}" for number in range(110_000)))

    assert subjects("zebra", ada) == ["Log"]


def test_a_loader_fills_in_what_the_actions_would_have_written(at_acme, ada, grace):
    ticket = make_ticket(grace)
    actions.reply(ticket, author=ada, body="Unplug it.", at=MONDAY_9AM + MINUTE)
    columns = ("message_id", "subject", "words")
    before = list(SearchEntry.objects.order_by("message_id").values_list(*columns))
    SearchEntry.objects.all().delete()

    with connection.cursor() as cursor:
        cursor.execute(search.FILL)

    after = list(SearchEntry.objects.order_by("message_id").values_list(*columns))
    assert [row[:2] for row in after] == [row[:2] for row in before]
    assert subjects("unplugged", ada) == subjects("grace", ada) == ["Printer on fire"]


def test_the_function_of_the_owner_looks_for_names_only_where_nobody_else_can_put_them(db):
    with connection.cursor() as cursor:
        cursor.execute("SELECT prosecdef, proconfig FROM pg_proc WHERE proname = 'tickets_search'")
        security_definer, settings = cursor.fetchone()

    assert security_definer
    assert "search_path=pg_catalog, public, pg_temp" in settings
