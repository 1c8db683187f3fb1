"""What programs say on tickets: words, or a macro that says them and does more."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from tenants.api import person_of
from tickets import macros
from tickets.api.fields import StatusField
from tickets.api.given import STAFF_ONLY, CourtesySerializer, WordsSerializer, require_content
from tickets.models import Draft, Macro
from tickets.relaying import Reach


@extend_schema_field(OpenApiTypes.UUID)
class MacroField(serializers.PrimaryKeyRelatedField):
    """A macro by id: one's own, those of one's teams and those for everybody."""

    def __init__(self, **options: Any) -> None:
        super().__init__(queryset=Macro.objects.none(), pk_field=serializers.UUIDField(), **options)

    def get_queryset(self) -> Any:
        """What this person sees; customers see none."""
        person = person_of(self.context["request"])
        return Macro.objects.visible_to(person) if person.is_staff_member else Macro.objects.none()


class MacroWordsSerializer(WordsSerializer):
    """Words, or a macro that says them and does more; the context has the `ticket`."""

    macro = MacroField(
        required=False,
        help_text="staff only: id of a macro. It says its text, filled in for this ticket, unless body or html do, and "
        "does its acts with it: all of it or nothing",
    )
    acts = serializers.ListField(
        child=serializers.ChoiceField(choices=[(name, name) for name in macros.ACTS]),
        required=False,
        help_text="of the macro, those that are done; every one unless they are named",
    )

    #: As what a macro is sent here.
    sent_as = Draft.Kind.REPLY

    def validate(self, given: dict[str, Any]) -> dict[str, Any]:
        """Words or files; the macro's words where none are given, and of its acts those that are named."""
        macro: Macro | None = given.get("macro")
        named = given.pop("acts", None)
        if macro is not None:
            if macro.kind not in ("", self.sent_as):
                raise serializers.ValidationError({"macro": _("This macro is kept for another kind of message.")})
            given["acts"] = macros.chosen(macro.acts, list(macros.ACTS) if named is None else named)
            if not (given.get("body") or given.get("html")):
                self._fill_in(given, macro)
        elif named is not None:
            raise serializers.ValidationError({"acts": _("Name the macro whose acts these are.")})
        require_content(given)
        return given

    def _fill_in(self, given: dict[str, Any], macro: Macro) -> None:
        ticket, agent, at = self.context["ticket"], person_of(self.context["request"]), timezone.now()
        html = macros.filled_html(macro, ticket, agent=agent, at=at)
        given |= {"html": html} if html else {"body": macros.filled(macro, ticket, agent=agent, at=at)}


class NewMessageSerializer(MacroWordsSerializer, CourtesySerializer):
    """A reply by staff, or a comment by the customer."""

    send_at = serializers.DateTimeField(
        required=False, help_text="staff only: when the reply goes; it is held back if the conversation moves on before"
    )
    status = StatusField(required=False, help_text="staff only: the state that goes with the reply")
    reach = serializers.ChoiceField(
        required=False,
        choices=Reach.choices,
        help_text="staff only: of an incident, how far the reply goes; `here` unless it is named",
    )

    def validate(self, given: dict[str, Any]) -> dict[str, Any]:
        """Only a reply sets a state, or is made of a macro."""
        if self.context["is_reply"]:
            given.pop("as_it_is", None)
        named = {"status", "reach", "html", "send_at", "macro", "acts"} & given.keys()
        if named and not self.context["is_reply"]:
            raise serializers.ValidationError(dict.fromkeys(sorted(named), STAFF_ONLY))
        return super().validate(given)


class NewNoteSerializer(MacroWordsSerializer):
    """A note among staff, which no customer ever sees; it calls upon the colleagues whom it names, such as `@ada`."""

    sent_as = Draft.Kind.NOTE
