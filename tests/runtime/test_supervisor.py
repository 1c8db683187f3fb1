"""A process that dies is started again; one that keeps dying stops everything; all end in order."""

import os
import signal
import subprocess
import sys
import time

import pytest

from scripts.demo import table
from scripts.installation import Installation
from scripts.processes import CannotStart, Child, port_is_taken
from scripts.supervisor import RESTARTS, Supervisor
from scripts.testing import ROOT


def child(tmp_path, name: str, code: str) -> Child:
    return Child(name, [sys.executable, "-c", code], log=tmp_path / f"{name}.log")


def test_what_keeps_dying_is_restarted_a_few_times_and_then_reported(tmp_path, capfd, monkeypatch):
    monkeypatch.setattr(time, "sleep", lambda seconds: None)
    supervisor = Supervisor([])
    supervisor.start(child(tmp_path, "broken", "print('out of luck'); raise SystemExit(3)"))

    assert supervisor.watch() == 1

    said = capfd.readouterr().err
    assert said.count("Starting broken again.") == RESTARTS
    assert "broken ended with code 3" in said
    assert "out of luck" in said
    assert "broken keeps ending, so everything is stopped." in said


def test_children_end_in_reverse_order(tmp_path):
    diary = tmp_path / "diary"
    code = (
        "import signal, sys, time\n"
        "def end(*_):\n open({diary!r}, 'a').write({name!r} + '\\n'); sys.exit()\n"
        "signal.signal(signal.SIGTERM, end); print('up', flush=True); time.sleep(60)"
    )
    supervisor = Supervisor([])
    children = [child(tmp_path, name, code.format(diary=str(diary), name=name)) for name in ("web", "worker", "beat")]
    for one in children:
        supervisor.start(one)
    deadline = time.monotonic() + 60
    while not all("up" in one.tail() for one in children) and time.monotonic() < deadline:
        time.sleep(0.05)

    supervisor.stop()

    assert diary.read_text().split() == ["beat", "worker", "web"]


def test_a_child_that_does_not_listen_is_ended_with_its_descendants(tmp_path):
    code = (
        "import signal, subprocess, time\n"
        "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        "print(subprocess.Popen(['sleep', '61']).pid, flush=True); time.sleep(60)"
    )
    deaf = child(tmp_path, "deaf", code)
    deaf.start()
    while not deaf.tail():
        time.sleep(0.05)
    grandchild = int(deaf.tail())

    assert deaf.stop(timeout=0.5) is False

    assert not deaf.running
    time.sleep(0.2)
    state = subprocess.run(["ps", "-o", "stat=", "-p", str(grandchild)], capture_output=True, text=True, check=False)
    assert state.stdout.strip()[:1] in ("", "Z")


def test_a_second_start_on_the_same_folder_says_who_has_it(tmp_path, monkeypatch):
    monkeypatch.setenv("DATABASE_OWNER_URL", "")  # as in a developer's shell: given addresses are not used
    first = Installation(tmp_path)

    with pytest.raises(CannotStart, match=rf"already runs on .*\(process {os.getpid()}\)"):
        Installation(tmp_path)

    first._lock.close()
    Installation(tmp_path)._lock.close()


def test_a_taken_port_is_named_with_a_way_out(tmp_path):
    import socket

    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        assert port_is_taken(port)

        ran = subprocess.run(
            [sys.executable, "-m", "scripts.demo", "--port", str(port), "--data", str(tmp_path)],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )

    assert ran.returncode == 1
    assert f"Port {port} is in use" in ran.stderr
    assert f"make demo PORT={port + 1}" in ran.stderr


def test_the_table_shows_every_login_on_the_chosen_port(tmp_path):
    people = [{"email": "ada@acme.example", "password": "open sesame", "role": "agent", "api_token": "t"}]
    access = {"base_url": "", "tenants": [{"slug": "acme", "host": "acme.localhost", "users": people}]}

    shown = "\n".join(table(access, 8123, tmp_path))

    assert "http://acme.localhost:8123/desk/" in shown
    assert "ada@acme.example" in shown
    assert "open sesame" in shown
    assert str(tmp_path / "access.json") in shown


def test_signals_end_a_waiting_program_without_a_traceback(data):
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("DATABASE", "REDIS"))}
    program = subprocess.Popen(
        [sys.executable, "-m", "scripts.servers", "--data", str(data)],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    program.stdout.readline()

    program.send_signal(signal.SIGTERM)

    assert "Traceback" not in program.communicate(timeout=30)[1]
