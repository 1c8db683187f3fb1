"""Every list of the product: how long a page of it takes where few tickets are and where many are, and its queries."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.http import urlencode

from bench.filling import AGENT, CUSTOMER, MANAGER, PASSWORD
from bench.measuring import Browser, p95_ms
from tenants.context import act_as
from tenants.models import Tenant
from tickets.models import SavedView, Team

#: What is wanted: so many queries at most, and so many times as long as with few tickets.
QUERIES, TIMES = 15, 2.0
RUNS = 40
#: What is typed into the box above a list.
OPERATORS = 'status:open priority:p3 org:"Company 1" -tag:printer created:>1d'


@dataclass(frozen=True)
class Page:
    """A list: who reads it, its address, and what is posted to it, if anything."""

    reader: str
    path: str
    posted: Mapping[str, str] | None = None


@dataclass(frozen=True)
class Figure:
    """What a list costs: milliseconds that 19 of 20 times suffice, and queries."""

    p95: float
    queries: int


def pages(tenant: Tenant) -> dict[str, Page]:
    """The lists of a tenant of `filling`, by name."""
    with act_as(tenant):
        saved = {view.audience: view.pk for view in SavedView.objects.all()}
        team = Team.objects.get(key="frontline")

    def listed(**asked: str) -> Page:
        return Page(AGENT, f"/desk/tickets/?{urlencode(asked)}")

    everything = {"act": "priority", "everything": "on"}
    return {
        "all active": listed(view="all"),
        "mine": listed(view="mine"),
        "my teams": listed(view="team"),
        "unassigned": listed(view="unassigned"),
        "overdue": listed(view="overdue"),
        "waiting for customers": listed(view="pending"),
        "appeals": listed(view="appeals"),
        "finished lately": listed(view="finished"),
        "every ticket": listed(view="every"),
        **{f"saved view ({audience})": listed(view=str(pk)) for audience, pk in sorted(saved.items())},
        **{f"sorted: {sort}": listed(view="all", sort=sort) for sort in ("priority", "updated", "newest", "due")},
        "every, by priority": listed(view="every", sort="priority"),
        "every, by due time": listed(view="every", sort="due"),
        "conditions": listed(view="every", q=OPERATORS),
        "conditions and words": listed(view="every", q=f"{OPERATORS} restart"),
        "words sorted by change": listed(view="every", q="restart", sort="updated"),
        "a tag": listed(view="every", q="tag:printer"),
        "a customer": listed(view="every", q="from:customer7@bench.example"),
        "all found: active": Page(AGENT, "/desk/tickets/bulk", {**everything, "back": "view=all"}),
        "all found: conditions": Page(
            AGENT, "/desk/tickets/bulk", {**everything, "back": urlencode({"view": "every", "q": OPERATORS})}
        ),
        "search: rare word": Page(AGENT, "/desk/search?q=E00042"),
        "search: common word": Page(AGENT, "/desk/search?q=printer"),
        "search: two words": Page(AGENT, "/desk/search?q=restart+printer"),
        "search: typing error": Page(AGENT, "/desk/search?q=pritner"),
        "my day": Page(AGENT, "/desk/?day=mine"),
        "the desk today": Page(MANAGER, "/desk/?day=desk"),
        "measures": Page(MANAGER, "/desk/measures/"),
        "time spent": Page(MANAGER, "/desk/time/"),
        "people": Page(MANAGER, "/desk/people/"),
        "organisations": Page(MANAGER, "/desk/organizations/"),
        "similar tickets": Page(MANAGER, "/desk/bursts/"),
        "absences": Page(MANAGER, "/desk/absences/"),
        "tags": Page(MANAGER, "/desk/settings/tags"),
        "macros": Page(MANAGER, "/desk/macros/"),
        "saved views": Page(MANAGER, "/desk/views/manage"),
        "team's members": Page(MANAGER, f"/desk/settings/teams/{team.key}"),
        "audit log": Page(MANAGER, "/desk/settings/audit"),
        "mail": Page(MANAGER, "/desk/mail/"),
        "failed work": Page(MANAGER, "/desk/settings/work"),
        "articles": Page(MANAGER, "/desk/articles/"),
        "mail: incoming": Page(MANAGER, "/desk/mail/incoming"),
        "mail: marked addresses": Page(MANAGER, "/desk/mail/bounced"),
        "calls": Page(MANAGER, "/desk/callbacks/"),
        "complaints": Page(MANAGER, "/desk/complaints/"),
        "ratings": Page(MANAGER, "/desk/ratings/"),
        "ratings: what to improve": Page(MANAGER, "/desk/ratings/improve"),
        "fair use": Page(MANAGER, "/desk/fair-use/"),
        "announcements": Page(MANAGER, "/desk/announcements/"),
        "status and incidents": Page(MANAGER, "/desk/status/"),
        "recurring tickets": Page(MANAGER, "/desk/templates/"),
        "portal: home": Page(CUSTOMER, "/"),
        "portal: my tickets": Page(CUSTOMER, "/tickets/"),
        "portal: finished": Page(CUSTOMER, "/tickets/?show=finished"),
        "portal: organisation": Page(CUSTOMER, "/tickets/organization/"),
        "portal: copies": Page(CUSTOMER, "/tickets/copies/"),
        "portal: history": Page(CUSTOMER, "/history/"),
        "portal: fair use": Page(CUSTOMER, "/fair-use/"),
        "portal: announcements": Page(CUSTOMER, "/announcements/"),
        "portal: status": Page(CUSTOMER, "/status/"),
        "knowledge base": Page(CUSTOMER, "/kb/"),
        "knowledge base: search": Page(CUSTOMER, "/kb/search?q=printer"),
        "API: tickets": Page(AGENT, "/api/v1/tickets/"),
        "API: active ones by due": Page(AGENT, "/api/v1/tickets/?ordering=due_at&status_kind=open"),
        "API: words": Page(AGENT, "/api/v1/tickets/?q=printer"),
        "API: people": Page(AGENT, "/api/v1/people/"),
        "API: organisations": Page(AGENT, "/api/v1/organizations/"),
        "API: articles": Page(AGENT, "/api/v1/articles/"),
        "API: ratings": Page(MANAGER, "/api/v1/ratings/"),
        "API: calls": Page(MANAGER, "/api/v1/callbacks/"),
        "API: complaints": Page(MANAGER, "/api/v1/complaints/"),
    }


def measure(port: int, tenant: Tenant) -> dict[str, Figure]:
    """Each list of a tenant, read over the web server, and its queries by a client in this process."""
    host = tenant.domains.get(is_primary=True).host
    browsers = {reader: Browser(port, host) for reader in (AGENT, MANAGER, CUSTOMER)}
    clients = {reader: Client(headers={"host": host}) for reader in browsers}
    for reader, browser in browsers.items():
        browser.sign_in(reader, PASSWORD)
        clients[reader].post("/accounts/login/", {"login": reader, "password": PASSWORD})
    return {
        name: Figure(p95_ms(lambda page=page: _read(browsers[page.reader], page), RUNS), _queries(clients, page))
        for name, page in pages(tenant).items()
    }


def _read(browser: Browser, page: Page) -> str:
    return browser.get(page.path) if page.posted is None else browser.post(page.path, **page.posted)


def _queries(clients: Mapping[str, Client], page: Page) -> int:
    client = clients[page.reader]
    for _ in range(2):  # what is kept in the process is not asked for again
        with CaptureQueriesContext(connection) as captured:
            answer = client.get(page.path) if page.posted is None else client.post(page.path, page.posted)
        if answer.status_code != 200:
            raise RuntimeError(f"{page.path} answered {answer.status_code} to a client in this process.")
    return sum(query["sql"] not in ("BEGIN", "COMMIT") for query in captured)


def report(before: Mapping[str, Figure], after: Mapping[str, Figure], largest: Mapping[str, Figure]) -> None:
    """A line a list: p95 and its ratio to the same tenant beside few tickets, its queries, and the largest tenant's.

    What is over the limits is marked. They are meant for a tenant that has not grown itself: the largest has more rows.
    """
    print(f"\n{'lists':28}{'p95 ms':>9}{'x 10,000':>10}{'queries':>9}{'largest: ms':>13}{'x':>7}{'queries':>9}")
    for name, figure in after.items():
        growth, most = figure.p95 / before[name].p95, largest[name]
        own = f"{figure.p95:9.1f}{growth:10.2f}{figure.queries:9}"
        mark = "  <-- over" if growth > TIMES or max(figure.queries, most.queries) > QUERIES else ""
        print(f"{name:28}{own}{most.p95:13.1f}{most.p95 / before[name].p95:7.2f}{most.queries:9}{mark}")
    print(f"At most {TIMES:g} times and {QUERIES} queries are wanted.\n", flush=True)
