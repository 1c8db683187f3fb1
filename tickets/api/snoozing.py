"""Putting tickets aside over REST."""

from __future__ import annotations

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from tenants.api import StrictSerializer, person_of, validated
from tickets import actions
from tickets.api.shown import TicketSerializer
from tickets.api.tickets import shown, ticket_or_404


class SnoozeSerializer(StrictSerializer):
    """Until when."""

    until = serializers.DateTimeField(required=False, allow_null=True, help_text="left out: until the customer writes")


class SnoozeView(APIView):
    """Out of the lists of work for a while; for staff."""

    @extend_schema(request=SnoozeSerializer, responses=TicketSerializer, operation_id="snooze")
    def post(self, request: Request, number: int) -> Response:
        """Put the ticket aside until a time or until its customer writes. Its clocks run on."""
        ticket = ticket_or_404(person_of(request), number)
        said = validated(SnoozeSerializer, request)
        actions.snooze(ticket, actor=person_of(request), at=timezone.now(), **said)
        return shown(request, number)

    @extend_schema(responses={200: TicketSerializer}, operation_id="unsnooze")
    def delete(self, request: Request, number: int) -> Response:
        """Bring it back now."""
        ticket = ticket_or_404(person_of(request), number)
        actions.unsnooze(ticket, actor=person_of(request), at=timezone.now())
        return shown(request, number)
