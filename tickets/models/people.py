"""Who asks: organisations, the people in them, and the addresses that may speak for them."""

from __future__ import annotations

from datetime import datetime

from django.db import models
from django.db.models.functions import Lower, Now
from django.utils.translation import gettext_lazy as _

from tenants.fields import TenantForeignKey
from tenants.models import TenantManager, TenantModel, TenantQuerySet, User


class OrganizationQuerySet(TenantQuerySet):
    """Organisations of the active tenant."""

    def of(self, person: User) -> OrganizationQuerySet:
        """Those that a person belongs to."""
        return self.filter(memberships__user=person)

    def visible_to(self, person: User) -> OrganizationQuerySet:
        """All for staff, their own for customers."""
        return self if person.is_staff_member else self.of(person)


class Organization(TenantModel):
    """A customer company: its contract, and whether its support is suspended."""

    name = models.CharField(max_length=200)
    contract = models.SlugField(
        db_index=False, max_length=60, blank=True, help_text="a contract of the policy document"
    )
    lifted_exclusions: models.ManyToManyField = models.ManyToManyField(
        "Exclusion", through="LiftedExclusion", related_name="+"
    )
    suspended_from = models.DateTimeField(null=True, blank=True)
    suspended_until = models.DateTimeField(null=True, blank=True)
    suspension_reason = models.TextField(blank=True)
    created_at = models.DateTimeField(db_default=Now())

    objects = TenantManager.from_queryset(OrganizationQuerySet)()  # type: ignore[misc]

    class Meta(TenantModel.Meta):
        ordering = ["name"]
        constraints = [models.UniqueConstraint("tenant", Lower("name"), name="one_organization_a_name")]

    def __str__(self) -> str:
        return self.name

    def is_suspended(self, at: datetime) -> bool:
        """Whether support is suspended at this instant."""
        begun = self.suspended_from is not None and self.suspended_from <= at
        return begun and (self.suspended_until is None or at < self.suspended_until)


class LiftedExclusion(TenantModel):
    """An exclusion that does not hold for an organisation, by its own agreement."""

    organization = TenantForeignKey(Organization, on_delete=models.CASCADE, related_name="+")
    exclusion = TenantForeignKey("Exclusion", on_delete=models.CASCADE, related_name="+")

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "organization", "exclusion"],
                name="one_lifting_an_exclusion",
            )
        ]

    def __str__(self) -> str:
        return f"{self.exclusion_id} lifted for {self.organization_id}"


class OrganizationAddress(TenantModel):
    """A mail address that is authorised to make requests for an organisation."""

    organization = TenantForeignKey(Organization, on_delete=models.CASCADE, related_name="addresses")
    email = models.EmailField()

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint("tenant", "organization", Lower("email"), name="one_authorised_address")]

    def __str__(self) -> str:
        return self.email


class Membership(TenantModel):
    """A person in an organisation, and whose tickets they may see there."""

    class Scope(models.TextChoices):
        OWN = "own", _("Own tickets")
        ALL = "all", _("All tickets of the organisation")
        MANAGE = "manage", _("All tickets, and manages the organisation")

    user = TenantForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    organization = TenantForeignKey(Organization, on_delete=models.CASCADE, related_name="memberships")
    scope = models.CharField(max_length=10, choices=Scope, default=Scope.OWN)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "user", "organization"],
                name="one_membership_a_person",
            )
        ]
        indexes = [models.Index(fields=["tenant", "organization"], name="membership_organization")]

    def __str__(self) -> str:
        return f"{self.user_id} of {self.organization_id}"
