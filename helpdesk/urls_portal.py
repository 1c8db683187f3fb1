"""What customers see: namespace `portal`."""

from django.urls import URLPattern, URLResolver, include, path

from helpdesk.policy import page

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("tickets.urls_portal")),
    path("", include("inbox.urls_portal")),
    path("", include("notices.urls_status")),
    path("", include("escalation.urls_portal")),
    path("announcements/", include("notices.urls_portal")),
    path("policy/", page.policy, name="policy"),
    path("policy/versions/", page.versions, name="policy_versions"),
    path("policy/versions/<int:number>/", page.version, name="policy_version"),
]
