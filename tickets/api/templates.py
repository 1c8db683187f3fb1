"""Templates of tickets over REST: read, with their schedules and what came of them. Pages keep them."""

from __future__ import annotations

from typing import Any, ClassVar
from uuid import UUID

from django.db.models import Prefetch
from django.http import Http404
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, viewsets
from rest_framework.request import Request
from rest_framework.response import Response

from sla.recurrence import Rule
from tenants.api import PageQuery, person_of, queried
from tickets.models import TemplateRun, TemplateSchedule, TicketTemplate
from tickets.sentences import recurring as sentences


class ScheduleSerializer(serializers.Serializer):
    """When a template comes round."""

    id = serializers.UUIDField()
    rrule = serializers.SerializerMethodField(help_text="RFC 5545; a working day is moved to by `closed` besides")
    words = serializers.SerializerMethodField(help_text="the same for people")
    starts_on = serializers.DateField()
    ends_on = serializers.DateField(allow_null=True)
    count = serializers.IntegerField(allow_null=True)
    time = serializers.TimeField()
    timezone = serializers.CharField()
    closed = serializers.ChoiceField(choices=TemplateSchedule.Closed.choices, help_text="when the day is closed")
    calendar = serializers.CharField(help_text="key of the policy's calendar; its default one if empty")
    is_active = serializers.BooleanField()
    next_at = serializers.DateTimeField(allow_null=True)

    def get_rrule(self, schedule: TemplateSchedule) -> str:
        """The rule as calendars exchange it."""
        return Rule.read(schedule.rule).rrule

    def get_words(self, schedule: TemplateSchedule) -> str:
        """The rule as people read it."""
        return sentences.words(schedule)


class TicketTemplateSerializer(serializers.Serializer):
    """What a ticket from it says, for whom, and where it goes. Null is as the policy says."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    is_active = serializers.BooleanField()
    subject = serializers.CharField(help_text="with placeholders such as {{ period }}")
    description = serializers.CharField()
    requester = serializers.SerializerMethodField()
    organization = serializers.UUIDField(source="organization_id", allow_null=True)
    category = serializers.SerializerMethodField()
    priority = serializers.SerializerMethodField()
    impact = serializers.CharField()
    urgency = serializers.CharField()
    team = serializers.SerializerMethodField()
    assignee = serializers.SerializerMethodField()
    tags = serializers.ListField(child=serializers.CharField())
    answers = serializers.DictField()
    sends_receipt = serializers.BooleanField()
    opened_count = serializers.IntegerField()
    schedules = ScheduleSerializer(many=True)

    def get_requester(self, template: TicketTemplate) -> str | None:
        """Mail address."""
        return template.requester.email if template.requester else None

    def get_category(self, template: TicketTemplate) -> str | None:
        """Key."""
        return template.category.key if template.category else None

    def get_priority(self, template: TicketTemplate) -> str | None:
        """Key."""
        return template.priority.key if template.priority else None

    def get_team(self, template: TicketTemplate) -> str | None:
        """Key."""
        return template.team.key if template.team else None

    def get_assignee(self, template: TicketTemplate) -> str | None:
        """Mail address."""
        return template.assignee.email if template.assignee else None


class TemplateRunSerializer(serializers.Serializer):
    """What came of one date."""

    id = serializers.UUIDField()
    schedule = serializers.UUIDField(source="schedule_id")
    due_at = serializers.DateTimeField()
    ran_at = serializers.DateTimeField()
    outcome = serializers.ChoiceField(choices=TemplateRun.Outcome.choices)
    ticket = serializers.SerializerMethodField()
    missed = serializers.ListField(child=serializers.DateField(), help_text="dates before it at which nothing ran")
    causes = serializers.SerializerMethodField()

    def get_ticket(self, run: TemplateRun) -> int | None:
        """Number of the ticket."""
        return run.ticket.number if run.ticket else None

    def get_causes(self, run: TemplateRun) -> list[str]:
        """Why it failed, or what was left out."""
        return sentences.causes(run)


class TicketTemplateViewSet(viewsets.GenericViewSet[TicketTemplate]):
    """Templates that the person uses. For staff; who keeps templates sees all."""

    serializer_class = TicketTemplateSerializer
    queryset = TicketTemplate.objects.none()
    filter_backends: ClassVar[list[Any]] = []  # type: ignore[misc]
    lookup_field = "pk"
    ordering = "id"
    query_names: ClassVar[dict[str, Any]] = {"list": PageQuery().fields, "runs": PageQuery().fields}

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Only staff get any further."""
        super().initial(request, *args, **kwargs)
        if not person_of(request).is_staff_member:
            raise Http404

    def get_queryset(self) -> Any:
        """What this person sees."""
        seen = TicketTemplate.objects.visible_to(person_of(self.request)).for_page()
        return seen.prefetch_related(Prefetch("schedules", TemplateSchedule.objects.order_by("id")))

    @extend_schema(parameters=[PageQuery])
    def list(self, request: Request) -> Response:
        """Templates with their schedules, the oldest first. POST /tickets/ with `template` opens a ticket from one."""
        queried(PageQuery, request)
        rows = self.paginate_queryset(self.get_queryset())
        return self.get_paginated_response(self.get_serializer(rows, many=True).data)

    def retrieve(self, request: Request, pk: UUID) -> Response:
        """A template with its schedules."""
        return Response(self.get_serializer(get_object_or_404(self.get_queryset(), pk=pk)).data)

    @extend_schema(parameters=[PageQuery], responses=TemplateRunSerializer(many=True), filters=False)
    def runs(self, request: Request, pk: UUID) -> Response:
        """What came of the dates of its schedules, the oldest first."""
        queried(PageQuery, request)
        found = get_object_or_404(TicketTemplate.objects.visible_to(person_of(request)), pk=pk)
        runs = TemplateRun.objects.filter(template=found).select_related("ticket")
        rows = self.paginate_queryset(runs)  # type: ignore[arg-type]
        return self.get_paginated_response(TemplateRunSerializer(rows, many=True).data)
