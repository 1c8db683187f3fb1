"""What those fill in who keep templates of tickets and their schedules."""

from __future__ import annotations

from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.urls import reverse_lazy
from django.utils.dates import MONTHS, WEEKDAYS
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from sla.document import SupportPolicy
from sla.document.form_fields import Facts
from sla.models import Priority
from sla.recurrence import MOST_COUNT, MOST_EVERY
from tenants.context import active_tenant
from tenants.models import Role, User
from tickets.forms.desk import named
from tickets.forms.fields import LONGEST_TEXT, AskingForm
from tickets.forms.selects import QuickSelect
from tickets.models import Category, ChecklistTemplate, Organization, Team, TemplateSchedule, TicketTemplate

MOST_STAFF = 500
AS_IT_IS = _("as the policy says")
_ROWS = ("audience", "category", "priority", "team", "assignee", "checklist")
_PLAIN = ("name", "subject", "description", "impact", "urgency", "sends_receipt")


def suggesting(address: Any, found: str, **attrs: Any) -> forms.TextInput:
    """A field of text that asks for suggestions while somebody types; without a script it is only a field."""
    wanted = {"list": found, "hx-get": address, "hx-trigger": "input changed delay:200ms", "hx-target": f"#{found}"}
    return forms.TextInput(attrs={"autocomplete": "off", **wanted, **attrs})


def customer_input() -> forms.TextInput:
    """For the mail address of a customer."""
    return suggesting(reverse_lazy("desk:suggest_customers"), "customers-found", inputmode="email")


class PersonField(forms.CharField):
    """A person, by mail address."""

    def __init__(self, **options: Any) -> None:
        super().__init__(max_length=254, widget=customer_input(), **options)

    def clean(self, value: Any) -> User | None:
        """Whoever has this address. Raises ValidationError."""
        address = super().clean(value)
        if not address:
            return None
        found = User.objects.select_related("role").filter(email__iexact=address, is_active=True).first()
        if found is None:
            raise forms.ValidationError(_("Nobody here has this address. Choose one of the suggestions."))
        return found


class CompanyField(forms.CharField):
    """An organisation, by its name."""

    def __init__(self, **options: Any) -> None:
        widget = suggesting(reverse_lazy("desk:suggest_organizations"), "organizations-found")
        super().__init__(max_length=200, widget=widget, **options)

    def clean(self, value: Any) -> Organization | None:
        """The organisation of this name. Raises ValidationError."""
        name = super().clean(value)
        if not name:
            return None
        found = Organization.objects.filter(name__iexact=name).first()
        if found is None:
            raise forms.ValidationError(_("There is no organisation of this name. Choose one of the suggestions."))
        return found


def staff_choice(label: Any, empty: Any, **options: Any) -> forms.ModelChoiceField:
    """Somebody of the staff."""
    people = User.objects.filter(is_active=True).exclude(role__kind=Role.Kind.CUSTOMER)
    found = people.only("name", "email", "tenant_id").order_by("name", "email")
    return forms.ModelChoiceField(found, label=label, empty_label=empty, required=False, **options)


def row_choice(model: Any, label: Any, empty: Any, **options: Any) -> forms.ModelChoiceField:
    """A row of the policy, or what the policy says by itself."""
    rows = model.objects.filter(is_active=True)
    return forms.ModelChoiceField(rows, label=label, empty_label=empty, required=False, **options)


def level_choice(label: Any, levels: Any) -> forms.ChoiceField:
    """Impact or urgency, of the policy's matrix."""
    return forms.ChoiceField(label=label, choices=[("", AS_IT_IS), *named(levels)], required=False, widget=QuickSelect)


def ask_of_category(
    form: AskingForm, policy: SupportPolicy | None, key: str, *, given: Any, changing: tuple[str, ...] = ()
) -> None:
    """Add the fields of a category, or of the policy's default one; staff may leave each empty."""
    form.questions = {}
    if policy is None:
        return
    category = policy.categories.get(key, policy.default_category).key
    facts = Facts(category=category, priority=policy.priority_of(category).key)
    form.ask(policy, policy.fields_for(category), facts, given=given, changing=changing, required=False)


def words(text: str) -> list[str]:
    """Tags as they are typed, with commas between."""
    return [word.strip() for word in text.split(",") if word.strip()]


class TemplateForm(AskingForm):
    """A template: what the ticket says, for whom, and where it goes; and answers to the fields of its category."""

    name = forms.CharField(label=_("Name of the template"), max_length=80)
    subject = forms.CharField(label=_("Subject"), max_length=200)
    description = forms.CharField(
        label=_("Description"), max_length=LONGEST_TEXT, widget=forms.Textarea(attrs={"rows": 7})
    )

    def __init__(self, *args: Any, policy: SupportPolicy | None, **options: Any) -> None:
        super().__init__(*args, **options)
        fields = self.fields
        fields["requester"] = PersonField(
            label=_("Customer's mail address"),
            required=False,
            help_text=_("Empty: asked for when it is used. A schedule needs a customer or an organisation."),
        )
        fields["organization"] = CompanyField(
            label=_("Organisation"),
            required=False,
            help_text=_("Without a customer, the ticket is for whoever manages this organisation."),
        )
        fields["category"] = row_choice(Category, _("Category"), AS_IT_IS)
        fields["priority"] = row_choice(Priority, _("Priority"), AS_IT_IS)
        if policy and policy.matrix:
            fields["priority"].help_text = _("Or let it follow from impact and urgency.")
            fields["impact"] = level_choice(_("Impact"), policy.matrix.impacts)
            fields["urgency"] = level_choice(_("Urgency"), policy.matrix.urgencies)
        fields["team"] = row_choice(Team, _("Team"), AS_IT_IS)
        fields["assignee"] = staff_choice(_("Assignee"), _("Nobody"))
        fields["tags"] = forms.CharField(
            label=_("Tags"), max_length=500, required=False, help_text=_("Several are separated by commas.")
        )
        fields["checklist"] = forms.ModelChoiceField(
            ChecklistTemplate.objects.all(), label=_("Checklist"), required=False, empty_label="—"
        )
        fields["sends_receipt"] = forms.BooleanField(
            label=_("Send the customer the usual receipt of what a schedule opens"), required=False
        )
        fields["audience"] = row_choice(Team, _("Who uses it"), _("Everybody on the desk"))
        self._keep_what_is_gone()
        ask_of_category(self, policy, self._category_key(), given=self.initial.get("answers", {}))

    def _category_key(self) -> str:
        """Of the category that is chosen; empty for what the policy says."""
        chosen = self.data.get("category") if self.is_bound else self.initial.get("category")
        known = {str(pk): key for pk, key in Category.objects.values_list("pk", "key")}
        return known.get(str(chosen), "")

    def clean(self) -> dict[str, Any]:
        """Without answers to what is not asked."""
        cleaned = super().clean() or self.cleaned_data
        self.pass_over(cleaned)
        return cleaned

    def _keep_what_is_gone(self) -> None:
        """Opening the form changes nothing: what the template names stays a choice when the policy drops it."""
        for name in _ROWS:
            field: Any = self.fields[name]
            if self.initial.get(name):
                field.queryset = field.queryset.model.objects.filter(pk=self.initial[name]) | field.queryset.all()

    @property
    def template(self) -> dict[str, Any]:
        """What was filled in, as keep_template() takes it."""
        said = {name: value for name, value in self.cleaned_data.items() if name not in self.questions}
        said["description"] = said["description"].replace("\r\n", "\n")
        return {**said, "answers": self.answers(), "tags": words(said["tags"])}


def filled_with(template: TicketTemplate) -> dict[str, Any]:
    """The fields of the form for a template."""
    return {
        **{name: getattr(template, name) for name in (*_PLAIN, "answers")},
        **{name: getattr(template, f"{name}_id") for name in _ROWS},
        "requester": template.requester.email if template.requester else "",
        "organization": template.organization.name if template.organization else "",
        "tags": ", ".join(template.tags),
    }


class ScheduleForm(forms.Form):
    """When it comes round. Fields that the unit does not use are passed over."""

    UNITS = (("day", _("days")), ("week", _("weeks")), ("month", _("months")), ("year", _("years")))
    WHICH = (
        ("day", _("on a day by its number")),
        ("last_day", _("on the last day of the month")),
        ("first_working_day", _("on the first working day of the month")),
        ("last_working_day", _("on the last working day of the month")),
        ("weekday", _("on a day of the week")),
    )
    NTHS = (
        (1, pgettext_lazy("weekday of a month", "the first")),
        (2, pgettext_lazy("weekday of a month", "the second")),
        (3, pgettext_lazy("weekday of a month", "the third")),
        (4, pgettext_lazy("weekday of a month", "the fourth")),
        (-1, pgettext_lazy("weekday of a month", "the last")),
    )

    every = forms.IntegerField(label=_("Every"), min_value=1, max_value=MOST_EVERY, initial=1)
    unit = forms.ChoiceField(label=_("Unit"), choices=UNITS, initial="week")
    weekdays = forms.TypedMultipleChoiceField(
        label=_("On these days of the week"),
        choices=list(WEEKDAYS.items()),
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    month = forms.TypedChoiceField(
        label=_("Month of the year"), choices=list(MONTHS.items()), coerce=int, required=False, empty_value=None
    )
    which = forms.ChoiceField(label=_("Day of the month"), choices=WHICH, initial="day", required=False)
    day = forms.IntegerField(
        label=_("Day by its number"),
        min_value=1,
        max_value=31,
        required=False,
        help_text=_("Months without this day are left out; for their end choose the last day."),
    )
    nth = forms.TypedChoiceField(
        label=_("Which one of the month"), choices=NTHS, coerce=int, required=False, empty_value=None
    )
    weekday = forms.TypedChoiceField(
        label=_("Day of the week"), choices=list(WEEKDAYS.items()), coerce=int, required=False, empty_value=None
    )
    time = forms.TimeField(label=_("Time"), initial="09:00", widget=forms.TimeInput(attrs={"type": "time"}))
    timezone = forms.CharField(
        label=_("Time zone"), max_length=64, widget=forms.TextInput(attrs={"list": "zones", "autocomplete": "off"})
    )
    closed = forms.ChoiceField(label=_("If this day is closed"), choices=TemplateSchedule.Closed.choices)
    calendar = forms.ChoiceField(label=_("Closed by this calendar"), required=False)
    starts_on = forms.DateField(label=_("From"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    ends_on = forms.DateField(
        label=_("Until"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("Empty: without an end."),
    )
    count = forms.IntegerField(
        label=_("Or so many times"),
        required=False,
        min_value=1,
        max_value=MOST_COUNT,
        help_text=_("Dates that are left out count."),
    )

    def __init__(self, *args: Any, policy: SupportPolicy | None, **options: Any) -> None:
        super().__init__(*args, **options)
        calendars = named(policy.calendars) if policy else []
        usual = ("", _("the policy's usual one"))
        gone = self.initial.get("calendar", "")
        more = [(gone, gone)] if gone and gone not in dict(calendars) else []
        self.fields["calendar"].choices = [usual, *calendars, *more]  # type: ignore[attr-defined]
        self.initial.setdefault("timezone", active_tenant().timezone)
        self.initial.setdefault("closed", TemplateSchedule.Closed.NEXT)

    def clean_timezone(self) -> str:
        """A zone that there is."""
        zone: str = self.cleaned_data["timezone"].strip().replace(" ", "_")
        if zone not in available_timezones():
            raise forms.ValidationError(_("There is no time zone of this name. Write it as in Europe/Madrid."))
        return zone

    def clean(self) -> dict[str, Any]:
        """What the unit needs."""
        cleaned = super().clean() or self.cleaned_data
        unit, which = cleaned.get("unit"), cleaned.get("which") or "day"
        if unit == "week" and not cleaned.get("weekdays") and "weekdays" not in self.errors:
            self.add_error("weekdays", _("Choose at least one day of the week."))
        if unit in ("month", "year") and which == "day" and not cleaned.get("day") and "day" not in self.errors:
            self.add_error("day", _("Write which day of the month, from 1 to 31."))
        if unit == "year" and not cleaned.get("month") and "month" not in self.errors:
            self.add_error("month", _("Choose the month."))
        if unit == "year" and which == "day" and not self.errors and not _is_a_day(cleaned["month"], cleaned["day"]):
            self.add_error("day", _("This month has no such day."))
        ends = cleaned.get("ends_on")
        if ends and cleaned.get("starts_on") and ends < cleaned["starts_on"]:
            self.add_error("ends_on", _("The end lies before the beginning. Choose a later date."))
        return cleaned

    @property
    def schedule(self) -> dict[str, Any]:
        """What was filled in, as keep_schedule() takes it."""
        said = dict(self.cleaned_data)
        names = ("unit", "every", "weekdays", "which", "day", "nth", "weekday", "month")
        rule = {name: said.pop(name) for name in names}
        return {**said, "rule": {**rule, "which": rule["which"] or "day"}}


def _is_a_day(month: int, day: int) -> bool:
    return day <= (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)[month - 1]


def schedule_filled(schedule: TemplateSchedule) -> dict[str, Any]:
    """The fields of the form for a schedule."""
    names = ("timezone", "closed", "calendar", "starts_on", "ends_on", "count")
    kept = {name: getattr(schedule, name) for name in names}
    return {**kept, **schedule.rule, "time": schedule.time.strftime("%H:%M")}
