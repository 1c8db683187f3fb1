"""Customers' companies: staff find all of them, customers their own."""

from __future__ import annotations

from typing import Any, ClassVar
from uuid import UUID

from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status, viewsets
from rest_framework.request import Request
from rest_framework.response import Response

from tenants.api import EmptySerializer, StrictSerializer, person_of, queried, validated
from tickets import desk
from tickets.actions import organizations as actions
from tickets.actions import suspending
from tickets.errors import PolicyMissing
from tickets.models import Organization


class OrganizationSerializer(serializers.Serializer):
    """A company: its contract, and whether its support is suspended."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    contract = serializers.CharField(help_text="key of a contract of the policy; empty: the usual terms")
    is_suspended = serializers.SerializerMethodField()
    suspended_from = serializers.DateTimeField(allow_null=True)
    suspended_until = serializers.DateTimeField(allow_null=True)
    suspension_reason = serializers.CharField()
    created_at = serializers.DateTimeField()

    def get_is_suspended(self, organization: Organization) -> bool:
        """As of now."""
        return organization.is_suspended(timezone.now())


class OrganizationQuery(StrictSerializer):
    """The filters of the list."""

    q = serializers.CharField(required=False, max_length=200, help_text="part of a name")
    page_size = serializers.IntegerField(required=False, min_value=1, max_value=100)
    cursor = serializers.CharField(required=False, max_length=500)


class NewOrganizationSerializer(StrictSerializer):
    """A company to enter."""

    name = serializers.CharField(max_length=200)
    contract = serializers.CharField(max_length=60, required=False, default="", allow_blank=True)

    def validate_contract(self, key: str) -> str:
        """One of the policy in force, or none. Raises ValidationError."""
        if not key:
            return key
        try:
            known = desk.current_policy().policy.contracts
        except PolicyMissing:
            known = {}
        if key not in known:
            raise serializers.ValidationError(
                _("The policy in force knows no such contract. Read /policy/ for the keys.")
            )
        return key


class OrganizationChangesSerializer(NewOrganizationSerializer):
    """What a company shall be; what is left out stays."""

    name = serializers.CharField(max_length=200, required=False)
    contract = serializers.CharField(max_length=60, required=False, allow_blank=True)


class SuspensionSerializer(StrictSerializer):
    """From when, until when, and why."""

    reason = serializers.CharField(max_length=2000, help_text="the company's people read it")
    since = serializers.DateTimeField(required=False, help_text="now, if left out")
    until = serializers.DateTimeField(required=False, default=None, allow_null=True, help_text="no end, if left out")
    cause = serializers.CharField(
        max_length=60, required=False, default="", allow_blank=True, help_text="key of a reason of the policy"
    )


class OrganizationViewSet(viewsets.GenericViewSet[Organization]):
    """Customers' companies."""

    serializer_class = OrganizationSerializer
    queryset = Organization.objects.none()
    filter_backends: ClassVar[list[Any]] = []  # type: ignore[misc]
    lookup_field = "pk"
    ordering = "-id"
    query_names: ClassVar[dict[str, Any]] = {"list": OrganizationQuery().fields}

    def get_queryset(self) -> Any:
        """All for staff, their own for customers."""
        return Organization.objects.visible_to(person_of(self.request))

    def _answer(self, organization: Organization, code: int = 200) -> Response:
        return Response(self.get_serializer(organization).data, status=code)

    @extend_schema(parameters=[OrganizationQuery], responses=OrganizationSerializer(many=True))
    def list(self, request: Request) -> Response:
        """Companies, the newest first."""
        asked = queried(OrganizationQuery, request)
        found = self.get_queryset()
        if "q" in asked:
            found = found.filter(name__icontains=asked["q"])
        return self.get_paginated_response(self.get_serializer(self.paginate_queryset(found), many=True).data)

    @extend_schema(request=NewOrganizationSerializer, responses={201: OrganizationSerializer})
    def create(self, request: Request) -> Response:
        """Enter a company."""
        said = validated(NewOrganizationSerializer, request)
        return self._answer(actions.add_organization(actor=person_of(request), **said), status.HTTP_201_CREATED)

    @extend_schema(responses=OrganizationSerializer)
    def retrieve(self, request: Request, pk: UUID) -> Response:
        """A company."""
        return self._answer(get_object_or_404(self.get_queryset(), pk=pk))

    @extend_schema(request=OrganizationChangesSerializer, responses=OrganizationSerializer)
    def partial_update(self, request: Request, pk: UUID) -> Response:
        """Correct the name, or agree on another contract; open tickets keep their terms."""
        organization = get_object_or_404(self.get_queryset(), pk=pk)
        said = {"name": organization.name, "contract": organization.contract}
        said |= validated(OrganizationChangesSerializer, request)
        return self._answer(actions.change_organization(organization, actor=person_of(request), **said))

    @extend_schema(request=SuspensionSerializer, responses=OrganizationSerializer)
    def suspend(self, request: Request, pk: UUID) -> Response:
        """Suspend a company's support; who files then is told why and until when."""
        organization = get_object_or_404(self.get_queryset(), pk=pk)
        said = {"since": timezone.now(), **validated(SuspensionSerializer, request)}
        suspending.suspend(organization, actor=person_of(request), at=timezone.now(), **said)
        return self._answer(organization)

    @extend_schema(request=EmptySerializer, responses=OrganizationSerializer)
    def lift(self, request: Request, pk: UUID) -> Response:
        """Give a company its support again at once."""
        organization = get_object_or_404(self.get_queryset(), pk=pk)
        validated(EmptySerializer, request)
        suspending.lift_suspension(organization, actor=person_of(request), at=timezone.now())
        return self._answer(organization)
