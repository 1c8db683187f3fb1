"""Embedded PostgreSQL and Valkey: real servers from Python wheels, owned by the process that starts them.

`python -m scripts.servers --data DIR` runs both in the foreground and writes their addresses to DIR/servers.json.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from types import TracebackType

import psycopg

from scripts.binaries import postgres_programs, reachable_folder, valkey_server
from scripts.processes import CannotStart, Child, free_port, identity_of, service_user, wait_for
from scripts.secrets_file import Secrets

ADMIN = "helpdesk_admin"
# Only what programs need: PGHOST and its like from the caller's environment must not reach them.
PLAIN_ENVIRONMENT = {"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "LC_ALL": "C", "TZ": "UTC"}
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
        with tempfile.NamedTemporaryFile("w", dir=_temporary_root()) as password:
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


class Valkey:
    """A Redis-compatible server of our own, on a port of the loopback interface, with a password."""

    def __init__(self, data: Path, *, log: Path, password: str, throwaway: bool = False) -> None:
        self.user = service_user()
        self.folder = reachable_folder(data / "valkey", self.user)
        self.log = log
        self.password = password
        self.throwaway = throwaway
        self.port = 0
        self.child: Child | None = None

    def url(self, database: int = 0) -> str:
        """The address of one of its numbered databases."""
        return f"redis://:{self.password}@127.0.0.1:{self.port}/{database}"

    def start(self) -> None:
        """Start it on its kept data and wait."""
        program = valkey_server()
        self.folder.mkdir(mode=0o700, exist_ok=True)
        for attempt in range(3):
            self.port = free_port()
            configuration = self._configure()
            self.child = Child(
                "valkey", [program, configuration], log=self.log, env=PLAIN_ENVIRONMENT, user=self.user, cwd=Path("/")
            )
            self.child.start()
            try:
                wait_for(self.child, self._answers, seconds=60, what="Valkey")
            except CannotStart:
                taken = "in use" in self.child.tail(50)
                self.child.stop()
                if attempt == 2 or not taken:
                    raise
            else:
                return

    def stop(self) -> None:
        """Write everything to disk and stop."""
        if self.child is not None:
            self.child.stop(timeout=30)

    def _configure(self) -> Path:
        """Its configuration as a file that only it can read: a command line would show the password to everyone."""
        lines = [
            "bind 127.0.0.1",
            f"port {self.port}",
            f"requirepass {self.password}",
            f'dir "{self.folder}"',
            "databases 64",
            'save ""',
            f"appendonly {'no' if self.throwaway else 'yes'}",
            "daemonize no",
        ]
        configuration = self.folder / "valkey.conf"
        configuration.touch(mode=0o600)
        configuration.write_text("\n".join(lines) + "\n")
        if self.user is not None:
            for path in (self.folder, configuration):
                os.chown(path, self.user.pw_uid, self.user.pw_gid)
        return configuration

    def _answers(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=2) as connection:
                connection.sendall(f"AUTH {self.password}\r\nPING\r\n".encode())
                answer = b""
                while answer.count(b"\r\n") < 2:
                    part = connection.recv(1024)
                    if not part:
                        return False
                    answer += part
        except OSError:
            return False
        return b"+PONG" in answer


class Servers:
    """Both servers on one data folder, as far as they are wanted."""

    def __init__(self, data: Path, *, throwaway: bool = False, postgres: bool = True, valkey: bool = True) -> None:
        data.mkdir(parents=True, exist_ok=True)
        secrets = Secrets(data)
        log = data / "log"
        self.postgres = None
        self.valkey = None
        if postgres:
            self.postgres = Postgres(
                data, log=log / "postgres.log", password=secrets["postgres_admin"], throwaway=throwaway
            )
        if valkey:
            self.valkey = Valkey(data, log=log / "valkey.log", password=secrets["valkey"], throwaway=throwaway)

    def start(self) -> None:
        """Start both; if the second cannot start the first is stopped again."""
        try:
            for server in (self.postgres, self.valkey):
                if server is not None:
                    server.start()
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Stop in reverse order."""
        for server in (self.valkey, self.postgres):
            if server is not None:
                server.stop()

    @property
    def children(self) -> list[Child]:
        """The processes, for a supervisor that watches them."""
        return [
            server.child for server in (self.postgres, self.valkey) if server is not None and server.child is not None
        ]

    def __enter__(self) -> Servers:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def _temporary_root() -> str | None:
    """A folder for temporary files that the service user reaches: TMPDIR may lie below root's home."""
    return "/tmp" if os.geteuid() == 0 else None  # noqa: S108


def throwaway_folder(prefix: str = "helpdesk-test-") -> Path:
    """A new temporary folder that the servers' user can enter."""
    folder = Path(tempfile.mkdtemp(prefix=prefix, dir=_temporary_root()))
    folder.chmod(0o755 if os.geteuid() == 0 else 0o700)
    return folder


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


def main() -> int:
    """Run both servers in the foreground until Ctrl-C or SIGTERM."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder for their files")
    arguments = parser.parse_args()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _interrupt)
    try:
        with Servers(arguments.data) as servers:
            assert servers.postgres is not None and servers.valkey is not None
            addresses = {"database_url": servers.postgres.url(), "redis_url": servers.valkey.url()}
            target = arguments.data / "servers.json"
            target.touch(mode=0o600)
            target.write_text(json.dumps(addresses, indent=2) + "\n")
            print(f"PostgreSQL and Valkey run; their addresses are in {target}. Ctrl-C stops them.", flush=True)
            while all(child.running for child in servers.children):
                time.sleep(0.5)
            dead = next(child for child in servers.children if not child.running)
            print(f"{dead.name} ended with code {dead.exit_code}:\n{dead.tail()}", file=sys.stderr)
            return 1
    except CannotStart as reason:
        print(reason, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 0


def _interrupt(_number: int, _frame: object) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
