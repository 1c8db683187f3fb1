"""`make demo`: the whole site on this machine, filled with the demo, in the foreground of one terminal."""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import shutil
import signal
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from celery import Celery

from scripts.installation import ROOT, Installation
from scripts.processes import CannotStart, port_is_taken, wait_for
from scripts.supervisor import Supervisor

#: What no page asks for; Django REST Framework's own pages are not shown.
NOT_SERVED = ("redoc", "rest_framework", "account")
WORKER_OPTIONS = ("--concurrency=2", "--loglevel=INFO", "--without-gossip", "--without-mingle")


class Demo:
    """Starts everything in order, shows where it is, and watches over it."""

    def __init__(self, installation: Installation, port: int, host: str) -> None:
        self.installation = installation
        self.port = port
        self.host = host
        self.base_url = f"http://localhost:{port}"

    def run(self) -> int:
        """All of it, until Ctrl-C or SIGTERM."""
        with step("Starting PostgreSQL and Redis"):
            self.installation.__enter__()
        supervisor = Supervisor(self.installation.servers.children)
        try:
            self._fill()
            self._start_processes(supervisor)
            self._show_access()
            return supervisor.watch()
        finally:
            # A second Ctrl-C must not leave half of it running.
            for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
                signal.signal(number, signal.SIG_IGN)
            with step("Stopping"):
                supervisor.stop()
                self.installation.__exit__(None, None, None)

    def _fill(self) -> None:
        with step("Bringing the database up to date"):
            self.installation.manage("migrate", "--verbosity=0", as_owner=True, quiet=True)
        with step("Compressing the style sheets and scripts"):
            self._collect_static()
        # Before worker and beat run: the demo lives through 30 days in which they would do today's work.
        self.installation.manage("demo", "load")

    def _collect_static(self) -> None:
        """As in production: files that are compressed, and kept by browsers until they change. Made anew for others."""
        target = self.installation.data / "static"
        self.installation.environment["STATIC_ROOT"] = str(target)
        stamp, files = target / "made-of.txt", sorted(file for file in (ROOT / "static").rglob("*") if file.is_file())
        parts = [NOT_SERVED, (ROOT / "uv.lock").read_bytes(), *((file, file.read_bytes()) for file in files)]
        digest = hashlib.sha256(repr(parts).encode()).hexdigest()
        if stamp.exists() and stamp.read_text() == digest:
            return
        shutil.rmtree(target, ignore_errors=True)
        target.mkdir()
        ignored = [f"--ignore={pattern}" for pattern in NOT_SERVED]
        self.installation.manage("collectstatic", "--noinput", "--verbosity=0", *ignored, quiet=True)
        stamp.write_text(digest)

    def _start_processes(self, supervisor: Supervisor) -> None:
        installation = self.installation
        web = installation.child(
            "web",
            *("uvicorn", "helpdesk.asgi:application", f"--host={self.host}", f"--port={self.port}", "--log-level=info"),
            DATABASE_POOL="true",
        )
        worker = installation.child("worker", "celery", "-A", "helpdesk", "worker", *WORKER_OPTIONS)
        schedule = installation.data / "beat-schedule"
        beat = installation.child(
            "beat", "celery", "-A", "helpdesk", "beat", "--loglevel=INFO", f"--schedule={schedule}"
        )
        with step("Starting the web server, a worker and beat"):
            for child in (web, worker, beat):
                supervisor.start(child)
            wait_for(web, self._web_is_ready, seconds=90, what="The web server")
            wait_for(worker, self._worker_answers, seconds=90, what="The worker")
            wait_for(beat, lambda: "Scheduler: Sending" in beat.tail(1000), seconds=90, what="Beat")

    def _web_is_ready(self) -> bool:
        address = "127.0.0.1" if self.host in ("0.0.0.0", "::") else self.host  # noqa: S104
        try:
            with urllib.request.urlopen(f"http://{address}:{self.port}/readyz", timeout=5) as answer:
                return answer.status == 200
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            return False

    def _worker_answers(self) -> bool:
        broker = Celery(broker=self.installation.redis_url)
        with broker.connection_for_write() as connection:
            return bool(broker.control.inspect(timeout=1.0, connection=connection).ping())

    def _show_access(self) -> None:
        target = self.installation.data / "access.json"
        # The same file each time: a token can be shown only once, so those that it holds are kept.
        self.installation.manage("demo", "access", f"--base-url={self.base_url}", f"--output={target}", quiet=True)
        access = json.loads(target.read_text(encoding="utf-8"))
        print("\n".join(table(access, self.port, self.installation.data)), flush=True)


def table(access: dict, port: int, data: Path) -> Iterator[str]:
    """Addresses and logins for a person to copy."""
    width = max((len(user["email"]) for tenant in access["tenants"] for user in tenant["users"]), default=0)
    roles = max((len(user["role"]) for tenant in access["tenants"] for user in tenant["users"]), default=0)
    yield "\nHelpdesk runs."
    for tenant in access["tenants"]:
        host = tenant["host"].partition(":")[0]
        yield f"\n  http://{host}:{port}/    agents: http://{host}:{port}/desk/"
        for user in tenant["users"]:
            yield f"      {user['role']:<{roles}}  {user['email']:<{width}}  {user['password']}"
    yield ""
    yield f"  API              http://<tenant>.localhost:{port}/api/v1/   (tokens are in access.json)"
    yield f"  Logins, tokens   {data / 'access.json'}"
    yield f"  Mail it sends    {data / 'mail'}"
    yield f"  Logs             {data / 'log'}"
    yield "\n  Ctrl-C stops it; the next start finds its data again."


@contextmanager
def step(what: str) -> Iterator[None]:
    """Say what is done and how long it took."""
    started = time.monotonic()
    print(f"{what} ...", end="", flush=True)
    try:
        yield
    except BaseException:
        print(flush=True)
        raise
    print(f" {time.monotonic() - started:.1f} s", flush=True)


def interrupt(_number: int, _frame: object) -> None:
    """End by the same way as Ctrl-C."""
    raise KeyboardInterrupt


def main() -> int:
    """Run the demo in the foreground."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--data", type=Path, default=Path("var/demo"))
    arguments = parser.parse_args()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, interrupt)
    # The links in mails need it, and the worker that writes them is asked by no browser.
    os.environ["PUBLIC_PORT"] = "" if arguments.port == 80 else str(arguments.port)
    try:
        installation = Installation(arguments.data)
        if port_is_taken(arguments.port, arguments.host):
            raise CannotStart(
                f"Port {arguments.port} is in use by another program or not ours to use. "
                f"Choose another one: make demo PORT={arguments.port + 1}"
            )
        return Demo(installation, arguments.port, arguments.host).run()
    except CannotStart as reason:
        print(f"\n{reason}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 0


if __name__ == "__main__":
    sys.exit(main())
