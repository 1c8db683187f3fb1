"""How a tenant's mail leaves: by the site's server, by one of its own, or by a provider; and its signature."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from tenants.models import TenantModel


class Sender(TenantModel):
    """One row a tenant; its address is the tenant's `mail_address`, which every other part of the desk reads too."""

    class Way(models.TextChoices):
        SITE = "site", _("The mail server of this site")
        SMTP = "smtp", _("A mail server of your own (SMTP)")
        PROVIDER = "provider", _("A provider, by its API")

    class Security(models.TextChoices):
        TLS = "tls", _("TLS from the start (usually port 465)")
        STARTTLS = "starttls", _("STARTTLS (usually port 587)")
        NONE = "none", _("None: names, words and password can be read on the way")

    class ReturnPath(models.TextChoices):
        PLUS = "plus", _("Your address with a sign of ours, as support+…@acme.example")
        DOMAIN = "domain", _("A domain of its own for what comes back")
        PLAIN = "plain", _("Your address as it is: what comes back is not recognised")

    way = models.CharField(max_length=10, choices=Way, default=Way.SITE)
    name = models.CharField(max_length=100, blank=True, help_text="none: the tenant's own")
    host = models.CharField(max_length=253, blank=True)
    port = models.PositiveIntegerField(default=587)
    security = models.CharField(max_length=10, choices=Security, default=Security.STARTTLS)
    user = models.CharField(max_length=254, blank=True)
    provider = models.CharField(max_length=20, blank=True)
    secret = models.TextField(blank=True, help_text="password or API key, sealed by tenants.sealing")
    hook_round = models.PositiveSmallIntegerField(
        default=0, help_text="another number makes other addresses for the provider, see inbox.mail.hooks"
    )
    hook_secret = models.TextField(
        blank=True, help_text="what the provider signs with, sealed by tenants.sealing; none: signatures are not asked"
    )
    hook_refused_at = models.DateTimeField(null=True, help_text="when something was refused for its signature last")
    hook_refusal = models.CharField(max_length=10, blank=True, help_text="what was wrong with it then")
    return_path = models.CharField(max_length=10, choices=ReturnPath, default=ReturnPath.PLUS)
    bounce_domain = models.CharField(max_length=253, blank=True)
    signs = models.BooleanField(default=False, help_text="DKIM, RFC 6376")
    selector = models.CharField(max_length=63, blank=True)
    private_key = models.TextField(blank=True, help_text="PEM, sealed by tenants.sealing")
    public_key = models.TextField(blank=True, help_text="as it stands in DNS: base 64 of the SubjectPublicKeyInfo")
    seen = models.JSONField(default=dict, help_text="which of the DNS records were seen at the last check, by name")
    seen_at = models.DateTimeField(null=True)
    changed_at = models.DateTimeField()

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["tenant"], name="one_sender_a_tenant")]

    def __str__(self) -> str:
        return self.host or self.get_way_display()
