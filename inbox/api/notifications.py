"""What one of the staff is told by mail, and when, over REST."""

from __future__ import annotations

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from inbox.actions.notifications import set_notifications
from inbox.mail.preferences import preference_of
from inbox.models import NotificationPreference
from tenants.api import StrictSerializer, person_of, validated
from tenants.errors import NotPermitted

When, Every = NotificationPreference.When, NotificationPreference.Every
FIELDS = (*NotificationPreference.TOPICS, "digest_every", "at_work_only")


class NotificationsSerializer(StrictSerializer):
    """When each topic is told of: at once, in a digest, or not by mail."""

    assigned = serializers.ChoiceField(When.choices, help_text="something is given to me, or waits for me")
    customer = serializers.ChoiceField(When.choices, help_text="a customer writes on a ticket of mine or my team's")
    mention = serializers.ChoiceField(When.choices, help_text="a note mentions me")
    team = serializers.ChoiceField(When.choices, help_text="escalations, objections and bad ratings")
    rule = serializers.ChoiceField(When.choices, help_text="a rule warns of a deadline")
    followed = serializers.ChoiceField(When.choices, help_text="something happens on a ticket that I follow")
    digest_every = serializers.ChoiceField(Every.choices)
    at_work_only = serializers.BooleanField(help_text="held back while away and outside of working hours")


class NotificationsView(APIView):
    """One's own notifications by mail; for staff."""

    @extend_schema(responses=NotificationsSerializer, operation_id="my_notifications_retrieve")
    def get(self, request: Request) -> Response:
        """As they are."""
        person = person_of(request)
        if not person.is_staff_member:
            raise NotPermitted
        return Response(_told(preference_of(person)))

    @extend_schema(request=NotificationsSerializer, responses=NotificationsSerializer, operation_id="my_notifications")
    def put(self, request: Request) -> Response:
        """Choose them anew, as a whole."""
        values = validated(NotificationsSerializer, request)
        return Response(_told(set_notifications(person_of(request), at=timezone.now(), **values)))


def _told(preference: NotificationPreference) -> dict[str, object]:
    return {name: getattr(preference, name) for name in FIELDS}
