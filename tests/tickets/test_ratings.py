"""Ratings: asked once, given by one click that no program makes, corrected for a while, and looked at."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from inbox.models import OutgoingMail
from tenants import alarms
from tenants.context import act_as
from tenants.errors import NotPermitted
from tests.support.world import MONDAY_9AM, make_organization, make_person, make_ticket
from tests.tickets.portal import text_of, visitor
from tickets import actions, desk, ratings, timeline
from tickets.actions.rating import verdict_of
from tickets.errors import RatedTooEarly, RatingSettled, RudeWordsWarned, ScoreOutOfRange
from tickets.models import Event, Participant, Rating

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
SOLVED = MONDAY_9AM + HOUR
#: The policy asks 24 hours after solving.
ASKED = SOLVED + DAY


def solved(grace, ada, *, at=SOLVED, **more):
    """A ticket that Ada took, answered and solved."""
    ticket = make_ticket(grace, at=at - HOUR, **more)
    actions.take(ticket, actor=ada, at=at)
    actions.reply(ticket, author=ada, body="Unplug it.", status=desk.status_of("solved"), at=at)
    ticket.refresh_from_db()
    return ticket


def asked(grace, ada, **more):
    """Such a ticket, of which its customer was asked."""
    ticket = solved(grace, ada, **more)
    ring(ASKED)
    return ticket


def ring(until):
    """What is due is done, but no mail handed over: once it is, its words are wiped."""
    alarms.work_due(until=until, drop=["mail.send"])


def links_in(mail):
    """The paths of the links of the question, one a score."""
    return [re.sub(r"https?://[^/]+", "", url) for url in re.findall(r"^\d+: (\S+)", mail.text, re.M)]


def question_to(person):
    return OutgoingMail.objects.get(kind="rating", address=person.email)


@pytest.fixture
def just_asked():
    """The clock of the site stands when the question has gone out."""
    with time_machine.travel(ASKED + HOUR, tick=False):
        yield


@pytest.mark.parametrize(
    ("scale", "verdicts"),
    [(2, "bad good"), (3, "bad fair good"), (4, "bad bad good good"), (5, "bad bad fair good good")],
)
def test_the_best_third_of_a_scale_is_good_and_the_worst_bad(scale, verdicts):
    assert " ".join(verdict_of(score, scale) for score in range(1, scale + 1)) == verdicts


def test_the_customer_is_asked_once_a_day_after_it_was_solved(grace, ada):
    ticket = solved(grace, ada)
    alarms.work_due(until=ASKED - timedelta(seconds=1))
    assert not Rating.objects.exists()

    ring(ASKED)
    rating = Rating.objects.get()
    actions.reopen(ticket, actor=grace, at=ASKED + HOUR)
    actions.change_status(ticket, desk.status_of("solved"), actor=ada, at=ASKED + 2 * HOUR)
    ring(ASKED + 30 * DAY)

    assert (rating.asked_at, rating.person, rating.agent, rating.category) == (ASKED, grace, ada, ticket.category)
    assert len(links_in(question_to(grace))) == 5
    assert Rating.objects.count() == 1


def test_reopened_in_time_nobody_is_asked(grace, ada):
    ticket = solved(grace, ada)
    actions.comment(ticket, author=grace, body="It burns again.", at=SOLVED + HOUR)

    alarms.work_due(until=ASKED + DAY)

    assert not Rating.objects.exists()


def test_a_person_is_not_asked_again_while_the_policy_s_pause_lasts(grace, ada):
    asked(grace, ada)
    soon = solved(grace, ada, at=SOLVED + 10 * DAY)
    late = solved(grace, ada, at=SOLVED + 15 * DAY)
    other = solved(make_person("Linus"), ada)

    alarms.work_due(until=ASKED + 20 * DAY)

    assert set(Rating.objects.values_list("ticket", flat=True)) == {
        Rating.objects.earliest("asked_at").ticket_id,
        late.pk,
        other.pk,
    }
    assert not Rating.objects.filter(ticket=soon).exists()


def test_what_was_merged_or_is_staff_s_own_is_not_asked_about(grace, ada):
    ticket = solved(grace, ada)
    actions.merge(ticket, into=make_ticket(grace, at=SOLVED), actor=ada, at=SOLVED + HOUR)
    solved(make_person("Alan", "agent"), ada)

    alarms.work_due(until=ASKED + DAY)

    assert not Rating.objects.exists()


def test_the_mail_to_an_unproven_address_carries_no_words_of_the_request(grace, ada):
    stranger = make_person("Mallory")
    stranger.emailaddress_set.update(verified=False)
    solved(stranger, ada, subject="Buy cheap pills")
    ring(ASKED)

    mail = question_to(stranger)

    assert "pills" not in mail.subject + mail.text + mail.html
    assert "Mallory" not in mail.text


def test_who_looks_after_the_mail_does_not_see_its_links(acme, grace, ada, root, just_asked):
    asked(grace, ada)
    mail = question_to(grace)

    page = visitor(acme, root).get(reverse("desk:mail_detail", args=[mail.pk]))

    assert links_in(mail)[0] not in page.content.decode()


def test_a_score_is_kept_with_its_words_and_corrected_for_a_week(grace, ada, mary):
    ticket = asked(grace, ada)

    actions.rate(ticket, score=2, actor=grace, at=ASKED + HOUR, over="mail")
    actions.rate(ticket, score=2, actor=grace, at=ASKED + HOUR)  # pressed twice
    actions.rate(ticket, score=2, comment="Slow", actor=grace, at=ASKED + 2 * HOUR)
    rating = actions.rate(ticket, score=4, comment="Slow", actor=grace, at=ASKED + 3 * HOUR)
    with pytest.raises(RatingSettled):
        actions.rate(ticket, score=5, actor=grace, at=ASKED + HOUR + 7 * DAY)

    assert (rating.score, rating.verdict, rating.comment, rating.rated_at) == (4, "good", "Slow", ASKED + HOUR)
    assert [item.text for item in timeline.for_agent(ticket, ada) if "rat" in item.text] == [
        "The customer was asked for a rating",
        "Grace rated this with 2 of 5",
        "Grace changed the comment on the rating of 2 of 5",
        "Grace changed the rating from 2 to 4 of 5",
    ]
    # What was said stands in the rating, and in no event, which nobody could ever make forget it.
    assert [item.detail for item in timeline.for_agent(ticket, ada) if "rat" in item.text] == ["", "", "Slow", "Slow"]
    assert "Slow" not in str(list(Event.objects.filter(ticket=ticket).values_list("data", flat=True)))


def test_only_the_one_who_asked_says_it_and_reads_it(grace, ada, mary):
    colleague = make_person("Linus")
    ticket = solved(grace, ada, organization=make_organization("Initech", grace, colleague))
    Participant.objects.create(ticket=ticket, user=colleague, added_by=ada, added_at=SOLVED)
    for person in (colleague, ada, mary):
        with pytest.raises(NotPermitted):
            actions.rate(ticket, score=5, actor=person, at=ASKED)

    actions.rate(ticket, score=1, comment="Rubbish", actor=grace, at=ASKED)

    assert "You rated our help with 1 of 5" in [item.text for item in timeline.for_customer(ticket, grace)]
    assert not [item for item in timeline.for_customer(ticket, colleague) if "rated" in item.text]


@pytest.mark.parametrize("score", [0, -1, 6, 300])
def test_a_score_out_of_range_is_refused(grace, ada, score):
    ticket = asked(grace, ada)

    with pytest.raises(ScoreOutOfRange):
        actions.rate(ticket, score=score, actor=grace, at=ASKED)


def test_what_is_not_solved_is_not_rated(grace, ada):
    ticket = asked(grace, ada)
    actions.reopen(ticket, actor=grace, at=ASKED + HOUR)

    with pytest.raises(RatedTooEarly):
        actions.rate(ticket, score=5, actor=grace, at=ASKED + HOUR)


def test_a_link_opened_by_a_mail_scanner_changes_nothing(acme, grace, ada, just_asked):
    asked(grace, ada)
    scanner = Client(headers={"host": "acme.localhost"})

    for path in links_in(question_to(grace)):
        for method in ("get", "head"):
            assert getattr(scanner, method)(path).status_code == 200
        assert scanner.post(path, {"score": "1"}).status_code == 422  # without having looked at the page

    assert Rating.objects.get().score is None


def press(client, path, **fields):
    """Open a link and send its form as it stands."""
    page = client.get(path)
    form = page.context["rating_form"]
    values = {"score": form["score"].value(), "comment": form["comment"].value(), "seen": page.context["seen"]}
    return client.post(path, {**values, **fields}, follow=True)


def test_a_link_takes_the_score_without_signing_in_and_words_afterwards(acme, grace, ada, just_asked):
    ticket = asked(grace, ada)
    client, path = Client(headers={"host": "acme.localhost"}), links_in(question_to(grace))[1]
    assert client.get(path).context["sends_itself"]

    thanks = press(client, path)
    assert "Your rating is kept: 2 of 5." in text_of(thanks)
    assert not thanks.context["sends_itself"]
    press(client, path, comment="Slow <script>alert(1)</script>", score="1")
    again = client.get(path)

    rating = Rating.objects.get(ticket=ticket)
    assert (rating.score, rating.comment) == (1, "Slow <script>alert(1)</script>")
    assert Event.objects.filter(verb="rating.given").count() == 2
    assert not again.context["sends_itself"]
    assert b"<script>alert" not in again.content


def test_sent_twice_it_is_one_rating(acme, grace, ada, just_asked):
    asked(grace, ada)
    client, path = Client(headers={"host": "acme.localhost"}), links_in(question_to(grace))[4]

    press(client, path)
    press(client, path)

    assert Event.objects.filter(verb="rating.given").count() == 1


def test_altered_expired_and_foreign_links_say_what_is_wrong(acme, globex, grace, ada, just_asked):
    asked(grace, ada)
    path = links_in(question_to(grace))[0]
    client = Client(headers={"host": "acme.localhost"})
    token = path.split("/")[2]
    altered = path.replace(token, ("B" if token[0] == "A" else "A") + token[1:])

    assert client.get(altered).status_code == 404
    assert client.post(altered, {"score": "5"}).status_code == 404
    assert Client(headers={"host": "globex.localhost"}).get(path).status_code == 404
    with time_machine.travel(ASKED + ratings.LIFE, tick=False):
        late = client.get(path)
    assert late.status_code == 410
    assert "its time is over" in text_of(late)
    grace.email = "grace@new.example"
    grace.save()
    assert client.get(path).status_code == 410


def test_a_reopened_ticket_tells_so_and_loses_no_words(acme, grace, ada, just_asked):
    ticket = asked(grace, ada)
    client, path = Client(headers={"host": "acme.localhost"}), links_in(question_to(grace))[0]
    seen = client.get(path).context["seen"]
    actions.reopen(ticket, actor=grace, at=timezone.now())

    late = client.post(path, {"score": "1", "comment": "Still burning", "seen": seen})

    assert late.status_code == 422
    assert "Still burning" in late.content.decode()
    assert "not solved" in text_of(late)
    assert "not solved" in text_of(client.get(path))


@pytest.mark.parametrize(
    "fields", [{}, {"score": ""}, {"score": "9"}, {"score": "x"}, {"score": "5\x00"}, {"score": "5", "seen": "x" * 112}]
)
def test_nonsense_is_answered_with_the_form(acme, grace, ada, just_asked, fields):
    asked(grace, ada)
    client, path = Client(headers={"host": "acme.localhost"}), links_in(question_to(grace))[0]

    answer = client.post(path, {"comment": "My words", **fields})

    assert answer.status_code in (400, 422)
    assert Rating.objects.get().score is None
    if answer.status_code == 422:
        assert "My words" in answer.content.decode()


@pytest.mark.parametrize(
    ("language", "said"),
    [("en", "Thank you for your rating"), ("ru", "Спасибо за оценку"), ("es", "Gracias por su valoración")],
)
def test_the_page_of_a_link_speaks_the_language_of_the_mail(acme, ada, just_asked, language, said):
    person = make_person("Petra", language=language)
    asked(person, ada)
    client = Client(headers={"host": "acme.localhost"})

    assert said in text_of(press(client, links_in(question_to(person))[3]))


def test_signed_in_it_is_given_and_changed_on_the_ticket_s_page(acme, grace, ada, just_asked):
    ticket = solved(grace, ada)
    client, page = visitor(acme, grace), reverse("portal:ticket", args=[ticket.number])
    assert "Send the rating" in text_of(client.get(page))

    wrong = client.post(reverse("portal:rate", args=[ticket.number]), {"comment": "Kept words"})
    assert wrong.status_code == 422
    assert "Kept words" in wrong.content.decode()
    done = client.post(reverse("portal:rate", args=[ticket.number]), {"score": "5", "comment": "Quick"}, follow=True)

    assert "Thank you. Your rating is kept." in text_of(done)
    assert "Change the rating" in text_of(done)
    assert Rating.objects.get().asked_at is None
    alarms.work_due(until=ASKED + DAY)
    assert not OutgoingMail.objects.filter(kind="rating").exists()
    with time_machine.travel(ASKED + 30 * DAY, tick=False):
        assert "You rated our help with 5 of 5." in text_of(visitor(acme, grace).get(page))


def test_others_find_no_rating_on_the_page(acme, grace, ada, mary):
    colleague = make_person("Linus")
    ticket = solved(grace, ada, organization=make_organization("Initech", grace, colleague))

    page = visitor(acme, colleague).get(reverse("portal:ticket", args=[ticket.number]))

    assert "Send the rating" not in text_of(page)
    sent = visitor(acme, colleague).post(reverse("portal:rate", args=[ticket.number]), {"score": "1"})
    assert sent.status_code == 404


def test_rude_words_of_a_rating_are_treated_as_elsewhere(tenant_on):
    with act_as(tenant_on("justo")):
        grace, ada = make_person("Grace"), make_person("Ada", "agent")
        ticket = solved(grace, ada)
        with pytest.raises(RudeWordsWarned):
            actions.rate(ticket, score=1, comment="You fucking idiots", actor=grace, at=ASKED)

        actions.rate(ticket, score=1, comment="You fucking idiots", actor=grace, at=ASKED, as_it_is=True)


def test_a_bad_one_is_told_to_who_is_in_charge(grace, ada, mary):
    ticket = asked(grace, ada)
    actions.rate(ticket, score=1, comment="Nobody called back", actor=grace, at=ASKED + HOUR)
    ring(ASKED + HOUR)

    mail = OutgoingMail.objects.get(address=ada.email, kind="notice", text__contains="1 of 5")

    assert "Nobody called back" in mail.text
    assert not OutgoingMail.objects.filter(address=mary.email).exists()


def test_a_rating_stays_with_the_request_it_was_given_for_when_that_is_merged(grace, ada):
    ticket, stays = asked(grace, ada), make_ticket(grace, at=SOLVED)
    actions.rate(ticket, score=2, actor=grace, at=ASKED + HOUR)

    actions.merge(ticket, into=stays, actor=ada, at=ASKED + 2 * HOUR)

    rating = Rating.objects.get()
    assert (rating.ticket, rating.score) == (ticket, 2)
    actions.unmerge(ticket, actor=ada, at=ASKED + 3 * HOUR)
    assert actions.rate(ticket, score=4, actor=grace, at=ASKED + 4 * HOUR).score == 4


def test_what_is_merged_before_it_was_rated_says_so_on_its_link(acme, grace, ada):
    ticket = asked(grace, ada)
    link = links_in(question_to(grace))[0]
    actions.merge(ticket, into=make_ticket(grace, at=SOLVED), actor=ada, at=ASKED + HOUR)

    page = visitor(acme).get(link)

    assert page.status_code in (200, 409, 410)
    assert not Rating.objects.filter(score__isnull=False).exists()
