"""The same change on many tickets over REST: asked for, looked at while it goes on, and put back."""

from __future__ import annotations

from typing import Any, ClassVar
from uuid import UUID

from django.http import Http404
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from sla.models import Priority
from tenants.api import EmptySerializer, StrictSerializer, person_of, validated
from tenants.models import User
from tickets.actions import bulk
from tickets.api.fields import EmailOfPersonField, KeyField, StatusField
from tickets.models import BulkChange, BulkItem, Team, Ticket
from tickets.selection import Desk, parse, select
from tickets.selection.language import LONGEST

#: Tickets that are named as refused; the others are counted.
MOST_NAMED = 20
#: What can be changed, and the act that does it.
_ACTS = {
    "status": "status",
    "priority": "priority",
    "team": "team",
    "assignee": "assign",
    "add_tag": "tag",
    "remove_tag": "untag",
}


class NewBulkSerializer(StrictSerializer):
    """Which tickets, and the one thing that changes on each of them."""

    numbers = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=2**63 - 1),
        required=False,
        min_length=1,
        max_length=bulk.MOST,
        help_text="those that the person sees; others are passed over",
    )
    query = serializers.CharField(
        required=False,
        max_length=LONGEST,
        help_text="in place of numbers: all that the person sees by it now, such as `status:open tag:spam`",
    )
    status = StatusField(required=False)
    priority = KeyField(Priority, required=False, help_text="needs a reason")
    team = KeyField(Team, required=False, help_text="of the same tier")
    assignee = EmailOfPersonField(
        queryset=User.objects.none(), required=False, allow_null=True, help_text="mail address, me, or null for nobody"
    )
    add_tag = serializers.CharField(required=False, max_length=50)
    remove_tag = serializers.CharField(required=False, max_length=50)
    reason = serializers.CharField(
        required=False, max_length=2_000, help_text="of a priority, which customers read, or of a team"
    )

    def validate(self, given: dict[str, Any]) -> dict[str, Any]:
        """One way to say which, and one change."""
        if ("numbers" in given) == ("query" in given):
            raise serializers.ValidationError({"numbers": _("Send either numbers or query.")})
        named = [name for name in _ACTS if name in given]
        if len(named) != 1:
            said = _("Name one thing to change: %(names)s.") % {"names": ", ".join(_ACTS)}
            raise serializers.ValidationError({named[1] if named else "status": said})
        if "reason" in given and named[0] not in ("priority", "team"):
            raise serializers.ValidationError({"reason": _("Only a priority or a team has a reason. Leave it out.")})
        (name,) = named
        value = given[name]
        given["value"] = str(value.pk if isinstance(value, User) else getattr(value, "key", value) or "")
        given["act"] = _ACTS[name]
        return given

    def validate_query(self, text: str) -> str:
        """Conditions that are understood."""
        query = parse(text)
        if query.problems:
            raise serializers.ValidationError([str(problem) for problem in query.problems])
        return text


class RefusalSerializer(serializers.Serializer):
    """A ticket that was not changed, or not put back."""

    number = serializers.IntegerField(source="ticket.number")
    detail = serializers.CharField(source="refusal", help_text="why")


class BulkSerializer(serializers.Serializer):
    """A change of many tickets, and how far it has come."""

    id = serializers.UUIDField()
    url = serializers.SerializerMethodField()
    act = serializers.ChoiceField(choices=sorted(_ACTS.values()))
    value = serializers.CharField(help_text="key, id of a person or word that is set; empty for nobody")
    reason = serializers.CharField()
    state = serializers.ChoiceField(choices=BulkChange.State.choices)
    total = serializers.IntegerField()
    outcomes = serializers.SerializerMethodField()
    refused = serializers.SerializerMethodField()
    made_at = serializers.DateTimeField()
    finished_at = serializers.DateTimeField(allow_null=True, help_text="of what its state says")
    can_undo = serializers.SerializerMethodField()

    @extend_schema_field(OpenApiTypes.URI)
    def get_url(self, change: BulkChange) -> str:
        """Where it is looked at."""
        return self.context["request"].build_absolute_uri(reverse("api:bulk_change", args=[change.pk]))

    @extend_schema_field(
        {
            "type": "object",
            "properties": {each: {"type": "integer"} for each in BulkItem.Outcome.values},
            "required": BulkItem.Outcome.values,
        }
    )
    def get_outcomes(self, change: BulkChange) -> dict[str, int]:
        """How many tickets wait, were changed, were so already, were refused, are put back, or were kept since."""
        return dict.fromkeys(BulkItem.Outcome.values, 0) | bulk.outcomes(change)

    @extend_schema_field(RefusalSerializer(many=True))
    def get_refused(self, change: BulkChange) -> Any:
        """The first of them."""
        refused = change.items.exclude(refusal="").select_related("ticket").order_by("id")[:MOST_NAMED]
        return RefusalSerializer(refused, many=True).data

    def get_can_undo(self, change: BulkChange) -> bool:
        """For some minutes after it is done."""
        return bulk.may_undo(change, at=timezone.now())


class BulkChangesView(APIView):
    """Changes of many tickets; for staff, who see their own."""

    query_names: ClassVar[dict[str, Any]] = {}

    @extend_schema(request=NewBulkSerializer, responses={202: BulkSerializer}, operation_id="bulk_create")
    def post(self, request: Request) -> Response:
        """Begin to change tickets, each by the rules for one. Send an Idempotency-Key, so that it begins once."""
        person = _staff(request)
        said = validated(NewBulkSerializer, request)
        change = bulk.change_many(
            _meant(person, said),
            said["act"],
            value=said["value"],
            reason=said.get("reason", ""),
            actor=person,
            at=timezone.now(),
        )
        return _shown(request, change)


class BulkChangeView(APIView):
    """One of them."""

    @extend_schema(responses=BulkSerializer, operation_id="bulk_retrieve")
    def get(self, request: Request, pk: UUID) -> Response:
        """How far it has come."""
        return _shown(request, _own(request, pk), status.HTTP_200_OK)


class UndoBulkView(APIView):
    """Its undo."""

    @extend_schema(request=EmptySerializer, responses={202: BulkSerializer}, operation_id="bulk_undo")
    def post(self, request: Request, pk: UUID) -> Response:
        """Begin to put back what has not changed since; for some minutes after it was done."""
        change = bulk.undo(_own(request, pk), actor=person_of(request), at=timezone.now())
        return _shown(request, change)


def _staff(request: Request) -> User:
    person = person_of(request)
    if not person.is_staff_member:
        raise Http404
    return person


def _own(request: Request, pk: UUID) -> BulkChange:
    return get_object_or_404(BulkChange, pk=pk, actor=_staff(request))


def _meant(person: User, said: dict[str, Any]) -> list[UUID]:
    """Ids of the tickets, one more than can be changed at most. Raises ValidationError."""
    seen = Ticket.objects.visible_to(person)
    if "numbers" in said:
        found = seen.filter(number__in=said["numbers"])
    else:
        chosen = select(parse(said["query"]), person, Desk.now(), at=timezone.now())
        if chosen.problems:
            raise serializers.ValidationError({"query": [str(problem) for problem in chosen.problems]})
        found = seen.filter(chosen.where)
    return list(found.order_by("number").values_list("pk", flat=True)[: bulk.MOST + 1])


def _shown(request: Request, change: BulkChange, code: int = status.HTTP_202_ACCEPTED) -> Response:
    data = BulkSerializer(change, context={"request": request}).data
    return Response(data, status=code, headers={"Location": data["url"]} if code == status.HTTP_202_ACCEPTED else {})
