"""Open pages by the hundred: what they cost a server process, and how long news take. Alone: `python -m bench.live`."""

from __future__ import annotations

import argparse
import asyncio
import os
import shutil
import statistics
import sys
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path

import psycopg

from scripts.installation import Installation
from scripts.processes import CannotStart, Child, free_port, wait_for

#: Open pages of each person, and times that something happens.
PAGES_OF_ONE, ROUNDS = 20, 10


def measure(
    installation: Installation, owner_url: str, tenant: object, say: Callable[[str], None], wanted: int
) -> None:
    """Open so many streams of a tenant to one server process, half lists and half tickets; print what they cost."""
    port = free_port()
    web = installation.child(
        "live", "uvicorn", "helpdesk.asgi:application", "--host=127.0.0.1", f"--port={port}", "--log-level=warning",
        DATABASE_POOL="true",
    )  # fmt: skip
    web.start()
    try:
        wait_for(web, lambda: _answers(port), seconds=60, what="web")
        paths, host, happen = _prepare(tenant, wanted)
        # A first page of each kind, so that what is loaded once is not counted as the price of a page.
        asyncio.run(_listen(port, host, paths[:2], happen, web, owner_url))
        asyncio.run(_report(port, host, paths, happen, web, owner_url, say))
    finally:
        begun = time.monotonic()
        web.stop()
        say(f"the server stopped in {time.monotonic() - begun:.1f} s")


def _answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/livez", timeout=5):
            return True
    except OSError:
        return False


def _prepare(tenant: object, wanted: int) -> tuple[list[tuple[str, str]], str, Callable[[], None]]:
    """Addresses with the cookies of those who open them, the host, and something that all of them hear of."""
    from django.test import Client
    from django.utils import timezone

    from tenants.context import act_as
    from tenants.models import Role, User
    from tickets import actions
    from tickets.models import Ticket

    with act_as(tenant):  # type: ignore[arg-type]
        ticket = Ticket.objects.filter(is_active=True).latest("number")
        role = Role.objects.filter(kind="agent").first()
        cookies = []
        for number in range(-(-wanted // PAGES_OF_ONE)):
            person, _ = User.objects.get_or_create(email=f"listener{number}@bench.example", defaults={"role": role})
            client = Client()
            client.force_login(person, "tenants.backends.PersonBackend")
            cookies.append(f"sessionid={client.cookies['sessionid'].value}")
        host = tenant.domains.get(is_primary=True).host  # type: ignore[attr-defined]
    kinds = ("/desk/live", f"/desk/live?ticket={ticket.number}")

    def happen() -> None:
        with act_as(tenant):  # type: ignore[arg-type]
            actions.note(ticket, author=person, body="Something new.", at=timezone.now())

    return [(kinds[number % 2], cookies[number // PAGES_OF_ONE]) for number in range(wanted)], host, happen


async def _report(
    port: int, host: str, paths: list[tuple[str, str]], happen: Callable[[], None], web: Child, owner_url: str,
    say: Callable[[str], None],
) -> None:  # fmt: skip
    before = memory_kb(web.pid)
    seconds, times, after, held = await _listen(port, host, paths, happen, web, owner_url)
    count = len(paths)
    grown = after - before
    say(f"{count} streams opened in {seconds:.1f} s; {grown:,} kB in all, {grown / count:.0f} kB each")
    say(f"database connections of the server's login in a transaction or in use while they are open: {held}")
    times.sort()
    median, slow = 1000 * statistics.median(times), 1000 * times[int(len(times) * 0.99) - 1]
    say(f"{len(times):,} of {count * ROUNDS:,} told; from commit to page median {median:.0f} ms, p99 {slow:.0f} ms")


async def _listen(
    port: int, host: str, paths: list[tuple[str, str]], happen: Callable[[], None], web: Child, owner_url: str
) -> tuple[float, list[float], int, int]:
    """Seconds until all are open, seconds of each piece of news, memory in kB, connections in use."""
    heard: asyncio.Queue[float] = asyncio.Queue()
    begun = time.monotonic()
    pages = await asyncio.gather(*(_open(port, host, path, cookie) for path, cookie in paths))
    seconds = time.monotonic() - begun
    readers = [asyncio.ensure_future(_read(reader, heard)) for reader, _ in pages]
    await asyncio.sleep(6)  # two looks at rights, a heartbeat
    times: list[float] = []
    held = 0
    for _ in range(ROUNDS):
        await asyncio.to_thread(happen)
        at = time.monotonic()
        for _ in paths:
            try:
                times.append(await asyncio.wait_for(heard.get(), 10) - at)
            except TimeoutError:
                break
        held = max(held, await asyncio.to_thread(_in_use, owner_url))
        await asyncio.sleep(1.2)
    memory = memory_kb(web.pid)
    for task in readers:
        task.cancel()
    for _, writer in pages:
        writer.close()
    await asyncio.sleep(1)
    return seconds, times, memory, held


async def _open(port: int, host: str, path: str, cookie: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(f"GET {path} HTTP/1.1\r\nHost: {host}\r\nCookie: {cookie}\r\n\r\n".encode())
    status = await reader.readline()
    if b" 200 " not in status:
        raise CannotStart(f"{path} answered {status!r}")
    return reader, writer


async def _read(reader: asyncio.StreamReader, heard: asyncio.Queue[float]) -> None:
    while line := await reader.readline():
        if line.startswith(b"event: change"):
            heard.put_nowait(time.monotonic())


def _in_use(owner_url: str) -> int:
    """Connections of everybody but us that are not merely waiting in a pool."""
    with psycopg.connect(owner_url, autocommit=True) as owner:
        row = owner.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
            " AND usename LIKE '%app' AND state <> 'idle'"
        ).fetchone()
    return row[0] if row else 0


def memory_kb(pid: int) -> int:
    """Resident memory of a process in kB, as Linux counts it."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1])
    return 0


def main() -> None:
    """Servers of its own, a hundred tickets, and the streams."""
    parser = argparse.ArgumentParser(prog="python -m bench.live")
    parser.add_argument("--streams", type=int, default=500)
    parser.add_argument("--data", type=Path, default=Path("var/bench-live"))
    arguments = parser.parse_args()
    shutil.rmtree(arguments.data, ignore_errors=True)
    try:
        with Installation(arguments.data) as installation:
            installation.manage("migrate", "--verbosity=0", as_owner=True)
            os.environ.update(installation.environment)
            import django

            django.setup()
            from django.utils import timezone

            from bench import filling

            owner_url = installation.servers.postgres.url("helpdesk")  # type: ignore[union-attr]
            tenant = filling.tenants(owner_url, 1)[0]
            filling.fill(tenant, tickets=20, now=timezone.now())
            measure(installation, owner_url, tenant, print, arguments.streams)
    except CannotStart as reason:
        sys.exit(str(reason))
    finally:
        shutil.rmtree(arguments.data, ignore_errors=True)


if __name__ == "__main__":
    main()
