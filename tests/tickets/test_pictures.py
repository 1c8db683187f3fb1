"""Pictures in messages have their size on the page, read from their headers, also from hostile ones."""

import io
import struct
import zlib

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from PIL import Image

from tests.support.world import make_ticket
from tests.tickets.portal import visitor
from tickets import pictures
from tickets.models import Attachment


def drawn(kind, sides=(64, 48), **options):
    file = io.BytesIO()
    Image.new("RGB", sides).save(file, kind, **options)
    return file.getvalue()


def png_that_says(width, height):
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunk = b"IHDR" + head
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + chunk + struct.pack(">I", zlib.crc32(chunk))


@pytest.mark.parametrize(
    ("kind", "options"),
    [("PNG", {}), ("JPEG", {}), ("GIF", {}), ("WEBP", {}), ("WEBP", {"lossless": True}), ("WEBP", {"exif": b"Exif"})],
)
def test_the_size_of_every_kind_of_picture_is_read(kind, options):
    file = io.BytesIO(drawn(kind, **options))

    assert pictures.size(file) == (64, 48)
    assert file.tell() == 0


def test_a_photograph_that_lies_on_its_side_is_measured_as_it_is_shown():
    turned = Image.Exif()
    turned[274] = 6

    assert pictures.size(io.BytesIO(drawn("JPEG", exif=turned))) == (48, 64)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"words",
        drawn("PNG")[:20],
        drawn("JPEG")[:15],
        drawn("WEBP")[:28],
        b"RIFF\xff\xff\xff\xffWEBP",
        png_that_says(0, 10),
        png_that_says(2**31 - 1, 2**31 - 1),
        png_that_says(30_000, 10),
        b"<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'/>",
        b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n",
    ],
)
def test_what_is_damaged_or_hostile_has_no_size(content):
    assert pictures.size(io.BytesIO(content)) is None


@pytest.fixture
def ticket(grace):
    return make_ticket(grace, at=timezone.now())


def answered_with_a_picture(client, ticket):
    shot = SimpleUploadedFile("shot.png", drawn("PNG"), content_type="image/png")
    kept = client.post(f"/desk/tickets/{ticket.number}/draft/files", {"kind": "reply", "inline": "on", "file": shot})
    return Attachment.objects.get(pk=kept.json()["id"])


def test_a_page_keeps_the_place_of_a_picture(at_acme, ada, grace, ticket):
    client = visitor(at_acme, ada)
    kept = answered_with_a_picture(client, ticket)
    html = f'<p>See:</p><img src="/files/{kept.pk}" alt="A &quot;shot&quot;">'

    client.post(f"/desk/tickets/{ticket.number}/send", {"kind": "reply", "body": "See:", "html": html})

    for reader, path in ((client, "/desk/tickets"), (visitor(at_acme, grace), "/tickets")):
        page = reader.get(f"{path}/{ticket.number}/").content.decode()
        assert f'<img src="/files/{kept.pk}" alt="A &quot;shot&quot;" width="64" height="48">' in page


def test_a_picture_that_came_before_is_measured_when_it_is_looked_at(at_acme, ada, ticket):
    client = visitor(at_acme, ada)
    kept = answered_with_a_picture(client, ticket)
    Attachment.objects.update(width=None, height=None)

    assert b"".join(client.get(f"/files/{kept.pk}").streaming_content) == drawn("PNG")

    kept.refresh_from_db()
    assert (kept.width, kept.height) == (64, 48)
