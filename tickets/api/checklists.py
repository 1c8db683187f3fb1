"""Steps for customers over REST: staff send them, customers tick them off."""

from __future__ import annotations

from uuid import UUID

from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from tenants.api import StrictSerializer, person_of, validated
from tickets import actions
from tickets.actions.checklists import MOST_STEPS
from tickets.api.tickets import ticket_or_404
from tickets.models import Checklist, ChecklistStep


class StepOfChecklistSerializer(serializers.Serializer):
    """A step, and what came of it."""

    id = serializers.UUIDField()
    text = serializers.CharField()
    done_at = serializers.DateTimeField(allow_null=True)
    result = serializers.CharField(help_text="what the customer saw")


class ChecklistSerializer(serializers.Serializer):
    """Steps that were sent to the customer."""

    id = serializers.UUIDField()
    title = serializers.CharField()
    sent_at = serializers.DateTimeField()
    finished_at = serializers.DateTimeField(allow_null=True)
    withdrawn_at = serializers.DateTimeField(allow_null=True)
    steps = StepOfChecklistSerializer(many=True)


class NewChecklistSerializer(StrictSerializer):
    """Steps to send."""

    title = serializers.CharField(max_length=120, required=False, default="", allow_blank=True)
    steps = serializers.ListField(
        child=serializers.CharField(max_length=500), min_length=1, max_length=MOST_STEPS, help_text="in their order"
    )
    message = serializers.CharField(
        max_length=2000, required=False, default="", allow_blank=True, help_text="before the steps"
    )
    waits = serializers.BooleanField(
        required=False, default=False, help_text="the ticket waits for the customer until all are done"
    )


class TickSerializer(StrictSerializer):
    """Whether a step is done."""

    done = serializers.BooleanField(required=False, default=True)
    result = serializers.CharField(max_length=1000, required=False, default="", allow_blank=True)
    as_it_is = serializers.BooleanField(
        required=False, default=False, help_text="after the error rude_words_warned: send it all the same"
    )


class ChecklistsView(APIView):
    """The checklists of a ticket."""

    @extend_schema(responses=ChecklistSerializer(many=True), operation_id="checklists_list")
    def get(self, request: Request, number: int) -> Response:
        """What was sent, and how far it is done."""
        found = Checklist.objects.filter(ticket=ticket_or_404(person_of(request), number)).prefetch_related("steps")
        return Response(ChecklistSerializer(found, many=True).data)

    @extend_schema(request=NewChecklistSerializer, responses={201: ChecklistSerializer})
    def post(self, request: Request, number: int) -> Response:
        """Send steps to the customer as a reply; for staff."""
        ticket = ticket_or_404(person_of(request), number)
        said = validated(NewChecklistSerializer, request)
        sent = actions.send_checklist(ticket, actor=person_of(request), at=timezone.now(), **said)
        return Response(ChecklistSerializer(sent).data, status=status.HTTP_201_CREATED)


class ChecklistStepView(APIView):
    """A step."""

    @extend_schema(request=TickSerializer, responses=ChecklistSerializer, operation_id="checklists_tick")
    def post(self, request: Request, number: int, pk: UUID) -> Response:
        """Tick it off with what came of it, or take the tick back. Answers with the whole checklist."""
        ticket = ticket_or_404(person_of(request), number)
        step = get_object_or_404(ChecklistStep, pk=pk, checklist__ticket=ticket)
        said = validated(TickSerializer, request)
        if said["done"]:
            told = {name: said[name] for name in ("result", "as_it_is")}
            checklist = actions.tick(step, actor=person_of(request), at=timezone.now(), **told)
        else:
            checklist = actions.untick(step, actor=person_of(request), at=timezone.now())
        return Response(ChecklistSerializer(checklist).data)
