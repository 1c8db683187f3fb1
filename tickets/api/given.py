"""What the API takes: bodies that are checked at each field before one action is called."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from kb.queries.reading import MAX_NUMBER
from sla.document import SupportPolicy
from sla.models import Priority
from tenants.api import StrictSerializer, person_of
from tenants.models import User
from tickets import desk
from tickets.errors import EmptyMessage, PolicyMissing
from tickets.forms.portal import LONGEST_TEXT, MOST_ARTICLES, question
from tickets.models import Category, Channel, Exclusion, Organization, RefusalReason, Status, Tag, Team, Ticket

STAFF_ONLY = _("Only staff may set this. Leave it out.")


class KeyField(serializers.SlugRelatedField):
    """A row of the policy in force, named by its key."""

    default_error_messages = {
        "does_not_exist": _("The policy in force knows no “{value}”. Read /policy/ for the keys.")
    }

    def __init__(self, model: Any, **options: Any) -> None:
        self.model = model
        super().__init__("key", queryset=model.objects.none(), **options)

    def get_queryset(self) -> Any:
        """Rows of the active tenant; what the policy no longer knows cannot be chosen."""
        return self.model.objects.filter(is_active=True)

    def to_internal_value(self, data: Any) -> Any:
        """The row. Only strings without NUL are looked up."""
        return super().to_internal_value(_word(data))


class StatusField(KeyField):
    """A state that work can be in: requests are refused by acts of their own, which tell the customer why."""

    default_error_messages = {
        "does_not_exist": _("“{value}” is no state that can be set. Read /policy/ for the keys; use refuse to refuse.")
    }

    def __init__(self, **options: Any) -> None:
        super().__init__(Status, **options)

    def get_queryset(self) -> Any:
        """Without those of new and of refused requests."""
        return super().get_queryset().exclude(kind__in=[Status.Kind.NEW, Status.Kind.REFUSED])


@extend_schema_field(OpenApiTypes.STR)
class EmailOfPersonField(serializers.RelatedField):
    """A person of this helpdesk, named by mail address."""

    default_error_messages = {"unknown": _("Nobody here has this address. Enter the person first.")}

    def get_queryset(self) -> Any:
        """Active people of the active tenant."""
        return User.objects.select_related("role").filter(is_active=True)

    def to_internal_value(self, data: Any) -> User:
        """The person. Raises ValidationError."""
        address = _word(data)
        if address == "me":
            return person_of(self.context["request"])
        person = self.get_queryset().filter(email__iexact=address).first()
        if person is None:
            self.fail("unknown")
        return person

    def to_representation(self, person: User) -> str:  # type: ignore[override]
        """Their address."""
        return person.email


def _word(data: Any) -> str:
    return serializers.CharField(max_length=254).run_validation(data)


@extend_schema_field(OpenApiTypes.UUID)
class OrganizationField(serializers.PrimaryKeyRelatedField):
    """An organisation by id: any for staff, their own for customers."""

    def get_queryset(self) -> Any:
        """What this person may name."""
        return Organization.objects.visible_to(person_of(self.context["request"]))


class FilesSerializer(StrictSerializer):
    """Files go in a multipart body, several under one name."""

    files = serializers.ListField(
        child=serializers.FileField(allow_empty_file=True), required=False, help_text="multipart bodies only"
    )


class NewTicketSerializer(FilesSerializer):
    """A request. Subject and description are enough; the policy says the rest."""

    subject = serializers.CharField(max_length=200)
    description = serializers.CharField(max_length=LONGEST_TEXT)
    category = KeyField(Category, required=False)
    priority = KeyField(Priority, required=False, help_text="key; or let it follow from impact and urgency")
    impact = serializers.CharField(required=False, max_length=40, help_text="key of the policy's matrix")
    urgency = serializers.CharField(required=False, max_length=40, help_text="key of the policy's matrix")
    organization = OrganizationField(required=False, allow_null=True, help_text="on whose behalf")
    answers = serializers.DictField(
        child=serializers.CharField(max_length=LONGEST_TEXT, allow_blank=True),
        required=False,
        help_text="to the questions of the category, by their keys",
    )
    articles = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=MAX_NUMBER),
        required=False,
        max_length=MOST_ARTICLES,
        help_text="numbers of articles that were read before",
    )
    requester = EmailOfPersonField(queryset=User.objects.none(), required=False, help_text="staff only: mail address")
    channel = KeyField(Channel, required=False, help_text="staff only: the way it came, such as phone")

    def validate(self, given: dict[str, Any]) -> dict[str, Any]:
        """What depends on who asks and on the policy in force."""
        errors: dict[str, Any] = {}
        if not person_of(self.context["request"]).is_staff_member:
            errors |= {name: STAFF_ONLY for name in ("requester", "channel") if name in given}
        policy = _policy()
        if policy is not None:
            errors |= _wrong_levels(policy, given) | _wrong_answers(policy, given)
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


def _wrong_answers(policy: SupportPolicy, given: Mapping[str, Any]) -> dict[str, Any]:
    """Errors at answers: to questions that the category does not ask, and of the wrong kind."""
    category = given.get("category")
    asked = {each.key: each for each in policy.fields_for(category.key if category else policy.default_category.key)}
    wrong: dict[str, Any] = {}
    for key, answer in given.get("answers", {}).items():
        if key not in asked:
            wrong[key[:100]] = _("The category asks no such question. Read /policy/ for its fields.")
            continue
        field = question(asked[key])
        field.required = False
        try:
            field.clean(answer)
        except forms.ValidationError as error:
            wrong[key] = error.messages
    return {"answers": wrong} if wrong else {}


def _require_content(given: Mapping[str, Any]) -> None:
    if not given["body"] and not given.get("files"):
        raise serializers.ValidationError({"body": EmptyMessage.sentence})


class NewMessageSerializer(FilesSerializer):
    """A reply by staff, or a comment by the customer."""

    body = serializers.CharField(max_length=LONGEST_TEXT, required=False, default="", allow_blank=True)
    status = StatusField(required=False, help_text="staff only: the state that goes with the reply")

    def validate(self, given: dict[str, Any]) -> dict[str, Any]:
        """Words or files; and only a reply sets a state."""
        _require_content(given)
        if "status" in given and not self.context["is_reply"]:
            raise serializers.ValidationError({"status": STAFF_ONLY})
        return given


class DelaySerializer(StrictSerializer):
    """A notice of a delay: until when, and why."""

    until = serializers.DateTimeField(help_text="the new time by which the customer is answered")
    reason = serializers.CharField(max_length=2000, help_text="for the customer")


class NewNoteSerializer(FilesSerializer):
    """A note among staff, which no customer ever sees."""

    body = serializers.CharField(max_length=LONGEST_TEXT, required=False, default="", allow_blank=True)

    def validate(self, given: dict[str, Any]) -> dict[str, Any]:
        """Words or files."""
        _require_content(given)
        return given


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
        return given


class ReasonSerializer(StrictSerializer):
    """Why, where the act can do without."""

    reason = serializers.CharField(required=False, default="", allow_blank=True, max_length=2000)


class MergeSerializer(StrictSerializer):
    """Which ticket stays."""

    into = serializers.IntegerField(min_value=1, max_value=2**63 - 1, help_text="number of the ticket that stays")

    def validate_into(self, number: int) -> Ticket:
        """A ticket that this person may see. Raises ValidationError."""
        person = person_of(self.context["request"])
        found = Ticket.objects.visible_to(person).filter(number=number).first()
        if found is None:
            raise serializers.ValidationError(_("There is no ticket with this number. Look it up and try again."))
        return found


class RefuseSerializer(StrictSerializer):
    """For which reason of the policy."""

    reason = KeyField(RefusalReason)
    explanation = serializers.CharField(required=False, default="", allow_blank=True, max_length=2000)


class NotCoveredSerializer(StrictSerializer):
    """Which exclusion of the policy."""

    exclusion = KeyField(Exclusion)
    explanation = serializers.CharField(required=False, default="", allow_blank=True, max_length=2000)
