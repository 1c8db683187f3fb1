"""A form of a page as a browser would send it back: every field with what is in it."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any


class _Fields(HTMLParser):
    """Collects the fields of the forms with a class `policy-form`."""

    def __init__(self) -> None:
        super().__init__()
        self.values: dict[str, Any] = {}
        self.inside = False
        self.open: str | None = None  # a textarea
        self.select: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        own = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.inside = "policy-form" in own.get("class", "").split()
        if not self.inside:
            return
        name = own.get("name", "")
        if tag == "input":
            self._input(name, own)
        elif tag == "textarea":
            self.open, self.values[name] = name, ""
        elif tag == "select":
            self.select = name
        elif tag == "option" and self.select and "selected" in own:
            self._add(self.select, own.get("value", ""))

    def _input(self, name: str, own: dict[str, str]) -> None:
        kind = own.get("type", "text")
        if not name or kind == "file" or "disabled" in own:
            return
        if kind in ("checkbox", "radio"):
            if "checked" in own:
                self._add(name, own.get("value", "on"))
        else:
            self.values[name] = own.get("value", "")

    def _add(self, name: str, value: str) -> None:
        former = self.values.get(name)
        self.values[name] = value if former is None else [*([former] if isinstance(former, str) else former), value]

    def handle_data(self, data: str) -> None:
        if self.open is not None:
            self.values[self.open] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea" and self.open is not None:
            # The first line break after the tag is none.
            self.values[self.open] = self.values[self.open].removeprefix("\n")
            self.open = None
        elif tag == "select":
            self.select = None
        elif tag == "form":
            self.inside = False


def fields_of(response: Any) -> dict[str, Any]:
    """Name and value of each field; a list of values where several are chosen."""
    parser = _Fields()
    parser.feed(response.content.decode())
    parser.values.pop("csrfmiddlewaretoken", None)
    return parser.values
