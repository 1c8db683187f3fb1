"""Announcements as staff write them: part of the namespace `desk`."""

from django.urls import URLPattern, path

from notices.views import announcements as views
from notices.views import tables

urlpatterns: list[URLPattern] = [
    path("", views.all_announcements, name="announcements"),
    path("export.csv", tables.announcements, name="export_announcements"),
    path("new", views.new, name="announcement_new"),
    path("<uuid:pk>/", views.edit, name="announcement_edit"),
    path("<uuid:pk>/notices", views.notices, name="announcement_notices"),
    path("<uuid:pk>/call-off", views.call_off, name="announcement_call_off"),
    path("notices/<uuid:pk>/stop", views.stop, name="notice_stop"),
    path("<uuid:pk>/withdraw", views.withdraw, name="announcement_withdraw"),
]
