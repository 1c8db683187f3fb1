"""Forms of the knowledge base."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from kb.actions.voting import MAX_COMMENT
from kb.models import Article, ArticleCategory
from kb.queries.reading import MAX_NUMBER
from kb.text import MAX_BODY


class CategoryField(forms.ModelChoiceField):
    """A category by its key."""

    def __init__(self, **more: Any) -> None:
        super().__init__(queryset=None, required=False, to_field_name="key", **more)

    def to_python(self, value: Any) -> Any:
        """Postgres refuses NUL, which no key has."""
        if isinstance(value, str) and "\x00" in value:
            raise forms.ValidationError(self.error_messages["invalid_choice"], code="invalid_choice")
        return super().to_python(value)


class VoteForm(forms.Form):
    """Was this answer helpful?"""

    helpful = forms.TypedChoiceField(
        choices=[("yes", _("Yes")), ("no", _("No"))], coerce=lambda value: value == "yes", label=_("Helpful")
    )
    comment = forms.CharField(
        label=_("What was missing or wrong?"),
        required=False,
        max_length=MAX_COMMENT,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class ArticleForm(forms.Form):
    """An article's shelf and its text in one language."""

    title = forms.CharField(label=_("Title"), max_length=200, help_text=_("The question in the reader's own words."))
    body = forms.CharField(
        label=_("Text"),
        max_length=MAX_BODY,
        widget=forms.Textarea(attrs={"rows": 22, "class": "article-source", "spellcheck": "true"}),
        help_text=_("Markdown: ## heading, **strong**, 1. step, [words](/kb/article/000001), tables, ``` code."),
    )
    kind = forms.ChoiceField(label=_("Kind"), choices=Article.Kind.choices)
    category = CategoryField(label=_("Category"), empty_label=_("Choose one"))
    new_category = forms.CharField(label=_("Or a new category"), max_length=80, required=False)
    visibility = forms.ChoiceField(label=_("Who reads it"), choices=Article.Visibility.choices)
    related = forms.CharField(
        label=_("Related articles"),
        required=False,
        max_length=400,
        help_text=_("Numbers in the order in which they are shown: 000012, 000032."),
    )
    based_on = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=0)

    def __init__(self, *args: Any, article: Article | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.article = article
        self.fields["category"].queryset = ArticleCategory.objects.all()  # type: ignore[attr-defined]

    def clean_related(self) -> list[Article]:
        """The articles that the numbers name, in their order."""
        numbers = [int(number) for number in re.findall(r"[0-9]{1,20}", self.cleaned_data["related"])]
        found = {
            article.number: article
            for article in Article.objects.filter(number__in=[n for n in numbers if n <= MAX_NUMBER])
        }
        if missing := [number for number in numbers if number not in found]:
            raise forms.ValidationError(
                _("There is no article %(number)s. Correct the number or leave it out."),
                params={"number": f"{missing[0]:06d}"},
            )
        return [found[number] for number in numbers]

    def clean(self) -> dict[str, Any]:
        """One category, an old or a new one."""
        cleaned = super().clean() or {}
        if not cleaned.get("category") and not cleaned.get("new_category") and "category" not in self.errors:
            self.add_error("category", _("Choose a category, or name a new one."))
        return cleaned


class ArticleFilterForm(forms.Form):
    """What the workspace's list shows."""

    q = forms.CharField(label=_("Words of the title or a number"), required=False, max_length=200)
    status = forms.ChoiceField(
        label=_("State"), required=False, choices=[("", _("Any state")), *Article.Status.choices]
    )
    kind = forms.ChoiceField(label=_("Kind"), required=False, choices=[("", _("Any kind")), *Article.Kind.choices])
    visibility = forms.ChoiceField(
        label=_("Who reads it"), required=False, choices=[("", _("Any reader")), *Article.Visibility.choices]
    )
    category = CategoryField(label=_("Category"), empty_label=_("Any category"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["category"].queryset = ArticleCategory.objects.all()  # type: ignore[attr-defined]
        for name in ("status", "kind", "visibility", "category"):
            self.fields[name].widget.attrs["class"] = "form-select"


def language_or(choice: str | None, fallback: str) -> str:
    """A language of the interface, else the fallback."""
    return choice if choice in dict(settings.LANGUAGES) else fallback
