"""The status page as staff keep it: part of the namespace `desk`."""

from django.urls import URLPattern, path

from notices.views import board as views

urlpatterns: list[URLPattern] = [
    path("", views.status, name="status"),
    path("components/new", views.new_component, name="status_component_new"),
    path("components/<uuid:pk>/", views.component, name="status_component"),
    path("incidents/new", views.new_incident, name="status_incident_new"),
    path("incidents/<uuid:pk>/", views.incident, name="status_incident"),
]
