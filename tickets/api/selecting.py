"""Which tickets an address asks for, and in which order, page by page."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Any
from uuid import UUID

from django.db.models import Q, Subquery
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import remove_query_param, replace_query_param

from sla.models import Priority
from tenants.api import BAD_CURSOR, StrictSerializer, person_of
from tenants.models import User
from tickets import lists, paging, search
from tickets.models import Category, Status, Team, Ticket, Tier
from tickets.models.desk import KeyedModel
from tickets.models.ticket import TicketQuerySet
from tickets.selection import Desk, Query, parse, select
from tickets.selection.language import LONGEST

ORDERS = {"-number": "newest", "number": "oldest", "due_at": "due", "-updated_at": "updated", "priority": "priority"}
PAGE_SIZE, LARGEST_PAGE = 25, 100
_KEYED: dict[str, type[KeyedModel] | type[Priority]] = {
    "status": Status,
    "priority": Priority,
    "category": Category,
    "team": Team,
    "tier": Tier,
}


class TicketQuery(StrictSerializer):
    """The filters of the list. A key or person that does not exist here finds nothing."""

    q = serializers.CharField(
        required=False,
        max_length=LONGEST,
        help_text='words and conditions as in the search box, such as `status:open due:<2h org:"Acme" error 403`; '
        "a number; with words the best match first",
    )
    view = serializers.UUIDField(required=False, help_text="id of a saved view")
    status = serializers.CharField(required=False, max_length=60, help_text="key of a status")
    status_kind = serializers.ChoiceField(required=False, choices=Status.Kind.choices)
    priority = serializers.CharField(required=False, max_length=60, help_text="key")
    category = serializers.CharField(required=False, max_length=60, help_text="key")
    team = serializers.CharField(required=False, max_length=60, help_text="key")
    tier = serializers.CharField(required=False, max_length=60, help_text="key")
    assignee = serializers.CharField(required=False, max_length=254, help_text="me, none, or a mail address")
    requester = serializers.CharField(required=False, max_length=254, help_text="me, or a mail address")
    organization = serializers.UUIDField(required=False)
    overdue = serializers.BooleanField(required=False, help_text="whether a promised time has passed")
    updated_since = serializers.DateTimeField(required=False)
    ordering = serializers.ChoiceField(required=False, choices=list(ORDERS), help_text="by default -number")
    page_size = serializers.IntegerField(required=False, min_value=1, max_value=LARGEST_PAGE, help_text="by default 25")
    cursor = serializers.CharField(required=False, max_length=200, help_text="from next or previous")

    def validate_cursor(self, text: str) -> tuple[bool, paging.Cursor]:
        """Whether it leads backwards, and from where. Raises ValidationError."""
        try:
            side, _sep, place = urlsafe_b64decode(text.encode("ascii")).decode("ascii").partition(":")
        except ValueError:
            raise serializers.ValidationError(BAD_CURSOR, code="invalid_cursor") from None
        cursor = paging.Cursor.parse(place)
        if side not in ("a", "b") or cursor is None:
            raise serializers.ValidationError(BAD_CURSOR, code="invalid_cursor")
        return side == "b", cursor

    def validate(self, asked: dict[str, Any]) -> dict[str, Any]:
        """Words sort by how well they match, and the best are one page."""
        if "q" in asked:
            asked["query"] = parse(asked["q"])
        if "view" in asked:
            asked["view"] = self._view(asked["view"])
        if _words_of(asked) and "cursor" in asked and "ordering" not in asked:
            raise serializers.ValidationError(
                {"cursor": _("With words the best matches come first, on one page. Name an ordering to have more.")}
            )
        return asked

    def _view(self, pk: UUID) -> lists.View:
        person = person_of(self.context["request"])
        found = lists.saved_with_key(person, str(pk))
        if found is None or not person.is_staff_member:
            raise serializers.ValidationError({"view": _("There is no view with this id. Look it up under views.")})
        return found


def _words_of(asked: dict[str, Any]) -> str:
    """The words to be found, in q or in the view."""
    own = asked["view"].query.wanted_words if "view" in asked else ""
    return own or (asked["query"].wanted_words if "query" in asked else "")


def whole_query(asked: dict[str, Any], person: User) -> tuple[Query, Q]:
    """What q and the view ask for together, and the filter of it. Raises ValidationError where it isn't understood."""
    query, where = Query(), Q()
    for name, each in (("view", asked["view"].query if "view" in asked else None), ("q", asked.get("query"))):
        if each is not None:
            selection = select(each, person, Desk.now(), at=timezone.now())
            if selection.problems:
                raise serializers.ValidationError({name: [str(problem) for problem in selection.problems]})
            query = Query((*query.conditions, *each.conditions), (*query.words, *each.words))
            where &= selection.where
    return query, where


def narrowed(tickets: TicketQuerySet, asked: dict[str, Any], person: User) -> TicketQuerySet:
    """The tickets that the filters leave."""
    for name, model in _KEYED.items():
        if name in asked:
            # A sub-query and no join: Postgres then knows the row when it plans which index to walk.
            wanted = model._default_manager.filter(key=asked[name]).values("pk")[:1]
            tickets = tickets.filter(**{name: Subquery(wanted)})
    if "status_kind" in asked:
        kind = asked["status_kind"]
        # What follows from the kind is said too: only then do the indexes of active tickets serve.
        tickets = tickets.filter(
            is_active=kind in Status.ACTIVE, status__in=Status.objects.filter(kind=kind).values("pk")
        )
    if "organization" in asked:
        tickets = tickets.filter(organization_id=asked["organization"])
    if "updated_since" in asked:
        tickets = tickets.filter(updated_at__gte=asked["updated_since"])
    if "overdue" in asked:
        late = Q(is_active=True, due_at__lt=timezone.now())
        tickets = tickets.filter(late if asked["overdue"] else ~late | Q(due_at=None))
    for name in ("assignee", "requester"):
        if name in asked:
            tickets = tickets.filter(_person(name, asked[name], person))
    return tickets


def exact_matches(asked: dict[str, Any], person: User, query: Query) -> list[UUID]:
    """The tickets that have the words of another query themselves, narrowed as the filters say, the best first."""
    asked = {**asked, "query": query}
    whole, where = whole_query(asked, person)
    found = narrowed(Ticket.objects.visible_to(person), asked, person).filter(where)
    most = asked.get("page_size", PAGE_SIZE)
    hits = search.find(whole, person, Q(pk__in=found.order_by().values("pk")), most=most)
    return [ticket.pk for ticket in hits] if hits.are_exact else []


def _person(name: str, wanted: str, reader: User) -> Q:
    if wanted == "none":
        return Q(**{name: None})
    if wanted == "me":
        return Q(**{name: reader})
    return Q(**{name: Subquery(User.objects.filter(email__iexact=wanted).values("pk")[:1])})


def _order(key: str) -> paging.Order:
    order = paging.ORDERS[key]
    return paging.order_named(key, Desk.now()) if order.group else order


class TicketPagination(BasePagination):
    """Pages by the last ticket seen: nothing is counted, and the last page costs what the first does."""

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> list[Any]:
        """The page that the validated query on the view asks for."""
        asked = view.asked
        order = _order(ORDERS[asked.get("ordering", "-number")])
        backwards, cursor = asked.get("cursor", (False, None))
        self.page = paging.page(
            queryset,
            order,
            shown=view.in_lists,
            after=None if backwards else cursor,
            before=cursor if backwards else None,
            size=asked.get("page_size", PAGE_SIZE),
        )
        self.address = request.build_absolute_uri()
        return self.page.rows

    def get_paginated_response(self, data: Any) -> Response:
        """Rows between the addresses of the neighbouring pages."""
        after, before = self._turned("a", self.page.after), self._turned("b", self.page.before)
        return Response({"next": after, "previous": before, "results": data})

    def _turned(self, side: str, cursor: paging.Cursor | None) -> str | None:
        if cursor is None:
            return None
        token = urlsafe_b64encode(f"{side}:{cursor}".encode("ascii")).decode("ascii")
        return replace_query_param(remove_query_param(self.address, "cursor"), "cursor", token)

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        """For OpenAPI."""
        link = {"type": ["string", "null"], "format": "uri"}
        corrected = {
            "type": "string",
            "description": "only where nothing has the words of q: the nearest ones, which the results have",
        }
        return {
            "type": "object",
            "required": ["next", "previous", "results"],
            "properties": {"next": link, "previous": link, "results": schema, "corrected": corrected},
        }
