"""Paging by key: as fast on the last page as on the first, and nothing is counted."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError as BadValue
from rest_framework import exceptions, pagination, serializers

from tenants.api import BAD_CURSOR


def _bad_cursor() -> exceptions.ValidationError:
    return exceptions.ValidationError({"cursor": [exceptions.ErrorDetail(str(BAD_CURSOR), code="invalid_cursor")]})


class CursorPagination(pagination.CursorPagination):
    """`{"next", "previous", "results"}`; `page_size` up to 100. The view's `ordering` names an indexed field."""

    page_size = 25
    page_size_query_param = "page_size"
    max_page_size = 100
    ordering = "-id"

    def get_ordering(self, request: Any, queryset: Any, view: Any) -> tuple[str, ...]:
        """The view's own order; ties in the order of ids."""
        own = getattr(view, "ordering", self.ordering)
        return (own,) if own in ("id", "-id") else (own, "-id" if own.startswith("-") else "id")

    def get_page_size(self, request: Any) -> int | None:
        """As many as were asked for, at most 100. Raises ValidationError for what is no number above 0."""
        asked = request.query_params.get(self.page_size_query_param)
        if asked is not None:
            try:
                serializers.IntegerField(min_value=1).run_validation(asked)
            except exceptions.ValidationError as wrong:
                raise exceptions.ValidationError({"page_size": wrong.detail}) from None
        return super().get_page_size(request)

    def decode_cursor(self, request: Any) -> Any:
        """A cursor out of an address. Raises ValidationError."""
        try:
            cursor = super().decode_cursor(request)
        except exceptions.NotFound:
            raise _bad_cursor() from None
        if cursor is not None and (not request.query_params[self.cursor_query_param] or "\x00" in str(cursor.position)):
            raise _bad_cursor()
        return cursor

    def paginate_queryset(self, queryset: Any, request: Any, view: Any = None) -> Any:
        """The page. A cursor of another list has a position that the database can't compare."""
        try:
            return super().paginate_queryset(queryset, request, view)
        except (ValueError, TypeError, BadValue):
            if request.query_params.get(self.cursor_query_param):
                raise _bad_cursor() from None
            raise
