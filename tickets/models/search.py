"""What search reads of tickets: one row a message, one a field that was answered, and the words it knows."""

from __future__ import annotations

from uuid import UUID

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


#: Shorter words have too many others near them; longer ones nobody types.
SHORTEST_WORD, LONGEST_WORD = 4, 30


class KnownWord(TenantModel):
    """A word that a message, its subject or a file's name has: what a word with a typing error is compared with."""

    word = models.CharField(max_length=LONGEST_WORD, help_text="in small letters, without the accents of Spanish")
    written = models.CharField(max_length=LONGEST_WORD, help_text="in small letters, as people write it")
    times = models.PositiveIntegerField(help_text="in how many messages it was met")

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["tenant", "word"], name="one_known_word")]
        indexes = [
            GinIndex(
                fields=["tenant", "word"],
                opclasses=["int8_ops", "gin_trgm_ops"],
                name="known_word_near",
                gin_pending_list_limit=512,
            )
        ]

    def __str__(self) -> str:
        return self.written


class WordsLearnt(TenantModel):
    """How far the words of a tenant are learnt, and how many they are."""

    #: No key: the entry may be gone.
    entry = models.UUIDField(default=UUID(int=0), help_text="id of the last search entry whose words are known")
    count = models.PositiveIntegerField(default=0, help_text="of known words")

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["tenant"], name="one_bookmark_of_words")]

    def __str__(self) -> str:
        return str(self.entry)


#: What is longer is not looked for by its field.
LONGEST_VALUE = 200


class AnswerEntry(TenantModel):
    """One value in a field of a ticket, as conditions look for it; `Ticket.answers` is what was answered.

    Rows and no index of the JSON: its operators are not leakproof, so row-level security would switch that off.
    """

    ticket = TenantForeignKey(Ticket, on_delete=models.CASCADE, related_name="+")
    field = models.CharField(max_length=40, help_text="key of the policy's field")
    value = models.CharField(max_length=LONGEST_VALUE, help_text="in small letters")
    size = models.FloatField(null=True, help_text="of a number; of a date its day, counted from the year 1")

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["tenant", "ticket", "field", "value"], name="one_entry_an_answer")
        ]
        indexes = [
            models.Index(fields=["tenant", "field", "value", "ticket"], name="answer_value"),
            models.Index(
                fields=["tenant", "field", "size", "ticket"],
                condition=models.Q(size__isnull=False),
                name="answer_size",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.field}: {self.value}"
