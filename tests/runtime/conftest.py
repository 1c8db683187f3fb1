"""What tests of servers and programs share."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from scripts.processes import throwaway_folder


@pytest.fixture
def data() -> Iterator[Path]:
    """A data folder that the servers' user can enter."""
    folder = throwaway_folder()
    yield folder
    shutil.rmtree(folder)
