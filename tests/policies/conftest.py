"""The five desks, each on its own policy."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from tenants.context import act_as
from tenants.models import Tenant
from tests.policies.desk import Desk
from tests.support.world import make_person


@pytest.fixture
def desk_on(tenant_on: Callable[..., Tenant]) -> Iterator[Callable[[str], Desk]]:
    """`desk_on("ione")`: run the rest of the test as that tenant."""
    with ExitStack() as stack:

        def on(policy: str) -> Desk:
            tenant = tenant_on(policy)
            stack.enter_context(act_as(tenant))
            return Desk(tenant, make_person("Grace"), make_person("Ada", "agent"))

        yield on
