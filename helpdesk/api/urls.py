"""Routes of the REST API: namespace `api`. Every one goes through `routed`, which brings what all have in common."""

from django.urls import URLPattern, URLResolver, path, re_path

from escalation.api import AskEscalationView, EscalateView, HandBackView, RulesView
from helpdesk.api.schema import DocsView, SchemaView
from helpdesk.api.views import routed, unknown_address
from helpdesk.brand.api import BrandView, LogoView
from helpdesk.policy.api import PolicyVersionsView, PolicyVersionView, PolicyView
from inbox.api.bounced import BouncedView, ClearBouncedView
from inbox.api.mailboxes import MailboxesView, MailboxView, TryMailboxesView, TryMailboxView
from inbox.api.notifications import NotificationsView
from inbox.api.sender import HooksView, SenderView, TrySenderView
from inbox.api.templates import MailTemplatesView
from kb.api import ArticleViewSet
from notices.api.announcements import AnnouncementViewSet, StopNoticeView
from notices.api.status import ComponentsView, ComponentView, IncidentViewSet
from tickets.api.approvals import AnswerApprovalView, ApprovalsView, RemindApproversView, WithdrawApprovalView
from tickets.api.bulk import BulkChangesView, BulkChangeView, UndoBulkView
from tickets.api.callbacks import CallbackViewSet, TicketCallbacksView
from tickets.api.checklists import ChecklistStepView, ChecklistsView
from tickets.api.complaints import ComplaintFileView, ComplaintViewSet, TicketComplaintsView
from tickets.api.conduct import (
    AppealView,
    ContactView,
    DecideAppealView,
    FalseReportView,
    LiftPersonView,
    MyStandingView,
    NudgesView,
    StandingView,
    SuspendPersonView,
    WithdrawStrikeView,
)
from tickets.api.explaining import ClocksView
from tickets.api.macros import MacroViewSet
from tickets.api.mentions import MentionsSeenView, MentionsView
from tickets.api.messages import (
    AttachmentView,
    MessagesView,
    NotesView,
    ScheduledRepliesView,
    ScheduledReplyView,
)
from tickets.api.organizations import OrganizationViewSet
from tickets.api.participants import FollowView, ParticipantsView, ParticipantView
from tickets.api.people import MeView, PeopleViewSet
from tickets.api.ratings import RatingsView, RatingView, ReviewRatingView
from tickets.api.refusals import ObjectionView, SecondLookView
from tickets.api.relations import LinksView, LinkView, SplitView, UnmergeView
from tickets.api.snoozing import SnoozeView
from tickets.api.staffing import (
    AbsencesView,
    AgentsView,
    AgentView,
    AssignmentView,
    EndAbsenceView,
    NextView,
    SkipView,
)
from tickets.api.tags import TagsView, TagView
from tickets.api.templates import TicketTemplateViewSet
from tickets.api.tickets import TicketViewSet
from tickets.api.time import TimeEntriesView, TimeEntryView
from tickets.api.uploads import UploadsView, UploadView
from tickets.api.views import SavedViewViewSet

urlpatterns: list[URLPattern | URLResolver] = [
    path("tickets/", routed(TicketViewSet, get="list", post="create"), name="tickets"),
    path("tickets/<int:number>/", routed(TicketViewSet, get="retrieve", patch="partial_update"), name="ticket"),
    path("tickets/<int:number>/clocks/", routed(ClocksView), name="clocks"),
    path("tickets/<int:number>/rules/", routed(RulesView), name="ticket_rules"),
    path("tickets/<int:number>/messages/", routed(MessagesView), name="messages"),
    path("tickets/<int:number>/scheduled/", routed(ScheduledRepliesView), name="scheduled"),
    path("tickets/<int:number>/scheduled/<uuid:pk>/", routed(ScheduledReplyView), name="scheduled_reply"),
    path("tickets/<int:number>/notes/", routed(NotesView), name="notes"),
    path("tickets/<int:number>/take/", routed(TicketViewSet, post="take"), name="take"),
    path("tickets/<int:number>/escalate/", routed(EscalateView), name="escalate"),
    path("tickets/<int:number>/hand-back/", routed(HandBackView), name="hand_back"),
    path("tickets/<int:number>/merge/", routed(TicketViewSet, post="merge"), name="merge"),
    path("tickets/<int:number>/unmerge/", routed(UnmergeView), name="unmerge"),
    path("tickets/<int:number>/split/", routed(SplitView), name="split"),
    path("tickets/<int:number>/links/", routed(LinksView), name="links"),
    path("tickets/<int:number>/links/<int:other>/", routed(LinkView), name="link"),
    path("tickets/<int:number>/refuse/", routed(TicketViewSet, post="refuse"), name="refuse"),
    path("tickets/<int:number>/not-covered/", routed(TicketViewSet, post="not_covered"), name="not_covered"),
    path("tickets/<int:number>/delay/", routed(TicketViewSet, post="delay"), name="delay"),
    path("tickets/<int:number>/identify/", routed(TicketViewSet, post="identify"), name="identify"),
    path("tickets/<int:number>/reopen/", routed(TicketViewSet, post="reopen"), name="reopen"),
    path("tickets/<int:number>/participants/", routed(ParticipantsView), name="participants"),
    path("tickets/<int:number>/participants/<uuid:pk>/", routed(ParticipantView), name="participant"),
    path("tickets/<int:number>/follow/", routed(FollowView), name="follow"),
    path("tickets/<int:number>/checklists/", routed(ChecklistsView), name="checklists"),
    path("tickets/<int:number>/checklist-steps/<uuid:pk>/", routed(ChecklistStepView), name="checklist_step"),
    path("tickets/<int:number>/approvals/", routed(ApprovalsView), name="approvals"),
    path("tickets/<int:number>/approvals/<uuid:pk>/answer/", routed(AnswerApprovalView), name="answer_approval"),
    path("tickets/<int:number>/approvals/<uuid:pk>/withdraw/", routed(WithdrawApprovalView), name="withdraw_approval"),
    path("tickets/<int:number>/approvals/<uuid:pk>/remind/", routed(RemindApproversView), name="remind_approval"),
    path("tickets/<int:number>/complaints/", routed(TicketComplaintsView), name="file_complaint"),
    path("tickets/<int:number>/appeal/", routed(ObjectionView), name="appeal_refusal"),
    path("tickets/<int:number>/second-look/", routed(SecondLookView), name="second_look"),
    path("tickets/<int:number>/ask-escalation/", routed(AskEscalationView), name="ask_escalation"),
    path("tickets/<int:number>/callbacks/", routed(TicketCallbacksView), name="ticket_callbacks"),
    path("callbacks/", routed(CallbackViewSet, get="list"), name="callbacks"),
    path("callbacks/<uuid:pk>/done/", routed(CallbackViewSet, post="done"), name="callback_done"),
    path("callbacks/<uuid:pk>/missed/", routed(CallbackViewSet, post="missed"), name="callback_missed"),
    path("callbacks/<uuid:pk>/put-off/", routed(CallbackViewSet, post="put_off"), name="callback_put_off"),
    path("callbacks/<uuid:pk>/cancel/", routed(CallbackViewSet, post="cancel"), name="callback_cancel"),
    path("complaints/", routed(ComplaintViewSet, get="list"), name="complaints"),
    path("complaints/<uuid:pk>/", routed(ComplaintViewSet, get="retrieve"), name="complaint"),
    path("complaints/<uuid:complaint>/files/<uuid:pk>/", routed(ComplaintFileView), name="complaint_file"),
    path("complaints/<uuid:pk>/messages/", routed(ComplaintViewSet, post="say"), name="say_on_complaint"),
    path("complaints/<uuid:pk>/notes/", routed(ComplaintViewSet, post="note"), name="note_on_complaint"),
    path("complaints/<uuid:pk>/take/", routed(ComplaintViewSet, post="take"), name="take_complaint"),
    path("complaints/<uuid:pk>/decide/", routed(ComplaintViewSet, post="decide"), name="decide_complaint"),
    path("tickets/<int:number>/rating/", routed(RatingView), name="rating"),
    path("ratings/", routed(RatingsView), name="ratings"),
    path("ratings/<uuid:pk>/review/", routed(ReviewRatingView), name="review_rating"),
    path("tickets/bulk/", routed(BulkChangesView), name="bulk_changes"),
    path("tickets/bulk/<uuid:pk>/", routed(BulkChangeView), name="bulk_change"),
    path("tickets/bulk/<uuid:pk>/undo/", routed(UndoBulkView), name="undo_bulk"),
    path("tickets/next/", routed(NextView), name="next"),
    path("tickets/<int:number>/skip/", routed(SkipView), name="skip"),
    path("tickets/<int:number>/assignment/", routed(AssignmentView), name="assignment"),
    path("absences/", routed(AbsencesView), name="absences"),
    path("absences/<uuid:pk>/end/", routed(EndAbsenceView), name="end_absence"),
    path("agents/", routed(AgentsView), name="agents"),
    path("agents/<uuid:pk>/", routed(AgentView), name="agent"),
    path("tickets/<int:number>/snooze/", routed(SnoozeView), name="snooze"),
    path("tickets/<int:number>/contact/", routed(ContactView), name="contact"),
    path("tickets/<int:number>/nudges/", routed(NudgesView), name="nudges"),
    path("tickets/<int:number>/false-report/", routed(FalseReportView), name="false_report"),
    path("me/fair-use/", routed(MyStandingView), name="my_standing"),
    path("people/<uuid:pk>/fair-use/", routed(StandingView), name="standing"),
    path("people/<uuid:pk>/suspend/", routed(SuspendPersonView), name="suspend_person"),
    path("people/<uuid:pk>/lift/", routed(LiftPersonView), name="lift_person"),
    path("strikes/<uuid:pk>/withdraw/", routed(WithdrawStrikeView), name="withdraw_strike"),
    path("suspensions/<uuid:pk>/appeal/", routed(AppealView), name="appeal_suspension"),
    path("suspensions/<uuid:pk>/decide/", routed(DecideAppealView), name="decide_appeal"),
    path("attachments/<uuid:pk>/", routed(AttachmentView), name="attachment"),
    path("uploads/", routed(UploadsView), name="uploads"),
    path("uploads/<uuid:pk>/", routed(UploadView), name="upload"),
    path("tickets/<int:number>/time/", routed(TimeEntriesView), name="time"),
    path("tickets/<int:number>/time/<uuid:pk>/", routed(TimeEntryView), name="time_entry"),
    path("tags/", routed(TagsView), name="tags"),
    path("tags/<uuid:pk>/", routed(TagView), name="tag"),
    path("templates/", routed(TicketTemplateViewSet, get="list"), name="ticket_templates"),
    path("templates/<uuid:pk>/", routed(TicketTemplateViewSet, get="retrieve"), name="ticket_template"),
    path("templates/<uuid:pk>/runs/", routed(TicketTemplateViewSet, get="runs"), name="template_runs"),
    path("articles/", routed(ArticleViewSet, get="list"), name="articles"),
    path("articles/<int:number>/", routed(ArticleViewSet, get="retrieve"), name="article"),
    path("people/", routed(PeopleViewSet, get="list", post="create"), name="people"),
    path("people/<uuid:pk>/", routed(PeopleViewSet, get="retrieve"), name="person"),
    path("organizations/", routed(OrganizationViewSet, get="list", post="create"), name="organizations"),
    path(
        "organizations/<uuid:pk>/",
        routed(OrganizationViewSet, get="retrieve", patch="partial_update"),
        name="organization",
    ),
    path("organizations/<uuid:pk>/suspend/", routed(OrganizationViewSet, post="suspend"), name="suspend"),
    path("organizations/<uuid:pk>/lift/", routed(OrganizationViewSet, post="lift"), name="lift"),
    path("views/", routed(SavedViewViewSet, get="list", post="create"), name="views"),
    path(
        "views/<uuid:pk>/",
        routed(SavedViewViewSet, get="retrieve", patch="partial_update", delete="destroy"),
        name="view",
    ),
    path("macros/", routed(MacroViewSet, get="list", post="create"), name="macros"),
    path(
        "macros/<uuid:pk>/",
        routed(MacroViewSet, get="retrieve", patch="partial_update", delete="destroy"),
        name="macro",
    ),
    path("mentions/", routed(MentionsView), name="mentions"),
    path("mentions/seen/", routed(MentionsSeenView), name="mentions_seen"),
    path("announcements/", routed(AnnouncementViewSet, get="list", post="create"), name="announcements"),
    path("announcements/reach/", routed(AnnouncementViewSet, post="reach"), name="announcement_reach"),
    path(
        "announcements/<uuid:pk>/",
        routed(AnnouncementViewSet, get="retrieve", patch="partial_update"),
        name="announcement",
    ),
    path("announcements/<uuid:pk>/withdraw/", routed(AnnouncementViewSet, post="withdraw"), name="withdraw_notice"),
    path("announcements/<uuid:pk>/call-off/", routed(AnnouncementViewSet, post="call_off"), name="call_off"),
    path("announcements/<uuid:pk>/notices/", routed(AnnouncementViewSet, get="notices"), name="notices"),
    path("notices/<uuid:pk>/stop/", routed(StopNoticeView), name="stop_notice"),
    path("components/", routed(ComponentsView), name="components"),
    path("components/<uuid:pk>/", routed(ComponentView), name="component"),
    path("incidents/", routed(IncidentViewSet, get="list", post="create"), name="incidents"),
    path("incidents/<uuid:pk>/", routed(IncidentViewSet, get="retrieve"), name="incident"),
    path("incidents/<uuid:pk>/updates/", routed(IncidentViewSet, post="say"), name="incident_updates"),
    path("mail/mailboxes/", routed(MailboxesView), name="mailboxes"),
    path("mail/mailboxes/try/", routed(TryMailboxesView), name="mailboxes_try"),
    path("mail/mailboxes/<uuid:pk>/", routed(MailboxView), name="mailbox"),
    path("mail/mailboxes/<uuid:pk>/try/", routed(TryMailboxView), name="mailbox_try"),
    path("mail/bounced/", routed(BouncedView), name="mail_bounced"),
    path("mail/bounced/<uuid:pk>/clear/", routed(ClearBouncedView), name="mail_bounced_clear"),
    path("mail/sender/", routed(SenderView), name="mail_sender"),
    path("mail/sender/hooks/", routed(HooksView), name="mail_sender_hooks"),
    path("mail/sender/try/", routed(TrySenderView), name="mail_sender_try"),
    path("mail/templates/", routed(MailTemplatesView), name="mail_templates"),
    path("brand/", routed(BrandView), name="brand"),
    path("brand/logo/", routed(LogoView), name="brand_logo"),
    path("me/", routed(MeView), name="me"),
    path("me/notifications/", routed(NotificationsView), name="my_notifications"),
    path("policy/", routed(PolicyView), name="policy"),
    path("policy/versions/", routed(PolicyVersionsView), name="policy_versions"),
    path("policy/versions/<int:number>/", routed(PolicyVersionView), name="policy_version"),
    path("schema/", SchemaView.as_view(), name="schema"),
    path("docs/", DocsView.as_view(), name="docs"),
    re_path("", unknown_address),
]
