"""Files that go up in pieces before the form is sent: taken, gone on with, refused, sent once and swept away."""

import io
import zipfile
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import InMemoryUploadedFile, SimpleUploadedFile
from django.utils import timezone

from tenants import alarms
from tenants.context import act_as
from tests.support.world import make_person, make_ticket
from tests.tickets.portal import request_form, text_of, visitor
from tickets import links
from tickets.actions import uploading
from tickets.errors import UploadElsewhere
from tickets.models import Attachment, Holder, Message, Ticket, Upload

FILING = "/tickets/new?category=technical"
#: One grey dot.
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010800000000 3a7e9b55 0000000a49444154789c6348060000650064"
    "12 e478e5 0000000049454e44ae426082".replace(" ", "")
)


def begin(client, name="log.txt", size=10, kind="text/plain", to="/uploads/"):
    return client.post(to, {"name": name, "size": size, "type": kind})


def send(client, pk, piece, offset, to="/uploads/"):
    said = {"headers": {"upload-offset": str(offset)}, "content_type": "application/octet-stream"}
    return client.post(f"{to}{pk}", piece, **said)


def brought(client, name="log.txt", content=b"0123456789", kind="text/plain", to="/uploads/"):
    """A file that is here whole; its id."""
    pk = begin(client, name, len(content), kind, to).json()["id"]
    if content:
        assert send(client, pk, content, 0, to).json()["offset"] == len(content)
    return pk


def content_of(attachment):
    with attachment.file.open("rb") as kept:
        return kept.read()


@pytest.fixture
def portal(acme, grace):
    return visitor(acme, grace)


def test_a_file_goes_up_in_pieces_and_is_filed_with_the_form_without_being_copied(portal):
    pk = begin(portal).json()["id"]
    assert send(portal, pk, b"01234", 0).json()["offset"] == 5
    path = Upload.objects.get().file.path
    assert send(portal, pk, b"56789", 5).json()["offset"] == 10

    sent = portal.post(FILING, request_form(uploads=[pk]))

    assert sent.status_code == 302
    kept = Attachment.objects.get()
    assert (kept.name, kept.size, kept.content_type, content_of(kept)) == ("log.txt", 10, "text/plain", b"0123456789")
    assert kept.file.path == path
    assert not Upload.objects.exists()


def test_after_a_broken_line_it_goes_on_from_the_byte_that_is_next(portal):
    pk = begin(portal).json()["id"]
    send(portal, pk, b"012345", 0)

    known = portal.get(f"/uploads/?id={pk}&id={uuid4()}&id=nonsense").json()["uploads"]
    again = send(portal, pk, b"012345", 0)
    ahead = send(portal, pk, b"9", 9)
    on = send(portal, pk, b"6789", known[0]["offset"])

    assert [each["offset"] for each in known] == [6]
    assert (again.status_code, again.json()["offset"], again.json()["code"]) == (409, 6, "upload_elsewhere")
    assert ahead.status_code == 409
    assert on.json()["offset"] == 10
    assert Path(Upload.objects.get().file.path).read_bytes() == b"0123456789"


@pytest.mark.parametrize("offset", ["", "-1", "1e3", "٣", "9" * 30])
def test_a_piece_says_where_it_begins(portal, offset):
    pk = begin(portal).json()["id"]

    assert send(portal, pk, b"x", offset).status_code == 400
    assert send(portal, uuid4(), b"x", offset).status_code == 404


def test_a_piece_is_not_a_form_and_not_too_large(portal):
    pk = begin(portal, size=9_000_000).json()["id"]

    assert portal.post(f"/uploads/{pk}", {"piece": "x"}).status_code == 415
    assert send(portal, pk, bytes(6_000_000), 0).status_code == 413
    assert Upload.objects.get().received == 0


def test_no_more_bytes_are_taken_than_were_announced(portal):
    pk = begin(portal, size=3).json()["id"]

    answer = send(portal, pk, b"0123", 0)

    assert (answer.status_code, answer.json()["code"]) == (422, "upload_too_long")
    assert Upload.objects.get().received == 0
    assert Path(Upload.objects.get().file.path).read_bytes() == b""


def test_what_a_broken_request_left_behind_the_next_byte_is_written_over(portal):
    pk = begin(portal).json()["id"]
    send(portal, pk, b"01234", 0)
    with Path(Upload.objects.get().file.path).open("ab") as kept:
        kept.write(b"xxx")  # written, and rolled back

    send(portal, pk, b"56789", 5)

    assert Path(Upload.objects.get().file.path).read_bytes() == b"0123456789"


def test_an_empty_file_is_a_file(portal):
    pk = brought(portal, "empty.log", b"")

    portal.post(FILING, request_form(uploads=[pk]))

    assert Attachment.objects.get().size == 0


def test_a_form_that_comes_back_keeps_its_files_and_is_filed_with_them(portal):
    pk = brought(portal)

    wrong = portal.post(FILING, request_form(subject="", uploads=[pk]))
    right = portal.post(FILING, request_form(uploads=[pk]))

    assert wrong.status_code == 422
    assert f'value="{pk}"' in wrong.content.decode() and "log.txt" in text_of(wrong)
    assert right.status_code == 302
    assert Attachment.objects.count() == 1


def test_without_a_script_a_form_that_comes_back_keeps_its_files_too(portal):
    wrong = portal.post(FILING, request_form(subject="", files=SimpleUploadedFile("log.txt", b"abc")))
    kept = Upload.objects.get()
    right = portal.post(FILING, request_form(uploads=[str(kept.pk)]))

    assert wrong.status_code == 422 and str(kept.pk) in wrong.content.decode()
    assert right.status_code == 302
    assert content_of(Attachment.objects.get()) == b"abc"


def test_one_file_too_many_leaves_no_bytes_behind_and_the_others_are_kept(portal, settings, tmp_path):
    settings.MEDIA_ROOT, settings.ATTACHMENT_MAX_BYTES, settings.UPLOADS_MAX_COUNT = tmp_path, 100, 2
    names = {"a.txt": 10, "huge.txt": 101, "b.txt": 10, "c.txt": 10}

    files = [SimpleUploadedFile(name, b"x" * size) for name, size in names.items()]
    answer = portal.post(FILING, request_form(subject="", files=files))

    assert answer.status_code == 422
    assert [each.name for each in Upload.objects.order_by("id")] == ["a.txt", "b.txt"]
    assert answer.context["form"].loses_files
    stored = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert len(stored) == Upload.objects.count()


def test_bytes_that_could_not_be_written_whole_are_taken_away(portal, settings, tmp_path, monkeypatch):
    settings.MEDIA_ROOT = tmp_path

    def breaks_off(*_):
        raise OSError("The disk is full.")

    monkeypatch.setattr(InMemoryUploadedFile, "chunks", breaks_off)
    with pytest.raises(OSError, match="full"):
        portal.post(FILING, request_form(subject="", files=SimpleUploadedFile("a.txt", b"x")))

    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


def test_a_refused_reply_keeps_its_files(portal, grace):
    ticket = make_ticket(grace)
    pk = brought(portal)

    answer = portal.post(f"/tickets/{ticket.number}/reply", {"body": "x" * 200_000, "uploads": [pk]})

    assert answer.status_code == 422
    assert str(pk) in answer.content.decode()
    assert not Attachment.objects.exists()


def test_files_alone_are_an_answer_and_a_double_click_attaches_them_once(portal, grace):
    ticket = make_ticket(grace)
    pk, token = brought(portal), str(uuid4())

    answers = [portal.post(f"/tickets/{ticket.number}/reply", {"token": token, "uploads": [pk]}) for _ in range(2)]

    assert [each.status_code for each in answers] == [302, 302]
    assert Message.objects.filter(ticket=ticket).count() == 2
    assert Attachment.objects.count() == 1


def test_a_file_that_was_sent_is_not_sent_again_with_another_form(portal, grace):
    ticket = make_ticket(grace)
    pk = brought(portal)
    portal.post(f"/tickets/{ticket.number}/reply", {"body": "one", "uploads": [pk]})

    answer = portal.post(f"/tickets/{ticket.number}/reply", {"body": "two", "uploads": [pk]})

    assert answer.status_code == 422
    assert "no longer here" in text_of(answer) and "two" in text_of(answer)


def test_a_file_that_is_not_whole_is_not_sent(portal):
    pk = begin(portal).json()["id"]
    send(portal, pk, b"0123", 0)

    answer = portal.post(FILING, request_form(uploads=[pk]))

    assert answer.status_code == 422
    assert "log.txt has not arrived whole yet" in text_of(answer)
    assert Upload.objects.get().received == 4


def test_a_session_that_ended_keeps_the_files_for_the_same_person(acme, grace, portal):
    pk = brought(portal)
    form = request_form(uploads=[pk])

    too_late = visitor(acme).post(FILING, form)
    back = visitor(acme, grace).post(FILING, form)

    assert too_late.status_code == 403
    assert str(pk) in too_late.content.decode() and "log.txt" not in text_of(too_late)
    assert back.status_code == 302 and Attachment.objects.count() == 1


def test_another_person_finds_nothing_of_it(acme, portal, mary):
    pk, other = brought(portal), visitor(acme, mary)

    assert other.get(f"/uploads/?id={pk}").json() == {"uploads": []}
    assert send(other, pk, b"", 10).status_code == 404
    assert other.get(f"/uploads/{pk}").status_code == 404
    assert other.delete(f"/uploads/{pk}").status_code == 204
    assert other.post(FILING, request_form(uploads=[pk])).status_code == 422
    assert visitor(acme).get(f"/uploads/?id={pk}").json() == {"uploads": []}
    signed_out = visitor(acme).get(f"/uploads/?id={pk}", headers={"upload-signed-in": "yes"})
    assert (signed_out.status_code, signed_out.json()["code"]) == (403, "signed_out")
    assert Upload.objects.count() == 1


def test_another_tenants_upload_is_not_there(globex, portal):
    with act_as(globex):
        upload = uploading.begin(
            Holder(make_person("Ivy")), name="a.txt", size=1, content_type="text/plain", at=timezone.now()
        )

    assert send(portal, upload.pk, b"x", 0).status_code == 404
    assert portal.post(FILING, request_form(uploads=[str(upload.pk)])).status_code == 422


def test_a_file_can_be_taken_away(portal, django_capture_on_commit_callbacks):
    pk = brought(portal)
    path = Path(Upload.objects.get().file.path)

    with django_capture_on_commit_callbacks(execute=True):
        assert portal.delete(f"/uploads/{pk}").status_code == 204

    assert not Upload.objects.exists() and not path.exists()
    assert portal.delete(f"/uploads/{pk}").status_code == 204


def test_what_is_never_sent_is_swept_away_a_day_after_its_last_piece(portal, grace, django_capture_on_commit_callbacks):
    begun, holder = timezone.now(), Holder(grace)
    upload = uploading.begin(holder, name="a.txt", size=4, content_type="text/plain", at=begun)
    uploading.append(holder, upload.pk, offset=0, piece=b"01", at=begun + timedelta(hours=20))
    path = Path(upload.file.path)

    alarms.work_due(until=begun + timedelta(hours=25))
    assert path.exists()
    with django_capture_on_commit_callbacks(execute=True):
        alarms.work_due(until=begun + timedelta(hours=45))

    assert not Upload.objects.exists() and not path.exists()


def test_what_was_sent_is_not_swept_away(portal):
    pk = brought(portal)
    portal.post(FILING, request_form(uploads=[pk]))

    alarms.work_due(until=timezone.now() + timedelta(days=2), drop=["mail.send", "clock"])

    assert content_of(Attachment.objects.get()) == b"0123456789"


def test_what_is_too_large_too_many_or_nonsense_is_said(portal, settings):
    settings.ATTACHMENT_MAX_BYTES = 10
    large, negative, nameless = begin(portal, size=11), begin(portal, size=-1), begin(portal, name="")
    for _ in range(settings.UPLOADS_MAX_COUNT):
        assert begin(portal, size=0).status_code == 201
    many = begin(portal, size=0)

    assert (large.status_code, large.json()["code"]) == (422, "file_too_large")
    assert (negative.status_code, nameless.status_code) == (422, 422)
    assert (many.status_code, many.json()["code"]) == (422, "too_many_uploads")


def test_what_waits_has_room_for_so_many_bytes_together(portal, settings):
    settings.UPLOADS_MAX_BYTES = 15
    first, second = begin(portal, size=10), begin(portal, size=10)

    assert first.status_code == 201
    assert (second.status_code, second.json()["code"]) == (422, "no_room_for_upload")


def test_two_hundred_files_in_one_form_are_refused_and_none_is_lost(portal, settings):
    settings.UPLOADS_MAX_COUNT = 300
    ids = [begin(portal, f"{number}.log", 0).json()["id"] for number in range(200)]

    answer = portal.post(FILING, request_form(uploads=ids))

    assert answer.status_code == 422
    assert "20 files at most" in text_of(answer)
    assert Upload.objects.count() == 200 and not Ticket.objects.exists()


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\x\\y.png", "y.png"),
        ("a\u202egnp.exe", "agnp.exe"),
        ("a\r\nb: c.txt", "ab: c.txt"),
    ],
)
def test_a_name_is_never_a_path(portal, said, kept):
    upload = Upload.objects.get(pk=begin(portal, said).json()["id"])

    assert upload.name == kept
    assert upload.file.name == f"{upload.tenant_id}/{upload.key}"


def test_a_name_with_nul_is_no_name_of_a_path(portal):
    answer = begin(portal, "a\0b.txt")

    assert answer.status_code in (201, 422)
    assert not Upload.objects.filter(name__contains="\\0").exists()


@pytest.mark.parametrize("kind", ["image/png", "text/html", "nonsense", "image/svg+xml"])
def test_a_page_that_calls_itself_a_picture_is_kept_as_a_file_and_said(portal, kind):
    page = b"<script>alert(1)</script>"
    pk = begin(portal, "shot.png", len(page), kind).json()["id"]
    said = send(portal, pk, page, 0).json()
    shown = portal.get(f"/uploads/{pk}")
    portal.post(FILING, request_form(uploads=[pk]))
    kept = Attachment.objects.get()
    served = portal.get(f"/files/{kept.pk}")
    on_page = portal.get(f"/tickets/{Ticket.objects.get().number}/").content.decode()

    assert not said["picture"] and "not the picture" in said["note"]
    assert shown.status_code == 404
    assert not kept.is_shown and f'<img src="/files/{kept.pk}"' not in on_page
    assert served["Content-Type"] == "application/octet-stream" and served["Content-Disposition"].startswith(
        "attachment"
    )
    assert "sandbox" in served["Content-Security-Policy"]


def test_a_picture_is_shown_in_the_form_and_stands_on_the_ticket(portal):
    pk = begin(portal, "shot.png", len(PNG), "image/png").json()["id"]
    said = send(portal, pk, PNG, 0).json()
    preview = portal.get(f"/uploads/{pk}")
    portal.post(FILING, request_form(uploads=[pk]))
    kept = Attachment.objects.get()

    page = portal.get(f"/tickets/{Ticket.objects.get().number}/").content.decode()

    assert said["picture"] and preview["Content-Type"] == "image/png"
    assert "sandbox" in preview["Content-Security-Policy"] and preview["X-Content-Type-Options"] == "nosniff"
    assert (kept.width, kept.height) == (1, 1)
    assert f'<img src="/files/{kept.pk}"' in page


def test_an_archive_that_would_fill_the_disk_is_only_bytes(portal):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("zeros", bytes(30_000_000))
    pk = brought(portal, "logs.zip", packed.getvalue(), "application/zip")

    portal.post(FILING, request_form(uploads=[pk]))

    assert Attachment.objects.get().size == len(packed.getvalue()) < 100_000


def test_a_picture_that_says_it_is_gigantic_is_not_drawn(portal):
    huge = bytearray(PNG)
    huge[16:24] = (19_000).to_bytes(4) + (19_000).to_bytes(4)
    pk = brought(portal, "huge.png", bytes(huge), "image/png")

    portal.post(FILING, request_form(uploads=[pk]))

    assert not Attachment.objects.get().is_shown


def test_two_pieces_that_begin_at_the_same_byte_are_one(grace, at_acme):
    holder, at = Holder(grace), timezone.now()
    upload = uploading.begin(holder, name="a", size=4, content_type="", at=at)
    uploading.append(holder, upload.pk, offset=0, piece=b"01", at=at)

    with pytest.raises(UploadElsewhere):
        uploading.append(holder, upload.pk, offset=0, piece=b"xy", at=at)

    assert Path(upload.file.path).read_bytes() == b"01"


def test_the_bearer_of_a_link_sends_files_without_an_account(acme, grace, at_acme):
    ticket = make_ticket(grace, at=timezone.now())
    base = f"/t/{links.token_for(ticket, grace, at=timezone.now())}/"
    bearer = visitor(acme)
    pk = brought(bearer, to=f"{base}uploads/")

    answer = bearer.post(f"{base}reply", {"body": "See the log.", "uploads": [pk]})

    assert answer.status_code == 302
    assert content_of(Attachment.objects.get()) == b"0123456789"


def test_who_files_without_an_account_has_files_in_their_own_browser_only(at_acme):
    mine, other = visitor(at_acme), visitor(at_acme)
    pk = brought(mine)
    form = request_form(email="new@example.com", uploads=[pk])

    unknown = other.get(f"/uploads/?id={pk}").json()
    stolen = other.post(FILING, form)
    sent = mine.post(FILING, form)

    assert unknown == {"uploads": []}
    assert stolen.status_code == 422
    assert sent.status_code == 302 and Attachment.objects.count() == 1


def test_where_nobody_files_without_an_account_nothing_is_taken_without_one(globex):
    answer = begin(visitor(globex))

    assert (answer.status_code, answer.json()["code"]) == (403, "signed_out")


def test_without_an_account_forms_that_come_back_keep_only_so_many_files(at_acme, settings):
    settings.ACCOUNT_RATE_LIMITS = {"begin_upload": "2/h/ip"}

    for _ in range(2):
        files = [SimpleUploadedFile(f"{n}.txt", b"x") for n in range(3)]
        answer = visitor(at_acme).post(FILING, request_form(email="new@example.com", subject="", files=files))
        assert answer.status_code == 422

    assert Upload.objects.count() == 2


def test_a_network_that_begins_files_without_end_is_stopped(at_acme, settings):
    settings.ACCOUNT_RATE_LIMITS = {"begin_upload": "2/h/ip"}
    client = visitor(at_acme)

    answers = [begin(client, size=1) for _ in range(3)]

    assert [each.status_code for each in answers] == [201, 201, 422]
    assert answers[2].json()["code"] == "uploads_too_fast"


def test_an_agent_files_a_ticket_with_what_went_up_before_and_keeps_it_while_the_form_comes_back(acme, ada, grace):
    desk = visitor(acme, ada)
    pk = brought(desk, "scan.pdf")
    said = {
        "token": str(uuid4()),
        "email": grace.email,
        "channel": "phone",
        "category": "technical",
        "subject": "Printer burns",
        "description": "Since nine.",
        "uploads": [pk],
    }

    other_fields = desk.post("/desk/tickets/new", {**said, "fields": "yes"})
    wrong = desk.post("/desk/tickets/new", {**said, "subject": ""})
    filed = desk.post("/desk/tickets/new", said)

    assert pk in other_fields.content.decode()
    assert (wrong.status_code, pk in wrong.content.decode()) == (422, True)
    assert filed.status_code == 302, text_of(filed)
    assert [each.name for each in Attachment.objects.all()] == ["scan.pdf"]
    assert not Upload.objects.exists()


def test_a_file_chosen_by_an_agent_without_a_script_is_kept_while_the_form_comes_back(acme, ada, grace):
    desk = visitor(acme, ada)

    wrong = desk.post("/desk/tickets/new", {"email": grace.email, "files": SimpleUploadedFile("scan.pdf", b"%PDF")})

    assert wrong.status_code == 422
    assert str(Upload.objects.get().pk) in wrong.content.decode()


def test_a_draft_takes_over_what_went_up_in_pieces_and_nobody_elses(acme, ada, grace):
    ticket = make_ticket(grace)
    desk, other = visitor(acme, ada), brought(visitor(acme, make_person("Bob", "agent")))
    pk = brought(desk, "dot.png", PNG, "image/png")

    taken = desk.post(f"/desk/tickets/{ticket.number}/draft/files", {"kind": "reply", "upload": pk, "inline": "on"})
    again = desk.post(f"/desk/tickets/{ticket.number}/draft/files", {"kind": "reply", "upload": pk})
    theirs = desk.post(f"/desk/tickets/{ticket.number}/draft/files", {"kind": "reply", "upload": other})
    nothing = desk.post(f"/desk/tickets/{ticket.number}/draft/files", {"kind": "reply"})

    assert (taken.status_code, taken.json()["inline"]) == (201, True)
    assert [(each.status_code, each.json()["code"]) for each in (again, theirs)] == [(409, "upload_gone")] * 2
    assert nothing.status_code == 422
    assert Attachment.objects.get().draft.author == ada
    assert Upload.objects.get().name == "log.txt"
