"""A calendar edit on a desk with many running clocks: processor time until all follow, and a reply meanwhile."""

from __future__ import annotations

import multiprocessing
import statistics
import time
from collections.abc import Callable
from datetime import date, datetime, timedelta
from multiprocessing.queues import Queue
from multiprocessing.synchronize import Event
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.utils import timezone

from bench.replay import backend_of, used_by
from helpdesk.policy.apply import apply
from sla.document import SupportPolicy
from sla.models import PolicyVersion
from tenants.context import act_as
from tenants.models import Alarm, Tenant
from tickets import recalculation
from tickets.models import Clock, Ticket
from tickets.versions import TAKEOVER

#: What is wanted: seconds of processor time, Python and Postgres together, for so many running clocks.
SECONDS, CLOCKS = 20.0, 100_000
#: A reply meanwhile may take so many times as long as a quiet one.
TIMES = 2.0
RUNS = 40
#: Every request has two running clocks: an answer and a solution are promised.
PROMISED = ("resolution: null", "resolution: 90h")
#: What the rows alone cost: each clock, its ticket and its alarm written by hand, as often as a batch has it.
BY_HAND = (
    "UPDATE tickets_clock SET due_at = due_at + interval '1 second', revision = revision + 1"
    " WHERE tenant_id = %s AND ticket_id = ANY(%s) AND state = 'running'",
    "UPDATE tickets_ticket SET due_at = due_at + interval '1 second' WHERE tenant_id = %s AND id = ANY(%s)",
    "UPDATE tenants_alarm SET at = at + interval '1 second'"
    " WHERE tenant_id = %s AND kind = 'clock' AND subject = ANY(%s)",
)


def measure(tenant: Tenant, reply: Callable[[], object], say: Callable[[str], None]) -> None:
    """Promise solutions, then enter a holiday; `reply` answers some ticket over the web server. Prints the figures."""
    text = (settings.BASE_DIR / "policies" / "ione.yaml").read_text(encoding="utf-8").replace(*PROMISED)
    _apply(tenant, text)
    _follow(tenant)
    holiday = last_working_day(SupportPolicy.load(text), timezone.now())
    hours = 'mon-fri: "08:00-18:00"\n'
    quiet = [_seconds(reply) for _ in range(RUNS)]
    before_it = _deadlines(tenant)
    _apply(tenant, text.replace(hours, f"{hours}    closed_dates: [{holiday}]\n", 1))
    # A process of its own, as browsers and workers are: a thread would wait for this one's interpreter lock.
    processes = multiprocessing.get_context("fork")
    done, took = processes.Event(), processes.Queue()
    replying = processes.Process(target=_keep_replying, args=(reply, took, done))
    replying.start()
    try:
        python, postgres, batches = _follow(tenant)
    finally:
        done.set()
    during: list[float] = took.get(timeout=60)
    replying.join()
    after_it = _deadlines(tenant)
    running, moved = len(after_it), sum(due != before_it.get(pk, due) for pk, due in after_it.items())
    share, floor = CLOCKS / (running or 1), _by_hand(tenant)
    say(
        f"{running:,} running clocks recalculated in {batches} batches, {moved:,} deadlines moved by a holiday on"
        f" {holiday:%A, %d %B}; {CLOCKS:,} take"
        f" {share * (python + postgres):.1f} s of processor time (at most {SECONDS:g}): Python {share * python:.1f} s,"
        f" Postgres {share * postgres:.1f} s, {(python + postgres) / (floor or 1):.1f} times their rows written by hand"
    )
    before, meanwhile = statistics.median(quiet), statistics.median(during or [0.0])
    say(
        f"a reply meanwhile: {meanwhile * 1000:.0f} ms, {meanwhile / before:.2f} times a quiet one (at most {TIMES:g};"
        f" {len(during)} replies, the slowest {max(during or [0.0]) * 1000:.0f} ms)"
    )


def last_working_day(policy: SupportPolicy, now: datetime) -> date:
    """The last day before today on which the usual calendar opens: as a holiday it moves what ran before it began.

    Yesterday may be a Sunday, on which no clock runs. The requests come from a whole week, so that most are older.
    """
    calendar = policy.calendar()
    day = now.astimezone(calendar.zone).date()
    while True:
        day -= timedelta(days=1)
        if calendar.hours_of(day.toordinal()):
            return day


def _deadlines(tenant: Tenant) -> dict[UUID, datetime | None]:
    """When each running clock of an open request is due, by its key."""
    with act_as(tenant):
        return dict(Clock.objects.filter(ticket__is_active=True, state="running").values_list("pk", "due_at"))


def _apply(tenant: Tenant, text: str) -> None:
    with act_as(tenant):
        latest = PolicyVersion.objects.current().applied_at
        apply(SupportPolicy.load(text), source=text, at=max(timezone.now() - TAKEOVER, latest))


def _follow(tenant: Tenant) -> tuple[float, float, int]:
    """Do what a worker does, a batch a transaction, then a rest; seconds of this thread and of Postgres, batches."""
    with act_as(tenant):
        job, backend = recalculation.running(), backend_of(connection)
    python, postgres, batches = time.thread_time(), used_by(backend), 0
    while job is not None:
        with act_as(tenant):
            recalculation.work(job.pk, timezone.now())
            again = Alarm.objects.filter(kind=recalculation.ALARM, subject=job.pk).values_list("at", flat=True).first()
            job = recalculation.running()
        batches += 1
        if again is not None:
            time.sleep(max(0.0, (again - timezone.now()).total_seconds()))
    return time.thread_time() - python, used_by(backend) - postgres, batches


def _by_hand(tenant: Tenant) -> float:
    """Processor seconds of Postgres to write as many rows, in batches of the same size."""
    with act_as(tenant):
        ids = list(Ticket.objects.active().order_by("pk").values_list("pk", flat=True))
        backend = backend_of(connection)
    begun = used_by(backend)
    for start in range(0, len(ids), recalculation.BATCH):
        with act_as(tenant), connection.cursor() as cursor:
            for statement in BY_HAND:
                cursor.execute(statement, [tenant.pk, ids[start : start + recalculation.BATCH]])
    return used_by(backend) - begun


def _seconds(act: Callable[[], object]) -> float:
    begun = time.perf_counter()
    act()
    return time.perf_counter() - begun


def _keep_replying(reply: Callable[[], object], took: Queue[list[float]], done: Event) -> None:
    seconds = []
    while not done.is_set():
        seconds.append(_seconds(reply))
        time.sleep(0.05)
    took.put(seconds)
