"""Embedded PostgreSQL and Valkey on one data folder.

`python -m scripts.servers --data DIR` runs both in the foreground and writes their addresses to DIR/servers.json.
"""

from __future__ import annotations

import argparse
import json
import signal
import sys
import time
from pathlib import Path
from types import TracebackType

from scripts.postgres import Postgres
from scripts.processes import CannotStart, Child
from scripts.secrets_file import Secrets
from scripts.valkey import Valkey


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
