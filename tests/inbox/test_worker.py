"""The whole way with a real worker: a ticket is filed, and its mail lies in the catcher's folder."""

import os
import time
from pathlib import Path

from django.utils import timezone

from inbox.models import OutgoingMail
from tenants.context import act_as
from tests.support.world import make_person, make_ticket


def wait_until(true, seconds=120):
    """Look often, until it is so; False when it never was."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if true():
            return True
        time.sleep(0.2)
    return False


def test_a_filed_ticket_becomes_a_mail_by_a_real_worker(celery_worker_process, acme):
    folder = Path(os.environ["DATA_DIR"]) / "mail" / "acme"

    def mails():  # what begins with a dot is being written
        return set(folder.glob("[!.]*.eml"))

    others = mails()  # of tests before this one, in the same process
    with act_as(acme):
        ticket = make_ticket(make_person("Grace"), at=timezone.now())

    assert wait_until(lambda: mails() - others), celery_worker_process.log

    (file,) = mails() - others
    assert f"[#{ticket.number}] Printer on fire".encode() in file.read_bytes()

    def stamped():
        with act_as(acme):
            return OutgoingMail.objects.get().state == "sent"

    assert wait_until(stamped)
