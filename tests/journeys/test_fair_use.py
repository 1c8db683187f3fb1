"""Fair use in a browser: a second request joined with the first, asking again, where one stands, and a suspension."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone
from playwright.sync_api import expect

from tenants.context import act_as
from tests.journeys.test_beside_the_ticket import looked_at
from tests.journeys.town import PLACES
from tests.support.world import make_person
from tickets import actions
from tickets.models import Ticket

SUBJECT = "La tienda muestra error 500 al pagar con tarjeta"


def test_a_second_request_is_joined_and_a_customer_sees_where_they_stand(town):
    place, wrong = PLACES["justo"], []
    with act_as(town.tenants[place.slug]):
        gloria, boss = make_person("Gloria", language="es"), make_person("Nora", "manager")
        more = {"description": "Desde las 9:20.", "at": timezone.now()}
        first = actions.open_ticket(requester=gloria, subject=SUBJECT, **more)

    for scripts in (True, False):
        with town.visit(place, "gloria", reduced_motion="reduce", java_script_enabled=scripts) as page:
            page.goto(town.url(place, "/tickets/new?category=dudas"))
            page.fill("#id_subject", "error 500 al pagar con tarjeta en la tienda")
            page.fill("#id_description", f"También desde otro equipo, código 10{int(scripts)}2.")
            if not scripts:
                page.set_input_files("#id_files", {"name": "a.txt", "mimeType": "text/plain", "buffer": b"42"})
                page.get_by_role("button", name="Enviar solicitud").click()
                expect(page.get_by_text("Aún no se envió")).to_be_visible()
                expect(page.get_by_text("a.txt")).to_be_visible()
            button = page.get_by_role("button", name=f"Añadir lo que escribí a #{first.number}")
            expect(button).to_be_visible()
            if scripts:  # what looks for barriers is a script itself
                wrong += looked_at(page, "alike")
            button.click()
            expect(page.get_by_text("ahora forma parte de la solicitud")).to_be_visible()
            if not scripts:
                expect(page.get_by_role("link", name="a.txt")).to_be_visible()

    with act_as(town.tenants[place.slug]):
        assert Ticket.objects.filter(requester=gloria).count() == 1
        now = timezone.now()
        second = actions.open_ticket(requester=gloria, subject="Otra cosa", description="No es cierto", at=now)
        actions.mark_false_report(second, reason="El sitio respondió siempre.", actor=boss, at=now)

    with town.visit(place, "gloria", reduced_motion="reduce") as page:
        page.goto(town.url(place, f"/tickets/{first.number}/contact"))
        expect(page.get_by_text("Por chat o teléfono puede preguntar")).to_be_visible()
        wrong += looked_at(page, "contact")
        page.goto(town.url(place, f"/tickets/{first.number}/"))
        page.fill("#id_body", "¿Alguna novedad?")
        page.get_by_role("button", name="Enviar", exact=True).click()
        expect(page.get_by_text("Usted preguntó cómo va")).to_be_visible()
        wrong += looked_at(page, "asked-again")
        page.goto(town.url(place, "/"))
        wrong += looked_at(page, "home-counts")
        page.goto(town.url(place, "/fair-use/"))
        expect(page.get_by_text("El sitio respondió siempre.")).to_be_visible()
        wrong += looked_at(page, "standing")

    with town.visit(place, "nora", reduced_motion="reduce") as page:
        page.goto(town.url(place, f"/desk/tickets/{first.number}/"))
        page.locator("summary", has_text="Uso justo").last.click()
        wrong += looked_at(page, "desk-ticket")
        page.goto(town.url(place, f"/desk/fair-use/people/{gloria.pk}"))
        page.locator("summary", has_text="Suspender").click()
        page.fill("#suspend_reason", "Reportes falsos.")
        until = timezone.localtime() + timedelta(days=3)
        page.fill("#suspend_until", until.strftime("%Y-%m-%dT%H:%M"))
        wrong += looked_at(page, "desk-conduct")
        page.locator("details form").get_by_role("button", name="Suspender").click()
        page.fill("input[name=typed]", gloria.email)
        page.get_by_role("button", name="Suspender").click()
        expect(page.get_by_text("Reportes falsos.")).to_be_visible()
        wrong += looked_at(page, "desk-suspended")
        page.goto(town.url(place, "/desk/fair-use/"))
        wrong += looked_at(page, "desk-list")

    with town.visit(place, "gloria", reduced_motion="reduce") as page:
        page.goto(town.url(place, "/fair-use/"))
        wrong += looked_at(page, "suspended")
        page.get_by_label("Por qué es incorrecto").fill("El sitio sí fallaba.")
        page.get_by_role("button", name="Objetarla").click()
        expect(page.get_by_text("Usted objetó")).to_be_visible()

    assert not wrong, "\n".join(wrong)
