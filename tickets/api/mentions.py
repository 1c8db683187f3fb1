"""What notes call upon a person for, over REST."""

from __future__ import annotations

from typing import Any, ClassVar

from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import generics, serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from tenants.api import EmptySerializer, PageQuery, person_of, queried
from tenants.models import User
from tickets import actions
from tickets.api.shown import KeyedSerializer, PersonBriefSerializer
from tickets.models import Mention


class MentionSerializer(serializers.Serializer):
    """A note that calls upon the person."""

    id = serializers.UUIDField()
    ticket = serializers.IntegerField(source="message.ticket.number", help_text="its number")
    message = serializers.UUIDField(source="message_id")
    author = PersonBriefSerializer(source="message.author")
    body = serializers.CharField(source="message.body", help_text="of the note, as plain text")
    team = KeyedSerializer(allow_null=True, help_text="through which; null: by name")
    is_seen = serializers.BooleanField(help_text="the person has opened the ticket since")
    posted_at = serializers.DateTimeField(source="message.posted_at")


class MentionsView(generics.GenericAPIView[Mention]):
    """Notes that call upon the person; for staff."""

    serializer_class = MentionSerializer
    queryset = Mention.objects.none()
    filter_backends: ClassVar[list[Any]] = []  # type: ignore[misc]
    ordering = "-id"
    query_names: ClassVar[dict[str, Any]] = {"get": PageQuery().fields}

    @extend_schema(parameters=[PageQuery], responses=MentionSerializer(many=True), operation_id="mentions_list")
    def get(self, request: Request) -> Response:
        """The newest first, on tickets that the person may see."""
        found = Mention.objects.within_sight(_staff(request))
        queried(PageQuery, request)
        rows = self.paginate_queryset(found.select_related("message__ticket", "message__author__role", "team"))
        return self.get_paginated_response(self.get_serializer(rows, many=True).data)


class MentionsSeenView(APIView):
    """Marking them."""

    @extend_schema(request=EmptySerializer, responses={204: None}, operation_id="mentions_seen")
    def post(self, request: Request) -> Response:
        """All of them are looked at."""
        actions.see_mentions(None, person=_staff(request))
        return Response(status=status.HTTP_204_NO_CONTENT)


def _staff(request: Request) -> User:
    person = person_of(request)
    if not person.is_staff_member:
        raise Http404
    return person
