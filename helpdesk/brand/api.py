"""How the tenant looks, over REST: read by everybody, the logo set by administrators."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from helpdesk.appearance import DEFAULT_COLOUR, parse
from helpdesk.brand import actions
from tenants.api import StrictSerializer, person_of, validated
from tenants.context import active_tenant
from tenants.models import Tenant


class LogoSerializer(serializers.Serializer):
    """The picture that stands in place of the name."""

    url = serializers.SerializerMethodField()
    name = serializers.CharField(help_text="as the file was called")
    media_type = serializers.CharField()
    width = serializers.IntegerField()
    height = serializers.IntegerField()
    ground = serializers.CharField(help_text="light or dark, if it can be seen on that alone; else empty")

    @extend_schema_field(OpenApiTypes.URI)
    def get_url(self, logo: Any) -> str:
        """Where everybody can read it; another picture has another address."""
        request: HttpRequest = self.context["request"]
        return request.build_absolute_uri(reverse("logo", args=[logo.key]))


class BrandSerializer(serializers.Serializer):
    """How the tenant looks."""

    name = serializers.CharField()
    colour = serializers.SerializerMethodField(help_text="set by the support policy")
    logo = LogoSerializer(allow_null=True)

    def get_colour(self, tenant: Tenant) -> str:
        """As #rrggbb."""
        said = str(tenant.brand.get("colour") or "")
        return said if parse(said) else DEFAULT_COLOUR


class NewLogoSerializer(StrictSerializer):
    """A picture to show."""

    logo = serializers.FileField(help_text="PNG, JPEG or WebP, 2 MB at most, in a multipart body")


class BrandView(APIView):
    """How the tenant looks."""

    @extend_schema(responses=BrandSerializer, operation_id="brand")
    def get(self, request: Request) -> Response:
        """Name, colour and logo."""
        return Response(BrandSerializer(active_tenant(), context={"request": request}).data)


class LogoView(APIView):
    """The logo."""

    @extend_schema(
        request={"multipart/form-data": NewLogoSerializer}, responses=BrandSerializer, operation_id="brand_logo_set"
    )
    def put(self, request: Request) -> Response:
        """Show this picture in place of the name. It is drawn anew, so that nothing but its pixels is kept."""
        actions.set_logo(validated(NewLogoSerializer, request)["logo"], actor=person_of(request))
        return Response(BrandSerializer(active_tenant(), context={"request": request}).data)

    @extend_schema(responses={204: None}, operation_id="brand_logo_remove")
    def delete(self, request: Request) -> Response:
        """Show the name in letters again."""
        actions.remove_logo(actor=person_of(request))
        return Response(status=status.HTTP_204_NO_CONTENT)
