"""Filing under the five policies: the number, the promise, articles instead of tickets, suspended support."""

from datetime import UTC, datetime, timedelta

import time_machine
from django.utils import timezone

from kb import actions as kb
from kb.models import ArticleCategory
from tests.policies.clauses import clause
from tests.support.world import make_organization, make_person
from tests.tickets.portal import text_of
from tickets import actions
from tickets.models import Ticket


def form_of(desk, language="en", **fields):
    """A request in the desk's first category, with every question answered."""
    portal = desk.portal(language)
    category = next(iter(portal.get("/tickets/new").context["categories"]))["category"].key
    path = f"/tickets/new?category={category}"
    form = portal.get(path).context["form"]
    answers = {}
    for name, asked in form.questions.items():
        sample = {"email": "grace@example.com", "url": "https://example.com", "date": "2026-03-02"}
        answers[name] = next(iter(asked.choices), sample.get(asked.kind, "12345"))
    sent = {"subject": "Order form closes with Error 500", "description": "I press Save.", **answers}
    return portal, path, {**sent, "priority": form.fields["priority"].initial, **fields}


def an_article(desk, number, title, body):
    writer = make_person("Writer", "admin")
    shelf, _ = ArticleCategory.objects.get_or_create(key="help", defaults={"name": "Help"})
    made = kb.create(
        author=writer, at=timezone.now(), number=number, category=shelf, language="en", title=title, body=body
    )
    return kb.publish(made, author=writer, at=timezone.now())


@clause("A1", "A3")
@time_machine.travel("2026-03-06 09:00:00+00:00", tick=False)
def test_a_high_issue_on_friday_afternoon_is_promised_for_monday(desk_on):
    desk = desk_on("ione")
    portal, path, form = form_of(desk, priority="high")

    page = portal.post(path, form, follow=True)

    # Friday 16:00 in Phnom Penh: two hours are left until closing, two remain on Monday from 8:00.
    assert Ticket.objects.get().due_at == datetime(2026, 3, 9, 3, 0, tzinfo=UTC)
    assert "We answer by Monday 9 March, 10:00 (Phnom Penh time)." in text_of(page)
    assert "Our hours: Monday to Friday 8:00–18:00, Phnom Penh." in text_of(page)


@clause("A4")
@time_machine.travel("2026-03-07 05:00:00+00:00", tick=False)
def test_a_critical_issue_runs_on_saturday(desk_on):
    portal, path, form = form_of(desk_on("ione"), priority="critical")

    portal.post(path, form)

    assert Ticket.objects.get().due_at == datetime(2026, 3, 7, 6, 0, tzinfo=UTC)


@clause("B4")
def test_a_number_is_given_at_once_and_never_twice(desk_on):
    desk = desk_on("techsupport")
    numbers = []

    for _ in range(3):
        portal, path, form = form_of(desk)
        page = portal.post(path, form | {"file_anyway": "yes"}, follow=True)
        numbers.append(page.context["ticket"].number)
        assert f"#{numbers[-1]}" in text_of(page)

    assert len(set(numbers)) == 3


@clause("B6")
def test_the_form_suggests_articles_and_this_solved_it_ends_there(desk_on):
    desk = desk_on("techsupport")
    article = an_article(desk, 7, "Reset your password", "Open the sign-in page and choose: password forgotten.")
    portal = desk.portal()

    suggested = portal.get("/tickets/suggestions", {"subject": "I forgot my password"})
    portal.post("/kb/article/000007/solved", {"subject": "I forgot my password"})

    article.refresh_from_db()
    assert "Reset your password" in text_of(suggested)
    assert article.solved_count == 1
    assert not Ticket.objects.exists()


@clause("B5")
def test_the_customer_reads_the_escalation_in_plain_words_and_no_notes(desk_on):
    from escalation.actions import escalate

    desk = desk_on("techsupport")
    portal, path, form = form_of(desk)
    portal.post(path, form)
    ticket = Ticket.objects.get()
    actions.note(ticket, author=desk.ada, body="Typical.", at=timezone.now())
    escalate(ticket, actor=desk.ada, reason="beyond me", at=timezone.now())

    page = portal.get(f"/tickets/{ticket.number}/")

    ticket.refresh_from_db()
    assert str(ticket.tier) in text_of(page)
    assert "Typical." not in text_of(page)
    assert "beyond me" not in text_of(page)


@clause("C3")
def test_the_form_links_the_article_to_read_first(desk_on):
    desk = desk_on("alleanza")
    an_article(desk, 32, "Before you write to support", "Follow these steps.")
    portal, path, _ = form_of(desk)

    page = portal.get(path)

    assert 'href="/kb/article/000032"' in page.content.decode()
    assert "Before you write to support" in text_of(page)


@clause("C11", "C1")
@time_machine.travel("2024-04-26 13:00:00+00:00", tick=False)
def test_a_critical_request_counts_the_saturday_that_is_a_working_day(desk_on):
    portal, path, form = form_of(desk_on("alleanza"), "ru", priority="critical")

    portal.post(path, form)

    # Friday 16:00 in Moscow: one hour until 17:00, one more from 7:00 on Saturday 27 April, a moved working day.
    assert Ticket.objects.get().due_at == datetime(2024, 4, 27, 5, 0, tzinfo=UTC)


@clause("C13")
def test_suspended_support_is_explained_and_nothing_is_lost(desk_on):
    desk = desk_on("alleanza")
    until = timezone.now() + timedelta(days=3)
    make_organization(
        "Initech",
        desk.grace,
        suspended_from=timezone.now() - timedelta(days=1),
        suspended_until=until,
        suspension_reason="The invoice of March is open.",
    )
    portal, path, form = form_of(desk, description="A long story about a server")

    before, refused = portal.get(path), portal.post(path, form)

    assert "The invoice of March is open." in text_of(before)
    assert refused.status_code == 422
    assert "suspended until" in text_of(refused)
    assert "A long story about a server" in refused.content.decode()
    assert not Ticket.objects.exists()


@clause("C13")
def test_support_is_back_when_the_suspension_ends(desk_on):
    desk = desk_on("alleanza")
    ended = timezone.now() - timedelta(minutes=1)
    make_organization("Initech", desk.grace, suspended_from=ended - timedelta(days=3), suspended_until=ended)
    portal, path, form = form_of(desk)

    assert portal.post(path, form).status_code == 302


@clause("E5")
def test_a_subject_such_as_does_not_work_gets_a_hint_before_sending(desk_on):
    portal, path, form = form_of(desk_on("hostiquant"), subject="My site does not work")

    page = portal.post(path, form)

    assert page.status_code == 422
    assert page.context["form"].errors["subject"]
    assert "I press Save." in page.content.decode()


@clause("E16")
def test_the_article_that_came_near_is_attached_and_shown(desk_on):
    desk = desk_on("hostiquant")
    an_article(desk, 12, "What a 403 error means", "The server refuses to show the page.")
    portal, path, form = form_of(desk, articles=["000012"])

    portal.post(path, form)

    ticket = Ticket.objects.get()
    assert ticket.articles == [12]
    assert "What a 403 error means" in text_of(portal.get(f"/tickets/{ticket.number}/"))
