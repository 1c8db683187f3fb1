"""Saved views: read, save, change, delete. `GET /tickets/?view=ID` lists what one selects."""

from __future__ import annotations

from typing import Any, ClassVar
from uuid import UUID

from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status, viewsets
from rest_framework.request import Request
from rest_framework.response import Response

from sla.models import PolicyVersion
from tenants.api import EmptySerializer, PageQuery, StrictSerializer, person_of, queried, validated
from tickets import actions
from tickets.api.fields import KeyField
from tickets.columns import COLUMNS, offered
from tickets.columns import LONGEST as LONGEST_COLUMN
from tickets.models import SavedView, Team
from tickets.models.views import LONGEST_CONDITIONS
from tickets.paging import ORDERS
from tickets.selection import Desk, parse, select

NO_COLUMN = _("“%(name)s” is no column of a list. Known are: %(known)s.")
MOST_COLUMNS = 100


class SavedViewSerializer(serializers.Serializer):
    """A view: its conditions are a query as `q` of the tickets takes it."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    conditions = serializers.CharField()
    columns = serializers.ListField(child=serializers.CharField())
    order = serializers.CharField()
    audience = serializers.ChoiceField(choices=SavedView.Audience.choices)
    team = serializers.SerializerMethodField()
    owner = serializers.EmailField(source="owner.email")
    position = serializers.IntegerField()
    problems = serializers.SerializerMethodField(help_text="what it names that the desk no longer has; none if empty")

    def get_team(self, view: SavedView) -> str | None:
        """Key of the team that sees it."""
        return view.team.key if view.team else None

    def get_problems(self, view: SavedView) -> list[str]:
        """Sentences in the reader's language."""
        person, desk = person_of(self.context["request"]), self.context["desk"]
        found = select(parse(view.conditions), person, desk, at=timezone.now())
        return [str(problem) for problem in found.problems]


class ViewChangesSerializer(StrictSerializer):
    """What a view shall be; what is left out stays."""

    name = serializers.CharField(max_length=80, required=False)
    conditions = serializers.CharField(max_length=LONGEST_CONDITIONS, allow_blank=True, required=False)
    columns = serializers.ListField(
        child=serializers.CharField(max_length=LONGEST_COLUMN),
        required=False,
        max_length=MOST_COLUMNS,
        help_text=f"{', '.join(COLUMNS)}, or field.KEY for a field of the policy",
    )
    order = serializers.ChoiceField(choices=list(ORDERS), required=False)
    audience = serializers.ChoiceField(choices=SavedView.Audience.choices, required=False)
    team = KeyField(Team, required=False, help_text="of audience team")

    def validate_columns(self, given: list[str]) -> list[str]:
        """Only what a list can show."""
        version = PolicyVersion.objects.order_by("-number").first()
        known = offered(version.policy if version else None)
        for name in given:
            if name not in known:
                raise serializers.ValidationError(NO_COLUMN % {"name": name, "known": ", ".join(known)})
        return given

    def validate(self, given: dict[str, Any]) -> dict[str, Any]:
        """At least one change."""
        if not given:
            raise serializers.ValidationError(_("Name at least one thing to change."))
        return given


class NewViewSerializer(ViewChangesSerializer):
    """A view to save."""

    name = serializers.CharField(max_length=80)
    conditions = serializers.CharField(max_length=LONGEST_CONDITIONS, allow_blank=True)


class SavedViewViewSet(viewsets.GenericViewSet[SavedView]):
    """Saved views that the person sees: their own, those of their teams and those for everybody. For staff."""

    serializer_class = SavedViewSerializer
    queryset = SavedView.objects.none()
    filter_backends: ClassVar[list[Any]] = []  # type: ignore[misc]
    lookup_field = "pk"
    ordering = "id"
    query_names: ClassVar[dict[str, Any]] = {"list": PageQuery().fields}

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Only staff get any further."""
        super().initial(request, *args, **kwargs)
        if not person_of(request).is_staff_member:
            raise Http404

    def get_queryset(self) -> Any:
        """What this person sees."""
        return SavedView.objects.visible_to(person_of(self.request)).select_related("owner", "team")

    def get_serializer_context(self) -> dict[str, Any]:
        """With what names mean on this desk."""
        return {**super().get_serializer_context(), "desk": Desk.now()}

    @extend_schema(parameters=[PageQuery])
    def list(self, request: Request) -> Response:
        """Saved views, the oldest first."""
        queried(PageQuery, request)
        rows = self.paginate_queryset(self.get_queryset())
        return self.get_paginated_response(self.get_serializer(rows, many=True).data)

    @extend_schema(request=NewViewSerializer, responses={201: SavedViewSerializer})
    def create(self, request: Request) -> Response:
        """Save a view."""
        view = actions.save_view(owner=person_of(request), **validated(NewViewSerializer, request))
        return Response(self.get_serializer(view).data, status=status.HTTP_201_CREATED)

    def retrieve(self, request: Request, pk: UUID) -> Response:
        """A view."""
        return Response(self.get_serializer(get_object_or_404(self.get_queryset(), pk=pk)).data)

    @extend_schema(request=ViewChangesSerializer, responses=SavedViewSerializer)
    def partial_update(self, request: Request, pk: UUID) -> Response:
        """Change a view."""
        view = get_object_or_404(self.get_queryset(), pk=pk)
        changed = actions.change_view(view, actor=person_of(request), **validated(ViewChangesSerializer, request))
        return Response(self.get_serializer(changed).data)

    @extend_schema(request=EmptySerializer, responses={204: None})
    def destroy(self, request: Request, pk: UUID) -> Response:
        """Delete a view, for all who see it."""
        actions.delete_view(get_object_or_404(self.get_queryset(), pk=pk), actor=person_of(request))
        return Response(status=status.HTTP_204_NO_CONTENT)
