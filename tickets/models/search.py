"""What search reads of tickets: one row a message, written when the message is."""

from __future__ import annotations

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models

from tenants.fields import TenantForeignKey
from tenants.models import TenantModel
from tickets.models.ticket import Message, Ticket


class SearchEntry(TenantModel):
    """The words of one message; the first one of a ticket also carries the subject and who asked."""

    ticket = TenantForeignKey(Ticket, on_delete=models.CASCADE, related_name="+")
    message = TenantForeignKey(Message, on_delete=models.CASCADE, related_name="+")
    subject = models.CharField(max_length=200, blank=True, help_text="of the ticket, on its first message only")
    words = SearchVectorField()

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["tenant", "message"], name="one_search_entry_a_message")]
        indexes = [
            models.Index(fields=["tenant", "ticket"], name="search_ticket"),
            GinIndex(fields=["tenant", "words"], name="search_words", gin_pending_list_limit=512),
            GinIndex(
                fields=["tenant", "subject"],
                opclasses=["int8_ops", "gin_trgm_ops"],
                condition=~models.Q(subject=""),
                name="search_subject",
                gin_pending_list_limit=512,
            ),
        ]

    def __str__(self) -> str:
        return self.subject or str(self.message_id)
