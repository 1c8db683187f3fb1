"""What customers fill in."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from kb.queries.reading import MAX_NUMBER
from sla.document import SupportPolicy
from sla.document.requests import Category, FormField, Level, Priority
from tenants.text import say
from tickets.forms.files import FilesField
from tickets.models import Organization

LONGEST_TEXT = 100_000
MOST_ARTICLES = 10
_NUMBER = re.compile(r"\d{1,10}")


class Described(str):
    """A choice's label with a second line; `_field.html` shows it."""

    description: str

    def __new__(cls, label: str, description: str = "") -> Described:
        """A label that is its text."""
        made = super().__new__(cls, label)
        made.description = description
        return made


class TokenForm(forms.Form):
    """A form that carries a token, so that sending it twice does its work once."""

    token = forms.UUIDField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, **options: Any) -> None:
        options.setdefault("auto_id", "id_%s")
        super().__init__(*args, **options)
        self.initial.setdefault("token", uuid.uuid4())

    def clean_token(self) -> uuid.UUID:
        """A form without a token is taken as new."""
        return self.cleaned_data["token"] or uuid.uuid4()


class CommentForm(TokenForm):
    """What a customer writes on a ticket."""

    body = forms.CharField(
        label=_("Your message"), max_length=LONGEST_TEXT, required=False, widget=forms.Textarea(attrs={"rows": 5})
    )
    files = FilesField()  # type: ignore[assignment]


class FilingForm(TokenForm):
    """A new ticket in a category, with what the policy asks there."""

    def __init__(
        self,
        *args: Any,
        policy: SupportPolicy,
        category: Category,
        organizations: Iterable[Organization] = (),
        **options: Any,
    ) -> None:
        super().__init__(*args, **options)
        self.policy, self.category = policy, category
        self._add_organization(list(organizations))
        self.fields["subject"] = forms.CharField(
            label=_("Subject"), max_length=200, help_text=say(policy.guidance.subject)
        )
        self.fields["description"] = forms.CharField(
            label=_("Description"),
            max_length=LONGEST_TEXT,
            help_text=say(policy.guidance.description),
            widget=forms.Textarea(attrs={"rows": 7}),
        )
        self.questions = {f"answer-{each.key}": each for each in policy.fields_for(category.key)}
        self.fields.update({name: question(each) for name, each in self.questions.items()})
        self._add_priority()
        self.fields["near_articles"] = forms.CharField(
            label=_("Articles that come close"),
            max_length=500,
            required=False,
            help_text=_(
                "Numbers or links of articles that you have read. The agent sees them and need not repeat them."
            ),
        )
        self.fields["files"] = FilesField(help_text=_("Screenshots, messages, logs: whatever shows the problem."))

    def _add_organization(self, organizations: list[Organization]) -> None:
        if len(organizations) > 1:
            chosen = Organization.objects.filter(pk__in=[each.pk for each in organizations])
            self.fields["organization"] = forms.ModelChoiceField(
                chosen, label=_("On behalf of"), required=False, empty_label=str(_("Myself, none of them"))
            )

    def _add_priority(self) -> None:
        choices = [(each.key, self._described(each)) for each in self.policy.priorities.values()]
        if self.policy.matrix:
            unsure = Described(
                str(_("I am not sure")), str(_("Say below how much is affected and how soon you need it."))
            )
            choices.append(("", unsure))
        usual = self.policy.priority_of(self.category.key).key
        self.fields["priority"] = forms.ChoiceField(
            label=_("How urgent is it?"),
            choices=choices,
            initial=usual,
            required=not self.policy.matrix,
            widget=forms.RadioSelect,
        )
        if self.policy.matrix:
            self.fields["impact"] = _levels(_("Who is affected?"), self.policy.matrix.impacts)
            self.fields["urgency"] = _levels(_("How soon do you need it?"), self.policy.matrix.urgencies)

    def _described(self, priority: Priority) -> Described:
        parts = [say(self.policy.meaning(self.category.key, priority.key))]
        if priority.examples:
            parts.append(str(_("For example: %(examples)s") % {"examples": "; ".join(map(say, priority.examples))}))
        if priority.counter_examples:
            counter = "; ".join(map(say, priority.counter_examples))
            parts.append(str(_("Not: %(examples)s") % {"examples": counter}))
        return Described(say(priority.name), " ".join(part.strip().rstrip(".") + "." for part in parts))

    def bound_questions(self) -> list[forms.BoundField]:
        """The category's own fields."""
        return [self[name] for name in self.questions]

    def clean_near_articles(self) -> list[int]:
        """The numbers in what was written, and of the suggestions that were ticked."""
        written = _NUMBER.findall(self.cleaned_data["near_articles"])
        ticked = self.data.getlist("articles") if hasattr(self.data, "getlist") else []
        return article_numbers([*ticked, *written])

    def clean(self) -> dict[str, Any]:
        """A priority, or what it follows from; a subject that says something, or a tick that it shall stay."""
        cleaned = super().clean() or self.cleaned_data
        if not cleaned.get("priority") and "impact" in self.fields and "priority" not in self.errors:
            for name in ("impact", "urgency"):
                if not cleaned.get(name) and name not in self.errors:
                    self.add_error(name, _("Choose one, so that we know how urgent it is."))
        if cleaned.get("impact") and cleaned.get("urgency"):
            cleaned["priority"] = ""  # it follows from them
        subject = cleaned.get("subject", "")
        if subject and self.policy.guidance.finds_vague(subject) and not self.data.get("keep_subject"):
            self.add_error("subject", self.vague_hint)
        return cleaned

    @property
    def vague_hint(self) -> str:
        """What to tell who writes a subject that says nothing."""
        return say(self.policy.guidance.vague_hint) or str(
            _("This subject does not say what is wrong. Name the thing and what it does, so that we can help at once.")
        )

    @property
    def is_subject_vague(self) -> bool:
        """Whether the sender was told so: the page then offers to keep the subject."""
        return self.is_bound and self.policy.guidance.finds_vague(str(self.data.get("subject", "")))

    def answers(self) -> dict[str, str]:
        """What was answered to the category's fields, by their keys."""
        values = {each.key: self.cleaned_data.get(name) for name, each in self.questions.items()}
        return {key: str(value) for key, value in values.items() if value not in (None, "")}


def article_numbers(words: Iterable[str]) -> list[int]:
    """Distinct article numbers, as far as they can be any."""
    numbers = (int(word) for word in words if word.isascii() and word.isdecimal() and len(word) <= 10)
    return list(dict.fromkeys(number for number in numbers if 0 < number <= MAX_NUMBER))[:MOST_ARTICLES]


def _levels(label: Any, levels: dict[str, Level]) -> forms.ChoiceField:
    choices = [(each.key, Described(say(each.name), say(each.meaning))) for each in levels.values()]
    return forms.ChoiceField(label=label, choices=choices, required=False, widget=forms.RadioSelect)


def question(asked: FormField) -> forms.Field:
    """The form field for a question of the policy."""
    common: dict[str, Any] = {"label": say(asked.name), "help_text": say(asked.help), "required": asked.required}
    longest = asked.max_length or LONGEST_TEXT
    if asked.kind == "choice":
        choices = [(option.key, say(option.name)) for option in asked.choices.values()]
        return forms.ChoiceField(choices=[("", "—"), *choices], **common)
    if asked.kind == "date":
        return forms.DateField(widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **common)
    if asked.kind == "email":
        return forms.EmailField(max_length=min(longest, 254), **common)
    if asked.kind == "url":
        return forms.URLField(assume_scheme="https", max_length=min(longest, 2000), **common)
    if asked.kind == "textarea":
        return forms.CharField(widget=forms.Textarea(attrs={"rows": 4}), max_length=longest, **common)
    if asked.pattern:
        wrong = _("This does not look right. %(help)s") % {"help": say(asked.help)}
        return forms.RegexField(
            rf"\A(?:{asked.pattern})\Z", error_messages={"invalid": wrong}, max_length=longest, **common
        )
    return forms.CharField(max_length=min(longest, 1000), **common)
