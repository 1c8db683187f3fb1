"""What every part of the REST API shares: bodies and queries that name nothing unknown, and who is asking."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, cast

from django.http import QueryDict
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.request import Request

from tenants.models import User

UNKNOWN = _("There is no such field. Leave it out, or correct its name.")
BAD_CURSOR = _("This cursor is not one of ours. Begin without it, and follow the addresses in next and previous.")


class StrictSerializer(serializers.Serializer):
    """Refuses what it does not know: `tenant`, `role`, `author` or a typing error never pass in silence."""

    def to_internal_value(self, data: Any) -> Any:
        """The known values; an error at each unknown name, together with those of the known ones."""
        if not isinstance(data, Mapping):
            return super().to_internal_value(data)
        unknown = unknown_names(data, (name for name, field in self.fields.items() if not field.read_only))
        try:
            values = super().to_internal_value(data)
        except serializers.ValidationError as error:
            found = error.detail if isinstance(error.detail, dict) else {"non_field_errors": error.detail}
            raise serializers.ValidationError({**found, **_refused(unknown)}) from None
        if unknown:
            raise serializers.ValidationError(_refused(unknown))
        return values


class PageQuery(StrictSerializer):
    """Which page of a list that has no filters."""

    page_size = serializers.IntegerField(required=False, min_value=1, max_value=100, help_text="by default 25")
    cursor = serializers.CharField(required=False, max_length=500, help_text="from next or previous")


class EmptySerializer(StrictSerializer):
    """For acts that need no more words."""


def unknown_names(data: Mapping[str, Any], known: Iterable[str]) -> list[str]:
    """The names in a body that are not among the known ones; forms write nested ones as `answers.domain`."""
    names = set(known)
    nested = isinstance(data, QueryDict)
    return [
        name for name in data if name not in names and not (nested and name.replace("[", ".").split(".")[0] in names)
    ]


def _refused(names: Iterable[str]) -> dict[str, list[serializers.ErrorDetail]]:
    return {str(name)[:100]: [serializers.ErrorDetail(str(UNKNOWN), code="unknown")] for name in names}


def person_of(request: Request) -> User:
    """Who asks; the permission classes saw to it that somebody does."""
    return cast(User, request.user)


def validated(serializer: type[serializers.Serializer], request: Request, **context: Any) -> dict[str, Any]:
    """What a body says, checked. Raises ValidationError."""
    given = serializer(data=request.data, context={"request": request, **context})
    given.is_valid(raise_exception=True)
    return given.validated_data


def queried(serializer: type[serializers.Serializer], request: Request) -> dict[str, Any]:
    """What an address asks for, checked. Raises ValidationError."""
    asked = serializer(data=request.query_params.dict(), context={"request": request})
    asked.is_valid(raise_exception=True)
    return asked.validated_data
