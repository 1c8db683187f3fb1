"""What customers think of the help they got, over REST: they say it, staff reads it and notes what comes of it."""

from __future__ import annotations

from typing import Any, ClassVar
from uuid import UUID

from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import generics, serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from tenants.api import PageQuery, StrictSerializer, person_of, queried, validated
from tenants.models import User
from tickets import actions, ratings, satisfaction
from tickets.api.shown import KeyedSerializer, PersonBriefSerializer
from tickets.api.tickets import ticket_or_404
from tickets.models import Rating, Ticket


class AskedSerializer(serializers.Serializer):
    """What the one who asked for help thinks of it, and may still say."""

    question = serializers.CharField(help_text="of the policy, in the reader's language")
    scale = serializers.IntegerField(help_text="the best score; 1 is the worst")
    score = serializers.IntegerField(allow_null=True, help_text="null: not rated")
    comment = serializers.CharField()
    may_rate = serializers.BooleanField(help_text="it can be given, or changed, now")
    until = serializers.DateTimeField(allow_null=True, help_text="until when what was said can be changed")


class RateSerializer(StrictSerializer):
    """A score, and words if there are any."""

    score = serializers.IntegerField(min_value=1, max_value=10, help_text="up to the scale of the policy")
    comment = serializers.CharField(
        max_length=2000, required=False, allow_blank=True, help_text="left out: what was said before stays"
    )
    as_it_is = serializers.BooleanField(
        required=False, help_text="after the error rude_words_warned: send it all the same"
    )


class RatingSerializer(serializers.Serializer):
    """A rating that was given, and whom and what it is about."""

    id = serializers.UUIDField()
    ticket = serializers.IntegerField(source="ticket.number", help_text="its number")
    score = serializers.IntegerField()
    scale = serializers.IntegerField(help_text="the best score; 1 is the worst")
    verdict = serializers.ChoiceField(choices=[each for each in Rating.Verdict.choices if each[0]])
    comment = serializers.CharField()
    person = PersonBriefSerializer(help_text="who gave it")
    agent = PersonBriefSerializer(allow_null=True, help_text="who held the ticket, or answered last")
    team = KeyedSerializer(allow_null=True)
    category = KeyedSerializer()
    articles = serializers.ListField(child=serializers.IntegerField(), help_text="numbers")
    rated_at = serializers.DateTimeField()
    improvement = serializers.CharField(help_text="what was done, or will be")
    reviewed_at = serializers.DateTimeField(allow_null=True)


class RatingsQuery(PageQuery):
    """Which ratings."""

    show = serializers.ChoiceField(
        choices=list(satisfaction.SHOWN),
        required=False,
        default="all",
        help_text="open: bad ones that nobody has looked at; done: looked at; words: with a comment",
    )


class ReviewSerializer(StrictSerializer):
    """What comes of a rating."""

    improvement = serializers.CharField(max_length=2000)


class RatingView(APIView):
    """The rating of a ticket."""

    @extend_schema(responses=AskedSerializer, operation_id="rating")
    def get(self, request: Request, number: int) -> Response:
        """For staff, and for the customer who asked; for others of their side there is none."""
        ticket = _ticket(request, number)
        return self._shown(ticket)

    @extend_schema(request=RateSerializer, responses=AskedSerializer, operation_id="rate")
    def put(self, request: Request, number: int) -> Response:
        """Rate one's own request once it is solved, or correct what one said within the policy's time."""
        ticket, person = _ticket(request, number), person_of(request)
        said = validated(RateSerializer, request)
        actions.rate(ticket, actor=person, at=timezone.now(), over="api", **said)
        return self._shown(ticket)

    def _shown(self, ticket: Ticket) -> Response:
        asked = ratings.asked_of(ticket, at=timezone.now())
        if asked is None:
            raise Http404
        return Response(AskedSerializer(asked).data)


class RatingsView(generics.GenericAPIView[Rating]):
    """Ratings that were given; for staff."""

    serializer_class = RatingSerializer
    queryset = Rating.objects.none()
    filter_backends: ClassVar[list[Any]] = []  # type: ignore[misc]
    ordering = "-rated_at"
    query_names: ClassVar[dict[str, Any]] = {"get": RatingsQuery().fields}

    @extend_schema(parameters=[RatingsQuery], responses=RatingSerializer(many=True), operation_id="ratings_list")
    def get(self, request: Request) -> Response:
        """The newest first: all for those who may see everybody's, for others those about their own work."""
        found = satisfaction.seen_by(_staff(request))
        asked = queried(RatingsQuery, request)
        given = satisfaction.with_all(found.filter(satisfaction.SHOWN[asked["show"]], rated_at__isnull=False))
        rows = self.paginate_queryset(given.select_related("person__role", "agent__role"))
        return self.get_paginated_response(self.get_serializer(rows, many=True).data)


class ReviewRatingView(APIView):
    """A rating that somebody looks at."""

    @extend_schema(request=ReviewSerializer, responses=RatingSerializer, operation_id="ratings_review")
    def post(self, request: Request, pk: UUID) -> Response:
        """Note what comes of it, which takes it off the list of what to improve."""
        person = _staff(request)
        rating = get_object_or_404(satisfaction.seen_by(person), pk=pk)
        said = validated(ReviewSerializer, request)
        rating = actions.review_rating(rating, actor=person, at=timezone.now(), **said)
        shown = satisfaction.with_all(Rating.objects.filter(pk=rating.pk)).get()
        return Response(RatingSerializer(shown, context={"request": request}).data)


def _ticket(request: Request, number: int) -> Ticket:
    """One that this person may rate, or read what was said of. Raises Http404."""
    person, ticket = person_of(request), ticket_or_404(person_of(request), number)
    if not person.is_staff_member and ticket.requester_id != person.pk:
        raise Http404
    return ticket


def _staff(request: Request) -> User:
    person = person_of(request)
    if not person.is_staff_member:
        raise Http404
    return person
