"""Announcements over REST: read by their audience, written by who may announce."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, ClassVar
from uuid import UUID

from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status, viewsets
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from notices import actions, audience, words
from notices.actions import Content
from notices.api.fields import JSON_ONLY, Text
from notices.models import Announcement, Component, Notice
from notices.queries import told
from tenants.api import EmptySerializer, PageQuery, StrictSerializer, person_of, validated
from tenants.context import active_tenant
from tenants.errors import NotPermitted
from tenants.permissions import Permission
from tickets.models import Category, Organization


class AnnouncementSerializer(serializers.Serializer):
    """What is announced, by language, to whom and when."""

    id = serializers.UUIDField()
    title = serializers.JSONField(help_text="by language code, or one text for all")
    body = serializers.JSONField()
    audience = serializers.ChoiceField(choices=Announcement.Audience.choices)
    severity = serializers.ChoiceField(choices=Announcement.Severity.choices)
    by_mail = serializers.BooleanField()
    shown_from = serializers.DateTimeField()
    shown_until = serializers.DateTimeField(allow_null=True)
    starts_at = serializers.DateTimeField(allow_null=True, help_text="of the announced work")
    ends_at = serializers.DateTimeField(allow_null=True)
    cancelled_at = serializers.DateTimeField(allow_null=True)
    components = serializers.SerializerMethodField(help_text="ids of services; all of them when empty")

    def get_components(self, announcement: Announcement) -> list[UUID]:
        """Customers learn of public services only."""
        is_staff = person_of(self.context["request"]).is_staff_member
        return [each.pk for each in announcement.components.all() if is_staff or each.is_public]


class NewAnnouncementSerializer(StrictSerializer):
    """An announcement to publish. With `starts_at` and `ends_at` it announces work."""

    title = Text(longest=160)
    body = Text(longest=4000, required=False)
    audience = serializers.ChoiceField(choices=Announcement.Audience.choices, required=False)
    severity = serializers.ChoiceField(choices=Announcement.Severity.choices, required=False)
    by_mail = serializers.BooleanField(required=False)
    shown_from = serializers.DateTimeField(required=False, help_text="now, if left out")
    shown_until = serializers.DateTimeField(required=False, allow_null=True)
    starts_at = serializers.DateTimeField(required=False, allow_null=True)
    ends_at = serializers.DateTimeField(required=False, allow_null=True)
    components = serializers.PrimaryKeyRelatedField(queryset=Component.objects.none(), many=True, required=False)
    categories = serializers.SlugRelatedField("key", queryset=Category.objects.none(), many=True, required=False)
    organizations = serializers.PrimaryKeyRelatedField(queryset=Organization.objects.none(), many=True, required=False)
    contracts = serializers.ListField(child=serializers.SlugField(max_length=60), required=False, max_length=50)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for name, rows in (("components", Component), ("categories", Category), ("organizations", Organization)):
            self.fields[name].child_relation.queryset = rows.objects.all()  # type: ignore[attr-defined]


class AnnouncementChangesSerializer(NewAnnouncementSerializer):
    """What an announcement shall be; what is left out stays."""

    title = Text(longest=160, required=False)


class ReachSerializer(serializers.Serializer):
    """How many people would get it by mail now."""

    number = serializers.IntegerField()


class NoticeSerializer(serializers.Serializer):
    """An occasion on which people are told, and how far that is."""

    id = serializers.UUIDField(source="notice.id")
    occasion = serializers.ChoiceField(choices=Notice.Occasion.choices, source="notice.occasion")
    text = serializers.SerializerMethodField()
    due_at = serializers.DateTimeField(source="notice.due_at")
    state = serializers.ChoiceField(choices=Notice.State.choices, source="notice.state")
    by_mail = serializers.BooleanField(source="notice.by_mail")
    total = serializers.IntegerField(source="notice.total", allow_null=True)
    written = serializers.IntegerField(source="notice.told")
    mails = serializers.DictField(child=serializers.IntegerField(), help_text="by state: waiting, sent, failed ...")

    def get_text(self, row: Any) -> str:
        """The occasion in words."""
        return words.occasion(row.notice)


class AnnouncementViewSet(viewsets.GenericViewSet[Announcement]):
    """Announcements."""

    serializer_class = AnnouncementSerializer
    queryset = Announcement.objects.none()
    parser_classes = JSON_ONLY
    filter_backends: ClassVar[list[Any]] = []  # type: ignore[misc]
    lookup_field = "pk"
    ordering = "-id"
    query_names: ClassVar[dict[str, Any]] = {"list": PageQuery().fields}

    def get_queryset(self) -> Any:
        """All for staff; for customers what was shown to them."""
        person = person_of(self.request)
        found = Announcement.objects.readable_by(person).prefetch_related("components")
        return found if person.is_staff_member else found.filter(shown_from__lte=timezone.now())

    def _answer(self, announcement: Announcement, code: int = 200) -> Response:
        return Response(self.get_serializer(announcement).data, status=code)

    @extend_schema(parameters=[PageQuery], responses=AnnouncementSerializer(many=True))
    def list(self, request: Request) -> Response:
        """Announcements, the newest first."""
        rows = self.paginate_queryset(self.get_queryset())
        return self.get_paginated_response(self.get_serializer(rows, many=True).data)

    @extend_schema(request=NewAnnouncementSerializer, responses={201: AnnouncementSerializer})
    def create(self, request: Request) -> Response:
        """Publish one."""
        said = {"shown_from": timezone.now(), **validated(NewAnnouncementSerializer, request)}
        published = actions.publish(Content(**said), author=person_of(request), at=timezone.now())
        return self._answer(published, status.HTTP_201_CREATED)

    @extend_schema(responses=AnnouncementSerializer)
    def retrieve(self, request: Request, pk: UUID) -> Response:
        """One of them."""
        return self._answer(get_object_or_404(self.get_queryset(), pk=pk))

    @extend_schema(request=AnnouncementChangesSerializer, responses=AnnouncementSerializer)
    def partial_update(self, request: Request, pk: UUID) -> Response:
        """Announce it differently; who was told of other times is told once more."""
        announcement = get_object_or_404(self.get_queryset(), pk=pk)
        content = replace(_content_of(announcement), **validated(AnnouncementChangesSerializer, request))
        return self._answer(actions.change(announcement, content, actor=person_of(request), at=timezone.now()))

    @extend_schema(request=EmptySerializer, responses={204: None})
    def withdraw(self, request: Request, pk: UUID) -> Response:
        """Show it no longer."""
        announcement = get_object_or_404(self.get_queryset(), pk=pk)
        validated(EmptySerializer, request)
        actions.withdraw(announcement, actor=person_of(request), at=timezone.now())
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(request=EmptySerializer, responses=AnnouncementSerializer)
    def call_off(self, request: Request, pk: UUID) -> Response:
        """The announced work does not take place."""
        announcement = get_object_or_404(self.get_queryset(), pk=pk)
        validated(EmptySerializer, request)
        return self._answer(actions.call_off(announcement, actor=person_of(request), at=timezone.now()))

    @extend_schema(responses=NoticeSerializer(many=True), filters=False)
    def notices(self, request: Request, pk: UUID) -> Response:
        """Who is told when, and how far that is; for who may announce."""
        announcement = get_object_or_404(self.get_queryset(), pk=pk)
        _require_announcer(request)
        return Response(NoticeSerializer(told(announcement), many=True).data)

    @extend_schema(request=NewAnnouncementSerializer, responses=ReachSerializer)
    def reach(self, request: Request) -> Response:
        """How many would get such an announcement by mail; nothing is kept or sent."""
        _require_announcer(request)
        now = timezone.now()
        content = Content(**{"shown_from": now, **validated(NewAnnouncementSerializer, request)})
        return Response({"number": audience.mailed(content.reach, now).count()})


class StopNoticeView(APIView):
    """A notice that goes out."""

    @extend_schema(request=EmptySerializer, responses={204: None}, operation_id="notices_stop")
    def post(self, request: Request, pk: UUID) -> Response:
        """Tell nobody else. What was sent was sent."""
        notice = get_object_or_404(Notice, pk=pk)
        validated(EmptySerializer, request)
        actions.stop(notice, actor=person_of(request), at=timezone.now())
        return Response(status=status.HTTP_204_NO_CONTENT)


def _require_announcer(request: Request) -> None:
    if not person_of(request).may(Permission.ANNOUNCE):
        raise NotPermitted


def _content_of(announcement: Announcement) -> Content:
    """What a kept announcement says, to be changed in parts."""
    plain = ("audience", "severity", "by_mail", "shown_from", "shown_until", "starts_at", "ends_at", "contracts")
    said: dict[str, Any] = {name: getattr(announcement, name) for name in plain}
    for name in ("title", "body"):
        text = getattr(announcement, name)
        said[name] = text if isinstance(text, dict) else {active_tenant().language: text}
    keys = announcement.window.categories if announcement.window is not None else []
    return Content(
        components=list(announcement.components.all()),
        organizations=list(announcement.organizations.all()),
        categories=list(Category.objects.filter(key__in=keys)),
        **said,
    )
