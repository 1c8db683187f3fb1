"""The composer: a reply to the customer, or a note among colleagues."""

from __future__ import annotations

import uuid
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from sla.document import SupportPolicy
from sla.hours import Calendar
from tenants.text import say
from tickets import formatting
from tickets.forms.fields import LONGEST_TEXT
from tickets.forms.files import FilesField
from tickets.forms.filling import MissingForm
from tickets.forms.selects import QuickSelect
from tickets.macros import ACTS
from tickets.models import Draft
from tickets.relaying import Reach

#: When a working day's letters go.
MORNING = time(9, 0)


class ComposerForm(forms.Form):
    """What is written, the state that goes with it, and when it goes."""

    kind = forms.ChoiceField(label=_("What you write"), choices=Draft.Kind.choices, widget=forms.RadioSelect)
    body = forms.CharField(
        label=_("Text"), max_length=LONGEST_TEXT, required=False, widget=forms.Textarea(attrs={"rows": 6})
    )
    #: The same with its formatting, which the editor fills in.
    html = forms.CharField(max_length=formatting.LONGEST_HTML, required=False, widget=forms.HiddenInput)
    files = FilesField()  # type: ignore[assignment]
    status = forms.ChoiceField(label=_("and set the state to"), required=False, widget=QuickSelect)
    reach = forms.ChoiceField(label=_("Who reads it"), choices=Reach.choices, required=False, widget=QuickSelect)
    #: What was put in, and which of its acts the writer agreed to: drawn by _macro_chosen.html.
    macro = forms.UUIDField(required=False)
    act = forms.MultipleChoiceField(required=False, choices=[(name, name) for name in ACTS])
    send_at = forms.DateTimeField(
        label=_("Send at"),
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )
    #: Seconds that the reply rests for an undo: asked for by the script, which shows the button.
    rest = forms.IntegerField(min_value=0, max_value=60, required=False, widget=forms.HiddenInput)
    seen = forms.UUIDField(widget=forms.HiddenInput, required=False)
    #: Of the draft that this window shows.
    revision = forms.IntegerField(min_value=0, required=False, widget=forms.HiddenInput)
    token = forms.UUIDField(widget=forms.HiddenInput, required=False)
    #: What is wanted before the state that goes with it, once that was refused for it.
    missing: MissingForm | None = None

    def __init__(self, *args: Any, policy: SupportPolicy | None, **options: Any) -> None:
        super().__init__(*args, auto_id="composer_%s", **options)  # type: ignore[misc]
        self.initial.setdefault("token", uuid.uuid4())
        self.initial.setdefault("kind", Draft.Kind.REPLY)
        self.initial.setdefault("revision", 0)
        statuses = [each for each in policy.statuses.values() if each.kind not in ("new", "refused")] if policy else []
        choices = [("", _("as it is")), *((each.key, say(each.name)) for each in statuses)]
        self.fields["status"].choices = choices  # type: ignore[attr-defined]

    def clean_token(self) -> uuid.UUID:
        """A form without a token is taken as new."""
        return self.cleaned_data["token"] or uuid.uuid4()

    def clean_reach(self) -> str:
        """Only who was shown the choice reaches the children: a ticket may become an incident meanwhile."""
        return self.cleaned_data["reach"] or Reach.HERE

    def clean(self) -> dict[str, Any]:
        """Whoever changed the plain text in another form than the editor means that; a preset is a time."""
        cleaned = super().clean() or self.cleaned_data
        html, body = cleaned.get("html", ""), cleaned.get("body", "")
        if html and not formatting.says_the_same(html, body):
            cleaned["html"] = ""
        # A time that lies in the field unused is none: the button says which is meant.
        chosen = self.data.get("later", "")
        if chosen == "":
            cleaned["send_at"] = None
        elif chosen != "chosen":
            cleaned["send_at"] = _instant(chosen)
        if chosen and cleaned.get("send_at") is None and "send_at" not in self.errors:
            self.add_error("send_at", _("Choose a day and a time."))
        return cleaned

    @property
    def is_note(self) -> bool:
        """Whether what is written now is for colleagues only."""
        return self["kind"].value() == Draft.Kind.NOTE

    @property
    def rest_seconds(self) -> int:
        """How long a reply rests before it goes, unless the tenant's people want it gone at once."""
        return max(0, min(60, settings.UNDO_SEND_SECONDS))


class DraftForm(forms.Form):
    """What is kept while somebody types."""

    kind = forms.ChoiceField(choices=Draft.Kind.choices)
    body = forms.CharField(max_length=LONGEST_TEXT, required=False, strip=False)
    html = forms.CharField(max_length=formatting.LONGEST_HTML, required=False)
    status = forms.SlugField(max_length=60, required=False)
    reach = forms.ChoiceField(choices=Reach.choices, required=False)
    macro = forms.UUIDField(required=False)
    act = forms.MultipleChoiceField(required=False, choices=[(name, name) for name in ACTS])
    seen = forms.UUIDField(required=False)
    revision = forms.IntegerField(min_value=0)


class DraftFileForm(forms.Form):
    """A file that was dropped, pasted or chosen: sent with this form, or gone up in pieces before."""

    kind = forms.ChoiceField(choices=Draft.Kind.choices)
    file = forms.FileField(allow_empty_file=True, required=False)
    upload = forms.UUIDField(required=False)
    inline = forms.BooleanField(required=False)

    def clean(self) -> dict[str, Any]:
        """One of both."""
        cleaned = super().clean() or self.cleaned_data
        if not (cleaned.get("file") or cleaned.get("upload")) and not self.errors:
            self.add_error("file", _("The file did not arrive whole. Add it once more."))
        return cleaned


def times(calendar: Calendar | None, now: datetime) -> list[tuple[datetime, bool]]:
    """When a reply is often sent: tomorrow morning, and Monday morning. True for a Monday.

    By the policy's hours: where the desk is closed then, at its next opening.
    """
    zone = ZoneInfo(calendar.timezone) if calendar else timezone.get_current_timezone()
    today = now.astimezone(zone).date()
    days = [today + timedelta(days=1), today + timedelta(days=7 - today.weekday())]
    found: list[datetime] = []
    for day in days:
        at = datetime.combine(day, MORNING, tzinfo=zone)
        at = (calendar.next_open(at) or at) if calendar else at
        if at not in found:
            found.append(at)
    return [(at, at.astimezone(zone).weekday() == 0) for at in found]


def _instant(text: str) -> datetime | None:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    return at if at.tzinfo is not None else None
