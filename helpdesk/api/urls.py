"""Routes of the REST API: namespace `api`. Every one goes through `routed`, which brings what all have in common."""

from django.urls import URLPattern, URLResolver, path, re_path

from escalation.api import EscalateView, HandBackView, RulesView
from helpdesk.api.schema import DocsView, SchemaView
from helpdesk.api.views import routed, unknown_address
from helpdesk.policy.api import PolicyVersionsView, PolicyVersionView, PolicyView
from kb.api import ArticleViewSet
from tickets.api.explaining import ClocksView
from tickets.api.messages import AttachmentView, MessagesView, NotesView
from tickets.api.organizations import OrganizationViewSet
from tickets.api.people import MeView, PeopleViewSet
from tickets.api.tickets import TicketViewSet

urlpatterns: list[URLPattern | URLResolver] = [
    path("tickets/", routed(TicketViewSet, get="list", post="create"), name="tickets"),
    path("tickets/<int:number>/", routed(TicketViewSet, get="retrieve", patch="partial_update"), name="ticket"),
    path("tickets/<int:number>/clocks/", routed(ClocksView), name="clocks"),
    path("tickets/<int:number>/rules/", routed(RulesView), name="ticket_rules"),
    path("tickets/<int:number>/messages/", routed(MessagesView), name="messages"),
    path("tickets/<int:number>/notes/", routed(NotesView), name="notes"),
    path("tickets/<int:number>/take/", routed(TicketViewSet, post="take"), name="take"),
    path("tickets/<int:number>/escalate/", routed(EscalateView), name="escalate"),
    path("tickets/<int:number>/hand-back/", routed(HandBackView), name="hand_back"),
    path("tickets/<int:number>/merge/", routed(TicketViewSet, post="merge"), name="merge"),
    path("tickets/<int:number>/refuse/", routed(TicketViewSet, post="refuse"), name="refuse"),
    path("tickets/<int:number>/not-covered/", routed(TicketViewSet, post="not_covered"), name="not_covered"),
    path("tickets/<int:number>/delay/", routed(TicketViewSet, post="delay"), name="delay"),
    path("tickets/<int:number>/reopen/", routed(TicketViewSet, post="reopen"), name="reopen"),
    path("attachments/<uuid:pk>/", routed(AttachmentView), name="attachment"),
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
    path("me/", routed(MeView), name="me"),
    path("policy/", routed(PolicyView), name="policy"),
    path("policy/versions/", routed(PolicyVersionsView), name="policy_versions"),
    path("policy/versions/<int:number>/", routed(PolicyVersionView), name="policy_version"),
    path("schema/", SchemaView.as_view(), name="schema"),
    path("docs/", DocsView.as_view(), name="docs"),
    re_path("", unknown_address),
]
