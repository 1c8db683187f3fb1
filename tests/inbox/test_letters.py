"""What a mail says, to whom, and in which language."""

import re
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress

from escalation.actions import escalate
from inbox.mail import writing
from inbox.models import OutgoingMail
from sla.models import Priority
from tenants import alarms
from tests.support.world import MONDAY_9AM, join, make_organization, make_person, make_ticket
from tickets import actions, events, links, timeline
from tickets.models import Event, Exclusion, Status

MINUTE = timedelta(minutes=1)


def mail_to(person, kind=None):
    found = OutgoingMail.objects.filter(address=person.email).order_by("event")
    return list(found.filter(kind=kind) if kind else found)


def opened_by(mail):
    """The ticket that the link of a mail opens."""
    token = re.search(r"http://acme\.localhost/t/([\w.-]+)/", mail.text)[1]
    return links.opened(token, at=mail.created_at).ticket


def deliver(until=MONDAY_9AM + timedelta(minutes=50)):
    alarms.work_due(until)


def test_a_receipt_names_the_number_the_promise_and_what_was_written(at_acme, grace, mail_server):
    ticket = make_ticket(grace)

    deliver()

    (receipt,) = mail_to(grace)
    assert receipt.subject == f"[#{ticket.number}] Printer on fire"
    assert f"Its number is {ticket.number}." in receipt.text
    assert "We answer by" in receipt.text
    assert "Smoke comes out of it since eight." in receipt.text
    assert opened_by(receipt) == ticket
    assert "Smoke comes out" in receipt.html


def test_a_stranger_s_address_gets_a_receipt_without_a_word_of_what_was_typed(at_acme, mail_server):
    victim = make_person("Casino WIN NOW", email="victim@elsewhere.example")
    EmailAddress.objects.filter(user=victim).update(verified=False)
    make_ticket(victim, "Cheap pills at evil.example", description="Click evil.example")

    deliver()

    (receipt,) = mail_server.to(victim)
    whole = receipt.as_string() + mail_to(victim)[0].text + mail_to(victim)[0].html
    for typed in ("evil", "pills", "Casino", "Click"):
        assert typed not in whole


def test_strangers_get_three_mails_an_hour_however_many_tickets_name_them(at_acme, ada, mail_server):
    victim = make_person("Victim", email="victim@elsewhere.example")
    EmailAddress.objects.filter(user=victim).update(verified=False)
    for second in range(20):
        make_ticket(victim, at=MONDAY_9AM + timedelta(seconds=second))

    deliver()

    assert len(mail_server.to(victim)) == 3
    withheld = OutgoingMail.objects.filter(state="withheld")
    assert {mail.error for mail in withheld} == {"TooManyToAddress"}
    assert withheld.count() == 17
    # One note for the whole silence, for staff alone.
    (noted,) = Event.objects.filter(verb="mail.silenced")
    assert noted.ticket == withheld.order_by("created_at", "pk").first().ticket
    assert not noted.is_public
    (told,) = [item.text for item in timeline.for_agent(noted.ticket, ada) if item.verb == "mail.silenced"]
    assert told.startswith("Automatic mail to victim@elsewhere.example is stopped")
    assert not [item for item in timeline.for_customer(noted.ticket, victim) if item.verb == "mail.silenced"]


def test_a_silence_is_over_after_a_day_in_which_nothing_was_withheld(at_acme, mail_server):
    victim = make_person("Victim", email="victim@elsewhere.example")
    EmailAddress.objects.filter(user=victim).update(verified=False)

    for day in range(3):
        for second in range(20):
            make_ticket(victim, at=MONDAY_9AM + timedelta(days=2 * day, seconds=second))
        deliver(MONDAY_9AM + timedelta(days=2 * day, minutes=1))

    assert Event.objects.filter(verb="mail.silenced").count() == 3


def test_what_somebody_known_sends_is_not_answered_without_end_but_what_others_do_is_told(
    at_acme, grace, ada, mail_server, monkeypatch
):
    monkeypatch.setattr(writing, "MOST_TO_SOMEBODY_KNOWN", [(timedelta(hours=1), 4)])
    made = [make_ticket(grace, at=MONDAY_9AM + timedelta(seconds=second)) for second in range(7)]
    deliver()
    assert len(mail_server.to(grace)) == 4
    assert Event.objects.filter(verb="mail.silenced").count() == 1

    # A customer with many tickets hears of what is done about each of them.
    for ticket in made:
        actions.mark_not_covered(ticket, Exclusion.objects.first(), actor=ada, at=MONDAY_9AM + 2 * MINUTE)
    deliver(MONDAY_9AM + 3 * MINUTE)

    assert len(mail_server.to(grace)) == 11
    assert Event.objects.filter(verb="mail.silenced").count() == 1


def test_a_reply_reaches_the_requester_and_the_colleague_who_took_part(at_acme, ada, grace, mail_server):
    linus, outsider = make_person("Linus"), make_person("Outsider")
    company = make_organization("Initech", grace, linus)
    ticket = make_ticket(grace, organization=company)
    actions.comment(ticket, author=linus, body="Here too.", at=MONDAY_9AM + MINUTE)

    actions.reply(ticket, author=ada, body="Unplug <b>it</b>.", at=MONDAY_9AM + 2 * MINUTE)
    deliver()

    for person in (grace, linus):
        (reply,) = mail_to(person, "reply")
        assert "Unplug <b>it</b>." in reply.text
        assert "Unplug &lt;b&gt;it&lt;/b&gt;." in reply.html
        assert not reply.is_automatic
    assert not mail_to(outsider)
    assert not mail_to(ada, "reply")


def test_a_colleague_who_left_the_company_is_not_written_to(at_acme, ada, grace, mail_server):
    linus = make_person("Linus")
    company = make_organization("Initech", grace, linus)
    ticket = make_ticket(grace, organization=company)
    actions.comment(ticket, author=linus, body="Here too.", at=MONDAY_9AM)
    linus.memberships.all().delete()

    actions.reply(ticket, author=ada, body="Unplug it.", at=MONDAY_9AM + MINUTE)
    deliver()

    assert mail_to(grace, "reply")
    assert not mail_to(linus, "reply")


def test_a_note_is_mailed_to_no_customer(at_acme, ada, grace, mail_server):
    ticket = make_ticket(grace)

    actions.note(ticket, author=ada, body="This customer is a pain.", at=MONDAY_9AM + MINUTE)
    deliver()

    assert all("pain" not in mail.text for mail in OutgoingMail.objects.all())
    assert len(mail_to(grace)) == 1


def test_a_customer_s_comment_reaches_the_assignee_alone(at_acme, ada, mary, grace, mail_server):
    ticket = make_ticket(grace)
    join(mary, ticket.team)
    actions.take(ticket, actor=ada, at=MONDAY_9AM)

    actions.comment(ticket, author=grace, body="Still burning.", at=MONDAY_9AM + MINUTE)
    deliver()

    (mail,) = mail_to(ada)
    assert "Grace wrote on ticket" in mail.text
    assert "Still burning." in mail.text
    assert f"/desk/tickets/{ticket.number}/" in mail.text
    assert not mail_to(mary)


def test_without_an_assignee_the_team_hears_of_a_comment(at_acme, ada, mary, grace, mail_server):
    ticket = make_ticket(grace)
    join(mary, ticket.team)

    actions.comment(ticket, author=grace, body="Still burning.", at=MONDAY_9AM + MINUTE)
    deliver()

    assert len(mail_to(mary)) == 1
    assert not mail_to(ada)


def test_an_agent_hears_of_a_ticket_that_somebody_else_gave_them(at_acme, ada, mary, grace, mail_server):
    given, taken = make_ticket(grace), make_ticket(grace, at=MONDAY_9AM + MINUTE)
    actions.assign(given, ada, actor=mary, at=MONDAY_9AM + 2 * MINUTE)
    actions.take(taken, actor=ada, at=MONDAY_9AM + 2 * MINUTE)

    deliver()

    (mail,) = mail_to(ada)
    assert f"Mary assigned ticket {given.number} to you." in mail.text
    assert not mail_to(mary)


def test_a_rule_that_notifies_tells_each_colleague_once(at_acme, ada, mary, grace, mail_server):
    ticket = make_ticket(grace)
    join(ada, ticket.team)
    join(mary, ticket.team)
    actions.take(ticket, actor=ada, at=MONDAY_9AM)
    rule = next(iter(ticket.policy_version.policy.escalation.rules))

    events.record(
        ticket, "rule.ran", actor=None, at=MONDAY_9AM + MINUTE, is_public=False, rule=rule,
        notify=["assignee", "team", "managers"], sentence={},
    )  # fmt: skip
    deliver()

    assert [len(mail_to(person)) for person in (ada, mary)] == [1, 1]
    assert len(mail_to(grace)) == 1


def test_a_state_change_that_comes_with_a_reply_is_no_second_mail(at_acme, ada, grace, mail_server):
    ticket = make_ticket(grace)
    solved = Status.objects.get(kind="solved")

    actions.reply(ticket, author=ada, body="Unplug it.", at=MONDAY_9AM + MINUTE, status=solved)
    deliver()

    assert [mail.kind for mail in mail_to(grace)] == ["receipt", "reply"]


def test_a_state_change_alone_is_told_in_plain_words(at_acme, ada, grace, mail_server):
    ticket = make_ticket(grace)

    actions.change_status(ticket, Status.objects.get(kind="solved"), actor=ada, at=MONDAY_9AM + MINUTE)
    deliver()

    news = mail_to(grace)[-1]
    assert "Your request is now: Solved" in news.text
    assert "reopen the request" in news.text


def test_a_corrected_priority_comes_with_its_reason(at_acme, ada, grace, mail_server):
    ticket = make_ticket(grace)
    low = Priority.objects.get(key="low")

    actions.change_priority(ticket, low, actor=ada, at=MONDAY_9AM + MINUTE, reason="One printer, not the office.")
    deliver()

    news = mail_to(grace)[-1]
    assert "The priority is now Low" in news.text
    assert "One printer, not the office." in news.text


def test_an_escalation_is_told_to_the_customer_without_the_staff_s_reason(at_acme, ada, grace, mail_server):
    ticket = make_ticket(grace)

    escalate(ticket, actor=ada, at=MONDAY_9AM + MINUTE, reason="I have no idea.")
    deliver()

    news = mail_to(grace)[-1]
    assert "We have passed your request on to" in news.text
    assert "no idea" not in news.text + news.html


def test_not_covered_names_the_exclusion(at_acme, ada, grace, mail_server):
    ticket = make_ticket(grace)
    exclusion = Exclusion.objects.first()

    actions.mark_not_covered(ticket, exclusion, actor=ada, at=MONDAY_9AM + MINUTE, explanation="It is your own one.")
    deliver()

    news = mail_to(grace)[-1]
    assert str(exclusion) in news.text
    assert "It is your own one." in news.text


def test_merging_tells_where_it_goes_on(at_acme, ada, grace, mail_server):
    first, second = make_ticket(grace), make_ticket(grace, "Again", at=MONDAY_9AM + MINUTE)

    actions.merge(second, into=first, actor=ada, at=MONDAY_9AM + 2 * MINUTE)
    deliver()

    news = mail_to(grace)
    assert len(news) == 3
    assert f"request {first.number}" in news[-1].text
    assert opened_by(news[-1]) == first


def test_nobody_is_told_of_what_they_did_themselves(at_acme, ada, grace, mail_server):
    ticket = make_ticket(grace)
    actions.change_status(ticket, Status.objects.get(kind="solved"), actor=ada, at=MONDAY_9AM + MINUTE)

    actions.reopen(ticket, actor=grace, at=MONDAY_9AM + 2 * MINUTE)
    deliver()

    assert len(mail_to(grace)) == 2


def test_people_who_left_get_nothing(at_acme, ada, grace, mail_server):
    ticket = make_ticket(grace)
    grace.is_active = False
    grace.save()

    actions.reply(ticket, author=ada, body="Unplug it.", at=MONDAY_9AM + MINUTE)
    deliver()

    assert mail_server.arrived == []


@pytest.mark.parametrize(
    ("language", "said"),
    [("en", "We have your request."), ("ru", "Мы получили вашу заявку."), ("es", "Hemos recibido su solicitud.")],
)
def test_everyone_reads_their_own_language(at_acme, mail_server, language, said):
    reader = make_person("Reader", language=language)
    make_ticket(reader)

    deliver()

    (receipt,) = mail_to(reader)
    assert said in receipt.text
    assert f'lang="{language}"' in receipt.html
    assert mail_server.arrived[0]["Content-Language"] == language


def test_times_are_told_in_the_reader_s_own_zone(at_acme, mail_server):
    here, there = make_person("Here", timezone="UTC"), make_person("There", timezone="Asia/Tokyo")
    make_ticket(here)
    make_ticket(there)

    deliver()

    promises = [next(line for line in mail_to(p)[0].text.splitlines() if "We answer by" in line) for p in (here, there)]
    assert promises[0] != promises[1]
