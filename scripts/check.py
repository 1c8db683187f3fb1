"""`make check`: everything that can be said about the code without running the tests."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
PYTHON = sys.executable

CHECKS: dict[str, Sequence[str]] = {
    "format": ["ruff", "format", "--check", "--quiet", "."],
    "lint": ["ruff", "check", "--quiet", "--output-format=concise", "."],
    "imports": ["lint-imports", "--no-cache"],
    "templates": ["djlint", "templates", "--check", "--lint"],
    "translations": [PYTHON, "-m", "scripts.messages", "check"],
    "migrations in step": [PYTHON, "manage.py", "makemigrations", "--check", "--dry-run"],
    "Django's own checks": [PYTHON, "manage.py", "check", "--fail-level=WARNING"],
    "locked requirements": ["uv", "lock", "--check", "--offline", "--quiet"],
    "Dockerfile": ["hadolint", "Dockerfile"],
    "docker-compose.yml": ["check-jsonschema", "--builtin-schema", "vendor.compose-spec", "docker-compose.yml"],
    "types": ["mypy"],
}
# Not built for every machine; CI has it.
OPTIONAL = {"hadolint"}


def main() -> int:
    """Run all checks, or those named, and say at the end which failed."""
    wanted = sys.argv[1:] or list(CHECKS)
    unknown = set(wanted) - set(CHECKS)
    if unknown:
        print(f"There is no check named {', '.join(sorted(unknown))}. There are: {', '.join(CHECKS)}.", file=sys.stderr)
        return 2
    failed = [name for name in wanted if not _passes(name, CHECKS[name])]
    print(f"{len(wanted) - len(failed)} of {len(wanted)} checks passed.")
    if failed:
        print(f"Failed: {', '.join(failed)}.")
    return 1 if failed else 0


def _passes(name: str, command: Sequence[str]) -> bool:
    program = command[0] if command[0] == PYTHON else str(BIN / command[0])
    if shutil.which(program) is None and command[0] in OPTIONAL and not os.environ.get("CI"):
        print(f"  {name}: not checked, {command[0]} has no build for this machine", flush=True)
        return True
    started = time.monotonic()
    # The settings need no server for this; the address of one must not change what is checked.
    hidden = {"DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL", "DEBUG"}
    environment = {key: value for key, value in os.environ.items() if key not in hidden}
    ran = subprocess.run(
        [program, *command[1:]], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    print(
        f"  {name}: {'passed' if ran.returncode == 0 else 'FAILED'} in {time.monotonic() - started:.1f} s", flush=True
    )
    if ran.returncode:
        print(ran.stdout + ran.stderr, flush=True)
    return ran.returncode == 0


if __name__ == "__main__":
    sys.exit(main())
