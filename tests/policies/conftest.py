"""The five desks, each on its own policy, as their customers see them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass

import pytest
from django.test import Client

from tenants.context import act_as
from tenants.models import Tenant, User
from tests.support.world import make_person
from tests.tickets.portal import visitor


@dataclass
class Desk:
    """A tenant on one of the five policies, with a customer and an agent."""

    tenant: Tenant
    grace: User
    ada: User

    def portal(self, language: str = "en") -> Client:
        """The portal as the customer sees it, in a language."""
        client = visitor(self.tenant, self.grace)
        client.cookies["django_language"] = language
        return client

    def anonymous(self, language: str = "en") -> Client:
        """The portal as anybody sees it."""
        client = visitor(self.tenant)
        client.cookies["django_language"] = language
        return client


@pytest.fixture
def desk_on(tenant_on: Callable[..., Tenant]) -> Iterator[Callable[[str], Desk]]:
    """`desk_on("ione")`: run the rest of the test as that tenant."""
    with ExitStack() as stack:

        def on(policy: str) -> Desk:
            tenant = tenant_on(policy)
            stack.enter_context(act_as(tenant))
            return Desk(tenant, make_person("Grace"), make_person("Ada", "agent"))

        yield on
