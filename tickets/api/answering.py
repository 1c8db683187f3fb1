"""Answers to the policy's fields as the API takes them: each is checked as the forms for people check it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from sla.document import SupportPolicy
from sla.document.form_fields import NO, YES, Facts, shown
from tickets.answers import Answer
from tickets.forms.fields import LONGEST_TEXT, kept, question


def read_answers(
    policy: SupportPolicy, said: Mapping[str, Answer], facts: Facts, former: Mapping[str, Any], *, for_staff: bool
) -> tuple[dict[str, Answer | None], dict[str, Any]]:
    """Answers as they are kept, None where one is taken away; and what is wrong, by key.

    Customers answer what they are asked: what is for staff they are told does not exist.
    """
    fields = {each.key: each for each in policy.fields_for(facts.category) if for_staff or not each.is_for_staff}
    read: dict[str, Answer | None] = {}
    wrong: dict[str, Any] = {}
    for key, value in said.items():
        if key not in fields:
            wrong[key[:100]] = [_("The category asks no such question. Read /policy/ for its fields.")]
            continue
        field = question(fields[key], former.get(key), required=False)
        try:
            read[key] = kept(field.clean(_as_sent(value, several=fields[key].kind == "multichoice")))
        except forms.ValidationError as error:
            wrong[key] = error.messages
    asked = {each.key for each in shown(fields.values(), {**former, **read}, facts)}
    for key, answer in read.items():
        if answer is not None and key not in asked:
            wrong[key] = [_("This is not asked with these other values. Read show_when in /policy/, or leave it out.")]
    return read, wrong


def _as_sent(value: Answer, *, several: bool) -> Any:
    if several:
        return value if isinstance(value, list) else [value] if value else []
    return value if not isinstance(value, list) else ", ".join(value)


class AnswerField(serializers.Field):
    """What was answered to a field: words, or for several choices a list of their keys."""

    default_error_messages = {"wrong": gettext_lazy("Send a string, or a list of strings where several may be chosen.")}

    def to_internal_value(self, data: Any) -> Answer:
        """Words, or a list of them."""
        if isinstance(data, bool):
            return YES if data else NO
        values = data if isinstance(data, list) else [data]
        if len(values) > 200 or not all(isinstance(each, str | int | float) for each in values):
            self.fail("wrong")
        word = serializers.CharField(max_length=LONGEST_TEXT, allow_blank=True)
        read = [word.run_validation(each) for each in values]
        return read if isinstance(data, list) else read[0]

    def to_representation(self, value: Answer) -> Answer:
        """As it is kept."""
        return value


@extend_schema_field(
    {
        "type": "object",
        "additionalProperties": {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]},
    }
)
class AnswersField(serializers.DictField):
    """Answers by the key of the policy's field; of several choices a list."""

    child = AnswerField()
