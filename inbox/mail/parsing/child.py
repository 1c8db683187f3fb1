"""The process that reads mails: `python -m inbox.mail.parsing.child SECONDS BYTES`. It may die of one.

Each mail comes on its input and goes out on its output as a length of 8 bytes and so many bytes; an answer is the value
as JSON, its files beside it. Time is the processor's, and ends the process from within the kernel, whatever runs.
"""

from __future__ import annotations

import json
import resource
import signal
import struct
import sys
from dataclasses import asdict
from datetime import datetime
from typing import IO, Any

from inbox.mail.parsing import Address, Automatic, Bounce, File, ParsedMail, Signature, parse
from inbox.mail.parsing.clients import FORWARD
from inbox.mail.parsing.quoting import folded

#: Seconds of processor time for one mail, and for each byte of it beyond ten million, as honest files take it too.
SECONDS, SIZE_OF_USUAL, SECONDS_A_BYTE = 2.0, 10_000_000, 0.1 / 1_000_000
#: Bytes of memory for the process: the largest mail that is taken needs nine tenths of it.
MEMORY = 256 * 1024 * 1024
_LENGTH = struct.Struct(">Q")


def main(seconds: float = SECONDS, memory: int = MEMORY) -> None:
    """Read mails until the input ends."""
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    while (raw := take(sys.stdin.buffer)) is not None:
        beyond = max(0, len(raw) - SIZE_OF_USUAL)
        signal.setitimer(signal.ITIMER_PROF, seconds + beyond * SECONDS_A_BYTE)
        answer = packed(parse(raw))
        signal.setitimer(signal.ITIMER_PROF, 0)
        for each in answer:
            give(sys.stdout.buffer, each)
        sys.stdout.buffer.flush()


def take(stream: IO[bytes]) -> bytes | None:
    """The next piece, or None when there is none."""
    head = stream.read(_LENGTH.size)
    if len(head) < _LENGTH.size:
        return None
    (length,) = _LENGTH.unpack(head)
    piece = stream.read(length)
    return piece if len(piece) == length else None


def give(stream: IO[bytes], piece: bytes) -> None:
    """Write a piece."""
    stream.write(_LENGTH.pack(len(piece)))
    stream.write(piece)


def packed(mail: ParsedMail) -> list[bytes]:
    """A mail as pieces: what is said of it, and then each file."""
    said = asdict(mail)
    said["sent_at"] = mail.sent_at.isoformat() if mail.sent_at else None
    said["files"] = [{**asdict(file), "content": None} for file in mail.files]
    # Who passes a mail on wants what is in it to be read.
    is_passed_on = FORWARD.match(mail.subject) is not None
    said["folded"] = (mail.text, "") if is_passed_on else folded(mail.text, quoted_from=mail.quoted_from)
    return [json.dumps(said).encode(), *(file.content for file in mail.files)]


def unpacked(head: bytes, take_next: Any) -> tuple[ParsedMail, str, str]:
    """The mail, what its writer wrote now (with the signature), and what is quoted in it."""
    said = json.loads(head)
    written, quoted = said.pop("folded")
    for name in ("to", "cc", "reply_to"):
        said[name] = tuple(Address(**each) for each in said[name])
    for name in ("delivered_to", "in_reply_to", "references", "authentication_results", "loop_marks", "flaws"):
        said[name] = tuple(said[name])
    said["sender"] = Address(**said["sender"])
    said["sent_at"] = datetime.fromisoformat(said["sent_at"]) if said["sent_at"] else None
    said["automatic"] = Automatic(said["automatic"])
    said["bounce"] = Bounce(**said["bounce"]) if said["bounce"] else None
    said["signatures"] = tuple(Signature(**each) for each in said["signatures"])
    said["files"] = tuple(File(**{**each, "content": take_next()}) for each in said["files"])
    return ParsedMail(**said), written, quoted


if __name__ == "__main__":
    main(float(sys.argv[1]), int(sys.argv[2]))
