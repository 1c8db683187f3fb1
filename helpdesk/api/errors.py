"""Errors of the API: always `{"detail", "code", "fields"}`, with the sentence that a page would show."""

from typing import Any

from django.conf import settings
from django.core.exceptions import BadRequest, PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.http import Http404
from django.utils.translation import gettext as _
from rest_framework import exceptions, status
from rest_framework.response import Response
from rest_framework.views import exception_handler

from helpdesk.api.parsers import BodyTooLarge
from tenants.errors import NotPermitted, Refused


def handle(error: Exception, context: dict[str, Any]) -> Response | None:
    """Turn an error into an answer. None for what is our own fault (500)."""
    if isinstance(error, Refused):
        code = status.HTTP_403_FORBIDDEN if isinstance(error, NotPermitted) else status.HTTP_409_CONFLICT
        return Response(body(str(error), error.code), status=code)
    if isinstance(error, Http404 | exceptions.NotFound):
        error = exceptions.NotFound(_("There is no such thing here, or you may not see it."))
    elif isinstance(error, PermissionDenied):
        error = exceptions.PermissionDenied()
    elif isinstance(error, RequestDataTooBig):
        error = BodyTooLarge(settings.DATA_UPLOAD_MAX_MEMORY_SIZE)
    elif isinstance(error, SuspiciousOperation | BadRequest):
        error = exceptions.ParseError(_("This request can't be read. Send fewer fields, and well-formed ones."))
    response = exception_handler(error, context)
    if response is None:
        return None
    if isinstance(error, exceptions.ValidationError):
        fields = _fields(error.get_full_details())
        detail = _("Some values can't be taken; see fields.") if fields else _first(error.detail)
        response.data = body(detail, "invalid", fields)
    elif isinstance(error, exceptions.APIException):
        response.data = body(_first(error.detail), _code(error))
    return response


def body(detail: str, code: str, fields: dict[str, list[dict[str, str]]] | None = None) -> dict[str, Any]:
    """The one shape of all errors."""
    return {"detail": detail, "code": code, "fields": fields or {}}


def _code(error: exceptions.APIException) -> str:
    codes = error.get_codes()
    return codes if isinstance(codes, str) else "error"


def _fields(details: Any, prefix: str = "") -> dict[str, list[dict[str, str]]]:
    """Errors by field as [{"message", "code"}], nested ones as "a.b", those of no field as "non_field_errors"."""
    if isinstance(details, list) and all(isinstance(each, dict) and "message" in each for each in details):
        messages = [{"message": str(each["message"]), "code": each["code"]} for each in details]
        return {prefix or "non_field_errors": messages} if messages else {}
    found: dict[str, list[dict[str, str]]] = {}
    if isinstance(details, dict):
        if isinstance(details.get("message"), str) and isinstance(details.get("code"), str):
            return {prefix or "non_field_errors": [{"message": str(details["message"]), "code": details["code"]}]}
        for name, inner in details.items():
            found.update(_fields(inner, f"{prefix}.{name}" if prefix else str(name)))
    elif isinstance(details, list):
        for index, inner in enumerate(details):
            found.update(_fields(inner, f"{prefix}.{index}" if prefix else str(index)))
    return found


def _first(detail: Any) -> str:
    if isinstance(detail, list):
        return _first(detail[0]) if detail else ""
    if isinstance(detail, dict):
        return _first(next(iter(detail.values()), ""))
    return str(detail)
