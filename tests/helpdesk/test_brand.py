"""The tenant's logo: taken from a picture alone, drawn anew, shown everywhere, and nobody else's."""

from __future__ import annotations

import json
from io import BytesIO

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart
from PIL import Image, PngImagePlugin

from helpdesk.brand import actions, drawing
from inbox.models import OutgoingMail
from inbox.reactions import tell
from tenants.context import act_as, active_tenant
from tenants.models import AuditEntry, Tenant
from tests.api.client import Api
from tests.support.world import make_person, make_ticket, policy_file
from tickets.models import Event

pytestmark = pytest.mark.django_db
INK, PAPER, RED, NOTHING = (16, 20, 26, 255), (255, 255, 255, 255), (190, 40, 30, 255), (0, 0, 0, 0)
SECRET = b"taken at 55.75 N 37.62 E"


def picture(kind: str = "PNG", colour=RED, size=(320, 80), *, name: str = "", **options) -> SimpleUploadedFile:
    """A bar of a colour on nothing, or on white where there is no transparency."""
    bare = Image.new("RGB", size, "white") if kind == "JPEG" else Image.new("RGBA", size, NOTHING)
    bare.paste(colour[: len(bare.mode)], (0, 0, size[0], max(1, size[1] // 2)))
    file = BytesIO()
    bare.save(file, kind, **options)
    return SimpleUploadedFile(name or f"acme.{kind.lower()}", file.getvalue(), f"image/{kind.lower()}")


def browser(person=None, host: str = "acme.localhost") -> Client:
    client = Client(headers={"host": host})
    if person is not None:
        client.force_login(person, "tenants.backends.PersonBackend")
    return client


def address(tenant: Tenant) -> str:
    tenant.refresh_from_db()
    return f"/brand/logo/{tenant.logo.key}" if tenant.logo else ""


@pytest.fixture
def root(at_acme):
    return make_person("Root", "admin")


@pytest.fixture
def logo(at_acme, root):
    return actions.set_logo(picture(), actor=root)


@pytest.mark.parametrize(("kind", "served"), [("PNG", "PNG"), ("JPEG", "JPEG"), ("WEBP", "PNG")])
def test_a_picture_becomes_the_logo(at_acme, root, kind, served):
    page = browser(root).post("/desk/settings/brand", {"logo": picture(kind)}, follow=True)

    shown = browser().get(address(at_acme))
    drawn = Image.open(BytesIO(b"".join(shown.streaming_content)))
    assert b"The logo is set." in page.content
    assert address(at_acme).encode() in page.content
    assert (shown["Content-Type"], drawn.format, drawn.size) == (f"image/{served.lower()}", served, (320, 80))
    assert shown["Cache-Control"] == "public, max-age=31536000, immutable"
    assert (shown["X-Content-Type-Options"], shown["Content-Security-Policy"]) == (
        "nosniff",
        "default-src 'none'; sandbox",
    )


def test_nothing_of_the_file_is_kept_but_its_pixels(at_acme, root):
    words = PngImagePlugin.PngInfo()
    words.add_text("Comment", SECRET.decode())
    turned = Image.Exif()
    turned[0x0112] = 6  # to be turned by a quarter
    turned[0x010E] = SECRET.decode()

    actions.set_logo(picture(pnginfo=words), actor=root)
    png = b"".join(browser().get(address(at_acme)).streaming_content)
    actions.set_logo(picture("JPEG", exif=turned.tobytes(), comment=SECRET), actor=root)
    jpeg = b"".join(browser().get(address(at_acme)).streaming_content)

    assert SECRET not in png + jpeg
    assert Image.open(BytesIO(jpeg)).size == (60, 240)


def test_a_large_picture_is_kept_smaller(at_acme, root):
    logo = actions.set_logo(picture(size=(3200, 400)), actor=root)

    assert (logo.width, logo.height) == (800, 100)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script/></svg>', "SVG files can carry"),
        ('<svg xmlns="http://www.w3.org/2000/svg"/>'.encode("utf-16"), "SVG files can carry"),
        (b"<html><script>alert(1)</script></html>", "This is no PNG, JPEG or WebP"),
        (b"MZ" + bytes(500), "This is no PNG, JPEG or WebP"),
        (picture("GIF").read(), "This is no PNG, JPEG or WebP"),
        (picture().read()[:200], "This is no PNG, JPEG or WebP"),
        (picture("WEBP").read()[:40], "This is no PNG, JPEG or WebP"),
        (picture(size=(4001, 2)).read(), "more than 4000 pixels wide or high"),
        (b"", "This file is empty."),
        (b"\x89PNG\r\n\x1a\n" + bytes(drawing.MOST_BYTES), "This file has more than 2.0"),
    ],
)
def test_what_is_no_such_picture_is_refused_whatever_its_name_says(at_acme, root, content, sentence):
    sent = SimpleUploadedFile("logo.png", content, "image/png")

    page = browser(root).post("/desk/settings/brand", {"logo": sent})

    assert page.status_code == 422
    assert sentence in page.content.decode().replace("&nbsp;", " ")
    assert address(at_acme) == ""


@pytest.mark.parametrize(
    ("language", "sentence"),
    [("ru", "Файлы SVG могут содержать программы"), ("es", "Los archivos SVG pueden contener programas")],
)
def test_the_refusal_speaks_the_readers_language(at_acme, root, language, sentence):
    client = browser(root)
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = language

    page = client.post("/desk/settings/brand", {"logo": SimpleUploadedFile("a.svg", b"<svg ></svg>", "image/svg+xml")})

    assert sentence in page.content.decode()


@pytest.mark.parametrize(("colour", "ground"), [(INK, "light"), (PAPER, "dark"), (RED, "")])
def test_letters_that_would_not_be_seen_get_a_ground(at_acme, root, colour, ground):
    logo = actions.set_logo(picture(colour=colour), actor=root)

    page = browser().get("/").content.decode()
    assert logo.ground == ground
    assert ("data-ground" in page) == bool(ground)


def test_sixteen_bits_of_grey_do_not_become_white(at_acme, root):
    grey, file = Image.new("I;16", (40, 20), 0x4000), BytesIO()
    grey.save(file, "PNG")

    actions.set_logo(SimpleUploadedFile("grey.png", file.getvalue()), actor=root)

    drawn = Image.open(BytesIO(b"".join(browser().get(address(at_acme)).streaming_content)))
    assert drawn.getpixel((5, 5)) == (64, 64, 64, 255)


def test_the_logo_stands_in_the_portal_at_the_door_and_on_the_desk_with_the_name_as_its_text(at_acme, root, logo):
    shown = f'<img class="brand-logo" src="/brand/logo/{logo.key}" alt="{at_acme.name}" width="320" height="80">'

    pages = {path: browser().get(path).content.decode() for path in ("/", "/accounts/login/", "/no-such-page")}
    pages["/desk/"] = browser(root).get("/desk/").content.decode()

    for path, page in pages.items():
        assert shown in " ".join(page.split()), path


def test_a_mail_carries_the_whole_address(at_acme, root, logo):
    ticket = make_ticket(make_person("Grace"))
    tell(Event.objects.get(ticket=ticket, verb="ticket.created").pk, ticket.created_at)

    mail = OutgoingMail.objects.get(address="grace@acme.example")
    assert f'src="http://acme.localhost/brand/logo/{logo.key}"' in mail.html
    assert f'alt="{at_acme.name}"' in mail.html
    assert 'width="176"' in mail.html


def test_it_is_taken_away_with_its_bytes(at_acme, root, logo, django_capture_on_commit_callbacks):
    path = actions.path_of(logo)
    assert actions.default_storage.exists(path)

    with django_capture_on_commit_callbacks(execute=True):
        page = browser(root).post("/desk/settings/brand/logo/remove", follow=True)

    assert b"The logo is taken away." in page.content
    assert b"brand-mark" in browser().get("/").content
    assert browser().get(f"/brand/logo/{logo.key}").status_code == 404
    assert not actions.default_storage.exists(path)


def test_a_former_address_leads_to_todays_picture(at_acme, root, logo, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        newer = actions.set_logo(picture("JPEG"), actor=root)

    assert browser().get(f"/brand/logo/{logo.key}")["Location"] == f"/brand/logo/{newer.key}"
    assert not actions.default_storage.exists(actions.path_of(logo))


def test_one_tenant_never_shows_the_logo_of_another(acme, globex):
    keys = {}
    for tenant in (acme, globex):
        with act_as(tenant):
            keys[tenant.slug] = actions.set_logo(picture(), actor=make_person("Chief", "admin")).key

    answer = browser(host="acme.localhost").get(f"/brand/logo/{keys['globex']}")
    assert answer["Location"] == f"/brand/logo/{keys['acme']}"
    with act_as(acme):
        actions.remove_logo(actor=make_person("Other", "admin"))
    assert browser(host="acme.localhost").get(f"/brand/logo/{keys['globex']}").status_code == 404
    assert browser(host="globex.localhost").get(f"/brand/logo/{keys['globex']}").status_code == 200


def test_bytes_that_are_lost_are_no_error_of_ours(at_acme, logo):
    actions.default_storage.delete(actions.path_of(logo))

    assert browser().get(f"/brand/logo/{logo.key}").status_code == 404


@pytest.mark.parametrize("kind", ["customer", "agent", "manager"])
def test_only_administrators_choose_it(at_acme, logo, kind):
    person = make_person("Peter", kind)
    client, api = browser(person), Api(person)

    assert client.get("/desk/settings/brand").status_code in (302, 404)
    assert client.post("/desk/settings/brand", {"logo": picture()}).status_code in (302, 404)
    assert client.post("/desk/settings/brand/logo/remove").status_code in (302, 404)
    assert put(api, picture()).status_code == 403
    assert api.call("DELETE", "brand/logo/").status_code == 403
    assert address(at_acme) == f"/brand/logo/{logo.key}"


def put(api: Api, file: SimpleUploadedFile | None, **more: str):
    fields = {**({"logo": file} if file else {}), **more}
    body = encode_multipart(BOUNDARY, fields)
    return api.call("PUT", "brand/logo/", body, content_type=MULTIPART_CONTENT)


def test_programs_read_set_and_remove_it(at_acme, root):
    api, customer = Api(root), Api(make_person("Grace"))

    before = customer.get("brand/").json()
    answer = put(api, picture())
    said = answer.json()
    read = customer.get("brand/").json()
    removed = api.call("DELETE", "brand/logo/")

    assert before == {"name": at_acme.name, "colour": active_tenant().brand["colour"], "logo": None}
    assert answer.status_code == 200
    assert said == read
    assert said["logo"]["url"].startswith("http://acme.localhost/brand/logo/")
    assert {**said["logo"], "url": ""} == {
        "url": "",
        "name": "acme.png",
        "media_type": "image/png",
        "width": 320,
        "height": 80,
        "ground": "",
    }
    assert removed.status_code == 204
    assert customer.get("brand/").json()["logo"] is None


@pytest.mark.parametrize(
    ("file", "more", "status", "code"),
    [
        (SimpleUploadedFile("a.png", b"<svg >", "image/png"), {}, 409, "logo_is_svg"),
        (SimpleUploadedFile("a.png", b"no picture", "image/png"), {}, 409, "logo_unreadable"),
        (None, {}, 400, "invalid"),
        (picture(), {"tenant": "2"}, 400, "invalid"),
    ],
)
def test_programs_hear_why_a_picture_is_not_taken(at_acme, root, file, more, status, code):
    answer = put(Api(root), file, **more)

    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert address(at_acme) == ""


def test_who_set_it_is_written_down(at_acme, root, logo):
    actions.set_logo(picture(name="../newer\u202e.png"), actor=root)
    actions.set_logo(picture(name="newer.png"), actor=root)
    actions.remove_logo(actor=root)
    actions.remove_logo(actor=root)

    acts = [(each.act, each.before, each.after) for each in AuditEntry.objects.filter(act__startswith="logo.")]
    assert acts == [
        ("logo.removed", {"logo": "newer.png, 320 × 80"}, {}),
        ("logo.set", {}, {"logo": "newer.png, 320 × 80"}),
        ("logo.set", {"logo": "acme.png, 320 × 80"}, {"logo": "newer.png, 320 × 80"}),
        ("logo.set", {}, {"logo": "acme.png, 320 × 80"}),
    ]
    page = browser(root).get("/desk/settings/audit").content.decode()
    assert "Logo set" in page or "Logo removed" in page


def test_a_new_policy_leaves_the_logo(at_acme, root, logo):
    from helpdesk.policy.apply import apply

    loaded, text = policy_file("ione")
    stale = Tenant.objects.get(pk=at_acme.pk)
    stale.brand = {}
    with act_as(stale):
        apply(loaded, source=text + "\n# again\n", at=make_ticket(make_person("Grace")).created_at)

    at_acme.refresh_from_db()
    assert at_acme.logo == logo


def test_a_brand_that_somebody_broke_shows_the_name(at_acme):
    for broken in ({"logo": "x"}, {"logo": {"key": "no id"}}, {"logo": None}):
        assert Tenant(brand=json.loads(json.dumps(broken))).logo is None
