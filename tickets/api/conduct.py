"""Fair use over REST: contact about a ticket, nudges, false reports, where a customer stands, suspensions."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from tenants.api import EmptySerializer, StrictSerializer, person_of, validated
from tenants.models import Role, User
from tickets import actions
from tickets.api.organizations import SuspensionSerializer
from tickets.api.shown import TicketSerializer
from tickets.api.tickets import shown, ticket_or_404
from tickets.fairuse.contact import contact_about
from tickets.fairuse.standing import Standing, standing_of
from tickets.models import Strike, Suspension


class ContactSerializer(serializers.Serializer):
    """Whether a ticket may be asked about over chat or phone."""

    is_open = serializers.BooleanField()
    opens_at = serializers.DateTimeField(allow_null=True)
    sentence = serializers.CharField(help_text="what the customer reads; empty while contact is open")
    is_kept = serializers.BooleanField(help_text="what was sent became a comment on the ticket")


class AskSerializer(StrictSerializer):
    """What somebody wants to say over chat or phone."""

    body = serializers.CharField(max_length=100_000, required=False, default="", allow_blank=True)
    channel = serializers.ChoiceField(choices=["chat", "phone", "portal"], required=False, default="portal")
    as_it_is = serializers.BooleanField(required=False, default=False, help_text="after a warning of rude words")


class NudgeSerializer(StrictSerializer):
    """A repeated contact that an agent notes."""

    channel = serializers.ChoiceField(choices=["phone", "chat", "email", "letter"])
    words = serializers.CharField(max_length=100_000, required=False, default="", allow_blank=True)


class FalseReportSerializer(StrictSerializer):
    """Why it is false."""

    reason = serializers.CharField(max_length=2000, help_text="the customer reads it")


class StrikeSerializer(serializers.Serializer):
    """What counts against a customer."""

    id = serializers.UUIDField(source="strike.id")
    kind = serializers.ChoiceField(source="strike.kind", choices=Strike.Kind.choices)
    ticket = serializers.IntegerField(source="strike.ticket.number")
    at = serializers.DateTimeField(source="strike.at")
    lapses_at = serializers.DateTimeField()
    words = serializers.CharField(help_text="why; empty to staff who do not see the ticket")


class SuspendedSerializer(serializers.Serializer):
    """A suspension."""

    id = serializers.UUIDField()
    organization = serializers.UUIDField(source="organization_id", allow_null=True, help_text="none: the person's own")
    cause = serializers.CharField()
    reason = serializers.CharField(source="words")
    since = serializers.DateTimeField()
    until = serializers.DateTimeField(allow_null=True)
    ended_at = serializers.DateTimeField(allow_null=True)
    appeal = serializers.CharField()
    appeal_state = serializers.ChoiceField(choices=Suspension.Appeal.choices)
    decision = serializers.CharField()


class StandingSerializer(serializers.Serializer):
    """Where a customer stands."""

    number = serializers.IntegerField(help_text="strikes that count now")
    warn_at = serializers.IntegerField(source="rule.warn_at", default=None, allow_null=True)
    review_at = serializers.IntegerField(source="rule.review_at", default=None, allow_null=True)
    strikes = StrikeSerializer(many=True, help_text="the newest 50 of those that count now")
    suspensions = SuspendedSerializer(many=True)


class AppealSerializer(StrictSerializer):
    """What somebody objects."""

    text = serializers.CharField(max_length=100_000)


class DecisionSerializer(StrictSerializer):
    """What is answered to it."""

    is_granted = serializers.BooleanField(help_text="whether the support is given back")
    words = serializers.CharField(max_length=2000, help_text="the customer reads it")


class ContactView(APIView):
    """Contact about a ticket over chat, phone or a callback."""

    @extend_schema(responses=ContactSerializer, operation_id="contact")
    def get(self, request: Request, number: int) -> Response:
        """Whether it is open, or from when on."""
        ticket = ticket_or_404(person_of(request), number)
        return self._answer(contact_about(ticket, at=timezone.now()), is_kept=False)

    @extend_schema(request=AskSerializer, responses=ContactSerializer, operation_id="ask_again")
    def post(self, request: Request, number: int) -> Response:
        """Ask about it: while the policy's pause lasts, what is sent is kept as a comment on the ticket."""
        ticket = ticket_or_404(person_of(request), number)
        said = validated(AskSerializer, request)
        asked = actions.ask_again(ticket, author=person_of(request), at=timezone.now(), **said)
        return self._answer(asked.contact, is_kept=asked.message is not None)

    def _answer(self, contact: Any, *, is_kept: bool) -> Response:
        told = {
            "is_open": contact.is_open,
            "opens_at": contact.opens_at,
            "sentence": contact.sentence,
            "is_kept": is_kept,
        }
        return Response(ContactSerializer(told).data)


class NudgesView(APIView):
    """Repeated contact, noted by staff."""

    @extend_schema(request=NudgeSerializer, responses=TicketSerializer, operation_id="log_contact")
    def post(self, request: Request, number: int) -> Response:
        """Note that the customer asked again; they are told how it stands."""
        ticket = ticket_or_404(person_of(request), number)
        said = validated(NudgeSerializer, request)
        actions.log_contact(ticket, actor=person_of(request), at=timezone.now(), **said)
        return shown(request, number)


class FalseReportView(APIView):
    """The mark of a false or senseless report."""

    @extend_schema(request=FalseReportSerializer, responses=TicketSerializer, operation_id="mark_false_report")
    def post(self, request: Request, number: int) -> Response:
        """Mark the ticket; it counts against its customer, who is told why."""
        ticket = ticket_or_404(person_of(request), number)
        said = validated(FalseReportSerializer, request)
        actions.mark_false_report(ticket, actor=person_of(request), at=timezone.now(), **said)
        return shown(request, number)

    @extend_schema(responses={200: TicketSerializer}, operation_id="clear_false_report")
    def delete(self, request: Request, number: int) -> Response:
        """Take it back."""
        ticket = ticket_or_404(person_of(request), number)
        actions.clear_false_report(ticket, actor=person_of(request), at=timezone.now())
        return shown(request, number)


def _standing(person: User, reader: User) -> Response:
    standing: Standing = standing_of(person, at=timezone.now(), reader=reader if reader.is_staff_member else None)
    return Response(StandingSerializer(standing).data)


def _customer(request: Request, pk: UUID) -> User:
    if not person_of(request).is_staff_member:
        raise Http404
    return get_object_or_404(User.objects.select_related("role").filter(role__kind=Role.Kind.CUSTOMER), pk=pk)


class MyStandingView(APIView):
    """Where the person whose token this is stands."""

    @extend_schema(responses=StandingSerializer, operation_id="my_standing")
    def get(self, request: Request) -> Response:
        """What counts, until when, and what is suspended."""
        return _standing(person_of(request), person_of(request))


class StandingView(APIView):
    """Where a customer stands; for staff."""

    @extend_schema(responses=StandingSerializer, operation_id="standing")
    def get(self, request: Request, pk: UUID) -> Response:
        """What counts, until when, and what is suspended."""
        return _standing(_customer(request, pk), person_of(request))


class SuspendPersonView(APIView):
    """The suspension of a customer; for staff who may."""

    @extend_schema(request=SuspensionSerializer, responses=StandingSerializer, operation_id="suspend_person")
    def post(self, request: Request, pk: UUID) -> Response:
        """Suspend a customer's support; they are told why and until when."""
        person, now = _customer(request, pk), timezone.now()
        said = {"since": now, **validated(SuspensionSerializer, request)}
        actions.suspend(person, actor=person_of(request), at=now, **said)
        return _standing(person, person_of(request))


class LiftPersonView(APIView):
    """The end of it."""

    @extend_schema(request=EmptySerializer, responses=StandingSerializer, operation_id="lift_person")
    def post(self, request: Request, pk: UUID) -> Response:
        """Give a customer their support again at once."""
        person = _customer(request, pk)
        validated(EmptySerializer, request)
        actions.lift_suspension(person, actor=person_of(request), at=timezone.now())
        return _standing(person, person_of(request))


class WithdrawStrikeView(APIView):
    """Something that counts against a customer."""

    @extend_schema(request=EmptySerializer, responses=StandingSerializer, operation_id="withdraw_strike")
    def post(self, request: Request, pk: UUID) -> Response:
        """Take it back."""
        if not person_of(request).is_staff_member:
            raise Http404
        strike = get_object_or_404(
            Strike.objects.on_tickets_of(person_of(request)).select_related("person__role", "ticket"), pk=pk
        )
        validated(EmptySerializer, request)
        actions.withdraw_strike(strike, actor=person_of(request), at=timezone.now())
        return _standing(strike.person, person_of(request))


class AppealView(APIView):
    """The objection to a suspension."""

    @extend_schema(request=AppealSerializer, responses=SuspendedSerializer, operation_id="appeal_suspension")
    def post(self, request: Request, pk: UUID) -> Response:
        """Object to one's own suspension, or to that of a company that one manages."""
        found = get_object_or_404(Suspension.objects.concerning(person_of(request)), pk=pk)
        said = validated(AppealSerializer, request)
        made = actions.appeal(found, actor=person_of(request), at=timezone.now(), **said)
        return Response(SuspendedSerializer(made).data)


class DecideAppealView(APIView):
    """The answer to an objection; for staff who may suspend."""

    @extend_schema(request=DecisionSerializer, responses=SuspendedSerializer, operation_id="decide_appeal")
    def post(self, request: Request, pk: UUID) -> Response:
        """Give the support back, or let it stay suspended; they are told why."""
        if not person_of(request).is_staff_member:
            raise Http404
        found = get_object_or_404(Suspension, pk=pk)
        said = validated(DecisionSerializer, request)
        made = actions.decide_appeal(found, actor=person_of(request), at=timezone.now(), **said)
        return Response(SuspendedSerializer(Suspension.objects.get(pk=made.pk)).data)
