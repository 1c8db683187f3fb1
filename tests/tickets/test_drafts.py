"""Drafts on the server, their files, replies that can be called back, and replies that go at a chosen time."""

import re
from datetime import timedelta

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from inbox.models import OutgoingMail
from tenants import alarms
from tenants.models import Alarm
from tenants.models import Role as RoleOfPeople
from tests.support.world import make_organization, make_person, make_ticket
from tests.tickets.portal import text_of, visitor
from tickets import actions, events, formatting
from tickets.actions.drafting import SEND, TIDY
from tickets.actions.linking import Role
from tickets.errors import AlreadySent, ConversationChanged, DraftChanged, SendTimePast, TooManyFiles
from tickets.models import Attachment, Draft, Event, Message, Status
from tickets.relaying import Reach

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 64
LATER = timedelta(hours=1)


@pytest.fixture
def ticket(grace):
    return make_ticket(grace, at=timezone.now() - timedelta(minutes=5))


@pytest.fixture
def as_ada(at_acme, ada):
    return visitor(at_acme, ada)


@pytest.fixture
def now():
    return timezone.now()


def picture(name="shot.png"):
    return SimpleUploadedFile(name, PNG, content_type="image/png")


def path(ticket, what=""):
    return f"/desk/tickets/{ticket.number}/{what}"


def send(client, ticket, **fields):
    return client.post(path(ticket, "send"), {"kind": "reply", "body": "Unplug it.", **fields})


# --- Drafts ---


def test_a_draft_is_restored_in_another_browser(at_acme, ada, as_ada, ticket):
    saved = as_ada.post(path(ticket, "draft"), {"kind": "reply", "body": "Unplug", "revision": 0, "status": "pending"})
    assert saved.json() == {"revision": 1}

    page = visitor(at_acme, ada).get(path(ticket))

    form = page.context["composer"]
    assert (form["body"].value(), form["revision"].value(), form["status"].value()) == ("Unplug", 1, "pending")
    assert 'value="pending" selected' in page.content.decode()


def test_who_is_to_read_it_is_kept_and_chosen_again_after_a_reload(as_ada, mary, ticket):
    actions.link(ticket, make_ticket(make_person("Bob")), Role.CHILD, actor=mary, at=timezone.now())
    as_ada.post(path(ticket, "draft"), {"kind": "reply", "body": "Only us", "revision": 0, "reach": "here"})
    as_ada.post(path(ticket, "draft"), {"kind": "note", "body": "A note, written later", "revision": 0})

    page = as_ada.get(path(ticket))

    assert page.context["composer"]["kind"].value() == "note"
    assert page.context["composer"]["reach"].value() == "here", "the next click turns to the reply"
    assert page.context["desk"].state["reply"]["reach"] == "here"
    assert 'value="here" selected' in page.content.decode()
    stale = {"kind": "reply", "body": "Only us", "revision": 0, "reach": "children"}
    assert as_ada.post(path(ticket, "draft"), stale).status_code == 409
    assert as_ada.post(path(ticket, "draft"), {**stale, "reach": "everybody"}).status_code == 422


def test_of_two_texts_that_become_one_the_narrower_reach_holds(as_ada, ada, mary, ticket, now):
    actions.link(ticket, make_ticket(make_person("Bob")), Role.CHILD, actor=mary, at=now)
    options = {"send_at": now + timedelta(seconds=9), "is_scheduled": False, "at": now}
    sent = actions.send_later(ticket, author=ada, body="To all", reach="children", **options)
    as_ada.post(path(ticket, "draft"), {"kind": "reply", "body": "To one", "revision": 0, "reach": "here"})

    actions.take_back(sent.pk, actor=ada, at=now)

    assert Draft.objects.get().reach == "here"


def test_each_person_and_kind_has_a_draft_of_its_own(at_acme, mary, as_ada, ticket):
    for kind in ("reply", "note"):
        as_ada.post(path(ticket, "draft"), {"kind": kind, "body": f"my {kind}", "revision": 0})

    page = as_ada.get(path(ticket))
    assert page.context["composer"]["body"].value() == "my note"
    assert {kind: draft["body"] for kind, draft in page.context["desk"].state.items()} == {
        "reply": "my reply",
        "note": "my note",
    }
    assert "my note" not in visitor(at_acme, mary).get(path(ticket)).content.decode()


def test_the_older_window_is_told_rather_than_overwriting(as_ada, ticket):
    first = {"kind": "reply", "body": "one", "revision": 0}
    as_ada.post(path(ticket, "draft"), first)

    refused = as_ada.post(path(ticket, "draft"), {**first, "body": "other"})

    assert refused.status_code == 409
    assert refused.json()["code"] == "draft_changed"
    assert refused.json()["draft"]["body"] == "one"
    assert Draft.objects.get().body == "one"
    assert as_ada.post(path(ticket, "draft"), first).json() == {"revision": 1}, "the very same text is no conflict"


def test_sending_from_the_older_window_shows_the_newer_text_first(as_ada, ticket):
    as_ada.post(path(ticket, "draft"), {"kind": "reply", "body": "the newer text", "revision": 0})

    refused = send(as_ada, ticket, body="the older text", revision=0)

    assert refused.status_code == 422
    assert "changed in another window" in text_of(refused)
    assert "the newer text" in text_of(refused)
    assert refused.context["composer"]["body"].value() == "the older text"
    assert not Message.objects.filter(by_staff=True).exists()
    again = send(as_ada, ticket, body="the older text", revision=refused.context["composer"]["revision"].value())
    assert again.status_code == 302
    assert Message.objects.get(by_staff=True).body == "the older text"
    assert not Draft.objects.exists()


def test_a_window_whose_draft_was_sent_elsewhere_is_told(as_ada, ticket):
    as_ada.post(path(ticket, "draft"), {"kind": "reply", "body": "one", "revision": 0})
    send(as_ada, ticket, body="one", revision=1)

    refused = as_ada.post(path(ticket, "draft"), {"kind": "reply", "body": "one more", "revision": 1})

    assert refused.status_code == 409
    assert refused.json()["draft"] is None
    assert not Draft.objects.exists()


def test_an_emptied_draft_goes_away(as_ada, ticket):
    as_ada.post(path(ticket, "draft"), {"kind": "reply", "body": "one", "revision": 0})
    as_ada.post(path(ticket, "draft"), {"kind": "reply", "body": " ", "revision": 1})

    assert not Draft.objects.exists()


def test_a_changed_conversation_refuses_the_reply_shows_the_change_and_keeps_the_draft(as_ada, grace, ticket):
    seen = as_ada.get(path(ticket)).context["composer"]["seen"].value()
    as_ada.post(path(ticket, "draft"), {"kind": "reply", "body": "Unplug it.", "revision": 0, "seen": seen})
    actions.comment(ticket, author=grace, body="It is out already!", at=timezone.now())

    refused = send(as_ada, ticket, seen=seen, revision=1)

    assert refused.status_code == 422
    assert "Something happened on this ticket while you wrote" in text_of(refused)
    assert [item.message.body for item in refused.context["changed_items"]] == ["It is out already!"]
    assert refused.context["composer"]["body"].value() == "Unplug it."
    assert Draft.objects.get().body == "Unplug it."


def test_a_sign_in_that_ended_while_typing_is_said_and_loses_nothing(at_acme, as_ada, ticket):
    headers = {"origin": "http://acme.localhost"}
    refused = visitor(at_acme).post(
        path(ticket, "draft"), {"kind": "reply", "body": "x", "revision": 0}, headers=headers
    )
    came_back = visitor(at_acme).post(
        path(ticket, "send"),
        {"kind": "reply", "body": "Two\nlines", "html": "<p><b>Two</b><br>lines</p>"},
        headers=headers,
    )

    assert refused.status_code == 403
    assert "Two\nlines</textarea>" in came_back.content.decode()
    assert '<input type="hidden" name="html"' in came_back.content.decode()


def test_a_ticket_that_went_to_another_team_gives_the_text_back(at_acme, ticket):
    linus = make_person("Linus", "agent")
    RoleOfPeople.objects.filter(pk=linus.role_id).update(permissions=["ticket.reply"])

    refused = send(visitor(at_acme, linus), ticket, body="What I wrote")

    assert refused.status_code == 404
    assert "What I wrote" in text_of(refused)
    assert "may have gone to another team" in text_of(refused)


def test_what_is_typed_on_a_ticket_that_is_merged_meanwhile_is_not_lost(as_ada, ada, mary, grace, ticket):
    as_ada.post(path(ticket, "draft"), {"kind": "reply", "body": "Half a sente", "revision": 0})
    stays = make_ticket(grace, "The same")
    actions.merge(ticket, into=stays, actor=mary, at=timezone.now())
    assert "Half a sente" in text_of(as_ada.get(path(stays)))

    refused = send(as_ada, ticket, body="Half a sentence", revision=1)

    assert refused.status_code == 422
    assert f"Ticket {ticket.number} was merged into ticket {stays.number}. Go on there" in text_of(refused)
    assert "Half a sentence" in text_of(refused)
    # Another window may still save on the old one; that is shown there, to be taken along or thrown away.
    as_ada.post(path(ticket, "draft"), {"kind": "reply", "body": "Half a sentence, again", "revision": 0})
    assert "Half a sentence, again" in text_of(as_ada.get(path(ticket)))
    assert as_ada.post(path(ticket, "draft/discard"), {"kind": "reply"}).status_code == 302
    assert [draft.ticket_id for draft in Draft.objects.all()] == [stays.pk]


def test_drafts_left_are_listed_in_one_query(ada, grace, as_ada, django_assert_num_queries):
    for number in range(3):
        one = make_ticket(grace, f"Printer {number}")
        as_ada.post(path(one, "draft"), {"kind": "reply", "body": "x", "revision": 0})

    with django_assert_num_queries(1):
        left = [(draft.ticket.subject, str(draft.ticket.status), draft.body) for draft in Draft.objects.left_by(ada)]

    assert [subject for subject, _, _ in left] == ["Printer 2", "Printer 1", "Printer 0"]


def test_of_a_ticket_out_of_sight_only_the_own_words_are_listed(ada, as_ada, ticket):
    as_ada.post(path(ticket, "draft"), {"kind": "reply", "body": "My own words", "revision": 0})
    assert ticket.subject in text_of(as_ada.get("/desk/?day=mine"))
    ada.role.permissions.remove("ticket.see_all")
    ada.role.save()

    page = as_ada.get("/desk/?day=mine")

    assert "My own words" in text_of(page)
    assert "On a ticket that you no longer see" in text_of(page)
    assert ticket.subject not in page.content.decode()
    assert path(ticket) not in page.content.decode()


def test_drafts_are_for_staff_who_see_the_ticket(at_acme, as_grace, globex, ticket):
    assert as_grace.post(path(ticket, "draft"), {"kind": "reply", "body": "x", "revision": 0}).status_code == 404
    assert visitor(globex).post(path(ticket, "draft"), {"kind": "reply", "body": "x"}).status_code in (302, 403)
    assert not Draft.objects.exists()


# --- Formatting and pictures ---


def test_a_formatted_reply_is_cleaned_kept_and_shown_everywhere(as_ada, as_grace, ada, grace, ticket):
    html = '<p>Do <b onclick="alert(1)">this</b></p><ul><li><p>now</p></li></ul>'
    send(as_ada, ticket, body="Do this\n\nnow", html=html)

    message = Message.objects.get(by_staff=True)
    assert message.html == "<p>Do <strong>this</strong></p><ul><li><p>now</p></li></ul>"
    assert message.body == "Do this\n\n- now"
    assert message.html in as_grace.get(f"/tickets/{ticket.number}/").content.decode()
    assert message.html in as_ada.get(path(ticket)).content.decode()
    alarms.work_due(timezone.now(), drop=["mail.send"])
    mail = OutgoingMail.objects.get(recipient=grace, kind="reply")
    assert "<strong>this</strong>" in mail.html
    assert "- now" in mail.text


def test_a_picture_stands_in_the_text_and_goes_with_the_mail(as_ada, as_grace, grace, ticket):
    kept = as_ada.post(path(ticket, "draft/files"), {"kind": "reply", "inline": "on", "file": picture()}).json()
    html = f'<p>Look: <img src="{kept["url"]}" alt="shot"></p>'
    assert as_ada.get(kept["url"])["Content-Type"] == "image/png"
    assert as_grace.get(kept["url"]).status_code == 404

    send(as_ada, ticket, body="Look:", html=html)

    message = Message.objects.get(by_staff=True)
    assert formatting.pictures_in(message.html) == {Attachment.objects.get(message=message).pk}
    page = as_grace.get(f"/tickets/{ticket.number}/").content.decode()
    assert f'<img src="{kept["url"]}" alt="shot">' in page
    assert "attachment-name" not in page
    assert as_grace.get(kept["url"])["Content-Type"] == "image/png"
    alarms.work_due(timezone.now(), drop=["mail.send"])
    from inbox.mail.message import message_of

    wire = message_of(OutgoingMail.objects.get(recipient=grace, kind="reply")).message()
    assert wire.get_content_type() == "multipart/related"
    assert f"<{kept['id']}@pictures>" in [part["Content-ID"] for part in wire.walk()]


def test_a_picture_of_somebody_elses_draft_is_not_taken(as_ada, mary, at_acme, ticket):
    kept = visitor(at_acme, mary).post(path(ticket, "draft/files"), {"kind": "note", "inline": "on", "file": picture()})

    send(as_ada, ticket, body="Look", html=f'<p><b>Look</b><img src="{kept.json()["url"]}" alt="x"></p>')

    assert Message.objects.get(by_staff=True).html == "<p><strong>Look</strong></p>"


def test_files_that_were_taken_out_of_a_draft_do_not_go(as_ada, ticket, django_capture_on_commit_callbacks):
    off = as_ada.post(path(ticket, "draft/files"), {"kind": "reply", "file": picture("off.png")}).json()
    unused = as_ada.post(path(ticket, "draft/files"), {"kind": "reply", "inline": "on", "file": picture("unused.png")})
    as_ada.post(path(ticket, "draft/files"), {"kind": "reply", "file": picture("stays.png")})
    stored = {each.name: each.file.name for each in Attachment.objects.all()}

    with django_capture_on_commit_callbacks(execute=True):
        assert as_ada.post(path(ticket, f"draft/files/{off['id']}/remove")).status_code in (204, 302)
        send(as_ada, ticket, revision=0)

    assert unused.status_code == 201
    assert [each.name for each in Message.objects.get(by_staff=True).attachments.all()] == ["stays.png"]
    assert {name: default_storage.exists(file) for name, file in stored.items()} == {
        "off.png": False,
        "unused.png": False,
        "stays.png": True,
    }


def test_a_picture_of_25_megabytes_has_its_sentence_and_is_not_kept(as_ada, ticket):
    large = SimpleUploadedFile("photo.png", PNG + bytes(25 * 1024 * 1024), content_type="image/png")

    refused = as_ada.post(path(ticket, "draft/files"), {"kind": "reply", "inline": "on", "file": large})

    assert refused.status_code == 409
    assert refused.json()["detail"].startswith("photo.png is larger than")
    assert not Attachment.objects.exists()
    assert not Draft.objects.exists()


def test_a_file_named_like_a_path_is_only_a_name(as_ada, ticket):
    kept = as_ada.post(path(ticket, "draft/files"), {"kind": "reply", "file": picture("../../x")}).json()

    attachment = Attachment.objects.get(pk=kept["id"])
    assert kept["name"] == attachment.name == "x"
    assert attachment.file.name == f"{attachment.tenant_id}/{attachment.key}"


def test_an_upload_that_breaks_off_is_not_kept(as_ada, ticket):
    whole = b'--b\r\nContent-Disposition: form-data; name="kind"\r\n\r\nreply\r\n--b\r\n'
    half = whole + b'Content-Disposition: form-data; name="file"; filename="a.png"\r\nContent-Type: image/png\r\n'

    refused = as_ada.generic("POST", path(ticket, "draft/files"), half, content_type="multipart/form-data; boundary=b")

    assert refused.status_code in (400, 422)
    assert "did not arrive whole" in refused.json()["detail"]
    assert not Attachment.objects.exists()


def test_a_draft_takes_as_many_files_as_a_message(ada, ticket, now, settings):
    settings.ATTACHMENT_MAX_COUNT = 1
    draft = actions.open_draft(ticket, author=ada, kind="reply", at=now)
    actions.add_file(draft, picture(), is_inline=False, at=now)

    with pytest.raises(TooManyFiles):
        actions.add_file(draft, picture(), is_inline=False, at=now)


def test_what_is_left_on_a_draft_is_tidied_by_an_alarm(ada, ticket, now):
    draft = actions.open_draft(ticket, author=ada, kind="reply", at=now)
    unused = actions.add_file(draft, picture(), is_inline=True, at=now)
    assert Alarm.objects.get(kind=TIDY).subject == draft.pk

    alarms.work_due(now + timedelta(days=2), drop=["mail.tell", "mail.send", "clock"])

    assert not Attachment.objects.filter(pk=unused.pk).exists()
    assert not Draft.objects.exists()


# --- Undo ---


def test_a_reply_rests_and_can_be_called_back(as_ada, ticket):
    send(as_ada, ticket, body="Unplug it.", html="<p><b>Unplug</b> it.</p>", rest=10, status="pending")
    draft = Draft.objects.get()
    assert not Message.objects.filter(by_staff=True).exists()
    assert "about to go" in text_of(as_ada.get(path(ticket)))

    back = as_ada.post(f"/desk/replies/{draft.pk}/take-back", follow=True)

    assert back.context["composer"]["body"].value() == "Unplug it."
    assert back.context["composer"]["html"].value() == "<p><strong>Unplug</strong> it.</p>"
    assert back.context["composer"]["status"].value() == "pending"
    assert not Alarm.objects.filter(kind=SEND).exists()
    assert not Event.objects.filter(verb__startswith="reply.").exists()


def test_without_a_script_a_reply_goes_at_once(as_ada, ticket):
    send(as_ada, ticket)

    assert Message.objects.get(by_staff=True).body == "Unplug it."


def test_a_reply_goes_by_its_alarm_with_its_files_and_status_when_the_browser_is_gone(as_ada, ticket):
    as_ada.post(path(ticket, "draft/files"), {"kind": "reply", "file": picture()})
    send(as_ada, ticket, rest=10, status="pending", files=SimpleUploadedFile("a.txt", b"a"))
    draft = Draft.objects.get()

    sent_at = draft.send_at + timedelta(seconds=3)
    with_time = Alarm.objects.get(kind=SEND)
    assert with_time.at == draft.send_at
    from tickets.actions.scheduling import rang

    rang(draft.pk, sent_at)
    rang(draft.pk, sent_at)

    message = Message.objects.get(by_staff=True)
    assert message.pk == draft.pk
    assert message.posted_at == sent_at
    assert {each.name for each in message.attachments.all()} == {"shot.png", "a.txt"}
    ticket.refresh_from_db()
    assert ticket.status.key == "pending"
    assert ticket.clocks.get(metric="first_response").fulfilled_at == sent_at.replace(microsecond=0)


def test_when_the_seconds_are_over_the_page_is_told_to_look_for_the_message(as_ada, ticket):
    send(as_ada, ticket, rest=10)
    pk = Draft.objects.get().pk

    shown = as_ada.post(f"/desk/replies/{pk}/send", headers={"hx-request": "true"})
    again = as_ada.post(f"/desk/replies/{pk}/send", headers={"hx-request": "true"})

    assert shown.headers["HX-Trigger"] == again.headers["HX-Trigger"] == "ticket:changed"
    assert shown.content == again.content == b""
    assert "Unplug it." in text_of(as_ada.get(f"/desk/tickets/{ticket.number}/"))
    assert Message.objects.filter(by_staff=True).count() == 1
    assert "already" in text_of(as_ada.post(f"/desk/replies/{pk}/take-back", follow=True))


def test_what_rests_goes_before_what_is_sent_next(as_ada, ticket):
    send(as_ada, ticket, body="First.", rest=10)
    send(as_ada, ticket, body="Second.", rest=10)

    assert [each.body for each in Message.objects.filter(by_staff=True)] == ["First."]
    assert [each.body for each in Draft.objects.all()] == ["Second."]


def test_what_rests_and_may_not_go_comes_back_before_the_next_is_sent(as_ada, grace, ticket):
    send(as_ada, ticket, body="First.", rest=10, seen=as_ada.get(path(ticket)).context["ticket"].last_event)
    at = timezone.now()
    as_ada.post(path(ticket, "draft/files"), {"kind": "reply", "file": picture()})
    as_ada.post(path(ticket, "draft"), {"kind": "reply", "body": "Second.", "revision": 0})
    events.record(ticket, "message.posted", actor=grace, at=at, message="", kind="public", by="customer")

    refused = send(as_ada, ticket, body="Second.", revision=1)

    assert refused.status_code == 422
    assert refused.context["composer"]["body"].value() == "Second."
    assert not Message.objects.filter(by_staff=True).exists()
    draft = Draft.objects.get()
    assert (draft.body, draft.send_at, draft.files.count()) == ("First.\n\nSecond.", None, 1)
    assert "First." in text_of(refused)
    form = refused.context["composer"]
    send(as_ada, ticket, body="Both.", revision=form["revision"].value())
    posted = Message.objects.get(by_staff=True)
    assert (posted.body, posted.attachments.count()) == ("Both.", 1)


def locks(queries):
    """Which tables statements lock or write rows of, in order."""
    found = [re.search(r'(?:FROM|INTO|UPDATE|JOIN) "(tickets_(?:ticket|draft))"', each["sql"]) for each in queries]
    wanted = [
        match[1]
        for match, each in zip(found, queries, strict=True)
        if match and ("FOR UPDATE" in each["sql"] or each["sql"].startswith(("INSERT", "UPDATE", "DELETE")))
    ]
    return list(dict.fromkeys(wanted))


def test_the_ticket_is_locked_before_its_drafts_so_that_nobody_waits_crosswise(as_ada, ada, ticket, now):
    with CaptureQueriesContext(connection) as begun:
        actions.save_draft(ticket, author=ada, kind="reply", revision=0, body="Unplug", at=now)
    with CaptureQueriesContext(connection) as sent:
        send(as_ada, ticket, revision=1)

    inserted = next(at for at, each in enumerate(begun) if each["sql"].startswith('INSERT INTO "tickets_draft"'))
    assert "tickets_ticket" in locks(begun[:inserted])
    assert locks(sent)[:2] == ["tickets_ticket", "tickets_draft"]


def test_a_file_that_went_meanwhile_stays_on_the_message(as_ada, ticket, django_capture_on_commit_callbacks):
    kept = as_ada.post(path(ticket, "draft/files"), {"kind": "reply", "file": picture()}).json()
    draft = Draft.objects.get()
    file = Attachment.objects.get(pk=kept["id"]).file.name
    with django_capture_on_commit_callbacks(execute=True), CaptureQueriesContext(connection) as queries:
        actions.remove_file(draft, "00000000-0000-0000-0000-000000000000")
    assert locks(queries) == ["tickets_draft"]

    with django_capture_on_commit_callbacks(execute=True):
        send(as_ada, ticket, revision=0)
        actions.remove_file(draft, kept["id"])

    assert Message.objects.get(by_staff=True).attachments.count() == 1
    assert default_storage.exists(file)


def test_what_was_begun_meanwhile_comes_after_what_is_called_back(as_ada, ada, ticket):
    send(as_ada, ticket, body="First.", rest=10)
    waiting = Draft.objects.get()
    as_ada.post(path(ticket, "draft"), {"kind": "reply", "body": "Begun.", "revision": 0})

    actions.take_back(waiting.pk, actor=ada, at=timezone.now())

    assert Draft.objects.get().body == "First.\n\nBegun."


def test_only_the_author_sees_and_stops_what_rests(at_acme, as_ada, mary, ticket):
    send(as_ada, ticket, rest=10)
    pk = Draft.objects.get().pk

    assert "about to go" not in text_of(visitor(at_acme, mary).get(path(ticket)))
    assert "Your role does not allow this" in text_of(
        visitor(at_acme, mary).post(f"/desk/replies/{pk}/take-back", follow=True)
    )


# --- Later ---


def schedule(ticket, author, now, **more):
    return actions.send_later(ticket, author=author, body="Good morning.", send_at=now + LATER, at=now, **more)


def test_a_reply_is_scheduled_by_a_preset_and_seen_by_all(at_acme, as_ada, mary, ticket):
    at = as_ada.get(path(ticket)).context["desk"].times[0][0]
    send(as_ada, ticket, later=at.isoformat(), body="Good morning.")

    draft = Draft.objects.get()
    assert (draft.send_at, draft.is_scheduled) == (at, True)
    seen = text_of(visitor(at_acme, mary).get(path(ticket)))
    assert "goes at" in seen
    assert "Good morning." in seen
    assert "scheduled a reply" in seen


def test_a_time_is_typed_in_the_readers_zone_and_the_past_is_refused(as_ada, ada, ticket, now):
    ada.timezone = "Asia/Tokyo"
    ada.save()
    tomorrow = (now + timedelta(days=1)).date()
    send(as_ada, ticket, later="chosen", send_at=f"{tomorrow}T09:00")
    assert Draft.objects.get().send_at.isoformat() == f"{tomorrow}T00:00:00+00:00"

    refused = send(as_ada, ticket, later="chosen", send_at="2020-01-01T09:00", body="Kept")
    assert "This time has passed already" in text_of(refused)
    assert refused.context["composer"]["body"].value() == "Kept"
    nothing = send(as_ada, ticket, later="chosen", send_at="", body="Kept")
    assert "Choose a day and a time." in text_of(nothing)


def test_when_the_customer_writes_first_it_is_a_draft_again_and_its_author_is_told(as_ada, ada, grace, ticket, now):
    schedule(ticket, ada, now)

    actions.comment(ticket, author=grace, body="Never mind", at=now + timedelta(minutes=1))

    draft = Draft.objects.get()
    assert (draft.send_at, draft.returned) == (None, "customer")
    assert not Alarm.objects.filter(kind=SEND).exists()
    assert "The customer wrote before your reply went" in text_of(as_ada.get(path(ticket)))
    alarms.work_due(now + timedelta(minutes=2), drop=["mail.send"])
    assert OutgoingMail.objects.filter(recipient=ada, text__contains="the customer wrote first").exists()


def test_when_a_colleague_moved_on_it_is_a_draft_again_at_its_time(ada, mary, ticket, now):
    schedule(ticket, ada, now)
    actions.reply(ticket, author=mary, body="I answer.", at=now + timedelta(minutes=1))

    alarms.work_due(now + LATER, drop=["mail.tell", "mail.send", "clock"])

    assert (Draft.objects.get().send_at, Draft.objects.get().returned) == (None, "changed")
    assert [each.body for each in Message.objects.filter(by_staff=True)] == ["I answer."]
    assert Event.objects.filter(verb="reply.returned", data__because="changed").exists()


def test_a_ticket_that_was_merged_meanwhile_gives_it_back(ada, mary, grace, ticket, now):
    schedule(ticket, ada, now)
    stays = make_ticket(grace, "The same")
    actions.merge(ticket, into=stays, actor=mary, at=now)

    alarms.work_due(now + LATER, drop=["mail.tell", "mail.send", "clock"])

    draft = Draft.objects.get()
    assert (draft.returned, draft.ticket) == ("changed", stays)


def test_an_author_who_may_no_longer_see_the_ticket_has_it_as_a_draft(ada, ticket, now):
    schedule(ticket, ada, now)
    ada.role.permissions = [each for each in ada.role.permissions if each != "ticket.see_all"]
    ada.role.save()

    alarms.work_due(now + LATER, drop=["mail.tell", "mail.send", "clock"])

    assert not Message.objects.filter(by_staff=True).exists()
    assert (Draft.objects.get().send_at, Draft.objects.get().returned) == (None, "refused")


def test_a_colleague_stops_it_and_the_author_has_it_as_a_draft(at_acme, as_ada, ada, mary, ticket, now):
    draft = schedule(ticket, ada, now)

    stopped = visitor(at_acme, mary).post(f"/desk/replies/{draft.pk}/take-back", follow=True)

    assert "Its author is told" in text_of(stopped)
    assert "A colleague stopped your reply" in text_of(as_ada.get(path(ticket)))
    with pytest.raises(AlreadySent):
        actions.take_back(draft.pk, actor=ada, at=now)


def test_a_colleague_sends_it_now_under_the_authors_name(at_acme, ada, mary, ticket, now):
    draft = schedule(ticket, ada, now)

    visitor(at_acme, mary).post(f"/desk/replies/{draft.pk}/send")

    assert Message.objects.get(by_staff=True).author == ada
    assert Event.objects.get(verb="reply.hastened").actor == mary


def test_it_is_refused_like_a_reply(ada, grace, ticket, now):
    seen = Event.objects.filter(ticket=ticket).order_by("-id").first().pk
    actions.comment(ticket, author=grace, body="More", at=now)

    with pytest.raises(ConversationChanged):
        schedule(ticket, ada, now, seen=seen)
    with pytest.raises(SendTimePast):
        actions.send_later(ticket, author=ada, body="x", send_at=now, at=now)
    with pytest.raises(DraftChanged):
        actions.save_draft(ticket, author=ada, kind="reply", revision=7, body="x", at=now)


# --- Who gets it ---


def test_new_and_outside_addresses_are_marked_before_it_goes(at_acme, mary, as_ada, grace, ticket):
    ticket.organization = make_organization("Initech", grace)
    ticket.save()
    ours = text_of(as_ada.get(path(ticket, "recipients")))
    actions.add_participants(ticket, ["mallory@elsewhere.example"], actor=mary, at=timezone.now())

    marked = text_of(as_ada.get(path(ticket, "recipients")))

    assert "Grace <grace@acme.example>" in ours
    assert "new address" not in ours
    assert "of another company" not in ours
    assert "mallory@elsewhere.example new address of another company" in marked


def test_the_customers_of_an_incidents_tickets_are_counted_before_it_goes(as_ada, mary, grace, ticket, now):
    bob, carol = make_person("Bob"), make_person("Carol")
    children = [make_ticket(person) for person in (bob, bob, carol)]
    for child in children:
        actions.link(ticket, child, Role.CHILD, actor=mary, at=now)
    to = {reach: text_of(as_ada.get(path(ticket, "recipients"), {"reach": reach})) for reach in Reach}

    assert "and the 2 customers of its tickets" in to["children"]
    assert "and the 2 customers of its tickets" in to["solve"]
    assert "Grace <grace@acme.example>" in to["here"] and "customers" not in to["here"]
    assert "customers" not in text_of(as_ada.get(path(ticket, "recipients")))

    actions.change_status(children[2], Status.objects.get(kind="closed"), actor=mary, at=now)

    assert "and the 1 customer of its tickets" in text_of(as_ada.get(path(ticket, "recipients"), {"reach": "children"}))


def test_whoever_comes_into_copy_while_one_writes_is_shown(as_ada, mary, ticket):
    page = as_ada.get(path(ticket)).content.decode()
    actions.add_participants(ticket, ["mallory@elsewhere.example"], actor=mary, at=timezone.now())

    assert 'hx-trigger="focusin from:closest form once, recipients:changed"' in page
    assert "mallory@elsewhere.example" in text_of(as_ada.get(path(ticket, "recipients")))


def test_recipients_are_for_staff(as_grace, ticket):
    assert as_grace.get(path(ticket, "recipients"), {"reach": "children"}).status_code == 404


# --- A ticket that went to somebody else meanwhile ---


@pytest.mark.parametrize("kind", ["reply", "note"])
def test_what_is_sent_after_the_ticket_went_to_a_colleague_goes_and_says_whose_it_is(
    at_acme, as_ada, ada, mary, ticket, kind
):
    actions.assign(ticket, ada, actor=mary, at=timezone.now())
    seen = as_ada.get(path(ticket)).context["composer"]["seen"].value()
    actions.assign(ticket, mary, actor=mary, at=timezone.now())

    there = as_ada.get(send(as_ada, ticket, kind=kind, seen=seen)["Location"])

    assert Message.objects.get(by_staff=True).body == "Unplug it."
    assert "While you wrote, this ticket went to Mary. What you wrote stands all the same." in text_of(there)
    assert "While you wrote" not in text_of(as_ada.get(path(ticket)))


def test_whose_the_ticket_is_is_not_said_to_who_has_seen_it_or_done_it(as_ada, ada, mary, ticket):
    first = as_ada.get(path(ticket)).context["composer"]["seen"].value()
    actions.assign(ticket, mary, actor=ada, at=timezone.now())
    own = as_ada.get(send(as_ada, ticket, seen=first)["Location"])
    actions.assign(ticket, ada, actor=mary, at=timezone.now())
    got = as_ada.get(send(as_ada, ticket, seen=first)["Location"])
    actions.assign(ticket, mary, actor=mary, at=timezone.now())
    seen = as_ada.get(path(ticket)).context["composer"]["seen"].value()
    read = as_ada.get(send(as_ada, ticket, seen=seen)["Location"])

    assert all("While you wrote" not in text_of(page) for page in (own, got, read))
    assert Message.objects.filter(by_staff=True).count() == 3


def test_a_ticket_that_nobody_has_any_more_is_said_by_its_team(as_ada, ada, mary, ticket):
    actions.assign(ticket, ada, actor=mary, at=timezone.now())
    seen = as_ada.get(path(ticket)).context["composer"]["seen"].value()
    actions.assign(ticket, None, actor=mary, at=timezone.now())

    there = as_ada.get(send(as_ada, ticket, seen=seen)["Location"])

    ticket.refresh_from_db()
    assert f"While you wrote, this ticket went to {ticket.team}." in text_of(there)
