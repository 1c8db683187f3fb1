"""The ways to sort tickets. How pages are walked says `tenants.paging`."""

from dataclasses import replace

from django.utils.translation import gettext_lazy as _

from tenants.paging import PAGE_SIZE, Cursor, Order, Page, beginnings, first, page
from tickets.selection import Desk

__all__ = ["ORDERS", "PAGE_SIZE", "Cursor", "Order", "Page", "beginnings", "first", "order_named", "page"]

ORDERS = {
    order.key: order
    for order in (
        Order("due", _("Due first"), "due_at", nullable=True),
        Order("updated", _("Changed last"), "updated_at", descending=True),
        Order("priority", _("Most pressing first"), group="priority_id"),
        Order("newest", _("Newest first"), by_newest_number=True),
        Order("oldest", _("Oldest first")),
    )
}


def order_named(key: str, desk: Desk) -> Order:
    """An order of ORDERS, that of priorities with the ones that the desk has. Raises KeyError."""
    order = ORDERS[key]
    if order.group:
        ranked = sorted(desk.rows("priority"), key=lambda row: (not row.is_active, row.rank))
        return replace(order, groups=tuple(row.pk for row in ranked))
    return order
