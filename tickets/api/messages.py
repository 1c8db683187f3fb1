"""What is said on tickets, and the files that came with it."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from django.db.models import Prefetch, QuerySet
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
from tickets import actions, desk, mentions
from tickets.api import saying
from tickets.api.shown import MessageSerializer, PostedMessageSerializer, ScheduledReplySerializer
from tickets.api.tickets import ticket_or_404
from tickets.models import Attachment, ComplaintFile, Draft, Macro, Mention, Message, Ticket
from tickets.relaying import children_of


def readable_by(person: User) -> Any:
    """Messages of tickets that a person may see; notes are for staff."""
    found = Message.objects.filter(ticket__in=Ticket.objects.visible_to(person))
    return found if person.is_staff_member else found.filter(kind=Message.Kind.PUBLIC)


def _complete(found: QuerySet[Message]) -> QuerySet[Message]:
    """With all that is shown of them, in three queries."""
    called = Prefetch("mentions", queryset=Mention.objects.select_related("user__role"))
    return found.select_related("author__role").prefetch_related("attachments", called)


def _posted(request: Request, message: Message) -> Response:
    shown = _complete(Message.objects.filter(pk=message.pk)).select_related("ticket").get()
    data = PostedMessageSerializer(shown, context={"request": request}).data
    return Response(data, status=status.HTTP_201_CREATED)


def _acts_of(said: dict[str, Any], *, at: datetime) -> dict[str, Any]:
    """What the macro of a body does, which counts as sent with it; empty without one."""
    macro: Macro | None = said.pop("macro", None)
    if macro is None:
        return {}
    actions.count_use(macro, at=at)
    return {**said.pop("acts"), "macro": str(macro.pk)}


def _scheduled(request: Request, ticket: Ticket, said: dict[str, Any], acts: dict[str, Any]) -> Response:
    status_key = said.pop("status").key if "status" in said else ""
    draft = actions.send_later(
        ticket, author=person_of(request), at=timezone.now(), status=status_key, acts=acts, **said
    )
    shown = ScheduledReplySerializer(draft, context={"request": request})
    return Response(shown.data, status=status.HTTP_202_ACCEPTED)


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
        rows = self.paginate_queryset(_complete(found)) or []
        mentions.name_anew(rows)
        return self.get_paginated_response(self.get_serializer(rows, many=True).data)

    @extend_schema(
        request=saying.NewMessageSerializer, responses={201: PostedMessageSerializer, 202: ScheduledReplySerializer}
    )
    def post(self, request: Request, number: int) -> Response:
        """Reply as staff, at a time and with a new state if they are named; comment as the customer."""
        person = person_of(request)
        ticket = ticket_or_404(person, number)
        # An incident is filed by an agent, who answers on it all the same.
        is_reply = person.is_staff_member and (ticket.requester_id != person.pk or children_of(ticket).exists())
        said = validated(saying.NewMessageSerializer, request, is_reply=is_reply, ticket=ticket)
        at = timezone.now()
        acts = _acts_of(said, at=at)
        if "send_at" in said:
            return _scheduled(request, ticket, said, acts)
        if is_reply:
            chosen = actions.do_acts(ticket, acts, actor=person, at=at)
            said |= {"status": chosen} if chosen else {}
        act = actions.reply if is_reply else actions.comment
        message = act(ticket, author=person, at=at, channel=desk.channel_of_programs(), **said)
        return _posted(request, message)


class ScheduledRepliesView(APIView):
    """Replies of a ticket that go at a chosen time."""

    @extend_schema(responses=ScheduledReplySerializer(many=True), operation_id="tickets_scheduled_list")
    def get(self, request: Request, number: int) -> Response:
        """Those that have not gone yet, the next one first."""
        found = Draft.objects.filter(ticket=_staff_ticket(request, number), is_scheduled=True).order_by("send_at", "id")
        rows = found.select_related("author__role")
        return Response(ScheduledReplySerializer(rows, many=True, context={"request": request}).data)


class ScheduledReplyView(APIView):
    """A reply that goes at a chosen time."""

    @extend_schema(responses={204: None})
    def delete(self, request: Request, number: int, pk: UUID) -> Response:
        """Stop it: it is a draft of its author again, who is told if somebody else did it."""
        ticket, person = _staff_ticket(request, number), person_of(request)
        get_object_or_404(Draft.objects.filter(ticket=ticket, is_scheduled=True), pk=pk)
        actions.take_back(pk, actor=person, at=timezone.now())
        return Response(status=status.HTTP_204_NO_CONTENT)


def _staff_ticket(request: Request, number: int) -> Ticket:
    person = person_of(request)
    if not person.is_staff_member:
        raise Http404
    return ticket_or_404(person, number)


class NotesView(APIView):
    """Notes among staff."""

    @extend_schema(request=saying.NewNoteSerializer, responses={201: PostedMessageSerializer})
    def post(self, request: Request, number: int) -> Response:
        """Write a note, which no customer ever sees."""
        person = person_of(request)
        ticket = ticket_or_404(person, number)
        said = validated(saying.NewNoteSerializer, request, ticket=ticket)
        at = timezone.now()
        chosen = actions.do_acts(ticket, _acts_of(said, at=at), actor=person, at=at)
        message = actions.note(ticket, author=person, at=at, channel=desk.channel_of_programs(), **said)
        if chosen is not None:
            actions.change_status(ticket, chosen, actor=person, at=at)
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
        return saved(kept)


def saved(kept: Attachment | ComplaintFile) -> FileResponse:
    """The bytes of a file, to be saved. Raises Http404 where they are gone."""
    try:
        content = kept.file.open("rb")
    except FileNotFoundError:
        raise Http404 from None
    response = FileResponse(content, as_attachment=True, filename=kept.name, content_type="application/octet-stream")
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response
