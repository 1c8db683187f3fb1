"""The support policy over REST: the version in force or a former one, as it holds for the reader; what changed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from django.http import Http404
from django.urls import reverse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import generics, serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from helpdesk.policy import changelog
from helpdesk.policy.readers import audience
from sla.api import PolicySerializer, named, summary
from sla.document import diff
from sla.models import PolicyVersion, Recalculation, version_in_force
from tenants.api import PageQuery, person_of, queried


class PolicyView(APIView):
    """The support policy in force."""

    @extend_schema(responses=PolicySerializer, operation_id="policy")
    def get(self, request: Request) -> Response:
        """What is promised, to a customer by their own contract, and the keys that requests name."""
        version = version_in_force()
        if version is None:
            raise Http404
        return _shown(request, version, in_force=True)


class PolicyVersionView(APIView):
    """A version of the support policy."""

    @extend_schema(responses=PolicySerializer, operation_id="policy_version")
    def get(self, request: Request, number: int) -> Response:
        """The version with this number, in force or not: it always says the same."""
        known = PolicyVersion.objects.defer("document", "source").filter(number__gte=number)
        found = list(known.order_by("number")[:2])
        if not found or found[0].number != number:
            raise Http404
        return _shown(request, found[0], in_force=len(found) == 1)


def _shown(request: Request, version: PolicyVersion, *, in_force: bool) -> Response:
    """A version as it holds for the reader. Staff read all of it."""
    person, policy = person_of(request), version.policy
    said = summary(policy, for_staff=person.is_staff_member)
    readers = audience(person, "", policy)
    if readers.contract is not None and not person.is_staff_member:
        terms, excluded = ({each.key for each in some(policy)} for some in (readers.terms, readers.excluded))
        said["targets"] = [target for target in said["targets"] if target["sla"] in terms]
        said["exclusions"] = [each for each in said["exclusions"] if each["key"] in excluded]
    own = named(readers.contract) if readers.contract else None
    job = Recalculation.objects.filter(finished_at=None).values("total", "done").first() if in_force else None
    about = {
        "version": version.number,
        "applied_at": version.applied_at,
        "in_force": in_force,
        "contract": own,
        "recalculation": job,
    }
    return Response({**about, **said})


class ChangedPartSerializer(serializers.Serializer):
    """The changes in one part of the policy, in the reader's language."""

    heading = serializers.CharField()
    lines = serializers.ListField(child=serializers.CharField())


class PolicyChangeSerializer(serializers.Serializer):
    """A version: when it was in force, and what it changed."""

    number = serializers.IntegerField()
    url = serializers.SerializerMethodField()
    applied_at = serializers.DateTimeField()
    until = serializers.SerializerMethodField()
    applied_by = serializers.SerializerMethodField()
    changes = serializers.SerializerMethodField()
    fields_changed = serializers.SerializerMethodField()

    @extend_schema_field(OpenApiTypes.URI)
    def get_url(self, version: PolicyVersion) -> str:
        """Where the API reads it."""
        address = reverse("api:policy_version", args=[version.number])
        return str(self.context["request"].build_absolute_uri(address))

    @extend_schema_field({"type": ["string", "null"], "format": "date-time", "description": "null: it is in force"})
    def get_until(self, version: PolicyVersion) -> Any:
        """When the next one took its place."""
        later = self.context["versions"].get(version.number + 1)
        return serializers.DateTimeField().to_representation(later.applied_at) if later else None

    @extend_schema_field({"type": ["string", "null"], "description": "for staff; null for others, and for a command"})
    def get_applied_by(self, version: PolicyVersion) -> str | None:
        """Who put it into force."""
        if not self.context["is_staff"] or version.applied_by is None:
            return None
        return str(version.applied_by)

    @extend_schema_field(ChangedPartSerializer(many=True))
    def get_changes(self, version: PolicyVersion) -> list[dict[str, Any]]:
        """In readers' words, against the version before; none of the first."""
        former = self.context["versions"].get(version.number - 1)
        parts = changelog.changes(former.pk, version.pk) if former else ()
        return [{"heading": part.heading, "lines": list(part.lines)} for part in parts]

    @extend_schema_field(
        {"type": "array", "items": {"type": "string"}, "description": "by field of the policy file; for staff"}
    )
    def get_fields_changed(self, version: PolicyVersion) -> list[str]:
        """As those read it who write the policy."""
        former = self.context["versions"].get(version.number - 1)
        return diff(former.policy, version.policy) if former and self.context["is_staff"] else []


class PolicyVersionsView(generics.GenericAPIView[PolicyVersion]):
    """The versions of the support policy."""

    serializer_class = PolicyChangeSerializer
    queryset = PolicyVersion.objects.none()
    filter_backends: list[Any] = []
    ordering = "-number"
    query_names: ClassVar[dict[str, Any]] = {"get": PageQuery().fields}

    @extend_schema(parameters=[PageQuery], responses=PolicyChangeSerializer(many=True), operation_id="policy_versions")
    def get(self, request: Request) -> Response:
        """Every version with what it changed, the latest first."""
        queried(PageQuery, request)
        known = PolicyVersion.objects.defer("document", "source").select_related("applied_by__role")
        rows: Sequence[PolicyVersion] = self.paginate_queryset(known) or []
        context = {
            "request": request,
            "is_staff": person_of(request).is_staff_member,
            "versions": self._with_neighbours(rows),
        }
        return self.get_paginated_response(PolicyChangeSerializer(rows, many=True, context=context).data)

    def _with_neighbours(self, rows: Sequence[PolicyVersion]) -> dict[int, PolicyVersion]:
        """These versions, the one after them and the one before, by number."""
        numbers = {row.number for row in rows}
        beside = {number + step for number in numbers for step in (1, -1)} - numbers
        found = PolicyVersion.objects.defer("document", "source").filter(number__in=beside) if beside else ()
        return {row.number: row for row in (*rows, *found)}
