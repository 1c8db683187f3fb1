"""The ways to sort tickets. How pages are walked says `tenants.paging`."""

from django.utils.translation import gettext_lazy as _

from tenants.paging import Cursor, Order, Page, page

__all__ = ["ORDERS", "Cursor", "Order", "Page", "page"]

ORDERS = {
    order.key: order
    for order in (
        Order("due", _("Due first"), "due_at", nullable=True),
        Order("updated", _("Changed last"), "updated_at", descending=True),
        Order("newest", _("Newest first"), by_newest_number=True),
        Order("oldest", _("Oldest first")),
    )
}
