"""What agents fill in to file a ticket for a customer who called, wrote a letter or came by."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from sla.document import SupportPolicy
from sla.models import Priority
from tenants.addresses import owner_of
from tenants.models import User
from tenants.permissions import Permission
from tickets.forms.fields import LONGEST_TEXT, PREFIX, AskingForm
from tickets.forms.files import FilesField, UploadingForm
from tickets.forms.portal import TokenForm
from tickets.forms.templates import (
    AS_IT_IS,
    ask_of_category,
    customer_input,
    level_choice,
    row_choice,
    staff_choice,
    words,
)
from tickets.models import Category, Channel, ChecklistTemplate, Holder, Organization, Team, TicketTemplate
from tickets.templates import Scene, filled

#: Ways that reach an agent first; the others file tickets themselves.
ENTERED_BY_HAND = ("phone", "letter", "email", "chat")


class DeskTicketForm(AskingForm, UploadingForm, TokenForm):
    """A ticket that an agent enters, with or without a template."""

    email = forms.EmailField(label=_("Customer's mail address"), max_length=254, widget=customer_input())
    name = forms.CharField(
        label=_("Customer's name"),
        max_length=120,
        required=False,
        help_text=_("Only for somebody who is new here."),
    )
    channel = forms.ModelChoiceField(
        Channel.objects.none(), label=_("How it reached us"), empty_label=None, to_field_name="key"
    )
    organization = forms.ModelChoiceField(
        Organization.objects.none(),
        label=_("Organisation"),
        required=False,
        empty_label=_("The customer's only one, or none"),
        help_text=_("Only where the customer belongs to several."),
    )
    category = forms.ModelChoiceField(
        Category.objects.none(), label=_("Category"), empty_label=None, to_field_name="key"
    )
    priority = forms.ModelChoiceField(
        Priority.objects.none(),
        label=_("Priority"),
        required=False,
        empty_label=_("The category's usual one"),
        to_field_name="key",
    )
    subject = forms.CharField(label=_("Subject"), max_length=200)
    description = forms.CharField(
        label=_("Description"), max_length=LONGEST_TEXT, widget=forms.Textarea(attrs={"rows": 8})
    )
    files = FilesField(help_text=_("A letter: its scan, signed and stamped."))  # type: ignore[assignment]

    def __init__(self, *args: Any, person: User, policy: SupportPolicy | None, **options: Any) -> None:
        super().__init__(*args, **options)
        self.holder = Holder(person)
        fields: Any = self.fields
        fields["channel"].queryset = Channel.objects.filter(key__in=ENTERED_BY_HAND, is_active=True)
        fields["category"].queryset = Category.objects.filter(is_active=True)
        fields["priority"].queryset = Priority.objects.filter(is_active=True)
        if policy and policy.matrix:
            fields["priority"].help_text = _("Or let it follow from impact and urgency.")
            fields["impact"] = level_choice(_("Impact"), policy.matrix.impacts)
            fields["urgency"] = level_choice(_("Urgency"), policy.matrix.urgencies)
        if person.may(Permission.ASSIGN):
            fields["team"] = row_choice(Team, _("Team"), AS_IT_IS)
            fields["assignee"] = staff_choice(_("Assignee"), _("Nobody"))
        if person.may(Permission.CHANGE):
            fields["tags"] = forms.CharField(
                label=_("Tags"), max_length=500, required=False, help_text=_("Several are separated by commas.")
            )
        fields["checklist"] = forms.ModelChoiceField(
            ChecklistTemplate.objects.all(),
            label=_("Checklist"),
            required=False,
            empty_label="—",
            help_text=_("The customer ticks its steps off on the page of the ticket."),
        )
        known = self.data.get("email") or self.initial.get("email") or ""
        self.customer = owner_of(known) if "\0" not in known else None
        if self.customer:
            fields["organization"].queryset = Organization.objects.of(self.customer)
        else:
            del fields["organization"]
        chosen = self.data.get("category") if self.is_bound else self.initial.get("category")
        first = fields["category"].queryset.first()
        changing = ("priority", "impact", "urgency") if policy and policy.matrix else ("priority",)
        key = chosen or (first.key if first else "")
        ask_of_category(self, policy, key, given=self.initial.get("answers", {}), changing=changing)
        after = ("impact", "urgency", "subject", "description", "team", "assignee", "tags", "checklist", "files")
        self.order_fields([*(name for name in fields if name not in after), *after])

    def clean(self) -> dict[str, Any]:
        """Somebody new needs a name; a priority is chosen, or follows."""
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("email") and self.customer is None and not cleaned.get("name"):
            self.add_error("name", _("Nobody with this address is known yet. Write their name to enter them."))
        levels = [bool(cleaned.get(name)) for name in ("impact", "urgency")]
        if any(levels) and cleaned.get("priority"):
            self.add_error("priority", _("Choose a priority, or the impact and urgency that it follows from."))
        elif any(levels) and not all(levels):
            self.add_error("urgency" if levels[0] else "impact", _("Give impact and urgency together."))
        self.pass_over(cleaned)
        return cleaned

    def request(self) -> dict[str, Any]:
        """What was filled in, as open_prepared() takes it. Raises UploadGone, UploadUnfinished."""
        own = {"token", "email", "name", *self.questions}
        said = {name: value for name, value in self.cleaned_data.items() if name not in own}
        said["answers"], said["files"] = self.answers(), self.attached()
        said["channel"] = said["channel"].key
        said["tags"] = words(said.get("tags", ""))
        return said


class TemplateChoiceForm(forms.Form):
    """Which template to begin with."""

    template = forms.ModelChoiceField(
        TicketTemplate.objects.none(), label=_("Begin with a template"), required=False, empty_label=_("without one")
    )

    def __init__(self, *args: Any, person: User, **options: Any) -> None:
        super().__init__(*args, auto_id="begin_%s", **options)  # type: ignore[misc]
        seen = TicketTemplate.objects.visible_to(person).filter(is_active=True)
        self.fields["template"].queryset = seen.for_page()  # type: ignore[attr-defined]


def typed_so_far(data: Any) -> dict[str, Any]:
    """What stands in a form that is shown once more, with the fields of another category."""
    several = [name for name in data if name.startswith(PREFIX) and len(data.getlist(name)) > 1]
    typed = {name: data.get(name) for name in data if name not in ("token", "uploads")}
    return {**typed, **{name: data.getlist(name) for name in several}}


def begun_with(template: TicketTemplate, scene: Scene) -> dict[str, Any]:
    """The fields of the form for a template; placeholders are filled as far as they are known."""
    rows = {name: getattr(template, name) for name in ("category", "priority")}
    return {
        **{name: row.key for name, row in rows.items() if row},
        **{name: getattr(template, f"{name}_id") for name in ("team", "assignee", "checklist")},
        **{name: getattr(template, name) for name in ("impact", "urgency")},
        **{name: filled(getattr(template, name), scene) for name in ("subject", "description")},
        "email": scene.customer.email if scene.customer else "",
        "organization": template.organization_id,
        "answers": template.answers,
        "tags": ", ".join(template.tags),
    }
