"""Addresses of the site."""

from django.urls import include, path

urlpatterns = [
    path("", include(("helpdesk.urls_portal", "portal"))),
    path("desk/", include(("helpdesk.urls_desk", "desk"))),
    path("kb/", include(("kb.urls", "kb"))),
    path("accounts/", include("allauth.urls")),
    path("i18n/", include("django.conf.urls.i18n")),
    path("api/v1/", include(("helpdesk.api.urls", "api"))),
]
