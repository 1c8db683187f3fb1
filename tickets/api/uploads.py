"""Files that go up in pieces over REST: begun, gone on with after a lost connection, then named in a body once."""

from __future__ import annotations

from typing import Any, ClassVar
from uuid import UUID

from django.conf import settings
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from tenants.api import StrictSerializer, person_of, validated
from tickets.actions import uploading
from tickets.models import Holder, Upload

OFFSET = OpenApiParameter(
    "Upload-Offset",
    int,
    OpenApiParameter.HEADER,
    required=True,
    description="the byte at which this piece begins: the `offset` of the upload, or the answer is 409",
)


class PieceParser(BaseParser):
    """Some bytes of a file, as they are."""

    media_type = "application/octet-stream"

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        """The bytes. Raises RequestDataTooBig."""
        return parser_context["request"]._request.body


class UploadSerializer(serializers.Serializer):
    """A file on its way."""

    id = serializers.UUIDField(help_text="to be named in `uploads` of a new ticket, a message or a note")
    name = serializers.CharField(help_text="as it will be shown")
    size = serializers.IntegerField(help_text="bytes, as announced")
    offset = serializers.IntegerField(source="received", help_text="bytes that are here: where the next piece begins")


class NewUploadSerializer(StrictSerializer):
    """A file that is to come."""

    name = serializers.CharField(max_length=1000)
    size = serializers.IntegerField(min_value=0, max_value=2**62, help_text="bytes")
    type = serializers.CharField(max_length=200, required=False, default="", allow_blank=True, help_text="media type")


def _offset_of(request: Request) -> int:
    said = request.headers.get("Upload-Offset", "")
    if not (said.isascii() and said.isdecimal() and len(said) < 20):
        raise ParseError(_("Say in Upload-Offset at which byte this piece begins."))
    return int(said)


class UploadsView(APIView):
    """One's own files that were not sent with anything yet."""

    @extend_schema(responses=UploadSerializer(many=True), operation_id="uploads_list")
    def get(self, request: Request) -> Response:
        """Those that wait, in order of their beginning; swept away a day after their last piece."""
        found = Upload.objects.held_by(Holder(person_of(request))).order_by("id")
        return Response(UploadSerializer(found[: settings.UPLOADS_MAX_COUNT], many=True).data)

    @extend_schema(request=NewUploadSerializer, responses={201: UploadSerializer})
    def post(self, request: Request) -> Response:
        """Announce a file, with nothing of it yet."""
        said = validated(NewUploadSerializer, request)
        begun = uploading.begin(
            Holder(person_of(request)),
            name=said["name"],
            size=said["size"],
            content_type=said["type"],
            at=timezone.now(),
        )
        return Response(UploadSerializer(begun).data, status=status.HTTP_201_CREATED)


class UploadView(APIView):
    """One file on its way."""

    parser_classes: ClassVar[list[type[BaseParser]]] = [PieceParser]  # type: ignore[misc]

    @extend_schema(responses=UploadSerializer)
    def get(self, request: Request, pk: UUID) -> Response:
        """How much of it is here: after a lost connection, go on from there."""
        found = get_object_or_404(Upload.objects.held_by(Holder(person_of(request))), pk=pk)
        return Response(UploadSerializer(found).data)

    @extend_schema(
        parameters=[OFFSET],
        request={"application/octet-stream": OpenApiTypes.BINARY},
        responses=UploadSerializer,
        operation_id="uploads_append",
    )
    def patch(self, request: Request, pk: UUID) -> Response:
        """Send the next piece: a few hundred kilobytes are a good size, 5 MB the most."""
        holder = Holder(person_of(request))
        get_object_or_404(Upload.objects.held_by(holder), pk=pk)
        offset = _offset_of(request)
        piece = request.data if isinstance(request.data, bytes) else b""
        kept = uploading.append(holder, pk, offset=offset, piece=piece, at=timezone.now())
        return Response(UploadSerializer(kept).data)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, pk: UUID) -> Response:
        """Take it away; one that is gone already is no error."""
        uploading.remove(Holder(person_of(request)), pk)
        return Response(status=status.HTTP_204_NO_CONTENT)
