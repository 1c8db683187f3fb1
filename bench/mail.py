"""How fast mail comes in: mails a second through the intake into tickets, by two processes, beside a floor.

    python -m bench.mail --mails 2000            alone, with servers of its own

Twice: as mails that wait in a mailbox, which are received some at a time, and one at a time, as a mail server hands
them over.

The floor, from the same run: the same mails read, and four plain inserts each (a mail, a ticket, a message, an event)
in one transaction, by as many processes, with nothing looked up and nothing decided.
"""

from __future__ import annotations

import argparse
import base64
import json
import os
import random
import resource
import shutil
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

import psycopg

from scripts.installation import Installation

if TYPE_CHECKING:
    from inbox.intake.receiving import Received

PROCESSES, MAILS = 2, 2_000
#: What is wanted: mails a second on a quiet machine with two processors, and times the floor.
MAILS_A_SECOND, TIMES = 250, 3.0
SUPPORT = "support@bench0.example"
FLOOR = ("floor_mail", "floor_ticket", "floor_message", "floor_event")
#: Takes some mails.
Act = Callable[[list[bytes]], object]
_WORDS = "the printer in our office shows an error since this morning and nobody can print invoices any more"


def mails(count: int, seed: int) -> Iterator[bytes]:
    """New requests as mail programs write them: text and HTML, of 250 people, one in ten with a file of 30 kB.

    The people are this seed's own: whoever writes again and again in ten minutes is answered no more, which costs more.
    """
    chance = random.Random(seed)
    for number in range(count):
        words = " ".join(chance.choices(_WORDS.split(), k=120))
        fields = [
            f"Received: from mail.example (mail.example [192.0.2.{number % 250}]) by mx.bench0.example; "
            "Mon, 2 Mar 2026 10:00:00 +0100",
            f"From: Person {number % 250} <person{number % 250}@customers{seed}.example>",
            f"To: Support <{SUPPORT}>",
            f"Subject: Printer {seed}-{number} does not start",
            f"Message-ID: <{seed}.{number}@customers.example>",
            "Date: Mon, 2 Mar 2026 10:00:00 +0100",
            "MIME-Version: 1.0",
        ]
        both = _parts(
            "alternative",
            f"Content-Type: text/plain; charset=utf-8\r\n\r\nHello,\r\n\r\n{words}\r\n\r\n-- \r\nPerson {number}",
            f"Content-Type: text/html; charset=utf-8\r\n\r\n<div>Hello,<br><br>{words}</div>",
        )
        if number % 10 == 0:
            content = base64.encodebytes(chance.randbytes(30_000)).decode()
            head = 'Content-Type: image/png; name="screen.png"\r\nContent-Transfer-Encoding: base64\r\n'
            file = f'{head}Content-Disposition: attachment; filename="screen.png"\r\n\r\n{content}'
            both = _parts("mixed", both, file)
        yield "\r\n".join([*fields, both]).encode()


def _parts(kind: str, *parts: str) -> str:
    lines = "".join(f"--=_{kind}\r\n{part}\r\n" for part in parts)
    return f'Content-Type: multipart/{kind}; boundary="=_{kind}"\r\n\r\n{lines}--=_{kind}--\r\n'


def measure(installation: Installation, owner_url: str, say: Callable[[str], None], count: int = MAILS) -> None:
    """Let `count` mails come to the first tenant of the benchmark, and print the figures beside what is wanted."""
    with psycopg.connect(owner_url, autocommit=True) as owner:
        owner.execute("UPDATE tenants_tenant SET mail_address = %s WHERE slug = 'bench0'", [SUPPORT])
        for name in FLOOR:
            owner.execute(f"DROP TABLE IF EXISTS {name}")
            owner.execute(f"CREATE TABLE {name} (id uuid PRIMARY KEY, tenant bigint, said text, at timestamptz)")
            owner.execute(f"CREATE INDEX ON {name} (tenant, at)")
            owner.execute(f"GRANT INSERT ON {name} TO PUBLIC")
    _run(installation, "take", 40 * PROCESSES)  # so that the tables have seen some
    floor = _run(installation, "floor", count)
    for what, how in (("together", "as they wait in a mailbox"), ("take", "one at a time")):
        taken = _run(installation, what, count)
        say(
            f"mail taken by {PROCESSES} processes, {how}: {taken['a_second']:.0f} a second (at least {MAILS_A_SECOND}"
            f" on a quiet machine); floor {floor['a_second']:.0f}, {floor['a_second'] / taken['a_second']:.1f} times"
            f" (at most {TIMES:g})"
        )
        say(
            f"of a processor, beside the database's, such a mail takes {taken['cpu_ms']:.2f} ms"
            f" (floor {floor['cpu_ms']:.2f}); memory: {taken['mb']:.0f} MB a process,"
            f" {taken['mb_reader']:.0f} MB its reader"
        )


def _run(installation: Installation, what: str, count: int) -> dict[str, float]:
    """Let the processes work at the same time; their figures together."""
    children = [
        installation.child(f"mail-{what}-{index}", "bench.mail", "--as", what, "--mails", str(count // PROCESSES))
        for index in range(PROCESSES)
    ]
    for child in children:
        child.start()
    for child in children:
        assert child.process is not None
        if child.process.wait(timeout=1_800):
            raise RuntimeError(child.tail())
    said = [json.loads(child.tail(1)) for child in children]
    return {
        "a_second": sum(each["mails"] / each["seconds"] for each in said),
        "cpu_ms": sum(each["cpu"] for each in said) / sum(each["mails"] for each in said) * 1_000,
        "mb": max(each["mb"] for each in said),
        "mb_reader": max(each["mb_reader"] for each in said),
    }


def _work(what: str, count: int) -> None:
    """One process: take so many mails, or do what the floor is; say what it cost."""
    import django

    django.setup()
    from inbox.mail import reading

    waiting = list(mails(count + 1, os.getpid()))
    act, size = _ACTS[what]()
    act([waiting.pop()])
    began, before = time.monotonic(), time.process_time()
    for start in range(0, count, size):
        act(waiting[start : start + size])
    seconds, cpu = time.monotonic() - began, time.process_time() - before
    reading.stop()
    reader = resource.getrusage(resource.RUSAGE_CHILDREN)
    figures = {
        "mails": count,
        "seconds": seconds,
        "cpu": cpu + reader.ru_utime + reader.ru_stime,
        "mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1_024,
        "mb_reader": reader.ru_maxrss / 1_024,
    }
    print(json.dumps(figures))


def _together() -> tuple[Act, int]:
    from django.utils import timezone

    from inbox.intake import together

    def take(raws: list[bytes]) -> None:
        for taken in together.receive(raws, to=SUPPORT, at=timezone.now()):
            _require_ticket(taken)

    return take, together.MOST


def _taker() -> tuple[Act, int]:
    from django.utils import timezone

    from inbox.intake import receiving

    def take(raws: list[bytes]) -> None:
        _require_ticket(receiving.receive(raws[0], to=SUPPORT, at=timezone.now()))

    return take, 1


def _require_ticket(taken: Received) -> None:
    if taken.mail.outcome != "ticket":
        raise RuntimeError(f"A mail became {taken.mail.outcome}: {taken.mail.reason}")


def _floor() -> tuple[Act, int]:
    from inbox.mail.parsing import parse

    connection = psycopg.connect(os.environ["DATABASE_URL"])

    def insert(raws: list[bytes]) -> None:
        parsed, now = parse(raws[0]), datetime.now(UTC)
        for name in FLOOR:
            connection.execute(f"INSERT INTO {name} VALUES (%s, 1, %s, %s)", [uuid4(), parsed.text, now])
        connection.commit()

    return insert, 1


_ACTS: dict[str, Callable[[], tuple[Act, int]]] = {"together": _together, "take": _taker, "floor": _floor}


def main() -> None:
    """Start servers of its own, measure, print; or be one of the processes that are measured."""
    parser = argparse.ArgumentParser(prog="python -m bench.mail")
    parser.add_argument("--mails", type=int, default=MAILS)
    parser.add_argument("--data", type=Path, default=Path("var/bench-mail"))
    parser.add_argument("--as", dest="what", choices=list(_ACTS), help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.what:
        _work(arguments.what, arguments.mails)
        return
    shutil.rmtree(arguments.data, ignore_errors=True)
    with Installation(arguments.data) as installation:
        installation.manage("migrate", "--verbosity=0", as_owner=True)
        os.environ.update(installation.environment)
        import django

        django.setup()
        from django.utils import timezone

        from bench import filling

        owner_url = installation.servers.postgres.url("helpdesk")  # type: ignore[union-attr]
        filling.fill(filling.tenants(owner_url, 1)[0], tickets=50, now=timezone.now())
        measure(installation, owner_url, print, arguments.mails)
    shutil.rmtree(arguments.data, ignore_errors=True)


if __name__ == "__main__":
    main()
