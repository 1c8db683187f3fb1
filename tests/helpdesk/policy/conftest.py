"""Policies that differ from Acme's in one thing."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from helpdesk.policy.apply import Applied, apply
from sla.document import SupportPolicy
from sla.models import PolicyVersion
from tests.helpdesk.policy.forms import fields_of
from tests.support.world import POLICIES
from tests.tickets.portal import text_of, visitor

IONE = (POLICIES / "ione.yaml").read_text(encoding="utf-8")
#: A Monday, nine in the morning where Acme is.
OPENED = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)


def changed(*replacements: tuple[str, str], text: str = IONE) -> str:
    """The text of Acme's policy with these replacements, each of which must be possible."""
    for old, new in replacements:
        assert old in text, old
        text = text.replace(old, new, 1)
    return text


def without_high(*, replaced: bool = False) -> str:
    """Acme's policy with a priority "tall" instead of "high", on purpose or not."""
    text = re.sub(r"(?<![\w-])high(?=:|,|}|$)", "tall", IONE, flags=re.MULTILINE)
    return text.replace("  tall:\n", "  tall:\n    replaces: [high]\n", 1) if replaced else text


@pytest.fixture
def put(at_acme) -> Callable[..., Applied]:
    """Apply the text of a policy at Acme."""

    def do(text: str, *, at: datetime = OPENED, **more) -> Applied:
        return apply(SupportPolicy.load(text), source=text, at=at, **more)

    return do


@pytest.fixture
def desk(at_acme, root):
    """Acme's administrator in a browser without scripts."""
    return visitor(at_acme, root)


@pytest.fixture
def send(desk):
    """Fill in the form of a page as it is shown, and send it."""

    def do(path: str, **typed):
        return desk.post(path, {**fields_of(desk.get(path)), **typed})

    return do


@pytest.fixture
def apply_draft(desk):
    """Put the draft of an answer into force."""

    def do(answer):
        assert answer.status_code == 302, text_of(answer)
        plan = desk.get(answer["Location"])
        return desk.post(answer["Location"], {"base": str(plan.context["page"].number)}, follow=True)

    return do


@pytest.fixture
def policy_now(at_acme):
    """The policy in force."""
    return lambda: PolicyVersion.objects.latest("number").policy
