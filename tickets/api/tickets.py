"""Tickets: list, file, read, change, and everything that can be done with one."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db.models import prefetch_related_objects
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import status, viewsets
from rest_framework.request import Request
from rest_framework.response import Response

from tenants.api import EmptySerializer, person_of, queried, validated
from tenants.models import User
from tickets import actions, search
from tickets.api import given
from tickets.api.selecting import PAGE_SIZE, TicketPagination, TicketQuery, narrowed
from tickets.api.shown import TicketSerializer, TicketSummarySerializer
from tickets.models import Channel, Ticket
from tickets.models.ticket import TicketQuerySet


def tickets_of(person: User) -> TicketQuerySet:
    """What a person may see, with all that a list shows: one query, and one for the clocks."""
    seen = Ticket.objects.visible_to(person).for_list().select_related("channel", "requester__role", "assignee__role")
    return seen.prefetch_related("clocks")


def ticket_or_404(person: User, number: int) -> Ticket:
    """A ticket that this person may see. Raises Http404."""
    return get_object_or_404(Ticket.objects.visible_to(person), number=number)


def shown(request: Request, number: int, *, code: int = 200) -> Response:
    """The answer to everything that is done with a ticket: the ticket as it is now."""
    seen = tickets_of(person_of(request)).select_related("merged_into", "exclusion", "refusal_reason")
    ticket = get_object_or_404(seen.defer("merged_into__description", "merged_into__answers"), number=number)
    prefetch_related_objects([ticket], "tags")
    return Response(TicketSerializer(ticket, context={"request": request}).data, status=code)


def channel_of_programs() -> str:
    """The policy's channel for programs if it has one that is official, else the portal's."""
    own = Channel.objects.filter(key="api", is_active=True, is_official=True).exists()
    return "api" if own else "portal"


class TicketViewSet(viewsets.GenericViewSet[Ticket]):
    """Tickets that the person may see: staff all or their teams', customers their own and by scope their company's."""

    serializer_class = TicketSerializer
    queryset = Ticket.objects.none()
    filter_backends: ClassVar[list[Any]] = []  # type: ignore[misc]
    pagination_class = TicketPagination
    lookup_field = "number"
    query_names: ClassVar[dict[str, Any]] = {"list": TicketQuery().fields}

    @extend_schema(parameters=[TicketQuery], responses=TicketSummarySerializer(many=True))
    def list(self, request: Request) -> Response:
        """Tickets, the newest first, narrowed down by the filters; with `q` those that match best."""
        person = person_of(request)
        self.asked = queried(TicketQuery, request)
        found = narrowed(tickets_of(person).defer("description", "answers"), self.asked, person)
        if "q" in self.asked:
            return self._search(found)
        rows = self.paginate_queryset(found)
        return self.get_paginated_response(TicketSummarySerializer(rows, many=True, context={"request": request}).data)

    def _search(self, found: TicketQuerySet) -> Response:
        person, words = person_of(self.request), search.clean(self.asked["q"])
        numbered = search.numbered(words, person)
        matches = [numbered] if numbered else search.find(words, person)
        rows = {ticket.pk: ticket for ticket in found.filter(pk__in=[ticket.pk for ticket in matches])}
        best = [rows[ticket.pk] for ticket in matches if ticket.pk in rows][: self.asked.get("page_size", PAGE_SIZE)]
        shown_rows = TicketSummarySerializer(best, many=True, context={"request": self.request}).data
        return Response({"next": None, "previous": None, "results": shown_rows})

    @extend_schema(request=given.NewTicketSerializer, responses={201: TicketSerializer})
    def create(self, request: Request) -> Response:
        """File a ticket. Subject and description are enough; the policy says the rest."""
        person = person_of(request)
        said = validated(given.NewTicketSerializer, request)
        requester = said.pop("requester", person)
        channel = said.pop("channel", None)
        ticket = actions.open_ticket(
            requester=requester,
            author=person,
            channel=channel.key if channel else channel_of_programs(),
            at=timezone.now(),
            **said,
        )
        response = shown(request, ticket.number, code=status.HTTP_201_CREATED)
        response["Location"] = request.build_absolute_uri(reverse("api:ticket", args=[ticket.number]))
        return response

    @extend_schema(responses=TicketSerializer)
    def retrieve(self, request: Request, number: int) -> Response:
        """A ticket with its clocks, the promise in a sentence, and its timeline as the reader may know it."""
        return shown(request, number)

    @extend_schema(request=given.ChangesSerializer, responses=TicketSerializer)
    def partial_update(self, request: Request, number: int) -> Response:
        """Change state, priority, category, team, assignee or tags: all that is named, or nothing."""
        person = person_of(request)
        ticket = ticket_or_404(person, number)
        said = validated(given.ChangesSerializer, request)
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
        into = validated(given.MergeSerializer, request)["into"]
        actions.merge(ticket, into=into, actor=person_of(request), at=timezone.now())
        return shown(request, into.number)

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

    @extend_schema(request=given.ReasonSerializer, responses=TicketSerializer)
    def reopen(self, request: Request, number: int) -> Response:
        """Take a solved or refused ticket up again."""
        ticket = ticket_or_404(person_of(request), number)
        said = validated(given.ReasonSerializer, request)
        actions.reopen(ticket, actor=person_of(request), at=timezone.now(), **said)
        return shown(request, number)
