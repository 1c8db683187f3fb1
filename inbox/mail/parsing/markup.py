"""The words of a mail's HTML, and where its client began to quote. Linear, and never recursive."""

from __future__ import annotations

import re
from itertools import islice

from inbox.mail.parsing.tokens import tokens

#: Characters of HTML that are read.
LONGEST = 2_000_000
#: Tags and pieces of text that are read: a long newsletter has 5,000.
MOST = 100_000
_BLOCKS = {
    *("address", "article", "aside", "blockquote", "center", "dd", "div", "dl", "dt", "fieldset", "figure", "footer"),
    *("form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "li", "main", "nav", "ol", "p", "pre", "section"),
    *("table", "tr", "ul", "caption", "tbody", "thead"),
}
_SPACED = {"p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "blockquote", "pre", "hr"}
_CELLS = {"td", "th"}
#: What the clients mark their quotes with: Gmail, Yahoo, Outlook on the web and on phones, Thunderbird, Apple Mail,
#: Proton, Yandex, Mail.ru, Zimbra.
_QUOTE_CLASSES = re.compile(
    r"\b(gmail_quote(?:_container)?|gmail_attr|(?:ydp\w{1,20})?yahoo_quoted|moz-cite-prefix|protonmail_quote|zmail_extra(?:_hr)?"
    r"|mail-quote-collapse|OutlookMessageHeader|WordSection1_quoted|tutanota_quote|ms-outlook-mobile-reference-message)\b"
)
_QUOTE_IDS = re.compile(
    r"\b(appendonsend|(?:x_)?divRplyFwdMsg|mail-app-auto-quote|OLK_SRC_BODY_SECTION|isForwardContent|stopSpelling"
    r"|isReplyContent|reply-intro|mail_android_quote|ymail_android_signature_quote|zwchr|AOLMsgPart_\w{1,60}"
    r"|mail-editor-reference-message-container)\b"
)
#: The line that Outlook draws above the fields of what is answered; the last is Windows Mail's.
_OUTLOOK_LINE = re.compile(
    r"border-top:\s*solid\s+#?(E1E1E1|B5C4DF)|border-top:\s*#?(E1E1E1|B5C4DF)\s+1"
    r"|padding-top:\s*5px;\s*border-top-color:\s*rgb\(229,\s*229,\s*229\)",
    re.IGNORECASE,
)
_SPACES = re.compile(r"[ \t\n\r\f\v]+")


class _Reader:
    """Collects lines while tags and words go by."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.line: list[str] = []
        self.verbatim = 0
        self.links: list[tuple[str, int]] = []
        self.quotes = 0
        self.quoted_from: int | None = None

    def open(self, tag: str, said: dict[str, str]) -> None:
        if tag in _BLOCKS:
            self.end_line(is_spaced=tag in _SPACED)
        self._mark(tag, said)
        if tag == "br":
            self.end_line(is_break=True)
        elif tag == "blockquote":
            self.quotes += 1
        elif tag == "li":
            self.line.append("- ")
        elif tag == "pre":
            self.verbatim += 1
        elif tag in _CELLS and any(each.strip() for each in self.line):
            self.line.append(" ")
        elif tag == "a":
            self.links.append((said.get("href", ""), len(self.line)))
        elif tag == "img" and said.get("alt", "").strip():
            self.line.append(said["alt"])

    def _mark(self, tag: str, said: dict[str, str]) -> None:
        if self.quoted_from is not None:
            return
        is_quote = (
            (tag == "blockquote" and said.get("type") == "cite")
            or _QUOTE_CLASSES.search(said.get("class", ""))
            or _QUOTE_IDS.search(said.get("id", ""))
            or _QUOTE_IDS.search(said.get("name", ""))
            or (tag == "div" and _OUTLOOK_LINE.search(said.get("style", "")))
        )
        if is_quote:
            self.end_line()
            self.quoted_from = len(self.lines)

    def shut(self, tag: str) -> None:
        if tag == "a" and self.links:
            self._link(*self.links.pop())
        elif tag in _BLOCKS:
            self.end_line(is_spaced=tag in _SPACED)
            if tag == "blockquote":
                self.quotes = max(0, self.quotes - 1)
            elif tag == "pre":
                self.verbatim = max(0, self.verbatim - 1)

    def _link(self, address: str, start: int) -> None:
        words = "".join(self.line[start:]).strip() if len(self.line) - start < 200 else ""
        if not re.match(r"(https?://|mailto:)", address, re.IGNORECASE) or not words:
            return
        bare = address.removeprefix("mailto:").rstrip("/")
        if bare not in words and words.rstrip("/") not in bare:
            self.line.append(f" <{address}>")

    def say(self, data: str) -> None:
        if self.verbatim:
            first, *rest = data.split("\n")
            self.line.append(first)
            for each in rest:
                self.end_line(is_break=True)
                self.line.append(each)
        else:
            self.line.append(_SPACES.sub(" ", data))

    def end_line(self, *, is_spaced: bool = False, is_break: bool = False) -> None:
        line = "".join(self.line)
        line = line.rstrip() if self.verbatim else _SPACES.sub(" ", line).strip()
        self.line = []
        self.links = [(address, 0) for address, _ in self.links[-2:]]
        mark = "> " * min(self.quotes, 10)
        if line:
            self.lines.append((mark + line).rstrip())
        if (is_spaced or (is_break and not line)) and self.lines and self.lines[-1].strip("> "):
            self.lines.append(mark.rstrip())


def text_of(html: str) -> tuple[str, int | None]:
    """The words of HTML as lines, quotes with `>`; and the number of the line with which the client's quote begins."""
    reader = _Reader()
    for tag, words, attributes in islice(tokens(html[:LONGEST]), MOST):
        if not tag:
            reader.say(words)
        elif tag.startswith("/"):
            reader.shut(tag[1:])
        else:
            reader.open(tag, attributes)
    reader.end_line()
    lines = [line.replace("\xa0", " ").rstrip() for line in reader.lines]
    while lines and not lines[-1].strip("> "):
        lines.pop()
    above = sum(1 for _ in _blank_lines_above(lines))
    text = "\n".join(lines).strip("\n")
    if reader.quoted_from is None:
        return text, None
    return text, max(0, reader.quoted_from - above)


def _blank_lines_above(lines: list[str]) -> list[str]:
    found: list[str] = []
    for line in lines:
        if line:
            break
        found.append(line)
    return found
