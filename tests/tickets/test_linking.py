"""Links between tickets: one a pair, read from both sides, no circles, and nothing of it for customers."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from tenants.context import act_as
from tenants.errors import NotPermitted
from tests.support.world import MONDAY_9AM, join, make_person, make_ticket
from tickets import actions, relations, timeline
from tickets.actions.linking import Role
from tickets.errors import AlreadyLinked, CannotLinkItself, HasParent, LinkInCircle, NotLinked
from tickets.models import Team, TicketLink

pytestmark = pytest.mark.django_db
LATER = MONDAY_9AM + timedelta(minutes=5)


@pytest.fixture
def three(grace):
    return [make_ticket(grace, subject) for subject in ("One", "Two", "Three")]


def link(one, other, role, ada):
    return actions.link(one, other, role, actor=ada, at=LATER)


def linked(ticket, person):
    return [(each.role, each.ticket.subject) for each in relations.linked_to(ticket, person)]


def test_a_link_is_read_from_both_sides(ada, three):
    one, two, three_ = three

    link(one, two, Role.CHILD, ada)
    link(one, three_, Role.DUPLICATE, ada)
    link(two, three_, Role.RELATES, ada)

    assert linked(one, ada) == [("duplicate", "Three"), ("child", "Two")]
    assert linked(two, ada) == [("parent", "One"), ("relates", "Three")]
    assert linked(three_, ada) == [("duplicate", "One"), ("relates", "Two")]
    last = [item.text for item in timeline.for_agent(two, ada)]
    assert f"Ada made this a part of ticket {one.number}" in last


def test_there_is_one_link_a_pair_none_to_itself_and_one_parent(ada, three):
    one, two, other = three
    link(one, two, Role.CHILD, ada)

    with pytest.raises(AlreadyLinked):
        link(two, one, Role.RELATES, ada)
    with pytest.raises(CannotLinkItself):
        link(one, one, Role.RELATES, ada)
    with pytest.raises(HasParent):
        link(two, other, Role.PARENT, ada)


def test_the_database_keeps_it_so_too(ada, three):
    one, two, _ = three
    link(one, two, Role.RELATES, ada)

    for source, target, kind in ((two, one, "duplicate"), (one, one, "relates")):
        with pytest.raises(IntegrityError), transaction.atomic():
            TicketLink.objects.create(source=source, target=target, kind=kind, made_at=LATER)


def test_no_ticket_is_its_own_ancestor(ada, three):
    one, two, other = three
    link(one, two, Role.CHILD, ada)
    link(two, other, Role.CHILD, ada)

    with pytest.raises(LinkInCircle):
        link(other, one, Role.CHILD, ada)


def test_a_link_is_removed_from_either_side_once(ada, three):
    one, two, _ = three
    link(one, two, Role.RELATES, ada)

    actions.unlink(two, one, actor=ada, at=LATER)

    assert linked(one, ada) == []
    with pytest.raises(NotLinked):
        actions.unlink(one, two, actor=ada, at=LATER)


def test_customers_read_that_theirs_is_dealt_with_together_and_nothing_else(ada, grace, three):
    one, two, other = three
    link(one, two, Role.CHILD, ada)
    link(two, other, Role.DUPLICATE, ada)
    actions.unlink(two, other, actor=ada, at=LATER)

    def read(ticket):
        return [item.text for item in timeline.for_customer(ticket, grace) if not item.is_message][1:]

    assert read(two) == ["Others report the same. We work on all of it together, and go on writing to you here."]
    assert read(one) == read(other) == []
    with pytest.raises(NotPermitted):
        link(one, other, Role.RELATES, grace)


def test_agents_of_one_team_read_no_links_to_tickets_of_another(ada, three):
    one, two, _ = three
    link(one, two, Role.RELATES, ada)
    tim = make_person("Tim", "agent")
    tim.role.permissions = [each for each in tim.role.permissions if each != "ticket.see_all"]
    tim.role.save()
    own = join(tim, one.team)
    two.team = Team.objects.exclude(pk=own.pk).first()
    two.save()

    assert linked(one, tim) == []


def test_tickets_of_two_tenants_cannot_be_linked(ada, three, globex):
    one = three[0]
    with act_as(globex):
        foreign = make_ticket(make_person("Ivy"))

    with pytest.raises(IntegrityError), transaction.atomic():
        TicketLink.objects.create(source=one, target=foreign, kind="relates", made_at=LATER)
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_what_a_duplicate_is_linked_with_goes_along_and_comes_back(ada, grace, three):
    one, two, three_ = three
    four, five, six, seven = (make_ticket(grace, subject) for subject in ("Four", "Five", "Six", "Seven"))
    link(two, one, Role.RELATES, ada)  # with the one that stays: of no use there
    link(two, three_, Role.CHILD, ada)
    link(four, two, Role.RELATES, ada)
    link(two, five, Role.PARENT, ada)  # an incident goes on reaching whoever reported the duplicate
    link(two, six, Role.CHILD, ada)
    link(six, seven, Role.CHILD, ada)
    link(seven, one, Role.CHILD, ada)  # so that six cannot stand below one

    actions.merge(two, into=one, actor=ada, at=LATER)

    assert set(linked(one, ada)) == {("child", "Three"), ("relates", "Four"), ("relates", "Two"), ("parent", "Seven")}
    assert set(linked(two, ada)) == {("relates", "One"), ("parent", "Five"), ("child", "Six")}
    assert f"Ada made this a part of ticket {one.number}" in [each.text for each in timeline.for_agent(three_, ada)]
    before = len(timeline.for_customer(three_, grace))

    actions.unlink(one, four, actor=ada, at=LATER)
    actions.unmerge(two, actor=ada, at=LATER)

    assert set(linked(one, ada)) == {("relates", "Two"), ("parent", "Seven")}
    assert set(linked(two, ada)) == {("relates", "One"), ("parent", "Five"), ("child", "Six"), ("child", "Three")}
    assert len(timeline.for_customer(three_, grace)) == before  # to its customer nothing is new
