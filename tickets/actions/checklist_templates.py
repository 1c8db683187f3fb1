"""Checklists that are kept ready for agents to send."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from tenants import audit
from tenants.errors import Refused
from tenants.models import User
from tenants.permissions import Permission
from tickets.actions.checks import require
from tickets.errors import ChecklistInUse
from tickets.models import ChecklistTemplate, TicketTemplate


class ChecklistNameTaken(Refused):
    """Two lists of one name could not be told apart."""

    sentence = _("There is a checklist with this name already. Choose another name.")
    code = "checklist_name_taken"


def keep_checklist(template: ChecklistTemplate, *, name: str, steps: Iterable[str], actor: User) -> ChecklistTemplate:
    """Keep a new list ready, or change one; what was sent stays as it is. Raises NotPermitted, ChecklistNameTaken."""
    require(actor, Permission.CONFIGURE)
    is_new = template._state.adding
    before = None if is_new else _told(ChecklistTemplate.objects.select_for_update().get(pk=template.pk))
    template.name, template.steps = name.strip(), list(steps)
    try:
        with transaction.atomic():
            template.save()
    except IntegrityError:
        raise ChecklistNameTaken from None
    act = "checklist_template.added" if is_new else "checklist_template.changed"
    audit.record(act, template, actor=actor, before=before, after=_told(template))
    return template


def remove_checklist(template: ChecklistTemplate, *, actor: User) -> None:
    """Keep a list ready no longer; what was sent stays as it is. Raises NotPermitted, ChecklistInUse."""
    require(actor, Permission.CONFIGURE)
    if user := TicketTemplate.objects.filter(checklist=template).first():
        raise ChecklistInUse(name=user)
    audit.record("checklist_template.removed", template, actor=actor, before=_told(template))
    template.delete()


def _told(template: ChecklistTemplate) -> dict[str, Any]:
    return {"name": template.name, "steps": template.steps}
