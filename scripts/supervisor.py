"""Watches over child processes: restarts one that dies, gives up on one that keeps dying, stops all in order."""

from __future__ import annotations

import sys
import time
from collections import defaultdict

from scripts.processes import Child

RESTARTS = 3
WITHIN_SECONDS = 300.0


class Supervisor:
    """Owns the processes it is given, in the order in which they depend on each other."""

    def __init__(self, watched_only: list[Child]) -> None:
        """Children that somebody else starts and stops are watched and restarted too."""
        self._watched_only = list(watched_only)
        self._own: list[Child] = []
        self._deaths: dict[str, list[float]] = defaultdict(list)

    def start(self, child: Child) -> None:
        """Start a process; it is stopped before those that were started earlier."""
        self._own.append(child)
        child.start()

    def watch(self, *, pause: float = 0.5) -> int:
        """Return only when a process keeps dying."""
        while True:
            for child in (*self._watched_only, *self._own):
                if not child.running and not self._revive(child):
                    return 1
            time.sleep(pause)

    def stop(self) -> None:
        """Stop what we started, the latest first."""
        for child in reversed(self._own):
            if not child.stop():
                print(f"\n{child.name} did not stop by itself and was ended.", file=sys.stderr)

    def _revive(self, child: Child) -> bool:
        now = time.monotonic()
        deaths = [moment for moment in self._deaths[child.name] if now - moment < WITHIN_SECONDS]
        self._deaths[child.name] = [*deaths, now]
        print(
            f"\n{child.name} ended with code {child.exit_code}. Its last words ({child.log}):\n{child.tail()}",
            file=sys.stderr,
            flush=True,
        )
        if len(deaths) >= RESTARTS:
            print(f"{child.name} keeps ending, so everything is stopped.", file=sys.stderr, flush=True)
            return False
        print(f"Starting {child.name} again.", file=sys.stderr, flush=True)
        # Nothing of the old one may hold its port, its lock or its shared memory.
        child.kill()
        time.sleep(1)
        child.start()
        return True
