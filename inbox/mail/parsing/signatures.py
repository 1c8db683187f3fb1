"""DKIM signatures of a mail (RFC 6376), as far as its bytes tell: what each covers, and whether that is as it was.

Read here and not by dkimpy, which is made for mails that mean well: its expressions on white space are not linear in
the size of a mail. Whose keys they are is asked elsewhere; what is left to do then is one operation on 32 bytes.
"""

from __future__ import annotations

import binascii
import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from inbox.mail.parsing import addresses
from inbox.mail.parsing.structure import LONGEST_HEADER, Part
from inbox.mail.parsing.values import Signature

#: Signatures of one mail that are looked at: those that may speak for its sender, from the top.
MOST = 3
_MOST_SEEN, _MOST_NAMES = 20, 200
_SPACES = re.compile(rb"[ \t]+")
_NUMBER = re.compile(r"\d{1,12}")
_NAME = re.compile(r"[a-z0-9_.-]{1,253}")
_ALGORITHMS = {"rsa-sha256": "rsa", "ed25519-sha256": "ed25519"}


def read(raw: bytes, mail: Part, sender: str) -> tuple[Signature, ...]:
    """The signatures of domains that may speak for a sender's address; `mail` is what was read of the same bytes.

    None counts unless From is there once, with one address, and the same here, where the header is read as signers do:
    whoever is shown must be whom the signature names.
    """
    domain, froms = ascii_domain(sender.rpartition("@")[2]), mail.every("from")
    if not domain or not mail.first("dkim-signature") or len(froms) != 1:
        return ()
    if [each.email for each in addresses.read(froms[0]) if "@" in each.email] != [sender]:
        return ()
    found = _Signed(raw.lstrip(b"\xef\xbb\xbf\r\n \t\0"))
    theirs = [value for name, _, value in found.fields if name == b"from"]
    if len(theirs) != 1 or _plain(theirs[0]) != _plain(froms[0]):
        return ()
    fields = [each for each in found.fields if each[0] == b"dkim-signature"][:_MOST_SEEN]
    tags = [(field, _tags(field[2])) for field in fields]
    near = [(field, said) for field, said in tags if is_near(ascii_domain(said.get("d", "")), domain)]
    return tuple(_read(found, field, said) for field, said in near[:MOST])


def ascii_domain(domain: str) -> str:
    """A domain as DNS has it; empty where it can be none."""
    try:
        name = domain.strip().rstrip(".").encode("idna").decode().lower()
    except UnicodeError:
        return ""
    return name if _NAME.fullmatch(name) and "." in name.strip(".") and ".." not in name else ""


def is_near(one: str, other: str) -> bool:
    """Whether two domains are the same, or one of them stands below the other."""
    return bool(one and other) and (one == other or one.endswith(f".{other}") or other.endswith(f".{one}"))


@dataclass
class _Signed:
    """A mail as signers read it: line ends are CR LF, fields are as they stand."""

    raw: bytes

    @cached_property
    def _parts(self) -> tuple[bytes, bytes]:
        head, _, body = self.raw.replace(b"\r\n", b"\n").partition(b"\n\n")
        return head, body

    @cached_property
    def fields(self) -> list[tuple[bytes, bytes, bytes]]:
        """Each field: its name in lower case, the name as it stands, the value with its line ends."""
        head, _ = self._parts
        # A lone CR ends a line for some programs and not for others: nothing is believed of such a header.
        if len(head) > LONGEST_HEADER or b"\r" in head:
            return []
        found: list[tuple[bytes, bytes, list[bytes]]] = []
        for line in head.split(b"\n"):
            if line[:1] in (b" ", b"\t"):
                if found:
                    found[-1][2].append(line)
                continue
            name, colon, value = line.partition(b":")
            if colon and name.strip():
                found.append((name.strip().lower(), name, [value]))
        return [(lower, name, b"".join(each + b"\r\n" for each in lines)) for lower, name, lines in found]

    def body(self, way: str) -> bytes:
        """The body in canonical form, `simple` or `relaxed`."""
        if way not in self._bodies:
            self._bodies[way] = self._canonical(way)
        return self._bodies[way]

    @cached_property
    def _bodies(self) -> dict[str, bytes]:
        return {}

    def _canonical(self, way: str) -> bytes:
        body = self._parts[1]
        if way == "relaxed":
            body = _SPACES.sub(b" ", body).replace(b" \n", b"\n")
            body = body[:-1] if body.endswith(b" ") else body
        end = len(body)
        while end and body[end - 1 : end] == b"\n":
            end -= 1
        if not end:
            return b"" if way == "relaxed" else b"\r\n"
        return body[:end].replace(b"\n", b"\r\n") + b"\r\n"


def _read(mail: _Signed, field: tuple[bytes, bytes, bytes], said: dict[str, str]) -> Signature:
    """One signature; `flaw` says why it proves nothing, whatever its key is."""
    head_way, _, body_way = said.get("c", "simple").lower().partition("/")
    body_way = body_way or "simple"
    domain = ascii_domain(said.get("d", ""))
    of = ascii_domain(said.get("i", "").rpartition("@")[2] or domain)
    covered = [each.strip().lower().encode() for each in said.get("h", "").split(":")][:_MOST_NAMES]
    flaw = _flaw(mail, said, head_way, body_way)
    if not flaw and not (of == domain or of.endswith(f".{domain}")):
        flaw = "form"
    digest = b"" if flaw else _digest(mail, field, covered, head_way)
    return Signature(
        domain=domain,
        selector=said.get("s", "").lower(),
        algorithm=_ALGORITHMS.get(said.get("a", "").lower(), ""),
        identity=of,
        expires=int(said["x"]) if _NUMBER.fullmatch(said.get("x", "")) else 0,
        digest=digest.hex(),
        value="".join(said.get("b", "").split()),
        flaw=flaw,
    )


def _flaw(mail: _Signed, said: dict[str, str], head_way: str, body_way: str) -> str:
    if not said.keys() >= {"v", "a", "b", "bh", "d", "h", "s"} or said["v"] != "1":
        return "form"
    if said["a"].lower() not in _ALGORITHMS or not {head_way, body_way} <= {"simple", "relaxed"}:
        return "form"
    if not _NAME.fullmatch(said["s"].lower()) or "dns/txt" not in said.get("q", "dns/txt").lower():
        return "form"
    if "x" in said and not _NUMBER.fullmatch(said["x"]):
        return "form"
    if "from" not in (each.strip().lower() for each in said["h"].split(":")):
        return "from"
    body = mail.body(body_way)
    if "l" in said and said["l"] != str(len(body)):
        return "length"  # anybody may have written what stands behind the signed part
    try:
        wanted = binascii.a2b_base64("".join(said["bh"].split()))
    except (binascii.Error, ValueError):
        return "form"
    return "" if hashlib.sha256(body).digest() == wanted else "body"


def _digest(mail: _Signed, field: tuple[bytes, bytes, bytes], covered: Iterable[bytes], way: str) -> bytes:
    """What the signature was made of: the fields that it names, from the bottom up, and itself without its value."""
    _, name, value = field
    digest = hashlib.sha256()
    for each in _chosen(mail.fields, covered):
        digest.update(_line(*each, way))
    digest.update(_line(field[0], name, _emptied(value), way).removesuffix(b"\r\n"))
    return digest.digest()


def _chosen(fields: list[tuple[bytes, bytes, bytes]], covered: Iterable[bytes]) -> Iterator[tuple[bytes, bytes, bytes]]:
    left: dict[bytes, list[tuple[bytes, bytes, bytes]]] = {}
    for each in fields:
        left.setdefault(each[0], []).append(each)
    for name in covered:
        if left.get(name):
            yield left[name].pop()


def _line(lower: bytes, name: bytes, value: bytes, way: str) -> bytes:
    return name + b":" + value if way == "simple" else lower + b":" + _plain(value) + b"\r\n"


def _plain(value: bytes) -> bytes:
    """A field on one line, with single spaces."""
    return _SPACES.sub(b" ", value.replace(b"\r\n", b"")).strip(b" ")


def _emptied(value: bytes) -> bytes:
    """A signature without the value of its tag b."""
    parts = value.split(b";")
    for place, part in enumerate(parts):
        name, sign, _ = part.partition(b"=")
        if sign and name.strip() == b"b":
            parts[place] = name + sign
            break
    return b";".join(parts)


def _tags(value: bytes) -> dict[str, str]:
    """The tags of a signature; none where one stands there twice."""
    said: dict[str, str] = {}
    for part in value.decode("utf-8", "replace").split(";"):
        name, sign, text = part.partition("=")
        if sign and (name := name.strip()):
            if name in said:
                return {}
            said[name] = text.strip() if name not in ("h", "d", "s", "i", "l", "x") else "".join(text.split())
    return said
