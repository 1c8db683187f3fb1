"""What staff see: namespace `desk`."""

from django.urls import URLPattern, URLResolver, include, path

from helpdesk.brand.views import brand, remove_logo
from helpdesk.policy import views

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("tickets.urls_desk")),
    path("", include("escalation.urls_desk")),
    path("articles/", include("kb.urls_desk")),
    path("mail/", include("inbox.urls_desk")),
    path("status/", include("notices.urls_status_desk")),
    path("announcements/", include("notices.urls_desk")),
    path("settings/brand", brand, name="brand"),
    path("settings/brand/logo/remove", remove_logo, name="logo_remove"),
    path("settings/policy/replay", views.policy_replay, name="policy_replay"),
    path("settings/policy/", include("helpdesk.policy.screens.urls")),
]
