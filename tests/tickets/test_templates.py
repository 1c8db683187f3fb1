"""Templates of tickets: kept by managers, used by agents by hand and over the API, invisible to all others."""

from datetime import time

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from sla.models import Priority
from tenants.context import act_as
from tenants.errors import NotPermitted
from tenants.models import AuditEntry
from tests.api.client import Api
from tests.support.world import join, make_organization, make_person
from tests.tickets.portal import text_of
from tickets import actions
from tickets.actions import checklist_templates
from tickets.errors import (
    ChecklistInUse,
    LevelsUnknown,
    NotAMember,
    TemplateNameTaken,
    TemplateNeedsWords,
    TemplatePutAside,
    UnknownPlaceholder,
)
from tickets.models import (
    Category,
    Channel,
    ChecklistTemplate,
    Event,
    Team,
    TemplateSchedule,
    Ticket,
    TicketTemplate,
)

WORDS = {"name": "Access", "subject": "Access for {{ customer.name }}", "description": "No. {{ number }}, {{ year }}"}


@pytest.fixture
def signed_in(acme):
    def sign_in(person):
        client = Client(headers={"host": "acme.localhost"})
        client.force_login(person)
        return client

    return sign_in


def keep(mary, **more):
    return actions.keep_template(TicketTemplate(), actor=mary, **{**WORDS, **more})


def repeat(template, mary):
    return actions.keep_schedule(
        TemplateSchedule(template=template),
        actor=mary,
        at=timezone.now(),
        rule={"unit": "month", "which": "weekday", "nth": 2, "weekday": 1},
        time=time(9),
        timezone="Europe/Madrid",
        starts_on=timezone.localdate(),
        closed="next",
    )


def typed(**more):
    form = {"email": "grace@acme.example", "channel": "email", "subject": "Hello", "description": "Help"}
    return {**form, "category": Category.objects.filter(is_active=True).first().key, **more}


def test_what_a_template_must_say(mary, ada, grace):
    keep(mary)
    with pytest.raises(TemplateNameTaken):
        keep(mary, name="ACCESS")
    with pytest.raises(TemplateNeedsWords):
        keep(mary, name="Empty", subject="  ")
    with pytest.raises(UnknownPlaceholder):
        keep(mary, name="Wrong", subject="{{ custmer }}")
    with pytest.raises(LevelsUnknown):
        keep(mary, name="Levels", impact="huge")
    with pytest.raises(NotAMember):
        keep(mary, name="Stranger", requester=grace, organization=make_organization())
    with pytest.raises(NotPermitted):
        keep(ada, name="Mine")


def test_a_checklist_that_a_template_needs_is_not_removed(mary, root, at_acme):
    steps = ChecklistTemplate.objects.create(name="Steps", steps=["One"])
    keep(mary, checklist=steps)

    with pytest.raises(ChecklistInUse):
        checklist_templates.remove_checklist(steps, actor=root)


def test_an_agent_begins_with_a_template_and_what_is_typed_holds(mary, ada, grace, signed_in):
    category, priority = Category.objects.filter(is_active=True).last(), Priority.objects.filter(is_active=True).last()
    template = keep(mary, category=category, priority=priority, tags=["access"])
    client, address = signed_in(ada), reverse("desk:new_ticket")

    begun = client.get(address, {"template": template.pk})
    assert begun.context["form"].initial["category"] == category.key
    assert "Access for {{ customer.name }}" in begun.content.decode()  # not known yet
    known = client.get(address, {"template": template.pk, "email": grace.email})
    assert 'value="Access for Grace"' in known.content.decode()

    form = typed(template=template.pk, category=category.key, subject="Access for Grace", assignee=ada.pk, tags="a, b")
    sent = client.post(address, {**form, "description": "No. {{ number }}"})

    ticket = Ticket.objects.get()
    assert sent.url == reverse("desk:ticket", args=[ticket.number])
    assert (ticket.template, ticket.category, ticket.assignee) == (template, category, ada)
    assert ticket.priority != priority  # the agent chose the category's usual one
    assert ticket.description == "No. 1"
    assert sorted(tag.name for tag in ticket.tags.all()) == ["a", "b"]
    created = Event.objects.get(verb="ticket.created")
    assert created.actor == ada and created.data["by"] == "agent" and "schedule" not in created.data
    page = text_of(client.get(sent.url))
    assert "opened this from the template “Access”" in page and "Opened from the template Access" in page


def test_an_agent_files_without_a_template_with_team_steps_and_a_new_customer_once(ada, signed_in):
    steps = ChecklistTemplate.objects.create(name="Steps", steps=["One"])
    client, address = signed_in(ada), reverse("desk:new_ticket")
    token = "0b2ba0a4-4d4c-4f2e-8a3f-3e8e7a0d9a51"
    form = typed(email="new@acme.example", name="New", checklist=steps.pk, token=token)

    client.post(address, form)
    client.post(address, form)

    ticket = Ticket.objects.get()
    assert (ticket.requester.email, ticket.template, ticket.checklists.count()) == ("new@acme.example", None, 1)


def test_nothing_typed_is_lost_when_it_cannot_be_filed(ada, mary, grace, signed_in):
    template = keep(mary)
    client, address = signed_in(ada), reverse("desk:new_ticket")

    for wrong in ({"email": "nobody@acme.example"}, {"subject": ""}, {"category": "no-such"}):
        answer = client.post(address, typed(template=template.pk, description="Typed with care", **wrong))
        assert answer.status_code == 422
        assert "Typed with care" in answer.content.decode()
        assert f'name="template" value="{template.pk}"' in answer.content.decode()
    team = Team.objects.filter(is_active=True).order_by("-tier__position").first()
    answer = client.post(address, typed(template=template.pk, description="Typed with care", team=team.pk))
    assert answer.status_code == 422 and "another tier" in text_of(answer)
    assert not Ticket.objects.exists()
    template.refresh_from_db()
    assert template.opened_count == 0


def test_fields_of_the_category_are_answered_in_templates_and_by_hand(mary, ada, grace, signed_in):
    category = Category.objects.get(key="billing")
    client, kept = signed_in(mary), {**WORDS, "category": category.pk, "requester": grace.email}
    client.post(reverse("desk:new_ticket_template"), {**kept, "answer-invoice": "INV-7"})
    template = TicketTemplate.objects.get()
    assert template.answers == {"invoice": "INV-7"}
    assert "Invoice number INV-7" in text_of(client.get(reverse("desk:ticket_template", args=[template.pk])))
    assert "INV-7" in client.get(reverse("desk:edit_ticket_template", args=[template.pk])).content.decode()

    agent, address = signed_in(ada), reverse("desk:new_ticket")
    assert 'value="INV-7"' in agent.get(address, {"template": template.pk}).content.decode()
    shown = agent.post(address, typed(category="billing", description="Typed with care", fields="yes"))
    assert shown.status_code == 200 and "Typed with care" in shown.content.decode()
    assert "answer-invoice" in shown.context["form"].fields and not Ticket.objects.exists()
    agent.post(address, {**typed(category="billing", template=template.pk), "answer-invoice": "INV-8"})
    assert Ticket.objects.get().answers == {"invoice": "INV-8"}
    repeated = actions.open_from(template, author=ada, at=timezone.now(), day=timezone.localdate())
    assert repeated.answers == {"invoice": "INV-7"}


def test_managers_keep_templates_and_schedules_on_pages(mary, grace, signed_in):
    client = signed_in(mary)
    wrong = client.post(reverse("desk:new_ticket_template"), {**WORDS, "requester": "nobody@acme.example"})
    assert wrong.status_code == 422 and "Access for {{ customer.name }}" in wrong.content.decode()
    client.post(reverse("desk:new_ticket_template"), {**WORDS, "requester": "Grace@acme.example", "tags": "a, b"})
    template = TicketTemplate.objects.get()
    assert (template.requester, template.tags) == (grace, ["a", "b"])

    address = reverse("desk:new_schedule", args=[template.pk])
    form = {"every": 1, "unit": "month", "which": "weekday", "nth": 2, "weekday": 1, "time": "09:00"}
    form |= {"timezone": "Europe/Madrid", "closed": "next", "starts_on": timezone.localdate().isoformat()}
    looked = client.post(address, {**form, "look": "yes"})
    assert looked.status_code == 200 and "Every month on the 2nd Tuesday at 09:00 (Europe/Madrid)" in text_of(looked)
    dates = looked.context["looked"]["dates"]
    assert len(dates) == 5 and not TemplateSchedule.objects.exists()
    # By the schedule's own clock, wherever the reader is.
    assert all(each["words"].startswith("Tuesday") and each["words"].endswith(", 09:00") for each in dates)
    partial = client.post(address, {**form, "look": "yes"}, headers={"hx-request": "true"})
    assert "<form" not in partial.content.decode() and "Tuesday" in text_of(partial)

    assert client.post(address, form).status_code == 302
    schedule = TemplateSchedule.objects.get()
    page = text_of(client.get(reverse("desk:ticket_template", args=[template.pk])))
    assert "Every month on the 2nd Tuesday" in page and "What came of it" in page
    edited = reverse("desk:edit_schedule", args=[schedule.pk])
    assert client.get(edited).context["form"].initial["nth"] == 2
    client.post(edited, {**form, "unit": "week", "weekdays": [0, 4]})
    schedule.refresh_from_db()
    assert schedule.rule == {"unit": "week", "every": 1, "weekdays": [0, 4]}
    client.post(reverse("desk:switch_schedule", args=[schedule.pk]))
    schedule.refresh_from_db()
    assert not schedule.is_active and "Paused" in text_of(
        client.get(reverse("desk:ticket_template", args=[template.pk]))
    )
    client.post(reverse("desk:use_ticket_template", args=[template.pk]))
    client.get(reverse("desk:home"))  # reads what was said about it
    assert "Access" not in text_of(client.get(reverse("desk:ticket_templates")))
    assert "Access" in text_of(client.get(reverse("desk:ticket_templates"), {"aside": ""}))
    assert AuditEntry.objects.filter(subject=template.pk).count() == 5


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"unit": "week"}, "Choose at least one day of the week."),
        ({"unit": "month", "which": "day", "day": ""}, "Write which day of the month"),
        ({"unit": "year", "which": "day", "day": 30, "month": 2}, "This month has no such day."),
        ({"timezone": "Nowhere"}, "There is no time zone of this name."),
        ({"every": 0}, "greater than or equal to 1"),
        ({"time": "25:00"}, "valid time"),
        ({"ends_on": "2020-01-01"}, "The end lies before the beginning."),
        ({"unit": "fortnight"}, "not one of the available choices"),
        ({"unit": "month", "which": "day", "day": 31, "every": 12, "starts_on": "2030-02-01"}, "No date of this"),
        ({"starts_on": "1000-01-01"}, "more than a hundred years away"),
    ],
)
def test_bad_schedules_come_back_with_what_is_wrong(mary, grace, signed_in, wrong, said):
    template = keep(mary, requester=grace)
    form = {"every": 1, "unit": "day", "time": "09:00", "timezone": "UTC", "closed": "open"}
    form |= {"starts_on": timezone.localdate().isoformat(), **wrong}

    answer = signed_in(mary).post(reverse("desk:new_schedule", args=[template.pk]), form)

    assert answer.status_code == 422 and said in text_of(answer)
    assert not TemplateSchedule.objects.exists()


def test_who_sees_uses_and_keeps_templates(mary, ada, grace, signed_in):
    own = Team.objects.filter(is_active=True).first()
    open_to_all, of_team = keep(mary), keep(mary, name="Theirs", audience=own)
    linus = make_person("Linus", "agent")
    join(linus, own)

    assert set(TicketTemplate.objects.visible_to(ada)) == {open_to_all}
    assert set(TicketTemplate.objects.visible_to(linus)) == {open_to_all, of_team}
    assert not TicketTemplate.objects.visible_to(grace).exists()
    client = signed_in(ada)
    assert client.get(reverse("desk:ticket_template", args=[of_team.pk])).status_code == 404
    assert client.get(reverse("desk:ticket_template", args=[open_to_all.pk])).status_code == 200
    for name in ("new_ticket_template",):
        assert client.get(reverse(f"desk:{name}")).status_code == 404
    assert client.get(reverse("desk:edit_ticket_template", args=[open_to_all.pk])).status_code == 404
    assert client.post(reverse("desk:use_ticket_template", args=[open_to_all.pk])).status_code == 404
    assert signed_in(grace).get(reverse("desk:ticket_templates")).status_code == 404
    with pytest.raises(NotPermitted):
        actions.open_from(of_team, author=ada, requester=grace, at=timezone.now(), day=timezone.localdate())
    with pytest.raises(TemplatePutAside):
        actions.put_aside(open_to_all, actor=mary, at=timezone.now())
        actions.open_from(open_to_all, author=ada, requester=grace, at=timezone.now(), day=timezone.localdate())


def test_customers_and_companies_are_suggested_to_staff(ada, grace, signed_in):
    make_organization("Initech", grace)

    assert "grace@acme.example" in text_of_options(signed_in(ada), "desk:suggest_customers", email="gra")
    assert "Initech" in text_of_options(signed_in(ada), "desk:suggest_organizations", organization="init")
    assert "grace" not in text_of_options(signed_in(ada), "desk:suggest_customers", email="g")
    assert signed_in(grace).get(reverse("desk:suggest_customers"), {"email": "ada"}).status_code == 404


def text_of_options(client, name, **asked):
    return client.get(reverse(name), asked).content.decode()


def test_the_api_reads_templates_and_opens_tickets_from_them(mary, ada, grace, globex):
    template = keep(mary, requester=grace)
    repeat(template, mary)
    with act_as(globex):
        theirs = keep(make_person("Hedy", "manager"), name="Secret")
    api = Api(ada)

    (shown,) = api.get("templates/").json()["results"]
    assert shown["schedules"][0]["rrule"] == "FREQ=MONTHLY;INTERVAL=1;BYDAY=+2TU"
    assert shown["schedules"][0]["words"].startswith("Every month on the 2nd Tuesday")
    assert shown["requester"] == grace.email
    made = api.post("tickets/", {"template": str(template.pk), "description": "Own words"})
    assert made.status_code == 201
    assert (made.json()["subject"], made.json()["description"]) == ("Access for Grace", "Own words")
    assert made.json()["template"] == str(template.pk)
    assert api.get(f"templates/{template.pk}/runs/").json()["results"] == []
    assert api.get(f"templates/{theirs.pk}/").status_code == 404
    assert api.post("tickets/", {"template": str(theirs.pk)}).status_code == 400
    assert api.post("tickets/", {"subject": "No description"}).status_code == 400
    assert Api(grace).get("templates/").status_code == 404
    assert Api(grace).post("tickets/", {"template": str(template.pk)}).status_code == 400


def test_tickets_are_found_by_their_template(mary, ada, grace, signed_in):
    template = keep(mary)
    made = actions.open_from(template, author=ada, requester=grace, at=timezone.now(), day=timezone.localdate())
    actions.open_ticket(requester=grace, subject="Other", description="Else", at=timezone.now())
    api = Api(ada)

    for query in ('template:"access"', f"template:{template.pk}", "-template:none"):
        assert [each["number"] for each in api.get("tickets/", {"q": query}).json()["results"]] == [made.number]
    assert api.get("tickets/", {"q": "template:nothing"}).json()["results"] == []
    assert Channel.objects.get(pk=made.channel_id).key in ("api", "portal")


def test_the_list_costs_the_same_whatever_it_holds(mary, ada, grace, signed_in, django_assert_max_num_queries):
    client = signed_in(ada)
    for number in range(12):
        repeat(keep(mary, name=f"Template {number}", requester=grace), mary)

    with django_assert_max_num_queries(13):
        page = client.get(reverse("desk:ticket_templates"))

    assert "Template 11" in text_of(page)
