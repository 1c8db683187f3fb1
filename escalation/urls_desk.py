"""Moving tickets between tiers: part of the namespace `desk`."""

from django.urls import URLPattern, path

from escalation import views

urlpatterns: list[URLPattern] = [
    path("tickets/<int:number>/escalate", views.escalate, name="escalate"),
    path("tickets/<int:number>/hand-back", views.hand_back, name="hand_back"),
    path("tickets/<int:number>/explained", views.explained, name="explained"),
    path("tickets/<int:number>/rules", views.rules, name="ticket_rules"),
]
