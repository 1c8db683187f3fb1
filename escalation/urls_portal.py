"""What customers see of escalation: part of the namespace `portal`."""

from django.urls import URLPattern, path

from escalation import portal

urlpatterns: list[URLPattern] = [
    path("tickets/<int:number>/escalation", portal.ask, name="ask_escalation"),
]
