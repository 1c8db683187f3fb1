"""Tickets as the API shows them: to staff whole, to customers what they may know."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from sla.clock import State
from tenants.api import person_of
from tenants.models import User
from tenants.text import say
from tickets import answers, promise, reading, timeline
from tickets.api.answering import AnswersField
from tickets.models import Attachment, Clock, Message, Status, Ticket
from tickets.relaying import Reach


class KeyedSerializer(serializers.Serializer):
    """A thing of the policy: its key, and its name in the reader's language."""

    key = serializers.CharField()
    name = serializers.SerializerMethodField()

    def get_name(self, row: Any) -> str:
        """The tenant's own word."""
        return say(row.name)


class StatusSerializer(KeyedSerializer):
    """A state: the tenant's own word for it, customers' for customers, and what it means."""

    kind = serializers.ChoiceField(choices=Status.Kind.choices)

    def get_name(self, row: Status) -> str:
        """The word that this reader knows."""
        return say(row.name if person_of(self.context["request"]).is_staff_member else row.customer_name)


class PersonBriefSerializer(serializers.Serializer):
    """A person in a ticket. Customers read no mail address but their own, unless the list says `shows_addresses`."""

    id = serializers.UUIDField()
    name = serializers.SerializerMethodField()
    email = serializers.SerializerMethodField()

    def get_name(self, person: User) -> str:
        """Their name, else their address where it may be read."""
        if self._is_hidden(person):
            named = "" if "@" in person.name else person.name
            return named or str(self.context.get("nameless", "" if person.is_staff_member else _("Customer")))
        return person.name or person.email

    @extend_schema_field({"type": ["string", "null"], "format": "email"})
    def get_email(self, person: User) -> str | None:
        """Only for staff, of oneself, and for the one who asked of those who were put in copy."""
        return None if self._is_hidden(person) else person.email

    def _is_hidden(self, person: User) -> bool:
        """Whether the address is none of the reader's business: people of one ticket may be strangers."""
        reader = person_of(self.context["request"])
        if reader.is_staff_member or reader.pk == person.pk:
            return False
        return person.is_staff_member or not self.context.get("shows_addresses")


class OrganizationBriefSerializer(serializers.Serializer):
    """A customer company."""

    id = serializers.UUIDField()
    name = serializers.CharField()


class ClockSerializer(serializers.Serializer):
    """A promise and how it stands."""

    metric = serializers.ChoiceField(choices=[(key, str(name)) for key, name in promise.NAMES.items()])
    number = serializers.IntegerField(help_text="the n-th of its metric on this ticket")
    tier = serializers.CharField(help_text="of metric tier, for staff: which one held the ticket; else empty")
    consumed_seconds = serializers.IntegerField(help_text="of opening hours, before the current stretch")
    state = serializers.ChoiceField(choices=[state.value for state in State])
    due_at = serializers.DateTimeField(allow_null=True, help_text="none while it is paused")
    started_at = serializers.DateTimeField(allow_null=True)
    target_seconds = serializers.IntegerField(allow_null=True, help_text="of opening hours")
    remaining_seconds = serializers.SerializerMethodField()
    breached_at = serializers.DateTimeField(allow_null=True)
    fulfilled_at = serializers.DateTimeField(allow_null=True)

    @extend_schema_field(
        {"type": ["integer", "null"], "description": "of opening hours; negative when overdue; null when it is over"}
    )
    def get_remaining_seconds(self, clock: Clock) -> int | None:
        """As of now."""
        if clock.state not in reading.OWED:
            return None
        return promise.of(clock, ticket=self.context["tickets"][clock.ticket_id], at=timezone.now()).remaining_seconds


class AttachmentSerializer(serializers.Serializer):
    """A file on a message."""

    id = serializers.UUIDField()
    name = serializers.CharField(help_text="as the sender called it")
    content_type = serializers.CharField(help_text="as the sender said")
    size = serializers.IntegerField(help_text="bytes")
    is_inline = serializers.BooleanField(help_text="a picture that stands in the text, as /files/<id>")
    url = serializers.SerializerMethodField()

    @extend_schema_field(OpenApiTypes.URI)
    def get_url(self, attachment: Attachment) -> str:
        """Where it can be fetched, with the same token."""
        return self.context["request"].build_absolute_uri(reverse("api:attachment", args=[attachment.pk]))


class MessageSerializer(serializers.Serializer):
    """Something said on a ticket."""

    id = serializers.UUIDField()
    kind = serializers.ChoiceField(choices=Message.Kind.choices)
    author = PersonBriefSerializer()
    by_staff = serializers.BooleanField()
    body = serializers.CharField(help_text="as plain text")
    html = serializers.CharField(help_text="the same with its formatting, safe to show; empty when it has none")
    posted_at = serializers.DateTimeField()
    is_rude = serializers.BooleanField(help_text="a customer's, with words that the policy forbids")
    attachments = AttachmentSerializer(many=True)
    mentions = serializers.SerializerMethodField()

    @extend_schema_field(PersonBriefSerializer(many=True))
    def get_mentions(self, message: Message) -> Any:
        """Colleagues whom a note calls upon, also by their team."""
        called = [mention.user for mention in message.mentions.all()]
        return PersonBriefSerializer(called, many=True, context=self.context).data


class PostedMessageSerializer(MessageSerializer):
    """What was just said, and where it stands."""

    ticket = serializers.IntegerField(
        source="ticket.number",
        help_text="the ticket that it stands on: a new one when the time to reopen the other was over",
    )


class ScheduledReplySerializer(serializers.Serializer):
    """A reply that goes at its time; the message that it becomes has the same id."""

    id = serializers.UUIDField()
    author = PersonBriefSerializer()
    body = serializers.CharField()
    html = serializers.CharField()
    status = serializers.CharField(help_text="key of the state that goes with it, or empty")
    reach = serializers.ChoiceField(choices=Reach.choices, help_text="of an incident, how far it goes")
    send_at = serializers.DateTimeField()


class TimelineItemSerializer(serializers.Serializer):
    """One thing in the story of a ticket: a message, or an event in a plain sentence."""

    id = serializers.UUIDField()
    at = serializers.DateTimeField()
    kind = serializers.ChoiceField(choices=["message", "event"])
    verb = serializers.CharField(help_text="such as message.posted, status.changed, ticket.escalated")
    actor = serializers.CharField(help_text="as this reader may know them")
    text = serializers.CharField(help_text="what happened, or what was said")
    detail = serializers.CharField(help_text="a reason that this reader may read")
    is_internal = serializers.BooleanField()
    by_staff = serializers.BooleanField()
    attachments = AttachmentSerializer(many=True)

    def to_representation(self, item: timeline.Item) -> dict[str, Any]:
        """A message's words are its text."""
        shown = super().to_representation(item)
        if item.message is not None:
            shown["text"] = item.message.body
        return shown


class TicketSummarySerializer(serializers.Serializer):
    """A ticket in a list."""

    number = serializers.IntegerField()
    url = serializers.SerializerMethodField()
    subject = serializers.CharField()
    status = StatusSerializer()
    is_active = serializers.BooleanField()
    priority = KeyedSerializer()
    category = KeyedSerializer()
    channel = KeyedSerializer()
    requester = PersonBriefSerializer()
    organization = OrganizationBriefSerializer(allow_null=True)
    assignee = PersonBriefSerializer(allow_null=True)
    tier = KeyedSerializer()
    team = KeyedSerializer(allow_null=True)
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()
    due_at = serializers.DateTimeField(allow_null=True, help_text="the earliest due time of its running clocks")
    snoozed_at = serializers.DateTimeField(allow_null=True, help_text="for staff: put aside since then")
    snoozed_until = serializers.DateTimeField(
        allow_null=True, help_text="for staff: until then, or the customer writes"
    )
    clocks = ClockSerializer(many=True)

    @extend_schema_field(OpenApiTypes.URI)
    def get_url(self, ticket: Ticket) -> str:
        """Where the API reads it."""
        return self.context["request"].build_absolute_uri(reverse("api:ticket", args=[ticket.number]))

    def to_representation(self, ticket: Ticket) -> dict[str, Any]:
        """The clocks find their ticket without a query."""
        self.context.setdefault("tickets", {})[ticket.pk] = ticket  # type: ignore[attr-defined]
        shown = super().to_representation(ticket)
        if not person_of(self.context["request"]).is_staff_member:  # what a tier owes is between the tiers
            shown["snoozed_at"] = shown["snoozed_until"] = None
            shown["clocks"] = [clock for clock in shown["clocks"] if clock["metric"] != "tier"]
        return shown


class TicketSerializer(TicketSummarySerializer):
    """A ticket to read: what was promised and everything that happened, as its reader may know it."""

    is_unproven = serializers.BooleanField(help_text="filed without signing in; the address is not proven yet")
    description = serializers.CharField()
    answers = serializers.SerializerMethodField(help_text="to the fields of the category, by their keys")
    awaited_answers = serializers.SerializerMethodField(
        help_text="keys of authorisation data that it lacks; see identify"
    )
    impact = serializers.CharField()
    urgency = serializers.CharField()
    articles = serializers.ListField(child=serializers.IntegerField(), help_text="read before filing, by number")
    tags = serializers.SerializerMethodField()
    merged_into = serializers.IntegerField(source="merged_into.number", default=None, allow_null=True)
    exclusion = KeyedSerializer(allow_null=True)
    refusal_reason = KeyedSerializer(allow_null=True)
    template = serializers.SerializerMethodField(help_text="for staff: what it was opened from")
    promise = serializers.SerializerMethodField(help_text="in a sentence, for the customer")
    timeline = serializers.SerializerMethodField()

    @extend_schema_field(AnswersField)
    def get_answers(self, ticket: Ticket) -> dict[str, Any]:
        """Customers read what the policy does not hide from them."""
        if person_of(self.context["request"]).is_staff_member:
            return dict(ticket.answers)
        policy = promise.policy_for(ticket)
        return {key: said for key, said in ticket.answers.items() if answers.is_open_to_customers(key, policy)}

    @extend_schema_field({"type": "array", "items": {"type": "string"}})
    def get_awaited_answers(self, ticket: Ticket) -> list[str]:
        """What the request waits for."""
        return [each.key for each in answers.missing_to_identify(ticket, ticket.policy)] if ticket.is_active else []

    @extend_schema_field({"type": "array", "items": {"type": "string"}, "description": "for staff; empty for others"})
    def get_tags(self, ticket: Ticket) -> list[str]:
        """Words that agents put on it."""
        if not person_of(self.context["request"]).is_staff_member:
            return []
        return [tag.name for tag in ticket.tags.all()]

    @extend_schema_field({"type": ["string", "null"], "format": "uuid"})
    def get_template(self, ticket: Ticket) -> str | None:
        """Id of the template; null for others than staff."""
        is_staff = person_of(self.context["request"]).is_staff_member
        return str(ticket.template_id) if is_staff and ticket.template_id else None

    def get_promise(self, ticket: Ticket) -> str:
        """What the customer is told first."""
        return promise.headline(ticket, ticket.clocks.all(), at=timezone.now()).sentence

    @extend_schema_field(TimelineItemSerializer(many=True))
    def get_timeline(self, ticket: Ticket) -> Any:
        """In the reader's audience."""
        person = person_of(self.context["request"])
        draw = timeline.for_agent if person.is_staff_member else timeline.for_customer
        return TimelineItemSerializer(draw(ticket, person), many=True, context=self.context).data
