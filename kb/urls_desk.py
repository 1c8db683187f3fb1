"""Addresses of the workspace for articles."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
