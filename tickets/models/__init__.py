"""The heart: tickets, what is said about them, who asks, and how the desk is set up."""

from tickets.models.access import EndedLinks, HistoryExport
from tickets.models.approvals import Approval, Approver
from tickets.models.callbacks import Callback
from tickets.models.checklists import Checklist, ChecklistStep, ChecklistTemplate
from tickets.models.complaints import Complaint, ComplaintEvent, ComplaintFile, ComplaintSubject
from tickets.models.conduct import Strike, Suspension
from tickets.models.desk import (
    Category,
    Channel,
    Exclusion,
    RefusalReason,
    Status,
    Tag,
    Team,
    TeamMembership,
    Tier,
)
from tickets.models.drafts import Draft
from tickets.models.following import Follower, Participant
from tickets.models.history import Clock, Event
from tickets.models.macros import Macro
from tickets.models.mentions import Mention
from tickets.models.people import (
    LiftedExclusion,
    Membership,
    Organization,
    OrganizationAddress,
)
from tickets.models.ratings import Rating
from tickets.models.relations import Burst, BurstTicket, Relay, TicketLink
from tickets.models.search import AnswerEntry, KnownWord, SearchEntry, WordsLearnt
from tickets.models.staffing import Absence, AgentProfile, Skip
from tickets.models.templates import TemplateRun, TemplateSchedule, TicketTemplate
from tickets.models.ticket import Attachment, Message, Ticket, TicketCounter, TicketTag
from tickets.models.time import TimeEntry
from tickets.models.uploads import Holder, Upload
from tickets.models.views import LONGEST_CONDITIONS, BulkChange, BulkItem, SavedView
from tickets.models.windows import AffectedOrganization, ServiceWindow

__all__ = [
    "LONGEST_CONDITIONS",
    "Absence",
    "AffectedOrganization",
    "AgentProfile",
    "AnswerEntry",
    "Approval",
    "Approver",
    "Attachment",
    "BulkChange",
    "BulkItem",
    "Burst",
    "BurstTicket",
    "Callback",
    "Category",
    "Channel",
    "Checklist",
    "ChecklistStep",
    "ChecklistTemplate",
    "Clock",
    "Complaint",
    "ComplaintEvent",
    "ComplaintFile",
    "ComplaintSubject",
    "Draft",
    "EndedLinks",
    "Event",
    "Exclusion",
    "Follower",
    "HistoryExport",
    "Holder",
    "KnownWord",
    "LiftedExclusion",
    "Macro",
    "Membership",
    "Mention",
    "Message",
    "Organization",
    "OrganizationAddress",
    "Participant",
    "Rating",
    "RefusalReason",
    "Relay",
    "SavedView",
    "SearchEntry",
    "ServiceWindow",
    "Skip",
    "Status",
    "Strike",
    "Suspension",
    "Tag",
    "Team",
    "TeamMembership",
    "TemplateRun",
    "TemplateSchedule",
    "Ticket",
    "TicketCounter",
    "TicketLink",
    "TicketTag",
    "TicketTemplate",
    "Tier",
    "TimeEntry",
    "Upload",
    "WordsLearnt",
]
