"""What customers see of tickets: part of the namespace `portal`."""

from django.urls import URLPattern, path

from tickets.views.portal import files, filing, home, lists, ticket, why

urlpatterns: list[URLPattern] = [
    path("", home.home, name="home"),
    path("tickets/", lists.tickets, name="tickets"),
    path("tickets/organization/", lists.organization_tickets, name="organization_tickets"),
    path("tickets/new", filing.new_ticket, name="new_ticket"),
    path("tickets/suggestions", filing.suggest, name="suggest"),
    path("tickets/<int:number>/", ticket.ticket, name="ticket"),
    path("tickets/<int:number>/why", why.why, name="why"),
    path("tickets/<int:number>/filed", filing.ticket_filed, name="ticket_filed"),
    path("tickets/<int:number>/reply", ticket.reply, name="reply"),
    path("tickets/<int:number>/solve", ticket.solve, name="solve"),
    path("tickets/<int:number>/reopen", ticket.reopen, name="reopen"),
    path("files/<uuid:pk>", files.attachment, name="attachment"),
]
