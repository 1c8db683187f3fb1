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
    MARK_FALSE = "ticket.mark_false", _("Mark a request as a false report")
    EDIT_ARTICLES = "article.edit", _("Write and publish articles")
    ANNOUNCE = "notice.edit", _("Publish announcements")
    POST_STATUS = "status.post", _("Tell of disturbances on the status page")
    SHARE_VIEWS = "view.share", _("Share views and macros with everybody on the desk")
    MANAGE_TEMPLATES = "template.manage", _("Keep templates of tickets and their schedules")
    MANAGE_ORGANIZATIONS = (
        "organization.manage",
        _("Manage organisations and their people"),
    )
    SUSPEND = "organization.suspend", _("Suspend the support of people and organisations")
    HANDLE_COMPLAINTS = (
        "complaint.handle",
        _("Decide complaints and objections to refusals, but for those about oneself"),
    )
    SEE_RATINGS = "rating.see_all", _("See what customers think of everybody's work")
    MANAGE_STAFFING = "staffing.manage", _("Plan absences, capacity and skills of colleagues")
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
    P.MARK_FALSE,
    P.SEE_ALL_TICKETS,
    P.EDIT_ARTICLES,
]
_MANAGER = [*_AGENT, P.SKIP_TIER, P.ANNOUNCE, P.POST_STATUS, P.SHARE_VIEWS]
_MANAGER += [P.MANAGE_TEMPLATES, P.MANAGE_ORGANIZATIONS, P.SUSPEND, P.MANAGE_STAFFING, P.HANDLE_COMPLAINTS]
_MANAGER += [P.SEE_RATINGS]

#: What the four roles may do in a new tenant. Administrators change the rows, not this.
DEFAULTS: dict[str, list[Permission]] = {
    "customer": [],
    "agent": _AGENT,
    "manager": _MANAGER,
    "admin": list(Permission),
}
