"""Writing an announcement: a title and a text in every language of the tenant, to whom, and when."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from notices.actions import Content
from notices.errors import AudienceMissing
from notices.forms.texts import gathered, languages_of, line, lines, spread
from notices.models import Announcement, Component
from sla import words
from sla.document import SupportPolicy
from sla.models import PolicyVersion
from tenants.models import Tenant
from tenants.text import say
from tenants.widgets import DateTimeInput
from tickets.models import Category, Organization

_CONCERNED = ("components", "organizations", "contracts")
_WORK = ("starts_at", "ends_at", "categories")
_PLAIN = ("severity", "audience", "by_mail", "shown_from", "shown_until", "starts_at", "ends_at")


class AnnouncementForm(forms.Form):
    """Fields `title_en`, `body_en` ... for each language, the tenant's own first."""

    severity = forms.ChoiceField(label=_("Kind"), choices=Announcement.Severity)
    audience = forms.ChoiceField(label=_("Who sees it"), choices=Announcement.Audience)
    shown_from = forms.DateTimeField(label=_("Show from"), widget=DateTimeInput)
    shown_until = forms.DateTimeField(
        label=_("Show until"),
        widget=DateTimeInput,
        required=False,
        help_text=_("Empty: until you withdraw it; announced work until a day after its end."),
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
        label=_("Kinds of request"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Their clocks stand still during the work if your policy says so. None: those of the services."),
    )
    components = forms.ModelMultipleChoiceField(
        Component.objects.none(),
        label=_("Affected services"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("As the status page lists them. None: all of them."),
    )
    organizations = forms.ModelMultipleChoiceField(
        Organization.objects.none(),
        label=_("Affected organisations"),
        required=False,
        widget=forms.SelectMultiple(attrs={"size": 5}),
        help_text=_("None: everybody."),
    )
    contracts = forms.MultipleChoiceField(
        label=_("Those with a contract"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Besides the chosen organisations. None: any."),
    )
    by_mail = forms.BooleanField(label=_("Send it by mail too"), required=False)

    def __init__(self, *args: Any, tenant: Tenant, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["components"].queryset = Component.objects.filter(is_active=True)  # type: ignore[attr-defined]
        policy = _policy()
        contracts = policy.contracts.values() if policy else ()
        self.fields["contracts"].choices = [(each.key, say(each.name)) for each in contracts]  # type: ignore[attr-defined]
        self.fields["by_mail"].help_text = _when_mailed(policy)
        self.fields["categories"].queryset = Category.objects.filter(is_active=True)  # type: ignore[attr-defined]
        self.fields["organizations"].queryset = Organization.objects.order_by("name")  # type: ignore[attr-defined]
        self.languages = languages_of(tenant)
        for code in self.languages:
            own = code == tenant.language
            self.fields[f"title_{code}"] = line(gettext("Title (%(language)s)"), code, required=own)
            self.fields[f"body_{code}"] = lines(gettext("Text (%(language)s)"), code, required=False)
        for name in ("components", "contracts"):
            if not self.fields[name].choices:  # type: ignore[attr-defined]
                del self.fields[name]
        usual = ["severity", "audience", *_CONCERNED, "by_mail", "shown_from", "shown_until", *_WORK]
        self.order_fields([*self._texts(), *usual])

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
        chosen = any(given.get(name) for name in _CONCERNED)
        if given.get("audience") == Announcement.Audience.CHOSEN and not chosen and not self.errors:
            self.add_error("audience", str(AudienceMissing()))
        return given

    def content(self) -> Content:
        """What the form says, for the action."""
        given = self.cleaned_data
        return Content(
            title=gathered(given, "title", self.languages),
            body=gathered(given, "body", self.languages),
            categories=tuple(given["categories"]),
            components=tuple(given.get("components", ())),
            organizations=tuple(given["organizations"]),
            contracts=tuple(given.get("contracts", ())),
            **{name: given[name] for name in _PLAIN},
        )

    def _texts(self) -> Iterable[str]:
        for code in self.languages:
            yield from (f"title_{code}", f"body_{code}")


def initial_of(announcement: Announcement, languages: Iterable[str]) -> dict[str, Any]:
    """What the form shows of an announcement; a text without languages stands under the first."""
    values: dict[str, Any] = {name: getattr(announcement, name) for name in (*_PLAIN, "contracts")}
    values["components"] = [each.pk for each in announcement.components.all()]
    values["organizations"] = [each.pk for each in announcement.organizations.all()]
    if announcement.window is not None:
        keys = announcement.window.categories
        values["categories"] = list(Category.objects.filter(key__in=keys).values_list("pk", flat=True))
    languages = list(languages)
    values |= spread(announcement.title, "title", languages) | spread(announcement.body, "body", languages)
    return values


def _policy() -> SupportPolicy | None:
    try:
        return PolicyVersion.objects.current().policy
    except PolicyVersion.DoesNotExist:
        return None


def _when_mailed(policy: SupportPolicy | None) -> str:
    """When mails go out, with the lead times that the policy sets."""
    leads = policy.maintenance.lead_times if policy and policy.maintenance else ()
    said = ", ".join(
        words.duration(each) if each.days is not None else words.wall_length(each.seconds or 0) for each in leads
    )
    if not said:
        return gettext("Announced work: at once, at its beginning and at its end. Anything else: once it is shown.")
    return gettext(
        "Announced work: %(lead_times)s ahead, at its beginning and at its end. Anything else: once it is shown."
    ) % {"lead_times": said}
