"""Filing a ticket in the portal, without JavaScript, with good and with bad input."""

import uuid
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from tests.support.world import make_organization, make_person
from tests.tickets.portal import request_form, text_of, visitor
from tickets.models import Attachment, Ticket

FORM = "/tickets/new?category=technical"


def test_a_filed_ticket_has_what_the_form_asked_for(as_grace, grace):
    sent = as_grace.post(FORM, request_form(near_articles="000032 and /kb/article/000007"))

    ticket = Ticket.objects.select_related("category", "priority", "channel").get()
    assert sent.status_code == 302
    assert sent.url == f"/tickets/{ticket.number}/filed"
    assert (ticket.requester_id, ticket.category.key, ticket.priority.key) == (grace.pk, "technical", "high")
    assert ticket.channel.key == "portal"
    assert ticket.answers == {"steps-tried": "Restarted the browser."}
    assert ticket.articles == [32, 7]


def test_the_customer_is_told_number_and_promise_at_once(as_grace):
    page = as_grace.post(FORM, request_form(), follow=True)

    assert f"#{Ticket.objects.get().number}" in text_of(page)
    assert "We answer by" in text_of(page)
    assert "Our hours: Monday to Friday 8:00–18:00, Phnom Penh." in text_of(page)


def test_a_form_sent_twice_files_once(as_grace):
    form = request_form()

    first, second = as_grace.post(FORM, form), as_grace.post(FORM, form)

    assert Ticket.objects.count() == 1
    assert first.url == second.url


def test_what_was_written_on_after_a_sending_whose_answer_was_lost_goes_to_the_same_request_once(as_grace, grace):
    form = request_form()
    as_grace.post(FORM, form)
    more = form | {"description": "I press Save and it closes. Since Monday, for everyone."}

    again = [as_grace.post(FORM, more), as_grace.post(FORM, more), as_grace.post(FORM, form)]

    ticket = Ticket.objects.get()
    assert again[0].url == f"/tickets/{ticket.number}/#latest"
    assert again[1].url == again[2].url == f"/tickets/{ticket.number}/filed"
    posted = [each.body for each in ticket.messages.order_by("posted_at")]
    assert [body.splitlines()[0] for body in posted] == [form["description"], more["description"]]
    assert "is now part of request" in text_of(as_grace.get(again[0].url))


def test_a_form_that_was_refused_can_be_mended_and_sent_with_the_same_token(as_grace, grace):
    organization = make_organization("Initech", grace, suspended_from=timezone.now() - timedelta(days=1))
    form = request_form()
    refused = as_grace.post(FORM, form)
    organization.suspended_from = None
    organization.save()

    sent = as_grace.post(FORM, form)

    assert (refused.status_code, sent.status_code) == (422, 302)
    assert Ticket.objects.count() == 1


def test_the_tiles_come_first_and_lead_to_the_form(as_grace):
    page = as_grace.get("/tickets/new")

    assert 'href="/tickets/new?category=security"' in page.content.decode()
    assert "Data breaches" in text_of(page)


def test_an_unknown_category_shows_the_tiles(as_grace):
    assert "What is it about?" in text_of(as_grace.get("/tickets/new?category=%00nonsense"))


def test_signing_in_comes_before_the_form_where_the_policy_asks_for_it(globex):
    page = visitor(globex).get("/tickets/new")

    assert page.status_code == 302
    assert page.url.startswith("/accounts/login/?next=/tickets/new")


def test_what_was_typed_survives_a_session_that_ended(as_nobody):
    page = as_nobody.post(FORM, request_form(description="Two hours of writing"))

    assert page.status_code == 403
    assert "Two hours of writing" in page.content.decode()
    assert "no longer signed in" in text_of(page)
    assert not Ticket.objects.exists()


def test_what_was_typed_survives_signing_in_again_in_another_tab(at_acme, grace):
    client = visitor(at_acme, grace, enforce_csrf_checks=True)

    page = client.post(FORM, request_form(description="Two hours of writing", csrfmiddlewaretoken="x" * 64))

    assert page.status_code == 403
    assert "Two hours of writing" in page.content.decode()
    assert not Ticket.objects.exists()


def test_a_missing_answer_is_said_at_its_field_and_nothing_is_lost(as_grace):
    page = as_grace.post(FORM, request_form(**{"answer-steps-tried": ""}))

    assert page.status_code == 422
    assert "I press Save and it closes." in page.content.decode()
    assert "This field is required" in text_of(page)


@pytest.mark.parametrize("subject", ["Does not work", "does NOT work!!", " problem "])
def test_a_subject_that_says_nothing_gets_a_hint_before_it_is_sent(as_grace, subject):
    page = as_grace.post(FORM, request_form(subject=subject))

    assert page.status_code == 422
    assert "does not say what is wrong" in text_of(page)
    assert "Send it with this subject all the same" in text_of(page)


def test_who_insists_may_keep_the_subject(as_grace):
    sent = as_grace.post(FORM, request_form(subject="Does not work", keep_subject="yes"))

    assert sent.status_code == 302


def test_impact_and_urgency_decide_when_both_are_given(as_grace):
    as_grace.post(FORM, request_form(priority="low", impact="everyone", urgency="now"))

    ticket = Ticket.objects.select_related("priority").get()
    assert (ticket.priority.key, ticket.impact, ticket.urgency) == ("critical", "everyone", "now")


def test_who_is_not_sure_says_what_is_affected(as_grace):
    page = as_grace.post(FORM, request_form(priority=""))

    assert page.status_code == 422
    assert text_of(page).count("Choose one, so that we know how urgent it is.") == 2


def test_files_are_kept_with_the_ticket(as_grace):
    files = [
        SimpleUploadedFile("screen.png", b"\x89PNG", "image/png"),
        SimpleUploadedFile("log.txt", b"", "text/plain"),
    ]

    as_grace.post(FORM, {**request_form(), "files": files})

    assert sorted(Attachment.objects.values_list("name", "size")) == [("log.txt", 0), ("screen.png", 4)]


def test_a_file_that_is_too_large_is_said_at_the_field(as_grace, settings):
    settings.ATTACHMENT_MAX_BYTES = 10

    page = as_grace.post(FORM, {**request_form(), "files": [SimpleUploadedFile("big.bin", b"x" * 11)]})

    assert page.status_code == 422
    assert "big.bin is larger than 10 bytes" in text_of(page).replace("\xa0", " ")
    assert not Ticket.objects.exists()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("subject", "x" * 201),
        ("subject", "\0"),
        ("subject", "   "),
        ("description", "y" * 1_000_000),
        ("description", " \0 "),
        ("priority", "sky-high"),
        ("priority", "\0?"),
        ("impact", "nonsense"),
        ("answer-steps-tried", "z" * 5001),
        ("near_articles", "9" * 600),
    ],
)
def test_bad_input_is_said_at_the_field(as_grace, field, value):
    page = as_grace.post(FORM, request_form(**{field: value}))

    assert page.status_code == 422
    assert page.context["form"].errors[field]
    assert not Ticket.objects.exists()


@pytest.mark.parametrize(
    "text",
    [
        "😀" * 50,
        "<script>alert(1)</script>{{ 7*7 }}{% now 'Y' %}",
        "=HYPERLINK(1)",
        "w" * 10_000,
        "\u202ereversed",
        "http://" + "a" * 5000,
    ],
)
def test_odd_input_is_kept_and_shown_inertly(as_grace, text):
    as_grace.post(FORM, request_form(description=text, subject=text[:190]))

    ticket = Ticket.objects.get()
    page = as_grace.get(f"/tickets/{ticket.number}/")
    assert ticket.description == text
    assert page.status_code == 200
    assert "<script>alert" not in page.content.decode()
    assert "49" not in ticket.subject


def test_a_broken_token_is_an_error_of_the_form_and_not_of_the_server(as_grace):
    page = as_grace.post(FORM, request_form(token="not-a-uuid"))

    assert page.status_code == 422


def test_bytes_in_a_wrong_encoding_are_no_error_of_the_server(as_grace):
    body = b"subject=caf\xe9&description=\xff\xfe&priority=high&answer-steps-tried=x"

    sent = as_grace.post(FORM, body, content_type="application/x-www-form-urlencoded")

    assert sent.status_code == 302


def test_somebody_else_s_organisation_can_t_be_chosen(as_grace, grace):
    make_organization("Initech", grace)
    make_organization("Hooli", grace)
    foreign = make_organization("Umbrella", make_person("Alice"))

    page = as_grace.post(FORM, request_form(organization=str(foreign.pk)))

    assert page.status_code == 422
    assert "organization" in page.context["form"].errors


def test_two_people_may_use_the_same_token(at_acme, grace):
    form = request_form(token=str(uuid.uuid4()))

    visitor(at_acme, grace).post(FORM, form)
    visitor(at_acme, make_person("Alice")).post(FORM, form)

    assert Ticket.objects.count() == 2


def test_the_form_costs_few_queries(as_grace, grace, django_assert_max_num_queries):
    make_organization("Initech", grace)
    as_grace.get(FORM)

    with django_assert_max_num_queries(12):
        as_grace.get(FORM)


def test_suggestions_follow_the_subject_and_hint_at_a_vague_one(as_grace):
    page = as_grace.get("/tickets/suggestions", {"subject": "does not work"}, headers={"hx-request": "true"})

    assert "does not say what is wrong" in text_of(page)


@pytest.mark.parametrize("subject", ["", "\0", "'; DROP TABLE", "x" * 10_000, "😀", "a:* & !b |"])
def test_suggestions_survive_any_subject(as_nobody, subject):
    assert as_nobody.get("/tickets/suggestions", {"subject": subject, "articles": ["\0", "9" * 99]}).status_code == 200


def test_a_script_that_sends_the_form_is_told_where_to_go_on(as_grace):
    sent = as_grace.post(FORM, request_form(), headers={"hx-request": "true"})
    missing = as_grace.post(FORM, {}, headers={"hx-request": "true"})

    assert sent.headers["HX-Redirect"] == f"/tickets/{Ticket.objects.get().number}/filed"
    assert missing.status_code == 422
    assert '<main id="main"' in missing.content.decode()


def test_what_is_typed_is_kept_by_tenant_person_and_category(as_grace, at_acme, grace):
    mine = as_grace.get(FORM).content.decode()
    nobodys = visitor(at_acme).get(FORM, follow=True).content.decode()

    assert f'data-kept-as="request:acme:{grace.pk}:technical"' in mine
    assert "data-in-tab" not in mine
    assert "data-came-back" not in mine
    assert 'data-came-back="yes"' in as_grace.post(FORM, {}).content.decode()
    assert str(grace.pk) not in nobodys
