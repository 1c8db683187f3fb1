"""`make servers`: the embedded servers for a developer's shell, and the environment that points at them."""

from __future__ import annotations

import argparse
import shlex
import signal
import sys
from pathlib import Path

from scripts.demo import interrupt, step
from scripts.installation import Installation
from scripts.processes import CannotStart
from scripts.supervisor import Supervisor

NAMES = (
    "DATABASE_URL",
    "DATABASE_OWNER_URL",
    "DATABASE_APP_ROLE",
    "REDIS_URL",
    "SECRET_KEY",
    "DATA_DIR",
    "DJANGO_SETTINGS_MODULE",
    "CHECK_SENDERS",
)


def exports(environment: dict[str, str]) -> str:
    """Lines for `. var/dev/env` in any shell."""
    lines = [f"export {name}={shlex.quote(environment[name])}" for name in NAMES]
    return "\n".join([*lines, "export DEBUG=true"]) + "\n"


def main() -> int:
    """Run PostgreSQL and Redis in the foreground, migrated, until Ctrl-C."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--data", type=Path, default=Path("var/dev"))
    arguments = parser.parse_args()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, interrupt)
    try:
        with Installation(arguments.data) as installation:
            with step("Bringing the database up to date"):
                installation.manage("migrate", "--verbosity=0", as_owner=True, quiet=True)
            target = installation.data / "env"
            target.touch(mode=0o600)
            target.write_text(exports(installation.environment))
            print(f"PostgreSQL and Redis run; Ctrl-C stops them. In another terminal:\n\n    . {target}")
            print("    .venv/bin/python manage.py ...\n", flush=True)
            return Supervisor(installation.servers.children).watch()
    except CannotStart as reason:
        print(f"\n{reason}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 0


if __name__ == "__main__":
    sys.exit(main())
