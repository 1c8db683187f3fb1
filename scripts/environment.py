"""The project's Python environment, made from locked requirements with nothing but a bare Python.

`python3 -m scripts.environment demo test` installs requirements/demo.txt and test.txt into .venv, once.
"""

from __future__ import annotations

import argparse
import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
OLDEST = (3, 11)


class NoEnvironment(RuntimeError):
    """The environment cannot be made; the message says what to do."""


def main() -> int:
    """Make or complete the environment."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("names", nargs="+", help="files in requirements/, without .txt")
    parser.add_argument("--venv", type=Path, default=ROOT / ".venv")
    arguments = parser.parse_args()
    try:
        ensure(arguments.venv.absolute(), arguments.names)
    except NoEnvironment as reason:
        print(reason, file=sys.stderr)
        return 1
    return 0


def ensure(venv: Path, names: list[str]) -> None:
    """Make the virtual environment if needed and install what is missing in it."""
    venv.parent.mkdir(parents=True, exist_ok=True)
    with _alone():
        if not _is_usable(venv):
            _create(venv)
        for name in names:
            requirements = ROOT / "requirements" / f"{name}.txt"
            stamp = venv / f".installed-{name}"
            wanted = f"{hashlib.sha256(requirements.read_bytes()).hexdigest()} {venv}"
            if stamp.exists() and stamp.read_text() == wanted:
                continue
            _install(venv, requirements)
            stamp.write_text(wanted)


@contextmanager
def _alone() -> Iterator[None]:
    """Wait for another command of make that is at the same work."""
    folder = os.open(ROOT, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


def _is_usable(venv: Path) -> bool:
    """Whether it has a Python that starts and is new enough; a moved or half-made one has not."""
    python = venv / "bin" / "python"
    check = f"import sys, pip; sys.exit(sys.version_info < {OLDEST} or sys.prefix != {str(venv)!r})"
    return python.exists() and subprocess.run([python, "-c", check], capture_output=True, check=False).returncode == 0


def _create(venv: Path) -> None:
    if sys.version_info < OLDEST:
        raise NoEnvironment(
            f"Python {sys.version.split()[0]} is too old: Helpdesk needs 3.11 or newer. "
            "Name a newer one: make PYTHON=/path/to/python3.11 ..."
        )
    print(f"Making a Python environment in {venv.name} ...", flush=True)
    shutil.rmtree(venv, ignore_errors=True)
    made = subprocess.run([sys.executable, "-m", "venv", str(venv)], capture_output=True, text=True, check=False)
    if made.returncode:
        raise NoEnvironment(
            f"{sys.executable} could not make a virtual environment:\n{made.stdout}{made.stderr}\n"
            f"On Debian and Ubuntu install its parts first: apt-get install python3-venv"
        )


def _install(venv: Path, requirements: Path) -> None:
    """Install a locked list, wheels only: nothing is compiled, and every file has the hash that was locked."""
    total = sum("==" in line for line in requirements.read_text().splitlines())
    what = f"Installing {requirements.name} ({total} packages)"
    started = time.monotonic()
    command = [str(venv / "bin" / "python"), "-m", "pip", "install", "--disable-pip-version-check", "--no-input"]
    command += [
        "--require-hashes",
        "--only-binary",
        ":all:",
        # Pure Python, and published as source alone.
        "--no-binary",
        "dkimpy",
        "--no-deps",
        "--progress-bar",
        "off",
        "-r",
        str(requirements),
    ]
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    pip = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=environment)
    assert pip.stdout is not None
    said, seen = [], 0
    for line in pip.stdout:
        said.append(line)
        if line.startswith(("Collecting ", "Requirement already satisfied")):
            seen += 1
            _show(f"{what}: {seen} fetched", last=False, every=seen % 20 == 0)
        elif line.startswith("Installing collected"):
            _show(f"{what}: unpacking", last=False, every=True)
    if pip.wait():
        raise NoEnvironment(f"{what} failed. pip said:\n{''.join(said[-25:])}")
    _show(f"{what}: done in {time.monotonic() - started:.0f} s", last=True, every=True)


def _show(text: str, *, last: bool, every: bool) -> None:
    """Progress in one line of a terminal; a few lines in a log."""
    if sys.stdout.isatty():
        print(f"\r{text}\033[K", end="\n" if last else "", flush=True)
    elif every:
        print(text, flush=True)


if __name__ == "__main__":
    sys.exit(main())
