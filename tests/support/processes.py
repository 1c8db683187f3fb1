"""Real processes of the site for tests that are about them: a Celery worker, beat, and the web server."""

from __future__ import annotations

import os
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from scripts.processes import Child, free_port, wait_for
from scripts.testing import ROOT


class Process:
    """A command of the site against this test process's database and Redis; it can be killed and started again."""

    name = "process"

    def __init__(self, folder: Path, *options: str) -> None:
        self.child = Child(
            self.name,
            [sys.executable, "-m", *self.command(), *options],
            log=folder / f"{self.name}.log",
            env=self.environment(),
            cwd=ROOT,
        )

    def command(self) -> list[str]:
        """Module and arguments."""
        raise NotImplementedError

    def environment(self) -> dict[str, str]:
        """What it finds in its environment."""
        return dict(os.environ)

    def ready(self) -> bool:
        """Whether it does its work yet."""
        raise NotImplementedError

    def start(self) -> None:
        """Start and wait until it is ready."""
        self.child.start()
        wait_for(self.child, self.ready, seconds=180, what=self.name)

    def stop(self) -> bool:
        """End it as a deployment would; False if it did not end by itself."""
        return self.child.stop()

    def kill(self) -> None:
        """End it and its children as an out-of-memory killer would."""
        self.child.kill()

    @property
    def log(self) -> str:
        """All it said since its last start."""
        return self.child.tail(lines=100_000)


class Worker(Process):
    """A Celery worker with two processes."""

    name = "worker"

    def command(self) -> list[str]:
        """A worker of the site, without talk between workers that only delays the start."""
        return [
            "celery",
            "-A",
            "helpdesk",
            "worker",
            "--concurrency=2",
            "--loglevel=INFO",
            "--without-gossip",
            "--without-mingle",
        ]

    def ready(self) -> bool:
        """It says so."""
        return " ready." in self.log


class Beat(Process):
    """Celery beat."""

    name = "beat"

    def command(self) -> list[str]:
        """Beat with a schedule file of its own."""
        return [
            "celery",
            "-A",
            "helpdesk",
            "beat",
            "--loglevel=INFO",
            f"--schedule={os.environ['DATA_DIR']}/beat-schedule",
        ]

    def ready(self) -> bool:
        """It says so."""
        return "beat: Starting" in self.log


class MailDoor(Process):
    """The door for mail servers, by LMTP, on a free port."""

    name = "lmtp"

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        super().__init__(folder)

    def command(self) -> list[str]:
        """On loopback, two mails at once."""
        return ["django", "serve_lmtp", f"--port={self.port}", "--at-once=2"]

    def ready(self) -> bool:
        """It says so."""
        return "by LMTP" in self.log

    def environment(self) -> dict[str, str]:
        """With the name of the settings, which `manage.py` would set."""
        return {**os.environ, "DJANGO_SETTINGS_MODULE": "helpdesk.settings"}


class MailWatch(Process):
    """The process that waits for news of mailboxes, which may stand on this machine."""

    name = "watch"

    def command(self) -> list[str]:
        """All mailboxes."""
        return ["django", "watch_mail"]

    def ready(self) -> bool:
        """It says so."""
        return "Mailboxes are watched." in self.log

    def environment(self) -> dict[str, str]:
        """With the name of the settings, which `manage.py` would set."""
        named = {"DJANGO_SETTINGS_MODULE": "helpdesk.settings", "PRIVATE_NETWORKS": "127.0.0.0/8"}
        return {**os.environ, **named}


class Web(Process):
    """The web server as it runs in production, on a free port."""

    name = "web"

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        super().__init__(folder)

    def command(self) -> list[str]:
        """One uvicorn process."""
        return [
            "uvicorn",
            "helpdesk.asgi:application",
            "--host=127.0.0.1",
            f"--port={self.port}",
            "--log-level=warning",
        ]

    def environment(self) -> dict[str, str]:
        """With the connection pool that only the web server has."""
        return {**os.environ, "DATABASE_POOL": "true"}

    def ready(self) -> bool:
        """It answers."""
        try:
            with urllib.request.urlopen(f"{self.address}/livez", timeout=5):
                return True
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            return False

    @property
    def address(self) -> str:
        """Where it listens; send the tenant's name as Host."""
        return f"http://127.0.0.1:{self.port}"

    def url(self, host: str, path: str = "/") -> str:
        """A page of one tenant, for a browser: those find *.localhost by themselves."""
        return f"http://{host}:{self.port}{path}"


@pytest.fixture
def celery_worker_process(transactional_db: None, redis_client: object, tmp_path: Path) -> Iterator[Worker]:
    """A real worker on this test's database and queue; rows must be committed, hence the transactional database."""
    Path(os.environ["DATA_DIR"]).mkdir(parents=True, exist_ok=True)
    worker = Worker(tmp_path)
    worker.start()
    yield worker
    worker.stop()


@pytest.fixture
def celery_beat_process(transactional_db: None, redis_client: object, tmp_path: Path) -> Iterator[Beat]:
    """A real beat."""
    Path(os.environ["DATA_DIR"]).mkdir(parents=True, exist_ok=True)
    beat = Beat(tmp_path)
    beat.start()
    yield beat
    beat.stop()


@pytest.fixture
def mail_door(transactional_db: None, redis_client: object, tmp_path: Path) -> Iterator[MailDoor]:
    """A real door for mail servers."""
    Path(os.environ["DATA_DIR"]).mkdir(parents=True, exist_ok=True)
    door = MailDoor(tmp_path)
    door.start()
    yield door
    door.stop()


@pytest.fixture(scope="session")
def _web(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Web]:
    web = Web(tmp_path_factory.mktemp("web"))
    yield web
    web.stop()


@pytest.fixture
def live_site(transactional_db: None, redis_client: object, _web: Web) -> Web:
    """The site itself on a free port, for browsers and other programs. It keeps running between tests."""
    if not _web.child.running:
        Path(os.environ["DATA_DIR"]).mkdir(parents=True, exist_ok=True)
        _web.start()
    return _web
