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
from sla.document.form_fields import Facts
from sla.document.requests import Category, Level, Priority
from tenants.text import say
from tickets.errors import RudeWords, RudeWordsWarned
from tickets.forms.fields import LONGEST_TEXT, AskingForm
from tickets.forms.files import FilesField, UploadingForm
from tickets.models import Organization

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

    #: The code of the refusal that its sender reads, if there was one.
    refused_for = ""
    token = forms.UUIDField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, **options: Any) -> None:
        options.setdefault("auto_id", "id_%s")
        super().__init__(*args, **options)
        self.initial.setdefault("token", uuid.uuid4())

    def clean_token(self) -> uuid.UUID:
        """A form without a token is taken as new."""
        return self.cleaned_data["token"] or uuid.uuid4()


class CourtesyForm(TokenForm):
    """What a customer writes; with a tick it stays as it is, after a warning of rude words."""

    as_it_is = forms.BooleanField(required=False)

    @property
    def warns_of_words(self) -> bool:
        """Whether its sender was warned, now or before: the page then offers to send it all the same.

        Where the policy refuses rude words the tick would do nothing, so it is not offered.
        """
        return self.refused_for == RudeWordsWarned.code or (self.is_as_it_is and self.refused_for != RudeWords.code)

    def has_said(self, name: str) -> bool:
        """Whether its sender ticked or pressed this; when the page comes back for another reason it is said still."""
        return self.is_bound and bool(self.data.get(name))

    @property
    def is_as_it_is(self) -> bool:
        """Whether the tick is set."""
        return self.has_said("as_it_is")


class CommentForm(UploadingForm, CourtesyForm):
    """What a customer writes on a ticket."""

    body = forms.CharField(
        label=_("Your message"), max_length=LONGEST_TEXT, required=False, widget=forms.Textarea(attrs={"rows": 5})
    )
    files = FilesField()  # type: ignore[assignment]


class CopyForm(forms.Form):
    """Whom a customer puts in copy."""

    email = forms.EmailField(
        label=_("Mail address"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, auto_id="copy_%s", **options)  # type: ignore[misc]


class FilingForm(AskingForm, UploadingForm, CourtesyForm):
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
        facts = Facts(category=category.key, priority=policy.priority_of(category.key).key)
        changing = ("priority", "impact", "urgency") if policy.matrix else ("priority",)
        asked = [each for each in policy.fields_for(category.key) if not each.is_for_staff]
        self.ask(policy, asked, facts, given={}, changing=changing)
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
        if subject and self.policy.guidance.finds_vague(subject) and not self.keeps_subject:
            self.add_error("subject", self.vague_hint)
        self.pass_over(cleaned)
        return cleaned

    @property
    def vague_hint(self) -> str:
        """What to tell who writes a subject that says nothing."""
        return say(self.policy.guidance.vague_hint) or str(
            _("This subject does not say what is wrong. Name the thing and what it does, so that we can help at once.")
        )

    @property
    def keeps_subject(self) -> bool:
        """Whether its sender was told that the subject says nothing, and keeps it."""
        return self.has_said("keep_subject")

    @property
    def is_about_else(self) -> bool:
        """Whether its sender was asked about open requests, and said that this is about something else."""
        return self.has_said("file_anyway")

    @property
    def is_subject_vague(self) -> bool:
        """Whether the sender was told so: the page then offers to keep the subject."""
        return self.is_bound and self.policy.guidance.finds_vague(str(self.data.get("subject", "")))


class UnsignedFilingForm(FilingForm):
    """A new ticket of somebody who has not signed in: an address to answer to, and no name, which proves nothing."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["email"] = forms.EmailField(
            label=_("Your mail address"),
            max_length=254,
            help_text=_("We answer there. The first mail has a link that shows your request."),
            widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        )


def article_numbers(words: Iterable[str]) -> list[int]:
    """Distinct article numbers, as far as they can be any."""
    numbers = (int(word) for word in words if word.isascii() and word.isdecimal() and len(word) <= 10)
    return list(dict.fromkeys(number for number in numbers if 0 < number <= MAX_NUMBER))[:MOST_ARTICLES]


def _levels(label: Any, levels: dict[str, Level]) -> forms.ChoiceField:
    choices = [(each.key, Described(say(each.name), say(each.meaning))) for each in levels.values()]
    return forms.ChoiceField(label=label, choices=choices, required=False, widget=forms.RadioSelect)
