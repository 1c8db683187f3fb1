"""Objections to refusals over REST: customers ask for a second look, somebody else than who refused takes it."""

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
from tickets.forms.fields import LONGEST_TEXT


class ObjectionSerializer(StrictSerializer):
    """Why the refusal is wrong."""

    text = serializers.CharField(max_length=LONGEST_TEXT)


class SecondLookSerializer(StrictSerializer):
    """What came of it, and why."""

    accepted = serializers.BooleanField(help_text="the request is taken up after all")
    text = serializers.CharField(max_length=LONGEST_TEXT, help_text="the customer reads it")


class ObjectionView(APIView):
    """An objection to a refusal."""

    @extend_schema(request=ObjectionSerializer, responses=TicketSerializer, operation_id="tickets_appeal")
    def post(self, request: Request, number: int) -> Response:
        """Ask for a second look; for the ticket's customers, where the policy lets them."""
        ticket = ticket_or_404(person_of(request), number)
        said = validated(ObjectionSerializer, request)
        actions.appeal_refusal(ticket, actor=person_of(request), at=timezone.now(), **said)
        return shown(request, number)


class SecondLookView(APIView):
    """The decision on an objection."""

    @extend_schema(request=SecondLookSerializer, responses=TicketSerializer, operation_id="tickets_second_look")
    def post(self, request: Request, number: int) -> Response:
        """Take the request up after all, or leave it refused; not for who refused it."""
        ticket = ticket_or_404(person_of(request), number)
        said = validated(SecondLookSerializer, request)
        actions.decide_refusal(ticket, actor=person_of(request), at=timezone.now(), **said)
        return shown(request, number)
