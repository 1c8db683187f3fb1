"""Announcements as customers read them: part of the namespace `portal`."""

from django.urls import URLPattern, path

from notices.views import announcements as views

urlpatterns: list[URLPattern] = [
    path("", views.announcements, name="announcements"),
    path("dismiss", views.dismiss, name="announcement_dismiss"),
]
