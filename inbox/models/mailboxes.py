"""The addresses at which customers reach the desk, and which tenant each leads to."""

from __future__ import annotations

from django.db import models

from tenants.fields import TenantForeignKey, uuid7
from tenants.models import Tenant, TenantModel
from tickets.models import Category, Team


class Mailbox(TenantModel):
    """An address at which customers reach the desk, and what becomes of requests that come there."""

    address = models.EmailField(help_text="in lower case")
    category = TenantForeignKey(
        Category, on_delete=models.PROTECT, null=True, blank=True, related_name="+", help_text="none: the policy's"
    )
    team = TenantForeignKey(
        Team, on_delete=models.PROTECT, null=True, blank=True, related_name="+", help_text="none: the policy's"
    )
    language = models.CharField(max_length=8, blank=True, help_text="of people who write here first")
    is_advisory = models.BooleanField(
        default=False, help_text="requests that come here carry no clock, whatever the policy says of mail"
    )
    authserv = models.CharField(
        max_length=253, blank=True, help_text="whose Authentication-Results are believed (RFC 8601)"
    )
    is_active = models.BooleanField(default=True)

    class Meta(TenantModel.Meta):
        ordering = ["address"]
        constraints = [models.UniqueConstraint(fields=["tenant", "address"], name="one_mailbox_an_address")]

    def __str__(self) -> str:
        return self.address


class MailRoute(models.Model):
    """Which tenant an address leads to. Global, since it is read before we know for whom we work.

    A mailbox has one for its own address and one for each alias.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    address = models.EmailField(unique=True, help_text="in lower case")
    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, related_name="+")
    mailbox = models.UUIDField()
    is_active = models.BooleanField(default=True, help_text="as its mailbox; others can't have the address even so")

    class Meta:
        indexes = [models.Index(fields=["tenant", "mailbox"], name="route_mailbox")]

    def __str__(self) -> str:
        return self.address


class BounceDomain(models.Model):
    """A domain that a tenant named for what comes back. Global, as MailRoute; the sign in the address says whose it is.

    More than one tenant may name a domain, so that nobody takes another's. It stays when the sender is changed:
    reports of what was sent before come for days.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    domain = models.CharField(max_length=253, help_text="in lower case")
    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["domain", "tenant"], name="one_bounce_domain_a_tenant")]

    def __str__(self) -> str:
        return self.domain
