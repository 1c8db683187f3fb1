"""Merging duplicates and undoing it: everything goes back, and nobody reads a stranger's words by accident."""

from datetime import timedelta

import pytest
from django.urls import reverse

from helpdesk.policy.apply import apply
from inbox.models import OutgoingMail
from sla.document import SupportPolicy
from tenants import alarms
from tenants.errors import NotPermitted
from tests.support.world import MONDAY_9AM, POLICIES, join, make_organization, make_person, make_ticket
from tests.tickets.portal import text_of, visitor
from tickets import actions, approvals, checklists, clocks, desk, events, search, timeline
from tickets.actions import time
from tickets.errors import (
    AlreadyMerged,
    ApprovalPending,
    DifferentCustomers,
    HasMerged,
    NotMerged,
    TicketClosed,
    TicketMerged,
    UndoTooLate,
)
from tickets.models import Draft, SearchEntry, Team, Ticket
from tickets.selection import parse

pytestmark = pytest.mark.django_db
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
LATER = MONDAY_9AM + 5 * MINUTE


@pytest.fixture
def stays(grace):
    return make_ticket(grace, "Printer on fire")


@pytest.fixture
def duplicate(grace, ada, stays):
    twin = make_ticket(grace, "Zebra smokes", description="Smoke everywhere", at=MONDAY_9AM + MINUTE)
    actions.change_status(twin, desk.status_of("pending"), actor=ada, at=MONDAY_9AM + 2 * MINUTE)
    actions.note(twin, author=ada, body="Is this the same?", at=MONDAY_9AM + 3 * MINUTE)
    return twin


def promised(ticket):
    return {(clock.metric, clock.number): (clock.state, clock.due_at) for clock in ticket.clocks.all()}


def told(ticket, person):
    return [item.text for item in timeline.for_agent(ticket, person) if not item.is_message]


def test_undoing_brings_back_what_was_written_before_and_leaves_what_was_written_since(ada, grace, stays, duplicate):
    before = promised(duplicate)
    actions.merge(duplicate, into=stays, actor=ada, at=LATER)
    actions.comment(stays, author=grace, body="Any news?", at=LATER + MINUTE)
    cancelled = promised(duplicate)

    actions.unmerge(duplicate, actor=ada, at=LATER + 2 * MINUTE)

    duplicate.refresh_from_db()
    assert (duplicate.merged_into, duplicate.status.kind, duplicate.is_active) == (None, "pending", True)
    assert [each.body for each in duplicate.messages.order_by("posted_at")] == ["Smoke everywhere", "Is this the same?"]
    assert {each.merged_from for each in duplicate.messages.all()} == {None}
    assert [each.body for each in stays.messages.order_by("posted_at")][-1] == "Any news?"
    assert set(SearchEntry.objects.filter(ticket=duplicate).values_list("message__body", flat=True)) == {
        "Smoke everywhere",
        "Is this the same?",
    }
    assert [each.pk for each in search.find(parse("zebra"), ada)] == [duplicate.pk]
    assert cancelled["first_response", 1][0] == "cancelled"
    assert before["first_response", 1][0] == "running"
    assert {key: state for key, (state, _) in promised(duplicate).items()} == {k: s for k, (s, _) in before.items()}


def test_both_histories_and_the_customer_are_told(ada, grace, stays, duplicate):
    actions.merge(duplicate, into=stays, actor=ada, at=LATER)
    actions.unmerge(duplicate, actor=ada, at=LATER + MINUTE)
    alarms.work_due(until=LATER + 2 * MINUTE)

    assert told(duplicate, ada)[-2:] == [
        f"Ada merged this into ticket {stays.number}",
        f"Ada took this out of ticket {stays.number} again",
    ]
    assert told(stays, ada)[-1] == f"Ada took ticket {duplicate.number} out of this one again"
    mail = OutgoingMail.objects.filter(address=grace.email, ticket=duplicate).order_by("event").last()
    assert f"Its messages are back from request {stays.number}." in mail.text
    assert not OutgoingMail.objects.filter(ticket=stays, text__contains="by itself again").exists()


def test_a_merge_is_undone_within_thirty_days_and_says_what_to_do_after_that(ada, stays, duplicate):
    actions.merge(duplicate, into=stays, actor=ada, at=LATER)

    with pytest.raises(UndoTooLate) as refusal:
        actions.unmerge(duplicate, actor=ada, at=LATER + 30 * DAY + MINUTE)

    assert str(refusal.value) == (
        f"It was merged more than 30 days ago, which can't be undone. Split the messages off ticket {stays.number}."
    )
    actions.unmerge(duplicate, actor=ada, at=LATER + 30 * DAY)


def test_what_is_not_merged_is_not_taken_apart_and_twice_is_once(ada, stays, duplicate):
    with pytest.raises(NotMerged):
        actions.unmerge(duplicate, actor=ada, at=LATER)
    actions.merge(duplicate, into=stays, actor=ada, at=LATER)
    actions.unmerge(duplicate, actor=ada, at=LATER + MINUTE)
    with pytest.raises(NotMerged):
        actions.unmerge(duplicate, actor=ada, at=LATER + MINUTE)


def test_merges_make_no_chain_and_no_circle(ada, grace, stays, duplicate):
    third = make_ticket(grace, "Third")
    actions.merge(duplicate, into=stays, actor=ada, at=LATER)

    with pytest.raises(HasMerged) as refusal:
        actions.merge(stays, into=third, actor=ada, at=LATER)
    with pytest.raises(AlreadyMerged):
        actions.merge(stays, into=duplicate, actor=ada, at=LATER)
    with pytest.raises(AlreadyMerged):
        actions.merge(third, into=duplicate, actor=ada, at=LATER)
    assert str(duplicate.number) in str(refusal.value)


def test_people_in_copy_and_followers_whom_the_merge_brought_along_go_back(ada, mary, grace, stays, duplicate):
    kim, lee = make_person("Kim"), make_person("Lee")
    actions.add_participants(duplicate, [kim.email, lee.email], actor=ada, at=LATER)
    actions.add_participants(stays, [lee.email], actor=ada, at=LATER)
    actions.follow(duplicate, actor=mary, at=LATER)
    actions.merge(duplicate, into=stays, actor=ada, at=LATER, disclose=True)

    actions.unmerge(duplicate, actor=ada, at=LATER + MINUTE)

    assert set(duplicate.participants.values_list("user", flat=True)) == {kim.pk, lee.pk}
    assert set(stays.participants.values_list("user", flat=True)) == {lee.pk}
    assert (duplicate.followers.count(), stays.followers.count()) == (1, 0)


def test_a_merge_can_be_done_again_after_it_was_undone(ada, stays, duplicate):
    for minute in range(2):
        actions.merge(duplicate, into=stays, actor=ada, at=LATER + 2 * minute * MINUTE)
        actions.unmerge(duplicate, actor=ada, at=LATER + (2 * minute + 1) * MINUTE)

    assert duplicate.messages.count() == 2
    assert stays.messages.count() == 1


def test_another_customers_ticket_is_merged_only_by_who_knows_who_will_read_it(ada, stays):
    eve, bob, kim = make_person("Eve"), make_person("Bob"), make_person("Kim")
    make_organization("Umbrella", eve, kim, scope="own")
    make_organization("Initech", stays.requester, bob)
    strange = make_ticket(eve, "Printer on fire", at=MONDAY_9AM + MINUTE)
    actions.add_participants(strange, [kim.email], actor=ada, at=LATER)
    stays.organization = desk.organization_of(stays.requester)
    stays.save()

    with pytest.raises(DifferentCustomers) as refusal:
        actions.merge(strange, into=stays, actor=ada, at=LATER)
    assert str(refusal.value) == (
        f"After merging ticket {strange.number} into {stays.number}, these people read what they could not read "
        "before: Grace (Initech), Bob (Initech), Kim (Umbrella). "
        "Say that this is right, or link the two tickets instead."
    )

    actions.merge(strange, into=stays, actor=ada, at=LATER, disclose=True)
    alarms.work_due(until=LATER + MINUTE)

    merged = strange.events.get(verb="ticket.merged")
    assert merged.data["readers"] == ["Grace (Initech)", "Bob (Initech)", "Kim (Umbrella)"]
    # Eve is not led to a ticket that she can't open.
    mail = OutgoingMail.objects.filter(address=eve.email).order_by("event").last()
    assert "We joined this request with another one about the same." in mail.text
    assert f"/tickets/{stays.number}/" not in mail.text
    assert str(stays.number) not in [word.strip("#.") for word in mail.text.split()]
    assert [item.text for item in timeline.for_customer(strange, eve)][-1].startswith("We joined this request with an")


def test_outsiders_in_copy_and_colleagues_who_see_their_own_only_are_asked_about_too(ada, grace, stays, duplicate):
    contractor, bob = make_person("Contractor"), make_person("Bob")
    company = make_organization("Initech", grace, bob, scope="own")
    of_bob = make_ticket(bob, at=MONDAY_9AM + MINUTE)
    Ticket.objects.update(organization=company)
    actions.add_participants(stays, [contractor.email], actor=ada, at=LATER)
    other = make_ticket(grace, "Passwords", at=MONDAY_9AM + MINUTE)

    for one, reader in ((duplicate, "Contractor"), (of_bob, "Grace (Initech), Contractor")):
        with pytest.raises(DifferentCustomers) as refusal:
            actions.merge(one, into=stays, actor=ada, at=LATER)
        assert f"before: {reader}." in str(refusal.value)
    # Nobody reads more than before.
    actions.merge(duplicate, into=other, actor=ada, at=LATER)


@pytest.mark.parametrize("hidden", ["stays", "duplicate"])
def test_who_does_not_see_both_may_not_merge_them(at_acme, ada, stays, duplicate, hidden):
    see_one(ada, duplicate if hidden == "stays" else stays, stays.team_id)

    with pytest.raises(NotPermitted):
        actions.merge(duplicate, into=stays, actor=ada, at=LATER)


def test_nor_in_one_step(at_acme, ada, stays, duplicate):
    events.record(duplicate, "duplicate.suspected", actor=None, at=LATER, number=stays.number, percent=90)
    see_one(ada, duplicate, stays.team_id)

    page = visitor(at_acme, ada).post(f"/desk/tickets/{duplicate.number}/merge-suspected", follow=True)

    assert "There is nothing to merge here" in text_of(page)
    duplicate.refresh_from_db()
    assert duplicate.merged_into is None


def see_one(ada, seen, team):
    """Ada is in another team than this, to which this ticket goes, and sees what her team has."""
    mine = Team.objects.exclude(pk=team).first()
    join(ada, mine)
    ada.role.permissions = [each for each in ada.role.permissions if each != "ticket.see_all"]
    ada.role.save()
    Ticket.objects.filter(pk=seen.pk).update(team=mine, assignee=None)


@pytest.mark.parametrize("hidden", ["stays", "duplicate"])
def test_who_does_not_see_both_may_not_undo(ada, stays, duplicate, hidden):
    actions.merge(duplicate, into=stays, actor=ada, at=LATER)
    see_one(ada, duplicate if hidden == "stays" else stays, stays.team_id)

    with pytest.raises(NotPermitted):
        actions.unmerge(duplicate, actor=ada, at=LATER + MINUTE)


def test_who_may_not_merge_may_not_undo(ada, grace, stays, duplicate):
    actions.merge(duplicate, into=stays, actor=ada, at=LATER)

    for person in (grace, make_person("Eve")):
        with pytest.raises(NotPermitted):
            actions.unmerge(duplicate, actor=person, at=LATER)


def test_checklists_and_time_go_with_a_duplicate_and_come_back_with_an_undo(ada, grace, stays, duplicate):
    day = LATER.date()
    sent = actions.send_checklist(
        duplicate, title="Restart", steps=["Unplug it"], actor=ada, at=MONDAY_9AM + 4 * MINUTE
    )
    time.enter_time(duplicate, minutes=15, spent_on=day, actor=ada, at=MONDAY_9AM + 4 * MINUTE)
    time.enter_time(stays, minutes=5, spent_on=day, actor=ada, at=MONDAY_9AM + 4 * MINUTE)

    actions.merge(duplicate, into=stays, actor=ada, at=LATER)

    assert [each.pk for each in checklists.open_to(stays)] == [sent.pk]
    assert (spent_on(stays), spent_on(duplicate)) == (20, 0)
    assert "Unplug it" in text_of(visitor(stays.tenant, grace).get(f"/tickets/{stays.number}/"))
    actions.tick(sent.steps.get(), actor=grace, at=LATER + MINUTE)
    time.enter_time(stays, minutes=30, spent_on=day, actor=ada, at=LATER + MINUTE)

    actions.unmerge(duplicate, actor=ada, at=LATER + 2 * MINUTE)

    assert checklists.open_to(stays) == []
    (back,) = checklists.open_to(duplicate)
    assert back.finished_at is not None
    assert (spent_on(stays), spent_on(duplicate)) == (35, 15)


def spent_on(ticket):
    return sum(ticket.time_entries.values_list("minutes", flat=True))


# What is under way


@pytest.fixture
def asked(ada, mary, grace, duplicate):
    """Two people are asked to approve something on the duplicate within two days, and one of them has."""
    approval = actions.ask_approval(
        duplicate, text="Buy a new one?", approvers=[mary, grace], actor=ada, at=LATER, until=LATER + 2 * DAY
    )
    actions.answer_approval(approval, answer="approved", actor=grace, at=LATER + MINUTE)
    return approval


def pending(ticket):
    return [each.pk for each in approvals.of(ticket) if each.is_pending]


def test_approvals_that_are_waited_for_go_along_and_come_back(ada, mary, stays, duplicate, asked):
    actions.merge(duplicate, into=stays, actor=ada, at=LATER + 2 * MINUTE)

    assert (pending(duplicate), pending(stays)) == ([], [asked.pk])
    assert "The approval went over to ticket 1" in told(duplicate, ada)
    assert "The approval came over from ticket 2" in told(stays, ada)
    with pytest.raises(ApprovalPending):
        actions.change_status(stays, desk.status_of("solved"), actor=ada, at=LATER + 3 * MINUTE)

    actions.unmerge(duplicate, actor=ada, at=LATER + 4 * MINUTE)

    assert (pending(duplicate), pending(stays)) == ([asked.pk], [])
    actions.change_status(stays, desk.status_of("solved"), actor=ada, at=LATER + 5 * MINUTE)
    alarms.work_due(until=LATER + 3 * DAY)
    asked.refresh_from_db()
    assert asked.overdue_at is not None  # its deadline came along all the time
    actions.answer_approval(asked, answer="approved", actor=mary, at=LATER + 3 * DAY)
    asked.refresh_from_db()
    assert asked.state == "approved"


def test_an_approval_that_was_answered_meanwhile_comes_back_answered(ada, mary, stays, duplicate, asked):
    actions.merge(duplicate, into=stays, actor=ada, at=LATER + 2 * MINUTE)
    actions.answer_approval(asked, answer="declined", comment="No.", actor=mary, at=LATER + 3 * MINUTE)
    actions.unmerge(duplicate, actor=ada, at=LATER + 4 * MINUTE)

    assert [each.state for each in approvals.of(duplicate)] == ["declined"]
    assert approvals.of(stays) == []
    actions.change_status(duplicate, desk.status_of("solved"), actor=ada, at=LATER + 5 * MINUTE)


@pytest.mark.parametrize("finished", ["before", "meanwhile"])
def test_an_approval_that_ended_with_a_ticket_is_asked_again_after_an_undo(
    ada, mary, grace, stays, duplicate, asked, finished
):
    solved = desk.status_of("solved")
    if finished == "before":
        actions.change_status(stays, solved, actor=ada, at=LATER + 2 * MINUTE)
    actions.merge(duplicate, into=stays, actor=ada, at=LATER + 3 * MINUTE)
    if finished == "meanwhile":
        actions.solve_by_requester(stays, actor=grace, at=LATER + 4 * MINUTE)
    asked.refresh_from_db()
    assert asked.state == "ended"
    alarms.work_due(until=LATER + 5 * MINUTE)
    OutgoingMail.objects.all().delete()

    actions.unmerge(duplicate, actor=ada, at=LATER + 6 * MINUTE)
    alarms.work_due(until=LATER + 7 * MINUTE)

    assert pending(duplicate) == [asked.pk]
    assert [each.approval_id for each in approvals.awaited_of(mary)] == [asked.pk]
    assert approvals.awaited_of(grace) == []  # has answered before
    assert "asks for your approval" in OutgoingMail.objects.get(address=mary.email).text
    alarms.work_due(until=LATER + 3 * DAY)
    asked.refresh_from_db()
    assert asked.overdue_at is not None


def test_clocks_wait_for_an_approval_where_it_is(at_acme, ada, mary, stays, duplicate):
    text = (POLICIES / "ione.yaml").read_text(encoding="utf-8")
    apply(
        SupportPolicy.load(
            text.replace("    targets:\n", "    pause_on: {first_response: [approval]}\n    targets:\n")
        ),
        at=LATER,
    )
    at = LATER + 5 * MINUTE
    approval = actions.ask_approval(duplicate, text="Buy it?", approvers=[mary], actor=ada, at=at)

    def states(at):
        return [
            next(
                each.state
                for each in clocks.fold(Ticket.objects.get(pk=one.pk), at=at)
                if each.metric == "first_response"
            )
            for one in (duplicate, stays)
        ]

    assert states(at) == ["paused", "running"]
    actions.merge(duplicate, into=stays, actor=ada, at=at + MINUTE)
    assert states(at + MINUTE) == ["cancelled", "paused"]
    actions.unmerge(duplicate, actor=ada, at=at + 2 * MINUTE)
    assert states(at + 2 * MINUTE) == ["paused", "running"]
    actions.answer_approval(approval, answer="approved", actor=mary, at=at + 3 * MINUTE)
    assert states(at + 3 * MINUTE) == ["running", "running"]


def test_what_is_being_written_goes_along_and_comes_back(ada, mary, stays, duplicate):
    later = LATER + DAY
    actions.send_later(duplicate, author=ada, body="It is repaired.", send_at=later, at=LATER)
    actions.save_draft(duplicate, author=mary, kind="note", revision=0, body="Ask Bob.", at=LATER)
    actions.save_draft(stays, author=mary, kind="note", revision=0, body="Ask Kim.", at=LATER)

    actions.merge(duplicate, into=stays, actor=mary, at=LATER + MINUTE)

    assert not Draft.objects.filter(ticket=duplicate).exists()
    kept = {draft.author.name: draft for draft in Draft.objects.open().filter(ticket=stays)}
    assert (kept["Ada"].body, kept["Ada"].returned) == ("It is repaired.", "changed")
    assert kept["Mary"].body == "Ask Bob.\n\nAsk Kim."
    alarms.work_due(until=later + MINUTE)
    assert not stays.messages.filter(body="It is repaired.").exists()

    actions.unmerge(duplicate, actor=mary, at=later + 2 * MINUTE)

    assert set(Draft.objects.open().filter(ticket=duplicate).values_list("author__name", flat=True)) == {"Ada", "Mary"}
    assert not Draft.objects.filter(ticket=stays).exists()


def test_a_draft_stays_with_its_writer_who_does_not_see_the_other_ticket(ada, mary, stays, duplicate):
    join(ada, mine := Team.objects.exclude(pk=stays.team_id).first())
    ada.role.permissions = [each for each in ada.role.permissions if each != "ticket.see_all"]
    ada.role.save()
    Ticket.objects.filter(pk=duplicate.pk).update(team=mine)
    actions.send_later(duplicate, author=ada, body="It is repaired.", send_at=LATER + DAY, at=LATER)

    actions.merge(duplicate, into=stays, actor=mary, at=LATER + MINUTE)

    draft = Draft.objects.get()
    assert (draft.ticket, draft.send_at, draft.body) == (duplicate, None, "It is repaired.")


@pytest.mark.parametrize("until", [LATER + DAY, None])
def test_a_ticket_that_was_put_aside_is_put_aside_again(ada, stays, duplicate, until):
    actions.snooze(duplicate, actor=ada, at=LATER, until=until)
    actions.merge(duplicate, into=stays, actor=ada, at=LATER + MINUTE)
    duplicate.refresh_from_db()
    assert duplicate.snoozed_at is None

    actions.unmerge(duplicate, actor=ada, at=LATER + 2 * MINUTE)

    duplicate.refresh_from_db()
    assert (duplicate.snoozed_at, duplicate.snoozed_until) == (LATER, until)
    alarms.work_due(until=LATER + 2 * DAY)
    duplicate.refresh_from_db()
    assert (duplicate.snoozed_at is None) is (until is not None)


def test_a_time_that_is_over_puts_nothing_aside(ada, stays, duplicate):
    actions.snooze(duplicate, actor=ada, at=LATER, until=LATER + DAY)
    actions.merge(duplicate, into=stays, actor=ada, at=LATER + MINUTE)
    actions.unmerge(duplicate, actor=ada, at=LATER + 2 * DAY)

    duplicate.refresh_from_db()
    assert duplicate.snoozed_at is None


def test_what_the_customer_wrote_on_the_duplicate_brings_the_other_one_back(ada, grace, stays, duplicate):
    actions.snooze(stays, actor=ada, at=LATER)
    actions.comment(duplicate, author=grace, body="It burns!", at=LATER + MINUTE)

    actions.merge(duplicate, into=stays, actor=ada, at=LATER + 2 * MINUTE)

    stays.refresh_from_db()
    assert stays.snoozed_at is None
    assert "The ticket is back: the customer wrote" in told(stays, ada)


def test_the_form_says_what_becomes_of_it(ada, mary, stays, duplicate, asked):
    actions.send_later(duplicate, author=ada, body="Soon.", send_at=LATER + DAY, at=LATER + 2 * MINUTE)
    actions.announce_delay(duplicate, until=LATER + 30 * DAY, reason="Parts.", actor=ada, at=LATER + 3 * MINUTE)
    actions.snooze(duplicate, actor=ada, at=LATER + 4 * MINUTE)

    page = text_of(
        visitor(stays.tenant, mary).get(
            f"{reverse('desk:act', args=[duplicate.number, 'merge'])}?number={stays.number}"
        )
    )

    for sentence in (
        "1 approval that is waited for goes along.",
        "1 reply that waits to be sent becomes a draft on the ticket that stays.",
        "An answer was promised here by",
        "This ticket is put aside; the one that stays is not.",
    ):
        assert sentence in page


def test_staff_who_act_on_a_merged_ticket_read_where_it_went_on_and_how_to_undo_it(ada, grace, stays, duplicate):
    actions.merge(duplicate, into=stays, actor=ada, at=LATER)
    acts = (
        lambda: actions.reply(duplicate, author=ada, body="Unplug it.", at=LATER + MINUTE),
        lambda: actions.change_status(duplicate, desk.status_of("open"), actor=ada, at=LATER + MINUTE),
        lambda: actions.reopen(duplicate, actor=ada, at=LATER + MINUTE),
        lambda: actions.change_fields(duplicate, {"x": "y"}, actor=ada, at=LATER + MINUTE),
        lambda: actions.send_later(duplicate, author=ada, body="x", send_at=LATER + DAY, at=LATER + MINUTE),
    )

    for act in acts:
        with pytest.raises(TicketMerged) as refusal:
            act()
        said = str(refusal.value)
        assert f"merged into ticket {stays.number}" in said and "30 days" in said and "File a new" not in said

    # A customer is told as before: the other ticket may not be theirs.
    with pytest.raises(TicketClosed) as refusal:
        actions.comment(duplicate, author=grace, body="Hello?", at=LATER + MINUTE)
    assert str(stays.number) not in str(refusal.value).replace(str(duplicate.number), "")


def test_the_page_of_a_merged_ticket_leads_to_the_other_one_and_to_the_undo(ada, stays, duplicate):
    actions.merge(duplicate, into=stays, actor=ada, at=LATER)

    page = visitor(stays.tenant, ada).get(f"/desk/tickets/{duplicate.number}/").content.decode()

    assert f'href="/desk/tickets/{stays.number}/"' in page
    assert f'href="{reverse("desk:act", args=[duplicate.number, "unmerge"])}"' in page
    assert "For 30 days after the merge" in page
