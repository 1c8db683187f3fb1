"""What staff see of tickets, people and settings: part of the namespace `desk`."""

from django.urls import URLPattern, path

from tickets.views.desk import (
    acts,
    composing,
    filing,
    home,
    lists,
    organizations,
    people,
    search,
    settings,
    ticket,
    tokens,
)

urlpatterns: list[URLPattern] = [
    path("", home.home, name="home"),
    path("views", lists.views, name="views"),
    path("search", search.search, name="search"),
    path("next", acts.take_next, name="next"),
    path("tickets/", lists.tickets, name="tickets"),
    path("tickets/bulk", lists.bulk, name="bulk"),
    path("tickets/new", filing.new_ticket, name="new_ticket"),
    path("tickets/<int:number>/", ticket.ticket, name="ticket"),
    path("tickets/<int:number>/send", composing.send, name="send"),
    path("tickets/<int:number>/articles", ticket.articles, name="ticket_articles"),
    path("tickets/<int:number>/take", acts.take, name="take"),
    path("tickets/<int:number>/tags/add", acts.add_tag, name="add_tag"),
    path("tickets/<int:number>/tags/remove", acts.remove_tag, name="remove_tag"),
    path("tickets/<int:number>/do/<slug:name>", acts.act, name="act"),
    path("people/", people.people, name="people"),
    path("people/<uuid:pk>", people.person_page, name="person"),
    path("organizations/", organizations.organizations, name="organizations"),
    path("organizations/new", organizations.new, name="new_organization"),
    path("organizations/<uuid:pk>", organizations.organization, name="organization"),
    path("organizations/<uuid:pk>/<slug:what>", organizations.change, name="change_organization"),
    path("settings/", settings.settings, name="settings"),
    path("settings/roles", settings.roles, name="roles"),
    path("settings/teams", settings.teams, name="teams"),
    path("settings/teams/<slug:key>", settings.members, name="team_members"),
    path("settings/work", settings.failed_work, name="failed_work"),
    path("settings/work/<uuid:pk>/retry", settings.retry, name="retry_work"),
    path("tokens/", tokens.tokens, name="tokens"),
    path("tokens/<uuid:pk>/revoke", tokens.revoke, name="revoke_token"),
]
