"""Addresses from which mail came back, over REST."""

from __future__ import annotations

from typing import Any, ClassVar
from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import generics, serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from inbox.actions.bouncing import clear_address
from inbox.models import BouncedAddress
from tenants.api import EmptySerializer, PageQuery, person_of, queried, validated
from tenants.errors import NotPermitted
from tenants.permissions import Permission


class BouncedSerializer(serializers.ModelSerializer):
    """An address to which nothing is sent until somebody says that it works again."""

    class Meta:
        model = BouncedAddress
        fields = ("id", "address", "status", "said", "bounced_at")


class BouncedQuery(PageQuery):
    """Which of them."""

    address = serializers.CharField(required=False, max_length=254, help_text="one address, whole")


class BouncedView(generics.GenericAPIView[BouncedAddress]):
    """Addresses that do not work; for staff who see all tickets, and who looks after the system."""

    serializer_class = BouncedSerializer
    queryset = BouncedAddress.objects.none()
    filter_backends: ClassVar[list[Any]] = []  # type: ignore[misc]
    ordering = "-bounced_at"
    query_names: ClassVar[dict[str, Any]] = {"get": BouncedQuery().fields}

    @extend_schema(parameters=[BouncedQuery], responses=BouncedSerializer(many=True), operation_id="mail_bounced_list")
    def get(self, request: Request) -> Response:
        """The latest first."""
        found, asked = _shown(request), queried(BouncedQuery, request)
        if asked.get("address"):
            found = found.filter(address=asked["address"].lower())
        rows = self.paginate_queryset(found)
        return self.get_paginated_response(self.get_serializer(rows, many=True).data)


class ClearBouncedView(APIView):
    """Taking the mark off one."""

    @extend_schema(request=EmptySerializer, responses={204: None}, operation_id="mail_bounced_clear")
    def post(self, request: Request, pk: UUID) -> Response:
        """It works again: mail is sent there from now on. For those who may answer customers."""
        found = BouncedAddress.objects.standing().filter(pk=pk).first()
        if found is None:
            raise Http404
        _shown(request)
        validated(EmptySerializer, request)
        clear_address(found, actor=person_of(request), at=timezone.now())
        return Response(status=204)


def _shown(request: Request) -> QuerySet[BouncedAddress]:
    person = person_of(request)
    if not (person.is_staff_member and (person.may(Permission.SEE_ALL_TICKETS) or person.may(Permission.SEE_SYSTEM))):
        raise NotPermitted
    found: QuerySet[BouncedAddress] = BouncedAddress.objects.standing()
    return found
