"""Keeping services, and telling of disturbances."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from notices.actions import Described
from notices.forms.texts import gathered, languages_of, line, lines, spread
from notices.models import Component, Incident
from tenants.models import Tenant, User
from tenants.widgets import DateTimeInput
from tickets.models import Category, Organization, Ticket

#: What a disturbance can do to a service.
HARMS = [each for each in Component.State.choices if each[0] != Component.State.MAINTENANCE]


class ComponentForm(forms.Form):
    """A service: `name_en`, `description_en` ... for each language."""

    position = forms.IntegerField(
        label=_("Place in the list"), min_value=0, max_value=9999, initial=0, help_text=_("Small numbers stand first.")
    )
    is_public = forms.BooleanField(
        label=_("On the public status page"),
        required=False,
        initial=True,
        help_text=_("Else only staff knows of it."),
    )
    is_active = forms.BooleanField(label=_("In use"), required=False, initial=True)
    categories = forms.ModelMultipleChoiceField(
        Category.objects.none(),
        label=_("Kinds of request about it"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Their clocks may stand still during work and outages, if your policy says so."),
    )
    organizations = forms.ModelMultipleChoiceField(
        Organization.objects.none(),
        label=_("Who uses it"),
        required=False,
        widget=forms.SelectMultiple(attrs={"size": 5}),
        help_text=_("None: all customers."),
    )

    def __init__(self, *args: Any, tenant: Tenant, component: Component | None = None, **kwargs: Any) -> None:
        self.languages = languages_of(tenant)
        if component is not None:
            kwargs["initial"] = _initial_of(component, self.languages)
        super().__init__(*args, **kwargs)
        self.fields["categories"].queryset = Category.objects.filter(is_active=True)  # type: ignore[attr-defined]
        self.fields["organizations"].queryset = Organization.objects.order_by("name")  # type: ignore[attr-defined]
        for code in self.languages:
            own = code == tenant.language
            self.fields[f"name_{code}"] = line(gettext("Name (%(language)s)"), code, required=own, longest=80)
            label = gettext("Description (%(language)s)")
            self.fields[f"description_{code}"] = lines(label, code, required=False, longest=300, rows=2)
        self.order_fields([f"{name}_{code}" for code in self.languages for name in ("name", "description")])

    def described(self) -> Described:
        """What the form says, for the action."""
        given = self.cleaned_data
        return Described(
            name=gathered(given, "name", self.languages),
            description=gathered(given, "description", self.languages),
            position=given["position"],
            is_public=given["is_public"],
            is_active=given["is_active"],
            categories=tuple(given["categories"]),
            organizations=tuple(given["organizations"]),
        )


def _initial_of(component: Component, languages: list[str]) -> dict[str, Any]:
    return {
        **{name: getattr(component, name) for name in ("position", "is_public", "is_active")},
        **spread(component.name, "name", languages),
        **spread(component.description, "description", languages),
        "categories": list(Category.objects.filter(key__in=component.categories).values_list("pk", flat=True)),
        "organizations": [each.pk for each in component.organizations.all()],
    }


class UpdateForm(forms.Form):
    """What is said next: `body_en` ..., and how each service is from now on: `service_<id>`."""

    state = forms.ChoiceField(label=_("State"), choices=Incident.State)

    def __init__(self, *args: Any, tenant: Tenant, incident: Incident | None = None, **kwargs: Any) -> None:
        running = dict(incident.impacts.filter(ends_at=None).values_list("component_id", "state")) if incident else {}
        if incident is not None:
            kwargs["initial"] = {"state": incident.state}
        super().__init__(*args, **kwargs)
        self.languages = languages_of(tenant)
        for code in self.languages:
            label = gettext("What readers are to know (%(language)s)")
            self.fields[f"body_{code}"] = lines(label, code, required=code == tenant.language)
        self.components = list(Component.objects.filter(is_active=True))
        for each in self.components:
            hidden = "" if each.is_public else f" ({gettext('not public')})"
            self.fields[f"service_{each.pk}"] = forms.ChoiceField(
                label=f"{each}{hidden}",
                choices=HARMS,
                initial=running.get(each.pk, Component.State.OPERATIONAL),
                required=False,
            )

    @property
    def services(self) -> list[Any]:
        """The fields of the services."""
        return [self[f"service_{each.pk}"] for each in self.components]

    @property
    def others(self) -> list[Any]:
        """All other fields."""
        return [field for field in self if not field.name.startswith("service_")]

    def said(self) -> dict[str, Any]:
        """What the form says, for both actions."""
        given = self.cleaned_data
        states = {each: given.get(f"service_{each.pk}") or "operational" for each in self.components}
        return {
            "body": gathered(given, "body", self.languages),
            "state": given["state"],
            "states": {each: state for each, state in states.items() if state != Component.State.OPERATIONAL},
        }


class IncidentForm(UpdateForm):
    """A new disturbance."""

    begins = forms.DateTimeField(
        label=_("Since when"), widget=DateTimeInput, required=False, help_text=_("Empty: since now.")
    )
    ticket = forms.CharField(
        label=_("Number of the ticket"),
        required=False,
        max_length=20,
        help_text=_("Where staff works on it. Readers of the status page see nothing of it."),
    )
    stops_clocks = forms.BooleanField(
        label=_("Clocks stand still meanwhile"),
        required=False,
        help_text=_("Those that your policy lets stand still during outages, of requests about these services."),
    )

    def __init__(self, *args: Any, tenant: Tenant, person: User, **kwargs: Any) -> None:
        super().__init__(*args, tenant=tenant, **kwargs)
        self.person = person
        for code in self.languages:
            required = code == tenant.language
            self.fields[f"title_{code}"] = line(gettext("Title (%(language)s)"), code, required=required)
        titles = [f"title_{code}" for code in self.languages]
        self.order_fields([*titles, "state", *(f"body_{code}" for code in self.languages)])

    def clean_ticket(self) -> Ticket | None:
        """A ticket that the person may see, by its number."""
        number = self.cleaned_data["ticket"].strip().removeprefix("#")
        if not number:
            return None
        found = None
        if number.isascii() and number.isdecimal() and len(number) < 19:
            found = Ticket.objects.visible_to(self.person).filter(number=int(number)).first()
        if found is None:
            raise forms.ValidationError(_("There is no such ticket. Correct its number, or leave it out."))
        return found

    def opened(self) -> dict[str, Any]:
        """What the form says, for the action."""
        given = self.cleaned_data
        return {
            **self.said(),
            "title": gathered(given, "title", self.languages),
            "begins": given["begins"],
            "ticket": given["ticket"],
            "stops_clocks": given["stops_clocks"],
        }
