"""Customers as staff find them, and the person who asks."""

from __future__ import annotations

from typing import Any, ClassVar
from uuid import UUID

from django.conf import settings
from django.db.models import Prefetch, Q
from django.http import Http404
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status, viewsets
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from tenants.api import StrictSerializer, person_of, queried, validated
from tenants.context import active_tenant
from tenants.models import Role, User
from tenants.permissions import Permission
from tenants.preferences import set_preferences
from tickets.actions import organizations as actions
from tickets.models import Membership


class MembershipOfPersonSerializer(serializers.Serializer):
    """A company that a person belongs to, and whose tickets they see there."""

    id = serializers.UUIDField(source="organization.id")
    name = serializers.CharField(source="organization.name")
    scope = serializers.ChoiceField(choices=Membership.Scope.choices)


class CustomerSerializer(serializers.Serializer):
    """A customer."""

    id = serializers.UUIDField()
    email = serializers.EmailField()
    name = serializers.CharField()
    language = serializers.CharField(help_text="empty: the helpdesk's own")
    timezone = serializers.CharField(help_text="empty: the helpdesk's own")
    is_active = serializers.BooleanField()
    created_at = serializers.DateTimeField()
    organizations = MembershipOfPersonSerializer(source="memberships", many=True)


class NewCustomerSerializer(StrictSerializer):
    """A customer to enter."""

    email = serializers.EmailField(max_length=254)
    name = serializers.CharField(max_length=120, required=False, default="", allow_blank=True)
    language = serializers.ChoiceField(choices=settings.LANGUAGES, required=False, default="")


class PeopleQuery(StrictSerializer):
    """The filters of the list."""

    q = serializers.CharField(required=False, max_length=200, help_text="part of a name or address")
    organization = serializers.UUIDField(required=False)
    page_size = serializers.IntegerField(required=False, min_value=1, max_value=100)
    cursor = serializers.CharField(required=False, max_length=500)


def customers() -> Any:
    """All customers of the active tenant with their companies: two queries."""
    memberships = Membership.objects.select_related("organization").order_by("organization__name")
    return User.objects.filter(role__kind=Role.Kind.CUSTOMER).prefetch_related(
        Prefetch("memberships", queryset=memberships)
    )


class PeopleViewSet(viewsets.GenericViewSet[User]):
    """Customers, for staff; to customers there is no such address."""

    serializer_class = CustomerSerializer
    queryset = User.objects.none()
    filter_backends: ClassVar[list[Any]] = []  # type: ignore[misc]
    lookup_field = "pk"
    ordering = "-id"
    query_names: ClassVar[dict[str, Any]] = {"list": PeopleQuery().fields}

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Only staff get any further."""
        super().initial(request, *args, **kwargs)
        if not person_of(request).is_staff_member:
            raise Http404

    @extend_schema(parameters=[PeopleQuery], responses=CustomerSerializer(many=True))
    def list(self, request: Request) -> Response:
        """Customers, the newest first."""
        asked = queried(PeopleQuery, request)
        found = customers()
        if "q" in asked:
            found = found.filter(Q(name__icontains=asked["q"]) | Q(email__icontains=asked["q"]))
        if "organization" in asked:
            found = found.filter(memberships__organization=asked["organization"])
        rows = self.paginate_queryset(found)
        return self.get_paginated_response(self.get_serializer(rows, many=True).data)

    @extend_schema(request=NewCustomerSerializer, responses={201: CustomerSerializer})
    def create(self, request: Request) -> Response:
        """Enter a customer; they sign in once they prove their address."""
        said = validated(NewCustomerSerializer, request)
        customer = actions.add_customer(said.pop("email"), said.pop("name"), actor=person_of(request), **said)
        return Response(self.get_serializer(customers().get(pk=customer.pk)).data, status=status.HTTP_201_CREATED)

    @extend_schema(responses=CustomerSerializer)
    def retrieve(self, request: Request, pk: UUID) -> Response:
        """A customer."""
        return Response(self.get_serializer(get_object_or_404(customers(), pk=pk)).data)


class RoleSerializer(serializers.Serializer):
    """A role."""

    kind = serializers.ChoiceField(choices=Role.Kind.choices)
    name = serializers.CharField()
    permissions = serializers.ListField(child=serializers.ChoiceField(choices=Permission.choices))


class TenantSerializer(serializers.Serializer):
    """The helpdesk that this host belongs to."""

    name = serializers.CharField()
    language = serializers.CharField()
    timezone = serializers.CharField()


class MeSerializer(CustomerSerializer):
    """The person whose token this is."""

    role = RoleSerializer()
    tenant = TenantSerializer()


class PreferencesSerializer(StrictSerializer):
    """In which language and zone one is written to; what is left out stays."""

    language = serializers.CharField(max_length=8, required=False)
    timezone = serializers.CharField(
        max_length=64, required=False, allow_blank=True, help_text="as in Europe/Madrid; empty: the helpdesk's"
    )


class MeView(APIView):
    """The person whose token this is."""

    @extend_schema(responses=MeSerializer, operation_id="me")
    def get(self, request: Request) -> Response:
        """Who one is here, and what one may do."""
        return self._shown(request)

    @extend_schema(request=PreferencesSerializer, responses=MeSerializer, operation_id="me_change")
    def patch(self, request: Request) -> Response:
        """Choose one's language and time zone, of pages and mails."""
        said = validated(PreferencesSerializer, request)
        set_preferences(person_of(request), language=said.get("language"), zone=said.get("timezone"))
        return self._shown(request)

    def _shown(self, request: Request) -> Response:
        memberships = Membership.objects.select_related("organization").order_by("organization__name")
        person: Any = (
            User.objects.select_related("role")
            .prefetch_related(Prefetch("memberships", queryset=memberships))
            .get(pk=person_of(request).pk)
        )
        person.tenant = active_tenant()
        return Response(MeSerializer(person).data)
