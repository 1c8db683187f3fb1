"""OpenAPI: what drf-spectacular can't see by itself, and the pages that show it."""

from __future__ import annotations

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.renderers import (
    OpenApiJsonRenderer,
    OpenApiJsonRenderer2,
    OpenApiYamlRenderer,
    OpenApiYamlRenderer2,
)
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerView
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.request import Request


class TokenScheme(OpenApiAuthenticationExtension):
    """`Authorization: Token ...`."""

    target_class = "helpdesk.api.authentication.TokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        """For OpenAPI."""
        return {
            "type": "apiKey",
            "in": "header",
            "name": "Authorization",
            "description": "Write: Token YOUR-TOKEN. A token acts for one person, with that person's permissions.",
        }


ERROR: dict[str, Any] = {
    "type": "object",
    "description": "Every error has this shape.",
    "required": ["detail", "code", "fields"],
    "properties": {
        "detail": {"type": "string", "description": "what is so and what to do, in the reader's language"},
        "code": {"type": "string", "description": "the same for programs"},
        "fields": {
            "type": "object",
            "description": "what is wrong at which field; nested ones as answers.domain",
            "additionalProperties": {
                "type": "array",
                "items": {
                    "type": "object",
                    "required": ["message", "code"],
                    "properties": {"message": {"type": "string"}, "code": {"type": "string"}},
                },
            },
        },
    },
}
ERRORS = {
    "400": "A value can't be taken; fields says which.",
    "401": "No token, or one that is not valid here.",
    "403": "The person's role does not allow it.",
    "404": "There is no such thing, or the person may not see it.",
    "default": "Any other error, in the same shape.",
}
ERRORS_OF_CHANGES = {
    "409": "It can't be done as things stand; detail says why.",
    "413": "More than a request may carry.",
    "415": "Neither JSON nor multipart, or not UTF-8.",
}
KEY = {
    "in": "header",
    "name": "Idempotency-Key",
    "description": "1 to 200 visible ASCII characters, such as a UUID. Sent again, it gets the first answer.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 200, "pattern": "^[!-~]+$"},
}


def complete(result: dict[str, Any], generator: Any, request: Any, public: bool) -> dict[str, Any]:
    """Every operation tells its errors; every POST takes an Idempotency-Key."""
    result["components"].setdefault("schemas", {})["Error"] = ERROR
    for path in result["paths"].values():
        for method, operation in path.items():
            told = ERRORS if method == "get" else {**ERRORS, **ERRORS_OF_CHANGES}
            if method == "post":
                operation.setdefault("parameters", []).append(KEY)
                told = {**told, "422": "The Idempotency-Key was used for another request."}
            for code, sentence in told.items():
                content = {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}
                operation["responses"].setdefault(code, {"description": sentence, "content": content})
    return result


class _ByParameter(DefaultContentNegotiation):
    """`?format=json` and `?format=yaml`, for browsers."""

    def select_renderer(self, request: Request, renderers: Any, format_suffix: str | None = None) -> Any:
        """The format asked for, else what the client accepts."""
        return super().select_renderer(request, renderers, format_suffix or request.query_params.get("format"))


class SchemaView(SpectacularAPIView):
    """This API in OpenAPI 3.1, as YAML or JSON."""

    content_negotiation_class = _ByParameter
    renderer_classes = [OpenApiYamlRenderer, OpenApiYamlRenderer2, OpenApiJsonRenderer, OpenApiJsonRenderer2]


class DocsView(SpectacularSwaggerView):
    """The API to read and to try out, from our own files only and without inline scripts."""

    template_name = "api/docs.html"
    url_name = "api:schema"
