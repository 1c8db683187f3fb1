"""Outgoing mail as staff see it: part of the namespace `desk`."""

from django.urls import URLPattern, path

from inbox import views

urlpatterns: list[URLPattern] = [
    path("", views.mail, name="mail"),
    path("<uuid:pk>/", views.mail_detail, name="mail_detail"),
    path("<uuid:pk>/html", views.mail_html, name="mail_html"),
    path("<uuid:pk>/send", views.send_mail, name="mail_send"),
]
