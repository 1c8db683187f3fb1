"""Moving tickets between tiers over REST, and what rules made of a ticket."""

from __future__ import annotations

from django.http import Http404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from escalation import actions, explaining
from tenants.api import StrictSerializer, person_of, validated
from tickets.api.explaining import CheckSerializer, checks_shown, ticket_of
from tickets.api.fields import KeyField
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


class AskEscalationSerializer(HandBackSerializer):
    """Why a customer asks for the next tier."""

    as_it_is = serializers.BooleanField(
        required=False, default=False, help_text="after the error rude_words_warned: send it all the same"
    )


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


class AskEscalationView(APIView):
    """A customer's right to the next tier."""

    @extend_schema(request=AskEscalationSerializer, responses=TicketSerializer, operation_id="tickets_ask_escalation")
    def post(self, request: Request, number: int) -> Response:
        """Ask for the next tier, once the policy's wait has passed; for the ticket's customers."""
        ticket = ticket_or_404(person_of(request), number)
        said = validated(AskEscalationSerializer, request)
        actions.escalate_for_customer(ticket, actor=person_of(request), at=timezone.now(), **said)
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


class RuleSerializer(serializers.Serializer):
    """A rule of the policy, and what became of it on this ticket, or what it waits for."""

    rule = serializers.CharField(help_text="its key")
    name = serializers.CharField()
    moment = serializers.CharField(help_text="what makes it look at the ticket")
    does = serializers.CharField(help_text="what it does, in words")
    outcome = serializers.ChoiceField(
        choices=["ran", "did_not_run", "waits", "rests"], help_text="rests: nothing makes it look at the ticket now"
    )
    because = serializers.CharField(help_text="why, in a sentence with names")
    at = serializers.DateTimeField(allow_null=True, help_text="when it looked at the ticket")
    next_at = serializers.DateTimeField(allow_null=True, help_text="when it will, if nothing happens")
    would_run = serializers.BooleanField(allow_null=True, help_text="of one that waits: as things stand now")
    conditions = CheckSerializer(many=True, help_text="with the values that they saw, or see now")


class RulesView(APIView):
    """Why rules ran on a ticket, or did not."""

    @extend_schema(responses=RuleSerializer(many=True), operation_id="ticket_rules")
    def get(self, request: Request, number: int) -> Response:
        """Every time that a rule was considered, and what the others wait for. For staff."""
        person = person_of(request)
        if not person.is_staff_member:
            raise Http404
        found = explaining.told(ticket_of(person, number), at=timezone.now())
        shown = [{**vars(each), "conditions": checks_shown(each.checks)} for each in found]
        return Response(RuleSerializer(shown, many=True).data)
