"""A mailbox on another server, from which its mail is fetched (IMAP, RFC 3501 and RFC 9051)."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from inbox.models.mailboxes import Mailbox
from tenants.fields import TenantForeignKey
from tenants.models import TenantModel


class ImapAccount(TenantModel):
    """How the mail of one mailbox is fetched, and how far that has got."""

    class Security(models.TextChoices):
        TLS = "tls", _("TLS from the start (usually port 993)")
        STARTTLS = "starttls", _("STARTTLS (usually port 143)")
        NONE = "none", _("None: names, words and password can be read on the way")

    class Proof(models.TextChoices):
        PASSWORD = "password", _("Password")
        GOOGLE = "google", _("Google (OAuth 2.0)")
        MICROSOFT = "microsoft", _("Microsoft 365 (OAuth 2.0)")
        OAUTH = "oauth", _("Another provider (OAuth 2.0)")

    class Afterwards(models.TextChoices):
        SEEN = "seen", _("It stays there, marked as read")
        MOVE = "move", _("It is moved to another folder")
        DELETE = "delete", _("It is deleted there")

    class Start(models.TextChoices):
        NEW = "new", _("Only mail that arrives from now on")
        UNREAD = "unread", _("Unread mail that lies there, too")
        ALL = "all", _("All mail that lies there")

    mailbox = TenantForeignKey(Mailbox, on_delete=models.CASCADE, related_name="+")
    is_on = models.BooleanField(default=True, help_text="off: mail is forwarded to us instead")
    host = models.CharField(max_length=253)
    port = models.PositiveIntegerField(default=993)
    security = models.CharField(max_length=10, choices=Security, default=Security.TLS)
    user = models.CharField(max_length=254)
    proof = models.CharField(max_length=10, choices=Proof, default=Proof.PASSWORD)
    secret = models.TextField(blank=True, help_text="password, sealed by tenants.sealing")
    token_url = models.CharField(max_length=500, blank=True)
    client_id = models.CharField(max_length=300, blank=True)
    client_secret = models.TextField(blank=True, help_text="sealed")
    refresh_token = models.TextField(blank=True, help_text="sealed; none: the grant of client credentials")
    scope = models.CharField(max_length=500, blank=True)
    access_token = models.TextField(blank=True, help_text="sealed; good until access_until")
    access_until = models.DateTimeField(null=True)
    folder = models.CharField(max_length=200, default="INBOX")
    afterwards = models.CharField(max_length=10, choices=Afterwards, default=Afterwards.SEEN)
    done_folder = models.CharField(max_length=200, blank=True, help_text="where taken mail is moved")
    start = models.CharField(max_length=10, choices=Start, default=Start.NEW)
    changed_at = models.DateTimeField()

    # How far it has got: written by looks alone.
    began_at = models.DateTimeField(null=True, help_text="mail that came before was there when fetching began")
    uidvalidity = models.BigIntegerField(null=True)
    last_uid = models.BigIntegerField(default=0, help_text="everything up to here is taken, or stands in waiting")
    waiting = models.JSONField(default=dict, help_text="earlier mails that are still to be taken: uid -> failed tries")
    looked_at = models.DateTimeField(null=True, help_text="the last look, however it went")
    taken_at = models.DateTimeField(null=True, help_text="when the last mail was taken")
    error = models.CharField(max_length=20, blank=True, help_text="what was wrong at the last look")
    said = models.CharField(max_length=300, blank=True, help_text="what the server said then")
    failures = models.PositiveIntegerField(default=0, help_text="looks in a row that went wrong")
    failing_since = models.DateTimeField(null=True)
    told_at = models.DateTimeField(null=True, help_text="when administrators were told of it")
    next_at = models.DateTimeField(null=True, help_text="when the next look is due")
    busy_until = models.DateTimeField(null=True, help_text="a look is going on, or its process has died")
    watched_until = models.DateTimeField(null=True, help_text="a process waits for news of the server (IDLE)")

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["tenant", "mailbox"], name="one_imap_account_a_mailbox"),
            models.CheckConstraint(condition=Q(last_uid__gte=0), name="imap_last_uid_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.user} at {self.host}"

    @property
    def signs_in_by_token(self) -> bool:
        """Whether it proves itself by OAuth 2.0."""
        return self.proof != self.Proof.PASSWORD
