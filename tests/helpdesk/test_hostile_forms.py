"""Every form of the site, filled in by somebody who means no good: nothing answers 500, nothing comes back as HTML.

The forms are found on the pages themselves, so that a new one is tried without anybody thinking of it.
"""

from __future__ import annotations

import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest
from django.core.signals import got_request_exception
from django.db import transaction
from django.test import Client

from tenants.context import act_as
from tenants.models import Tenant, User
from tests.tenants.test_isolation_of_urls import addresses, theirs  # noqa: F401 - a fixture

pytestmark = pytest.mark.django_db
TAG = "<img src=x onerror=zyx()>"
FOREIGN = "\u043f\u0440\u0438\u043d\u0442\u0435\u0440".encode("cp1251") + b"\xe2\x82"
#: Everything at once that fits into most fields: a formula, a face, NUL, a turn of direction, half a surrogate pair,
#: another encoding than the page said, and a letter cut in two.
SHORT = (
    ("=cmd|' /C calc'!A0 \N{FACE WITH TEARS OF JOY}\0\u202e%s{{7*7}}'\"-->" + TAG).encode() + b"\xed\xa0\xbd" + FOREIGN
)
WORD = b"A" * 10_000
MEGABYTE = b"<b>" * 350_000
FREE = {"text", "textarea", "search", "email", "url", "tel", "password"}
#: What ends the visit for all that come after it.
LEFT_OUT = ("/accounts/logout/",)


@dataclass
class Form:
    """A form as it stands on a page."""

    action: str
    fields: dict[str, tuple[str, str]] = field(default_factory=dict)

    @property
    def is_like(self) -> tuple[str, tuple[str, ...]]:
        """The same for a form that stands on several pages."""
        return self.action, tuple(sorted(self.fields))

    def filled(self, free: bytes) -> bytes:
        """As a browser would send it, with this in every free field."""
        return urlencode(
            [(name, free if kind in FREE else value.encode()) for name, (kind, value) in self.fields.items()]
        ).encode()

    def drowned(self) -> bytes:
        """A megabyte in the largest field, ten thousand letters in all others."""
        areas = [name for name, (kind, _) in self.fields.items() if kind == "textarea"] or list(self.fields)
        return urlencode([(name, MEGABYTE if name in areas[:1] else WORD) for name in self.fields]).encode()


class Page(HTMLParser):
    """Collects the forms of a page that are sent by POST."""

    def __init__(self, path: str) -> None:
        super().__init__()
        self.path, self._select = path, ""
        self.forms: list[Form] = []
        self._form: Form | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        if tag == "form":
            action = urlsplit(said.get("action") or self.path)
            self._form = Form(action.path + (f"?{action.query}" if action.query else ""))
            if said.get("method", "").lower() == "post":
                self.forms.append(self._form)
        elif self._form is None:
            return
        elif tag == "option" and self._select and self._select in self._form.fields:
            if "selected" in said or not self._form.fields[self._select][1]:
                self._form.fields[self._select] = ("select", said.get("value", ""))
        elif name := said.get("name"):
            kind = said.get("type", "text") if tag in ("input", "button") else tag
            self._select = name if tag == "select" else ""
            self._form.fields.setdefault(name, (kind, said.get("value", "")))

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None


class Visitor:
    """A browser whose visits leave nothing behind."""

    def __init__(self, tenant: Tenant, person: User | None) -> None:
        self.client = Client(headers={"host": f"{tenant.slug}.localhost"}, raise_request_exception=False)
        if person is not None:
            with act_as(tenant):
                self.client.force_login(person, "tenants.backends.PersonBackend")
        self.cookies = dict(self.client.cookies)
        self.faults: list[str] = []

    @contextmanager
    def _watched(self, what: str) -> Iterator[None]:
        def note(sender: Any, **more: Any) -> None:
            last = traceback.format_exc().strip().splitlines()
            self.faults.append(f"{what}: {last[-1][:300]} ({' | '.join(line.strip() for line in last[-6:-1])[:400]})")

        got_request_exception.connect(note)
        try:
            with transaction.atomic():
                yield
                transaction.set_rollback(True)
        finally:
            got_request_exception.disconnect(note)

    def get(self, path: str) -> str:
        """The page, if it is one."""
        with self._watched(f"GET {path[:80]}"):
            answer = self.client.get(path)
            return self._read(answer, f"GET {path[:80]}")

    def post(self, path: str, body: bytes, what: str) -> None:
        """Sends it, and looks at the answer."""
        self.client.cookies.load({name: morsel.value for name, morsel in self.cookies.items()})
        with self._watched(f"{what} POST {path}"):
            answer = self.client.post(path, body, content_type="application/x-www-form-urlencoded")
            self._read(answer, f"{what} POST {path}")

    def _read(self, answer: Any, what: str) -> str:
        kind = answer.get("Content-Type", "")
        body = b"" if answer.streaming else answer.content
        text = body.decode(errors="replace") if kind.startswith("text/html") else ""
        if answer.status_code >= 500 and answer.status_code != 503:
            self.faults.append(f"{what}: {answer.status_code}")
        if TAG in text:
            self.faults.append(f"{what}: what was typed comes back as HTML")
        return text


@pytest.mark.parametrize("who", ["admin", "customer", "stranger"])
def test_no_form_of_the_site_falls_over_what_is_typed(globex, theirs, settings, who):  # noqa: F811
    settings.ACCOUNT_RATE_LIMITS = False
    with act_as(globex):
        person = User.objects.filter(role__kind=who).order_by("created_at", "id").first()
    visitor, forms, plain = Visitor(globex, person), {}, []
    for address in addresses(theirs):
        if address.path.startswith(("/api/", *LEFT_OUT)) or (address.path.startswith("/desk/") != (who == "admin")):
            continue
        page = Page(address.path)
        page.feed(visitor.get(address.path))
        forms.update({form.is_like: form for form in page.forms if not form.action.startswith(LEFT_OUT)})
        plain.append(address.path)

    for form in forms.values():
        visitor.post(form.action, form.filled(SHORT), "short")
        visitor.post(form.action, form.drowned(), "drowned")
    names = sorted({name for form in forms.values() for name in form.fields})
    everything = urlencode([(name, SHORT) for name in names]).encode()
    known = {urlsplit(form.action).path for form in forms.values()}
    for path in plain:
        visitor.get(f"{path}?{urlencode({'q': SHORT, 'after': SHORT, 'page': FOREIGN, 'state': WORD[:2000]})}")
        if path not in known:
            visitor.post(path, everything, "everything")

    assert visitor.faults == []
    assert len(forms) > {"admin": 60, "customer": 15, "stranger": 5}[who]
