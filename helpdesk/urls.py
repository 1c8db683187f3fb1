"""Addresses of the site."""

from django.urls import include, path, re_path

from helpdesk import appearance
from helpdesk.api.views import unknown_address
from helpdesk.brand.views import logo
from tickets.views.portal import preferences

urlpatterns = [
    path("", include(("helpdesk.urls_portal", "portal"))),
    path("desk/", include(("helpdesk.urls_desk", "desk"))),
    path("kb/", include(("kb.urls", "kb"))),
    path("accounts/", include("allauth.urls")),
    path("brand.css", appearance.brand_css, name="brand_css"),
    path("brand/logo/<uuid:key>", logo, name="logo"),
    path("theme/", appearance.choose_theme, name="theme"),
    path("i18n/setlang/", preferences.set_language, name="set_language"),
    path("api/v1/", include(("helpdesk.api.urls", "api"))),
    re_path("^api/", unknown_address),
]

handler400 = "helpdesk.refusals.bad_request"
handler500 = "helpdesk.api.views.server_error"
