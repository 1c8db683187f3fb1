"""What is said on tickets, and the files that came with it."""

from __future__ import annotations

from typing import Any, ClassVar
from uuid import UUID

from django.http import FileResponse, Http404
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import generics, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from tenants.api import PageQuery, person_of, queried, validated
from tenants.models import User
from tickets import actions
from tickets.api import given
from tickets.api.shown import MessageSerializer
from tickets.api.tickets import channel_of_programs, ticket_or_404
from tickets.models import Attachment, Message, Ticket


def readable_by(person: User) -> Any:
    """Messages of tickets that a person may see; notes are for staff."""
    found = Message.objects.filter(ticket__in=Ticket.objects.visible_to(person))
    return found if person.is_staff_member else found.filter(kind=Message.Kind.PUBLIC)


def _posted(request: Request, message: Message) -> Response:
    shown = Message.objects.select_related("author__role").prefetch_related("attachments").get(pk=message.pk)
    data = MessageSerializer(shown, context={"request": request}).data
    return Response(data, status=status.HTTP_201_CREATED)


class MessagesView(generics.GenericAPIView[Message]):
    """The conversation on a ticket."""

    serializer_class = MessageSerializer
    queryset = Message.objects.none()
    filter_backends: list[Any] = []
    ordering = "posted_at"
    query_names: ClassVar[dict[str, Any]] = {"get": PageQuery().fields}

    @extend_schema(parameters=[PageQuery], responses=MessageSerializer(many=True), operation_id="tickets_messages_list")
    def get(self, request: Request, number: int) -> Response:
        """What was said, oldest first; notes for staff only."""
        person = person_of(request)
        ticket = ticket_or_404(person, number)
        queried(PageQuery, request)
        found = readable_by(person).filter(ticket=ticket)
        rows = self.paginate_queryset(found.select_related("author__role").prefetch_related("attachments"))
        return self.get_paginated_response(self.get_serializer(rows, many=True).data)

    @extend_schema(request=given.NewMessageSerializer, responses={201: MessageSerializer})
    def post(self, request: Request, number: int) -> Response:
        """Reply as staff, with a new state if one is named; comment as the customer."""
        person = person_of(request)
        ticket = ticket_or_404(person, number)
        is_reply = person.is_staff_member and ticket.requester_id != person.pk
        said = validated(given.NewMessageSerializer, request, is_reply=is_reply)
        act = actions.reply if is_reply else actions.comment
        message = act(ticket, author=person, at=timezone.now(), channel=channel_of_programs(), **said)
        return _posted(request, message)


class NotesView(APIView):
    """Notes among staff."""

    @extend_schema(request=given.NewNoteSerializer, responses={201: MessageSerializer})
    def post(self, request: Request, number: int) -> Response:
        """Write a note, which no customer ever sees."""
        person = person_of(request)
        ticket = ticket_or_404(person, number)
        said = validated(given.NewNoteSerializer, request)
        message = actions.note(ticket, author=person, at=timezone.now(), channel=channel_of_programs(), **said)
        return _posted(request, message)


class AttachmentView(APIView):
    """A file of a message."""

    def perform_content_negotiation(self, request: Request, force: bool = False) -> Any:
        """Whatever the client accepts, it gets the file; errors are JSON."""
        return super().perform_content_negotiation(request, force=True)

    @extend_schema(responses={(200, "application/octet-stream"): OpenApiTypes.BINARY})
    def get(self, request: Request, pk: UUID) -> FileResponse:
        """The bytes, under the sender's name, so that no browser runs them."""
        seen = Attachment.objects.filter(message__in=readable_by(person_of(request)))
        kept = get_object_or_404(seen, pk=pk)
        try:
            content = kept.file.open("rb")
        except FileNotFoundError:
            raise Http404 from None
        response = FileResponse(
            content, as_attachment=True, filename=kept.name, content_type="application/octet-stream"
        )
        response["X-Content-Type-Options"] = "nosniff"
        response["Cache-Control"] = "private, no-store"
        return response
