"""Typing errors in words of messages and files are mended by words that were learnt in the background."""

from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from helpdesk.schedule import SCHEDULE
from tenants.context import act_as
from tenants.models import Tenant
from tests.api.client import Api
from tests.support.world import MONDAY_9AM, make_organization, make_person, make_ticket
from tests.tickets.portal import text_of, visitor
from tickets import actions, search, spelling, tasks, vocabulary
from tickets.models import KnownWord, SearchEntry, Ticket, WordsLearnt
from tickets.selection import parse, write

MINUTE = timedelta(minutes=1)


@pytest.fixture
def learn():
    """Has the active tenant know all that was written so far."""

    def learn():
        while vocabulary.learn(timezone.now() + 2 * MINUTE):
            pass

    return learn


def shown(text, person):
    """The text that is searched for instead."""

    def find(query):
        hits = search.find(query, person)
        return [ticket.pk for ticket in hits] if hits.are_exact else []

    better = spelling.corrected(parse(text), person, find)
    return better and write(better)


@pytest.mark.parametrize(
    ("body", "typed", "meant"),
    [
        ("The printer smokes.", "prnter", "printer"),
        ("The printer smokes.", "pritner", "printer"),
        ("Server rooms are hot.", "srever", "server"),
        ("A heavy load of paper.", "laod", "load"),
        ("The configuration is lost.", "cnfigurtion", "configuration"),
        ("Маршрутизатор молчит.", "маршутизатор", "маршрутизатор"),
        ("Маршрутизатор молчит.", "маршртузатор", "маршрутизатор"),
        ("La impresora no funciona.", "inpresora", "impresora"),
        ("He olvidado la contraseña.", "contrsena", "contraseña"),
        ("La cámara no graba.", "camra", "cámara"),
    ],
)
def test_a_word_that_no_message_has_is_taken_for_the_nearest_that_one_has(
    at_acme, ada, grace, learn, body, typed, meant
):
    make_ticket(grace, "Help", description=body)
    make_ticket(grace, "Other", description="Nothing of the kind. Nada. Ничего.")
    learn()

    assert shown(typed, ada) == meant
    assert [ticket.subject for ticket in search.find(parse(meant), ada)] == ["Help"]


def test_the_names_of_files_are_known_word_by_word(at_acme, ada, grace, learn):
    ticket = make_ticket(grace, files=[SimpleUploadedFile("Invoice_2026-rechnung.pdf", b"%PDF-")])
    actions.reply(
        ticket, author=ada, body="See this.", at=MONDAY_9AM, files=[SimpleUploadedFile("схема-щита.png", b"x")]
    )
    learn()

    assert [shown(typed, ada) for typed in ("invocie", "rechnug", "схмеа")] == ["invoice", "rechnung", "схема"]


def test_only_the_mistyped_words_are_changed_and_the_commonest_neighbour_is_taken(at_acme, ada, grace, learn):
    make_ticket(grace, "Help", description="A wooden table.")
    for number in range(2):
        make_ticket(grace, f"Help {number}", description="The broken cable of the printer.")
    learn()

    assert shown("Broken xable!", ada) == "Broken cable!"
    assert shown('status:new "printer" of brokn cable', ada) == 'status:new "printer" of broken cable'
    assert shown("printer qwzzxk", ada) is None
    assert shown("brokn qwzzxk", ada) is None


@pytest.mark.parametrize(
    "typed",
    ["printer", "printers", "smoking", '"prnter"', "-prnter", "prn", "pr1nter", "printer, prinetr@x", "the", ""],
)
def test_what_is_found_or_meant_exactly_is_never_corrected(at_acme, ada, grace, learn, typed):
    make_ticket(grace, "Help", description="The printer smokes.")
    learn()

    assert shown(typed, ada) is None


def test_words_that_tickets_have_but_none_together_are_not_changed(at_acme, ada, grace, learn):
    make_ticket(grace, "Help", description="A printer and scanners.")
    make_ticket(grace, "Other", description="A plotter and a scanned page.")
    learn()

    assert shown("printer plotter", ada) is None


def test_nobody_is_corrected_by_words_of_another_tenant(acme, globex, learn):
    with act_as(acme):
        make_ticket(make_person("Grace"), "Help", description="Unobtainium is missing.")
        learn()
    with act_as(globex):
        spy = make_person("Spy", "admin")
        make_ticket(make_person("Linus"), "Globex matter")
        learn()

        assert shown("unobtanium", spy) is None
        assert not KnownWord.objects.filter(word="unobtainium").exists()
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM tickets_misspelt('{unobtanium}', NULL, false) WHERE near IS NOT NULL")
            assert cursor.fetchone() == (0,)


def test_a_customer_is_corrected_by_words_of_their_own_requests_only(at_acme, ada, grace, learn):
    linus = make_person("Linus")
    make_ticket(grace, "Help", description="The firebrigade knows unobtainium.")
    own = make_ticket(linus, "Help", description="The printer smokes.")
    actions.note(own, author=ada, body="A hopeless printout", at=MONDAY_9AM)
    learn()

    assert (shown("firebrgade", grace), shown("prnter", linus)) == ("firebrigade", "printer")
    for typed in ("firebrgade", "unobtanium", "hopeles", "prinout"):
        assert shown(typed, ada)
        assert shown(typed, linus) is None
    assert shown("prnter", grace) is None


def test_a_customer_is_not_told_that_others_write_a_word_as_they_do(at_acme, ada, grace, learn):
    make_ticket(grace, "Help", description="The pritner smokes.")
    linus = make_person("Linus")
    make_ticket(linus, "Help", description="The printer smokes.")
    learn()

    assert shown("pritner", ada) is None
    assert shown("pritner", linus) == "printer"


def test_a_customer_is_told_a_word_in_the_form_that_they_know(at_acme, ada, grace, learn):
    linus = make_person("Linus")
    for number in range(3):
        make_ticket(grace, f"Help {number}", description="Cámaras, printing.")
    make_ticket(linus, "Help", description="La camara prints.")
    learn()

    assert shown("camraa", linus) == "camara"
    assert shown("prinitng", linus) is None
    assert (shown("camarsa", ada), shown("prinitng", ada)) == ("cámaras", "printing")


def test_an_agent_of_few_tickets_is_corrected_by_those(at_acme, ada, grace, learn):
    ada.role.permissions.remove("ticket.see_all")
    ada.role.save()
    make_ticket(grace, "Help", description="The firebrigade came.")
    own = make_ticket(grace, "Help", description="The printer smokes.")
    Ticket.objects.filter(pk=own.pk).update(assignee=ada)
    learn()

    assert (shown("prnter", ada), shown("firebrgade", ada)) == ("printer", None)


def test_words_are_learnt_a_batch_at_a_time_and_whoever_is_killed_changes_nothing(at_acme, ada, grace, monkeypatch):
    monkeypatch.setattr(vocabulary, "BATCH", 2)
    for number, word in enumerate(("alpha", "bravo", "charlie", "delta", "echoes")):
        make_ticket(grace, f"Help {number}", description=f"{word} help")
    later = timezone.now() + 2 * MINUTE

    assert vocabulary.learn(later)
    with pytest.raises(DatabaseError), transaction.atomic():
        vocabulary.learn(later)
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1/0")
    assert KnownWord.objects.get(word="help").times == 2
    assert not KnownWord.objects.filter(word="charlie").exists()
    assert vocabulary.learn(later)
    assert not vocabulary.learn(later)
    assert not vocabulary.learn(later)

    known = dict(KnownWord.objects.values_list("word", "times"))
    assert known == {"help": 5, "alpha": 1, "bravo": 1, "charlie": 1, "delta": 1, "echoes": 1}
    assert WordsLearnt.objects.get().count == 6


def test_filing_learns_nothing_and_what_may_not_be_committed_is_left_for_later(at_acme, grace):
    make_ticket(grace)
    assert not KnownWord.objects.exists()

    assert not vocabulary.learn(timezone.now())

    assert not KnownWord.objects.exists()


def test_a_tenant_knows_so_many_words_and_no_more(at_acme, grace, monkeypatch):
    monkeypatch.setattr(vocabulary, "BATCH", 1)
    monkeypatch.setattr(vocabulary, "MOST_KNOWN", 2)
    for word in ("alpha", "bravo"):
        make_ticket(grace, "Help", description=f"{word} help")
    while vocabulary.learn(timezone.now() + 2 * MINUTE):
        pass

    assert set(KnownWord.objects.values_list("word", flat=True)) == {"help", "alpha"}
    assert WordsLearnt.objects.get().entry == SearchEntry.objects.order_by("-id").first().pk


def test_numbers_addresses_and_short_or_endless_words_are_not_learnt(at_acme, grace, learn):
    make_ticket(grace, "Help", description=f"web01 4711 is off, tx {'x' * 31} Ünïcode naïve e-mail")
    learn()

    assert set(KnownWord.objects.values_list("word", "written")) == {
        ("help", "help"),
        ("unïcode", "ünïcode"),
        ("naïve", "naïve"),
        ("mail", "mail"),
    }


def test_a_word_of_a_message_that_is_gone_is_offered_to_nobody(at_acme, ada, grace, learn):
    make_ticket(grace, "Help", description="Unobtainium is missing.")
    learn()
    SearchEntry.objects.all().delete()

    assert KnownWord.objects.filter(word="unobtainium").exists()
    assert shown("unobtanium", ada) is None


def test_a_merged_tickets_words_correct_what_leads_to_the_one_that_stays(at_acme, ada, grace, learn):
    stays, duplicate = make_ticket(grace, "Printer"), make_ticket(grace, "Toner", description="Empty cartridge.")
    learn()
    actions.merge(duplicate, into=stays, actor=ada, at=MONDAY_9AM + MINUTE)

    assert shown("cartrigde", ada) == shown("cartrigde", grace) == "cartridge"


def test_beat_has_the_words_of_every_tenant_learnt(acme, globex, monkeypatch):
    assert SCHEDULE["words"]["task"] == tasks.learn_words.name
    monkeypatch.setattr(vocabulary, "SETTLED_AFTER", -MINUTE)
    monkeypatch.setattr(tasks.Tenant, "objects", Tenant.objects.filter(pk__in=[acme.pk, globex.pk]))
    for tenant in (acme, globex):
        with act_as(tenant):
            make_ticket(make_person("Grace"), "Help", description=f"Only {tenant.slug} knows.")

    tasks.learn_words()

    for tenant, other in ((acme, globex), (globex, acme)):
        with act_as(tenant):
            assert KnownWord.objects.filter(word=tenant.slug).exists()
            assert not KnownWord.objects.filter(word=other.slug).exists()


def test_the_page_of_a_search_says_which_words_it_shows_and_leads_to_what_was_typed(at_acme, ada, grace, learn):
    make_ticket(grace, "Help", description="The printer smokes.")
    learn()
    as_ada = visitor(at_acme, ada)

    for address in ("/desk/search?q=prnter", "/desk/tickets/?view=every&q=prnter&columns=number&columns=tags"):
        page = as_ada.get(address, follow=True)
        assert parse_qs(urlsplit(page.redirect_chain[0][0]).query)["q"] == ["printer"]
        assert "Nothing has “prnter”. Shown: “printer”." in text_of(page)
        assert "Help" in text_of(page)
        exactly = page.context["correction"]["url"]
        assert parse_qs(urlsplit(exactly).query)["q"] == ['"prnter"']
        path = address.partition("?")[0]
        page = as_ada.get(path + exactly, follow=True)
        assert "Nothing has" not in text_of(page)
        assert not page.context["rows"]
    assert parse_qs(urlsplit(exactly).query)["columns"] == ["number", "tags"]


def test_subjects_that_are_merely_alike_do_not_stand_in_the_way(at_acme, ada, grace, learn):
    make_ticket(grace, "Warehouse scanner")
    make_ticket(grace, "Help", description="The scanner is broken.")
    learn()

    page = visitor(at_acme, ada).get("/desk/search?q=scaner", follow=True)

    assert {row.ticket.subject for row in page.context["rows"]} == {"Warehouse scanner", "Help"}


def test_in_every_order_of_a_list_a_typing_error_is_forgiven(at_acme, ada, grace, learn):
    make_ticket(grace, "Help", description="The printer smokes.")
    learn()
    as_ada = visitor(at_acme, ada)

    page = as_ada.get("/desk/tickets/?view=every&q=prnter&sort=newest", follow=True)
    assert [row.ticket.subject for row in page.context["rows"]] == ["Help"]
    nothing = as_ada.get("/desk/tickets/?view=every&q=prnter+status:closed&sort=newest")
    assert nothing.status_code == 200
    assert not nothing.context["rows"]


def test_a_person_of_that_name_is_shown_and_not_a_word_like_it(at_acme, ada, grace, learn):
    make_person("Harrys")
    make_ticket(grace, "Help", description="The harris tweed.")
    learn()

    page = visitor(at_acme, ada).get("/desk/search?q=harrys")

    assert [str(one) for one in page.context["people"]] == ["Harrys"]


@pytest.mark.parametrize("typed", ["", "printer", "%00", "a b c", '"', "x" * 2000, "<b>prnter</b>"])
def test_what_an_address_claims_was_typed_is_only_text(at_acme, ada, grace, typed):
    make_ticket(grace)

    page = visitor(at_acme, ada).get("/desk/search", {"q": "printer", "typed": typed})

    assert page.status_code == 200
    assert b"<b>prnter" not in page.content


def test_customers_find_what_was_said_in_spite_of_a_typing_error(at_acme, as_grace, ada, grace, learn):
    make_organization("Initech", grace)
    ticket = make_ticket(grace, "Help", description="The printer smokes.")
    actions.note(ticket, author=ada, body="A hopeless case", at=MONDAY_9AM)
    learn()

    page = as_grace.get("/history/?q=prnter", follow=True)
    assert "Nothing has “prnter”. Shown: “printer”." in text_of(page)
    assert len(page.context["contacts"]) == 1
    assert as_grace.get("/history/?q=hopeles").status_code == 200
    assert as_grace.get("/history/?q=prnter&channel=phone").status_code == 200


def test_where_words_are_found_nothing_more_is_asked(at_acme, ada, grace, learn):
    make_ticket(grace, "Help", description="The printer smokes.")
    learn()
    as_ada = visitor(at_acme, ada)

    for address in ("/desk/search?q=printers", "/desk/tickets/?view=every&q=printers&sort=newest"):
        with CaptureQueriesContext(connection) as asked:
            assert as_ada.get(address).status_code == 200
        assert not [query for query in asked if "misspelt" in query["sql"] or "knownword" in query["sql"]]


@pytest.mark.parametrize(
    ("one", "other", "errors"),
    [("", "", 0), ("", "abc", 3), ("abc", "abc", 0), ("acb", "abc", 1), ("ac", "abc", 1), ("kitten", "sitting", 3)],
)
def test_errors_are_counted_as_people_make_them(one, other, errors):
    assert spelling.distance(one, other) == spelling.distance(other, one) == errors


def test_programs_are_told_for_which_words_they_got_tickets(at_acme, ada, grace, learn):
    make_ticket(grace, "Help", description="The printer smokes.")
    learn()

    api = Api(ada)
    found = api.get("tickets/", {"q": "prnter status:new"}).json()
    assert (found["corrected"], [each["subject"] for each in found["results"]]) == ("status:new printer", ["Help"])
    assert "corrected" not in api.get("tickets/", {"q": "printer"}).json()
    assert api.get("tickets/", {"q": "prnter status:closed"}).json()["results"] == []
    assert api.get("tickets/", {"q": '"prnter"'}).json()["results"] == []
    assert Api(make_person("Linus")).get("tickets/", {"q": "prnter"}).json()["results"] == []
