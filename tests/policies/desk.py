"""A desk on one of the five policies, as its customers, its staff and their programs see it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.test import Client
from django.utils import timezone

from helpdesk.policy.apply import apply
from inbox.models import OutgoingMail
from sla.document import SupportPolicy
from tenants import alarms
from tenants.models import Tenant, User
from tests.api.client import Api
from tests.support.world import policy_file
from tests.tickets.portal import text_of, visitor
from tickets.models import Ticket

#: What is answered to a question of each kind.
SAMPLES = {"email": "grace@example.com", "url": "https://example.com/page", "date": "2026-03-02"}
SUBJECT = "Order form closes with Error 500"


@dataclass
class Desk:
    """A tenant on one of the five policies, with a customer, Grace, and an agent, Ada."""

    tenant: Tenant
    grace: User
    ada: User

    def portal(self, language: str = "en", person: User | None = None) -> Client:
        """The portal as the customer sees it, in a language."""
        return self._browser(person or self.grace, language)

    def anonymous(self, language: str = "en") -> Client:
        """The portal as anybody sees it."""
        return self._browser(None, language)

    def workspace(self, language: str = "en", person: User | None = None) -> Client:
        """The workspace as the agent sees it, or somebody else of the staff."""
        return self._browser(person or self.ada, language)

    def api(self, person: User | None = None) -> Api:
        """The API for a program of the customer's, or of somebody else's."""
        return Api(person or self.grace, host=f"{self.tenant.slug}.localhost")

    def _browser(self, person: User | None, language: str) -> Client:
        client = visitor(self.tenant, person)
        client.cookies["django_language"] = language
        return client

    def form(self, category: str, language: str = "en", **fields: Any) -> tuple[str, dict[str, Any]]:
        """The address and the form of a category with every question answered, as a browser would send them."""
        path = f"/tickets/new?category={category}"
        form = self.portal(language).get(path).context["form"]
        answers = {
            name: next(iter(asked.choices), SAMPLES.get(asked.kind, "12345")) for name, asked in form.questions.items()
        }
        usual = {"subject": SUBJECT, "description": "I press Save.", "priority": form.fields["priority"].initial}
        return path, {**usual, **answers, **fields}

    def file(self, category: str, language: str = "en", **fields: Any) -> Ticket:
        """Send the form as the customer, who knows that it is not about the same as an open one."""
        path, form = self.form(category, language, **{"file_anyway": "yes", **fields})
        page = self.portal(language).post(path, form, follow=True)
        assert page.redirect_chain, page.context["form"].errors
        return page.context["ticket"]

    def customer_reads(self, ticket: Ticket, language: str = "en") -> str:
        """The customer's page of a ticket, as text."""
        return text_of(self.portal(language).get(f"/tickets/{ticket.number}/"))

    def agent_reads(self, ticket: Ticket, language: str = "en") -> str:
        """The agents' page of a ticket, as text."""
        return text_of(self.workspace(language).get(f"/desk/tickets/{ticket.number}/"))

    def agent_does(self, ticket: Ticket, what: str, person: User | None = None, **fields: Any) -> Any:
        """Send one of the workspace's forms about a ticket."""
        path = f"/desk/tickets/{ticket.number}/{what}"
        return self.workspace(person=person).post(path, fields, follow=True)

    def row(self, ticket: Ticket, language: str = "en") -> Any:
        """The ticket's row in the agents' list, with what is due next."""
        rows = self.workspace(language).get("/desk/tickets/?view=every").context["rows"]
        return next(row for row in rows if row.ticket.pk == ticket.pk)

    def last_mail(self, person: User | None = None) -> OutgoingMail:
        """The newest mail to the customer, once everything that is due was done."""
        alarms.work_due(until=timezone.now())
        return OutgoingMail.objects.filter(address=(person or self.grace).email).order_by("event").last()

    def apply(self, *changes: tuple[str, str]) -> None:
        """An administrator changes places of the policy file, each from old to new, and applies it."""
        _, text = policy_file(self.tenant.slug)
        for old, new in changes:
            assert old in text
            text = text.replace(old, new, 1)
        apply(SupportPolicy.load(text), source=text, at=timezone.now())
