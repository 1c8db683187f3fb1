"""What-if over a tenant's history: seconds for each 100,000 tickets that are folded under a draft."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.utils import timezone

from helpdesk.policy.replay import replay
from sla.document import SupportPolicy
from tenants.context import act_as
from tenants.models import Tenant

#: What is wanted: seconds of processor time, Python and Postgres together, for so many tickets.
SECONDS, TICKETS = 30.0, 100_000
#: The draft: longer hours, and answers sooner than the desk of the bench gives them.
CHANGES = (('mon-fri: "08:00-18:00"', 'mon-sun: "00:00-24:00"'), ("first_response: 24h", "first_response: 5m"))


def measure(tenant: Tenant, say: Callable[[str], None]) -> None:
    """Replay all that was filed in 90 days under a stricter policy; print the figures."""
    text = (settings.BASE_DIR / "policies" / "ione.yaml").read_text(encoding="utf-8")
    for old, new in CHANGES:
        text = text.replace(old, new, 1)
    draft, now = SupportPolicy.load(text), timezone.now()
    with act_as(tenant):
        backend = backend_of(connection)
        begun, used, answered = time.monotonic(), time.process_time(), used_by(backend)
        found = replay(draft, since=now - timedelta(days=90), at=now)
        elapsed, python, postgres = time.monotonic() - begun, time.process_time() - used, used_by(backend) - answered
    times = TICKETS / (found.tickets or 1)
    say(
        f"{found.tickets:,} tickets replayed in {elapsed:.1f} s, {found.total.flips:,} results flip;"
        f" {TICKETS:,} take {times * (python + postgres):.1f} s of processor time (at most {SECONDS:g}):"
        f" Python {times * python:.1f} s, Postgres {times * postgres:.1f} s"
    )


def backend_of(connection: BaseDatabaseWrapper) -> int:
    """The process of Postgres that serves a connection."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return cursor.fetchone()[0]


def used_by(backend: int) -> float:
    """Seconds of processor time of a process, as Linux tells; elsewhere none is known of Postgres."""
    try:
        told = Path(f"/proc/{backend}/stat").read_text(encoding="ascii")
    except FileNotFoundError:
        return 0.0
    user, system = told.rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")
