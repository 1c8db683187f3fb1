"""The servers and databases of one test run, shared by all its pytest processes.

The first process starts the servers, or uses those of DATABASE_URL and REDIS_URL, and says where they are in a file
whose name the others inherit in HELPDESK_TEST_RUN. Migrations run once, into a template; each process works in a copy.
"""

from __future__ import annotations

import fcntl
import json
import os
import secrets
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import redis

from scripts.database import Administrator, Site, with_database
from scripts.processes import CannotStart, throwaway_folder
from scripts.servers import Servers

ROOT = Path(__file__).resolve().parent.parent
RUN = "HELPDESK_TEST_RUN"
OUR_MARK = "helpdesk:test-run"


class TestRun:
    """What the processes of a run share: a folder, an administrator's login, the template and a Redis address."""

    __test__ = False

    def __init__(self, folder: Path, admin_url: str, redis_url: str, template: Site) -> None:
        self.folder = folder
        self.administrator = Administrator(admin_url)
        self.redis_url = redis_url
        self.template = template

    @classmethod
    def join(cls, folder: Path) -> TestRun:
        """The run that another process began."""
        said = json.loads((folder / "run.json").read_text())
        return cls(folder, said["admin_url"], said["redis_url"], Site(**said["template"]))

    def announce(self) -> None:
        """Write down what others need to join."""
        said = {"admin_url": self.administrator.url, "redis_url": self.redis_url, "template": asdict(self.template)}
        path = self.folder / "run.json"
        path.touch(mode=0o600)
        path.write_text(json.dumps(said))

    def site(self, worker: str) -> Site:
        """The database of one pytest process; it may not be there yet."""
        name = f"{self.template.name}_{worker}"
        app_url, owner_url = (with_database(url, name) for url in (self.template.app_url, self.template.owner_url))
        return Site(name, self.template.app_role, self.template.owner_role, app_url, owner_url)

    def redis_of(self, worker: str) -> str:
        """A numbered database of one's own for each pytest process."""
        parts = urlsplit(self.redis_url)
        number = int(parts.path.strip("/") or 0) + _worker_number(worker)
        return urlunsplit(parts._replace(path=f"/{number}"))

    def environment(self, worker: str) -> dict[str, str]:
        """What the settings read in a pytest process and in everything it starts."""
        return {
            **self.site(worker).environment,
            RUN: str(self.folder),
            "REDIS_URL": self.redis_of(worker),
            "DATA_DIR": str(self.folder / worker),
            "DJANGO_SETTINGS_MODULE": "helpdesk.settings",
            "SECRET_KEY": "a key that signs nothing outside the tests",
            "STATIC_ROOT": str(self.folder / "nothing-collected"),
            # What is sent is there at once; the tests of the undo ask for its seconds themselves.
            "UNDO_SEND_SECONDS": "0",
            # No test asks the internet; those of the check answer for DNS themselves.
            "CHECK_SENDERS": "false",
            # Playwright's synchronous API keeps an event loop in the thread that also runs the ORM.
            "DJANGO_ALLOW_ASYNC_UNSAFE": "true",
        }

    def fresh_database(self, worker: str) -> Site:
        """A new copy of the migrated template in place of what a test left; the template is made on first use."""
        with self._one_at_a_time(), self.administrator.connect() as connection:
            self._migrate_once()
            return self.administrator.clone(connection, self.template, self.site(worker).name)

    def drop_database(self, worker: str) -> None:
        """Leave nothing on a server that is not ours."""
        with self.administrator.connect() as connection:
            self.administrator.drop_database(connection, self.site(worker).name)

    def claim_redis(self, worker: str) -> redis.Redis:
        """The process's own Redis database, emptied; one that holds somebody's data is refused."""
        client = redis.Redis.from_url(self.redis_of(worker), socket_timeout=10)
        if client.dbsize() and not client.exists(OUR_MARK):
            raise CannotStart(
                f"The Redis database {urlsplit(self.redis_of(worker)).path.strip('/')} of REDIS_URL is not empty. "
                "Tests empty the databases from that number on: "
                "name one in REDIS_URL after which all are free, as redis://localhost:6379/8."
            )
        empty_redis(client)
        return client

    @contextmanager
    def _one_at_a_time(self) -> Iterator[None]:
        # A template cannot be copied while somebody is connected to it, and is to be migrated once.
        with (self.folder / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _migrate_once(self) -> None:
        done = self.folder / "migrated"
        if done.exists():
            return
        environment = {**os.environ, **self.environment("template"), "DATABASE_URL": self.template.owner_url}
        migrated = subprocess.run(
            [sys.executable, "manage.py", "migrate", "--verbosity=0"],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        if migrated.returncode:
            raise CannotStart(f"manage.py migrate failed:\n{migrated.stdout}{migrated.stderr}")
        done.touch()


def empty_redis(client: redis.Redis) -> None:
    """Forget everything in it, and mark it as one that may be emptied."""
    client.flushdb()
    client.set(OUR_MARK, "1")


@contextmanager
def test_run() -> Iterator[TestRun]:
    """Start what a run needs and remove all of it at the end."""
    # With an owner's login beside it DATABASE_URL is the app's own login, as in a developer's shell: it makes no
    # databases.
    derived = "DATABASE_OWNER_URL" in os.environ
    admin_url = "" if derived else os.environ.get("DATABASE_URL", "")
    redis_url = "" if derived else os.environ.get("REDIS_URL", "")
    folder = throwaway_folder()
    servers = Servers(folder, throwaway=True, postgres=not admin_url, valkey=not redis_url)
    try:
        with servers:
            if servers.postgres is not None:
                admin_url = servers.postgres.url()
            if servers.valkey is not None:
                redis_url = servers.valkey.url()
            administrator = Administrator(admin_url)
            name = f"{administrator.wished_name[:30]}_test_{secrets.token_hex(4)}"
            template = administrator.make_site(
                name, owner_password=secrets.token_hex(16), app_password=secrets.token_hex(16)
            )
            run = TestRun(folder, admin_url, redis_url, template)
            run.announce()
            try:
                yield run
            finally:
                if servers.postgres is None:
                    administrator.drop_site(template)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _worker_number(worker: str) -> int:
    """gw0 is 1, gw1 is 2; a run without workers has number 0."""
    digits = "".join(character for character in worker if character.isdigit())
    return int(digits) + 1 if digits else 0
