"""Who is away, who can take what, the next ticket, and why a ticket came to whoever has it, over REST."""

from __future__ import annotations

from typing import Any, ClassVar
from uuid import UUID

from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import generics, serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from sla.document import SupportPolicy
from sla.models import version_in_force
from tenants.api import EmptySerializer, PageQuery, StrictSerializer, person_of, queried, validated
from tenants.models import Role, User
from tickets import actions, assigned, staffing
from tickets.actions import profiles
from tickets.api.fields import EmailOfPersonField
from tickets.api.shown import TicketSerializer
from tickets.api.tickets import shown, ticket_or_404
from tickets.models import Absence, AgentProfile, Skip


class StaffView(APIView):
    """For staff; to customers there is no such address."""

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Only staff get any further."""
        super().initial(request, *args, **kwargs)
        if not person_of(request).is_staff_member:
            raise Http404


class ColleagueSerializer(serializers.Serializer):
    """One of the staff, by name."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    email = serializers.EmailField()


class AbsenceSerializer(serializers.Serializer):
    """A time in which somebody is away."""

    id = serializers.UUIDField()
    person = ColleagueSerializer(source="user")
    begins_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField(allow_null=True, help_text="null: until the person says that they are back")
    reason = serializers.CharField()
    tickets = serializers.ChoiceField(choices=Absence.Tickets.choices, help_text="what becomes of those they hold")
    begun_at = serializers.DateTimeField(allow_null=True, help_text="when the tickets that go back had gone back")


class NewAbsenceSerializer(StrictSerializer):
    """An absence to enter."""

    person = EmailOfPersonField(required=False, help_text="a mail address; oneself, if left out")
    begins_at = serializers.DateTimeField(required=False, help_text="now, if left out")
    ends_at = serializers.DateTimeField(required=False, allow_null=True, default=None)
    reason = serializers.CharField(max_length=200, required=False, default="", allow_blank=True)
    tickets = serializers.ChoiceField(
        choices=Absence.Tickets.choices, required=False, default=Absence.Tickets.RETURN_DUE
    )


class AbsencesQuery(PageQuery):
    """The filters of the list."""

    person = serializers.UUIDField(required=False)


class AbsencesView(StaffView, generics.GenericAPIView[Absence]):
    """Who is away now and later."""

    serializer_class = AbsenceSerializer
    queryset = Absence.objects.none()
    filter_backends: ClassVar[list[Any]] = []  # type: ignore[misc]
    ordering = "begins_at"
    query_names: ClassVar[dict[str, Any]] = {"get": AbsencesQuery().fields}

    @extend_schema(parameters=[AbsencesQuery], responses=AbsenceSerializer(many=True), operation_id="absences")
    def get(self, request: Request) -> Response:
        """Absences that last or lie ahead, the earliest first."""
        found = Absence.objects.not_over(timezone.now()).select_related("user")
        asked = queried(AbsencesQuery, request)
        if "person" in asked:
            found = found.filter(user=asked["person"])
        rows = self.paginate_queryset(found)
        return self.get_paginated_response(self.get_serializer(rows, many=True).data)

    @extend_schema(
        request=NewAbsenceSerializer, responses={201: AbsenceSerializer}, operation_id="plan_absence", filters=False
    )
    def post(self, request: Request) -> Response:
        """Enter an absence of one's own, or with the permission a colleague's."""
        said, now = validated(NewAbsenceSerializer, request), timezone.now()
        said.setdefault("begins_at", now)
        person = said.pop("person", person_of(request))
        absence = actions.plan_absence(person, actor=person_of(request), at=now, **said)
        return Response(AbsenceSerializer(absence).data, status=status.HTTP_201_CREATED)


class EndAbsenceView(StaffView):
    """Somebody is back, or will not be away after all."""

    @extend_schema(request=EmptySerializer, responses={204: None}, operation_id="end_absence")
    def post(self, request: Request, pk: UUID) -> Response:
        """End an absence now; one that lies ahead is taken back."""
        absence = get_object_or_404(Absence, pk=pk)
        validated(EmptySerializer, request)
        actions.end_absence(absence, actor=person_of(request), at=timezone.now())
        return Response(status=status.HTTP_204_NO_CONTENT)


class AgentSerializer(ColleagueSerializer):
    """One of the staff, and what they can take."""

    is_active = serializers.BooleanField()
    holds = serializers.IntegerField(
        help_text="tickets to work on: those that wait for a customer, are on hold or snoozed do not count"
    )
    capacity = serializers.IntegerField(allow_null=True, help_text="most tickets to work on at once; null: the team's")
    categories = serializers.ListField(child=serializers.CharField(), help_text="keys; every one if empty")
    languages = serializers.ListField(child=serializers.CharField(), help_text="any if empty")
    calendar = serializers.CharField(help_text="key of their working hours; any time if empty")
    is_away = serializers.BooleanField()


class ProfileSerializer(StrictSerializer):
    """What to change of what somebody can take."""

    capacity = serializers.IntegerField(required=False, allow_null=True, min_value=1, max_value=1000)
    categories = serializers.ListField(child=serializers.CharField(max_length=60), required=False, max_length=200)
    languages = serializers.ListField(child=serializers.CharField(max_length=8), required=False, max_length=20)
    calendar = serializers.CharField(required=False, allow_blank=True, max_length=60)


def _staff() -> Any:
    return User.objects.select_related("role").exclude(role__kind=Role.Kind.CUSTOMER)


def _agents(people: list[User]) -> list[dict[str, Any]]:
    """People with what they can take: five queries, however many they are."""
    version = version_in_force()
    policy: SupportPolicy | None = version.policy if version else None
    calendars = dict(AgentProfile.objects.filter(user__in=people).values_list("user", "calendar"))
    return [
        {
            "id": each.person.pk,
            "name": each.person.name,
            "email": each.person.email,
            "is_active": each.person.is_active,
            "holds": each.holds,
            "capacity": each.capacity,
            "categories": each.categories,
            "languages": each.languages,
            "calendar": calendars.get(each.person.pk, ""),
            "is_away": each.is_away,
        }
        for each in staffing.colleagues(people, policy, at=timezone.now())
    ]


class AgentsView(StaffView, generics.GenericAPIView[User]):
    """The staff, and what each of them can take."""

    serializer_class = AgentSerializer
    queryset = User.objects.none()
    filter_backends: ClassVar[list[Any]] = []  # type: ignore[misc]
    ordering = "name"
    query_names: ClassVar[dict[str, Any]] = {"get": PageQuery().fields}

    @extend_schema(parameters=[PageQuery], responses=AgentSerializer(many=True), operation_id="agents")
    def get(self, request: Request) -> Response:
        """Everybody who works here, by name."""
        queried(PageQuery, request)
        people = self.paginate_queryset(_staff()) or []
        return self.get_paginated_response(self.get_serializer(_agents(list(people)), many=True).data)


class AgentView(StaffView):
    """One of the staff, and what they can take."""

    @extend_schema(responses=AgentSerializer, operation_id="agent")
    def get(self, request: Request, pk: UUID) -> Response:
        """What somebody can take, and how much they hold."""
        return Response(AgentSerializer(_agents([get_object_or_404(_staff(), pk=pk)])[0]).data)

    @extend_schema(request=ProfileSerializer, responses=AgentSerializer, operation_id="change_agent")
    def patch(self, request: Request, pk: UUID) -> Response:
        """Change what somebody can take: what is named."""
        person = get_object_or_404(_staff(), pk=pk)
        said = validated(ProfileSerializer, request)
        known = AgentProfile.objects.filter(user=person).first() or AgentProfile(user=person)
        values = {name: getattr(known, name) for name in ("capacity", "categories", "languages", "calendar")}
        profiles.set_profile(person, actor=person_of(request), at=timezone.now(), **(values | said))
        return self.get(request, pk)


class ConsideredColleagueSerializer(serializers.Serializer):
    """A colleague who could have got it."""

    name = serializers.CharField()
    outcome = serializers.ChoiceField(choices=staffing.HINDRANCES, help_text="why it was not them")
    sentence = serializers.CharField()


class AssignmentSerializer(serializers.Serializer):
    """A time that a ticket changed hands."""

    at = serializers.DateTimeField()
    how = serializers.ChoiceField(
        choices=["round_robin", "least_loaded", "next", "taken", "by_hand", "unassigned", "returned", "skipped"]
    )
    to = serializers.CharField(help_text="who got it; empty for nobody")
    sentence = serializers.CharField(help_text="why, in the reader's language")
    considered = ConsideredColleagueSerializer(many=True)
    others = serializers.ListField(child=serializers.CharField(), help_text="of a large team: counted, in words")


class AssignmentView(StaffView):
    """Why a ticket came to whoever has it."""

    @extend_schema(responses=AssignmentSerializer(many=True), operation_id="ticket_assignment")
    def get(self, request: Request, number: int) -> Response:
        """Each time that the ticket changed hands, the latest first."""
        ticket = ticket_or_404(person_of(request), number)
        return Response(AssignmentSerializer(assigned.told(ticket), many=True).data)


class NextView(StaffView):
    """The next ticket of the queue."""

    @extend_schema(request=EmptySerializer, responses={200: TicketSerializer, 204: None}, operation_id="next_ticket")
    def post(self, request: Request) -> Response:
        """Assign oneself the most urgent ticket that one may take; 204 when none waits."""
        validated(EmptySerializer, request)
        ticket = actions.take_next(actor=person_of(request), at=timezone.now())
        return shown(request, ticket.number) if ticket else Response(status=status.HTTP_204_NO_CONTENT)


class SkipSerializer(StrictSerializer):
    """Why a ticket is passed by."""

    reason = serializers.ChoiceField(choices=Skip.Reason.choices)
    words = serializers.CharField(
        max_length=500, required=False, default="", allow_blank=True, help_text="needed for the reason other"
    )


class SkipView(StaffView):
    """Passing a ticket by."""

    @extend_schema(request=SkipSerializer, responses=TicketSerializer, operation_id="skip_ticket")
    def post(self, request: Request, number: int) -> Response:
        """Put one's own ticket back into the queue, and say why."""
        ticket = ticket_or_404(person_of(request), number)
        actions.skip(ticket, actor=person_of(request), at=timezone.now(), **validated(SkipSerializer, request))
        return shown(request, number)
