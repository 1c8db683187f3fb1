"""Fields of bodies that name rows: by key of the policy, by address, by id or by number."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from tenants.addresses import owner_of
from tenants.api import person_of
from tenants.models import User
from tickets.models import Organization, Status, Ticket, TicketTemplate


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
        person = owner_of(address)
        if person is None or not person.is_active:
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


@extend_schema_field(OpenApiTypes.UUID)
class TemplateField(serializers.PrimaryKeyRelatedField):
    """A template that this person uses, by id."""

    def get_queryset(self) -> Any:
        """Those in use."""
        return TicketTemplate.objects.visible_to(person_of(self.context["request"])).filter(is_active=True)


class TicketNumberField(serializers.IntegerField):
    """The number of a ticket that this person may see."""

    default_error_messages = {"unknown": _("There is no ticket with this number. Look it up and try again.")}

    def __init__(self, **options: Any) -> None:
        super().__init__(min_value=1, max_value=2**63 - 1, **options)

    def run_validation(self, data: Any = serializers.empty) -> Any:
        """The ticket. Raises ValidationError."""
        number = super().run_validation(data)
        person = person_of(self.context["request"])
        found = Ticket.objects.visible_to(person).filter(number=number).first()
        if found is None:
            self.fail("unknown")
        return found
