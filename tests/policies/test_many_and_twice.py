"""Justo, the agents' side: mass outages are noticed, and what comes twice is joined."""

from datetime import timedelta

from django.urls import reverse
from django.utils import timezone

from inbox.models import OutgoingMail
from tenants import alarms
from tests.policies.clauses import clause
from tests.support.world import make_person, make_ticket
from tests.tickets.portal import text_of
from tickets.models import Burst, Message, Ticket

SUBJECTS = ["No abre mi sitio web", "Mi sitio web no abre", "el sitio web no abre", "Sitio web no abre desde hoy"]


@clause("D3")
def test_the_form_says_how_to_write_a_subject(desk_on):
    page = text_of(desk_on("justo").portal("es").get("/tickets/new?category=sitio-caido"))

    assert "asunto" in page.lower() and "falla masiva" in page.lower()


@clause("D3")
def test_a_mass_outage_is_noticed_and_answered_once_for_all(desk_on):
    desk, now = desk_on("justo"), timezone.now()
    people = [make_person(name, language="es") for name in ("Ana", "Beto", "Caro", "Dani")]
    filed = [
        make_ticket(person, subject, at=now - timedelta(minutes=9 - number), description="Sale error 502.")
        for number, (person, subject) in enumerate(zip(people, SUBJECTS, strict=True))
    ]
    alarms.work_due(until=now)

    workspace = desk.workspace("es")
    offered = text_of(workspace.get(reverse("desk:bursts"), headers={"hx-request": "true"}))
    chosen = {"chosen": [each.number for each in filed], "subject": "Servidor web caído"}
    incident = workspace.post(reverse("desk:burst", args=[Burst.objects.get().pk]), chosen, follow=True).context[
        "ticket"
    ]
    desk.agent_does(incident, "send", kind="reply", body="Estamos levantando el servidor.", reach="children")
    alarms.work_due(until=timezone.now())

    assert "4 solicitudes parecidas en 3 minutos" in offered
    for child, person in zip(filed, people, strict=True):
        assert Message.objects.filter(ticket=child, body="Estamos levantando el servidor.").count() == 1
        assert child.clocks.get(metric="first_response").state == "fulfilled"
        mail = OutgoingMail.objects.get(address=person.email, kind="reply")
        assert "Estamos levantando el servidor." in mail.text
        assert not any(other.name in mail.text for other in people if other != person)


@clause("D6")
def test_a_second_ticket_about_the_same_is_merged_in_one_step_and_its_sender_is_told(desk_on):
    desk = desk_on("justo")
    first = desk.file("correo", "es", subject="No recibo correo en ventas", description="No entra nada desde hoy.")
    second = desk.file("correo", "es", subject="Sigo sin recibir correo en ventas", description="No entra nada aún.")

    offered = text_of(desk.workspace("es").get(reverse("desk:related", args=[second.number])))
    desk.agent_does(second, "do/merge", number=first.number)

    assert f"Unir al {first.number}" in offered
    assert {each.body for each in Message.objects.filter(ticket=first)} == {
        "No entra nada desde hoy.",
        "No entra nada aún.",
    }
    assert Ticket.objects.get(pk=second.pk).merged_into == first
    desk.last_mail()  # once all that is due was done
    told = OutgoingMail.objects.filter(event__verb="ticket.merged", address=desk.grace.email).get(
        subject__contains=f"[#{second.number}]"
    )
    assert f"Unimos esta solicitud a la solicitud {first.number}" in told.text


@clause("D6")
def test_what_was_merged_by_mistake_is_taken_apart_again(desk_on):
    desk = desk_on("justo")
    first, second = desk.file("correo", "es"), desk.file("correo", "es")
    desk.agent_does(second, "do/merge", number=first.number)

    desk.agent_does(second, "do/unmerge")

    assert Ticket.objects.get(pk=second.pk).is_active
    assert second.messages.count() == first.messages.count() == 1
    assert "por separado" in desk.customer_reads(second, "es")
