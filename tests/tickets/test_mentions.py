"""Calling upon colleagues in a note: who is found, who is told, and who is not offered."""

from datetime import timedelta

import pytest
from django.urls import reverse

from inbox.models import OutgoingMail
from tenants import alarms
from tenants.context import act_as
from tenants.models import Role
from tests.api.client import Api
from tests.support.world import MONDAY_9AM, join, make_person, make_ticket
from tests.tickets.portal import text_of, visitor
from tickets import actions, mentions, timeline
from tickets.errors import MentionIsUnclear, MentionOutOfSight, TeamOutOfSight, TooManyMentioned
from tickets.models import Draft, Follower, Mention, Message, Team, Ticket

LATER = MONDAY_9AM + timedelta(minutes=5)


@pytest.fixture
def ticket(grace):
    return make_ticket(grace)


@pytest.fixture
def linus(at_acme):
    return make_person("Linus", "agent", email="linus@acme.example")


def narrow(*people):
    """Let agents see the tickets of their teams only."""
    role = Role.objects.create(kind="agent", name="Narrow", permissions=["ticket.reply"])
    for person in people:
        person.role = role
        person.save()


def reference(one, words="@somebody"):
    return f'<data value="{"team" if isinstance(one, Team) else "person"}:{one.pk}">{words}</data>'


def note(ticket, ada, body="", html=""):
    return actions.note(ticket, author=ada, body=body, html=html, at=LATER)


def called(message):
    return {mention.user.name for mention in message.mentions.select_related("user")}


def mails(person):
    alarms.work_due(LATER + timedelta(hours=1))
    return list(OutgoingMail.objects.filter(address=person.email).order_by("event"))


@pytest.mark.parametrize(
    "typed", ["@linus", "@Linus,", "@linus.", "(@linus)", "@linus@acme.example", "@[Linus]", "@[linus] @linus"]
)
def test_a_colleague_is_called_by_what_is_typed(ticket, ada, linus, typed):
    message = note(ticket, ada, f"{typed} please look")

    assert called(message) == {"Linus"}
    assert f'<data value="person:{linus.pk}">@Linus</data>' in message.html
    assert "@Linus" in message.body and "please look" in message.body


@pytest.mark.parametrize("typed", ["linus", "@nobody", "mail@linus", "a/@linus", "@", "@@linus", "@grace"])
def test_other_words_and_customers_are_only_text(ticket, ada, linus, typed):
    message = note(ticket, ada, f"{typed} please look")

    assert (message.body, message.html) == (f"{typed} please look", "")
    assert not Mention.objects.exists()


def test_in_formatted_text_words_count_and_code_links_and_references_stay(ticket, ada, linus, mary):
    html = (
        "<p><strong>@linus</strong> see <code>@mary</code> &amp; <a href='https://a.example/@mary'>@mary</a></p>"
        f"<pre>@mary &lt;b&gt;</pre><p>{reference(linus)}</p>"
    )

    message = note(ticket, ada, html=html)

    assert called(message) == {"Linus"}
    assert message.html.count("@Linus</data>") == 2
    assert "<code>@mary</code> &amp; " in message.html
    assert "<pre>@mary &lt;b&gt;</pre>" in message.html
    assert message.body.startswith("@Linus see @mary & @mary")


def test_a_plain_note_with_a_name_keeps_its_lines_and_links(ticket, ada, linus):
    message = note(ticket, ada, "@linus\nhttps://a.example/x?a=1&b=2 <b>\n\nSecond  part")

    assert message.body == "@Linus\nhttps://a.example/x?a=1&b=2 <b>\n\nSecond  part"
    assert '<a href="https://a.example/x?a=1&amp;b=2" rel=' in message.html
    assert "&lt;b&gt;</p><p>Second" in message.html


def test_who_is_called_is_told_once_sees_it_on_the_first_page_and_follows(ticket, ada, linus):
    actions.follow(ticket, actor=linus, at=LATER)
    message = note(ticket, ada, f"@linus @linus {linus.email} @[Linus]")

    (mail,) = mails(linus)
    assert "Ada mentioned you on ticket" in mail.text
    assert "because a note mentions you" in mail.text
    assert "data value" not in mail.html
    assert not mails(ada)
    assert Mention.objects.count() == 1
    page = text_of(visitor(ticket.tenant, linus).get("/desk/?day=mine"))
    assert "Mentions of you" in page and "@Linus @Linus" in page and "New" in page
    assert message.mentions.get().is_seen is False


def test_an_open_first_page_fetches_the_latest_mentions(ticket, ada, linus):
    client = visitor(ticket.tenant, linus)
    home = client.get("/desk/?day=mine").content.decode()
    assert f'id="desk-mentions" data-address="{reverse("desk:mentions")}"' in home
    assert "Mentions of you" not in home

    note(ticket, ada, "@[Linus] look")

    assert "Mentions of you" in text_of(client.get(reverse("desk:mentions")))
    assert "Mentions of you" not in text_of(visitor(ticket.tenant, ada).get(reverse("desk:mentions")))


def test_a_mention_makes_a_follower_who_may_stop(ticket, ada, linus):
    note(ticket, ada, "@linus look")

    assert Follower.objects.filter(ticket=ticket, user=linus).exists()
    told = [item.text for item in timeline.for_agent(ticket, ada) if item.verb == "ticket.followed"]
    assert told == ["Linus follows this ticket since Ada mentioned them"]
    actions.unfollow(ticket, actor=linus, at=LATER)
    assert not Follower.objects.filter(ticket=ticket, user=linus).exists()


def test_looking_at_the_ticket_or_marking_all_makes_it_read(ticket, ada, linus, mary):
    note(ticket, ada, "@linus @mary look")

    client = visitor(ticket.tenant, linus)
    client.get(f"/desk/tickets/{ticket.number}/")
    assert [each.is_seen for each in Mention.objects.filter(user=linus)] == [True]
    assert "New" not in text_of(client.get("/desk/?day=mine")).split("Mentions of you")[1].split("Printer")[1][:20]

    assert "Mark all as read" in text_of(visitor(ticket.tenant, mary).get("/desk/?day=mine"))
    visitor(ticket.tenant, mary).post(reverse("desk:see_mentions"))
    assert not Mention.objects.filter(is_seen=False).exists()


def test_a_reference_is_the_person_whatever_it_says_and_whatever_they_are_called_later(ticket, ada, linus):
    message = note(ticket, ada, html=f"<p>Ask {reference(linus, '@Mary')}</p>")
    assert (message.body, called(message)) == ("Ask @Linus", {"Linus"})

    linus.name = "Linus T. & Sons"
    linus.save()
    (shown,) = [item.message for item in timeline.for_agent(ticket, ada) if item.is_internal and item.message]

    assert "@Linus T. &amp; Sons</data>" in shown.html
    assert shown.body == "Ask @Linus T. & Sons"
    assert "@Linus T. &amp; Sons" in visitor(ticket.tenant, ada).get(f"/desk/tickets/{ticket.number}/").content.decode()
    api = Api(ada).get(f"tickets/{ticket.number}/messages/").json()["results"][-1]
    assert api["body"] == "Ask @Linus T. & Sons"


def test_a_reference_to_nobody_here_or_out_of_shape_is_only_words(ticket, ada, globex, linus):
    with act_as(globex):
        stranger = make_person("Stranger", "agent")
    html = (
        f"<p>{reference(stranger)} <data value='person:x'>a</data> <data>b</data>"
        f"<data value='person:{linus.pk}'><b onclick='x'>c</b></data></p>"
    )

    message = note(ticket, ada, html=html)

    assert message.html == "<p>@somebody a b<strong>c</strong></p>"
    assert not Mention.objects.exists()


def test_in_what_customers_read_names_are_only_words(ticket, ada, linus):
    said = actions.reply(ticket, author=ada, html=f"<p>{reference(linus, '@Linus')} <em>knows</em></p>", at=LATER)

    assert said.html == "<p>@Linus <em>knows</em></p>"
    assert not Mention.objects.exists()
    assert not [mail for mail in mails(linus) if "mentioned" in mail.text]


def test_who_does_not_see_the_ticket_is_not_offered_and_naming_them_says_so(ticket, ada, linus):
    narrow(linus)
    other = Team.objects.exclude(pk=ticket.team_id).first()
    join(linus, other)

    assert mentions.suggested(ticket, ada, "lin") == []
    assert mentions.suggested(ticket, ada, other.key) == []
    for words in ("@linus look", f"@[{other}] look"):
        with pytest.raises((MentionOutOfSight, TeamOutOfSight)):
            note(ticket, ada, words)
    answer = visitor(ticket.tenant, ada).post(
        f"/desk/tickets/{ticket.number}/send", {"kind": "note", "body": "@linus look"}
    )
    assert answer.status_code == 422
    assert "Linus does not see this ticket" in text_of(answer) and "@linus look" in text_of(answer)
    refused = Api(ada).post(f"tickets/{ticket.number}/notes/", {"body": "@linus look"})
    assert (refused.status_code, refused.json()["code"]) == (409, "mention_out_of_sight")
    assert not Message.objects.filter(kind="internal").exists()


def test_who_sees_a_ticket_is_told_alike_from_both_sides(at_acme, ada, grace, mary, linus):
    mine = make_ticket(grace)
    people = [ada, mary, linus, *(make_person(name, "agent") for name in ("In", "Out"))]
    narrow(*people[2:])
    join(people[3], mine.team)
    actions.assign(mine, linus, actor=ada, at=LATER)
    mine.refresh_from_db()

    for person in people:
        sees = Ticket.objects.visible_to(person).filter(pk=mine.pk).exists()
        assert mentions.colleagues(mine).filter(pk=person.pk).exists() == sees, person


def test_a_team_is_called_whole_up_to_a_number_and_does_not_follow(ticket, ada, linus, mary):
    team = join(linus, "first-line") if Team.objects.filter(key="first-line").exists() else join(linus, ticket.team)
    join(ada, team)
    join(mary, team)

    message = note(ticket, ada, f"@{team.key} and @mary: who knows this?")

    assert called(message) == {"Linus", "Mary"}
    assert {each.user.name: each.team for each in message.mentions.all()} == {"Linus": team, "Mary": None}
    assert f'<data value="team:{team.pk}">@{team}</data>' in message.html
    assert {each.user for each in Follower.objects.all()} == {mary}
    assert len(mails(linus)) == len(mails(mary)) == 1
    for number in range(mentions.MOST_MENTIONED):
        join(make_person(f"P{number}", "agent"), team)
    with pytest.raises(TooManyMentioned, match="at most 20"):
        note(ticket, ada, f"@{team.key} again")


def test_what_two_colleagues_share_is_asked_about(ticket, ada, linus):
    make_person("Other", "agent", email="linus@elsewhere.example")

    with pytest.raises(MentionIsUnclear, match="@linus may be"):
        note(ticket, ada, "@linus look")
    assert called(note(ticket, ada, "@linus@elsewhere.example look")) == {"Other"}


def test_suggestions_find_by_name_or_address_and_are_for_staff_who_see_the_ticket(ticket, ada, linus, mary, grace):
    out = make_person("Out", "agent")
    where = reverse("desk:suggest_mentions", args=[ticket.number])
    client = visitor(ticket.tenant, ada)

    (found,) = client.get(where, {"typed": "LIN"}).json()["found"]
    assert found == {"value": f"person:{linus.pk}", "name": "Linus", "about": linus.email, "typed": f"@{linus.email}"}
    assert [each["name"] for each in client.get(where, {"typed": "ad"}).json()["found"]] == []
    assert [each["name"] for each in client.get(where, {"typed": "gra"}).json()["found"]] == []
    assert len(client.get(where).json()["found"]) <= 10
    assert client.get(where, {"typed": "\0"}).status_code == 200
    narrow(out)
    assert visitor(ticket.tenant, out).get(where).status_code == 404
    assert visitor(ticket.tenant, grace).get(where).status_code in (403, 404)


def test_a_draft_of_a_note_keeps_its_references_and_one_of_a_reply_does_not(ticket, ada, linus):
    kept = {}
    for kind in Draft.Kind.values:
        draft = actions.save_draft(
            ticket, author=ada, kind=kind, revision=0, body="@Linus", html=f"<p>{reference(linus)} x</p>", at=LATER
        )
        kept[kind] = "<data" in draft.html
    assert kept == {"note": True, "reply": False}


def test_a_program_reads_whom_a_note_calls_and_calls_by_what_it_writes(ticket, ada, linus):
    answer = Api(ada).post(f"tickets/{ticket.number}/notes/", {"body": "@linus look"})

    assert answer.status_code == 201
    assert [each["name"] for each in answer.json()["mentions"]] == ["Linus"]


def test_what_went_out_of_sight_is_no_longer_among_the_mentions(ticket, ada, linus):
    note(ticket, ada, "@linus the secret")
    narrow(linus)

    assert not Mention.objects.of(linus).exists()
    assert "the secret" not in text_of(visitor(ticket.tenant, linus).get("/desk/?day=mine"))


def test_after_a_merge_a_mention_leads_to_where_the_note_is(ticket, ada, linus, grace):
    note(ticket, ada, "@linus look")
    into = make_ticket(grace, "Another")
    actions.merge(ticket, into=into, actor=ada, at=LATER)

    assert [each.message.ticket.number for each in Mention.objects.of(linus)] == [into.number]


def test_a_macro_of_a_note_calls_whom_its_text_names(ticket, ada, linus):
    text = {"en": "@linus, what is {{ ticket.subject }}?"}
    macro = actions.save_macro(owner=ada, name="Ask Linus", text=text, kind="note")

    answer = Api(ada).post(f"tickets/{ticket.number}/notes/", {"macro": str(macro.pk)})

    assert [each["name"] for each in answer.json()["mentions"]] == ["Linus"]
    assert answer.json()["body"] == "@Linus, what is Printer on fire?"


def test_a_program_reads_what_its_person_was_called_upon_for_and_marks_it(ticket, ada, linus, grace):
    note(ticket, ada, "@linus look")
    message = note(ticket, ada, "@linus again")

    newest, _first = Api(linus).get("mentions/").json()["results"]

    assert (newest["ticket"], newest["message"], newest["body"]) == (ticket.number, str(message.pk), "@Linus again")
    assert (newest["author"]["name"], newest["team"], newest["is_seen"]) == ("Ada", None, False)
    assert Api(ada).get("mentions/").json()["results"] == []
    assert Api(grace).get("mentions/").status_code == 404
    assert Api(ada).post("mentions/seen/").status_code == 204
    assert Mention.objects.filter(is_seen=False).count() == 2
    assert Api(linus).post("mentions/seen/").status_code == 204
    assert not Mention.objects.filter(is_seen=False).exists()
    narrow(linus)
    assert Api(linus).get("mentions/").json()["results"] == []
