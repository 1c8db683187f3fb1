"""The demo that the pages are taken from: the one that runs, or one that runs only as long as it is needed."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from scripts.installation import ROOT
from scripts.processes import CannotStart, free_port

#: What `make demo` prints when everything answers.
READY = "Helpdesk runs."


@contextmanager
def access(data: Path) -> Iterator[dict[str, Any]]:
    """What access.json says of a demo that answers now. Raises CannotStart."""
    known = data / "access.json"
    if known.exists() and _answers(json.loads(known.read_text(encoding="utf-8"))["base_url"]):
        yield json.loads(known.read_text(encoding="utf-8"))
        return
    command = [sys.executable, "-m", "scripts.demo", "--port", str(free_port()), "--data", str(data)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, start_new_session=True) as demo:
        try:
            for line in demo.stdout or ():
                print(line, end="", flush=True)
                if READY in line:
                    break
            else:
                raise CannotStart(f"The demo on {data} did not start; it said why above.")
            yield json.loads(known.read_text(encoding="utf-8"))
        finally:
            if demo.poll() is None:
                os.killpg(demo.pid, signal.SIGINT)


def _answers(base_url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{base_url}/readyz", timeout=5) as answer:  # noqa: S310 - our own address
            return answer.status == 200
    except (urllib.error.URLError, ConnectionError, TimeoutError):
        return False
