"""Tickets are found by their words, in three languages, with typing errors, and only by those who may see them."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection

from tenants.context import act_as
from tests.support.world import MONDAY_9AM, make_organization, make_person, make_ticket
from tickets import actions, search
from tickets.models import SearchEntry, Ticket
from tickets.selection import Desk, parse, select

MINUTE = timedelta(minutes=1)


def subjects(text, person):
    return [ticket.subject for ticket in search.find(parse(text), person)]


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

    assert search.find(parse(nasty), ada) == []


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


def test_the_names_of_files_are_found_word_by_word_and_as_they_stand(at_acme, ada, grace):
    ticket = make_ticket(grace, files=[SimpleUploadedFile("Facturas_2026-11.pdf", b"%PDF-")])
    actions.reply(ticket, author=ada, body="See this.", at=MONDAY_9AM, files=[SimpleUploadedFile("схема.png", b"x")])

    for wanted in ("factura", "facturas_2026-11.pdf", "2026", "схемы"):
        assert subjects(wanted, ada) == ["Printer on fire"], wanted


def listed(text, person, at=MONDAY_9AM):
    where = select(parse(text), person, Desk.now(), at=at).where
    return set(Ticket.objects.visible_to(person).filter(where).values_list("number", flat=True))


def narrowed(text, person, at=MONDAY_9AM):
    query = parse(text)
    where = select(query, person, Desk.now(), at=at).where
    found = [ticket.number for ticket in search.find(query, person, where)]
    assert sorted(found) == sorted(listed(text, person, at))  # as the best matches, and as a list
    return found


def narrowed_subjects(text, person):
    numbers = narrowed(text, person)
    return list(Ticket.objects.filter(number__in=numbers).order_by("number").values_list("subject", flat=True))


def test_conditions_narrow_a_common_word_to_what_they_say(at_acme, ada, grace, monkeypatch):
    monkeypatch.setattr(search, "MAX_HITS", 3)
    wanted = make_ticket(grace, "Printers burn", at=MONDAY_9AM)
    actions.take(wanted, actor=ada, at=MONDAY_9AM)
    for number in range(8):
        make_ticket(grace, f"Printer {number}", at=MONDAY_9AM + number * MINUTE)

    assert narrowed("printer assignee:me", ada) == [wanted.number]
    assert narrowed('assignee:me "printers burn"', ada) == [wanted.number]
    assert narrowed("printer -assignee:none", ada) == [wanted.number]
    assert wanted.number not in narrowed("printer -burned", ada)
    assert narrowed("scanner assignee:me", ada) == []


def test_typing_errors_are_forgiven_beside_conditions_too(at_acme, ada, grace):
    ticket = make_ticket(grace, "Warehouse scanner")
    make_ticket(grace, "Other")

    assert narrowed("scaner status:new", ada) == [ticket.number]
    assert narrowed("scaner status:closed", ada) == []


def test_unwanted_words_leave_out_only_tickets_that_have_them(at_acme, ada, grace):
    spanish, spam = make_ticket(grace, "Spanish invoice"), make_ticket(grace, "Spams by mail")

    assert narrowed("-spam status:new invoice", ada) == [spanish.number]
    assert narrowed("-spam -nothing status:new invoice", ada) == [spanish.number]
    assert narrowed('mail -"spanish invoice"', ada) == [spam.number]
    assert listed("-spam", ada) == {spanish.number}
    assert listed("-spnish", ada) == {spanish.number, spam.number}
    assert listed('-"invoice spanish"', ada) == {spanish.number, spam.number}


def test_words_in_quotation_marks_are_exact_in_any_form(at_acme, ada, grace):
    errors = make_ticket(grace, "Errors 403 since noon")
    alike = make_ticket(grace, "Error in the terror report 500", description="There are 403 of them, no errors.")

    assert subjects('"error 403"', ada) == narrowed_subjects('"error 403" status:new', ada) == [errors.subject]
    assert subjects('"eror 403"', ada) == narrowed_subjects('"eror 403" status:new', ada) == []
    assert subjects('"terrors"', ada) == narrowed_subjects('"terrors" status:new', ada) == [alike.subject]
    assert subjects('"terorr"', ada) == []


def test_the_end_of_a_subject_is_not_beside_its_beginning(at_acme, ada, grace):
    make_ticket(grace, "403 error", description="Spanish invoice")

    assert subjects('"error 403"', ada) == subjects('"invoice spanish"', ada) == subjects('"error spanish"', ada) == []
    assert subjects('"403 error"', ada) == subjects('"spanish invoice"', ada) == ["403 error"]


@pytest.mark.parametrize(
    ("subject", "other", "wanted"),
    [
        ("Ошибка оплаты картой", "Ошибки в оплатах картами", '"ошибки оплаты"'),
        ("Facturas duplicadas hoy", "Duplicada la factura", '"factura duplicada"'),
    ],
)
def test_phrases_have_word_forms_of_every_language(at_acme, ada, grace, subject, other, wanted):
    make_ticket(grace, subject)
    make_ticket(grace, other)

    assert subjects(wanted, ada) == narrowed_subjects(f"{wanted} status:new", ada) == [subject]


def test_beside_a_phrase_typing_errors_are_forgiven_among_tickets_that_have_it(at_acme, ada, grace):
    wanted = make_ticket(grace, "Warehouse scanner", description="It says error 403.")
    make_ticket(grace, "Warehouse scanner of the other hall", description="Error 500, 403 times.")

    assert subjects('scaner "error 403"', ada) == narrowed_subjects('scaner "error 403" status:new', ada)
    assert subjects('scaner "error 403"', ada) == [wanted.subject]
    assert subjects('scaner "error 404"', ada) == []


def test_a_customer_finds_no_phrase_of_a_note_beside_a_typing_error(at_acme, ada, grace):
    ticket = make_ticket(grace, "Warehouse scanner")
    actions.note(ticket, author=ada, body="A hopeless case", at=MONDAY_9AM)

    assert subjects('scaner "hopeless case"', ada) == ["Warehouse scanner"]
    assert subjects('scaner "hopeless case"', grace) == []


@pytest.mark.parametrize(
    ("subject", "wanted"),
    [("Не открывается страница", "страницы"), ("La factura duplicada", "facturas"), ("It crashed", "crashes")],
)
def test_word_forms_hold_beside_conditions_too(at_acme, ada, grace, subject, wanted):
    ticket = make_ticket(grace, subject)
    make_ticket(grace, "Something else", description="Entirely.")

    assert narrowed(f"status:new {wanted} assignee:none", ada) == [ticket.number]


def test_an_agent_of_few_tickets_finds_them_however_many_others_match_better(at_acme, ada, grace, monkeypatch):
    ada.role.permissions.remove("ticket.see_all")
    ada.role.save()
    mine = make_ticket(grace, "Other", description="A printer is mentioned.")
    Ticket.objects.filter(pk=mine.pk).update(assignee=ada)
    for _ in range(6):
        make_ticket(grace, "Printer printer printer")

    found = search.find(parse("printer"), ada, most=2)

    assert [ticket.pk for ticket in found] == [mine.pk]


def test_a_customer_learns_nothing_of_notes_by_searching(at_acme, ada, grace):
    ticket = make_ticket(grace)
    actions.note(ticket, author=ada, body="A hopeless firebrigade case", at=MONDAY_9AM)

    assert subjects("firebrigade", ada) == subjects("printer", grace) == ["Printer on fire"]
    assert subjects("firebrigade", grace) == []
    assert narrowed("printer -firebrigade", grace) == [ticket.number]


def test_narrowed_search_stays_within_the_tenant(acme, globex):
    with act_as(acme):
        ticket = make_ticket(make_person("Grace"), "Acme secret formula")
    with act_as(globex):
        spy = make_person("Spy", "admin")

        for wanted in ("secret status:new", "formula is:active", "secrte is:active", "-nothing secret"):
            assert narrowed(wanted, spy) == []
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM tickets_matching('secret', false)")
            assert cursor.fetchone() == (0,)
            cursor.execute("SELECT count(*) FROM tickets_search_among('secret', 9, %s, false)", [[ticket.pk]])
            assert cursor.fetchone() == (0,)
