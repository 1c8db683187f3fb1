"""What the lowest app does when a process starts."""

from django.apps import AppConfig

from tenants.ambient import keep_language_and_zone


class Tenants(AppConfig):
    """Whom we work for."""

    name = "tenants"

    def ready(self) -> None:
        """Before anything asks for the reader's language or zone."""
        keep_language_and_zone()
