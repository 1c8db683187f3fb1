"""What a role may allow. Roles are rows; these are the words that they are made of."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Permission(TextChoices):
    """One right. A role is a set of them."""

    SEE_ALL_TICKETS = "ticket.see_all", _("See the tickets of every team")
    REPLY = "ticket.reply", _("Reply to customers and write notes")
    CHANGE = "ticket.change", _("Change state, priority, category and tags")
    ASSIGN = "ticket.assign", _("Take, assign and hand over tickets")
    ESCALATE = "ticket.escalate", _("Escalate to the next tier and hand back")
    SKIP_TIER = "ticket.skip_tier", _("Skip a tier when escalating")
    MERGE = "ticket.merge", _("Merge duplicate tickets")
    REFUSE = "ticket.refuse", _("Refuse a request, or mark it as not covered")
    EDIT_ARTICLES = "article.edit", _("Write and publish articles")
    ANNOUNCE = "notice.edit", _("Publish announcements")
    MANAGE_ORGANIZATIONS = (
        "organization.manage",
        _("Manage organisations and their people"),
    )
    SUSPEND = "organization.suspend", _("Suspend an organisation's support")
    MANAGE_PEOPLE = "person.manage", _("Manage people and roles")
    CONFIGURE = "settings.change", _("Change the policy and the settings")
    SEE_SYSTEM = "system.see", _("See mail, failed work and the audit trail")


P = Permission
_AGENT = [
    P.REPLY,
    P.CHANGE,
    P.ASSIGN,
    P.ESCALATE,
    P.MERGE,
    P.REFUSE,
    P.SEE_ALL_TICKETS,
    P.EDIT_ARTICLES,
]
_MANAGER = [*_AGENT, P.SKIP_TIER, P.ANNOUNCE, P.MANAGE_ORGANIZATIONS, P.SUSPEND]

#: What the four roles may do in a new tenant. Administrators change the rows, not this.
DEFAULTS: dict[str, list[Permission]] = {
    "customer": [],
    "agent": _AGENT,
    "manager": _MANAGER,
    "admin": list(Permission),
}
