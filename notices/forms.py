"""Writing an announcement: a title and a text in every language of the tenant, to whom, and when."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from notices.actions import Content
from notices.models import Announcement
from tenants.models import Tenant
from tickets.models import Category, Organization

_WORK = ("starts_at", "ends_at", "categories", "organizations")


class DateTimeInput(forms.DateTimeInput):
    """The browser's own picker, to the minute."""

    input_type = "datetime-local"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%dT%H:%M")


class AnnouncementForm(forms.Form):
    """Fields `title_en`, `body_en` ... for each language, the tenant's own first."""

    severity = forms.ChoiceField(label=_("Kind"), choices=Announcement.Severity)
    audience = forms.ChoiceField(label=_("Who sees it"), choices=Announcement.Audience)
    shown_from = forms.DateTimeField(label=_("Show from"), widget=DateTimeInput)
    shown_until = forms.DateTimeField(
        label=_("Show until"), widget=DateTimeInput, required=False, help_text=_("Empty: until you withdraw it.")
    )
    starts_at = forms.DateTimeField(
        label=_("The work begins"),
        widget=DateTimeInput,
        required=False,
        help_text=_("For maintenance: when services may be away. Readers see these times in their own zone."),
    )
    ends_at = forms.DateTimeField(label=_("The work ends"), widget=DateTimeInput, required=False)
    categories = forms.ModelMultipleChoiceField(
        Category.objects.none(),
        label=_("Affected services"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("None: all of them. Clocks of these requests stand still meanwhile if your policy says so."),
    )
    organizations = forms.ModelMultipleChoiceField(
        Organization.objects.none(),
        label=_("Affected organisations"),
        required=False,
        widget=forms.SelectMultiple(attrs={"size": 5}),
        help_text=_("None: everybody."),
    )

    def __init__(self, *args: Any, tenant: Tenant, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["categories"].queryset = Category.objects.filter(is_active=True)  # type: ignore[attr-defined]
        self.fields["organizations"].queryset = Organization.objects.order_by("name")  # type: ignore[attr-defined]
        self.languages = [tenant.language, *(code for code in tenant.languages if code != tenant.language)]
        names = {code: gettext(str(name)) for code, name in settings.LANGUAGES}
        for code in self.languages:
            language = names.get(code, code)
            self.fields[f"title_{code}"] = forms.CharField(
                label=gettext("Title (%(language)s)") % {"language": language},
                max_length=160,
                required=code == tenant.language,
                widget=forms.TextInput(attrs={"lang": code}),
            )
            self.fields[f"body_{code}"] = forms.CharField(
                label=gettext("Text (%(language)s)") % {"language": language},
                max_length=4000,
                required=False,
                widget=forms.Textarea(attrs={"rows": 4, "lang": code}),
            )
        self.order_fields([*self._texts(), "severity", "audience", "shown_from", "shown_until", *_WORK])

    def clean(self) -> dict[str, Any]:
        """Times that contradict each other are told at the field that is to be mended."""
        given = super().clean() or self.cleaned_data
        begin, end = given.get("shown_from"), given.get("shown_until")
        if begin and end and end <= begin:
            self.add_error("shown_until", _("Choose a time after the one from which it is shown."))
        starts, ends = given.get("starts_at"), given.get("ends_at")
        if (starts is None) != (ends is None) and not self.errors.keys() & {"starts_at", "ends_at"}:
            missing = "ends_at" if starts else "starts_at"
            self.add_error(missing, _("Give both the beginning and the end of the work, or neither."))
        elif starts and ends and ends <= starts:
            self.add_error("ends_at", _("Choose a time after the work's beginning."))
        return given

    def content(self) -> Content:
        """What the form says, for the action."""
        given = self.cleaned_data
        plain = ("severity", "audience", "shown_from", "shown_until", "starts_at", "ends_at")
        return Content(
            title={code: given.get(f"title_{code}", "") for code in self.languages},
            body={code: given.get(f"body_{code}", "") for code in self.languages},
            categories=tuple(given["categories"]),
            organizations=tuple(given["organizations"]),
            **{name: given[name] for name in plain},
        )

    def _texts(self) -> Iterable[str]:
        for code in self.languages:
            yield from (f"title_{code}", f"body_{code}")


def initial_of(announcement: Announcement, languages: Iterable[str]) -> dict[str, Any]:
    """What the form shows of an announcement; a text without languages stands under the first."""
    values: dict[str, Any] = {
        name: getattr(announcement, name)
        for name in ("severity", "audience", "shown_from", "shown_until", "starts_at", "ends_at")
    }
    if announcement.window is not None:
        keys = announcement.window.categories
        values["categories"] = list(Category.objects.filter(key__in=keys).values_list("pk", flat=True))
        values["organizations"] = [each.pk for each in announcement.window.organizations.all()]
    for name in ("title", "body"):
        text = getattr(announcement, name)
        by_language = text if isinstance(text, dict) else {next(iter(languages), "en"): text}
        values |= {f"{name}_{code}": words for code, words in by_language.items()}
    return values
