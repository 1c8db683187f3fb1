"""Services and disturbances over REST, for staff. What anybody may know stands in /status.json."""

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

from notices import actions
from notices.actions import Described
from notices.api.fields import JSON_ONLY, Text
from notices.models import Component, Incident
from tenants.api import PageQuery, StrictSerializer, person_of, validated
from tenants.errors import NotPermitted
from tenants.permissions import Permission
from tickets.models import Category, Organization, Ticket

#: What a disturbance can do to a service.
HARMS = [each for each in Component.State.choices if each[0] != Component.State.MAINTENANCE]


class ComponentSerializer(serializers.Serializer):
    """A service of the status page."""

    id = serializers.UUIDField()
    name = serializers.JSONField()
    description = serializers.JSONField()
    position = serializers.IntegerField()
    is_public = serializers.BooleanField()
    is_active = serializers.BooleanField()
    categories = serializers.ListField(child=serializers.CharField())
    since = serializers.DateTimeField(help_text="from when on its state is known")


class NewComponentSerializer(StrictSerializer):
    """A service to list."""

    name = Text(longest=80)
    description = Text(longest=300, required=False)
    position = serializers.IntegerField(min_value=0, max_value=9999, required=False)
    is_public = serializers.BooleanField(required=False)
    is_active = serializers.BooleanField(required=False)
    categories = serializers.SlugRelatedField("key", queryset=Category.objects.none(), many=True, required=False)
    organizations = serializers.PrimaryKeyRelatedField(queryset=Organization.objects.none(), many=True, required=False)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for name, rows in (("categories", Category), ("organizations", Organization)):
            self.fields[name].child_relation.queryset = rows.objects.all()  # type: ignore[attr-defined]


class StateSerializer(StrictSerializer):
    """How a service is."""

    component = serializers.PrimaryKeyRelatedField(queryset=Component.objects.none())
    state = serializers.ChoiceField(choices=HARMS)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["component"].queryset = Component.objects.filter(is_active=True)  # type: ignore[attr-defined]


class NewUpdateSerializer(StrictSerializer):
    """What is said next. Services that are not named work from now on."""

    body = Text(longest=4000)
    state = serializers.ChoiceField(choices=Incident.State.choices)
    components = StateSerializer(many=True, required=False)

    def validate(self, said: dict[str, Any]) -> dict[str, Any]:
        """The states by service."""
        listed = said.pop("components", [])
        return {**said, "states": {each["component"]: each["state"] for each in listed}}


class NewIncidentSerializer(NewUpdateSerializer):
    """A disturbance to tell of."""

    title = Text(longest=160)
    begins = serializers.DateTimeField(required=False, help_text="now, if left out")
    ticket = serializers.IntegerField(
        required=False, min_value=1, max_value=2**31 - 1, help_text="a number; readers see nothing of it"
    )
    stops_clocks = serializers.BooleanField(required=False)


class UpdateSerializer(serializers.Serializer):
    """What was said."""

    at = serializers.DateTimeField()
    state = serializers.ChoiceField(choices=Incident.State.choices)
    body = serializers.JSONField()


class IncidentSerializer(serializers.Serializer):
    """A disturbance, the last word first."""

    id = serializers.UUIDField()
    title = serializers.JSONField()
    state = serializers.ChoiceField(choices=Incident.State.choices)
    begins_at = serializers.DateTimeField()
    resolved_at = serializers.DateTimeField(allow_null=True)
    components = serializers.SerializerMethodField(help_text="the services that it concerns now, with their states")
    updates = UpdateSerializer(many=True)

    def get_components(self, incident: Incident) -> dict[str, str]:
        """By id."""
        return {str(each.component_id): each.state for each in incident.impacts.all() if each.ends_at is None}


class ComponentsView(APIView):
    """The services of the status page; for staff."""

    parser_classes = JSON_ONLY

    @extend_schema(responses=ComponentSerializer(many=True), operation_id="components_list")
    def get(self, request: Request) -> Response:
        """All of them, in their order."""
        _require_staff(request)
        return Response(ComponentSerializer(Component.objects.all(), many=True).data)

    @extend_schema(
        request=NewComponentSerializer, responses={201: ComponentSerializer}, operation_id="components_create"
    )
    def post(self, request: Request) -> Response:
        """List one more."""
        _require_staff(request)
        described = Described(**validated(NewComponentSerializer, request))
        component = actions.add_component(described, actor=person_of(request), at=timezone.now())
        return Response(ComponentSerializer(component).data, status=status.HTTP_201_CREATED)


class ComponentView(APIView):
    """One service."""

    parser_classes = JSON_ONLY

    @extend_schema(request=NewComponentSerializer, responses=ComponentSerializer, operation_id="components_replace")
    def put(self, request: Request, pk: UUID) -> Response:
        """Describe it anew, as a whole."""
        component = get_object_or_404(Component, pk=pk)
        _require_staff(request)
        described = Described(**validated(NewComponentSerializer, request))
        changed = actions.change_component(component, described, actor=person_of(request), at=timezone.now())
        return Response(ComponentSerializer(changed).data)


class IncidentViewSet(viewsets.GenericViewSet[Incident]):
    """Disturbances of services; for staff."""

    serializer_class = IncidentSerializer
    queryset = Incident.objects.none()
    parser_classes = JSON_ONLY
    filter_backends: ClassVar[list[Any]] = []  # type: ignore[misc]
    lookup_field = "pk"
    ordering = "-id"
    query_names: ClassVar[dict[str, Any]] = {"list": PageQuery().fields}

    def get_queryset(self) -> Any:
        """All of them, with their words."""
        return Incident.objects.prefetch_related("updates", "impacts")

    def _answer(self, incident: Incident, code: int = 200) -> Response:
        return Response(self.get_serializer(self.get_queryset().get(pk=incident.pk)).data, status=code)

    @extend_schema(parameters=[PageQuery], responses=IncidentSerializer(many=True))
    def list(self, request: Request) -> Response:
        """Disturbances, the newest first."""
        _require_staff(request)
        rows = self.paginate_queryset(self.get_queryset())
        return self.get_paginated_response(self.get_serializer(rows, many=True).data)

    @extend_schema(request=NewIncidentSerializer, responses={201: IncidentSerializer})
    def create(self, request: Request) -> Response:
        """Tell of one."""
        _require_staff(request)
        said, person = validated(NewIncidentSerializer, request), person_of(request)
        if "ticket" in said:
            said["ticket"] = get_object_or_404(Ticket.objects.visible_to(person), number=said["ticket"])
        incident = actions.open_incident(**said, actor=person, at=timezone.now())
        return self._answer(incident, status.HTTP_201_CREATED)

    @extend_schema(responses=IncidentSerializer)
    def retrieve(self, request: Request, pk: UUID) -> Response:
        """One of them."""
        incident = get_object_or_404(self.get_queryset(), pk=pk)
        _require_staff(request)
        return self._answer(incident)

    @extend_schema(request=NewUpdateSerializer, responses={201: IncidentSerializer})
    def say(self, request: Request, pk: UUID) -> Response:
        """Say how it goes on, or that it is over."""
        incident = get_object_or_404(self.get_queryset(), pk=pk)
        _require_staff(request)
        said = validated(NewUpdateSerializer, request)
        updated = actions.update_incident(incident, **said, actor=person_of(request), at=timezone.now())
        return self._answer(updated, status.HTTP_201_CREATED)


def _require_staff(request: Request) -> None:
    person = person_of(request)
    if not (person.may(Permission.POST_STATUS) or person.may(Permission.CONFIGURE)):
        raise NotPermitted
