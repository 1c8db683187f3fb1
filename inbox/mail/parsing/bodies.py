"""Which part of a mail is its text, which its HTML, and what is a file."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from dataclasses import replace as altered

from inbox.mail.parsing import addresses, charsets, markup, names, structure, tnef, words
from inbox.mail.parsing.structure import Part
from inbox.mail.parsing.values import File

#: Characters of text that are kept, and bytes of a part that are looked at as text.
LONGEST_TEXT, LONGEST_READ = 500_000, 3_000_000
_TEXTS = {"text/plain", "text/html", "text/enriched", "text/richtext"}
_TNEF = {"application/ms-tnef", "application/vnd.ms-tnef"}
_TYPE = re.compile(r"[\w.+-]{1,60}/[\w.+-]{1,100}")
#: A file within the text, as Lotus Notes and old programs write it.
_UUENCODED = re.compile(r"^begin [0-7]{3,4} (\S.{0,200})$", re.MULTILINE)
_UNSPECIFIC = {"application/octet-stream", "", "application/unknown", "application/x-unknown"}


@dataclass(slots=True)
class Content:
    """What was found in a mail's parts so far."""

    texts: list[str] = field(default_factory=list)
    htmls: list[str] = field(default_factory=list)
    #: HTML that stands beside the text instead of saying the same: its words belong to the text.
    beside: list[str] = field(default_factory=list)
    files: list[File] = field(default_factory=list)
    leaves: list[Part] = field(default_factory=list)
    flaws: list[str] = field(default_factory=list)
    count: int = 0

    def flaw(self, what: str) -> None:
        """Remember, once, what had to be repaired or left."""
        if what and what not in self.flaws:
            self.flaws.append(what)


def read(mail: Part) -> Content:
    """All text and files of a mail, in the order in which they stand; the tree is walked with a list of its own."""
    content = Content()
    waiting: list[tuple[Part, int]] = [(mail, 0)]
    while waiting:
        part, depth = waiting.pop()
        content.count += 1
        _describe(part)
        inner = _inner(part, depth, content)
        if inner:
            waiting += [(each, depth + 1) for each in reversed(inner)]
        else:
            content.leaves.append(part)
            _leaf(part, content)
    return content


def _describe(part: Part) -> None:
    declared = part.first("content-type")
    kind, part.parameters = words.parameters(declared) if declared else ("", {})
    default = "message/rfc822" if part.parent_type == "multipart/digest" else "text/plain"
    found = _TYPE.match(kind)
    part.content_type = found[0] if found else _repaired(kind, default)


def _repaired(kind: str, default: str) -> str:
    return {"text": "text/plain", "html": "text/html", "plain": "text/plain"}.get(kind, default)


def _inner(part: Part, depth: int, content: Content) -> list[Part]:
    if not part.content_type.startswith("multipart/"):
        return []
    boundary = part.parameters.get("boundary", "").encode("utf-8", "replace").rstrip()
    if not boundary:
        content.flaw("no_boundary")
        return _without_boundary(part)
    if depth >= structure.DEEPEST or content.count >= structure.MOST_PARTS:
        content.flaw("too_many_parts")
        return []
    most = structure.MOST_PARTS - content.count
    found = structure.sections(part.body, boundary, most + 1)
    if len(found) > most:
        content.flaw("too_many_parts")
    inner = [_part(each, part) for each in found[:most]]
    if not inner:
        content.flaw("no_parts")
        part.content_type = "text/plain"
    for each in inner:
        each.is_alternative = part.is_alternative or part.content_type == "multipart/alternative"
    return inner


def _without_boundary(part: Part) -> list[Part]:
    """A multipart that does not say how it is divided: its first line often does."""
    first = part.body.lstrip(b"\r\n").split(b"\n", 1)[0].strip()
    if first.startswith(b"--") and 2 < len(first) <= 100:
        found = structure.sections(part.body, first[2:], structure.MOST_PARTS)
        return [_part(each, part) for each in found]
    part.content_type = "text/plain"
    return []


def _part(section: bytes, parent: Part) -> Part:
    if section.startswith((b"\n", b"\r\n")):
        return Part([], section.lstrip(b"\r\n"), parent.content_type)
    fields, body, _ = structure.cut_header(section)
    return Part(fields, body, parent.content_type)


def _leaf(part: Part, content: Content) -> None:
    kind = part.content_type
    disposition, details = words.parameters(part.first("content-disposition") or b"")
    name = names.tidy(details.get("filename") or part.parameters.get("name", "") or _location(part))
    is_file = disposition == "attachment" or bool(name)
    if kind in _TNEF or (kind in _UNSPECIFIC and name.lower() == "winmail.dat"):
        unpacked = tnef.unpack(structure.decoded(part))
        if unpacked is not None:
            _take(unpacked, content)
            return
        content.flaw("winmail")
    is_whole = part.parent_type == "" and kind.startswith("text/") and kind != "text/calendar"
    if not is_file and (kind in _TEXTS or is_whole):
        _text(part, content)
    else:
        _file(part, name, disposition, content)


def _location(part: Part) -> str:
    """The name that Content-Location gives a picture, where it is none of a page in the web."""
    said = words.text_of(part.first("content-location") or b"") if not part.content_type.startswith("text/") else ""
    return "" if ":" in said else said


def _take(unpacked: tuple[list[File], str, str], content: Content) -> None:
    files, text, html = unpacked
    content.files += files
    if not any(each.strip() for each in (*content.texts, *content.htmls)):
        content.texts += [text] if text.strip() else []
        content.htmls += [html] if html.strip() else []


def _text(part: Part, content: Content) -> None:
    declared = part.parameters.get("charset", "")
    body = structure.decoded(part)
    begin = _begin(body, declared)
    text, flaw = charsets.decode(begin, declared)
    content.flaw(f"charset_{flaw}" if flaw else "")
    is_cut = len(begin) < len(body)
    if (is_cut or len(text) > LONGEST_TEXT) and part.content_type != "text/html":
        content.flaw("long_text")
        content.files.append(File("text.txt", "text/plain", body if is_cut else text.encode()))
        text = text[:LONGEST_TEXT]
    if part.content_type == "text/html":
        content.htmls.append(text[: markup.LONGEST])
        if not part.is_alternative and part.parent_type == "multipart/mixed":
            content.beside.append(content.htmls[-1])
        return
    if part.content_type in ("text/enriched", "text/richtext"):
        if part.is_alternative and any(each.strip() for each in content.texts):
            return
        text = markup.text_of(text)[0]
    content.texts.append(_without_files(text, content))


def _without_files(text: str, content: Content) -> str:
    """The text without the files that are written into it; each is looked for once, so this is linear."""
    kept: list[str] = []
    place = 0
    for begin in _UUENCODED.finditer(text):
        if begin.start() < place:
            continue
        end = text.find("\nend", begin.end())
        body = structure.uudecoded(text[begin.start() : end].encode("ascii", "replace")) if end > 0 else b""
        if not body or len(content.files) >= structure.MOST_PARTS:
            break
        name = names.tidy(begin[1]) or names.made_up("application/octet-stream", len(content.files) + 1)
        content.files.append(File(name, names.type_of(name), body))
        kept.append(text[place : begin.start()])
        place = end + 4
    return "".join([*kept, text[place:]])


def _begin(body: bytes, declared: str) -> bytes:
    """As much of a text as is looked at: whole lines where it has lines, whole letters where they are of utf-8."""
    if len(body) <= LONGEST_READ:
        return body
    line = body.rfind(b"\n", LONGEST_READ // 2, LONGEST_READ)
    if charsets.known(declared).startswith(("utf-16", "utf-32")):
        return body[:LONGEST_READ]
    if line > 0:
        return body[: line + 1]
    end = LONGEST_READ
    while end > LONGEST_READ - 4 and body[end - 1] >= 0x80:
        end -= 1
    return body[:end]


def _file(part: Part, name: str, disposition: str, content: Content) -> None:
    body = structure.decoded(part)
    kind = part.content_type
    if kind in ("message/rfc822", "message/global") and not name:
        name = _of_message(body)
    if not name and not body.strip():
        return
    found = addresses.ids(part.first("content-id") or b"")
    cid = found[0].strip("<>") if found else words.text_of(part.first("content-id") or b"").strip("<> ")
    if kind in _UNSPECIFIC and name:
        kind = names.type_of(name)
    file = File(
        name=name or names.made_up(kind, len(content.files) + 1),
        content_type=kind[:100],
        content=body,
        content_id=cid[:200],
        is_inline=bool(cid) and disposition != "attachment" and kind.startswith("image/"),
    )
    content.files.append(file)
    if kind == "text/calendar" and not name:
        content.files[-1] = altered(file, name="invite.ics")


def _of_message(body: bytes) -> str:
    """A forwarded mail is called by its subject."""
    fields, _, _ = structure.cut_header(body)
    subject = next((words.text_of(value) for name, value in fields if name == "subject"), "")
    subject = names.tidy(subject.replace("/", "-").replace("\\", "-"))
    return f"{subject[:150]}.eml" if subject else ""
