"""The story of `make mail-demo`, with real sockets: asked by mail, answered in the browser, answered again by mail."""

from __future__ import annotations

import os

import pytest

from inbox.intake.routing import own_mailbox
from scripts.mail_demo.post import AUTHSERV, Office
from scripts.mail_demo.story import ANSWERED, ASKED, BACK, tell
from scripts.processes import free_port
from tenants.context import act_as
from tests.journeys.town import PLACES
from tests.support.processes import MailDoor, Worker
from tickets.models import Ticket

PLACE = PLACES["ione"]


@pytest.fixture
def office(town, tmp_path):
    """The other side, the desk's door, and a worker that sends by it; the town's own worker rests meanwhile."""
    smtp_port = free_port()

    class Sending(Worker):
        def environment(self) -> dict[str, str]:
            return {**os.environ, "MAIL_URL": f"smtp://127.0.0.1:{smtp_port}"}

    door, worker = MailDoor(tmp_path), Sending(tmp_path)
    desk = f"support@{PLACE.slug}.example"
    town.worker.stop()
    try:
        door.start()
        worker.start()
        with Office(tmp_path, desk=desk, lmtp_port=door.port, smtp_port=smtp_port) as office:
            yield office
    finally:
        worker.stop()
        door.stop()
        town.worker.start()


def test_a_mail_is_answered_in_the_browser_and_lands_in_the_customers_folder(town, office):
    with act_as(town.tenants[PLACE.slug]):
        mailbox = own_mailbox(office.desk)
        mailbox.authserv = AUTHSERV
        mailbox.save()
    said: list[str] = []

    with town.visit(PLACE, "ada") as page:
        number = tell(office, page, lambda path: town.url(PLACE, path), office.desk, said.append)

    with act_as(town.tenants[PLACE.slug]):
        messages = Ticket.objects.get(number=number).messages.order_by("posted_at")
        assert [each.body for each in messages] == [ASKED, ANSWERED, BACK]
    assert len(said) == 9
