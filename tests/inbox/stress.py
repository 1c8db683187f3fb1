"""What must hold for mail at any size: small in every run of the tests, in full by `make stress-mail`.

Each rule of the security notes (R-30 to R-41) is one test; it says what was asked and what was measured, and whether
that keeps the rule, as one line. HELPDESK_STRESS=full makes them large.
"""

from __future__ import annotations

import os
import random
import signal
import time
from collections.abc import Callable

from django.db import connections

from tests.support import lines

FULL = os.environ.get("HELPDESK_STRESS") == "full"


def sized(small: int, full: int) -> int:
    """How many it is this time."""
    return full if FULL else small


def tell(rule: str, asked: str, measured: str, *, kept: bool) -> None:
    """Write the line of a rule, and fail where it is not kept."""
    line = f"{rule}  {'kept    ' if kept else 'NOT KEPT'}  {asked}: {measured}."
    lines.say(line)
    assert kept, line


def killed_again_and_again(work: Callable[[], None], *, kills: int, seed: int, pause: tuple[float, float]) -> None:
    """Let a process of its own do the work, kill it at random instants, and start it again until it has done all.

    `work` begins anew each time and finds out for itself what is done. `pause` in seconds: how long it may live.
    """
    chance = random.Random(seed)
    for _ in range(kills):
        pid = _forked(work)
        time.sleep(chance.uniform(*pause))
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
    pid = _forked(work)
    _, status = os.waitpid(pid, 0)
    assert os.waitstatus_to_exitcode(status) == 0


class Aside:
    """Work that goes on in a process of its own."""

    def __init__(self, work: Callable[[], None]) -> None:
        self._pid, self._code = _forked(work), -1
        self._ended = False

    @property
    def runs(self) -> bool:
        """Whether it goes on."""
        if not self._ended:
            pid, status = os.waitpid(self._pid, os.WNOHANG)
            self._ended, self._code = pid != 0, os.waitstatus_to_exitcode(status) if pid else -1
        return not self._ended

    @property
    def did_well(self) -> bool:
        """Whether it came to its end, and nothing was wrong."""
        return not self.runs and self._code == 0


def _forked(work: Callable[[], None]) -> int:
    connections.close_all()
    pid = os.fork()
    if pid:
        return pid
    code = 1
    try:
        # A browser's event loop is not seen after the fork, and without one Django has other connections: older ones,
        # of a database that is gone.
        connections.close_all()
        work()
        code = 0
    except BaseException:
        import traceback

        traceback.print_exc()
    finally:
        os._exit(code)
    raise AssertionError("never comes here")


def processor_seconds(pid: int) -> float:
    """What a process has used of the processor so far."""
    with open(f"/proc/{pid}/stat") as file:  # noqa: PTH123
        fields = file.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def most_megabytes(pid: int) -> float:
    """The most memory that a process ever had."""
    with open(f"/proc/{pid}/status") as file:  # noqa: PTH123
        return next(int(line.split()[1]) / 1024 for line in file if line.startswith("VmHWM"))
