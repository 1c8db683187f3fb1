"""Fields that the bodies about announcements and the status page share."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.parsers import BaseParser
from rest_framework.settings import api_settings

from tenants.context import active_tenant

#: As imported from their names in the settings.
_PARSERS = cast(list[type[BaseParser]], api_settings.DEFAULT_PARSER_CLASSES)
#: For bodies with words by language, which forms have no way to say.
JSON_ONLY: list[type[BaseParser]] = [each for each in _PARSERS if each.media_type == "application/json"]
UNKNOWN_LANGUAGE = _("The helpdesk does not speak this language: %(language)s.")


class Text(serializers.DictField):
    """Words by language code; each of them one of the tenant's languages."""

    def __init__(self, *, longest: int, **options: Any) -> None:
        child = serializers.CharField(max_length=longest, allow_blank=True)
        super().__init__(child=child, help_text=options.pop("help_text", "by language code"), **options)

    def to_internal_value(self, data: Any) -> dict[str, str]:
        """Raises ValidationError."""
        if isinstance(data, Mapping) and not all(isinstance(words, str) for words in data.values()):
            raise serializers.ValidationError(self.child.error_messages["invalid"])
        said: dict[str, str] = super().to_internal_value(data)
        for code in said:
            if code not in active_tenant().languages:
                raise serializers.ValidationError(UNKNOWN_LANGUAGE % {"language": code[:20]})
        return said
