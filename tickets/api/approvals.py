"""Approvals over REST: staff ask for them, those who are asked answer."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from tenants.api import StrictSerializer, person_of, validated
from tickets import actions, approvals
from tickets.actions.approvals import MOST_APPROVERS
from tickets.actions.awaiting import concerns_customers
from tickets.api.fields import EmailOfPersonField
from tickets.api.shown import PersonBriefSerializer
from tickets.api.tickets import ticket_or_404
from tickets.models import Approval, Approver, Ticket


class ApproverSerializer(serializers.Serializer):
    """A person who is asked, and what they said."""

    id = serializers.UUIDField()
    person = PersonBriefSerializer()
    answer = serializers.ChoiceField(choices=Approver.Answer.choices, help_text="empty: none yet")
    comment = serializers.CharField()
    answered_at = serializers.DateTimeField(allow_null=True)


class ApprovalSerializer(serializers.Serializer):
    """Something that is, or was, to be approved."""

    id = serializers.UUIDField()
    text = serializers.CharField()
    needs = serializers.ChoiceField(choices=Approval.Needs.choices, help_text="who has to agree")
    state = serializers.ChoiceField(choices=Approval.State.choices)
    asked_by = PersonBriefSerializer()
    asked_at = serializers.DateTimeField()
    due_at = serializers.DateTimeField(allow_null=True)
    decided_at = serializers.DateTimeField(allow_null=True, help_text="when it ended, however")
    approvers = ApproverSerializer(many=True)


class AskApprovalSerializer(StrictSerializer):
    """What is to be approved, by whom, and by when."""

    text = serializers.CharField(max_length=2000)
    approvers = serializers.ListField(
        child=EmailOfPersonField(), min_length=1, max_length=MOST_APPROVERS, help_text="mail addresses"
    )
    needs = serializers.ChoiceField(choices=Approval.Needs.choices, required=False, default=Approval.Needs.ALL)
    until = serializers.DateTimeField(required=False, allow_null=True, default=None)


class AnswerSerializer(StrictSerializer):
    """Yes or no, and why."""

    answer = serializers.ChoiceField(choices=[each for each in Approver.Answer.choices if each[0]])
    comment = serializers.CharField(
        max_length=2000, required=False, default="", allow_blank=True, help_text="needed with a no"
    )
    as_it_is = serializers.BooleanField(
        required=False, default=False, help_text="after the error rude_words_warned: send it all the same"
    )


class ApprovalsView(APIView):
    """The approvals of a ticket."""

    @extend_schema(responses=ApprovalSerializer(many=True), operation_id="approvals_list")
    def get(self, request: Request, number: int) -> Response:
        """What was asked and what came of it, the latest first; customers see what people of their side answer."""
        person = person_of(request)
        found = approvals.of(ticket_or_404(person, number))
        if not person.is_staff_member:
            found = [each for each in found if concerns_customers(list(each.approvers.all()))]
        return Response(ApprovalSerializer(found, many=True, context={"request": request}).data)

    @extend_schema(request=AskApprovalSerializer, responses={201: ApprovalSerializer}, operation_id="approvals_ask")
    def post(self, request: Request, number: int) -> Response:
        """Ask people to approve something; for staff."""
        ticket = ticket_or_404(person_of(request), number)
        said = validated(AskApprovalSerializer, request)
        asked = actions.ask_approval(ticket, actor=person_of(request), at=timezone.now(), **said)
        return _shown(request, ticket, asked.pk, code=status.HTTP_201_CREATED)


class AnswerApprovalView(APIView):
    """What one is asked."""

    @extend_schema(request=AnswerSerializer, responses=ApprovalSerializer, operation_id="approvals_answer")
    def post(self, request: Request, number: int, pk: UUID) -> Response:
        """Approve or decline; for those who are asked, whether or not they may see the ticket."""
        asked = approvals.asked_of(person_of(request), pk)
        if asked is None or asked.approval.ticket.number != number:
            raise Http404
        said = validated(AnswerSerializer, request)
        actions.answer_approval(asked.approval, **said, actor=person_of(request), at=timezone.now())
        return _shown(request, asked.approval.ticket, pk)


class WithdrawApprovalView(APIView):
    """An approval that is no longer needed."""

    @extend_schema(request=None, responses=ApprovalSerializer, operation_id="approvals_withdraw")
    def post(self, request: Request, number: int, pk: UUID) -> Response:
        """Ask for it no more; for staff."""
        ticket, found = _of_ticket(request, number, pk)
        actions.withdraw_approval(found, actor=person_of(request), at=timezone.now())
        return _shown(request, ticket, pk)


class RemindApproversView(APIView):
    """An approval that is waited for."""

    @extend_schema(request=None, responses=ApprovalSerializer, operation_id="approvals_remind")
    def post(self, request: Request, number: int, pk: UUID) -> Response:
        """Send the question once more to those who have not answered, once an hour at most; for staff."""
        ticket, found = _of_ticket(request, number, pk)
        actions.remind_approvers(found, actor=person_of(request), at=timezone.now())
        return _shown(request, ticket, pk)


def _of_ticket(request: Request, number: int, pk: UUID) -> tuple[Ticket, Approval]:
    ticket = ticket_or_404(person_of(request), number)
    return ticket, get_object_or_404(Approval, ticket=ticket, pk=pk)


def _shown(request: Request, ticket: Ticket, pk: UUID, *, code: int = 200) -> Response:
    found = next(each for each in approvals.of(ticket) if each.pk == pk)
    return Response(ApprovalSerializer(found, context={"request": request}).data, status=code)
