"""Announcements as staff write them: part of the namespace `desk`."""

from django.urls import URLPattern, path

from notices import views

urlpatterns: list[URLPattern] = [
    path("", views.all_announcements, name="announcements"),
    path("new", views.new, name="announcement_new"),
    path("<uuid:pk>/", views.edit, name="announcement_edit"),
    path("<uuid:pk>/withdraw", views.withdraw, name="announcement_withdraw"),
]
