"""Embedded servers are real ones, keep their data and never outlive their supervisor."""

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest
import redis

from scripts import processes
from scripts.processes import CannotStart
from scripts.secrets_file import Secrets
from scripts.servers import Servers
from scripts.testing import ROOT

pytestmark = pytest.mark.skipif("not sys.platform.startswith('linux')", reason="looks into /proc")


def alive(pid: int) -> bool:
    return Path(f"/proc/{pid}/stat").exists() and Path(f"/proc/{pid}/stat").read_text().split()[2] != "Z"


def wait_until(condition, seconds: float = 60) -> bool:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def test_a_second_start_finds_what_the_first_wrote(data):
    with Servers(data) as servers:
        with psycopg.connect(servers.postgres.url(), autocommit=True) as connection:
            connection.execute("CREATE TABLE kept AS SELECT 'here' AS word")
        redis.Redis.from_url(servers.valkey.url()).set("kept", "here")

    with Servers(data) as servers:
        with psycopg.connect(servers.postgres.url()) as connection:
            assert connection.execute("SELECT word FROM kept").fetchone() == ("here",)
        assert redis.Redis.from_url(servers.valkey.url()).get("kept") == b"here"


def test_stopping_leaves_no_process(data):
    with Servers(data, throwaway=True) as servers:
        pids = [child.pid for child in servers.children]

    assert len(pids) == 2
    assert not any(alive(pid) for pid in pids)


def test_nobody_gets_in_without_the_password(data):
    with Servers(data, throwaway=True) as servers:
        with pytest.raises(psycopg.OperationalError, match="password"):
            psycopg.connect(servers.postgres.url().replace(servers.postgres.password, "guess"))
        with pytest.raises(redis.AuthenticationError):
            redis.Redis(port=servers.valkey.port).ping()


def test_search_sees_cyrillic_letters(data):
    with Servers(data, throwaway=True, valkey=False) as servers, psycopg.connect(servers.postgres.url()) as connection:
        connection.execute("CREATE EXTENSION pg_trgm")
        alike = connection.execute("SELECT similarity('Принтер', 'принтеры')").fetchone()

    assert alike[0] > 0.5


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_servers_end_with_their_supervisor_however_it_ends(data, number):
    supervisor = subprocess.Popen(
        [sys.executable, "-m", "scripts.servers", "--data", str(data)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        env={name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "REDIS_URL")},
    )
    assert "Ctrl-C stops them" in supervisor.stdout.readline()
    children = Path(f"/proc/{supervisor.pid}/task/{supervisor.pid}/children").read_text().split()

    supervisor.send_signal(number)
    supervisor.wait(20)

    assert len(children) == 2
    assert wait_until(lambda: not any(alive(int(pid)) for pid in children))
    assert supervisor.returncode == (-signal.SIGKILL if number == signal.SIGKILL else 0)


def test_a_server_whose_supervisor_is_gone_is_ended_by_the_next_start(data, monkeypatch):
    monkeypatch.setattr(processes, "_die_with_parent", lambda with_signal: None)
    orphan = Servers(data, valkey=False)
    orphan.start()
    pid = orphan.postgres.child.pid

    with Servers(data, valkey=False) as servers:
        assert servers.postgres.child.pid != pid
        assert orphan.postgres.child.exit_code is not None


def test_a_cluster_of_a_version_that_is_not_installed_says_so(data):
    (data / "postgres").mkdir()
    (data / "postgres" / "PG_VERSION").write_text("16\n")

    with pytest.raises(CannotStart, match="No PostgreSQL 16 was found"):
        Servers(data, valkey=False).start()


def test_secrets_are_made_once_and_read_by_their_owner_only(tmp_path):
    first = Secrets(tmp_path)["something"]

    assert Secrets(tmp_path)["something"] == first
    assert len(first) >= 32
    assert (tmp_path / "secrets.json").stat().st_mode & 0o077 == 0


def test_two_who_keep_secrets_in_one_folder_do_not_overwrite_each_other(tmp_path):
    one, two = Secrets(tmp_path), Secrets(tmp_path)

    kept = one["one"], two["two"], one["three"]

    assert kept == tuple(Secrets(tmp_path)[name] for name in ("one", "two", "three"))


def test_a_lost_password_file_is_named(data):
    with Servers(data, valkey=False):
        (data / "secrets.json").unlink()

    with pytest.raises(CannotStart, match=r"another password than the one in .*secrets\.json"):
        Servers(data, valkey=False).start()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root lends the servers another user")
def test_root_can_keep_its_data_below_a_private_folder(tmp_path):
    private = tmp_path / "private"
    private.mkdir(mode=0o700)
    data = private / "data"

    with Servers(data, throwaway=True) as servers:
        folder = servers.postgres.folder
        assert psycopg.connect(servers.postgres.url()).execute("SELECT 1").fetchone() == (1,)

    assert (data / "postgres").resolve() == folder
    shutil.rmtree(data)
    with Servers(data, throwaway=True) as servers:
        assert psycopg.connect(servers.postgres.url()).execute("SELECT 1").fetchone() == (1,), "a new start"
    shutil.rmtree(folder)
    shutil.rmtree(servers.valkey.folder)
