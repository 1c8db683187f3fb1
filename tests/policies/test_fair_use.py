"""Fair use: duplicates, pauses, nudges, false reports, warnings and suspensions, as each policy configures them."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from inbox.models import OutgoingMail
from sla import followup
from sla.document import SupportPolicy
from tenants import alarms
from tenants.errors import NotPermitted
from tenants.models import AuditEntry
from tests.policies.clauses import clause
from tests.support.world import make_person, policy_file
from tests.tickets.portal import text_of
from tickets import actions
from tickets.errors import AppealedAlready, ContactPaused, MadeItThemselves, SupportSuspended
from tickets.fairuse.contact import contact_about
from tickets.fairuse.pressing import presses
from tickets.fairuse.standing import standing_of
from tickets.models import Event, Message, Strike, Suspension, Ticket, Upload

NOON = "2026-03-02 18:00:00+00:00"
CATEGORY = "sitio-caido"
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


@pytest.fixture
def justo(desk_on):
    with time_machine.travel(NOON, tick=False) as clock:
        desk = desk_on("justo")
        desk.clock = clock
        yield desk


def nudges_of(ticket):
    return Event.objects.filter(ticket=ticket, verb="ticket.nudged")


def mails_to(person):
    alarms.work_due(until=timezone.now())
    return list(OutgoingMail.objects.filter(address=person.email).order_by("created_at", "id"))


def say(desk, ticket, body, **more):
    return actions.comment(ticket, author=desk.grace, body=body, at=timezone.now(), **more)


@clause("D7")
def test_until_forty_minutes_have_passed_the_contact_page_says_when_and_keeps_the_words(justo):
    ticket = justo.file(CATEGORY, "es")
    path = f"/tickets/{ticket.number}/contact"
    justo.clock.shift(39 * MINUTE)

    page = text_of(justo.portal("es").get(path))
    kept = justo.portal("es").post(path, {"body": "El error ahora dice 503 en la página de pedidos."}, follow=True)

    assert "Por chat o teléfono puede preguntar" in page
    assert "12:40" in page  # 18:40 UTC in Mexico City
    assert kept.redirect_chain
    assert Message.objects.filter(ticket=ticket, body__contains="503").count() == 1
    assert "503" in text_of(kept)
    assert not nudges_of(ticket).exists()

    justo.clock.shift(MINUTE)
    opened = text_of(justo.portal("es").get(path))
    assert "Por chat o teléfono puede preguntar" not in opened


@clause("D7")
def test_what_is_typed_meanwhile_is_kept_once_however_often_the_form_arrives(justo):
    ticket = justo.file(CATEGORY, "es")
    path = f"/tickets/{ticket.number}/contact"
    token = str(justo.portal("es").get(path).context["form"].initial["token"])
    form = {"body": "¿Hay alguna novedad?", "token": token}

    sent = [justo.portal("es").post(path, form) for _ in range(2)]

    assert [each.status_code for each in sent] == [302, 302]
    assert ticket.messages.filter(body=form["body"]).count() == 1
    assert nudges_of(ticket).count() == 1


@clause("D7")
def test_what_begins_a_chat_or_a_call_keeps_the_words_only_while_the_pause_lasts(justo):
    ticket = justo.file(CATEGORY, "es")

    early = actions.ask_again(ticket, author=justo.grace, body="También falla el correo de ventas", at=timezone.now())
    late = actions.ask_again(
        ticket, author=justo.grace, body="Ahora sí", channel="phone", at=timezone.now() + 40 * MINUTE
    )

    assert not early.contact.is_open
    assert early.message.body == "También falla el correo de ventas"
    assert early.contact.opens_at == ticket.created_at + 40 * MINUTE
    assert late.contact.is_open
    assert late.message is None
    assert Message.objects.filter(ticket=ticket).count() == 2


@clause("D7")
@pytest.mark.parametrize(("counted_from", "opens"), [("filing", 40), ("answer", 70)])
def test_the_policy_says_what_the_pause_is_counted_from(justo, counted_from, opens):
    justo.apply(("follow_up_from: filing", f"follow_up_from: {counted_from}"))
    ticket = justo.file(CATEGORY, "es")
    answered = ticket.created_at + 30 * MINUTE
    actions.reply(ticket, author=justo.ada, body="Lo revisamos.", at=answered)

    contact = contact_about(Ticket.objects.select_related("status").get(pk=ticket.pk), at=answered)

    assert contact.opens_at == ticket.created_at + opens * MINUTE


@clause("D7")
def test_a_tenant_without_a_pause_keeps_nobody_waiting(desk_on):
    desk = desk_on("hostiquant")
    category = next(iter(SupportPolicy.load(policy_file("hostiquant")[1]).categories))
    ticket = desk.file(category)

    assert contact_about(ticket, at=timezone.now()).is_open
    assert followup.pause(ticket.policy.fair_use, filed_at=ticket.created_at, answered_at=None) is None


def test_somebody_else_s_ticket_has_no_contact_page(justo):
    ticket = justo.file(CATEGORY, "es")
    stranger = make_person("Mallory")

    page = justo.portal("es", stranger).get(f"/tickets/{ticket.number}/contact")

    assert page.status_code == 404
    with pytest.raises(NotPermitted):
        actions.ask_again(ticket, author=stranger, body="?", at=timezone.now())


@pytest.mark.parametrize(
    ("text", "is_pressing"),
    [
        ("¿Alguna novedad?", True),
        ("Sigo esperando respuesta, es urgente!!", True),
        ("???", True),
        ("any update yet?", True),
        ("Ну что там? Сколько можно ждать?", True),
        ("El sitio no abre", True),  # said before
        ("Gracias", False),
        ("Ahora también falla el correo desde el teléfono móvil", False),
        ("Error 1042", False),  # a number that is new
        ("Thanks, I will look into it", False),
        ("Спасибо большое, перезагрузили роутер, теперь работает", False),
    ],
)
def test_a_message_presses_when_it_asks_again_and_brings_nothing_new(text, is_pressing):
    assert presses(text, ["El sitio no abre", "Error 500 en la portada"], new_words=4) is is_pressing


@clause("D10")
def test_asking_again_is_joined_to_the_ticket_answered_with_its_state_and_counted(justo):
    ticket = justo.file(CATEGORY, "es")
    justo.clock.shift(10 * MINUTE)

    justo.portal("es").post(f"/tickets/{ticket.number}/reply", {"body": "¿Alguna novedad?"})

    event = nudges_of(ticket).get()
    assert event.data["count"] == 1
    reads = justo.customer_reads(ticket, "es")
    assert "Usted preguntó cómo va" in reads
    assert "Soporte" in reads
    mail = mails_to(justo.grace)[-1]
    assert "Usted preguntó cómo va" in mail.text
    assert "12:40" in mail.text  # when contact opens
    assert "volvió a preguntar" in justo.agent_reads(ticket, "es")
    assert Strike.objects.get().counts is False


@clause("D10")
@pytest.mark.parametrize("what", ["new words", "a number", "answered", "pending"])
def test_who_brings_something_new_or_is_asked_does_not_press(justo, what):
    ticket = justo.file(CATEGORY, "es")
    at = timezone.now() + MINUTE
    if what in ("answered", "pending"):
        actions.reply(ticket, author=justo.ada, body="¿Desde qué equipo?", at=at)
    body = {"new words": "Ahora también falla el correo en mi teléfono", "a number": "Error 1042"}.get(what, "¿y?")

    actions.comment(ticket, author=justo.grace, body=body, at=at + MINUTE)

    assert not nudges_of(ticket).exists()


@clause("D10")
def test_an_agent_notes_a_call_and_the_customer_is_told_how_it_stands(justo):
    ticket = justo.file(CATEGORY, "es")

    justo.agent_does(ticket, "do/log_contact", channel="phone", words="Llamó para apurarnos.")

    event = nudges_of(ticket).get()
    assert (event.data["channel"], event.data["by"]) == ("phone", str(justo.ada))
    assert Message.objects.get(kind="internal").body == "Llamó para apurarnos."
    assert "Llamó para apurarnos" not in justo.customer_reads(ticket, "es")
    assert "Usted preguntó cómo va" in mails_to(justo.grace)[-1].text


@clause("D10")
def test_the_first_nudges_are_free_and_the_third_counts(justo):
    ticket = justo.file(CATEGORY, "es")

    for _ in range(3):
        justo.clock.shift(MINUTE)
        say(justo, ticket, "¿Novedades?")

    assert list(Strike.objects.order_by("at").values_list("counts", flat=True)) == [False, False, True]
    assert standing_of(justo.grace, at=timezone.now()).number == 1


def test_a_policy_without_nudges_takes_every_message_as_it_is(desk_on):
    desk = desk_on("alleanza")
    ticket = desk.file("service-problem", "ru")

    desk.portal("ru").post(f"/tickets/{ticket.number}/reply", {"body": "Есть новости?"})

    assert Message.objects.filter(ticket=ticket).count() == 2
    assert not nudges_of(ticket).exists()


@clause("D11")
def test_a_false_report_counts_against_its_customer_who_reads_why_and_it_can_be_taken_back(justo):
    ticket = justo.file(CATEGORY, "es")
    reason = "El sitio respondió en todas las pruebas."

    nothing = justo.agent_does(ticket, "do/false_report", reason=" ")
    justo.agent_does(ticket, "do/false_report", reason=reason)

    assert nothing.status_code == 422
    assert standing_of(justo.grace, at=timezone.now()).number == 1
    assert reason in justo.customer_reads(ticket, "es")
    assert reason in mails_to(justo.grace)[-1].text
    assert reason in text_of(justo.portal("es").get("/fair-use/"))

    justo.agent_does(ticket, "do/clear_false_report")
    assert standing_of(justo.grace, at=timezone.now()).number == 0
    assert Event.objects.filter(ticket=ticket, verb="report.cleared").exists()


@clause("D11")
def test_only_who_may_marks_false_reports_and_once(justo):
    ticket = justo.file(CATEGORY, "es")
    justo.ada.role.permissions.remove("ticket.mark_false")
    justo.ada.role.save()

    with pytest.raises(NotPermitted):
        actions.mark_false_report(ticket, reason="Falso", actor=justo.ada, at=timezone.now())

    boss = make_person("Mary", "manager")
    api = justo.api(boss)
    first = api.post(f"tickets/{ticket.number}/false-report/", {"reason": "Falso"})
    second = api.post(f"tickets/{ticket.number}/false-report/", {"reason": "Falso"})
    stranger = justo.api(make_person("Mallory")).post(f"tickets/{ticket.number}/false-report/", {"reason": "x"})
    assert (first.status_code, second.json()["code"], stranger.status_code) == (200, "false_report_already", 404)
    assert api.call("delete", f"tickets/{ticket.number}/false-report/").status_code == 200


UNLIKE = ["El correo rebota", "Falta una factura", "Dominio vencido ayer", "Nadie contesta el teléfono"]


def strike_out(desk, times):
    """So many false reports against Grace, each about something else."""
    for _ in range(times):
        subject = UNLIKE[Ticket.objects.count()]
        ticket = desk.file(CATEGORY, "es", subject=subject, description=subject)
        actions.mark_false_report(ticket, reason="No era cierto.", actor=desk.ada, at=timezone.now())
        desk.clock.shift(MINUTE)


@clause("D12")
def test_at_two_strikes_the_customer_is_warned_and_at_three_managers_are_asked(justo):
    boss = make_person("Mary", "manager")

    strike_out(justo, 2)
    warned = [mail.subject for mail in mails_to(justo.grace)]
    asked_early = mails_to(boss)
    strike_out(justo, 1)

    assert "Le pedimos respetar nuestras reglas de uso justo" in warned
    assert asked_early == []
    assert [mail.subject for mail in mails_to(boss)] == [f"Por decidir: {justo.grace} y el uso justo"]
    page = text_of(justo.workspace("es", boss).get("/desk/fair-use/"))
    assert str(justo.grace) in page
    assert justo.workspace("es").get("/desk/fair-use/").status_code == 404

    review = Strike.objects.to_review().get()
    justo.workspace("es", boss).post(f"/desk/fair-use/strikes/{review.pk}/settle")
    assert not Strike.objects.to_review().exists()


@clause("D12")
def test_strikes_lapse_by_themselves(justo):
    strike_out(justo, 2)

    assert standing_of(justo.grace, at=timezone.now() + 89 * DAY).number == 2
    assert standing_of(justo.grace, at=timezone.now() + 91 * DAY).number == 0


@clause("D12")
@pytest.mark.parametrize("kind", ["rude", "duplicate"])
def test_rude_words_and_duplicates_count_too(justo, kind):
    ticket = justo.file(CATEGORY, "es")
    if kind == "rude":
        say(justo, ticket, "Vaya mierda de servicio.", as_it_is=True)
    else:
        again = justo.file(CATEGORY, "es", subject="Otra cosa muy distinta")
        actions.merge(again, into=ticket, actor=justo.ada, at=timezone.now())

    assert Strike.objects.get(counts=True).kind == kind


@clause("D12")
def test_a_policy_that_counts_nothing_holds_nothing_against_anybody(desk_on):
    desk = desk_on("alleanza")
    ticket = desk.file("service-problem", "ru")

    say(desk, ticket, "Вы там идиоты?", as_it_is=True)

    assert Strike.objects.get().counts is False
    assert standing_of(desk.grace, at=timezone.now()).number == 0


@clause("D12")
def test_a_manager_suspends_a_customer_for_a_time_who_is_told_and_keeps_what_was_typed(justo):
    boss = make_person("Mary", "manager")
    path, form = justo.form(CATEGORY, "es", description="Lo que escribí con cuidado.")
    desk = justo.workspace("es", boss)
    said = {
        "cause": "fair-use",
        "since": "2026-03-02T11:00",
        "until": "2026-03-09T11:00",
        "reason": "Tres reportes falsos.",
    }
    address = f"/desk/fair-use/people/{justo.grace.pk}/suspend"

    asked = desk.post(address, said)
    done = desk.post(address, {**said, "typed": justo.grace.email})

    assert asked.status_code == 200
    assert justo.grace.email in asked.content.decode()
    assert done.status_code == 302, text_of(done)
    refused = justo.portal("es").post(path, form)
    assert refused.status_code == 422
    assert "Tres reportes falsos." in text_of(refused)
    assert "Lo que escribí con cuidado." in refused.content.decode()
    mail = mails_to(justo.grace)[-1]
    assert "Tres reportes falsos." in mail.text
    assert "Incumplimiento de las políticas de uso justo" in mail.text
    assert "Su soporte está suspendido" in text_of(justo.portal("es").get("/"))
    assert AuditEntry.objects.filter(act="person.suspended", actor=boss, subject=justo.grace.pk).exists()
    code = justo.api().post("tickets/", {"subject": "Hola", "description": "Otra vez"})
    assert (code.status_code, code.json()["code"]) == (409, "support_suspended")


@clause("D12")
def test_a_suspension_ends_by_itself_and_the_customer_is_told(justo):
    boss = make_person("Mary", "manager")
    now = timezone.now()
    actions.suspend(justo.grace, since=now, until=now + DAY, reason="Uso injusto", actor=boss, at=now)
    with pytest.raises(SupportSuspended):
        actions.open_ticket(requester=justo.grace, subject="a", description="b", at=now)

    justo.clock.shift(DAY)
    mail = mails_to(justo.grace)[-1]

    ended = Suspension.objects.get()
    assert ended.ended_at == now + DAY
    assert ended.ended_by is None
    assert "Su soporte ya no está suspendido" in mail.text
    assert AuditEntry.objects.filter(act="person.suspension_ended").exists()
    assert actions.open_ticket(requester=justo.grace, subject="a", description="b", at=timezone.now())


@clause("D12", "C13")
@pytest.mark.parametrize("outcome", ["grant", "uphold"])
def test_an_objection_is_decided_by_another_manager(justo, outcome):
    mary, nora = make_person("Mary", "manager"), make_person("Nora", "manager")
    now = timezone.now()
    made = actions.suspend(justo.grace, since=now, until=None, reason="Uso injusto", actor=mary, at=now)
    path = f"/fair-use/suspensions/{made.pk}/appeal"
    text = "No fui yo: compartíamos la cuenta."

    empty = justo.portal("es").post(path, {"text": " "})
    stranger = justo.portal("es", make_person("Mallory")).post(path, {"text": text})
    sent = justo.portal("es").post(path, {"text": text})

    assert (empty.status_code, stranger.status_code, sent.status_code) == (422, 404, 302)
    with pytest.raises(AppealedAlready):
        actions.appeal(made, text="y otra", actor=justo.grace, at=now)
    assert text in mails_to(nora)[-1].text
    at_address = justo.workspace("es", nora).get(f"/desk/fair-use/appeals/{made.pk}")
    assert at_address["Location"] == f"/desk/fair-use/people/{justo.grace.pk}"
    with pytest.raises(MadeItThemselves):
        actions.decide_appeal(made, is_granted=True, words="No", actor=mary, at=now)
    decided = justo.workspace("es", nora).post(
        f"/desk/fair-use/appeals/{made.pk}/decide", {"outcome": outcome, "words": "Lo revisamos."}
    )
    assert decided.status_code == 302
    made.refresh_from_db()
    assert (made.ended_at is None) == (outcome == "uphold")
    assert "Lo revisamos." in mails_to(justo.grace)[-1].text


@clause("C13")
def test_a_company_s_suspension_is_told_objected_to_and_ends_by_itself(justo):
    from tests.support.world import make_organization
    from tickets.models import Membership

    boss, company, now = make_person("Mary", "manager"), make_organization(), timezone.now()
    Membership.objects.create(user=justo.grace, organization=company, scope="manage")

    made = actions.suspend(company, since=now, until=now + DAY, reason="Sin pago.", actor=boss, at=now)

    assert "Sin pago." in mails_to(justo.grace)[-1].text
    assert company.is_suspended(now)
    actions.appeal(made, text="Pagamos ayer.", actor=justo.grace, at=now)
    assert "Pagamos ayer." in text_of(justo.workspace("es", boss).get(f"/desk/fair-use/appeals/{made.pk}"))
    justo.clock.shift(DAY)
    mails_to(justo.grace)
    company.refresh_from_db()
    assert company.suspended_from is None


def test_only_who_may_suspends(justo):
    now = timezone.now()

    with pytest.raises(NotPermitted):
        actions.suspend(justo.grace, since=now, until=None, reason="x", actor=justo.ada, at=now)
    page = justo.workspace("es").post(f"/desk/fair-use/people/{justo.grace.pk}/suspend", {"reason": "x"})
    assert page.status_code == 404


@pytest.mark.parametrize(
    "wrong", [{"reason": ""}, {"until": "2020-01-01T10:00"}, {"cause": "made-up"}, {"since": "gestern"}]
)
def test_a_suspension_filled_in_wrongly_comes_back(justo, wrong):
    boss = make_person("Mary", "manager")
    said = {"cause": "fair-use", "since": "2026-03-02T11:00", "until": "", "reason": "Por esto.", **wrong}

    page = justo.workspace("es", boss).post(f"/desk/fair-use/people/{justo.grace.pk}/suspend", said)

    assert page.status_code == 422
    assert not Suspension.objects.exists()


@clause("D6")
def test_a_second_request_that_came_another_way_is_flagged_and_merged_in_one_step(justo):
    first = justo.file(CATEGORY, "es", subject="www.ejemplo.mx no abre: error 500 en pedidos")
    justo.clock.shift(5 * MINUTE)
    answer = justo.api().post(
        "tickets/", {"subject": "error 500 en pedidos, www.ejemplo.mx no abre", "description": "I press Save."}
    )
    second = Ticket.objects.get(number=answer.json()["number"])
    alarms.work_due(until=timezone.now())

    page = justo.agent_reads(second, "es")
    justo.workspace("es").post(f"/desk/tickets/{second.number}/merge-suspected")

    assert f"Probablemente trata de lo mismo que el ticket {first.number}" in page
    second.refresh_from_db()
    assert second.merged_into_id == first.pk
    assert Strike.objects.get(counts=True).kind == "duplicate"
    assert nudges_of(first).get().data["number"] == second.number
    assert any("Unimos" in mail.text for mail in mails_to(justo.grace))


@clause("D6")
def test_what_others_ask_and_what_is_finished_is_no_duplicate(justo):
    justo.file(CATEGORY, "es", subject="www.ejemplo.mx no abre: error 500 en pedidos")
    other = make_person("Bob")
    ticket = actions.open_ticket(
        requester=other,
        subject="www.ejemplo.mx no abre: error 500 en pedidos",
        description="I press Save.",
        at=timezone.now(),
    )
    alarms.work_due(until=timezone.now())

    assert not Event.objects.filter(ticket=ticket, verb="duplicate.suspected").exists()


ALIKE = "error 500 en pedidos: www.ejemplo.mx no abre"
FIRST = "www.ejemplo.mx no abre: error 500 en pedidos"


@clause("D6")
def test_before_a_second_request_about_the_same_is_filed_the_first_is_shown_and_joined_in_one_step(justo):
    first = justo.file(CATEGORY, "es", subject=FIRST)
    path, form = justo.form(
        CATEGORY, "es", subject=ALIKE, description="Ahora también desde el celular, código 1042.", token=str(uuid4())
    )
    picture = SimpleUploadedFile("captura.txt", b"Error 1042", content_type="text/plain")

    asked = justo.portal("es").post(path, {**form, "files": picture})
    page = asked.content.decode()

    assert asked.status_code == 422
    assert FIRST in page
    assert "Ahora también desde el celular" in page
    assert "captura.txt" in text_of(asked)
    assert Ticket.objects.count() == 1
    joined = justo.portal("es").post(
        path, {**form, "uploads": [each.pk for each in Upload.objects.all()], "join": str(first.number)}, follow=True
    )

    assert Ticket.objects.count() == 1
    said = Message.objects.filter(ticket=first).latest("posted_at", "id")
    assert said.body.startswith(ALIKE)
    assert "código 1042" in said.body
    assert [each.file.read() for each in said.attachments.all()] == [b"Error 1042"]
    assert not Upload.objects.exists()
    assert f"ahora forma parte de la solicitud {first.number}" in text_of(joined)
    assert not Strike.objects.filter(counts=True).exists()


@clause("D6")
def test_who_says_that_it_is_something_else_files_it_with_the_files_that_were_sent_before(justo):
    justo.file(CATEGORY, "es", subject=FIRST)
    path, form = justo.form(CATEGORY, "es", subject=ALIKE, token=str(uuid4()))
    picture = SimpleUploadedFile("captura.txt", b"Error 1042", content_type="text/plain")

    justo.portal("es").post(path, {**form, "files": picture})
    justo.portal("es").post(path, {**form, "uploads": [Upload.objects.get().pk], "file_anyway": "yes"})

    filed = Ticket.objects.latest("number")
    assert filed.subject == ALIKE
    assert Message.objects.get(ticket=filed).attachments.get().name == "captura.txt"


@clause("D6")
@pytest.mark.parametrize(("way", "status", "joins"), [("off", 302, False), ("show", 422, False), ("merge", 422, True)])
def test_the_policy_says_what_likely_duplicates_lead_to(justo, way, status, joins):
    justo.apply(("duplicates: merge", f"duplicates: {way}"))
    justo.file(CATEGORY, "es", subject=FIRST)
    path, form = justo.form(CATEGORY, "es", subject=ALIKE)

    answer = justo.portal("es").post(path, form)

    assert answer.status_code == status
    assert ('name="join"' in answer.content.decode()) is joins


@clause("D6")
def test_while_the_subject_is_typed_own_open_requests_are_shown_and_nobody_else_s(justo):
    justo.file(CATEGORY, "es", subject=FIRST)
    query = {"subject": ALIKE}

    own = justo.portal("es").get("/tickets/alike", query)
    strangers = justo.portal("es", make_person("Mallory")).get("/tickets/alike", query)
    short = justo.portal("es").get("/tickets/alike", {"subject": "no"})

    assert FIRST in own.content.decode()
    assert FIRST not in strangers.content.decode()
    assert FIRST not in short.content.decode()


@clause("D6")
@pytest.mark.parametrize("number", ["x", "999999", "1" * 40, ""])
def test_nothing_is_added_to_a_request_that_one_does_not_see(justo, number):
    bob = make_person("Bob")
    theirs = actions.open_ticket(requester=bob, subject=FIRST, description="Nada", at=timezone.now())
    path, form = justo.form(CATEGORY, "es", subject=ALIKE)

    for wanted in (number, str(theirs.number)):
        page = justo.portal("es").post(path, {**form, "join": wanted})
        assert page.status_code == 422
    assert Message.objects.filter(ticket=theirs).count() == 1


def test_files_of_a_form_that_is_never_completed_go_away(justo):
    path, form = justo.form(CATEGORY, "es", subject="", token=str(uuid4()))
    picture = SimpleUploadedFile("captura.txt", b"x", content_type="text/plain")

    justo.portal("es").post(path, {**form, "files": picture})

    assert Upload.objects.count() == 1
    alarms.work_due(until=timezone.now() + DAY)
    assert not Upload.objects.exists()


@clause("D7", "D10", "D12")
def test_the_policy_page_says_how_long_to_wait_what_counts_and_what_comes_of_it(justo):
    page = text_of(justo.anonymous("es").get("/policy/"))

    assert "40 minutos" in page
    assert "A quien vuelve a preguntar sin nada nuevo" in page
    assert "reporte falso o sin sentido" in page
    assert "90 días" in page


@clause("D7")
def test_nobody_is_called_back_about_a_request_before_the_pause_is_over(justo):
    ticket = justo.file(CATEGORY, "es")
    path = f"/tickets/{ticket.number}/callback"
    said = {"phone": "+52 55 1234 5678", "topic": "Sigue fallando el correo de ventas y pedidos", "when": "x"}

    early = justo.portal("es").get(path)
    kept = justo.portal("es").post(path, said, follow=True)
    with pytest.raises(ContactPaused):
        when = timezone.now() + DAY
        actions.ask_callback(ticket, phone="+525512345678", topic="x", when=when, actor=justo.grace, at=timezone.now())

    assert "Por chat o teléfono puede preguntar" in text_of(early)
    assert kept.redirect_chain
    assert Message.objects.filter(ticket=ticket, body=said["topic"]).count() == 1
    justo.clock.shift(40 * MINUTE)
    assert "Por chat o teléfono puede preguntar" not in text_of(justo.portal("es").get(path))


@clause("D10")
def test_a_merge_that_is_undone_counts_as_no_asking_again(justo):
    first = justo.file(CATEGORY, "es", subject="www.ejemplo.mx no abre")
    second = justo.file(CATEGORY, "es", subject="Otra cosa muy distinta")
    actions.merge(second, into=first, actor=justo.ada, at=timezone.now())
    assert nudges_of(first).get().data["count"] == 1

    actions.unmerge(second, actor=justo.ada, at=timezone.now())
    say(justo, first, "¿Alguna novedad?")

    assert [each.data["count"] for each in nudges_of(first).order_by("id")] == [1, 1]
    assert not Strike.objects.standing().filter(kind="duplicate").exists()
