"""What ratings come to: figures by agent, team, category and article, the list to improve, and who sees them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from tenants import alarms
from tenants.context import act_as
from tenants.errors import NotPermitted
from tests.api.client import Api
from tests.support.world import make_person, make_ticket
from tests.tickets.portal import text_of, visitor
from tickets import actions, desk, satisfaction
from tickets.errors import ImprovementMissing, NotRated
from tickets.models import Category, Event, Rating

NOW = timezone.now
DAY = timedelta(days=1)


def rated(agent, score, *, comment="", category="technical", articles=(), at=None, **more):
    """A request of somebody new that an agent solved and its sender rated."""
    at = at or NOW() - DAY
    customer = make_person(f"C{Rating.objects.count()}", **more)
    about = {"category": Category.objects.get(key=category), "articles": list(articles)}
    ticket = make_ticket(customer, f"Printer {score}", at=at - DAY, **about)
    actions.take(ticket, actor=agent, at=at - DAY)
    actions.reply(ticket, author=agent, body="Unplug it.", status=desk.status_of("solved"), at=at - DAY)
    return actions.rate(ticket, score=score, comment=comment, actor=customer, at=at)


@pytest.fixture
def alan(at_acme):
    return make_person("Alan", "agent")


@pytest.fixture
def some(ada, alan, mary):
    """Ada's five ratings and Alan's one; one is old."""
    rated(ada, 5, articles=[5])
    rated(ada, 4, articles=[5, 6])
    rated(ada, 1, comment="Nobody called back", category="billing", articles=[6])
    rated(ada, 3, category="billing")
    rated(alan, 2, comment="=SUM(1)", category="billing", articles=[6])
    rated(ada, 1, comment="Ages ago", at=NOW() - 60 * DAY)


def test_figures_are_of_the_period_by_agent_category_and_article(some, mary, ada, alan):
    found, since = satisfaction.seen_by(mary), NOW() - 30 * DAY

    whole = satisfaction.whole(found, since=since)
    agents = {str(each.of): (each.given, each.good, each.bad) for each in satisfaction.by_agent(found, since=since)}
    categories = satisfaction.by_category(found, since=since)
    articles = {each.of: (each.given, each.bad) for each in satisfaction.by_article(found, since=since)}

    assert (whole.given, whole.average(5), whole.share_good, whole.answer_rate) == (5, 3.0, 40, None)
    assert agents == {"Ada": (4, 2, 1), "Alan": (1, 0, 1)}
    assert [str(each.of) for each in satisfaction.worst(categories)] == [str(Category.objects.get(key="billing"))]
    assert articles == {5: (2, 0), 6: (3, 2)}


def test_the_answer_rate_counts_those_who_were_asked(grace, ada, mary):
    for name in ("Linus", "Margaret"):
        ticket = make_ticket(make_person(name), at=NOW() - 5 * DAY)
        actions.take(ticket, actor=ada, at=NOW() - 5 * DAY)
        actions.change_status(ticket, desk.status_of("solved"), actor=ada, at=NOW() - 4 * DAY)
    alarms.work_due(until=NOW(), drop=["mail.send"])
    actions.rate(ticket, score=4, actor=ticket.requester, at=NOW())

    whole = satisfaction.whole(satisfaction.seen_by(mary), since=NOW() - 30 * DAY)

    assert (whole.asked, whole.answered, whole.answer_rate) == (2, 1, 50)


def test_an_agent_sees_what_is_said_of_own_work_alone(acme, some, ada, alan):
    page = text_of(visitor(acme, alan).get(reverse("desk:ratings")))
    listed = visitor(acme, alan).get(reverse("desk:improve"))
    table = b"".join(visitor(acme, alan).get(reverse("desk:export_ratings")).streaming_content).decode()

    assert "Ratings of your work" in page
    assert "Nobody called back" not in page + text_of(listed) + table
    assert "By agent" not in page
    assert [each.agent for each, _ in listed.context["rows"]] == [alan]
    others = Rating.objects.filter(agent=ada).first()
    sent = visitor(acme, alan).post(reverse("desk:review_rating", args=[others.pk]), {"improvement": "x"})
    assert sent.status_code == 404
    with pytest.raises(NotPermitted):
        actions.review_rating(others, improvement="x", actor=alan, at=NOW())


def test_customers_find_none_of_these_pages(acme, some, grace):
    for name in ("desk:ratings", "desk:improve", "desk:export_ratings"):
        assert visitor(acme, grace).get(reverse(name)).status_code == 404
    assert Api(grace).get("ratings/").status_code == 404


@pytest.mark.parametrize(
    ("language", "said"),
    [("en", "Nobody called back"), ("ru", "Что улучшить"), ("es", "Qué mejorar")],
)
def test_the_manager_s_page_names_what_to_improve(acme, some, mary, language, said):
    client = visitor(acme, mary)
    client.cookies["django_language"] = language

    page = text_of(client.get(reverse("desk:ratings")))

    assert said in page
    assert "Nobody called back" in page
    assert "Ages ago" in page  # nobody has looked at it


def test_pages_cost_as_many_queries_for_many_ratings_as_for_few(acme, mary, ada, django_assert_max_num_queries):
    rated(ada, 1, comment="One", articles=[5])
    client = visitor(acme, mary)
    with django_assert_max_num_queries(40) as first:
        client.get(reverse("desk:ratings"))
        client.get(reverse("desk:improve"))
    for _ in range(5):
        rated(ada, 2, comment="More", articles=[5])

    with django_assert_max_num_queries(len(first)):
        client.get(reverse("desk:ratings"))
        client.get(reverse("desk:improve"))


def test_a_bad_rating_is_looked_at_and_leaves_the_list(acme, some, mary):
    client, rating = visitor(acme, mary), Rating.objects.get(comment="Nobody called back")
    address = reverse("desk:review_rating", args=[rating.pk])

    empty = client.post(address, {"improvement": " "})
    too_long = client.post(address, {"improvement": "Call within the day " * 200})
    done = client.post(address, {"improvement": "We call within the day now."}, follow=True)

    assert empty.status_code == too_long.status_code == 422
    assert "Call within the day" in too_long.content.decode()
    assert "Nobody called back" not in text_of(done)
    assert "We call within the day now." in text_of(client.get(reverse("desk:improve"), {"show": "done"}))
    assert Event.objects.get(verb="rating.reviewed").data["improvement"] == "We call within the day now."


def test_new_words_of_the_customer_bring_it_back(ada, mary):
    rating = rated(ada, 1)
    actions.review_rating(rating, improvement="Noted.", actor=ada, at=NOW())

    actions.rate(rating.ticket, score=1, comment="Still nobody called", actor=rating.person, at=NOW())

    rating.refresh_from_db()
    assert rating.reviewed_at is None
    assert rating.improvement == "Noted."


def test_nothing_is_noted_of_nothing(ada, mary, grace):
    ticket = make_ticket(grace, at=NOW() - 5 * DAY)
    actions.change_status(ticket, desk.status_of("solved"), actor=ada, at=NOW() - 4 * DAY)
    alarms.work_due(until=NOW(), drop=["mail.send"])

    with pytest.raises(NotRated):
        actions.review_rating(Rating.objects.get(), improvement="x", actor=mary, at=NOW())
    with pytest.raises(ImprovementMissing):
        actions.review_rating(rated(ada, 1), improvement=" ", actor=mary, at=NOW())


def test_lists_go_on_where_a_page_ended(some, mary):
    found = satisfaction.seen_by(mary)
    first = satisfaction.page_of(found, show="all", size=4)

    rest = satisfaction.page_of(found, show="all", after=first.next, size=4)

    assert len(first.ratings) == 4
    assert not {each.pk for each in first.ratings} & {each.pk for each in rest.ratings}
    assert len(rest.ratings) == 2
    assert not rest.next
    assert len(satisfaction.page_of(found, show="all", after="nonsense", size=9).ratings) == 6


def test_the_table_for_spreadsheets_runs_no_formula(acme, some, mary):
    client = visitor(acme, mary)

    table = b"".join(client.get(reverse("desk:export_ratings"), {"days": "90"}).streaming_content).decode()

    lines = table.strip().splitlines()
    assert len(lines) == 7
    assert "'=SUM(1)" in table


@pytest.mark.parametrize(
    ("query", "scores"), [("rating:good", [5, 4]), ("rating:bad", [1, 2, 1]), ("rating:open", [2, 1])]
)
def test_tickets_are_found_by_what_was_said_of_them(acme, some, mary, query, scores):
    first = Rating.objects.filter(verdict="bad").earliest("rated_at")
    actions.review_rating(first, improvement="Done", actor=mary, at=NOW())

    page = visitor(acme, mary).get(reverse("desk:tickets"), {"view": "every", "q": query})

    assert sorted(row.ticket.subject for row in page.context["rows"]) == sorted(f"Printer {each}" for each in scores)


def test_programs_rate_read_and_note(acme, ada, mary, grace):
    ticket = make_ticket(grace, at=NOW() - 2 * DAY)
    path = f"tickets/{ticket.number}/rating/"
    assert Api(grace).call("PUT", path, {"score": 5}).json()["code"] == "rated_too_early"
    actions.take(ticket, actor=ada, at=NOW() - DAY)
    actions.change_status(ticket, desk.status_of("solved"), actor=ada, at=NOW() - DAY)

    assert Api(grace).get(path).json()["may_rate"] is True
    assert Api(grace).call("PUT", path, {"score": 9}).json()["code"] == "score_out_of_range"
    assert Api(grace).call("PUT", path, {"score": "good"}).status_code == 400
    said = Api(grace).call("PUT", path, {"score": 2, "comment": "Slow"}).json()
    assert (said["score"], said["comment"], said["scale"]) == (2, "Slow", 5)
    assert Api(ada).call("PUT", path, {"score": 5}).status_code == 403
    assert Api(ada).get(path).json()["comment"] == "Slow"
    assert Api(make_person("Linus")).get(path).status_code == 404
    (row,) = Api(ada).get("ratings/", {"show": "open"}).json()["results"]
    assert (row["ticket"], row["verdict"], row["agent"]["name"]) == (ticket.number, "bad", "Ada")
    assert Api(make_person("Alan", "agent")).get("ratings/").json()["results"] == []
    noted = Api(ada).post(f"ratings/{row['id']}/review/", {"improvement": "Faster now"})
    assert noted.json()["improvement"] == "Faster now"
    assert Api(mary).get("ratings/", {"show": "open"}).json()["results"] == []


def test_ratings_of_another_tenant_are_nowhere(acme, globex, some, mary):
    with act_as(globex):
        boss = make_person("Boss", "manager")
        page = text_of(visitor(globex, boss).get(reverse("desk:ratings")))
        assert not Rating.objects.exists()

    assert "The support policy asks for no ratings" in page
    assert "Nobody called back" not in page


def test_a_table_shows_those_with_the_most_bad_ratings_and_says_that_there_are_more(acme, some, mary, monkeypatch):
    said = "Only those with the most bad ratings are shown."
    client, path = visitor(acme, mary), reverse("desk:ratings")
    assert said not in text_of(client.get(path))

    monkeypatch.setattr(satisfaction, "MOST_LINES", 1)
    page = client.get(path)

    tables = {table.head: table for table in page.context["tables"]}
    assert [name for name, *_figures in tables["Agent"].rows] == ["Alan"]
    assert tables["Agent"].has_more
    assert said in text_of(page)
