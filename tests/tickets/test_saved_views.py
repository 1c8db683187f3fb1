"""Saved views: kept in one step, edited in a builder, shared with those for whom they are, counted with the others."""

import csv
import io
import re
from datetime import UTC, datetime, timedelta
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from tenants.context import act_as
from tenants.errors import NotPermitted
from tenants.tables import neutral
from tests.support.world import join, make_organization, make_person, make_ticket, token_of
from tickets import actions, lists, paging, search
from tickets.errors import ConditionsNotUnderstood, NotYourTeam
from tickets.models import SavedView, Status, Team, Ticket
from tickets.selection import Desk, parse, select

HOUR = timedelta(hours=1)


@pytest.fixture
def now():
    return timezone.now()


@pytest.fixture
def signed_in(at_acme):
    def sign_in(person):
        client = Client(headers={"host": "acme.localhost"})
        client.force_login(person)
        return client

    return sign_in


def numbers(text, person, at):
    selection = select(parse(text), person, Desk.now(), at=at)
    return sorted(Ticket.objects.visible_to(person).filter(selection.where).values_list("number", flat=True))


def test_every_condition_selects_what_it_says(at_acme, ada, grace, now):
    make_organization("Acme Holding", grace)
    one, two, three = (make_ticket(grace, f"Printer {number}", at=now - 2 * HOUR) for number in range(3))
    actions.take(one, actor=ada, at=now)
    actions.add_tag(two, "fire", actor=ada, at=now)
    actions.change_status(three, Status.objects.get(key="on-hold"), actor=ada, at=now)
    for ticket, hours in ((one, -1), (two, 3), (three, None)):
        due = now + timedelta(hours=hours) if hours else None
        Ticket.objects.filter(pk=ticket.pk).update(due_at=due, created_at=now - 5 * HOUR if hours == 3 else now)
    join(ada, one.team)
    expected = {
        "": [1, 2, 3],
        "status:on-hold": [3],
        "status:on_hold": [3],
        "status:new,on-hold": [1, 2, 3],
        "-status:on-hold": [1, 2],
        "priority:P3": [1, 2, 3],
        "tier:1 tier:tier-1": [1, 2, 3],
        "team:mine": [1, 2, 3],
        "team:none": [],
        "channel:portal": [1, 2, 3],
        "assignee:me": [1],
        "assignee:ADA": [1],
        f"assignee:{ada.email}": [1],
        "assignee:none": [2, 3],
        "-assignee:me": [2, 3],
        "requester:grace": [1, 2, 3],
        "assignee:grace": [],
        'org:"acme hold"': [1, 2, 3],
        "org:none": [],
        "tag:fire": [2],
        "tag:none": [1, 3],
        "-tag:fire": [1, 3],
        "due:<2h": [1],
        "due:>2h": [2],
        "due:none": [3],
        "is:overdue": [1],
        "is:active -is:overdue": [2, 3],
        "is:on_hold": [3],
        "is:finished": [],
        "is:unassigned printer": [2, 3],
        "created:<3h": [1, 3],
        "created:>3h": [2],
        "created:>2030-01-01": [],
        "updated:<=tomorrow": [1, 2, 3],
        "category:none": [],
    }

    assert {text: numbers(text, ada, now) for text in expected} == expected


def test_days_are_those_of_the_readers_calendar(at_acme, ada, grace):
    make_ticket(grace, at=datetime(2026, 3, 2, 23, 30, tzinfo=UTC))
    at = datetime(2026, 3, 3, 12, 0, tzinfo=UTC)

    assert numbers("created:2026-03-02", ada, at) == numbers("created:yesterday", ada, at) == [1]
    with timezone.override("Asia/Tokyo"):
        assert numbers("created:2026-03-03", ada, at) == numbers("created:today", ada, at) == [1]
        assert numbers("created:<2026-03-03", ada, at) == numbers("created:>today", ada, at) == []


def test_counts_of_saved_views_are_right_for_each_person_moment_and_zone(at_acme, ada, mary, grace):
    at = datetime(2026, 3, 3, 12, 0, tzinfo=UTC)
    actions.take(make_ticket(grace, at=datetime(2026, 3, 2, 23, 30, tzinfo=UTC)), actor=ada, at=at)
    shared = {"owner": mary, "audience": "everybody"}
    today = actions.save_view(name="Today", conditions="is:active created:today", **shared)
    mine = actions.save_view(name="Mine too", conditions="is:active assignee:me", **shared)
    words = actions.save_view(name="Words", conditions="is:active printer", **shared)

    def counts(person, when=at):
        found = lists.counts(lists.views(None, lists.saved_of(person)), person, at=when)
        assert str(words.pk) not in found  # a search a page would cost too much
        return found[str(today.pk)], found[str(mine.pk)]

    assert (counts(ada), counts(mary)) == ((0, 1), (0, 0))
    with timezone.override("Asia/Tokyo"):
        assert counts(ada) == (1, 1)
        assert counts(ada, at + timedelta(days=1)) == (0, 1)
    actions.change_view(today, actor=mary, conditions="is:active")
    assert counts(ada) == (1, 1)


def test_a_view_that_names_a_team_that_is_gone_says_so_and_selects_nothing(signed_in, ada, grace, now):
    ticket = make_ticket(grace, at=now)
    view = actions.save_view(owner=ada, name="Theirs", conditions=f"-team:billing-desk team:{ticket.team.key}")
    client = signed_in(ada)
    assert f"#{ticket.number}" in client.get(reverse("desk:tickets"), {"view": str(view.pk)}).content.decode()
    _retire(Team.objects.get(key="billing-desk"))

    page = client.get(reverse("desk:tickets"), {"view": str(view.pk)})

    assert page.status_code == 200
    assert "There is no “billing-desk” any more" in page.content.decode()
    assert f"#{ticket.number}<" not in page.content.decode()
    assert numbers("-team:no-such", ada, now) == []


def _retire(team):
    """As a new version of the policy does."""
    from tickets.selection.selecting import rows_in_force

    Team.objects.filter(pk=team.pk).update(is_active=False)
    rows_in_force.cache_clear()


def test_who_sees_a_view_is_for_whom_it_is(at_acme, ada, mary, root):
    linus = make_person("Linus", "agent")
    team = join(ada, "frontline")
    for name, owner, more in (
        ("own", ada, {}),
        ("team", ada, {"audience": "team", "team": team}),
        ("all", mary, {"audience": "everybody"}),
    ):
        actions.save_view(owner=owner, name=name, conditions="is:active", **more)

    def seen(person):
        return {view.name for view in lists.saved_of(person)}

    assert (seen(ada), seen(mary), seen(linus)) == ({"own", "team", "all"}, {"all"}, {"all"})
    join(linus, team)
    assert seen(linus) == {"team", "all"}


def test_who_may_share_and_change_what(at_acme, ada, mary):
    linus = make_person("Linus", "agent")
    team = join(ada, "frontline")
    theirs = actions.save_view(owner=ada, name="team", conditions="", audience="team", team=team)
    own = actions.save_view(owner=ada, name="own", conditions="")

    with pytest.raises(NotPermitted):
        actions.save_view(owner=ada, name="x", conditions="", audience="everybody")
    with pytest.raises(NotYourTeam):
        actions.save_view(owner=linus, name="x", conditions="", audience="team", team=team)
    with pytest.raises(ConditionsNotUnderstood, match="foo"):
        actions.save_view(owner=ada, name="x", conditions="foo:bar")
    with pytest.raises(NotPermitted):
        actions.change_view(theirs, actor=linus, name="Mine now")
    with pytest.raises(NotPermitted):
        actions.delete_view(own, actor=mary)
    assert actions.change_view(theirs, actor=mary, name="Tidied").team == team


def test_views_keep_the_order_in_which_their_owner_put_them(signed_in, ada):
    first, second = (actions.save_view(owner=ada, name=name, conditions="") for name in ("first", "second"))

    signed_in(ada).post(reverse("desk:move_view", args=[second.pk]), {"up": "1"})

    assert [view.name for view in lists.saved_of(ada)] == ["second", "first"]
    assert first.owner == ada


def test_a_search_is_saved_in_one_step_and_edited_in_the_builder(signed_in, ada, grace, now):
    make_ticket(grace, "Printer on fire", at=now)
    client = signed_in(ada)
    page = client.get(reverse("desk:tickets"), {"view": "unassigned", "q": "status:new printer", "sort": "newest"})
    link = page.content.decode().split(f"{reverse('desk:new_view')}?")[1].split('"')[0].replace("&amp;", "&")
    assert parse_qs(link)["q"] == ["is:active assignee:none -is:snoozed status:new printer"]
    builder = client.get(f"{reverse('desk:new_view')}?{link}").content.decode()
    assert "Found now: 1" in builder

    rows = {
        "field-0": "is",
        "operator-0": "is",
        "value-0": "active",
        "field-1": "status",
        "operator-1": "not",
        "value-1": ["solved", "closed"],
        "field-2": "due",
        "operator-2": "<",
        "value-2": "2h",
        "field-3": "org",
        "operator-3": "is",
        "value-3": '"Acme, Inc", Globex',
    }
    said = {"name": "Fires", "audience": "own", "order": "due", "columns": ["status", "tags"], "words": "printer"}
    answer = client.post(reverse("desk:new_view"), rows | said)

    view = SavedView.objects.get()
    assert view.conditions == 'is:active -status:solved,closed due:<2h org:"Acme, Inc",Globex printer'
    assert answer["Location"] == f"{reverse('desk:tickets')}?view={view.pk}"
    again = client.get(reverse("desk:edit_view", args=[view.pk])).content.decode()
    assert 'value="&quot;Acme, Inc&quot;, Globex"' in again
    shown = client.get(answer["Location"]).content.decode()
    assert re.search(r'value="tags"\s+checked', shown)
    assert not re.search(r'value="customer"\s+checked', shown)


def test_the_builder_adds_and_removes_rows_without_scripts_and_loses_nothing(signed_in, ada):
    client = signed_in(ada)
    rows = {
        "field-0": "tag",
        "operator-0": "is",
        "value-0": "fire",
        "field-1": "due",
        "operator-1": "<",
        "value-1": "soon",
    }

    more = client.post(reverse("desk:new_view"), {**rows, "name": "Kept", "add": "1"}).content.decode()
    assert 'name="field-2"' in more
    assert 'value="Kept"' in more
    assert "no time for" in more
    less = client.post(
        reverse("desk:new_view"), {**rows, "remove": "1"}, headers={"hx-request": "true"}
    ).content.decode()
    assert 'name="field-1"' not in less
    assert "<h1>" not in less
    wrong = client.post(reverse("desk:new_view"), {**rows, "name": "Kept", "audience": "own"})
    assert wrong.status_code == 422
    assert 'value="soon"' in wrong.content.decode()
    assert not SavedView.objects.exists()


def test_somebody_elses_view_does_not_exist(signed_in, ada, mary, acme, globex):
    view = actions.save_view(owner=mary, name="Secret plan", conditions="is:active")
    with act_as(globex):
        other = actions.save_view(owner=make_person("Spy", "admin"), name="Theirs", conditions="")
    client = signed_in(ada)

    for pk in (view.pk, other.pk):
        assert client.get(reverse("desk:edit_view", args=[pk])).status_code == 404
        assert client.post(reverse("desk:delete_view", args=[pk])).status_code == 404
        assert client.post(reverse("desk:move_view", args=[pk])).status_code == 404
        page = client.get(reverse("desk:tickets"), {"view": str(pk)}).content.decode()
        assert "Secret plan" not in page
        assert "<h1>This view is gone</h1>" in page


def test_a_shared_view_is_deleted_once_its_name_was_typed_under_what_is_lost(signed_in, ada, mary):
    team = join(ada, "frontline")
    for_team = actions.save_view(owner=ada, name="Ours", conditions="", audience="team", team=team)
    for_all = actions.save_view(owner=mary, name="All", conditions="", audience="everybody")

    for person, view, users in ((ada, for_team, str(team)), (mary, for_all, "everybody on the desk")):
        client = signed_in(person)
        address = reverse("desk:delete_view", args=[view.pk])
        asked = client.post(address)
        assert asked.status_code == 200
        assert f"It is gone for {users}, with its conditions and columns." in unescape(asked.content.decode())
        assert client.post(address, {"typed": "Something else"}).status_code == 422
        assert SavedView.objects.filter(pk=view.pk).exists()
        assert client.post(address, {"typed": view.name}).status_code == 302
        assert not SavedView.objects.filter(pk=view.pk).exists()


@pytest.mark.parametrize(
    "q",
    [
        "x" * 10_000,
        "status:",
        'org:"Acme',
        "\0",
        "status:\0",
        "foo:bar",
        "due:<99999w",
        "created:>9000-12-31",
        "-",
        '"',
    ],
)
def test_bad_queries_are_answered_with_a_page(signed_in, ada, grace, now, q):
    make_ticket(grace, at=now)
    client = signed_in(ada)

    page = client.get(reverse("desk:tickets"), {"q": q})
    assert page.status_code == 200
    assert client.get(reverse("desk:search"), {"q": q}).status_code in (200, 302)
    assert client.get(reverse("desk:export_tickets"), {"q": q}).status_code == 200
    if parse(q).problems:
        assert 'id="list-problems"' in page.content.decode()


def test_a_view_that_is_gone_lists_and_exports_nothing_and_says_so(signed_in, ada, grace, now):
    make_ticket(grace, at=now)
    view = actions.save_view(owner=ada, name="Mine", conditions="is:active")
    actions.delete_view(view, actor=ada)
    client = signed_in(ada)

    for key in (str(view.pk), "no-such-view"):
        page = client.get(reverse("desk:tickets"), {"view": key}).content.decode()
        assert "The view was deleted, or it is no longer shared with you." in page
        assert "Printer on fire" not in page
        file = client.get(reverse("desk:export_tickets"), {"view": key})
        assert b"".join(file.streaming_content).count(b"\r\n") == 1
        rows = client.get(reverse("desk:list_changes"), {"view": key, "numbers": "1"}).content.decode()
        assert "Printer on fire" not in rows


def test_a_view_beyond_those_of_the_left_column_is_itself(signed_in, ada, grace, now, monkeypatch):
    make_ticket(grace, "Printer", at=now)
    make_ticket(grace, "Scanner", at=now)
    for name in ("first", "second"):
        view = actions.save_view(owner=ada, name=name, conditions="scanner")
    monkeypatch.setattr(lists, "MOST_SAVED", 1)

    page = signed_in(ada).get(reverse("desk:tickets"), {"view": str(view.pk), "sort": "newest"})

    assert page.context["view"].name == "second"
    assert [row.ticket.subject for row in page.context["rows"]] == ["Scanner"]


@pytest.mark.parametrize("name", ["due", "created", "updated"])
def test_a_time_in_an_address_that_is_none_is_answered_with_a_page(signed_in, ada, grace, now, name):
    make_ticket(grace, at=now)
    client, address = signed_in(ada), {name: "abc"}

    page = client.get(reverse("desk:tickets"), address).content.decode()
    assert f"“abc” is no time for “{name}:”" in page
    assert "Printer on fire" not in page
    file = client.get(reverse("desk:export_tickets"), address)
    assert b"".join(file.streaming_content).count(b"\r\n") == 1
    changes = client.get(reverse("desk:list_changes"), {**address, "numbers": "1"})
    assert "Printer on fire" not in changes.content.decode()
    wanted = {"act": "take", "everything": "on", "back": f"{name}=abc", "confirmed": "1"}
    client.post(reverse("desk:bulk"), wanted)
    assert not Ticket.objects.filter(assignee=ada).exists()


def test_a_search_with_conditions_leads_to_a_list(signed_in, ada):
    answer = signed_in(ada).get(reverse("desk:search"), {"q": "status:open error 403"})

    assert parse_qs(urlsplit(answer["Location"]).query) == {"view": ["every"], "q": ["status:open error 403"]}


def test_what_was_found_is_opened_as_a_list_and_saved_as_a_view_in_one_step(signed_in, ada, grace):
    wanted = make_ticket(grace, "Printer on fire", description="It says error 403.")
    make_ticket(grace, "Printer without paper")
    client = signed_in(ada)

    page = client.get(reverse("desk:search"), {"q": "«error 403» printer"})
    assert page.context["as_list"] in page.content.decode().replace("&amp;", "&")
    listed = client.get(page.context["as_list"])
    builder = client.get(page.context["as_view"])
    kept = client.post(
        page.context["as_view"],
        {"name": "Fires", "words": builder.context["form"]["words"].value(), "order": "newest", "audience": "own"},
    )

    assert [row.ticket for row in listed.context["rows"]] == [row.ticket for row in page.context["rows"]] == [wanted]
    assert [row.ticket for row in client.get(kept["Location"]).context["rows"]] == [wanted]
    assert parse(SavedView.objects.get(name="Fires").conditions) == parse('"error 403" printer')
    assert [row.ticket for row in client.get(page.context["in_pages"]).context["rows"]] == [wanted]


def test_more_than_fit_best_are_paged_in_the_list(signed_in, ada, grace):
    for number in range(search.MAX_HITS + 1):
        make_ticket(grace, f"Printer {number}")
    client = signed_in(ada)

    page = client.get(reverse("desk:search"), {"q": "printer"})
    first = client.get(page.context["in_pages"])
    second = client.get(reverse("desk:tickets") + first.context["next_url"])

    assert "See all of them, the newest first" in page.content.decode()
    assert [len(each.context["rows"]) for each in (page, first, second)] == [
        search.MAX_HITS,
        paging.PAGE_SIZE,
        search.MAX_HITS + 1 - paging.PAGE_SIZE,
    ]


def test_a_list_with_saved_views_takes_as_many_queries_as_without(signed_in, ada, grace, now):
    for number in range(5):
        make_ticket(grace, f"Printer {number}", at=now)
    client = signed_in(ada)

    def queries(address):
        client.get(address)
        with CaptureQueriesContext(connection) as captured:
            assert client.get(address).status_code == 200
        return sum("SAVEPOINT" not in query["sql"] for query in captured)

    address = reverse("desk:tickets")
    before = queries(address)
    for number in range(8):
        view = actions.save_view(
            owner=ada, name=f"View {number}", conditions=f"is:active status:new priority:p{number % 4 + 1}"
        )
    assert queries(address) == before <= 12
    assert queries(f"{address}?view={view.pk}") <= 12
    assert queries(f"{address}?sort=priority&columns=tags&q=status:new") <= 13


def test_the_file_holds_the_list_and_no_formula(signed_in, ada, grace, now):
    make_ticket(grace, '=HYPERLINK("http://evil.example")', at=now)
    make_ticket(grace, "Printer", at=now)
    make_ticket(grace, "Другое", at=now)
    client = signed_in(ada)

    answer = client.get(
        reverse("desk:export_tickets"), {"view": "every", "columns": ["status", "tags"], "sort": "oldest"}
    )
    rows = list(csv.reader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))

    assert rows[0][:6] == ["Number", "Subject", "Category", "State", "Tags", "Organisation"]
    assert [row[1] for row in rows[1:]] == ['\'=HYPERLINK("http://evil.example")', "Printer", "Другое"]
    narrowed = client.get(reverse("desk:export_tickets"), {"q": "printer status:new"})
    assert b"".join(narrowed.streaming_content).count(b"\r\n") == 2


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_cells_that_look_like_formulas_are_text(text):
    assert neutral(text).startswith("'")


@pytest.mark.parametrize(
    ("text", "safe"),
    [("Fire;=1+1", "Fire;'=1+1"), ("a; \t@SUM(A1)", "a;' \t'@SUM(A1)"), ("a\n＝1", "a\n'＝1"), ("a; b-c", "a; b-c")],
)
def test_what_stands_behind_a_separator_is_no_formula_either(text, safe):
    assert neutral(text) == safe


def test_the_file_keeps_no_transaction_open_while_it_is_read(signed_in, ada):
    lines = iter(signed_in(ada).get(reverse("desk:export_tickets")).streaming_content)
    before = list(connection.savepoint_ids)

    assert next(lines).startswith(b"\xef\xbb\xbf")

    assert connection.savepoint_ids == before


def test_conditions_that_are_too_long_when_written_in_full_are_refused(at_acme, ada):
    short = " ".join(f"state:{number:04}" for number in range(80))
    assert len(short) <= 1_000
    assert actions.save_view(owner=ada, name="x", conditions=short).conditions.startswith("status:0000 status:0001")

    with pytest.raises(ConditionsNotUnderstood, match="longer than 1000 characters"):
        actions.save_view(owner=ada, name="x", conditions=f"{short} {'x' * (999 - len(short))}")


def test_the_file_holds_what_the_person_sees(signed_in, ada, grace, now):
    ada.role.permissions.remove("ticket.see_all")
    ada.role.save()
    make_ticket(grace, at=now)

    answer = signed_in(ada).get(reverse("desk:export_tickets"), {"view": "every"})

    assert b"".join(answer.streaming_content).count(b"\r\n") == 1


def test_the_interface_for_programs_saves_and_uses_views(at_acme, ada, mary, grace, now):
    make_ticket(grace, "Printer", at=now)
    make_ticket(grace, "Scanner", at=now)
    own = actions.save_view(owner=mary, name="Hers", conditions="")

    def call(method, path, person=ada, **body):
        client = Client(headers={"host": "acme.localhost", "authorization": f"Token {token_of(person)}"})
        return getattr(client, method)(
            f"/api/v1/{path}", content_type="application/json", **({"data": body} if body else {})
        )

    made = call("post", "views/", name="Printers", conditions="status:new printer")
    assert made.status_code == 201, made.content
    pk = made.json()["id"]
    assert made.json()["problems"] == []
    assert [row["subject"] for row in call("get", f"tickets/?view={pk}").json()["results"]] == ["Printer"]
    assert [row["id"] for row in call("get", "views/").json()["results"]] == [pk]
    assert call("patch", f"views/{pk}/", conditions="foo:bar").status_code == 409
    assert call("patch", f"views/{pk}/", name="All").json()["name"] == "All"
    assert call("get", f"views/{own.pk}/").status_code == 404
    assert call("get", f"tickets/?view={own.pk}").status_code == 400
    assert call("get", "views/", person=grace).status_code == 404
    assert call("delete", f"views/{pk}/").status_code == 204
    listed = call("get", "tickets/?q=assignee:none%20priority:medium&ordering=priority&page_size=1").json()
    assert len(listed["results"]) == 1
    assert listed["next"]
    refused = call("get", "tickets/?q=statsu:open")
    assert refused.status_code == 400
    assert "Did you mean" in refused.json()["fields"]["q"][0]["message"]
    assert call("get", "tickets/?q=team:frontline", person=grace).status_code == 400
    assert len(call("get", "tickets/?q=status:new%20printer", person=grace).json()["results"]) == 1
