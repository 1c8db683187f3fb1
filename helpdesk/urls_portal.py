"""What customers see: namespace `portal`."""

from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("tickets.urls_portal")),
]
