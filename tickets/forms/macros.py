"""What agents fill in to keep a macro: its text in each language, and what it does."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.utils.text import capfirst
from django.utils.translation import get_language_info
from django.utils.translation import gettext_lazy as _

from sla.document import SupportPolicy
from tenants.context import active_tenant
from tenants.models import Role, User
from tenants.permissions import Permission
from tickets.formatting import LONGEST_HTML
from tickets.forms.desk import LONGEST_REASON, named
from tickets.forms.selects import QuickSelect
from tickets.macros import LONGEST_TEXT, ME, NOBODY
from tickets.models import Draft, Macro, Team

AS_IT_IS = ("", _("as it is"))


class MacroForm(forms.Form):
    """A macro; a field of text for each language of the tenant."""

    name = forms.CharField(label=_("Name"), max_length=80)
    key = forms.SlugField(
        label=_("Key"),
        max_length=30,
        required=False,
        help_text=_("Such as hello: typed as /hello in a text, it puts the macro in."),
    )

    def __init__(self, *args: Any, person: User, policy: SupportPolicy | None, **options: Any) -> None:
        super().__init__(*args, auto_id="macro_%s", **options)  # type: ignore[misc]
        tenant, fields = active_tenant(), self.fields
        self.languages = list(dict.fromkeys([tenant.language, *tenant.languages]))
        for code in self.languages:
            fields[f"text_{code}"] = forms.CharField(
                label=_("Text, %(language)s") % {"language": capfirst(get_language_info(code)["name_local"])},
                max_length=LONGEST_TEXT,
                required=False,
                widget=forms.Textarea(attrs={"rows": 5, "lang": code, "data-formatted": f"macro_html_{code}"}),
            )
            # The same with its formatting, which the editor fills in.
            fields[f"html_{code}"] = forms.CharField(max_length=LONGEST_HTML, required=False, widget=forms.HiddenInput)
        kinds = [("", _("whatever is being written")), *Draft.Kind.choices]
        statuses = (
            {key: each for key, each in policy.statuses.items() if each.kind not in ("new", "refused")}
            if policy
            else {}
        )
        people = User.objects.filter(is_active=True).exclude(role__kind=Role.Kind.CUSTOMER).order_by("name")
        staff = [(str(each.pk), str(each)) for each in people.only("name", "email", "tenant_id")[:500]]
        self._choice("kind", _("Sent as"), kinds)
        self._choice("status", _("Set the state"), self._known("status", named(statuses)))
        self._choice(
            "priority", _("Set the priority"), self._known("priority", named(policy.priorities) if policy else [])
        )
        fields["reason"] = forms.CharField(
            label=_("Reason for the priority"),
            max_length=LONGEST_REASON,
            required=False,
            help_text=_("The customer reads it."),
        )
        self._choice("team", _("Hand over to the team"), self._known("team", named(policy.teams) if policy else []))
        assignees = [(ME, _("whoever sends it")), (NOBODY, _("Nobody")), *staff]
        self._choice("assignee", _("Assign"), self._known("assignee", assignees))
        fields["tags"] = forms.CharField(
            label=_("Add tags"), max_length=500, required=False, help_text=_("Several are separated by commas.")
        )
        shares = person.may(Permission.SHARE_VIEWS)
        audiences = [(each.value, each.label) for each in Macro.Audience if each != "everybody" or shares]
        fields["audience"] = forms.ChoiceField(label=_("Who sees it"), choices=audiences, widget=forms.RadioSelect)
        self.initial.setdefault("audience", Macro.Audience.OWN)
        teams = Team.objects.filter(is_active=True)
        fields["audience_team"] = forms.ModelChoiceField(
            teams if shares else teams.filter(memberships__user=person),
            label=_("Team that sees it"),
            required=False,
            empty_label="—",
        )

    def _choice(self, name: str, label: Any, choices: list[tuple[str, Any]]) -> None:
        shown = choices if name == "kind" else [AS_IT_IS, *choices]
        self.fields[name] = forms.ChoiceField(label=label, choices=shown, required=False, widget=QuickSelect)

    def _known(self, name: str, choices: list[tuple[str, Any]]) -> list[tuple[str, Any]]:
        """With what the macro names though it is gone, so that nothing is changed by opening the form."""
        value = self.initial.get(name, "")
        if not value or value in dict(choices):
            return choices
        return [*choices, (value, _("%(name)s (no longer there)") % {"name": value})]

    @property
    def macro(self) -> dict[str, Any]:
        """What was filled in, as save_macro() takes it."""
        said = self.cleaned_data
        acts = {name: said[name] for name in ("status", "priority", "reason", "team", "assignee") if said[name]}
        if tags := [tag.strip() for tag in said["tags"].split(",") if tag.strip()]:
            acts["tags"] = tags
        return {
            "name": said["name"],
            "key": said["key"],
            "kind": said["kind"],
            "text": {code: said[f"text_{code}"].replace("\r\n", "\n") for code in self.languages},
            "html": {code: said[f"html_{code}"] for code in self.languages},
            "acts": acts,
            "audience": said["audience"],
            "team": said["audience_team"] if said["audience"] == Macro.Audience.TEAM else None,
        }


def filled_with(macro: Macro) -> dict[str, Any]:
    """The fields of the form for a macro."""
    acts = {name: value for name, value in macro.acts.items() if name != "tags"}
    texts = {f"text_{code}": said for code, said in macro.text.items()}
    texts |= {f"html_{code}": said for code, said in macro.html.items()}
    kept = {name: getattr(macro, name) for name in ("name", "key", "kind", "audience")}
    team: UUID | None = macro.team_id
    return {**kept, **acts, **texts, "tags": ", ".join(macro.acts.get("tags", ())), "audience_team": team}
