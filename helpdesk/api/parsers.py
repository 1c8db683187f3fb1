"""Bodies that the API reads: JSON and multipart, in UTF-8, of a size that we can hold."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, NoReturn

from django.conf import settings
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _
from rest_framework import parsers, status
from rest_framework.exceptions import APIException, ParseError, UnsupportedMediaType

from helpdesk.typed import form_without_nul, json_without_nul


class BodyTooLarge(APIException):
    """More than a request may carry."""

    status_code = status.HTTP_413_REQUEST_ENTITY_TOO_LARGE
    default_code = "body_too_large"

    def __init__(self, most: int) -> None:
        super().__init__(_("A body can have %(limit)s at most. Send less.") % {"limit": filesizeformat(most)})


class JSONParser(parsers.BaseParser):
    """JSON as RFC 8259 has it: UTF-8, no NaN, and only text that a database can keep."""

    media_type = "application/json"

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        """The value. Raises ParseError, BodyTooLarge, UnsupportedMediaType."""
        most = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        _require_size(parser_context, most)
        _require_utf8(parser_context)
        raw = stream.read(most + 1)
        if len(raw) > most:
            raise BodyTooLarge(most)
        try:
            data = json.loads(raw.decode("utf-8"), parse_constant=_refuse_constant)
            # Half of a surrogate pair is valid in JSON's escapes and in no other place.
            json.dumps(data, ensure_ascii=False).encode("utf-8")
        except UnicodeEncodeError:
            raise ParseError(_("The body has half a character, such as \\ud83d alone. Send whole ones.")) from None
        except UnicodeDecodeError:
            raise ParseError(_("The body is not UTF-8. Encode it as UTF-8.")) from None
        except RecursionError:
            raise ParseError(_("The body is nested too deeply. Send it flat.")) from None
        except ValueError as error:
            raise ParseError(_("The body is no JSON: %(error)s") % {"error": str(error)[:200]}) from None
        # The only way to write one: JSON forbids the character itself.
        return json_without_nul(data) if b"\\u0000" in raw else data


class MultiPartParser(parsers.MultiPartParser):
    """Fields and files of a multipart body."""

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        """The fields and files. Raises ParseError, BodyTooLarge, UnsupportedMediaType."""
        files = settings.ATTACHMENT_MAX_BYTES * settings.ATTACHMENT_MAX_COUNT
        _require_size(parser_context, files + settings.DATA_UPLOAD_MAX_MEMORY_SIZE)
        _require_utf8(parser_context)
        sent = super().parse(stream, media_type, parser_context)
        return parsers.DataAndFiles(form_without_nul(sent.data), sent.files)


def _require_size(context: Mapping[str, Any], most: int) -> None:
    said = context["request"].META.get("CONTENT_LENGTH") or "0"
    if said.isascii() and said.isdecimal() and int(said[:20]) > most:
        raise BodyTooLarge(most)


def _require_utf8(context: Mapping[str, Any]) -> None:
    charset = context["request"]._request.content_params.get("charset", "utf-8")
    if charset.strip("\"'").lower().replace("_", "-") not in ("utf-8", "utf8"):
        raise UnsupportedMediaType(charset, _("Encode the body as UTF-8, and say charset=utf-8 or nothing."))


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON number")
