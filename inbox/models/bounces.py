"""Addresses from which mail came back: nothing is sent there until somebody says that they work again."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import models
from django.db.models import Q

from inbox.models.outgoing import OutgoingMail
from tenants.fields import TenantForeignKey
from tenants.models import TenantManager, TenantModel, TenantQuerySet, User


class BouncedAddressQuerySet(TenantQuerySet):
    """Marks of the active tenant."""

    def standing(self) -> BouncedAddressQuerySet:
        """Those that nobody has cleared."""
        return self.filter(cleared_at=None)

    def among(self, addresses: Iterable[str]) -> set[str]:
        """Which of these addresses, in lower case, are marked."""
        wanted = {address.lower() for address in addresses}
        return set(self.standing().filter(address__in=wanted).values_list("address", flat=True))


class BouncedAddress(TenantModel):
    """One address that a mail server said does not exist, or does not take our mail, for good."""

    address = models.CharField(max_length=254, help_text="in lower case")
    mail = TenantForeignKey(
        OutgoingMail, on_delete=models.SET_NULL, null=True, related_name="+", help_text="the mail that came back"
    )
    status = models.CharField(max_length=12, blank=True, help_text="as 5.1.1, RFC 3463")
    said = models.CharField(max_length=300, blank=True, help_text="what the other server said")
    bounced_at = models.DateTimeField()
    cleared_at = models.DateTimeField(null=True)
    cleared_by = TenantForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")

    objects = TenantManager.from_queryset(BouncedAddressQuerySet)()  # type: ignore[misc]

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "address"], name="one_mark_an_address", condition=Q(cleared_at=None)
            ),
        ]
        indexes = [models.Index(fields=["tenant", "-bounced_at", "-id"], name="bounced_newest")]

    def __str__(self) -> str:
        return self.address
