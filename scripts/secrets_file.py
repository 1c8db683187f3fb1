"""Passwords and keys of one data folder, made once and readable by their owner only."""

from __future__ import annotations

import json
import os
import secrets
from pathlib import Path


class Secrets:
    """A mapping that makes up what it does not have and keeps it in `secrets.json`."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "secrets.json"
        self._values = self._read()

    def __getitem__(self, name: str) -> str:
        if name not in self._values:
            # Somebody else may have added to the file since we read it.
            self._values = self._read() | self._values
        if name not in self._values:
            self._values[name] = secrets.token_hex(24)
            self._keep()
        return self._values[name]

    def _read(self) -> dict[str, str]:
        values: dict[str, str] = json.loads(self.path.read_text()) if self.path.exists() else {}
        return values

    def _keep(self) -> None:
        # Written aside and renamed: a crash must not leave half a file, which would lock us out of our own servers.
        unfinished = self.path.with_suffix(".new")
        with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            json.dump(self._values, file, indent=2)
        unfinished.rename(self.path)
