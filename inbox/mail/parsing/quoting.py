"""What of a mail its writer wrote now, what is quoted, what is a signature. Nothing is lost: the pieces are the text.

    for piece in split(text):
        piece.kind, piece.text          # "".join(piece.text for piece in split(text)) == text

Patterns, not a library: the known ones read no Russian headers, lose text or are cubic (security.md, R-35). Each looks
at a bounded number of characters, so a text of a megabyte takes as long as its number of lines.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from inbox.mail.parsing import clients

#: A header of a quote is wrapped over so many lines at most.
_WRAPPED = 4
#: Lines between the place where HTML says that a quote begins and its first marked line: who wrote it, and when.
_LONGEST_HEADER = 12
#: Lines of a signature below its greeting.
_LONGEST_SIGNATURE = 12
#: Lines that are told apart; what follows belongs to the last piece.
_MOST_LINES = 5_000


class Kind(StrEnum):
    """What a piece of a mail is."""

    WRITTEN = "written"
    QUOTE = "quote"
    SIGNATURE = "signature"


@dataclass(frozen=True, slots=True)
class Piece:
    """Some lines of a mail, with their line ends."""

    kind: Kind
    text: str


def split(text: str, *, quoted_from: int | None = None) -> list[Piece]:
    """The pieces of a text in their order. `quoted_from`: the line at which its HTML says that a quote begins."""
    lines = text.splitlines(keepends=True)
    kinds = _quotes([line.strip("\r\n") for line in lines[:_MOST_LINES]], quoted_from)
    kinds += [kinds[-1]] * (len(lines) - len(kinds)) if kinds else []
    lines, kinds = _on_one_line(lines, kinds)
    if not any(kind is Kind.WRITTEN and line.strip() for kind, line in zip(kinds, lines, strict=True)):
        return [Piece(Kind.WRITTEN, "".join(lines))] if lines else []
    _sign(lines, kinds)
    return _pieces(lines, kinds)


def folded(text: str, *, quoted_from: int | None = None) -> tuple[str, str]:
    """What is shown of a mail, with its signature, and the quote that is folded.

    Answers between the lines of a quote mean nothing without it, nor do those below one: then only what is quoted at
    the end is folded.
    """
    pieces = split(text, quoted_from=quoted_from)
    quotes = [place for place, piece in enumerate(pieces) if piece.kind is Kind.QUOTE]
    if len(quotes) > 1 or quotes == [0]:
        is_last = all(piece.kind is not Kind.WRITTEN for piece in pieces[quotes[-1] :])
        quotes = quotes[-1:] if is_last and quotes[-1] else []
    shown = "".join(piece.text for place, piece in enumerate(pieces) if place not in quotes)
    return shown, "".join(pieces[place].text for place in quotes)


def written(text: str) -> str:
    """What its writer wrote now, without quotes and signature."""
    return "".join(piece.text for piece in split(text) if piece.kind is Kind.WRITTEN).strip()


def reply(text: str) -> str:
    """What its writer wrote now, with the signature."""
    return "".join(piece.text for piece in split(text) if piece.kind is not Kind.QUOTE).strip()


def _quotes(lines: list[str], quoted_from: int | None) -> list[Kind]:
    kinds = [Kind.WRITTEN] * len(lines)
    place = 0
    while place < len(lines):
        if clients.FORWARDED.match(lines[place][:200]):
            return kinds  # what was passed on is what they wanted to say
        size = _header(lines, place)
        is_told = quoted_from is not None and place >= quoted_from and lines[place].strip() != ""
        if size or is_told:
            if is_told:
                quoted_from = None
                below = _marked_below(lines, place + size)
            else:
                below = _next_words(lines, place + size)
            if below < len(lines) and not _is_marked(lines[below]):
                return [*kinds[:place], *[Kind.QUOTE] * (len(lines) - place)]
            end = _marked_until(lines, below)
            kinds[place:end] = [Kind.QUOTE] * (end - place)
            place = end
        elif _is_marked(lines[place]) and _is_quote(lines, place):
            end = _marked_until(lines, place)
            kinds[place:end] = [Kind.QUOTE] * (end - place)
            place = end
        else:
            place += 1
    return kinds


def _header(lines: list[str], place: int) -> int:
    """How many lines the header of a quote takes that begins here; 0 where none does."""
    line = lines[place][:500]
    if not line.strip():
        return 0
    if clients.ORIGINAL.match(line):
        return 1
    if clients.RULE.match(line):
        below = _next_words(lines, place + 1)
        is_told = below < place + 4 and (_is_block(lines, below) or len(_fields(lines, below)) > 1)
        return below - place + 1 if is_told else 0
    if _is_block(lines, place):
        return 1
    return _attribution(lines, place)


def _is_block(lines: list[str], place: int) -> bool:
    """Whether the fields of a mail stand here, as Outlook writes them above what it quotes."""
    names = _fields(lines, place)
    if not names:
        return False
    first, following = clients.field_of(lines[place][:300]), _following(lines, place)
    if len(names & {"from", "date", "to", "subject"}) >= 3 or {"from", "date"} <= names or {"date", "to"} <= names:
        return True
    has_address = "@" in lines[place] or any("@" in line for line in following[:1])
    after_blank = place == 0 or not lines[place - 1].strip()
    return first == "from" and place > 0 and has_address and (after_blank or len(names) > 1)


def _fields(lines: list[str], place: int) -> set[str]:
    """The fields of a mail that stand here, one below the other."""
    first = clients.field_of(lines[place][:300]) if place < len(lines) else ""
    if not first:
        return set()
    return {first, *(clients.field_of(line[:300]) for line in _following(lines, place))} - {""}


def _following(lines: list[str], place: int) -> list[str]:
    return [line for line in lines[place + 1 : place + 12] if line.strip()][:8]


def _attribution(lines: list[str], place: int) -> int:
    within = clients.WITHIN_A_LINE.search(lines[place][:1_000])
    if within and within.start() > 0:
        return 0  # the line begins with somebody's words
    said = ""
    for size in range(1, _WRAPPED + 1):
        if place + size > len(lines) or not lines[place + size - 1].strip():
            return 0
        said = f"{said} {lines[place + size - 1][:300].strip()}".strip()
        is_above_marks = _is_marked(lines[min(_next_words(lines, place + size), len(lines) - 1)])
        if clients.introduces(said, is_above_marks=is_above_marks):
            return size
        if size == 1 and not clients.may_begin(said):
            return 0
    return 0


def _is_marked(line: str) -> bool:
    return line.lstrip()[:1] == ">" and not clients.NO_MARK.match(line[:200])


def _marked_below(lines: list[str], place: int) -> int:
    """Where the marks begin below a header that HTML told of; the next words where they don't begin soon."""
    below = _next_words(lines, place)
    for each in range(below, min(below + _LONGEST_HEADER, len(lines))):
        if _is_marked(lines[each]):
            return each
    return below


def _is_quote(lines: list[str], place: int) -> bool:
    """Lines with a mark and no header: a quote where there are several, or where nothing follows them."""
    end = _marked_until(lines, place)
    return end - place > 1 or _next_words(lines, end) >= len(lines) or lines[place].lstrip().startswith("> ")


def _marked_until(lines: list[str], place: int) -> int:
    """The end of the marked lines: with empty ones between them, and what a program wrapped out of them."""
    end = place
    while place < len(lines):
        line = lines[place]
        if line.lstrip()[:1] == ">":
            place += 1
            end = place
        elif not line.strip():
            place += 1
        elif end == place and place and _is_wrapped(line) and place + 1 < len(lines) and _is_marked(lines[place + 1]):
            place += 1
            end = place
        else:
            break
    return end


def _is_wrapped(line: str) -> bool:
    """The rest of a link that was too long for its line."""
    return len(line.removesuffix(">").split()) == 1 and (line.strip("> ").endswith(")") or "://" in line)


def _next_words(lines: list[str], place: int) -> int:
    while place < len(lines) and not lines[place].strip():
        place += 1
    return place


def _on_one_line(lines: list[str], kinds: list[Kind]) -> tuple[list[str], list[Kind]]:
    """`Thanks On Monday Ada wrote:` in one line: the program left the line end out."""
    for place, line in enumerate(lines[:_MOST_LINES]):
        if kinds[place] is Kind.QUOTE or len(line) > 1_000:
            continue
        found = clients.WITHIN_A_LINE.search(line)
        if not found or found.start() == 0:
            continue
        below = _next_words(lines, place + 1)
        if below < len(lines) and _is_marked(lines[below]):
            end = found.start()
            before, after = line[:end], line[end:]
            kept = [*lines[:place], before, after, *lines[place + 1 :]]
            return kept, [*kinds[:place], Kind.WRITTEN, Kind.QUOTE, *kinds[place + 1 :]]
    return lines, kinds


def _sign(lines: list[str], kinds: list[Kind]) -> None:
    """Mark the signature: from its separator on, or from the last greeting, up to the quote or the end."""
    start = 0
    while start < len(kinds):
        if kinds[start] is not Kind.WRITTEN:
            start += 1
            continue
        end = start
        while end < len(kinds) and kinds[end] is Kind.WRITTEN:
            end += 1
        begin = _signature(lines, start, end)
        if begin is not None and (begin > start or start > 0):
            kinds[begin:end] = [Kind.SIGNATURE] * (end - begin)
        start = end


def _signature(lines: list[str], start: int, end: int) -> int | None:
    has_words = False
    left = sum(1 for line in lines[start:end] if line.strip())
    for place in range(start, end):
        line = lines[place].strip("\r\n")
        left -= bool(line.strip())
        few_left = left <= _LONGEST_SIGNATURE
        if has_words and clients.SEPARATOR.fullmatch(line[:40]):
            return place
        if has_words and few_left and len(line) < 300 and clients.SENT_FROM.match(line):
            return place
        if has_words and few_left and len(line) < 80 and clients.GREETING.fullmatch(line):
            return place
        has_words = has_words or bool(line.strip())
    return None


def _pieces(lines: list[str], kinds: list[Kind]) -> list[Piece]:
    pieces: list[Piece] = []
    for place, kind in enumerate(kinds):
        if place and kind is kinds[place - 1]:
            continue
        end = next((each for each in range(place + 1, len(kinds)) if kinds[each] is not kind), len(kinds))
        pieces.append(Piece(kind, "".join(lines[place:end])))
    return pieces
