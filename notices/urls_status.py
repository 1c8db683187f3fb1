"""The public status page: part of the namespace `portal`."""

from django.urls import URLPattern, path

from notices.views import status as views

urlpatterns: list[URLPattern] = [
    path("status/", views.status, name="status"),
    path("status.json", views.status_json, name="status_json"),
    path("status/feed.atom", views.status_feed, name="status_feed"),
    path("status/history/", views.status_history, name="status_history"),
    path("status/incidents/<uuid:pk>/", views.status_incident, name="status_incident"),
    path("status/work/<uuid:pk>/", views.status_work, name="status_work"),
]
