"""`python -m scripts.mail_demo`: servers of its own, a desk, a customer, an agent in a real browser; then it ends."""

from __future__ import annotations

import logging
import os
import shutil
import sys
import time
import urllib.request
from contextlib import ExitStack
from pathlib import Path

from scripts import browser, dovecot
from scripts.installation import Installation
from scripts.processes import CannotStart, Child, free_port, throwaway_folder, wait_for

HOST, DESK, AGENT, PASSWORD = "acme.localhost", "support@acme.example", "ada@acme.example", "ada-helpdesk-2026"


def main() -> int:
    """Tell the story; 1 where it goes another way."""
    if browser.find() is None:
        print(f"The agent needs a browser: {browser.MISSING}.", file=sys.stderr)
        return 1
    folder = throwaway_folder("helpdesk-mail-")
    try:
        with ExitStack() as stack:
            _tell(folder, stack)
    except (AssertionError, CannotStart) as reason:
        print(f"The story ends here: {reason}", file=sys.stderr)
        return 1
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return 0


def _tell(folder: Path, stack: ExitStack) -> None:
    _say("Starting PostgreSQL, Redis, web server, worker, the door for mail, a mail server and an IMAP server ...")
    installation = stack.enter_context(Installation(folder, say=lambda _: None))
    installation.manage("migrate", "--verbosity=0", as_owner=True, quiet=True)
    smtp_port, lmtp_port, web_port = free_port(), free_port(), free_port()
    installation.environment |= {"MAIL_URL": f"smtp://127.0.0.1:{smtp_port}", "UNDO_SEND_SECONDS": "0"}
    _open_desk(installation)
    worker = ("celery", "-A", "helpdesk", "worker", "--concurrency=2", "--without-gossip", "--without-mingle")
    web = ("uvicorn", "helpdesk.asgi:application", "--host=127.0.0.1", f"--port={web_port}", "--log-level=warning")
    _start(stack, installation.child("worker", *worker, "--loglevel=INFO"), " ready.")
    door = ("django", "serve_lmtp", f"--port={lmtp_port}")
    _start(stack, installation.child("lmtp", *door, DJANGO_SETTINGS_MODULE="helpdesk.settings"), "by LMTP")
    served = installation.child("web", *web, DATABASE_POOL="true")
    _start(stack, served, "")

    from scripts.mail_demo.post import Office
    from scripts.mail_demo.story import tell

    office = stack.enter_context(Office(folder, desk=DESK, lmtp_port=lmtp_port, smtp_port=smtp_port))
    if office.is_real:
        _say(f"The customer's folder lies on Dovecot, {dovecot.find()}.")
    else:
        _say(f"!!! NO DOVECOT: a stand-in in Python keeps the customer's folder, since {dovecot.MISSING}.")

    def url(path: str) -> str:
        return f"http://{HOST}:{web_port}{path}"

    from playwright.sync_api import sync_playwright

    player = stack.enter_context(sync_playwright())
    chromium = player.chromium.launch(executable_path=browser.find(), args=["--no-sandbox", "--disable-gpu"])
    page = chromium.new_context(locale="en", viewport={"width": 1280, "height": 800}).new_page()
    page.set_default_timeout(60_000)
    wait_for(served, lambda: _answers(web_port), seconds=90, what="The web server")
    page.goto(url("/accounts/login/"))
    page.fill("input[name=login]", AGENT)
    page.fill("input[name=password]", PASSWORD)
    page.locator("main form button[type=submit]").first.click()
    page.wait_for_url(lambda address: "/accounts/login" not in address)
    begun = time.monotonic()
    try:
        tell(office, page, url, DESK, _say)
    finally:
        chromium.close()
    _say(f"That took {time.monotonic() - begun:.0f} seconds. All of it went over sockets of this machine.")


def _open_desk(installation: Installation) -> None:
    """A desk on the first policy, with an agent, whose mailbox believes its mail server."""
    owner = installation.environment | {"DATABASE_URL": installation.environment["DATABASE_OWNER_URL"]}
    os.environ.update(owner)
    import django

    django.setup()
    logging.getLogger("mail.log").setLevel(logging.WARNING)  # what the mail server of the other side hears
    from allauth.account.models import EmailAddress
    from django.conf import settings
    from django.db import connections
    from django.utils import timezone

    from helpdesk.policy.apply import apply
    from inbox.intake.routing import own_mailbox
    from scripts.mail_demo.post import AUTHSERV
    from sla.document import SupportPolicy
    from tenants.context import act_as
    from tenants.founding import make_roles
    from tenants.models import Domain, Role, Tenant, User
    from tickets.models import Team, TeamMembership

    tenant = Tenant.objects.create(slug="acme", name="Acme", language="en", languages=["en"], mail_address=DESK)
    Domain.objects.create(tenant=tenant, host=HOST, is_primary=True)
    file = settings.BASE_DIR / "policies" / "ione.yaml"
    with act_as(tenant):
        make_roles()
        apply(SupportPolicy.load(file), source=file.read_text(encoding="utf-8"), at=timezone.now())
        agent = User(role=Role.objects.get(kind="agent"), email=AGENT, name="Ada")
        agent.set_password(PASSWORD)
        agent.save()
        EmailAddress.objects.create(user=agent, email=AGENT, verified=True, primary=True)
        for team in Team.objects.all():
            TeamMembership.objects.create(team=team, user=agent)
        mailbox = own_mailbox(DESK)
        mailbox.authserv = AUTHSERV
        mailbox.save()
    connections.close_all()


def _start(stack: ExitStack, child: Child, word: str) -> None:
    child.start()
    stack.callback(child.stop)
    wait_for(child, lambda: word in child.tail(lines=1_000), seconds=120, what=child.name)


def _answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/livez", timeout=5):
            return True
    except OSError:
        return False


def _say(text: str) -> None:
    print(f"{time.strftime('%H:%M:%S')}  {text}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
