"""Mails that wait at one address are received together, and become what each would become by itself."""

from __future__ import annotations

import pytest
from allauth.account.models import EmailAddress
from django.db import connection
from django.test.utils import CaptureQueriesContext

from inbox.intake import receiving, routing, together
from inbox.mail import tokens
from inbox.models import InboundMail
from tenants.context import act_as
from tenants.models import Alarm, AuditEntry, User
from tests.inbox.mails import file, mail, multipart, part
from tests.support.world import MONDAY_9AM, make_organization, make_person, make_ticket
from tickets import search
from tickets.models import Clock, Event, Message, OrganizationAddress, Ticket
from tickets.selection import parse

SUPPORT = "support@acme.example"


@pytest.fixture
def mailbox(at_acme):
    return routing.own_mailbox(SUPPORT)


def letter(number: int, **headers) -> bytes:
    sender = {"from": f"Person {number} <person{number}@else.example>", **headers}
    return mail(f"Printer {number} smokes.", subject=f"Printer {number}", message_id=f"<{number}@pc>", **sender)


def take(*raws: bytes) -> list[InboundMail]:
    return [received.mail for received in together.receive(raws, to=SUPPORT, at=MONDAY_9AM)]


def told_of(ticket: Ticket) -> dict[str, object]:
    """All that filing it has written, but for what is each ticket's own."""
    clocks = (
        Clock.objects.filter(ticket=ticket)
        .order_by("metric")
        .values(
            *("metric", "number", "tier", "state", "started_at", "target_seconds", "due_at", "crossings", "revision")
        )
    )
    events = [
        (event.verb, event.at, event.is_public, {key: event.data[key] for key in event.data if key != "message"})
        for event in Event.objects.filter(ticket=ticket)
    ]
    filed = Event.objects.get(ticket=ticket, verb="ticket.created")
    assert filed.data["message"] == str(ticket.messages.get().pk)
    return {
        "clocks": list(clocks),
        "events": events,
        "alarms": sorted(Alarm.objects.filter(subject__in=[ticket.pk, filed.pk]).values_list("kind", "at")),
        "ticket": (ticket.due_at, ticket.sla, ticket.status.key, ticket.tier.key, ticket.team, ticket.is_unproven),
        "people": (ticket.requester.name, ticket.organization),
    }


def test_each_becomes_what_it_would_become_alone(mailbox):
    make_person("Person 3")
    alone = [receiving.receive(letter(number), to=SUPPORT, at=MONDAY_9AM).mail for number in (1, 2)]

    kept = take(*(letter(number) for number in (3, 4, 5)))

    assert [each.outcome for each in [*alone, *kept]] == ["ticket"] * 5
    tickets = list(Ticket.objects.order_by("number"))
    assert [ticket.number for ticket in tickets] == [1, 2, 3, 4, 5]
    assert [ticket.subject for ticket in tickets] == [f"Printer {number}" for number in range(1, 6)]
    assert [told_of(ticket) for ticket in tickets[1:]] == [told_of(tickets[0])] * 4
    rows = list(InboundMail.objects.order_by("pk").values("outcome", "verdict", "attempts", "reason", "quote", "size"))
    ids = [row["verdict"].pop("message_id") for row in rows]
    assert ids == [f"<{number}@pc>" for number in range(1, 6)]
    assert rows == [rows[0]] * 5
    assert [each.message for each in InboundMail.objects.order_by("pk")] == [each.messages.get() for each in tickets]
    assert not Alarm.objects.filter(kind=receiving.TAKE).exists()


def test_they_are_found_and_carry_their_files(mailbox, ada):
    sender = {"from": "Joan <joan@else.example>"}
    kept = take(letter(1), multipart(part("See the bill."), file(b"%PDF-1.4", "bill.pdf"), **sender), letter(2))

    assert [each.name for each in Message.objects.get(ticket=kept[1].ticket).attachments.all()] == ["bill.pdf"]
    found = search.find(parse("bill"), ada)
    assert found == [kept[1].ticket]


def test_one_that_fails_is_held_and_takes_nobody_along(mailbox, monkeypatch):
    real = receiving.deciding.matching.match

    def breaks(parsed, sender):
        if parsed.subject == "Printer 2":
            raise KeyError("nobody thought of this")
        return real(parsed, sender)

    monkeypatch.setattr(receiving.deciding.matching, "match", breaks)

    kept = take(*(letter(number) for number in range(5)))

    assert [(each.outcome, each.reason) for each in kept] == [
        *[("ticket", "")] * 2,
        ("held", "failed"),
        *[("ticket", "")] * 2,
    ]
    assert Ticket.objects.count() == 4
    assert not Alarm.objects.filter(kind=receiving.TAKE).exists()


def test_nothing_that_is_kept_is_lost_when_the_process_ends(acme, mailbox, monkeypatch):
    def ends(*said, **more):
        raise KeyboardInterrupt

    monkeypatch.setattr(together, "file_together", ends)
    with pytest.raises(KeyboardInterrupt):
        take(letter(1), letter(2))
    monkeypatch.undo()

    waiting = list(Alarm.objects.filter(kind=receiving.TAKE).values_list("subject", flat=True))
    assert len(waiting) == 2
    assert Ticket.objects.count() == 0
    for pk in waiting:
        with act_as(acme):
            receiving.rang(pk, MONDAY_9AM)
    assert sorted(ticket.subject for ticket in Ticket.objects.all()) == ["Printer 1", "Printer 2"]


def test_what_could_not_be_read_in_time_a_worker_takes(acme, mailbox, monkeypatch):
    monkeypatch.setattr(together, "PATIENCE", -1.0)

    kept = take(letter(1), letter(2))

    assert [each.outcome for each in kept] == ["waiting"] * 2
    due = Alarm.objects.filter(kind=receiving.TAKE, at__lte=MONDAY_9AM).values_list("subject", flat=True)
    assert set(due) == {each.pk for each in kept}


def test_what_has_to_do_with_something_goes_its_own_way(mailbox, grace):
    ticket = make_ticket(grace)
    known = letter(1)
    receiving.receive(known, to=SUPPORT, at=MONDAY_9AM)
    answer = mail("It smokes again.", to=tokens.address(SUPPORT, ticket, grace), message_id="<answer@pc>")
    echo = letter(2, auto_submitted="auto-replied")

    kept = take(known, letter(3), answer, echo, letter(4), letter(5, **{"from": "person4@else.example"}), letter(4))

    outcomes = [each.outcome for each in kept]
    assert outcomes == ["ticket", "ticket", "reply", "dropped", "ticket", "ticket", "ticket"]
    assert kept[2].ticket == ticket
    assert kept[4].pk == kept[6].pk
    assert kept[4].ticket.requester == kept[5].ticket.requester
    assert User.objects.filter(email="person4@else.example").count() == 1
    assert InboundMail.objects.get(pk=kept[0].pk).copies == 1
    assert Ticket.objects.count() == 5


def test_a_program_that_writes_again_and_again_gets_no_more_answers_than_alone(mailbox):
    kept = take(*(letter(number, **{"from": "loop@else.example"}) for number in range(8)))

    filed = Event.objects.filter(verb="ticket.created", ticket__in=[each.ticket for each in kept])
    assert sum(event.data.get("receipt") is None for event in filed) == 5


def test_who_is_new_is_written_with_what_they_ask(mailbox):
    company = make_organization("Romashka")
    OrganizationAddress.objects.create(organization=company, email="Person2@else.example")

    kept = take(letter(1), letter(2), letter(3))

    people = [each.ticket.requester for each in kept]
    assert [(person.email, person.name, person.language) for person in people] == [
        ("person1@else.example", "", "en"),
        ("person2@else.example", "Person 2", "en"),  # whom a company vouches for may say what they are called
        ("person3@else.example", "", "en"),
    ]
    assert {(person.role.kind, person.has_usable_password()) for person in people} == {("customer", False)}
    assert [each.ticket.organization for each in kept] == [None, company, None]
    assert list(company.memberships.values_list("user", flat=True)) == [people[1].pk]
    addresses = EmailAddress.objects.filter(user__in=people)
    assert set(addresses.values_list("email", "primary", "verified")) == {(each.email, True, False) for each in people}
    told = AuditEntry.objects.filter(act="person.filed", actor=None).values_list("subject", "after")
    assert sorted(told) == sorted((person.pk, {"role": "customer"}) for person in people)


def test_who_came_to_be_known_meanwhile_is_not_entered_twice(mailbox, monkeypatch):
    real = together.file_together

    def late(filings):
        if len(filings) > 1:
            make_person("Person 2", email="person2@else.example")
        real(filings)

    monkeypatch.setattr(together, "file_together", late)

    kept = take(letter(1), letter(2))

    assert [(each.outcome, each.ticket.requester.email) for each in kept] == [
        ("ticket", "person1@else.example"),
        ("ticket", "person2@else.example"),
    ]
    assert User.objects.filter(email__in=["person1@else.example", "person2@else.example"]).count() == 2
    assert Ticket.objects.count() == 2


@pytest.mark.parametrize("is_new", [False, True])
def test_twenty_cost_as_many_statements_as_two(mailbox, is_new):
    take(letter(100), letter(101))

    def cost(numbers: range) -> int:
        emails = [f"person{number}@else.example" for number in numbers]
        for email in () if is_new else emails:
            make_person(email, email=email)
        raws = [letter(number, **{"from": email}) for number, email in zip(numbers, emails, strict=True)]
        with CaptureQueriesContext(connection) as queries:
            assert {each.outcome for each in take(*raws)} == {"ticket"}
        return len(queries)

    assert cost(range(20)) <= cost(range(20, 22)) <= 35
