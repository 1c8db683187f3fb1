"""What the API takes: bodies that are checked at each field before one action is called."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from kb.queries.reading import MAX_NUMBER
from sla.document import SupportPolicy
from sla.document.form_fields import Facts
from sla.models import Priority
from tenants.api import StrictSerializer, person_of
from tenants.models import User
from tickets import answers, desk
from tickets.actions import uploading
from tickets.api.answering import AnswersField, read_answers
from tickets.api.fields import (
    EmailOfPersonField,
    KeyField,
    OrganizationField,
    StatusField,
    TemplateField,
    TicketNumberField,
)
from tickets.errors import EmptyMessage, PolicyMissing
from tickets.formatting import LONGEST_HTML
from tickets.forms.fields import LONGEST_TEXT
from tickets.forms.files import MOST_NAMED
from tickets.forms.portal import MOST_ARTICLES
from tickets.models import (
    Category,
    Channel,
    Exclusion,
    Holder,
    RefusalReason,
    Tag,
    Team,
    Ticket,
)

STAFF_ONLY = _("Only staff may set this. Leave it out.")
ONE_TEXT = _("Send either body or html: the plain text is made from the formatted one.")


class FilesSerializer(StrictSerializer):
    """Files go in a multipart body, several under one name, or up in pieces before and are only named here."""

    files = serializers.ListField(
        child=serializers.FileField(allow_empty_file=True), required=False, help_text="multipart bodies only"
    )
    uploads = serializers.ListField(
        child=serializers.UUIDField(),
        required=False,
        max_length=MOST_NAMED,
        help_text="ids of files that went up in pieces, see /uploads/; each is sent once",
    )

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        """What went up before is among the files, locked. Raises UploadGone, UploadUnfinished, TooManyFiles."""
        given = super().to_internal_value(data)
        if named := given.pop("uploads", None):
            holder = Holder(person_of(self.context["request"]))
            given["files"] = [*given.get("files", ()), *uploading.taken(holder, named)]
        return given


class CourtesySerializer(FilesSerializer):
    """What a customer may say once more after a warning of rude words."""

    as_it_is = serializers.BooleanField(
        required=False, help_text="after the error rude_words_warned: send it all the same"
    )


class NewTicketSerializer(CourtesySerializer):
    """A request. Subject and description are enough; the policy says the rest."""

    subject = serializers.CharField(max_length=200, required=False, help_text="needed without a template")
    description = serializers.CharField(max_length=LONGEST_TEXT, required=False, help_text="needed without a template")
    template = TemplateField(required=False, help_text="staff only: says what is left out here")
    category = KeyField(Category, required=False)
    priority = KeyField(Priority, required=False, help_text="key; or let it follow from impact and urgency")
    impact = serializers.CharField(required=False, max_length=40, help_text="key of the policy's matrix")
    urgency = serializers.CharField(required=False, max_length=40, help_text="key of the policy's matrix")
    organization = OrganizationField(required=False, allow_null=True, help_text="on whose behalf")
    answers = AnswersField(required=False, help_text="to the questions of the category, by their keys")
    articles = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=MAX_NUMBER),
        required=False,
        max_length=MOST_ARTICLES,
        help_text="numbers of articles that were read before",
    )
    requester = EmailOfPersonField(queryset=User.objects.none(), required=False, help_text="staff only: mail address")
    channel = KeyField(Channel, required=False, help_text="staff only: the way it came, such as phone")

    def get_fields(self) -> dict[str, Any]:
        """A template says what a request is about; without one it has to be said."""
        fields = super().get_fields()
        sent = getattr(self, "initial_data", None)
        if isinstance(sent, Mapping) and "template" not in sent:
            for name in ("subject", "description"):
                fields[name].required = True
        return fields

    def validate(self, given: dict[str, Any]) -> dict[str, Any]:
        """What depends on who asks and on the policy in force."""
        errors: dict[str, Any] = {}
        if not person_of(self.context["request"]).is_staff_member:
            errors |= {name: STAFF_ONLY for name in ("requester", "channel", "template") if name in given}
        policy = _policy()
        if policy is not None:
            staff = person_of(self.context["request"]).is_staff_member
            errors |= _wrong_levels(policy, given) or _for_new(policy, given, for_staff=staff)
        if errors:
            raise serializers.ValidationError(errors)
        return given


def _policy() -> SupportPolicy | None:
    """The policy in force; the action says so when there is none."""
    try:
        return desk.current_policy().policy
    except PolicyMissing:
        return None


def _wrong_levels(policy: SupportPolicy, given: Mapping[str, Any]) -> dict[str, Any]:
    """Errors at impact and urgency, which make a priority only together."""
    levels = {"impact": policy.matrix.impacts, "urgency": policy.matrix.urgencies} if policy.matrix else {}
    said = {name: given[name] for name in ("impact", "urgency") if name in given}
    if said and "priority" in given:
        return {"priority": _("Give either a priority, or the impact and urgency that it follows from.")}
    if said and not levels:
        return dict.fromkeys(said, _("This policy has no matrix of impact and urgency. Give a priority instead."))
    wrong: dict[str, Any] = {
        name: _("Choose one of: %(keys)s.") % {"keys": ", ".join(levels[name])}
        for name, key in said.items()
        if key not in levels[name]
    }
    if len(said) == 1:
        missing = "urgency" if "impact" in said else "impact"
        wrong[missing] = _("Give impact and urgency together.")
    return wrong


def _for_new(policy: SupportPolicy, given: dict[str, Any], *, for_staff: bool) -> dict[str, Any]:
    """Errors at the answers of a new ticket; what is sound is put in as it is kept."""
    if "answers" not in given:
        return {}
    category, priority = given.get("category"), given.get("priority")
    key = category.key if category else policy.default_category.key
    follows = policy.priority_from(given.get("impact", ""), given.get("urgency", ""))
    facts = Facts(
        category=key,
        priority=priority.key if priority else (follows or policy.priority_of(key)).key,
        impact=given.get("impact"),
        urgency=given.get("urgency"),
    )
    read, wrong = read_answers(policy, given["answers"], facts, {}, for_staff=for_staff)
    given["answers"] = {key: answer for key, answer in read.items() if answer is not None}
    return {"answers": wrong} if wrong else {}


class IdentifySerializer(StrictSerializer):
    """Authorisation data that a request lacks."""

    answers = AnswersField(help_text="by the keys of awaited_answers")
    as_it_is = serializers.BooleanField(
        required=False, default=False, help_text="after the error rude_words_warned: send it all the same"
    )

    def validate(self, given: dict[str, Any]) -> dict[str, Any]:
        """Each as its field takes it."""
        ticket: Ticket = self.context["ticket"]
        said, facts = given["answers"], answers.facts_of(ticket)
        read, wrong = read_answers(ticket.policy, said, facts, ticket.answers, for_staff=False)
        if wrong:
            raise serializers.ValidationError({"answers": wrong})
        return {"answers": read, "as_it_is": given["as_it_is"]}


def require_content(given: Mapping[str, Any]) -> None:
    if not given["body"] and not given.get("html") and not given.get("files"):
        raise serializers.ValidationError({"body": EmptyMessage.sentence})
    if given["body"] and given.get("html"):
        raise serializers.ValidationError({"html": ONE_TEXT})


class WordsSerializer(FilesSerializer):
    """What is said: plain, or formatted."""

    body = serializers.CharField(max_length=LONGEST_TEXT, required=False, default="", allow_blank=True)
    html = serializers.CharField(
        max_length=LONGEST_HTML,
        required=False,
        allow_blank=True,
        help_text="staff only, in place of body: bold, italic, lists, links, code and quotes; all else is taken out",
    )


class DelaySerializer(StrictSerializer):
    """A notice of a delay: until when, and why."""

    until = serializers.DateTimeField(help_text="the new time by which the customer is answered")
    reason = serializers.CharField(max_length=2000, help_text="for the customer")


class ChangesSerializer(StrictSerializer):
    """What a ticket shall be; what is left out stays."""

    status = StatusField(required=False)
    priority = KeyField(Priority, required=False, help_text="needs a reason")
    reason = serializers.CharField(
        required=False, max_length=2000, help_text="for another priority or team; the customer reads that of a priority"
    )
    category = KeyField(Category, required=False)
    team = KeyField(Team, required=False, help_text="another team of the same tier; tiers change by escalating")
    assignee = EmailOfPersonField(
        queryset=User.objects.none(), required=False, allow_null=True, help_text="mail address, me, or null"
    )
    answers = AnswersField(
        required=False, allow_null=False, help_text="of the fields that shall change; an empty string takes one away"
    )
    tags = serializers.ListField(
        child=serializers.CharField(max_length=Tag._meta.get_field("name").max_length),
        required=False,
        max_length=50,
        help_text="all tags that it shall have",
    )

    def validate(self, given: dict[str, Any]) -> dict[str, Any]:
        """At least one change."""
        if not given.keys() - {"reason"}:
            raise serializers.ValidationError(_("Name at least one thing to change."))
        if "answers" in given:
            given["answers"] = self._answers(given)
        return given

    def _answers(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """As they are kept, once the other changes are made. Raises ValidationError at those that are wrong."""
        ticket: Ticket = self.context["ticket"]
        category, priority = given.get("category", ticket.category), given.get("priority", ticket.priority)
        facts = replace(answers.facts_of(ticket), category=category.key, priority=priority.key)
        read, wrong = read_answers(ticket.policy, given["answers"], facts, ticket.answers, for_staff=True)
        if wrong:
            raise serializers.ValidationError({"answers": wrong})
        return read


class ReasonSerializer(StrictSerializer):
    """Why, where the act can do without."""

    reason = serializers.CharField(required=False, default="", allow_blank=True, max_length=2000)


class MergeSerializer(StrictSerializer):
    """Which ticket stays."""

    into = TicketNumberField(help_text="number of the ticket that stays")
    disclose = serializers.BooleanField(
        default=False, help_text="of another customer: you know who will then read it, see the refusal without it"
    )


class RefuseSerializer(StrictSerializer):
    """For which reason of the policy."""

    reason = KeyField(RefusalReason)
    explanation = serializers.CharField(required=False, default="", allow_blank=True, max_length=2000)


class NotCoveredSerializer(StrictSerializer):
    """Which exclusion of the policy."""

    exclusion = KeyField(Exclusion)
    explanation = serializers.CharField(required=False, default="", allow_blank=True, max_length=2000)
