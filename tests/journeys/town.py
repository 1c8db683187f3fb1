"""The five tenants in one set-up, and people who look at them in a real browser."""

from __future__ import annotations

import email
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import policy as mail_policy
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.utils import timezone, translation
from playwright.sync_api import Browser, BrowserContext, Page, expect

from kb.actions import load_articles
from tenants.context import act_as
from tenants.models import Tenant
from tests.support.processes import Web, Worker
from tests.support.world import PASSWORD, commit_tenant, join, make_organization, make_person, set_up_desk
from tickets.models import Team

ARTICLES = Path(settings.BASE_DIR) / "policies" / "articles"
#: Seconds that something may take which the worker does, on a machine that is busy with other tests.
PATIENCE = 180
#: Milliseconds until a page must have done what it was asked for there.
SOON = 60_000


@dataclass(frozen=True, kw_only=True)
class Place:
    """A tenant, and what its customers look for and write there."""

    slug: str
    language: str
    search: str
    article: str
    category: str
    subject: str
    description: str
    answer: str
    #: The first words of the sentence that a customer reads when the answer is late, by the tenant's own rule.
    apology: str
    #: What the policy asks of every request; without it the request waits for its customer.
    authorisation: dict[str, str] = field(default_factory=dict)


PLACES = {
    place.slug: place
    for place in (
        Place(
            slug="ione",
            language="en",
            search="slow program",
            article="000005",
            category="technical",
            subject="The stock program crashes when I print",
            description="It closes as soon as I press Print, since this morning.",
            answer="Please install the update of the printer driver.",
            apology="We have not answered you in the time that we promised.",
        ),
        Place(
            slug="techsupport",
            language="en",
            search="broken page",
            article="000004",
            category="errors",
            subject="The order page looks broken since yesterday",
            description="Half of the pictures are missing.",
            answer="Please clear the cache of your browser.",
            apology="We have not answered you in the time that we aim for.",
        ),
        Place(
            slug="alleanza",
            language="ru",
            search="сервер не отвечает",
            article="000039",
            category="service-problem",
            subject="Сервер не отвечает по SSH с 9:40",
            description="После перезагрузки из панели ping проходит, а SSH нет.",
            answer="Мы перезапустили службу, проверьте, пожалуйста.",
            apology="Мы не ответили вам в гарантированное время.",
            authorisation={"login": "grace", "registered-email": "grace@example.com"},
        ),
        Place(
            slug="justo",
            language="es",
            search="no abre",
            article="000008",
            category="sitio-caido",
            subject="Mi sitio web no abre desde dos equipos",
            description="Desde las 9:20 aparece «Error 500».",
            answer="Reiniciamos el servidor, prueba de nuevo.",
            apology="No te respondimos en el plazo previsto.",
        ),
        Place(
            slug="hostiquant",
            language="en",
            search="403",
            article="000080",
            category="hosting-services",
            subject="The shop shows 403 Forbidden on every page",
            description="Since I uploaded new files by FTP.",
            answer="The permissions of the folder were wrong, we set them right.",
            apology="You have not had an answer within the hour.",
        ),
    )
}


@dataclass
class Town:
    """All tenants of the set-up, behind one web server, one worker, and beat, which rings for what comes later."""

    web: Web
    worker: Worker
    browser: Browser
    mail_folder: Path
    tenants: dict[str, Tenant] = field(default_factory=dict)
    signed_in: dict[tuple[str, str], object] = field(default_factory=dict)

    def settle(self, place: Place, owner_url: str) -> None:
        """Policy, articles and people of a tenant."""
        tenant = commit_tenant(owner_url, place.slug)
        set_up_desk(tenant, place.slug)
        tenant.refresh_from_db()
        with act_as(tenant):
            root = make_person("Root", "admin")
            load_articles(ARTICLES / place.slug, author=root, at=timezone.now())
            ada, grace = make_person("Ada", "agent"), make_person("Grace", language=place.language)
            join(ada, Team.objects.filter(tier__position=1).first())
            make_organization("Initech", grace)
        self.tenants[place.slug] = tenant

    def url(self, place: Place, path: str) -> str:
        """A page of a tenant."""
        return self.web.url(f"{place.slug}.localhost", path)

    def mails(self, place: Place) -> list[str]:
        """The text of every mail that this tenant has sent, oldest first."""
        # What begins with a dot is being written.
        files = sorted((self.mail_folder / place.slug).glob("[!.]*.eml"), key=lambda file: file.stat().st_mtime_ns)
        return [_text_of(file) for file in files]

    @contextmanager
    def visit(self, place: Place, person: str = "", **options: object) -> Iterator[Page]:
        """A browser of its own; signed in as somebody if named. What its console says of errors fails the test."""
        state = self.signed_in.get((place.slug, person)) or (self._sign_in(place, person) if person else None)
        context = self.browser.new_context(
            viewport={"width": 1280, "height": 800}, locale=place.language, storage_state=state, **options
        )
        with listened_to(context) as page:
            yield page

    def _sign_in(self, place: Place, person: str) -> object:
        """Once for each person, since the site takes only so many sign-ins a minute."""
        context = self.browser.new_context(locale=place.language)
        page = context.new_page()
        page.goto(self.url(place, "/accounts/login/"))
        fill_in_sign_in(page, place, person)
        page.wait_for_url(lambda url: "/accounts/login" not in url)
        self.signed_in[place.slug, person] = context.storage_state()
        context.close()
        return self.signed_in[place.slug, person]


@contextmanager
def listened_to(context: BrowserContext) -> Iterator[Page]:
    """A page whose errors, warnings and violations of the content security policy are counted."""
    context.set_default_timeout(SOON)
    heard: list[str] = []
    page = context.new_page()
    page.on("console", lambda said: heard.append(f"{page.url}: {said.text}") if _is_bad(said) else None)
    page.on("pageerror", lambda error: heard.append(f"{page.url}: {error}"))
    try:
        yield page
    finally:
        context.close()
    assert not heard, heard


def _is_bad(said: object) -> bool:
    # Chromium reports a violation of the content security policy as an error. An answer of 422 is how the site
    # says that a form needs a correction, and is reported as one too.
    return said.type in ("error", "warning") and "422" not in said.text  # type: ignore[attr-defined]


def fill_in_sign_in(page: Page, place: Place, person: str) -> None:
    """Mail address and password of a person, and the button."""
    page.fill("input[name=login]", f"{person}@{place.slug}.example")
    page.fill("input[name=password]", PASSWORD)
    page.locator("main form button[type=submit]").first.click()


def sign_in_to_file(page: Page, place: Place, person: str) -> None:
    """On the way to the form: where the policy takes requests without an account, by the form's own link."""
    offered = page.locator("form.filing a[href*='/accounts/login/']")
    expect(offered.or_(page.locator("input[name=login]")).first).to_be_visible()
    if offered.count():
        offered.click()
    fill_in_sign_in(page, place, person)


def fill_in_request(page: Page, place: Place) -> None:
    """The form of the tenant's category, with something in every field that is asked for."""
    page.fill("#id_subject", place.subject)
    page.fill("#id_description", place.description)
    fill_in_answers(page)


def fill_in_answers(page: Page) -> None:
    """What the policy asks besides: who somebody is, what was tried, an address."""
    for asked in page.locator("[name^='answer-']").all():
        if not asked.is_visible():  # its condition is not met
            continue
        kind = asked.evaluate("field => field.tagName === 'SELECT' ? 'select' : field.type")
        if kind == "select":
            asked.select_option(index=1)
        else:
            answers = {"email": "grace@example.com", "url": "https://example.com/", "date": "2026-03-02"}
            asked.fill(answers.get(kind, "12345"))


def said(place: Place, text: str) -> str:
    """A text of the site as the customers of a tenant read it."""
    with translation.override(place.language):
        told = translation.gettext(text)
    assert place.language == "en" or told != text, f"{text!r} in {place.language}"
    return told


def complete(page: Page) -> Page:
    """The page that is shown now, with all its scripts: a key that is pressed before those are there does nothing."""
    page.wait_for_load_state()
    return page


def barriers(page: Page, options: dict[str, object] | None = None) -> list[str]:
    """What axe-core finds wrong on a page as it is shown now."""
    return [
        f"{page.url}: {wrong['id']}: {wrong['help']} {[node['html'][:160] for node in wrong['nodes'][:3]]}"
        for wrong in Axe().run(complete(page), options=options).response["violations"]
    ]


def file_request(page: Page) -> str:
    """Send the form: the number of the ticket. Another journey may have filed the same, which is asked about."""
    page.locator(".filing button.btn-primary").click()
    number, anyway = page.locator(".filed-number"), page.locator("button[name=file_anyway]")
    expect(number.or_(anyway).first).to_be_visible()
    if anyway.count():
        anyway.click()
    return number.inner_text().lstrip("#")


def wait_until(true: Callable[[], object], what: Callable[[], str] | str, page: Page | None = None) -> None:
    """Look often until it is so; fail with what was waited for when it never was.

    With a page where that page's own events are waited for: they are heard only while something is asked of it.
    """
    end = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < end, what() if callable(what) else what
        if page is not None:
            page.wait_for_timeout(200)
        else:
            time.sleep(0.2)


def reload_until(page: Page, selector: str, words: str) -> None:
    """Load the page again until it says so, as somebody does who waits for news."""
    wait_until(lambda: page.reload() and words in page.locator(selector).inner_text(), f"{words!r} on {page.url}")
    expect(page.locator(selector)).to_contain_text(words)


def _text_of(file: Path) -> str:
    message = email.message_from_bytes(file.read_bytes(), policy=mail_policy.default)
    part = message.get_body(preferencelist=("plain",))
    return f"To: {message['To']}\nSubject: {message['Subject']}\n\n{part.get_content() if part else ''}"
