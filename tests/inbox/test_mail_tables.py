"""Lists of mail, articles and announcements as files: narrowed as their pages, for whom may see those, no formulas."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from inbox.intake import routing
from inbox.models import OutgoingMail
from kb.models import Article
from notices.models import Announcement
from tenants.context import act_as
from tenants.models import Role
from tests.inbox.mails import mail
from tests.inbox.test_intake import FAILED, SUPPORT, receive
from tests.kb.conftest import make_article
from tests.support.world import MONDAY_9AM, make_person, make_ticket
from tests.tickets.test_tables import rows_of
from tests.tickets.test_tables import signed_in as _signed_in

signed_in = _signed_in
NAMES = ("mail", "incoming", "articles", "announcements")


def outgoing(address: str, **more) -> OutgoingMail:
    said = {"kind": "news", "state": "sent", "subject": "=1+1", "text": "secret", "message_id": f"<{address}>"}
    return OutgoingMail.objects.create(address=address, created_at=MONDAY_9AM, **{**said, **more})


def test_sent_mail_is_narrowed_as_its_page_and_tells_none_of_its_words(signed_in, root, grace):
    ticket = make_ticket(grace)
    OutgoingMail.objects.all().delete()
    outgoing("a@b.example", ticket=ticket)
    outgoing("c@d.example", state="failed", error="550 No such user")
    outgoing("e@f.example", kind="complaint")
    client = signed_in(root)

    rows = {row[2]: row for row in rows_of(client, "mail")}

    assert set(rows) == {"a@b.example", "c@d.example"}
    assert rows["a@b.example"][1] == "'=1+1" and rows["a@b.example"][4] == str(ticket.number)
    assert "550 No such user" in rows["c@d.example"][8]
    assert "secret" not in str(rows)
    assert [row[2] for row in rows_of(client, "mail", state="failed")] == ["c@d.example"]
    assert [row[2] for row in rows_of(client, "mail", q=str(ticket.number))] == ["a@b.example"]
    assert reverse("desk:export_mail") + "?state=failed" in client.get("/desk/mail/?state=failed").content.decode()


def test_mail_that_came_in_says_what_became_of_it_and_why(signed_in, ada):
    routing.own_mailbox(SUPPORT)
    receive(mail(message_id="<1@x>", subject="@SUM(1)", **FAILED))
    receive(mail(message_id="<2@x>", **{"from": "Joan <joan@new.example>"}))
    client = signed_in(ada)

    (held,) = rows_of(client, "incoming")
    assert "forged" in held[1] and held[2] == "'@SUM(1)" and held[5] == SUPPORT
    assert len(rows_of(client, "incoming", outcome="")) == 2
    (filed,) = rows_of(client, "incoming", outcome="ticket")
    assert filed[3] == "joan@new.example" and filed[7]
    assert reverse("desk:export_incoming") in client.get("/desk/mail/incoming").content.decode()


def test_articles_are_listed_with_their_titles_in_the_readers_language(signed_in, ada, root):
    article = make_article(root, "Unplug it")
    client = signed_in(ada)

    (row,) = rows_of(client, "articles")

    assert row[:2] == [article.display_number, "Unplug it"]
    assert rows_of(client, "articles", q="nothing like it") == []
    assert len(rows_of(client, "articles", status=Article.objects.get().status)) == 1
    assert reverse("desk:export_articles") in client.get(reverse("desk:articles")).content.decode()


def test_announcements_are_listed_with_their_words(signed_in, ada):
    title = {"en": "+Maintenance", "ru": "Работы"}
    Announcement.objects.create(title=title, body="From ten to eleven.", shown_from=MONDAY_9AM)
    client = signed_in(ada)

    (row,) = rows_of(client, "announcements")

    assert row[1:3] == ["'+Maintenance", "From ten to eleven."]
    assert reverse("desk:export_announcements") in client.get(reverse("desk:announcements")).content.decode()


@pytest.mark.parametrize("name", NAMES)
def test_files_are_for_whom_may_see_the_page_and_hold_nothing_of_others(signed_in, root, grace, globex, name):
    with act_as(globex):
        spy = make_person("Spy", "admin")
        outgoing("spy@globex.example")
        make_article(spy, "Spy")
        Announcement.objects.create(title="Spy", shown_from=MONDAY_9AM, author=spy)
    address = reverse(f"desk:export_{name}")
    weak = make_person("Weak", kind="agent")
    weak.role = Role.objects.create(kind=Role.Kind.AGENT, name="Weak", permissions=[])
    weak.save()

    assert signed_in(grace).get(address).status_code == 404
    assert Client(headers={"host": "acme.localhost"}).get(address).status_code in (302, 404)
    assert signed_in(weak).get(address).status_code == (200 if name == "articles" else 404)
    assert "spy" not in str(rows_of(signed_in(root), name)).lower()


@pytest.mark.parametrize(("language", "word"), [("ru", "Тема"), ("es", "Asunto")])
def test_headings_are_in_the_readers_language(signed_in, root, language, word):
    root.language = language
    root.save()

    with translation.override("en"):
        lines = b"".join(signed_in(root).get(reverse("desk:export_mail")).streaming_content).decode()

    assert word in lines
