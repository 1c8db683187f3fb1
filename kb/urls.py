"""Addresses of the knowledge base."""

from django.urls import URLPattern

app_name = "kb"
urlpatterns: list[URLPattern] = []
