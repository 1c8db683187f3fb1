"""Tags over REST: suggestions, and their names on all tickets."""

from __future__ import annotations

from typing import Any, ClassVar
from uuid import UUID

from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from tenants.api import StrictSerializer, person_of, queried, validated
from tenants.errors import NotPermitted
from tickets import tags
from tickets.actions import tags as actions
from tickets.models import Tag


class TagQuery(StrictSerializer):
    """Which tags."""

    q = serializers.CharField(required=False, max_length=50, help_text="a part of the name")
    after = serializers.CharField(required=False, max_length=50, help_text="the name that the page before ended with")


class TagSerializer(serializers.Serializer):
    """A tag."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    used = serializers.IntegerField(help_text="tickets that have it; 1000 stands for more, too")


class TagChangeSerializer(StrictSerializer):
    """Another name; that of another tag joins the two."""

    name = serializers.CharField(max_length=50)
    join = serializers.BooleanField(required=False, default=False, help_text="with the tag that has this name already")


class TagsView(APIView):
    """The tags of the desk; for staff."""

    query_names: ClassVar[dict[str, Any]] = {"get": TagQuery().fields}

    @extend_schema(parameters=[TagQuery], responses=TagSerializer(many=True), operation_id="tags_list")
    def get(self, request: Request) -> Response:
        """Fifty by name; ask for those after the last one."""
        if not person_of(request).is_staff_member:
            raise NotPermitted
        asked = queried(TagQuery, request)
        rows, _after = tags.page(after=asked.get("after", ""), looking_for=asked.get("q", ""))
        return Response(TagSerializer(rows, many=True).data)


class TagView(APIView):
    """One tag; for administrators."""

    @extend_schema(request=TagChangeSerializer, responses={204: None}, operation_id="tags_change")
    def patch(self, request: Request, pk: UUID) -> Response:
        """Rename it on all its tickets, or join it with another."""
        tag = get_object_or_404(Tag, pk=pk, is_leaving=False)
        said = validated(TagChangeSerializer, request)
        other = Tag.objects.filter(name=actions.tidy(said["name"])).exclude(pk=pk).first()
        if other is not None and said["join"]:
            actions.join_tags(tag, other, actor=person_of(request), at=timezone.now())
        else:
            actions.rename_tag(tag, said["name"], actor=person_of(request))
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(responses={204: None}, operation_id="tags_delete")
    def delete(self, request: Request, pk: UUID) -> Response:
        """Take it off all its tickets."""
        tag = get_object_or_404(Tag, pk=pk, is_leaving=False)
        actions.delete_tag(tag, actor=person_of(request), at=timezone.now())
        return Response(status=status.HTTP_204_NO_CONTENT)
