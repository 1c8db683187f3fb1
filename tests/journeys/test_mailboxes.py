"""A mailbox is set up in a browser: tried while it is typed, and nothing typed is lost by that."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone
from playwright.sync_api import expect

from inbox.imap import looking
from inbox.intake import receiving
from inbox.models import ImapAccount, Mailbox
from tenants import alarms
from tenants.context import act_as
from tests.inbox.mails import mail
from tests.journeys.test_beside_the_ticket import looked_at
from tests.journeys.town import PLACES, wait_until
from tests.support.world import MONDAY_9AM


def test_a_mailbox_is_tried_as_it_is_typed_and_then_saved(town):
    place, wrong = PLACES["ione"], []

    with town.visit(place, "root", reduced_motion="reduce") as page:
        page.goto(town.url(place, "/desk/settings/"))
        page.get_by_role("link", name="mailboxes", exact=True).click()
        page.get_by_role("link", name="Add a mailbox").first.click()
        expect(page.locator("#id_host")).to_be_hidden()
        wrong += looked_at(page, "mailbox-forward")
        page.locator("#id_address").fill("sales@ione.example")
        page.get_by_label("We fetch it from a mailbox").check()
        expect(page.locator("#id_client_id")).to_be_hidden()
        page.get_by_role("button", name="Try it").click()
        expect(page.locator("#outcome")).to_contain_text("Enter the name of the mail server.")
        page.locator("#id_host").fill("localhost")
        page.get_by_role("textbox", name="User").fill("sales@ione.example")
        page.get_by_role("textbox", name="Password").fill("hunter2")
        page.get_by_role("button", name="Try it").click()
        expect(page.locator("#outcome")).to_contain_text("private network")
        expect(page.get_by_role("textbox", name="Password")).to_have_value("hunter2")
        wrong += looked_at(page, "mailbox-tried")
        page.get_by_label("Microsoft 365").check()
        expect(page.locator("#id_client_id")).to_be_visible()
        expect(page.get_by_role("textbox", name="Password")).to_be_hidden()
        wrong += looked_at(page, "mailbox-oauth")
        page.get_by_role("radio", name="Password", exact=True).check()
        page.get_by_role("button", name="Save").click()
        expect(page.get_by_text("The mailbox sales@ione.example is saved.")).to_be_visible()

        with act_as(town.tenants[place.slug]):
            # Other journeys have mailboxes in this town, too.
            mailbox = Mailbox.objects.get(address="sales@ione.example")
            account = ImapAccount.objects.filter(mailbox=mailbox)
            # The worker's own first look, which finds nobody, comes before what is told here, and no other one after.
            wait_until(account.exclude(failing_since=None).exists, "a first look at the mailbox", page)
            alarms.cancel(looking.LOOK, account.get().pk)
            held = timezone.now() + timedelta(minutes=30)
            account.update(error="folder", said="Inbox, Sent, Archive", failing_since=MONDAY_9AM, busy_until=held)
            receiving.receive(mail(message_id="<1@pc>"), mailbox=mailbox, at=MONDAY_9AM)
        page.reload()
        wrong += looked_at(page, "mailbox-trouble")
        page.goto(town.url(place, "/desk/mail/mailboxes"))
        expect(page.get_by_text("There are: Inbox, Sent, Archive")).to_be_visible()
        wrong += looked_at(page, "mailboxes")

    with town.visit(place, "root", java_script_enabled=False) as page:
        page.goto(town.url(place, "/desk/mail/mailboxes/new"))
        page.locator("#id_address").fill("offers@ione.example")
        page.get_by_label("We fetch it from a mailbox").check()
        page.locator("#id_host").fill("localhost")
        page.get_by_role("textbox", name="User").fill("offers")
        page.get_by_role("textbox", name="Password").fill("hunter2")
        page.get_by_role("button", name="Try it").click()
        expect(page.locator("#outcome")).to_contain_text("private network")
        expect(page.get_by_role("textbox", name="User")).to_have_value("offers")
    assert wrong == []
