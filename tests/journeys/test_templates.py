"""Templates and schedules in a real browser: the dates show while a schedule is typed, and a ticket begins with one."""

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from tenants.context import act_as
from tenants.models import User
from tests.journeys.town import PLACES, barriers
from tickets import actions
from tickets.models import TemplateSchedule, Ticket, TicketTemplate

PLACE = PLACES["ione"]


@pytest.fixture
def template(town):
    """What Root keeps for Grace."""
    with act_as(town.tenants[PLACE.slug]):
        root, grace = User.objects.get(name="Root"), User.objects.get(name="Grace")
        words = {"subject": "Backups, {{ period }}", "description": "Look whether they are whole.\n{{ week }}"}
        name = f"Backups {timezone.now():%f}"
        return actions.keep_template(TicketTemplate(), actor=root, name=name, requester=grace, tags=["backup"], **words)


def test_the_dates_of_a_schedule_show_before_it_is_saved(town, template):
    with town.visit(PLACE, "root") as page:
        page.goto(town.url(PLACE, f"/desk/templates/{template.pk}/"))
        page.get_by_role("link", name="Add a schedule").click()
        page.get_by_label("Unit").select_option("month")
        expect(page.get_by_label("Monday")).to_be_hidden()
        page.get_by_label("Day of the month").select_option("weekday")
        page.get_by_label("Which one of the month").select_option("2")
        page.get_by_label("Day of the week").select_option("1")
        dates = page.locator("#schedule-dates")
        expect(dates).to_contain_text("Every month on the 2nd Tuesday at 09:00")
        expect(dates.get_by_role("listitem")).to_have_count(5)
        assert not barriers(page)
        page.get_by_role("button", name="Save the schedule").click()
        expect(page.get_by_text("The schedule is saved.")).to_be_visible()
        expect(page.get_by_text("Every month on the 2nd Tuesday at 09:00")).to_be_visible()
        assert not barriers(page)
    with act_as(town.tenants[PLACE.slug]):
        schedule = TemplateSchedule.objects.get(template=template)
        assert schedule.rule == {"unit": "month", "every": 1, "which": "weekday", "nth": 2, "weekday": 1}


def test_an_agent_begins_a_ticket_with_a_template(town, template):
    with town.visit(PLACE, "ada") as page:
        page.goto(town.url(PLACE, "/desk/tickets/new"))
        page.get_by_label("Begin with a template").select_option(label=template.name)
        page.get_by_role("button", name="Begin").click()
        expect(page.get_by_label("Customer's mail address")).to_have_value(template.requester.email)
        expect(page.get_by_label("Subject")).to_have_value(f"Backups, {timezone.localdate():%B %Y}")
        assert not barriers(page)
        page.get_by_role("button", name="File the ticket").click()
        expect(page.get_by_role("link", name=template.name)).to_be_visible()
    with act_as(town.tenants[PLACE.slug]):
        ticket = Ticket.objects.get(template=template)
        assert [tag.name for tag in ticket.tags.all()] == ["backup"]
