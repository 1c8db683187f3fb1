"""What customers see: namespace `portal`."""

from django.urls import URLPattern, URLResolver, include, path

from helpdesk.policy import page

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("tickets.urls_portal")),
    path("announcements/", include("notices.urls_portal")),
    path("policy/", page.policy, name="policy"),
]
