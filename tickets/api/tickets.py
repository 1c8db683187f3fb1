"""Tickets: list, file, read, change, and everything that can be done with one."""

from __future__ import annotations

from functools import partial
from typing import Any, ClassVar

from django.db.models import Q, prefetch_related_objects
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import status, viewsets
from rest_framework.request import Request
from rest_framework.response import Response

from tenants.api import EmptySerializer, person_of, queried, validated
from tenants.models import User
from tickets import actions, desk, search, spelling
from tickets.api import given
from tickets.api.selecting import PAGE_SIZE, TicketPagination, TicketQuery, exact_matches, narrowed, whole_query
from tickets.api.shown import TicketSerializer, TicketSummarySerializer
from tickets.models import Ticket
from tickets.models.ticket import TicketQuerySet
from tickets.selection import Query, write


def tickets_of(person: User) -> TicketQuerySet:
    """What a person may see, with all that an answer shows."""
    return with_all(Ticket.objects.visible_to(person))


def with_all(tickets: TicketQuerySet) -> TicketQuerySet:
    """With all that an answer shows: one query, and one for the clocks."""
    seen = tickets.for_list().select_related("channel", "requester__role", "assignee__role")
    return seen.prefetch_related("clocks")


def in_lists(tickets: TicketQuerySet) -> TicketQuerySet:
    """With all that a list shows of them."""
    return with_all(tickets).defer("description", "answers")


def ticket_or_404(person: User, number: int) -> Ticket:
    """A ticket that this person may see. Raises Http404."""
    return get_object_or_404(Ticket.objects.visible_to(person), number=number)


def shown(request: Request, number: int, *, code: int = 200) -> Response:
    """The answer to everything that is done with a ticket: the ticket as it is now."""
    seen = tickets_of(person_of(request)).select_related("merged_into", "exclusion", "refusal_reason")
    ticket = get_object_or_404(seen.defer("merged_into__description", "merged_into__answers"), number=number)
    prefetch_related_objects([ticket], "tags")
    return Response(TicketSerializer(ticket, context={"request": request}).data, status=code)


class TicketViewSet(viewsets.GenericViewSet[Ticket]):
    """Tickets that the person may see: staff all or their teams', customers their own and by scope their company's."""

    serializer_class = TicketSerializer
    queryset = Ticket.objects.none()
    filter_backends: ClassVar[list[Any]] = []  # type: ignore[misc]
    pagination_class = TicketPagination
    in_lists = staticmethod(in_lists)
    lookup_field = "number"
    query_names: ClassVar[dict[str, Any]] = {"list": TicketQuery().fields}

    @extend_schema(parameters=[TicketQuery], responses=TicketSummarySerializer(many=True))
    def list(self, request: Request) -> Response:
        """Tickets, the newest first, narrowed down by the filters; with `q` those that match best."""
        person = person_of(request)
        self.asked = queried(TicketQuery, request)
        found = narrowed(Ticket.objects.visible_to(person), self.asked, person)
        numbered = search.numbered(self.asked.get("q", ""), person)
        query, where = whole_query(self.asked, person)
        if numbered is not None:
            found = found.filter(pk=numbered.pk)
        elif query.wanted_words and "ordering" not in self.asked:
            return self._search(found.filter(where), query, where)
        else:
            found = found.filter(where)
        rows = self.paginate_queryset(found)
        return self.get_paginated_response(TicketSummarySerializer(rows, many=True, context={"request": request}).data)

    def _search(self, found: TicketQuerySet, query: Query, where: Q) -> Response:
        person = person_of(self.request)
        narrowed_down = self.asked.keys() - {"q", "query", "page_size"} or query.conditions or query.unwanted_words
        ids = Q(pk__in=found.order_by().values("pk")) if narrowed_down else None
        most = self.asked.get("page_size", PAGE_SIZE)
        hits, better = search.find(query, person, ids, most=most), None
        if not hits.are_exact and "query" in self.asked:
            find = partial(exact_matches, self.asked, person)
            better = spelling.corrected(self.asked["query"], person, find)
        matches = exact_matches(self.asked, person, better) if better else [ticket.pk for ticket in hits]
        rows = in_lists(Ticket.objects.visible_to(person)).in_bulk(matches)
        best = [rows[pk] for pk in matches if pk in rows]
        shown_rows = TicketSummarySerializer(best, many=True, context={"request": self.request}).data
        told = {"corrected": write(better)} if better else {}
        return Response({"next": None, "previous": None, "results": shown_rows, **told})

    @extend_schema(request=given.NewTicketSerializer, responses={201: TicketSerializer})
    def create(self, request: Request) -> Response:
        """File a ticket. Subject and description are enough; the policy says the rest."""
        person = person_of(request)
        said = validated(given.NewTicketSerializer, request)
        channel, template = said.pop("channel", None), said.pop("template", None)
        said |= {"channel": channel.key if channel else desk.channel_of_programs(), "author": person}
        if template is None:
            ticket = actions.open_ticket(requester=said.pop("requester", person), at=timezone.now(), **said)
        else:
            ticket = actions.open_from(template, at=timezone.now(), day=timezone.localdate(), **said)
        response = shown(request, ticket.number, code=status.HTTP_201_CREATED)
        response["Location"] = request.build_absolute_uri(reverse("api:ticket", args=[ticket.number]))
        return response

    @extend_schema(responses=TicketSerializer)
    def retrieve(self, request: Request, number: int) -> Response:
        """A ticket with its clocks, the promise in a sentence, and its timeline as the reader may know it."""
        return shown(request, number)

    @extend_schema(request=given.ChangesSerializer, responses=TicketSerializer)
    def partial_update(self, request: Request, number: int) -> Response:
        """Change state, priority, category, answers, team, assignee or tags: all that is named, or nothing."""
        person = person_of(request)
        ticket = ticket_or_404(person, number)
        said = validated(given.ChangesSerializer, request, ticket=ticket)
        if "assignee" in said:
            said["assignee"] = (said["assignee"],)
        actions.change(ticket, actions.Changes(**said), actor=person, at=timezone.now())
        return shown(request, number)

    @extend_schema(request=EmptySerializer, responses=TicketSerializer)
    def take(self, request: Request, number: int) -> Response:
        """Assign the ticket to oneself."""
        ticket = ticket_or_404(person_of(request), number)
        validated(EmptySerializer, request)
        actions.take(ticket, actor=person_of(request), at=timezone.now())
        return shown(request, number)

    @extend_schema(request=given.MergeSerializer, responses=TicketSerializer)
    def merge(self, request: Request, number: int) -> Response:
        """Move this duplicate's messages to another ticket and close it. Answers with the one that stays."""
        ticket = ticket_or_404(person_of(request), number)
        said = validated(given.MergeSerializer, request)
        actions.merge(ticket, actor=person_of(request), at=timezone.now(), **said)
        return shown(request, said["into"].number)

    @extend_schema(request=given.RefuseSerializer, responses=TicketSerializer)
    def refuse(self, request: Request, number: int) -> Response:
        """Refuse the request for a reason of the policy; the customer is told."""
        ticket = ticket_or_404(person_of(request), number)
        said = validated(given.RefuseSerializer, request)
        actions.refuse(ticket, said.pop("reason"), actor=person_of(request), at=timezone.now(), **said)
        return shown(request, number)

    @extend_schema(request=given.NotCoveredSerializer, responses=TicketSerializer)
    def not_covered(self, request: Request, number: int) -> Response:
        """End the ticket because the policy excludes what it asks for; the customer is told which exclusion."""
        ticket = ticket_or_404(person_of(request), number)
        said = validated(given.NotCoveredSerializer, request)
        actions.mark_not_covered(ticket, said.pop("exclusion"), actor=person_of(request), at=timezone.now(), **said)
        return shown(request, number)

    @extend_schema(request=given.DelaySerializer, responses=TicketSerializer)
    def delay(self, request: Request, number: int) -> Response:
        """Tell the customer that the answer takes longer, why, and until when."""
        ticket = ticket_or_404(person_of(request), number)
        said = validated(given.DelaySerializer, request)
        actions.announce_delay(ticket, actor=person_of(request), at=timezone.now(), **said)
        return shown(request, number)

    @extend_schema(request=given.IdentifySerializer, responses=TicketSerializer)
    def identify(self, request: Request, number: int) -> Response:
        """Fill in authorisation data that the request lacks; with the last of it, it waits no longer."""
        ticket = ticket_or_404(person_of(request), number)
        said = validated(given.IdentifySerializer, request, ticket=ticket)
        given_as = {"as_it_is": said["as_it_is"], "actor": person_of(request), "at": timezone.now()}
        actions.identify(ticket, said["answers"], **given_as)
        return shown(request, number)

    @extend_schema(request=given.ReasonSerializer, responses=TicketSerializer)
    def reopen(self, request: Request, number: int) -> Response:
        """Take a solved or refused ticket up again."""
        ticket = ticket_or_404(person_of(request), number)
        said = validated(given.ReasonSerializer, request)
        actions.reopen(ticket, actor=person_of(request), at=timezone.now(), **said)
        return shown(request, number)
