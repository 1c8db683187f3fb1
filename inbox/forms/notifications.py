"""What staff choose about the mail that they get."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from inbox.models import NotificationPreference

When, Every = NotificationPreference.When, NotificationPreference.Every


def _topic(label: Any) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, choices=When.choices)


class NotificationsForm(forms.Form):
    """When each topic is told of, and when none is."""

    assigned = _topic(_("Something is given to me, or waits for me"))
    customer = _topic(_("A customer writes on a ticket that is mine, or that nobody of my team has"))
    mention = _topic(_("A note mentions me"))
    team = _topic(_("Something concerns my team: an escalation, an objection, a bad rating"))
    rule = _topic(_("A rule warns: a deadline is near, or was missed"))
    followed = _topic(_("Something happens on a ticket that I follow"))
    digest_every = forms.ChoiceField(label=_("How often a digest comes"), choices=Every.choices)
    at_work_only = forms.BooleanField(
        label=_("Hold mail back while I am away or outside of my working hours"), required=False
    )
