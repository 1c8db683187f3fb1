"""Reading tags: suggestions, and the list of them by name."""

from __future__ import annotations

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, Func, IntegerField, OuterRef, QuerySet

from tenants.context import active_tenant
from tenants.models import Alarm
from tickets.models import Tag, TicketTag

#: Takes a tag off some of its tickets; its subject is the tag. What it does: `tickets.actions.tags.leave`.
LEAVE = "tag.leave"
MOST_SUGGESTED = 10
PAGE_SIZE = 50
#: Counting the tickets of a tag stops here.
MOST_COUNTED = 1_000


def suggested(typed: str) -> list[str]:
    """Tags that begin with what was typed, then those that have it inside."""
    word = " ".join(typed.replace("\0", " ").split()).lower()[:50]
    if not word:
        return []
    known = Tag.objects.filter(is_leaving=False).order_by("name")
    first = list(known.filter(name__startswith=word).values_list("name", flat=True)[:MOST_SUGGESTED])
    inside = known.filter(name__contains=word).exclude(name__in=first).values_list("name", flat=True)
    return [*first, *inside[: MOST_SUGGESTED - len(first)]]


def used(tag: Tag) -> int:
    """How many tickets have it; one more than MOST_COUNTED stands for all above."""
    return TicketTag.objects.filter(tag=tag)[: MOST_COUNTED + 1].count()


def leaving() -> list[Tag]:
    """Tags that are being joined or deleted, with how many tickets have each still, and whether that work `is_parked`.

    One query.
    """
    parked = Alarm.objects.filter(tenant=active_tenant(), kind=LEAVE, subject=OuterRef("pk"), parked_at__isnull=False)
    found = Tag.objects.filter(is_leaving=True).select_related("replaced_by").order_by("name")
    return list(found.annotate(used=_used(), is_parked=Exists(parked))[:PAGE_SIZE])


def page(*, after: str = "", looking_for: str = "") -> tuple[list[Tag], str]:
    """Tags by name, with how many tickets have each as `used`, up to a bound; and the name that the page ends with."""
    found = narrowed(looking_for).order_by("name")
    if after:
        found = found.filter(name__gt=after.replace("\0", ""))
    rows = list(found[: PAGE_SIZE + 1])
    return list[Tag](rows[:PAGE_SIZE]), rows[PAGE_SIZE - 1].name if len(rows) > PAGE_SIZE else ""


def narrowed(looking_for: str = "") -> QuerySet[Tag]:
    """Tags that have these letters in their name, with how many tickets have each as `used`, up to a bound."""
    found: QuerySet[Tag] = Tag.objects.filter(is_leaving=False)
    if word := looking_for.replace("\0", " ").strip().lower():
        found = found.filter(name__contains=word)
    return found.annotate(used=_used())


def _used() -> Func:
    """How many tickets have a tag, up to MOST_COUNTED, from the index alone."""
    some = TicketTag.objects.filter(tag=OuterRef("pk")).order_by().values("tag")[:MOST_COUNTED]
    return Func(ArraySubquery(some), function="CARDINALITY", output_field=IntegerField())
