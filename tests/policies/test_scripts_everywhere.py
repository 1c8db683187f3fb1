"""Scripts in every field and file of a customer: on no page and in no mail do they become more than text."""

from __future__ import annotations

from datetime import timedelta
from html.parser import HTMLParser

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from inbox.models import OutgoingMail
from tenants import alarms
from tests.policies.desk import Desk
from tests.support.world import make_person
from tests.tickets.portal import visitor
from tickets import actions, links
from tickets.models import Attachment, ComplaintFile

MARK = "zyxmark"
PAYLOADS = [
    f'<script>{MARK}()</script><img src=x onerror="{MARK}()">',
    f'"><svg onload={MARK}()><a href="javascript:{MARK}()">x</a>',
    f"'-{MARK}()-'{{{{7*7}}}}</textarea></title><iframe srcdoc='<script>{MARK}()</script>'>",
]


class Found(HTMLParser):
    """What of a page would run, or was opened by what somebody typed."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.wrong: list[str] = []

    def handle_starttag(self, tag, attrs):
        said = dict(attrs)
        if tag in ("iframe", "object", "embed") or (
            tag == "script" and "src" not in said and "json" not in said.get("type", "")
        ):
            self.wrong.append(f"<{tag}>")
        for name, value in attrs:
            runs = name.startswith("on") or name == "srcdoc" or (value or "").strip().lower().startswith("javascript:")
            if runs:
                self.wrong.append(f"{tag} {name}={value}")


def wrong_on(html: str) -> list[str]:
    found = Found()
    found.feed(html)
    return found.wrong


def test_what_looks_for_them_finds_them():
    assert all(wrong_on(each) for each in PAYLOADS)
    assert wrong_on('<script src="/a.js"></script><p title="&quot;&gt;">1 &lt; 2</p>') == []


@pytest.mark.parametrize("payload", PAYLOADS)
def test_nothing_of_them_runs_on_any_page_or_in_any_mail(desk_on, payload):
    desk: Desk = desk_on("hostiquant")
    at = timezone.now() - timedelta(hours=2)
    mary, name = make_person("Mary", "manager"), f"{payload}.png"
    desk.grace.name = payload[:120]
    desk.grace.save(update_fields=["name"])
    file = lambda: SimpleUploadedFile(name, payload.encode(), "image/svg+xml")  # noqa: E731
    ticket = actions.open_ticket(
        requester=desk.grace, subject=payload[:200], description=payload, files=[file()], at=at
    )
    actions.take(ticket, actor=desk.ada, at=at)
    actions.reply(ticket, author=desk.ada, body="We look.", at=at)
    actions.comment(ticket, author=desk.grace, body=payload, files=[file()], at=at + timedelta(minutes=1))
    complaint = actions.file_complaint(
        ticket, text=payload, others=payload[:200], files=[file()], actor=desk.grace, at=at + timedelta(minutes=2)
    )
    approval = actions.ask_approval(ticket, text="Buy it?", approvers=[desk.grace], actor=desk.ada, at=at)
    actions.answer_approval(approval, answer="declined", comment=payload, actor=desk.grace, at=at)
    steps = actions.send_checklist(ticket, actor=desk.ada, at=at, title="Steps", steps=["Look", "Again"])
    actions.tick(steps.steps.first(), actor=desk.grace, at=at, result=payload)
    alarms.work_due(timezone.now())

    customer, agent, manager = desk.portal(), visitor(desk.tenant, desk.ada), visitor(desk.tenant, mary)
    token = links.token_for(ticket, desk.grace, at=timezone.now())
    pages = [
        (customer, "/"),
        (customer, "/tickets/"),
        (customer, f"/tickets/{ticket.number}/"),
        (customer, "/history/"),
        (customer, f"/complaints/{complaint.pk}/"),
        (customer, f"/approvals/{approval.pk}/"),
        (visitor(desk.tenant), f"/t/{token}/"),
        (agent, "/desk/tickets/?view=every"),
        (agent, f"/desk/tickets/{ticket.number}/"),
        (agent, f"/desk/search?q={MARK}"),
        (manager, "/desk/complaints/"),
        (manager, f"/desk/complaints/{complaint.pk}/"),
    ]
    for reader, path in pages:
        answer = reader.get(path)
        assert answer.status_code == 200, path
        assert wrong_on(answer.content.decode()) == [], path
    for mail in OutgoingMail.objects.all():
        assert wrong_on(mail.html) == [], mail.subject
    assert OutgoingMail.objects.count() >= 3
    for path in (
        *(f"/files/{each.pk}" for each in Attachment.objects.all()),
        f"/complaints/{complaint.pk}/files/{ComplaintFile.objects.get().pk}",
    ):
        sent = customer.get(path)
        assert sent["Content-Disposition"].startswith("attachment")
        assert sent["Content-Type"] == "application/octet-stream"
        assert "sandbox" in sent["Content-Security-Policy"]
