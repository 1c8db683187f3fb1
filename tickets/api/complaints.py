"""Complaints over REST: customers file and follow them, those who decide about them read and answer."""

from __future__ import annotations

from typing import Any, ClassVar
from uuid import UUID

from django.db.models import QuerySet
from django.http import FileResponse, Http404
from django.urls import reverse
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers, status, viewsets
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from tenants.api import EmptySerializer, PageQuery, StrictSerializer, person_of, validated
from tenants.models import User
from tickets import actions, complaints
from tickets.actions.complaints import LONGEST_TEXT
from tickets.api.given import FilesSerializer
from tickets.api.messages import saved
from tickets.api.shown import PersonBriefSerializer
from tickets.api.tickets import ticket_or_404
from tickets.models import Complaint, ComplaintFile


class ComplaintFileSerializer(serializers.Serializer):
    """A file that came with it."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    size = serializers.IntegerField(help_text="bytes")
    content_type = serializers.CharField(help_text="as the sender said it")
    url = serializers.SerializerMethodField()

    @extend_schema_field(OpenApiTypes.URI)
    def get_url(self, kept: ComplaintFile) -> str:
        """Where its bytes are."""
        path = reverse("api:complaint_file", args=[kept.event.complaint_id, kept.pk])
        return self.context["request"].build_absolute_uri(path)


class ComplaintEventSerializer(serializers.Serializer):
    """Something that was said or done about a complaint."""

    id = serializers.UUIDField()
    verb = serializers.CharField()
    actor = PersonBriefSerializer(allow_null=True)
    at = serializers.DateTimeField()
    is_public = serializers.BooleanField(help_text="the one who complains sees it")
    text = serializers.CharField()
    files = ComplaintFileSerializer(many=True, source="files.all")


class ComplaintSummarySerializer(serializers.Serializer):
    """A complaint as a list shows it."""

    id = serializers.UUIDField()
    ticket = serializers.IntegerField(source="ticket.number")
    number = serializers.IntegerField(help_text="the n-th about its ticket")
    complainant = PersonBriefSerializer()
    text = serializers.CharField()
    filed_at = serializers.DateTimeField()
    due_at = serializers.DateTimeField(help_text="by when it is decided")
    outcome = serializers.ChoiceField(choices=Complaint.Outcome.choices, help_text="empty: not decided yet")
    remedy = serializers.CharField(help_text="what is done about it")
    decided_at = serializers.DateTimeField(allow_null=True)
    handler = PersonBriefSerializer(allow_null=True, help_text="who decides it")


class ComplaintSerializer(ComplaintSummarySerializer):
    """A complaint with what was said; to customers what is public."""

    others = serializers.CharField(help_text="whom else it is about, as the customer wrote")
    history = serializers.SerializerMethodField()

    @extend_schema_field(ComplaintEventSerializer(many=True))
    def get_history(self, complaint: Complaint) -> list[Any]:
        """In order."""
        handles = person_of(self.context["request"]).pk != complaint.complainant_id
        found = complaints.history(complaint, for_handlers=handles)
        return list(ComplaintEventSerializer(found, many=True, context=self.context).data)


class FileComplaintSerializer(FilesSerializer):
    """What went wrong, and whom it is about."""

    text = serializers.CharField(max_length=LONGEST_TEXT)
    others = serializers.CharField(
        max_length=200,
        required=False,
        default="",
        allow_blank=True,
        help_text="names of those whom it is about, with commas; neither they nor who worked on the ticket see it",
    )


class SaySerializer(FilesSerializer):
    """Something to say, or to show."""

    text = serializers.CharField(max_length=LONGEST_TEXT, required=False, default="", allow_blank=True)


class DecideSerializer(StrictSerializer):
    """What came of it."""

    outcome = serializers.ChoiceField(choices=[each for each in Complaint.Outcome.choices if each[0]])
    text = serializers.CharField(max_length=LONGEST_TEXT, help_text="why; the customer reads it")
    remedy = serializers.CharField(
        max_length=LONGEST_TEXT, required=False, default="", allow_blank=True, help_text="needed unless not upheld"
    )


class TicketComplaintsView(APIView):
    """Complaints about a ticket."""

    @extend_schema(
        request=FileComplaintSerializer, responses={201: ComplaintSerializer}, operation_id="complaints_file"
    )
    def post(self, request: Request, number: int) -> Response:
        """Complain about how a ticket was handled; for its customers."""
        ticket = ticket_or_404(person_of(request), number)
        said = validated(FileComplaintSerializer, request)
        made = actions.file_complaint(ticket, actor=person_of(request), at=timezone.now(), **said)
        return _answer(request, made.pk, code=status.HTTP_201_CREATED)


class ComplaintViewSet(viewsets.GenericViewSet[Complaint]):
    """To customers their own complaints; to those who decide, the ones that are not about them."""

    serializer_class = ComplaintSerializer
    queryset = Complaint.objects.none()
    filter_backends: ClassVar[list[Any]] = []  # type: ignore[misc]
    ordering = "-id"
    query_names: ClassVar[dict[str, Any]] = {"list": PageQuery().fields}

    @extend_schema(parameters=[PageQuery], responses=ComplaintSummarySerializer(many=True))
    def list(self, request: Request) -> Response:
        """The newest first."""
        person = _reader(request)
        found: QuerySet[Complaint] = complaints.handled_by(person) if person.is_staff_member else complaints.of(person)
        rows = self.paginate_queryset(found)
        shown = ComplaintSummarySerializer(rows, many=True, context={"request": request})
        return self.get_paginated_response(shown.data)

    @extend_schema(responses=ComplaintSerializer)
    def retrieve(self, request: Request, pk: UUID) -> Response:
        """One with what was said and done."""
        return _answer(request, pk)

    @extend_schema(request=SaySerializer, responses=ComplaintSerializer)
    def say(self, request: Request, pk: UUID) -> Response:
        """Write about it: the one who complains to those who decide, or one of those to them."""
        found, said = _readable(request, pk), validated(SaySerializer, request)
        actions.add_to_complaint(found, actor=person_of(request), at=timezone.now(), **said)
        return _answer(request, pk)

    @extend_schema(request=SaySerializer, responses=ComplaintSerializer)
    def note(self, request: Request, pk: UUID) -> Response:
        """Keep something for those who decide."""
        found, said = _readable(request, pk), validated(SaySerializer, request)
        actions.note_on_complaint(found, actor=person_of(request), at=timezone.now(), **said)
        return _answer(request, pk)

    @extend_schema(request=EmptySerializer, responses=ComplaintSerializer)
    def take(self, request: Request, pk: UUID) -> Response:
        """Be the one who decides it."""
        found = _readable(request, pk)
        validated(EmptySerializer, request)
        actions.take_complaint(found, actor=person_of(request), at=timezone.now())
        return _answer(request, pk)

    @extend_schema(request=DecideSerializer, responses=ComplaintSerializer)
    def decide(self, request: Request, pk: UUID) -> Response:
        """Decide it; the customer is told."""
        found, said = _readable(request, pk), validated(DecideSerializer, request)
        actions.decide_complaint(found, actor=person_of(request), at=timezone.now(), **said)
        return _answer(request, pk)


class ComplaintFileView(APIView):
    """A file that came with something said about a complaint."""

    def perform_content_negotiation(self, request: Request, force: bool = False) -> Any:
        """Whatever the client accepts, it gets the file; errors are JSON."""
        return super().perform_content_negotiation(request, force=True)

    @extend_schema(responses={(200, "application/octet-stream"): OpenApiTypes.BINARY})
    def get(self, request: Request, complaint: UUID, pk: UUID) -> FileResponse:
        """The bytes, under the sender's name, so that no browser runs them."""
        found = _readable(request, complaint)
        handles = found.complainant_id != person_of(request).pk
        kept = complaints.file_of(found, pk, for_handlers=handles)
        if kept is None:
            raise Http404
        return saved(kept)


def _reader(request: Request) -> User:
    """Who asks, in person: a complaint may be about somebody who only looks as another. Raises Http404."""
    if getattr(request, "viewer", None) is not None:
        raise Http404
    return person_of(request)


def _readable(request: Request, pk: UUID) -> Complaint:
    person = _reader(request)
    found = complaints.readable(person, pk) or complaints.own(person, pk)
    if found is None:
        raise Http404
    return found


def _answer(request: Request, pk: UUID, *, code: int = 200) -> Response:
    shown = ComplaintSerializer(_readable(request, pk), context={"request": request})
    return Response(shown.data, status=code)
