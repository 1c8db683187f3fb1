"""What can be done with a ticket over REST: each with its permission, each by the action that people use."""

import pytest
from django.utils import timezone

from tests.api.client import Api
from tests.support.world import make_person, make_ticket
from tickets import actions
from tickets.models import Event, Exclusion, Message, RefusalReason, Tier

pytestmark = pytest.mark.django_db


@pytest.fixture
def ticket(grace):
    RefusalReason.objects.create(key="homework", name="Homework is not done here")
    return make_ticket(grace, at=timezone.now())


def verbs(ticket) -> list[str]:
    return list(Event.objects.filter(ticket=ticket).values_list("verb", flat=True))


def test_a_reply_of_staff_sets_the_state_that_goes_with_it(as_ada, as_grace, ticket):
    answer = as_ada.post(f"tickets/{ticket.number}/messages/", {"body": "Which colour?", "status": "pending"})

    assert answer.status_code == 201, answer.json()
    assert (answer.json()["by_staff"], answer.json()["kind"]) == (True, "public")
    ticket.refresh_from_db()
    assert ticket.status.kind == "pending"
    assert [row["body"] for row in as_grace.get(f"tickets/{ticket.number}/messages/").json()["results"]] == [
        "Smoke comes out of it since eight.",
        "Which colour?",
    ]


def test_a_comment_of_the_customer_takes_the_ticket_up_again(as_ada, as_grace, ticket):
    as_ada.post(f"tickets/{ticket.number}/messages/", {"body": "Which colour?", "status": "pending"})

    answer = as_grace.post(f"tickets/{ticket.number}/messages/", {"body": "Grey."})

    assert answer.status_code == 201
    ticket.refresh_from_db()
    assert ticket.status.kind == "open"
    assert not Message.objects.get(pk=answer.json()["id"]).by_staff


def test_customers_set_no_state_and_write_no_notes(as_grace, ticket):
    with_status = as_grace.post(f"tickets/{ticket.number}/messages/", {"body": "Done.", "status": "solved"})
    note = as_grace.post(f"tickets/{ticket.number}/notes/", {"body": "Psst."})
    change = as_grace.patch(f"tickets/{ticket.number}/", {"priority": "low", "reason": "meh"})

    assert (with_status.status_code, list(with_status.json()["fields"])) == (400, ["status"])
    assert (note.status_code, note.json()["code"]) == (403, "not_permitted")
    assert (change.status_code, change.json()["code"]) == (403, "not_permitted")
    assert verbs(ticket) == ["ticket.created"]


def test_notes_are_listed_for_staff_only(as_ada, as_grace, ticket):
    as_ada.post(f"tickets/{ticket.number}/notes/", {"body": "Known since May."})

    listed = [api.get(f"tickets/{ticket.number}/messages/").json()["results"] for api in (as_ada, as_grace)]

    assert [len(rows) for rows in listed] == [2, 1]


def test_several_things_change_together(as_ada, ada, ticket):
    answer = as_ada.patch(
        f"tickets/{ticket.number}/",
        {
            "priority": "critical",
            "reason": "The whole office stands still.",
            "assignee": "me",
            "tags": ["Fire", "office"],
            "status": "solved",
        },
    )

    assert answer.status_code == 200, answer.json()
    now = answer.json()
    assert (now["priority"]["key"], now["status"]["kind"], now["tags"]) == ("critical", "solved", ["fire", "office"])
    assert now["assignee"]["id"] == str(ada.pk)
    assert as_ada.patch(f"tickets/{ticket.number}/", {"tags": ["office"]}).json()["tags"] == ["office"]


def test_one_refused_change_leaves_all_as_it_was(as_ada, ticket):
    answer = as_ada.patch(f"tickets/{ticket.number}/", {"tags": ["fire"], "priority": "critical", "status": "solved"})

    assert (answer.status_code, answer.json()["code"]) == (409, "reason_missing")
    assert verbs(ticket) == ["ticket.created"]


def test_nobody_is_an_assignee_too(as_ada, ada, ticket):
    actions.take(ticket, actor=ada, at=timezone.now())

    assert as_ada.patch(f"tickets/{ticket.number}/", {"assignee": None}).json()["assignee"] is None


def test_a_ticket_climbs_and_comes_back(as_ada, as_grace, ticket):
    first, second = Tier.objects.all()[:2]

    up = as_ada.post(
        f"tickets/{ticket.number}/escalate/", {"reason": "Needs a plumber.", "sentence": "Bob looks into it."}
    )
    story = as_grace.get(f"tickets/{ticket.number}/").content.decode()
    down = as_ada.post(f"tickets/{ticket.number}/hand-back/", {"reason": "It was a fuse."})

    assert up.json()["tier"]["key"] == second.key
    assert "Bob looks into it." in story
    assert "plumber" not in story
    assert down.json()["tier"]["key"] == first.key


def test_tiers_are_skipped_with_a_permission_only(as_ada, as_mary, ticket):
    highest = Tier.objects.last().key

    refused = as_ada.post(f"tickets/{ticket.number}/escalate/", {"reason": "Now.", "tier": highest})
    done = as_mary.post(f"tickets/{ticket.number}/escalate/", {"reason": "Now.", "tier": highest})

    assert (refused.status_code, refused.json()["code"]) == (409, "tier_order")
    assert done.json()["tier"]["key"] == highest


def test_taking_merging_refusing_and_taking_up_again(as_ada, ada, ticket, grace):
    twin, other = make_ticket(grace, "Again"), make_ticket(grace, "Please write my thesis")
    number = other.number

    taken = as_ada.post(f"tickets/{number}/take/")
    refused = as_ada.post(f"tickets/{number}/refuse/", {"reason": "homework"})
    reopened = as_ada.post(f"tickets/{number}/reopen/")
    excluded = as_ada.post(
        f"tickets/{number}/not-covered/", {"exclusion": Exclusion.objects.first().key, "explanation": "No theses."}
    )
    merged = as_ada.post(f"tickets/{twin.number}/merge/", {"into": ticket.number})

    assert taken.json()["assignee"]["id"] == str(ada.pk)
    assert (refused.json()["status"]["kind"], reopened.json()["status"]["kind"]) == ("refused", "open")
    assert excluded.json()["exclusion"]["key"] == Exclusion.objects.first().key
    assert merged.json()["number"] == ticket.number
    assert as_ada.get(f"tickets/{twin.number}/").json()["merged_into"] == ticket.number


def test_refusals_say_why_in_one_shape(as_ada, ticket):
    answer = as_ada.post(f"tickets/{ticket.number}/reopen/")

    assert answer.status_code == 409
    assert answer.json() == {
        "detail": "This ticket is still being worked on, so there is nothing to reopen.",
        "code": "ticket_active",
        "fields": {},
    }


ACTS = {
    "escalate": {"reason": "x"},
    "hand-back": {"reason": "x"},
    "take": {},
    "notes": {"body": "x"},
    "merge": {"into": 1},
}


@pytest.mark.parametrize("act", [*ACTS, "refuse", "not-covered", "reopen", "messages"])
def test_somebody_elses_ticket_is_not_there(at_acme, ticket, act):
    stranger = Api(make_person("Eve"))
    bodies = {
        **ACTS,
        "refuse": {"reason": "homework"},
        "not-covered": {"exclusion": Exclusion.objects.first().key},
        "messages": {"body": "x"},
    }

    answer = stranger.post(f"tickets/{ticket.number}/{act}/", bodies.get(act, {}))

    assert answer.status_code == 404
    assert verbs(ticket) == ["ticket.created"]


@pytest.mark.parametrize("act", ["escalate", "hand-back", "take", "merge", "refuse", "not-covered"])
def test_customers_do_what_customers_may_with_their_own_ticket(as_grace, ticket, grace, act):
    bodies = {
        **ACTS,
        "merge": {"into": make_ticket(grace).number},
        "refuse": {"reason": "homework"},
        "not-covered": {"exclusion": Exclusion.objects.first().key},
    }

    answer = as_grace.post(f"tickets/{ticket.number}/{act}/", bodies[act])

    assert (answer.status_code, answer.json()["code"]) == (403, "not_permitted")
    assert verbs(ticket) == ["ticket.created"]


def test_the_next_page_of_a_conversation_is_at_the_address_that_the_first_one_names(as_ada, ada, ticket):
    for number in range(3):
        actions.reply(ticket, author=ada, body=f"Reply {number}.", at=timezone.now())

    first = as_ada.get(f"tickets/{ticket.number}/messages/", {"page_size": 2}).json()
    second = as_ada.get(first["next"].partition("/api/v1/")[2]).json()

    assert [each["body"] for each in second["results"]] == ["Reply 1.", "Reply 2."]
