"""Calls over REST: customers ask for them, agents say what came of them."""

from __future__ import annotations

from typing import Any, ClassVar
from uuid import UUID

from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status, viewsets
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from tenants.api import EmptySerializer, PageQuery, StrictSerializer, person_of, validated
from tickets import actions, callbacks
from tickets.api.shown import PersonBriefSerializer
from tickets.api.tickets import ticket_or_404
from tickets.models import Callback, Ticket


class CallbackSerializer(serializers.Serializer):
    """A call that a customer asked for; number and topic are empty to others of their side."""

    id = serializers.UUIDField()
    ticket = serializers.IntegerField(source="ticket.number")
    requester = PersonBriefSerializer()
    phone = serializers.CharField()
    topic = serializers.CharField()
    at = serializers.DateTimeField(help_text="when the customer is to be called")
    state = serializers.ChoiceField(choices=Callback.State.choices)
    tries = serializers.IntegerField(help_text="calls that reached nobody")
    asked_at = serializers.DateTimeField()
    ended_at = serializers.DateTimeField(allow_null=True)

    def to_representation(self, call: Callback) -> dict[str, Any]:
        """As far as the reader may know it."""
        told = super().to_representation(call)
        reader = person_of(self.context["request"])
        if not (reader.is_staff_member or call.is_of(reader)):
            told |= {"phone": "", "topic": ""}
        return told


class AskCallbackSerializer(StrictSerializer):
    """Number, topic and time."""

    phone = serializers.CharField(max_length=40)
    topic = serializers.CharField(max_length=500)
    when = serializers.DateTimeField(help_text="within the hours of the phone line")
    as_it_is = serializers.BooleanField(
        required=False, default=False, help_text="after the error rude_words_warned: send it all the same"
    )


class CallMadeSerializer(StrictSerializer):
    """What was said."""

    note = serializers.CharField(max_length=2000, required=False, default="", allow_blank=True, help_text="for staff")


class CallMissedSerializer(CallMadeSerializer):
    """Whether it is tried again."""

    again = serializers.DateTimeField(required=False, allow_null=True, default=None)


class CallMovedSerializer(StrictSerializer):
    """Another time."""

    to = serializers.DateTimeField()
    reason = serializers.CharField(
        max_length=500, required=False, default="", allow_blank=True, help_text="the customer reads it"
    )


class TicketCallbacksView(APIView):
    """Calls about a ticket."""

    @extend_schema(responses=CallbackSerializer(many=True), operation_id="ticket_callbacks_list")
    def get(self, request: Request, number: int) -> Response:
        """All of them, the latest first."""
        ticket = ticket_or_404(person_of(request), number)
        found = callbacks.with_ticket(Callback.objects.filter(ticket=ticket)).order_by("-id")
        return Response(CallbackSerializer(found, many=True, context={"request": request}).data)

    @extend_schema(request=AskCallbackSerializer, responses={201: CallbackSerializer}, operation_id="callbacks_ask")
    def post(self, request: Request, number: int) -> Response:
        """Ask to be called about a ticket; one call at a time."""
        ticket = ticket_or_404(person_of(request), number)
        said = validated(AskCallbackSerializer, request)
        made = actions.ask_callback(ticket, actor=person_of(request), at=timezone.now(), **said)
        return _answer(request, made.pk, code=status.HTTP_201_CREATED)


class CallbackViewSet(viewsets.GenericViewSet[Callback]):
    """Calls on tickets that the person sees."""

    serializer_class = CallbackSerializer
    queryset = Callback.objects.none()
    filter_backends: ClassVar[list[Any]] = []  # type: ignore[misc]
    ordering = "at"
    query_names: ClassVar[dict[str, Any]] = {"list": PageQuery().fields}

    @extend_schema(parameters=[PageQuery], responses=CallbackSerializer(many=True))
    def list(self, request: Request) -> Response:
        """Those that are to be made, the next one first."""
        rows = self.paginate_queryset(callbacks.wanted_by(person_of(request)))
        return self.get_paginated_response(CallbackSerializer(rows, many=True, context={"request": request}).data)

    @extend_schema(request=CallMadeSerializer, responses=CallbackSerializer)
    def done(self, request: Request, pk: UUID) -> Response:
        """The customer was called."""
        found, said = _seen(request, pk), validated(CallMadeSerializer, request)
        actions.log_call(found, actor=person_of(request), at=timezone.now(), **said)
        return _answer(request, pk)

    @extend_schema(request=CallMissedSerializer, responses=CallbackSerializer)
    def missed(self, request: Request, pk: UUID) -> Response:
        """Nobody answered; it is tried again, or given up."""
        found, said = _seen(request, pk), validated(CallMissedSerializer, request)
        actions.miss_call(found, actor=person_of(request), at=timezone.now(), **said)
        return _answer(request, pk)

    @extend_schema(request=CallMovedSerializer, responses=CallbackSerializer)
    def put_off(self, request: Request, pk: UUID) -> Response:
        """Call at another time."""
        found, said = _seen(request, pk), validated(CallMovedSerializer, request)
        actions.put_off_call(found, actor=person_of(request), at=timezone.now(), **said)
        return _answer(request, pk)

    @extend_schema(request=EmptySerializer, responses=CallbackSerializer)
    def cancel(self, request: Request, pk: UUID) -> Response:
        """It is no longer wanted."""
        found = _seen(request, pk)
        validated(EmptySerializer, request)
        actions.cancel_callback(found, actor=person_of(request), at=timezone.now())
        return _answer(request, pk)


def _seen(request: Request, pk: UUID) -> Callback:
    """A call on a ticket that the person sees. Raises Http404."""
    seen = Ticket.objects.visible_to(person_of(request)).filter(callbacks=pk).values("pk")
    return get_object_or_404(callbacks.with_ticket(Callback.objects.filter(ticket__in=seen)), pk=pk)


def _answer(request: Request, pk: UUID, *, code: int = 200) -> Response:
    return Response(CallbackSerializer(_seen(request, pk), context={"request": request}).data, status=code)
