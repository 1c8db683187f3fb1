"""Who else reads a ticket, over REST: customers in copy, and following it oneself."""

from __future__ import annotations

from uuid import UUID

from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from tenants.api import EmptySerializer, StrictSerializer, person_of, validated
from tickets import actions, recipients
from tickets.api.shown import PersonBriefSerializer
from tickets.api.tickets import ticket_or_404
from tickets.models import Ticket


class NewParticipantsSerializer(StrictSerializer):
    """People to put in copy."""

    emails = serializers.ListField(
        child=serializers.EmailField(max_length=254),
        min_length=1,
        max_length=recipients.MOST_IN_COPY,
        help_text="an address that nobody has yet becomes a customer",
    )


class ParticipantsView(APIView):
    """The customers in copy."""

    @extend_schema(responses=PersonBriefSerializer(many=True), operation_id="participants_list")
    def get(self, request: Request, number: int) -> Response:
        """Who gets the public messages beside the one who asked."""
        return self._shown(request, ticket_or_404(person_of(request), number))

    @extend_schema(request=NewParticipantsSerializer, responses={201: PersonBriefSerializer(many=True)})
    def post(self, request: Request, number: int) -> Response:
        """Put people in copy; they are told, and may read and answer. Answers with all who are in copy."""
        ticket = ticket_or_404(person_of(request), number)
        said = validated(NewParticipantsSerializer, request)
        actions.add_participants(ticket, said["emails"], actor=person_of(request), at=timezone.now())
        return self._shown(request, ticket, status.HTTP_201_CREATED)

    def _shown(self, request: Request, ticket: Ticket, code: int = status.HTTP_200_OK) -> Response:
        people = recipients.in_copy(ticket)
        # Addresses are for staff and the requester's side; people in copy may not know one another.
        shows = person_of(request) not in people
        context = {"request": request, "shows_addresses": shows, "nameless": _("A person in copy")}
        return Response(PersonBriefSerializer(people, many=True, context=context).data, status=code)


class ParticipantView(APIView):
    """One of them."""

    @extend_schema(responses={204: None}, operation_id="participants_remove")
    def delete(self, request: Request, number: int, pk: UUID) -> Response:
        """Take somebody out of copy: staff anybody, people themselves."""
        ticket = ticket_or_404(person_of(request), number)
        copied = get_object_or_404(recipients.in_copy(ticket), pk=pk)
        actions.remove_participant(ticket, copied, actor=person_of(request), at=timezone.now())
        return Response(status=status.HTTP_204_NO_CONTENT)


class FollowView(APIView):
    """Being told what others do on a ticket; for staff."""

    @extend_schema(request=EmptySerializer, responses={204: None}, operation_id="follow")
    def post(self, request: Request, number: int) -> Response:
        """Follow the ticket."""
        ticket = ticket_or_404(person_of(request), number)
        validated(EmptySerializer, request)
        actions.follow(ticket, actor=person_of(request), at=timezone.now())
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(responses={204: None}, operation_id="unfollow")
    def delete(self, request: Request, number: int) -> Response:
        """No longer follow it."""
        ticket = ticket_or_404(person_of(request), number)
        actions.unfollow(ticket, actor=person_of(request), at=timezone.now())
        return Response(status=status.HTTP_204_NO_CONTENT)
