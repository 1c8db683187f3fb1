"""Child processes that never outlive their supervisor."""

from __future__ import annotations

import ctypes
import os
import pwd
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

PR_SET_PDEATHSIG = 1
SERVICE_USER = "nobody"
# Only what programs need: PGHOST and its like from the caller's environment must not reach them.
PLAIN_ENVIRONMENT = {"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "LC_ALL": "C", "TZ": "UTC"}


class CannotStart(RuntimeError):
    """A process, server or folder is not usable; the message says what to do."""


class Child:
    """One process in a session of its own.

    So Ctrl-C in the terminal reaches the supervisor only, which stops its children in order.
    """

    def __init__(
        self,
        name: str,
        command: Sequence[str | Path],
        *,
        log: Path,
        env: Mapping[str, str] | None = None,
        user: pwd.struct_passwd | None = None,
        cwd: Path | None = None,
        stop_signal: signal.Signals = signal.SIGTERM,
    ) -> None:
        self.name = name
        self.command = [str(part) for part in command]
        self.log = log
        self.env = None if env is None else dict(env)
        self.user = user
        self.cwd = cwd
        self.stop_signal = stop_signal
        self.process: subprocess.Popen[bytes] | None = None
        self._log_start = 0

    def start(self) -> None:
        """Start the process; what it prints is appended to its log."""
        self.log.parent.mkdir(parents=True, exist_ok=True)
        identity = {} if self.user is None else identity_of(self.user)
        with self.log.open("ab") as log:
            self._log_start = log.tell()
            self.process = subprocess.Popen(
                self.command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=self.env,
                cwd=self.cwd,
                start_new_session=True,
                preexec_fn=_die_with_parent(self.stop_signal),  # noqa: PLW1509 - supervisors have one thread
                **identity,  # type: ignore[call-overload]
            )

    @property
    def pid(self) -> int:
        """The process id; the child must have been started."""
        assert self.process is not None
        return self.process.pid

    @property
    def exit_code(self) -> int | None:
        """None while it runs."""
        assert self.process is not None
        return self.process.poll()

    @property
    def running(self) -> bool:
        """Whether it was started and has not ended."""
        return self.process is not None and self.process.poll() is None

    def tail(self, lines: int = 15) -> str:
        """The last lines it printed since its last start."""
        if not self.log.exists():
            return ""
        with self.log.open("rb") as log:
            log.seek(self._log_start)
            text = log.read().decode(errors="replace")
        return "\n".join(text.splitlines()[-lines:])

    def stop(self, timeout: float = 15) -> bool:
        """Ask it to end, wait, and kill it and its descendants if it does not. False if it had to be killed."""
        if self.process is None:
            return True
        clean = True
        if self.process.poll() is None:
            self.process.send_signal(self.stop_signal)
            try:
                self.process.wait(timeout)
            except subprocess.TimeoutExpired:
                clean = False
        self._kill_group()
        self.process.wait()
        return clean

    def kill(self) -> None:
        """End it and its descendants at once, as an out-of-memory killer would."""
        self._kill_group()
        if self.process is not None:
            self.process.wait()

    def _kill_group(self) -> None:
        try:
            os.killpg(self.pid, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            return


def _die_with_parent(with_signal: signal.Signals):
    """What the child runs before its program: Linux signals it when the supervisor is gone, even by kill -9."""
    if not sys.platform.startswith("linux"):
        return None
    libc = ctypes.CDLL(None, use_errno=True)
    parent = os.getpid()

    def prepare() -> None:
        libc.prctl(PR_SET_PDEATHSIG, int(with_signal), 0, 0, 0)
        if os.getppid() != parent:
            os._exit(1)

    return prepare


def service_user() -> pwd.struct_passwd | None:
    """The user that servers run as: PostgreSQL refuses to run as root, so root lends it `nobody`."""
    return pwd.getpwnam(SERVICE_USER) if os.geteuid() == 0 else None


def identity_of(user: pwd.struct_passwd) -> dict[str, object]:
    """Arguments of subprocess that run a program as that user."""
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}


def can_use(path: Path, user: pwd.struct_passwd | None, access: str = "x") -> bool:
    """Whether that user reaches a path with the wished access, all parent folders included. None: we ourselves."""
    if user is None:
        return os.access(path, {"r": os.R_OK, "w": os.W_OK, "x": os.X_OK}[access])
    # Asked of the kernel as that user: permission bits alone do not tell (access lists, read-only mounts).
    probe = subprocess.run(["/usr/bin/test", f"-{access}", str(path)], cwd="/", check=False, **identity_of(user))  # type: ignore[call-overload]
    return probe.returncode == 0


def free_port() -> int:
    """A TCP port of the loopback interface that nobody listens on now."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def port_is_taken(port: int, host: str = "127.0.0.1") -> bool:
    """Whether a server could not listen there."""
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((host, port))
        except OSError:
            return True
    return False


def wait_for(child: Child, ready, *, seconds: float, what: str) -> None:
    """Wait until `ready()` is true; say why with the child's own words when it ends or takes too long."""
    deadline = time.monotonic() + seconds
    pause = 0.02
    while not ready():
        if not child.running:
            raise CannotStart(
                f"{what} ended with code {child.exit_code}. Its last words ({child.log}):\n{child.tail()}"
            )
        if time.monotonic() > deadline:
            raise CannotStart(
                f"{what} did not answer within {seconds:.0f} seconds. Its last words ({child.log}):\n{child.tail()}"
            )
        time.sleep(pause)
        pause = min(pause * 1.5, 0.5)


def temporary_root() -> str | None:
    """A folder for temporary files that the service user reaches: TMPDIR may lie below root's home."""
    return "/tmp" if os.geteuid() == 0 else None  # noqa: S108


def throwaway_folder(prefix: str = "helpdesk-test-") -> Path:
    """A new temporary folder that the servers' user can enter."""
    folder = Path(tempfile.mkdtemp(prefix=prefix, dir=temporary_root()))
    folder.chmod(0o755 if os.geteuid() == 0 else 0o700)
    return folder
