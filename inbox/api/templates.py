"""The tenant's words in mails to customers, over REST; for administrators."""

from __future__ import annotations

from django.conf import settings
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from inbox.actions.templates import word_mail
from inbox.models import MailTemplate
from tenants.api import StrictSerializer, person_of, validated
from tenants.errors import NotPermitted
from tenants.permissions import Permission


class MailTemplateSerializer(StrictSerializer):
    """The words of one kind of mail in one language; where a part is empty, the helpdesk's own stand."""

    kind = serializers.ChoiceField(MailTemplate.Kind.choices)
    language = serializers.ChoiceField(settings.LANGUAGES)
    opening = serializers.CharField(max_length=300, required=False, default="", allow_blank=True)
    lead = serializers.CharField(max_length=500, required=False, default="", allow_blank=True)
    closing = serializers.CharField(max_length=4000, required=False, default="", allow_blank=True)


class MailTemplatesView(APIView):
    """The tenant's words in mails to customers."""

    @extend_schema(responses=MailTemplateSerializer(many=True), operation_id="mail_templates_list")
    def get(self, request: Request) -> Response:
        """All that were written."""
        if not person_of(request).may(Permission.CONFIGURE):
            raise NotPermitted
        found = MailTemplate.objects.order_by("kind", "language")
        return Response(MailTemplateSerializer(found, many=True).data)

    @extend_schema(
        request=MailTemplateSerializer, responses=MailTemplateSerializer, operation_id="mail_templates_replace"
    )
    def put(self, request: Request) -> Response:
        """Write those of one kind and language anew, as a whole."""
        values = validated(MailTemplateSerializer, request)
        kept = word_mail(actor=person_of(request), at=timezone.now(), **values)
        return Response(MailTemplateSerializer(kept).data)
