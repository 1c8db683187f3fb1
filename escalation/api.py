"""Moving tickets between tiers over REST."""

from __future__ import annotations

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from escalation import actions
from tenants.api import StrictSerializer, person_of, validated
from tickets.api.given import KeyField
from tickets.api.shown import TicketSerializer
from tickets.api.tickets import shown, ticket_or_404
from tickets.models import Tier


class EscalationSerializer(StrictSerializer):
    """Why, where to, and what the customer will read."""

    reason = serializers.CharField(max_length=2000, help_text="for staff")
    tier = KeyField(Tier, required=False, help_text="the next one, if left out; skipping needs a permission")
    sentence = serializers.CharField(
        max_length=1000,
        required=False,
        default="",
        allow_blank=True,
        help_text="for the customer; a plain one if empty",
    )


class HandBackSerializer(StrictSerializer):
    """Why it goes down again."""

    reason = serializers.CharField(max_length=2000, help_text="for staff")


class EscalateView(APIView):
    """Up to the next tier, or a higher one."""

    @extend_schema(request=EscalationSerializer, responses=TicketSerializer)
    def post(self, request: Request, number: int) -> Response:
        """Move the ticket up; the customer is told in plain words."""
        ticket = ticket_or_404(person_of(request), number)
        said = validated(EscalationSerializer, request)
        to = said.pop("tier", None)
        actions.escalate(ticket, actor=person_of(request), at=timezone.now(), to=to, **said)
        return shown(request, number)


class HandBackView(APIView):
    """Down to the tier below."""

    @extend_schema(request=HandBackSerializer, responses=TicketSerializer)
    def post(self, request: Request, number: int) -> Response:
        """Move the ticket down."""
        ticket = ticket_or_404(person_of(request), number)
        said = validated(HandBackSerializer, request)
        actions.hand_back(ticket, actor=person_of(request), at=timezone.now(), **said)
        return shown(request, number)
