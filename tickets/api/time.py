"""Time spent over REST; for staff."""

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
from tenants.errors import NotPermitted
from tickets.actions import time as actions
from tickets.api.shown import PersonBriefSerializer
from tickets.api.tickets import ticket_or_404
from tickets.models import TimeEntry


class TimeEntrySerializer(serializers.Serializer):
    """Minutes that an agent spent on a ticket."""

    id = serializers.UUIDField()
    agent = PersonBriefSerializer()
    minutes = serializers.IntegerField()
    spent_on = serializers.DateField()
    note = serializers.CharField()


class TimeSerializer(StrictSerializer):
    """What one spent."""

    minutes = serializers.IntegerField(min_value=1, max_value=actions.MOST_MINUTES)
    spent_on = serializers.DateField()
    note = serializers.CharField(max_length=500, required=False, default="", allow_blank=True)


class TimeEntriesView(APIView):
    """The time spent on a ticket."""

    @extend_schema(responses=TimeEntrySerializer(many=True), operation_id="time_list")
    def get(self, request: Request, number: int) -> Response:
        """Who spent how long, the latest day first."""
        ticket = ticket_or_404(person_of(request), number)
        if not person_of(request).is_staff_member:
            raise NotPermitted
        found = TimeEntry.objects.filter(ticket=ticket).select_related("agent__role")
        return Response(TimeEntrySerializer(found, many=True, context={"request": request}).data)

    @extend_schema(request=TimeSerializer, responses={201: TimeEntrySerializer}, operation_id="time_enter")
    def post(self, request: Request, number: int) -> Response:
        """Write down what one spent."""
        ticket = ticket_or_404(person_of(request), number)
        said = validated(TimeSerializer, request)
        entry = actions.enter_time(ticket, actor=person_of(request), at=timezone.now(), **said)
        shown = TimeEntrySerializer(entry, context={"request": request}).data
        return Response(shown, status=status.HTTP_201_CREATED)


class TimeEntryView(APIView):
    """An entry of one's own."""

    @extend_schema(request=TimeSerializer, responses=TimeEntrySerializer, operation_id="time_change")
    def put(self, request: Request, number: int, pk: UUID) -> Response:
        """Correct it; what it was stays in the ticket's history."""
        entry = self._entry(request, number, pk)
        said = validated(TimeSerializer, request)
        entry = actions.change_time(entry, actor=person_of(request), at=timezone.now(), **said)
        return Response(TimeEntrySerializer(entry, context={"request": request}).data)

    @extend_schema(responses={204: None}, operation_id="time_remove")
    def delete(self, request: Request, number: int, pk: UUID) -> Response:
        """Take it back."""
        actions.remove_time(self._entry(request, number, pk), actor=person_of(request), at=timezone.now())
        return Response(status=status.HTTP_204_NO_CONTENT)

    def _entry(self, request: Request, number: int, pk: UUID) -> TimeEntry:
        ticket = ticket_or_404(person_of(request), number)
        if not person_of(request).is_staff_member:
            raise NotPermitted
        return get_object_or_404(TimeEntry.objects.select_related("ticket", "agent__role"), ticket=ticket, pk=pk)
