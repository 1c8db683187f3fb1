"""Macros: read, save, change, delete."""

from __future__ import annotations

from typing import Any, ClassVar
from uuid import UUID

from django.conf import settings
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status, viewsets
from rest_framework.request import Request
from rest_framework.response import Response

from sla.models import Priority
from tenants.api import EmptySerializer, PageQuery, StrictSerializer, person_of, queried, validated
from tickets import actions
from tickets.actions.macros import MOST_TAGS
from tickets.api.fields import KeyField, StatusField
from tickets.formatting import LONGEST_HTML
from tickets.macros import LONGEST_TEXT, ME, NOBODY, found
from tickets.models import Draft, Macro, Team


class MacroSerializer(serializers.Serializer):
    """A macro: a text by language, with placeholders, and what is done with it."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    key = serializers.CharField()
    text = serializers.DictField(child=serializers.CharField())
    html = serializers.DictField(
        child=serializers.CharField(), help_text="the same with its formatting, where it has any"
    )
    kind = serializers.CharField(help_text="reply or note; either if empty")
    acts = serializers.DictField(help_text="by act: keys of the policy, me, none or an id, words")
    audience = serializers.ChoiceField(choices=Macro.Audience.choices)
    team = serializers.SerializerMethodField()
    owner = serializers.EmailField(source="owner.email")
    used_count = serializers.IntegerField()
    used_at = serializers.DateTimeField(allow_null=True)

    def get_team(self, macro: Macro) -> str | None:
        """Key of the team that sees it."""
        return macro.team.key if macro.team else None


class MacroActsSerializer(StrictSerializer):
    """What is done to the ticket together with sending."""

    status = StatusField(required=False)
    priority = KeyField(Priority, required=False)
    reason = serializers.CharField(max_length=2_000, required=False, help_text="of the priority; customers read it")
    team = KeyField(Team, required=False)
    assignee = serializers.CharField(max_length=36, required=False, help_text="me, none, or the id of a person")
    tags = serializers.ListField(child=serializers.CharField(max_length=50), required=False, max_length=MOST_TAGS)

    def validate_assignee(self, given: str) -> str:
        """Somebody of the staff."""
        if given in (ME, NOBODY):
            return given
        pk = serializers.UUIDField().run_validation(given)
        if found("assignee", pk) is None:
            raise serializers.ValidationError(_("Nobody of the staff has this id."))
        return str(pk)

    def validate(self, given: dict[str, Any]) -> dict[str, Any]:
        """As a macro keeps them: by keys."""
        return {name: getattr(value, "key", value) for name, value in given.items()}


class MacroChangesSerializer(StrictSerializer):
    """What a macro shall be; what is left out stays."""

    name = serializers.CharField(max_length=80, required=False)
    key = serializers.SlugField(max_length=30, required=False, allow_blank=True)
    text = serializers.DictField(child=serializers.CharField(max_length=LONGEST_TEXT), required=False)
    html = serializers.DictField(
        child=serializers.CharField(max_length=LONGEST_HTML),
        required=False,
        help_text="by language, in place of its text: bold, italic, lists, links, code, quotes; all else is taken out",
    )
    kind = serializers.ChoiceField(choices=Draft.Kind.choices, required=False, allow_blank=True)
    acts = MacroActsSerializer(required=False)
    audience = serializers.ChoiceField(choices=Macro.Audience.choices, required=False)
    team = KeyField(Team, required=False, help_text="of audience team")

    def validate_text(self, given: dict[str, str]) -> dict[str, str]:
        """Languages that people can choose here."""
        known = dict(settings.LANGUAGES)
        if unknown := [code for code in given if code not in known]:
            raise serializers.ValidationError(
                _("“%(code)s” is no language of this helpdesk: %(known)s.")
                % {"code": unknown[0], "known": ", ".join(known)}
            )
        return given

    def validate_html(self, given: dict[str, str]) -> dict[str, str]:
        """As for the text."""
        return self.validate_text(given)

    def validate(self, given: dict[str, Any]) -> dict[str, Any]:
        """At least one change."""
        if not given:
            raise serializers.ValidationError(_("Name at least one thing to change."))
        return given


class NewMacroSerializer(MacroChangesSerializer):
    """A macro to save."""

    name = serializers.CharField(max_length=80)


class MacroViewSet(viewsets.GenericViewSet[Macro]):
    """Macros that the person sees: their own, those of their teams and those for everybody. For staff."""

    serializer_class = MacroSerializer
    queryset = Macro.objects.none()
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
        return Macro.objects.visible_to(person_of(self.request)).select_related("owner", "team")

    @extend_schema(parameters=[PageQuery])
    def list(self, request: Request) -> Response:
        """Macros, the oldest first."""
        queried(PageQuery, request)
        rows = self.paginate_queryset(self.get_queryset())
        return self.get_paginated_response(self.get_serializer(rows, many=True).data)

    @extend_schema(request=NewMacroSerializer, responses={201: MacroSerializer})
    def create(self, request: Request) -> Response:
        """Save a macro."""
        macro = actions.save_macro(owner=person_of(request), **validated(NewMacroSerializer, request))
        return Response(self.get_serializer(macro).data, status=status.HTTP_201_CREATED)

    def retrieve(self, request: Request, pk: UUID) -> Response:
        """A macro."""
        return Response(self.get_serializer(get_object_or_404(self.get_queryset(), pk=pk)).data)

    @extend_schema(request=MacroChangesSerializer, responses=MacroSerializer)
    def partial_update(self, request: Request, pk: UUID) -> Response:
        """Change a macro."""
        macro = get_object_or_404(self.get_queryset(), pk=pk)
        changed = actions.change_macro(macro, actor=person_of(request), **validated(MacroChangesSerializer, request))
        return Response(self.get_serializer(changed).data)

    @extend_schema(request=EmptySerializer, responses={204: None})
    def destroy(self, request: Request, pk: UUID) -> Response:
        """Delete a macro, for all who see it."""
        actions.delete_macro(get_object_or_404(self.get_queryset(), pk=pk), actor=person_of(request))
        return Response(status=status.HTTP_204_NO_CONTENT)
