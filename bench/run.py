"""What is measured, and how it is printed."""

from __future__ import annotations

import argparse
import http.client
import json
import re
import time
import urllib.request
from collections.abc import Callable
from html import unescape
from itertools import cycle
from random import Random
from typing import Any

import psycopg
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from bench import due, filling, lists, live, mail, peers, recalculation, replay
from bench.measuring import Browser, median_ms
from bench.multiply import multiply
from scripts.installation import Installation
from scripts.processes import Child, free_port, wait_for
from tenants.context import act_as
from tenants.models import ApiToken, Tenant, User
from tenants.tasks import sweep
from tickets.models import Ticket

#: Tickets of the tenant that is copied; the largest tenant has this many times as many.
SOURCE_TICKETS, LARGEST = 1_000, 50


class Bench:
    """One run: few tickets first, then all of them, on the same servers."""

    def __init__(self, installation: Installation, wanted: argparse.Namespace) -> None:
        self.installation = installation
        self.wanted = wanted
        # The loader switches referential checks off, which only a superuser may.
        self.owner_url = installation.servers.postgres.url("helpdesk")  # type: ignore[union-attr]
        self.port = free_port()

    def run(self) -> None:
        """Load, measure, load more, measure again, let clocks fall due."""
        first = filling.tenants(self.owner_url, 1)[0]
        begun = time.monotonic()
        filling.fill(first, tickets=SOURCE_TICKETS, now=timezone.now())
        seconds = time.monotonic() - begun
        self._say(f"{SOURCE_TICKETS:,} tickets filed by the real actions in {seconds:.0f} s")
        web = self._start_web()
        try:
            few = self._grow(10)
            before, lists_before = self._measure(few), lists.measure(self.port, few)
            largest = self._grow(self.wanted.tenants)
            self._print(before, self._measure(few), "a tenant like all others")
            self._print(before, self._measure(largest), f"the largest, with {LARGEST} times as many as the others")
            lists.report(lists_before, lists.measure(self.port, few), lists.measure(self.port, largest))
            replay.measure(largest, self._say)
            recalculation.measure(largest, self._replier(largest), self._say)
        finally:
            web.stop()
        mail.measure(self.installation, self.owner_url, self._say)
        live.measure(self.installation, self.owner_url, first, self._say, self.wanted.streams)
        due.measure(self.installation, self.owner_url, self.wanted.due, self._say)

    def _say(self, text: str) -> None:
        print(f"{time.strftime('%H:%M:%S')}  {text}", flush=True)

    def _grow(self, tenants: int) -> Tenant:
        """Fill up to so many tenants, with SOURCE_TICKETS each; the last new one is the largest and is returned."""
        everyone = filling.tenants(self.owner_url, tenants)
        empty = [tenant for tenant in everyone if not self._has_tickets(tenant)]
        if not empty:
            return everyone[-1]
        largest = empty[-1]
        size = LARGEST if tenants > LARGEST else 1
        begun = time.monotonic()
        multiply(
            self.owner_url,
            everyone[0].pk,
            [tenant.pk for tenant in empty],
            lambda tenant: size if tenant == largest.pk else 1,
            self._say,
        )
        self._say(f"grown to {tenants:,} tenants, {self._tickets():,} tickets, in {time.monotonic() - begun:.0f} s")
        return largest

    def _tickets(self) -> int:
        """How many tickets there are, of all tenants."""
        with psycopg.connect(self.owner_url) as owner:
            row = owner.execute("SELECT count(*) FROM tickets_ticket").fetchone()
        return row[0] if row else 0

    def _has_tickets(self, tenant: Tenant) -> bool:
        with act_as(tenant):
            return Ticket.objects.exists()

    def _start_web(self) -> Child:
        child = self.installation.child(
            "web",
            "uvicorn",
            "helpdesk.asgi:application",
            "--host=127.0.0.1",
            f"--port={self.port}",
            "--workers=2",
            "--log-level=warning",
            DATABASE_POOL="true",
        )
        child.start()
        wait_for(child, self._answers, seconds=60, what="web")
        return child

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/livez", timeout=5):
                return True
        except OSError:
            return False

    def _measure(self, tenant: Tenant) -> dict[str, Any]:
        """Milliseconds of each page of a tenant, its queries, and the floors beside it."""
        host = tenant.domains.get(is_primary=True).host
        browser = Browser(self.port, host)
        browser.sign_in(filling.AGENT, filling.PASSWORD)
        number, token = self._prepare(tenant)
        pages = {
            "list": "/desk/tickets/?view=all",
            "list, page 5": self._page_five(browser),
            "list's counts, later": "/desk/views",
            "ticket": f"/desk/tickets/{number}/",
            "search, rare word": "/desk/search?q=E00042",
            "search, common word": "/desk/search?q=printer",
            "portal home": "/",
        }
        figures: dict[str, Any] = {name: median_ms(lambda path=path: browser.get(path)) for name, path in pages.items()}
        figures["filing (API)"] = median_ms(self._filer(host, token))
        figures["bare view"] = median_ms(lambda: browser.get("/livez"))
        figures["sweep, 0 due"] = median_ms(sweep)
        queries, statements = self._queries(host, {**pages})
        figures["queries"] = queries
        figures["list's SQL by hand"] = self._by_hand(tenant, statements["list"])
        figures["search's SQL by hand"] = self._by_hand(tenant, statements["search, common word"])
        return figures

    def _prepare(self, tenant: Tenant) -> tuple[int, str]:
        """A ticket with a conversation, and an agent's token."""
        with act_as(tenant):
            ticket = Ticket.objects.filter(status__kind="open").order_by("-number").first()
            agent = User.objects.get(email=filling.AGENT)
            return ticket.number, ApiToken.issue(agent, "bench")

    def _page_five(self, browser: Browser) -> str:
        """Where the link to the next page leads after four of them."""
        path = "/desk/tickets/?view=all"
        for _ in range(4):
            found = re.search(r'href="([^"]*after=[^"]*)"', browser.get(path))
            if found is None:
                break
            link = unescape(found[1])
            path = link if link.startswith("/") else f"/desk/tickets/{link}"
        return path

    def _filer(self, host: str, token: str) -> Callable[[], object]:
        kept = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        body = json.dumps({"subject": "The lamp is dark", "description": "It stays dark since this morning."})
        headers = {"Host": host, "Authorization": f"Token {token}", "Content-Type": "application/json"}

        def file() -> None:
            kept.request("POST", "/api/v1/tickets/", body, headers)
            answer = kept.getresponse()
            said = answer.read()
            if answer.status != 201:
                raise RuntimeError(f"Filing answered {answer.status}: {said[:300]!r}")

        return file

    def _replier(self, tenant: Tenant) -> Callable[[], object]:
        """A program that answers one open ticket after the other, wherever it stands among them."""
        host = tenant.domains.get(is_primary=True).host
        kept = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        with act_as(tenant):
            token = ApiToken.issue(User.objects.get(email=filling.AGENT), "bench replies")
            numbers = list(Ticket.objects.active().order_by("pk").values_list("number", flat=True))
        chosen = cycle(Random(1).sample(numbers, min(len(numbers), 1_000)))
        headers = {"Host": host, "Authorization": f"Token {token}", "Content-Type": "application/json"}

        def reply() -> None:
            body = json.dumps({"body": "We have found the lamp and bring it today."})
            kept.request("POST", f"/api/v1/tickets/{next(chosen)}/messages/", body, headers)
            answer = kept.getresponse()
            said = answer.read()
            if answer.status != 201:
                raise RuntimeError(f"A reply answered {answer.status}: {said[:300]!r}")

        return reply

    def _queries(self, host: str, pages: dict[str, str]) -> tuple[dict[str, int], dict[str, list[str]]]:
        """How many queries each page takes, and their SQL, from a client in this process."""
        client = Client(headers={"host": host})
        client.post("/accounts/login/", {"login": filling.AGENT, "password": filling.PASSWORD})
        counts, statements = {}, {}
        for name, path in pages.items():
            if client.get(path).status_code != 200:
                raise RuntimeError(f"{path} does not answer to a client in this process.")
            with CaptureQueriesContext(connection) as captured:
                client.get(path)
            statements[name] = [query["sql"] for query in captured if query["sql"] not in ("BEGIN", "COMMIT")]
            counts[name] = len(statements[name])
        return counts, statements

    def _by_hand(self, tenant: Tenant, statements: list[str]) -> float:
        """A page's own statement, run by hand as the app role, in a transaction of that tenant."""
        own = "FROM tickets_search(" if any("FROM tickets_search(" in s for s in statements) else "ORDER BY"
        chosen = max((s for s in statements if "tickets_" in s and own in s and "count(*)" not in s), key=len)
        url = self.installation.environment["DATABASE_URL"]
        with psycopg.connect(url, options="-c join_collapse_limit=1") as hand:

            def act() -> None:
                hand.execute(f"SET LOCAL app.tenant_id = '{tenant.pk}'")
                hand.execute(chosen).fetchall()  # type: ignore[call-overload]
                hand.rollback()

            return median_ms(act)

    def _print(self, before: dict[str, Any], after: dict[str, Any], whose: str) -> None:
        """A line a figure: milliseconds now, ratio to the bare view, to ten thousand tickets, and queries."""
        bare = after["bare view"]
        print(f"\n{whose}")
        print(f"{'':24}{'ms':>9}{'x bare':>9}{'x 10,000':>10}{'queries':>9}   (at {self._tickets():,} tickets)")
        for name, figure in after.items():
            if isinstance(figure, float):
                growth = figure / before[name]
                print(f"{name:24}{figure:9.1f}{figure / bare:9.1f}{growth:10.2f}{after['queries'].get(name, ''):>9}")
        for page, by_hand in (("list", "list's SQL by hand"), ("search, common word", "search's SQL by hand")):
            print(f"{page}: {after[page] / after[by_hand]:.1f} times its SQL by hand")
        peers.report(after, print)
        print(flush=True)
