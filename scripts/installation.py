"""One installation on this machine: its servers, its database and the environment its processes run in."""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import redis

from scripts.database import Administrator, Site
from scripts.processes import CannotStart, Child
from scripts.secrets_file import Secrets
from scripts.servers import Servers

ROOT = Path(__file__).resolve().parent.parent


class Installation:
    """A data folder, the servers on it or those of DATABASE_URL and REDIS_URL, and a migrated database.

    Used as a context: inside it the servers run and `environment` is what the site's processes need.
    """

    def __init__(self, data: Path, *, say: Callable[[str], None] = print) -> None:
        self.data = data.absolute()
        self.say = say
        # With an owner's login beside it DATABASE_URL is a login we derived ourselves, as in a developer's shell.
        derived = "DATABASE_OWNER_URL" in os.environ
        self.given_database = "" if derived else os.environ.get("DATABASE_URL", "")
        self.given_redis = "" if derived else os.environ.get("REDIS_URL", "")
        self.environment: dict[str, str] = {}
        self.redis_url = ""
        self._lock = _claim(self.data)
        self.secrets = Secrets(self.data)
        self.servers = Servers(self.data, postgres=not self.given_database, valkey=not self.given_redis)

    def __enter__(self) -> Installation:
        self.servers.start()
        try:
            self._prepare()
        except BaseException:
            self.servers.stop()
            raise
        return self

    def __exit__(self, *error: object) -> None:
        self.servers.stop()
        self._lock.close()

    def manage(self, *arguments: str, as_owner: bool = False, quiet: bool = False) -> str:
        """Run a management command, which shows its own progress; quiet returns what it printed instead."""
        environment = dict(self.environment)
        if as_owner:
            environment["DATABASE_URL"] = environment["DATABASE_OWNER_URL"]
        command = [sys.executable, "manage.py", *arguments]
        ran = subprocess.run(command, cwd=ROOT, env=environment, capture_output=quiet, text=True, check=False)
        if ran.returncode:
            said = f":\n{ran.stdout}{ran.stderr}" if quiet else "; it said why above."
            raise CannotStart(f"manage.py {' '.join(arguments)} failed{said}")
        return ran.stdout or ""

    def child(self, name: str, *command: str, **extra: str) -> Child:
        """A process of the site, not started yet; its log is in the data folder."""
        return Child(
            name,
            [sys.executable, "-m", *command],
            log=self.data / "log" / f"{name}.log",
            env={**self.environment, **extra},
            cwd=ROOT,
        )

    def _prepare(self) -> None:
        postgres, valkey = self.servers.postgres, self.servers.valkey
        administrator = Administrator(self.given_database or postgres.url("helpdesk"))  # type: ignore[union-attr]
        self.redis_url = self.given_redis or valkey.url()  # type: ignore[union-attr]
        _check_redis(self.redis_url)
        site = administrator.make_site(
            administrator.wished_name,
            owner_password=self.secrets["owner_password"],
            app_password=self.secrets["app_password"],
        )
        self.environment = self._environment(site)

    def _environment(self, site: Site) -> dict[str, str]:
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
        return {
            **inherited,
            **site.environment,
            "REDIS_URL": self.redis_url,
            "SECRET_KEY": self.secrets["secret_key"],
            "DATA_DIR": str(self.data),
            "DJANGO_SETTINGS_MODULE": "helpdesk.settings",
            # Demo and development ask no DNS unless they are told to.
            "CHECK_SENDERS": os.environ.get("CHECK_SENDERS", "false"),
            "PYTHONUNBUFFERED": "1",
        }


def _claim(data: Path):
    """Take the data folder for this process alone; the lock ends with the process, however it ends."""
    try:
        # Mail and attachments are nobody else's; the servers' user only has to pass through.
        data.mkdir(mode=0o711 if os.geteuid() == 0 else 0o700, parents=True, exist_ok=True)
        lock = (data / "lock").open("a+")
    except OSError as error:
        raise CannotStart(
            f"The data folder {data} cannot be used: {error.strerror}. Choose another with DATA=..."
        ) from error
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        lock.seek(0)
        raise CannotStart(
            f"Helpdesk already runs on {data} (process {lock.read().strip() or 'unknown'}). "
            "Stop it with Ctrl-C where it runs, or choose another folder: DATA=..."
        ) from error
    lock.truncate(0)
    lock.write(str(os.getpid()))
    lock.flush()
    return lock


def _check_redis(url: str) -> None:
    try:
        client = redis.Redis.from_url(url, socket_timeout=5, socket_connect_timeout=5)
        client.ping()
        client.close()
    except (redis.RedisError, ValueError) as error:
        raise CannotStart(f"Redis cannot be used with the address in REDIS_URL: {error}") from error
