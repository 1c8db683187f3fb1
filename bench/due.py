"""Many clocks that fall due at once: how long until each breach is recorded and each ticket has climbed."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime

import psycopg

from scripts.installation import Installation
from scripts.processes import wait_for
from tenants.tasks import sweep

#: Tickets that django-helpdesk escalates in a second, on the same kind of machine: 9,243 in 261 s.
PEER = 9_243 / 261


def measure(installation: Installation, owner_url: str, count: int, say: Callable[[str], None]) -> None:
    """Let clocks of `count` unanswered tickets of many tenants be due, with two worker processes; print the seconds."""
    with psycopg.connect(owner_url, autocommit=True) as owner:
        chosen = owner.execute(
            """
            WITH unanswered AS (
                SELECT ticket_id, tenant_id, row_number() OVER (PARTITION BY tenant_id ORDER BY due_at) AS place
                FROM tickets_clock WHERE metric = 'first_response' AND state = 'running' AND breached_at IS NULL
                  AND due_at < now()
            )
            INSERT INTO tenants_alarm (tenant_id, kind, subject, at, attempts, error)
            SELECT tenant_id, 'clock', ticket_id, now(), 0, '' FROM unanswered ORDER BY place LIMIT %s
            ON CONFLICT (tenant_id, kind, subject) DO UPDATE SET at = now(), rung_at = NULL
            """,
            [count],
        ).rowcount
        worker = installation.child(
            "worker", "celery", "-A", "helpdesk", "worker", "--concurrency=2", "--loglevel=WARNING"
        )
        worker.start()
        wait_for(worker, lambda: _answers(installation), seconds=60, what="worker")
        since = owner.execute("SELECT now()").fetchone()
        begun = time.monotonic()
        sweep()
        rung = time.monotonic() - begun
        while _left(owner):
            time.sleep(0.2)
        seconds = time.monotonic() - begun
        worker.stop()
        breaches, escalated, tickets = _done(owner, since)
    say(
        f"{chosen:,} clocks due: rung in {rung:.1f} s; {breaches:,} breaches recorded and {tickets:,} tickets"
        f" escalated ({escalated:,} steps) in {seconds:.1f} s, {chosen / seconds:.0f} a second ; 10,000 in 60 s are"
        f" wanted; django-helpdesk takes {chosen / seconds / PEER:.1f} times as long"
    )


def _answers(installation: Installation) -> bool:
    from helpdesk.celery import app

    return bool(app.control.ping(timeout=1.0))


def _left(owner: psycopg.Connection) -> int:
    row = owner.execute(
        "SELECT count(*) FROM tenants_alarm WHERE kind IN ('clock', 'clock.crossed') AND at <= now()"
    ).fetchone()
    return row[0] if row else 0


def _done(owner: psycopg.Connection, since: tuple[datetime] | None) -> tuple[int, int, int]:
    row = owner.execute(
        "SELECT count(*) FILTER (WHERE verb = 'clock.breached'), count(*) FILTER (WHERE verb = 'ticket.escalated'),"
        " count(DISTINCT ticket_id) FILTER (WHERE verb = 'ticket.escalated')"
        " FROM tickets_event WHERE recorded_at >= %s",
        since,
    ).fetchone()
    return row if row else (0, 0, 0)
