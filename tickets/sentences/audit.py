"""Entries of the audit log in words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tenants.models import AuditEntry, User
from tickets.sentences.audited import value
from tickets.sentences.keys import Names

ACTS: dict[str, str | Promise] = {
    "organization.added": _("Organisation added"),
    "organization.changed": _("Name or contract changed"),
    "organization.member_set": _("Person added, or what they may see changed"),
    "organization.member_removed": _("Person taken out"),
    "organization.address_added": _("Address authorised"),
    "organization.address_removed": _("Address withdrawn"),
    "organization.exceptions_set": _("Agreed exceptions changed"),
    "organization.suspended": _("Support suspended"),
    "organization.suspension_lifted": _("Suspension lifted"),
    "organization.suspension_ended": _("Suspension ended by itself"),
    "organization.suspension_appealed": _("Objection to the suspension"),
    "organization.appeal_decided": _("Objection decided"),
    "person.suspended": _("Support suspended"),
    "person.suspension_lifted": _("Suspension lifted"),
    "person.suspension_ended": _("Suspension ended by itself"),
    "person.suspension_appealed": _("Objection to the suspension"),
    "person.appeal_decided": _("Objection decided"),
    "strike.rude": _("Rude words written down"),
    "strike.warned": _("Customer reminded of the rules of fair use"),
    "strike.review_asked": _("Managers asked whether to suspend support"),
    "strike.withdrawn": _("What counted against a customer taken back"),
    "strike.settled": _("Left at the warning"),
    "person.added": _("Person added"),
    "person.filed": _("Filed a request without signing in"),
    "person.address_proven": _("Address proven by a link that was mailed to it"),
    "history.export_asked": _("Export of all contacts asked for"),
    "history.exported": _("Export of all contacts fetched"),
    "person.profile_set": _("What a person can take changed"),
    "person.account_set": _("Account closed or opened"),
    "absence.planned": _("Absence planned"),
    "absence.ended": _("Absence ended"),
    "person.viewed": _("Looked as this person sees it"),
    "person.view_ended": _("Looked as oneself again"),
    "person.password_changed": _("Password changed"),
    "person.password_reset": _("Password set anew after a mail"),
    "team.members_set": _("Members of the team changed"),
    "macro.added": _("Macro shared"),
    "macro.changed": _("Macro changed"),
    "macro.deleted": _("Macro deleted"),
    "ticket_template.added": _("Template of tickets kept"),
    "ticket_template.changed": _("Template of tickets changed"),
    "ticket_template.put_aside": _("Template of tickets no longer used"),
    "ticket_template.taken_back": _("Template of tickets used again"),
    "template_schedule.added": _("Schedule of a template added"),
    "template_schedule.changed": _("Schedule of a template changed"),
    "template_schedule.paused": _("Schedule of a template paused"),
    "template_schedule.resumed": _("Schedule of a template goes on"),
    "checklist_template.added": _("Checklist kept ready"),
    "checklist_template.changed": _("Checklist changed"),
    "checklist_template.removed": _("Checklist removed"),
    "announcement.published": _("Announced"),
    "announcement.changed": _("Announcement changed"),
    "announcement.called_off": _("Announced work called off"),
    "announcement.withdrawn": _("Announcement withdrawn"),
    "notice.stopped": _("Notice stopped"),
    "component.added": _("Service of the status page added"),
    "component.changed": _("Service of the status page changed"),
    "incident.opened": _("Disturbance told"),
    "incident.updated": _("Disturbance: what was said next"),
    "tag.renamed": _("Tag renamed"),
    "tag.merged": _("Tag joined with another"),
    "tag.deleted": _("Tag deleted"),
    "logo.set": _("Logo set"),
    "logo.removed": _("Logo removed"),
    "sender.changed": _("How mail leaves changed"),
    "mail.worded": _("Words of mails changed"),
    "sender.key_made": _("Key to sign mail made"),
    "sender.hooks_renewed": _("New addresses for the mail provider made"),
    "sender.hooks_signed": _("Signatures of the mail provider set up"),
    "sender.signing": _("Signing of mail switched"),
    "mailbox.added": _("Mailbox added"),
    "mailbox.changed": _("Mailbox changed"),
    "mailbox.switched": _("Mailbox switched on or off"),
    "mailbox.deleted": _("Mailbox deleted"),
    "address.cleared": _("Mail address works again"),
    "role.changed": _("What a role may do changed"),
    "person.role_given": _("Another role given"),
    "token.issued": _("Token issued"),
    "token.revoked": _("Token revoked"),
}
_FIELDS: dict[str, str | Promise] = {
    "name": _("Name"),
    "title": _("Title"),
    "shown_from": _("Shown from"),
    "shown_until": _("Shown until"),
    "work_from": _("The work begins"),
    "work_until": _("The work ends"),
    "occasion": _("Occasion"),
    "services": _("Services"),
    "state": _("State"),
    "is_public": _("On the public status page"),
    "organizations": _("Organisations"),
    "contract": _("Contract"),
    "person": _("Person"),
    "scope": _("May see"),
    "address": _("Mail address"),
    "exceptions": _("Agreed exceptions"),
    "suspended_from": _("Suspended from"),
    "suspended_until": _("Suspended until"),
    "reason": _("Reason"),
    "cause": _("Reason of the policy"),
    "strike": _("What counted"),
    "appeal": _("Objection"),
    "flag": _("Flagged"),
    "request": _("Request"),
    "role": _("Role"),
    "members": _("Members"),
    "token": _("Token"),
    "key": _("Key"),
    "text": _("Text"),
    "acts": _("What it does"),
    "audience": _("Who sees it"),
    "team": _("Team"),
    "capacity": _("Most tickets to work on at once"),
    "categories": _("Categories"),
    "languages": _("Languages"),
    "working_hours": _("Working hours"),
    "away_from": _("Away from"),
    "away_until": _("Away until"),
    "viewed_until": _("At most until"),
    "rights": _("Rights"),
    "way": _("How mail leaves"),
    "host": _("Mail server"),
    "port": _("Port"),
    "security": _("Encryption"),
    "user": _("User"),
    "provider": _("Provider"),
    "secret": _("Password or API key"),
    "aliases": _("Other addresses of this mailbox"),
    "language": _("Language of people who write here first"),
    "is_advisory": _("Advisory: requests that come here carry no deadlines"),
    "authserv": _("Mail server whose checks of senders are believed"),
    "is_active": _("In use"),
    "proof": _("How we sign in"),
    "client_id": _("Client ID"),
    "client_secret": _("Client secret"),
    "refresh_token": _("Refresh token"),
    "token_url": _("Address for tokens"),
    "token_scope": _("Scope"),
    "folder": _("Folder"),
    "start": _("What is taken at the beginning"),
    "afterwards": _("What becomes of a mail there, once we have taken it"),
    "done_folder": _("Folder to move it to"),
    "return_path": _("Where mail goes that comes back"),
    "opening": _("Opening"),
    "lead": _("First sentence"),
    "closing": _("Closing"),
    "bounce_domain": _("Domain for what comes back"),
    "signs": _("Mail is signed"),
    "selector": _("Name of the key"),
    "hook_round": _("How often the addresses were renewed"),
    "hook_secret": _("What the provider tells has to be signed"),
    "held_tickets": _("The tickets that they hold"),
    "can_sign_in": _("May sign in"),
    "steps": _("Steps"),
    "subject": _("Subject"),
    "description": _("Description"),
    "requester": _("Customer"),
    "organization": _("Organisation"),
    "category": _("Category"),
    "priority": _("Priority"),
    "impact": _("Impact"),
    "urgency": _("Urgency"),
    "assignee": _("Assignee"),
    "tags": _("Tags"),
    "checklist": _("Checklist"),
    "answers": _("Answers"),
    "receipt": _("Receipt"),
    "seen_by": _("Who uses it"),
    "in_use": _("In use"),
    "rule": _("How often"),
    "time": _("Time"),
    "timezone": _("Time zone"),
    "calendar": _("Calendar"),
    "closed": _("If the day is closed"),
    "starts_on": _("From"),
    "ends_on": _("Until"),
    "count": _("How many times"),
    "logo": _("Logo"),
    "tickets": _("Tickets"),
}


@dataclass(frozen=True)
class Change:
    """A field of what was changed; `before` and `after` are the same for what only says which it was."""

    label: str
    before: str
    after: str

    @property
    def is_same(self) -> bool:
        return self.before == self.after


@dataclass(frozen=True)
class Entry:
    """A line of the audit log."""

    at: datetime
    actor: User | None
    text: str
    subject: UUID
    subject_name: str
    is_organization: bool
    changes: list[Change]


def told(entries: Iterable[AuditEntry], names: Names | None = None) -> list[Entry]:
    """The entries in the reader's language and zone. Wants `actor` loaded.

    `names` are those that were looked up so far. At most two queries, see Names.
    """
    entries, names = list(entries), names or Names()
    names.read_people(entries)
    return [
        Entry(
            at=entry.at,
            actor=entry.actor,
            text=str(ACTS.get(entry.act, entry.act)),
            subject=entry.subject,
            subject_name=entry.subject_name,
            is_organization=entry.act.startswith("organization."),
            changes=[
                Change(
                    str(_FIELDS.get(name, name)),
                    value(name, entry.before, act=entry.act, names=names),
                    value(name, entry.after, act=entry.act, names=names),
                )
                for name in {**entry.before, **entry.after}
                if entry.before.get(name) or entry.after.get(name) or name == "can_sign_in"
            ],
        )
        for entry in entries
    ]
