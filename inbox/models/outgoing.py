"""Mail that goes out: a row before it is sent."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from tenants import signing
from tenants.fields import TenantForeignKey
from tenants.models import TenantManager, TenantModel, TenantQuerySet, User
from tickets.models import Event, Ticket


class OutgoingMailQuerySet(TenantQuerySet):
    """Outgoing mail of the active tenant."""

    def shown(self) -> OutgoingMailQuerySet:
        """What pages about mail show: who looks after the system may be whom a complaint is about."""
        return self.exclude(kind=OutgoingMail.Kind.COMPLAINT)

    def automatic_since(self, address: str, since: datetime) -> OutgoingMailQuerySet:
        """Automatic mails to an address that were written after an instant, to be sent by themselves."""
        written = self.filter(address=address, is_automatic=True, created_at__gt=since)
        return written.exclude(state__in=OutgoingMail.NOT_SENT)

    def is_too_much(self, address: str, limits: Iterable[tuple[timedelta, int]], now: datetime) -> bool:
        """Whether so many automatic mails of these went to an address in one of the times that one more is too much."""
        return any(self.automatic_since(address, now - period).count() >= most for period, most in limits)

    def caused_by_nobody_else(self) -> OutgoingMailQuerySet:
        """Mails about what their own recipient did, or what happened by itself: what a program can go on causing."""
        return self.filter(Q(event__actor=None) | Q(event__actor=F("recipient")))

    def collected(self, person: User) -> OutgoingMailQuerySet:
        """What waits for a person's next digest."""
        return self.filter(recipient=person, state=OutgoingMail.State.COLLECTED, digest=None)

    def before(self, mail: OutgoingMail) -> OutgoingMailQuerySet:
        """What the same person is to read first: mails about earlier events of the ticket that still wait."""
        same = self.filter(ticket=mail.ticket_id, address=mail.address, state=OutgoingMail.State.WAITING)
        return same.filter(event__lt=mail.event_id)


class OutgoingMail(TenantModel):
    """One mail to one person, with the Message-ID that it keeps however often it is tried."""

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        SENT = "sent", _("Sent")
        DELIVERED = "delivered", _("Delivered")
        BOUNCED = "bounced", _("Came back")
        FAILED = "failed", _("Failed")
        WITHHELD = "withheld", _("Withheld")
        COLLECTED = "collected", _("For a digest")

    #: What never goes out as a mail of its own.
    NOT_SENT = (State.WITHHELD, State.COLLECTED)

    class Kind(models.TextChoices):
        RECEIPT = "receipt", _("Receipt")
        REPLY = "reply", _("Reply")
        COMMENT = "comment", _("Customer's comment")
        NEWS = "news", _("News of a request")
        NOTICE = "notice", _("Notice to staff")
        ACCOUNT = "account", _("Account")
        COMPLAINT = "complaint", _("Complaint")
        ANNOUNCED = "announced", _("Announcement")
        RATING = "rating", _("Question for a rating")
        DIGEST = "digest", _("Digest")

    ticket = TenantForeignKey(Ticket, on_delete=models.CASCADE, null=True, related_name="outgoing_mail")
    event = TenantForeignKey(Event, on_delete=models.CASCADE, null=True, related_name="+")
    recipient = TenantForeignKey(User, on_delete=models.CASCADE, null=True, related_name="+")
    kind = models.CharField(max_length=10, choices=Kind)
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    address = models.CharField(max_length=254)
    language = models.CharField(max_length=8)
    subject = models.CharField(max_length=300)
    text = models.TextField()
    html = models.TextField(blank=True)
    batch = models.UUIDField(null=True, help_text="of mails that are written to many people: what they are all about")
    message_id = models.CharField(max_length=255)
    in_reply_to = models.CharField(max_length=255, blank=True)
    references = models.TextField(blank=True)
    is_automatic = models.BooleanField(default=True, help_text="sets Auto-Submitted, RFC 3834")
    created_at = models.DateTimeField()
    not_before = models.DateTimeField(null=True, help_text="held back until its reader is at work again")
    digest = TenantForeignKey("self", on_delete=models.CASCADE, null=True, related_name="+", help_text="that tells it")
    tried_at = models.DateTimeField(null=True, help_text="the last attempt")
    sent_at = models.DateTimeField(null=True)
    begun_at = models.DateTimeField(
        null=True, help_text="since when a worker hands it over; what is left here was never finished"
    )
    is_doubtful = models.BooleanField(
        default=False, help_text="a worker died while it handed the mail over, so it may have arrived twice"
    )
    reported_at = models.DateTimeField(null=True, help_text="when the last delivery report came")
    attempts = models.PositiveSmallIntegerField(default=0)
    error = models.CharField(max_length=200, blank=True)

    objects = TenantManager.from_queryset(OutgoingMailQuerySet)()  # type: ignore[misc]

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["tenant", "message_id"], name="one_mail_a_message_id"),
            # However often a reaction runs, a person gets one mail about one event.
            models.UniqueConstraint(
                fields=["tenant", "event", "address"], name="one_mail_an_event", condition=Q(event__isnull=False)
            ),
        ]
        indexes = [
            models.Index(fields=["tenant", "ticket", "address", "created_at"], name="mail_ticket"),
            models.Index(fields=["tenant", "address", "created_at"], name="mail_address"),
            models.Index(fields=["tenant", "-created_at", "-id"], name="mail_newest"),
            models.Index(fields=["tenant", "state", "-created_at", "-id"], name="mail_state"),
            models.Index(fields=["tenant", "batch", "state"], condition=Q(batch__isnull=False), name="mail_batch"),
            models.Index(
                fields=["tenant", "recipient", "id"],
                condition=Q(state="collected", digest__isnull=True),
                name="mail_collected",
            ),
            models.Index(fields=["tenant", "digest"], condition=Q(digest__isnull=False), name="mail_digest"),
        ]

    def __str__(self) -> str:
        return f"{self.subject} to {self.address}"

    @property
    def is_out(self) -> bool:
        """Whether a mail server has taken it."""
        return self.state in (self.State.SENT, self.State.DELIVERED, self.State.BOUNCED)

    @property
    def is_asked_for(self) -> bool:
        """Whether its recipient waits for it this minute, so that it goes out even where mail came back before."""
        return self.kind == self.Kind.ACCOUNT

    @property
    def text_shown(self) -> str:
        """The words as others than its recipient may read them: with no link by which they could act as that person."""
        return signing.masked(self.text)

    @property
    def html_shown(self) -> str:
        """The HTML part, as text_shown."""
        return signing.masked(self.html)

    @property
    def is_secret(self) -> bool:
        """Whether it carries a code or link by which its recipient acts, so that nobody else may read it."""
        return self.kind in (self.Kind.ACCOUNT, self.Kind.RATING)
