"""How tickets belong together, over REST: links, undoing a merge, splitting messages off. For staff."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from tenants.api import EmptySerializer, StrictSerializer, person_of, validated
from tenants.errors import NotPermitted
from tickets import actions, relations
from tickets.actions.linking import Role
from tickets.api.fields import KeyField, TicketNumberField
from tickets.api.shown import StatusSerializer, TicketSerializer
from tickets.api.tickets import shown, ticket_or_404
from tickets.models import Category, Ticket


class LinkedSerializer(serializers.Serializer):
    """The other end of a link."""

    role = serializers.ChoiceField(choices=Role.choices, help_text="what the other ticket is to this one")
    number = serializers.IntegerField(source="ticket.number")
    subject = serializers.CharField(source="ticket.subject")
    status = StatusSerializer(source="ticket.status")


class LinksSerializer(serializers.Serializer):
    """All links that this reader may see."""

    results = LinkedSerializer(many=True)


class NewLinkSerializer(StrictSerializer):
    """Which ticket, and what it is to this one."""

    number = TicketNumberField(help_text="of the other ticket")
    role = serializers.ChoiceField(choices=Role.choices)


class LinksView(APIView):
    """What a ticket has to do with others."""

    @extend_schema(responses=LinksSerializer, operation_id="tickets_links_list")
    def get(self, request: Request, number: int) -> Response:
        """The linked tickets that one may see, the parent first, children last."""
        person = person_of(request)
        ticket = ticket_or_404(person, number)
        if not person.is_staff_member:
            raise NotPermitted
        return Response({"results": self._rows(request, relations.linked_to(ticket, person))})

    @extend_schema(request=NewLinkSerializer, responses={201: LinkedSerializer})
    def post(self, request: Request, number: int) -> Response:
        """Link another ticket."""
        person = person_of(request)
        ticket = ticket_or_404(person, number)
        said = validated(NewLinkSerializer, request)
        actions.link(ticket, said["number"], said["role"], actor=person, at=timezone.now())
        other = Ticket.objects.select_related("status").get(pk=said["number"].pk)
        (row,) = self._rows(request, [relations.Linked(Role(said["role"]), other)])
        return Response(row, status=status.HTTP_201_CREATED)

    def _rows(self, request: Request, linked: list[relations.Linked]) -> Any:
        return LinkedSerializer(linked, many=True, context={"request": request}).data


class LinkView(APIView):
    """One link, named by both tickets."""

    @extend_schema(responses={204: None}, operation_id="tickets_links_remove")
    def delete(self, request: Request, number: int, other: int) -> Response:
        """Remove the link, from either side."""
        person = person_of(request)
        ticket, linked = ticket_or_404(person, number), ticket_or_404(person, other)
        actions.unlink(ticket, linked, actor=person, at=timezone.now())
        return Response(status=status.HTTP_204_NO_CONTENT)


class UnmergeView(APIView):
    """Taking a merged ticket out again."""

    @extend_schema(request=EmptySerializer, responses=TicketSerializer, operation_id="tickets_unmerge")
    def post(self, request: Request, number: int) -> Response:
        """Undo a merge of the last 30 days: messages, state and clocks go back; what was written since stays."""
        ticket = ticket_or_404(person_of(request), number)
        validated(EmptySerializer, request)
        actions.unmerge(ticket, actor=person_of(request), at=timezone.now())
        return shown(request, number)


class SplitSerializer(StrictSerializer):
    """Which messages make a ticket of their own."""

    messages = serializers.ListField(child=serializers.UUIDField(), min_length=1, max_length=100)
    subject = serializers.CharField(max_length=200)
    category = KeyField(Category, required=False, help_text="that of the ticket when left out")


class SplitView(APIView):
    """A new ticket out of messages."""

    @extend_schema(request=SplitSerializer, responses={201: TicketSerializer}, operation_id="tickets_split")
    def post(self, request: Request, number: int) -> Response:
        """Copy messages with their files into a new ticket of who wrote them; both are linked."""
        person = person_of(request)
        ticket = ticket_or_404(person, number)
        said = validated(SplitSerializer, request)
        new = actions.split(ticket, actor=person, at=timezone.now(), **said)
        return shown(request, new.number, code=status.HTTP_201_CREATED)
