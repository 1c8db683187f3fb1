"""What mails tell of: an event and its ticket, looked up once for all who read of it."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.functional import cached_property
from django.utils.html import escape

from inbox.mail import pictures
from inbox.mail.headers import one_line
from tickets import formatting, sentences
from tickets.models import Attachment, Event, Message, Ticket

#: What mails name of a ticket.
NAMED = ("status", "priority", "category", "tier", "team", "channel", "organization", "requester", "assignee")
#: Longer messages are read on the page.
LONGEST_QUOTE = 20_000


class Story:
    """An event and its ticket, loaded once for all readers."""

    def __init__(self, event: Event, now: datetime) -> None:
        self.event = event
        self.ticket: Ticket = event.ticket
        self.now = now
        self.words = sentences.Words(event.ticket)

    @cached_property
    def message(self) -> Message | None:
        """What was said, for events about a message."""
        pk = self.event.data.get("message")
        return Message.objects.filter(pk=UUID(pk)).first() if pk else None

    @cached_property
    def clocks(self) -> list[Any]:
        """The ticket's promises."""
        return list(self.ticket.clocks.all())

    @cached_property
    def files(self) -> list[str]:
        """Names of the files that came with the message."""
        return [one_line(each.name) for each in self._kept if not each.is_inline]

    @cached_property
    def _kept(self) -> list[Attachment]:
        return list(Attachment.objects.filter(message=self.message)) if self.message else []

    @cached_property
    def followers(self) -> set[UUID]:
        """The ids of staff who follow the ticket."""
        return set(self.ticket.followers.values_list("user", flat=True))

    @property
    def quote(self) -> str:
        """The message, as long as a mail should be."""
        return self.message.body[:LONGEST_QUOTE] if self.message else ""

    @property
    def quote_html(self) -> str:
        """The message with its formatting; small pictures go with the mail, of large ones only the name."""
        if self.message is None or not self.message.html or self.is_cut:
            return ""
        sent = {each.pk for each in pictures.small(self._kept)}
        html = formatting.with_references(
            self.message.html, lambda _kind, _pk, said: f"<strong>{escape(said)}</strong>"
        )
        return formatting.with_pictures(html, lambda pk, said: pictures.shown(pk, said, sent=pk in sent))

    @property
    def is_cut(self) -> bool:
        """Whether there is more of it on the page."""
        return self.message is not None and len(self.message.body) > LONGEST_QUOTE

    @property
    def quoted(self) -> dict[str, Any]:
        """What a letter says of the message."""
        return {"quote": self.quote, "quote_html": self.quote_html, "is_cut": self.is_cut, "files": self.files}
