"""Fields of the policy on a ticket: asked by condition, changed by agents, hidden, wanted before it is solved."""

import csv
import io
import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from helpdesk.policy.apply import apply
from sla.document import SupportPolicy
from sla.models import PolicyVersion
from tenants.context import act_as
from tenants.errors import NotPermitted
from tests.api.client import Api
from tests.support.world import MONDAY_9AM, POLICIES, make_person, make_ticket
from tests.tickets.portal import request_form, text_of, visitor
from tickets import actions, timeline
from tickets.errors import AnswersChanged, FieldNotAsked, FieldsMissing, TicketClosed
from tickets.models import AnswerEntry, Category, Event, SavedView, Status, Ticket
from tickets.selection import Desk, parse, select

FORM = "/tickets/new?category=technical"
FIELDS = """\
      service:
        name: {en: Service, ru: Служба, es: Servicio}
        kind: choice
        choices:
          web: {name: {en: Web, ru: Сайт, es: Web}}
          mail: {name: {en: Mail, ru: Почта, es: Correo}}
      server:
        name: {en: Server, ru: Сервер, es: Servidor}
        required: true
        show_when: {fields: {service: [web]}}
      since:
        name: {en: Since when, ru: С какого дня, es: Desde cuándo}
        kind: date
        show_when: {priorities: [critical]}
      seats:
        name: {en: Seats, ru: Рабочие места, es: Puestos}
        kind: number
        minimum: 1
        maximum: 500
      parts:
        name: {en: Parts, ru: Части, es: Partes}
        kind: multichoice
        choices:
          disk: {name: {en: Disk, ru: Диск, es: Disco}}
          fan: {name: {en: Fan, ru: Вентилятор, es: Ventilador}}
      partner:
        name: {en: Partner's number, ru: Номер у партнёра, es: Número del socio}
        customers: read
      cause:
        name: {en: Root cause, ru: Причина, es: Causa}
        customers: hidden
        required_to_solve: true
      backup:
        name: {en: Backup, ru: Копия, es: Copia}
        kind: boolean
        customers: hidden
"""


def with_fields(fields: str = FIELDS) -> SupportPolicy:
    text = (POLICIES / "ione.yaml").read_text(encoding="utf-8")
    return SupportPolicy.load(text.replace("      steps-tried:\n", f"{fields}      steps-tried:\n", 1))


@pytest.fixture
def at_acme(at_acme):
    """Acme's technical category asks more than usual."""
    apply(with_fields(), at=MONDAY_9AM)
    return at_acme


@pytest.fixture
def technical(at_acme):
    return Category.objects.get(key="technical")


@pytest.fixture
def ticket(grace, technical):
    return make_ticket(grace, category=technical, answers={"service": "web", "server": "web01"})


@pytest.fixture
def as_ada(at_acme, ada):
    return visitor(at_acme, ada)


def change(ticket, actor, seen=None, **said):
    return actions.change_fields(ticket, said, actor=actor, at=MONDAY_9AM, seen=seen)


def solve(ticket, actor):
    return actions.change_status(ticket, Status.objects.get(key="solved"), actor=actor, at=MONDAY_9AM)


def fields_form(ticket, **said):
    return {"seen": json.dumps(ticket.answers), **{f"answer-{key}": value for key, value in said.items()}}


# The portal's form


def test_the_form_shows_conditional_fields_with_their_condition_and_none_of_the_staff_s(as_grace):
    page = as_grace.get(FORM)

    html, text = page.content.decode(), text_of(page)
    assert html.count("<conditional-field") == html.count("data-unmet") == 2
    assert "data-key=" not in html  # fields are no keys of the workspace
    assert "Only if: Service: Web" in text
    assert "Only if: Priority: Critical" in text
    assert "Root cause" not in html
    assert "Partner" not in html


def test_without_a_script_what_is_not_asked_is_passed_over_and_what_is_needed_is_asked_again(as_grace):
    wrong = as_grace.post(FORM, request_form(**{"answer-service": "web", "answer-since": "nonsense"}))

    assert wrong.status_code == 422
    assert list(wrong.context["form"].errors) == ["answer-server"]
    assert 'value="nonsense"' in wrong.content.decode()

    sent = request_form(**{"answer-service": "mail", "answer-server": "web01", "answer-seats": "007"})
    as_grace.post(FORM, {**sent, "answer-parts": ["disk", "fan"]})

    assert Ticket.objects.get().answers == {
        "service": "mail",
        "seats": "7",
        "parts": ["disk", "fan"],
        "steps-tried": "Restarted the browser.",
    }


def test_the_priority_that_is_chosen_decides_too(as_grace):
    as_grace.post(FORM, request_form(priority="critical", **{"answer-since": "2026-03-01"}))

    assert Ticket.objects.get().answers["since"] == "2026-03-01"


@pytest.mark.parametrize(
    ("language", "says"),
    [
        ("en", "Ensure this value is less than or equal to 500."),
        ("ru", "Убедитесь, что это значение меньше либо равно 500."),
        ("es", "Asegúrese de que este valor es menor o igual a 500."),
    ],
)
def test_a_wrong_number_is_told_at_its_field(at_acme, grace, language, says):
    portal = visitor(at_acme, grace)
    portal.cookies["django_language"] = language

    page = portal.post(FORM, request_form(**{"answer-seats": "501"}))

    assert page.status_code == 422
    assert says in text_of(page)


def test_answers_that_only_staff_give_are_not_taken_from_a_customer_s_form(as_grace):
    as_grace.post(FORM, request_form(**{"answer-cause": "x", "answer-partner": "x"}))

    assert set(Ticket.objects.get().answers) == {"steps-tried"}


# Changing them


def test_an_agent_changes_fields_and_history_keeps_both(ticket, ada, grace):
    change(ticket, ada, server="web02", cause="A disk", seats=None)

    ticket.refresh_from_db()
    assert ticket.answers == {"service": "web", "server": "web02", "cause": "A disk"}
    told = timeline.for_agent(ticket, ada)[-1]
    assert told.text == "Ada changed: Server, Root cause"
    assert told.detail == "Server: web02, before web01 · Root cause: A disk"
    assert set(AnswerEntry.objects.filter(ticket=ticket).values_list("field", "value")) == {
        ("service", "web"),
        ("server", "web02"),
        ("cause", "a disk"),
    }


def test_customers_read_of_a_change_what_they_may_know(ticket, ada, grace):
    change(ticket, ada, cause="A disk", partner="INC7")
    change(ticket, ada, cause="Two disks")

    told = timeline.for_customer(ticket, grace)
    assert [(item.text, item.detail) for item in told if item.verb == "fields.changed"] == [
        ("We noted: Partner's number", "Partner's number: INC7")
    ]


def test_the_same_again_changes_nothing(ticket, ada):
    change(ticket, ada, server="web01", cause="")

    assert not Event.objects.filter(verb="fields.changed").exists()


def test_only_who_may_change_tickets_changes_fields_and_only_of_open_ones(ticket, ada, grace):
    with pytest.raises(NotPermitted):
        change(ticket, grace, server="web02")
    change(ticket, ada, cause="A disk")
    actions.change_status(ticket, Status.objects.get(key="closed"), actor=ada, at=MONDAY_9AM)
    with pytest.raises(TicketClosed):
        change(ticket, ada, server="web02")


def test_what_is_not_asked_can_not_be_answered(ticket, ada):
    with pytest.raises(FieldNotAsked):
        change(ticket, ada, since="2026-03-01")
    with pytest.raises(FieldNotAsked):
        change(ticket, ada, shoe="45")

    change(ticket, ada, service="mail")

    ticket.refresh_from_db()
    assert ticket.answers == {"service": "mail", "server": "web01"}  # kept, though it is asked no longer


def test_what_somebody_else_changed_meanwhile_is_not_written_over(ticket, ada, mary):
    seen = dict(ticket.answers)
    change(ticket, mary, server="web02")

    change(ticket, ada, seen, cause="A disk")  # another field is no conflict
    with pytest.raises(AnswersChanged) as refused:
        change(ticket, ada, seen, server="web03")

    assert "Server: web02" in str(refused.value)


# The workspace


def test_the_panel_shows_fields_with_what_is_hidden_wanted_and_asked_no_longer(ticket, ada, as_ada):
    change(ticket, ada, service="mail", partner="INC7")

    text = text_of(as_ada.get(reverse("desk:ticket", args=[ticket.number])))

    block = text[text.index(" Fields ") : text.index("Who reads this ticket")]
    assert "Service Mail" in block
    assert "Root cause Customers never see this Wanted before it is solved" in block
    assert "No longer asked Server web01" in block


def test_when_the_category_changes_the_answers_stay_to_be_read(ticket, ada, grace, as_ada, as_grace):
    actions.change_category(ticket, Category.objects.get(key="billing"), actor=ada, at=MONDAY_9AM)

    page = text_of(as_ada.get(reverse("desk:ticket", args=[ticket.number])))

    assert "No longer asked Service Web Server web01" in page
    assert "Server web01" in text_of(as_grace.get(f"/tickets/{ticket.number}/"))


def test_the_form_changes_what_was_changed_and_comes_back_with_what_was_typed(ticket, ada, mary, as_ada):
    url, seen = reverse("desk:act", args=[ticket.number, "fields"]), dict(ticket.answers)
    shown = as_ada.get(url)
    assert "Root cause" in text_of(shown)
    change(ticket, mary, server="web02")

    sent = fields_form(ticket, service="web", server="web03", cause="A disk", parts=["fan"])
    refused = as_ada.post(url, {**sent, "seen": json.dumps(seen)})
    assert refused.status_code == 422
    assert "Somebody else has changed this meanwhile: Server: web02" in text_of(refused)
    assert 'value="web03"' in refused.content.decode()

    again = as_ada.post(url, {**sent, "seen": refused.context["form"].data["seen"]})

    ticket.refresh_from_db()
    assert again.status_code == 302
    assert ticket.answers == {"service": "web", "server": "web03", "cause": "A disk", "parts": ["fan"]}


def test_a_wrong_answer_is_told_at_its_field_but_what_was_there_before_may_stay(ticket, ada, as_ada):
    Ticket.objects.filter(pk=ticket.pk).update(answers={"service": "fax", "seats": "many"})
    ticket.refresh_from_db()
    url = reverse("desk:act", args=[ticket.number, "fields"])

    wrong = as_ada.post(url, fields_form(ticket, service="fax", seats="9999"))
    kept = as_ada.post(url, fields_form(ticket, service="fax", seats="many", cause="A disk"))

    assert list(wrong.context["form"].errors) == ["answer-seats"]
    assert kept.status_code == 302
    ticket.refresh_from_db()
    assert ticket.answers == {"service": "fax", "seats": "many", "cause": "A disk"}


# Before it is solved


def test_a_ticket_is_not_solved_before_its_fields_are_filled_in(ticket, ada):
    for act in (
        lambda: solve(ticket, ada),
        lambda: actions.reply(ticket, author=ada, body="Done.", at=MONDAY_9AM, status=Status.objects.get(key="solved")),
    ):
        with pytest.raises(FieldsMissing) as refused:
            act()
        assert str(refused.value) == "Before this ticket is solved, fill in: Root cause."

    change(ticket, ada, cause="A disk")
    assert solve(ticket, ada).status.kind == "solved"


def test_a_customer_says_it_is_solved_all_the_same(ticket, grace):
    assert actions.solve_by_requester(ticket, actor=grace, at=MONDAY_9AM).status.kind == "solved"


def test_the_form_of_the_state_asks_for_what_is_missing(ticket, ada, as_ada):
    url, solved = reverse("desk:act", args=[ticket.number, "status"]), str(Status.objects.get(key="solved").pk)

    refused = as_ada.post(url, {"status": solved})
    assert refused.status_code == 422
    assert "Before this ticket is solved, fill in: Root cause." in text_of(refused)
    assert 'name="answer-cause"' in refused.content.decode()

    as_ada.post(url, {"status": solved, "answer-cause": "A disk"})

    ticket.refresh_from_db()
    assert (ticket.status.key, ticket.answers["cause"]) == ("solved", "A disk")


@pytest.mark.parametrize("rest", ["", "5"])
def test_a_reply_that_solves_comes_back_with_its_text_and_the_fields(ticket, ada, as_ada, rest):
    url = reverse("desk:send", args=[ticket.number])
    written = {"kind": "reply", "body": "The disk is new.", "status": "solved", "rest": rest}

    refused = as_ada.post(url, written)
    html = refused.content.decode()
    assert refused.status_code == 422
    assert "The disk is new." in html
    assert "Before this ticket is solved, fill in: Root cause." in text_of(refused)
    assert 'name="answer-cause"' in html

    sent = as_ada.post(url, {**written, "answer-cause": "A disk"})

    ticket.refresh_from_db()
    assert sent.status_code == 302
    assert ticket.answers["cause"] == "A disk"
    assert ticket.status.key == ("new" if rest else "solved")


# What customers never see


def test_hidden_answers_are_on_no_page_and_in_no_answer_for_customers(ticket, ada, grace, as_grace):
    change(ticket, ada, cause="Secret cause", partner="INC7", backup="no")
    api = Api(grace)

    page = as_grace.get(f"/tickets/{ticket.number}/")
    read = api.get(f"tickets/{ticket.number}/")
    policy = api.get("policy/")

    assert "INC7" in text_of(page)
    assert read.json()["answers"] == {"service": "web", "server": "web01", "partner": "INC7"}
    for answer in (page, read, api.get("tickets/"), as_grace.get("/tickets/")):
        assert "Secret cause" not in answer.content.decode()
        assert "Root cause" not in answer.content.decode()
    asked = {each["key"] for category in policy.json()["categories"] for each in category["questions"]}
    assert "partner" in asked
    assert not {"cause", "backup"} & asked


def test_an_answer_whose_field_the_policy_gave_up_is_not_shown_to_customers(ticket, ada, as_grace):
    change(ticket, ada, cause="Secret cause")
    apply(SupportPolicy.load(POLICIES / "ione.yaml"), at=timezone.now())
    Ticket.objects.filter(pk=ticket.pk).update(policy_version=PolicyVersion.objects.current())

    page = as_grace.get(f"/tickets/{ticket.number}/").content.decode()

    assert "Secret cause" not in page


# Over REST


def test_programs_read_and_change_answers_by_role(ticket, ada, grace):
    as_ada, as_grace = Api(ada), Api(grace)

    changed = as_ada.patch(
        f"tickets/{ticket.number}/", {"answers": {"cause": "A disk", "parts": ["fan"], "server": ""}}
    )
    assert changed.status_code == 200, changed.json()
    assert changed.json()["answers"] == {"service": "web", "cause": "A disk", "parts": ["fan"]}
    wrong = as_ada.patch(
        f"tickets/{ticket.number}/", {"answers": {"seats": "0", "since": "2026-03-01", "shoe": "45", "parts": ["leg"]}}
    )
    assert wrong.status_code == 400
    assert set(wrong.json()["fields"]) == {"answers.seats", "answers.since", "answers.shoe", "answers.parts"}
    assert as_grace.patch(f"tickets/{ticket.number}/", {"answers": {"server": "x"}}).status_code == 403


def test_a_program_solves_with_what_is_wanted_in_one_request(ticket, ada):
    api = Api(ada)
    refused = api.patch(f"tickets/{ticket.number}/", {"status": "solved"})
    solved = api.patch(f"tickets/{ticket.number}/", {"status": "solved", "answers": {"cause": "A disk"}})

    assert (refused.status_code, refused.json()["code"]) == (409, "fields_missing")
    assert solved.json()["status"]["key"] == "solved"


def test_customers_programs_answer_what_customers_are_asked(grace, ada):
    body = {"subject": "Down", "description": "It is.", "category": "technical"}
    hidden = Api(grace).post("tickets/", {**body, "answers": {"cause": "x", "partner": "x", "server": "web01"}})
    taken = Api(ada).post("tickets/", {**body, "requester": grace.email, "answers": {"cause": "x", "backup": True}})

    assert set(hidden.json()["fields"]) == {"answers.cause", "answers.partner", "answers.server"}
    assert taken.json()["answers"] == {"cause": "x", "backup": "yes"}


def test_another_tenant_reads_and_changes_nothing(ticket, globex):
    with act_as(globex):
        eve = make_person("Eve", "agent")
        assert not AnswerEntry.objects.exists()
        api = Api(eve, host="globex.localhost")
        assert api.patch(f"tickets/{ticket.number}/", {"answers": {"server": "x"}}).status_code == 404
    assert AnswerEntry.objects.filter(ticket=ticket).count() == 2


# Looked for


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("field.server:web01", True),
        ("field.server:WEB01", True),
        ("field.server:web02", False),
        ("-field.server:web02", True),
        ("field.service:Сайт", True),
        ("field.service:mail,web", True),
        ("field.cause:none", True),
        ("field.server:none", False),
        ("field.seats:>10", True),
        ("field.seats:<=12", True),
        ("field.seats:>12", False),
        ("field.since:<2026-04-01", True),
        ("field.since:>2026-04-01", False),
    ],
)
def test_tickets_are_found_by_their_answers(grace, technical, ada, asked, found):
    said = {"service": "web", "server": "web01", "seats": "12", "since": "2026-03-01"}
    make_ticket(grace, category=technical, answers=said)

    selected = select(parse(asked), ada, Desk.now(), at=MONDAY_9AM)

    assert not selected.problems
    assert Ticket.objects.filter(selected.where).exists() is found


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ("field.sever:web01", "The policy has no field “sever”. Known are: service, server,"),
        ("field.server:>web", "“>web” is neither a number nor a day, so “field.server:” can't be compared with it."),
        ("field.server:", "“field.server:” needs a value"),
    ],
)
def test_what_can_not_be_asked_of_fields_is_said(ada, asked, says):
    (problem,) = select(parse(asked), ada, Desk.now(), at=MONDAY_9AM).problems

    assert says in str(problem)


def test_customers_do_not_look_for_answers(grace):
    (problem,) = select(parse("field.cause:disk"), grace, Desk.now(), at=MONDAY_9AM).problems

    assert "is for the people who work on the desk" in str(problem)


def test_the_builder_of_views_offers_the_fields_and_their_choices(as_ada, ticket):
    page = as_ada.get(f"{reverse('desk:new_view')}?q=field.service:web+field.seats:>10")
    html = page.content.decode()

    assert '<option value="field.cause"' in html
    assert 'value="mail"' in html
    assert page.context["form"].conditions == "field.service:web field.seats:>10"


def test_the_export_has_a_column_for_every_field(ticket, ada, as_ada):
    change(ticket, ada, cause="=2+2", parts=["disk", "fan"])

    answer = as_ada.get(f"{reverse('desk:export_tickets')}?view=every")
    rows = list(csv.DictReader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))

    assert [(row["Service / Server or service"], row["Server"], row["Parts"], row["Root cause"]) for row in rows] == [
        ("Web", "web01", "Disk, Fan", "'=2+2")
    ]


# Fields as columns of lists


def listed(client, **asked):
    return client.get(reverse("desk:tickets"), {"view": "every", **asked})


def test_a_list_shows_fields_as_columns(grace, technical, as_ada):
    said = {"cause": "x" * 200, "parts": ["disk", "fan"], "backup": "yes", "since": "2026-03-01"}
    make_ticket(grace, category=technical, answers=said)
    columns = ["field.parts", "status", "field.cause", "field.backup", "field.since", "due", "field.gone"]

    page = listed(as_ada, columns=columns)
    text = text_of(page)

    heads = ["status", "field.since", "field.parts", "field.cause", "field.backup", "due"]
    assert sorted(page.context["columns"]) == sorted(heads)
    assert list(page.context["columns"])[-1] == "due"
    assert "Disk, Fan" in text
    assert "1 March 2026" in text
    assert "x" * 79 + "…" in text
    assert 'data-label="Root cause"' in page.content.decode()
    assert 'value="field.seats"' in page.content.decode()  # to be chosen


def test_a_field_s_answer_is_text_in_a_list(ticket, ada, as_ada):
    change(ticket, ada, cause="<b>{disk}</b>")

    assert "&lt;b&gt;{disk}&lt;/b&gt;" in listed(as_ada, columns="field.cause").content.decode()


@pytest.mark.parametrize("asked", [{}, {"q": "printer"}])
def test_columns_of_fields_and_tags_cost_no_query_a_ticket(ticket, technical, grace, as_ada, asked):
    def queries(**more):
        listed(as_ada, **asked, **more)
        with CaptureQueriesContext(connection) as captured:
            assert "web01" in text_of(listed(as_ada, **asked, **more)) or "columns" not in more
        return len(captured)

    plain, one = queries(), queries(columns="tags,field.server,field.service")
    for _number in range(4):
        make_ticket(grace, category=technical, answers={"service": "web", "server": "web01"})

    assert queries(columns="tags,field.server,field.service") == one == plain + 1  # the tags
    assert queries(columns="field.server,status") == queries(columns="status")


def test_a_live_row_has_the_columns_of_its_list(ticket, as_ada):
    page = as_ada.get(
        reverse("desk:list_changes"), {"view": "every", "columns": "field.server", "numbers": str(ticket.number)}
    )

    assert "web01" in text_of(page)


def test_a_view_keeps_columns_of_fields_also_those_that_the_policy_gives_up(ticket, ada, as_ada):
    form = as_ada.get(f"{reverse('desk:new_view')}?columns=field.server&columns=status").context["form"]
    assert form.initial["columns"] == ["field.server", "status"]
    posted = {"name": "Servers", "field-0": "status", "value-0": "", "audience": "own", "order": "due"}

    answer = as_ada.post(reverse("desk:new_view"), {**posted, "columns": ["status", "field.server"]})

    view = SavedView.objects.get(name="Servers")
    assert answer.status_code == 302
    assert view.columns == ["status", "field.server"]
    assert "web01" in text_of(listed(as_ada, view=view.pk))

    apply(with_fields(""), at=MONDAY_9AM)
    page = listed(as_ada, view=view.pk)
    assert list(page.context["columns"]) == ["status"]
    actions.change_view(view, actor=ada, name="Servers, again")
    assert SavedView.objects.get().columns == ["status", "field.server"]


def test_the_builder_takes_no_column_that_there_is_not(as_ada):
    posted = {"name": "Servers", "field-0": "status", "value-0": "", "audience": "own", "order": "due"}

    answer = as_ada.post(reverse("desk:new_view"), {**posted, "columns": ["field.gone"]})

    assert answer.status_code == 422
    assert not SavedView.objects.exists()


def test_the_export_has_chosen_fields_in_their_places_and_all_others_behind(ticket, as_ada):
    answer = as_ada.get(reverse("desk:export_tickets"), {"view": "every", "columns": "field.server,status"})
    head, row = csv.reader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig")))

    assert head[:7] == [
        "Number",
        "Subject",
        "Category",
        "State",
        "Server",
        "Organisation",
        "Service / Server or service",
    ]
    assert head.count("Server") == 1
    assert row[3:7] == ["New", "web01", "", "Web"]


def test_programs_keep_columns_of_fields(at_acme, ada):
    call = Api(ada)

    made = call.post("views/", {"name": "Servers", "conditions": "", "columns": ["field.server", "due"]})
    wrong = call.post("views/", {"name": "Servers", "conditions": "", "columns": ["field.sever"]})

    assert made.json()["columns"] == ["due", "field.server"]
    assert wrong.status_code == 400
    assert "“field.sever” is no column of a list" in str(wrong.json())
