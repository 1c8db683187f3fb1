"""Reading mails: what other helpdesks met in years of real mail, told again in small ones."""

from __future__ import annotations

import time
from base64 import b64encode
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis
from hypothesis import strategies as st

from inbox.mail.parsing import Address, Automatic, parse
from tests.inbox.mails import file, mail, multipart, part


def test_a_plain_mail():
    read = parse(
        mail("It smokes.\r\n\r\nGrace", message_id="<1@pc.example>", in_reply_to="<0@a>", references="<0@a> <9@b>")
    )

    assert read.sender == Address("grace@acme.example", "Grace")
    assert [each.email for each in read.to] == ["support@acme.example"]
    assert (read.subject, read.text) == ("Printer on fire", "It smokes.\n\nGrace")
    assert (read.message_id, read.in_reply_to, read.references) == ("<1@pc.example>", ("<0@a>",), ("<0@a>", "<9@b>"))
    assert read.sent_at == datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
    assert not read.is_auto_reply and not read.files and not read.flaws


@pytest.mark.parametrize(
    ("written", "email", "name"),
    [
        ("grace@acme.example", "grace@acme.example", ""),
        ("<grace@acme.example>", "grace@acme.example", ""),
        ('"Hopper, Grace" <grace@acme.example>', "grace@acme.example", "Hopper, Grace"),
        ("Grace Hopper <grace@acme.example>", "grace@acme.example", "Grace Hopper"),
        ("'Grace' <grace@acme.example>", "grace@acme.example", "Grace"),
        ("grace@acme.example (Grace Hopper)", "grace@acme.example", "Grace Hopper"),
        ("=?utf-8?Q?Mar=C3=ADa_P=C3=A9rez?= <m@a.example>", "m@a.example", "María Pérez"),
        ("=?utf-8?B?0JjQstCw0L0=?= =?utf-8?B?INCf0LXRgtGA0L7Qsg==?= <i@a.example>", "i@a.example", "Иван Петров"),
        ("=?UTF-8?Q?Hopper=2C_Grace?= <grace@acme.example>", "grace@acme.example", "Hopper, Grace"),
        ('"=?utf-8?B?0JjQstCw0L0=?=" <i@a.example>', "i@a.example", "Иван"),
        ('"Grace \\"Amazing\\" Hopper" <g@a.example>', "g@a.example", 'Grace "Amazing" Hopper'),
        ("Grace <mailto:grace@acme.example>", "grace@acme.example", "Grace"),
        ("grace@acme.example <grace@acme.example>", "grace@acme.example", "grace@acme.example"),
        ('"unclosed <grace@acme.example>', "grace@acme.example", "unclosed"),
        ("Grace Hopper grace@acme.example", "grace@acme.example", "Grace Hopper"),
        ("Grace [grace@acme.example]", "grace@acme.example", "Grace"),
        ("Team: grace@acme.example;", "grace@acme.example", ""),
        ("Grace | Acme: Sales <grace@acme.example>", "grace@acme.example", "Grace | Acme: Sales"),
        ("<grace@acme.example> Grace", "grace@acme.example", "Grace"),
        ("=?koi8-r?Q?=E9=D7=C1=CE?= <i@a.example>", "i@a.example", "Иван"),
        ("Grace <grace @acme.example>", "grace@acme.example", "Grace"),
        ('"Joan"@a.example', "Joan@a.example", ""),
        ('"Joan"@a.example (at work)', "Joan@a.example", "at work"),
        ('"joan doe"@a.example', '"joan doe"@a.example', ""),
        ('Joan <"joan doe"@a.example>', '"joan doe"@a.example', "Joan"),
        ('"grace@acme.example"@evil.example', '"grace@acme.example"@evil.example', ""),
        ('"grace@acme.example" <m@evil.example>', "m@evil.example", "grace@acme.example"),
        ('"Joan" joan@a.example', "joan@a.example", "Joan"),
    ],
)
def test_who_wrote_it(written, email, name):
    assert parse(mail(**{"from": written})).sender == Address(email, name)


@pytest.mark.parametrize(
    ("headers", "email"),
    [
        ({"from": None, "reply_to": "a@b.example"}, "a@b.example"),
        ({"from": "Nobody", "sender": "a@b.example"}, "a@b.example"),
        ({"from": "", "return_path": "<a@b.example>"}, "a@b.example"),
        ({"from": None}, ""),
        ({"from": "a@b.example, c@d.example"}, "a@b.example"),
    ],
)
def test_where_from_says_nothing_the_next_field_does(headers, email):
    assert parse(mail(**headers)).sender.email == email


def test_who_got_it():
    read = parse(
        mail(
            to='"Support, Acme" <support@acme.example>, undisclosed-recipients:;, Ada <ada@acme.example>',
            cc="SUPPORT@acme.example; bob@b.example",
            delivered_to="help@acme.example",
            x_original_to="<other@acme.example>",
        )
    )

    assert [each.email for each in read.to] == ["support@acme.example", "ada@acme.example"]
    assert [each.email for each in read.cc] == ["SUPPORT@acme.example", "bob@b.example"]
    assert read.delivered_to == ("help@acme.example", "other@acme.example")


@pytest.mark.parametrize(
    ("written", "subject"),
    [
        ("=?utf-8?Q?Re:_Caf=C3=A9?=", "Re: Café"),
        ("=?UTF-8?B?w6TDtsO8?=", "äöü"),
        ("=?utf-8?B?0KHRi9GA?=\r\n =?utf-8?B?INC4INGF0LvQtdCx?=", "Сыр и хлеб"),
        ("=?utf-8?Q?=D0=A1=D1?= =?utf-8?Q?=8B=D1=80?=", "Сыр"),
        ("=?windows-1251?Q?=D1=FB=F0?=", "Сыр"),
        ("=?utf-8?Q?Hello world?=", "Hello world"),
        ("Re: =?iso-8859-1?Q?gr=FC=DFe?= ok", "Re: grüße ok"),
        ("=?no-such-charset?Q?abc?=", "abc"),
        ("=?utf-8?B?w6TDtsO8", "=?utf-8?B?w6TDtsO8"),
        ("=?utf-8?B?w6TDtsO8?=?=", "äöü?="),
        ("a\r\n\tb", "a b"),
        ("=?utf-8?Q?a=0D=0ABcc:_x@y.z?=", "a Bcc: x@y.z"),
        ("=?utf-8?Q?a=00b?=", "ab"),
        ("=?iso-2022-jp?B?GyRCRnxLXBsoQg==?=", "日本"),
        ("=?gb2312?B?xOO6ww==?=", "你好"),
        ("=?utf-8*ru?Q?=D0=A1?=", "С"),
        ("", ""),
    ],
)
def test_subjects(written, subject):
    assert parse(mail(subject=written)).subject == subject


def test_a_header_of_raw_bytes_is_read_in_the_charset_of_the_body():
    cyrillic = mail("Привет", charset="koi8-r", subject="Сыр", content_type="text/plain; charset=koi8-r")
    utf8 = mail("hi", subject="Сыр", **{"from": "Иван <i@a.example>"})
    latin = mail("hi", charset="latin-1", subject="Grüße", **{"from": "Jürgen <j@a.example>"})

    assert parse(cyrillic).subject == "Сыр"
    assert (parse(utf8).subject, parse(utf8).sender.name) == ("Сыр", "Иван")
    assert (parse(latin).subject, parse(latin).sender.name) == ("Grüße", "Jürgen")


RUSSIAN = "Здравствуйте! У меня не работает почта, помогите, пожалуйста, как можно скорее."
GERMAN = "Grüße aus Köln: der Drucker läuft schon wieder nicht, bitte prüfen."


@pytest.mark.parametrize(
    ("text", "written_in", "declared", "flaw"),
    [
        (RUSSIAN, "utf-8", "utf-8", ""),
        (RUSSIAN, "koi8-r", "koi8-r", ""),
        (RUSSIAN, "cp1251", "windows-1251", ""),
        (RUSSIAN, "cp1251", '"cp-1251"', ""),
        (RUSSIAN, "utf-8", "us-ascii", "charset_wrong"),
        (RUSSIAN, "utf-8", "iso-8859-1", "charset_wrong"),
        (RUSSIAN, "cp1251", "iso-8859-1", "charset_wrong"),
        (RUSSIAN, "cp1251", "utf-8", "charset_wrong"),
        (RUSSIAN, "koi8-r", "", ""),
        (RUSSIAN, "cp1251", "", ""),
        (RUSSIAN, "cp866", "", ""),
        (RUSSIAN, "utf-8", "x-unknown", "charset_unknown"),
        (RUSSIAN, "koi8-r", "x-unknown", "charset_unknown"),
        (RUSSIAN, "utf-16", "utf-16", ""),
        (RUSSIAN, "utf-8", "utf-16le", "charset_unknown"),
        (GERMAN, "cp1252", "iso-8859-1", ""),
        (GERMAN, "cp1252", "utf-8", "charset_wrong"),
        (GERMAN, "cp1252", "", ""),
        (GERMAN, "utf-7", "unicode-1-1-utf-7", ""),
        ("“quoted” – €", "cp1252", "iso-8859-1", ""),
        ("日本語のメールです", "iso-2022-jp", "iso-2022-jp", ""),
        ("日本語のメールです", "cp932", "shift_jis", ""),
        ("你好，世界", "gb18030", "gb2312", ""),
        ("안녕하세요", "cp949", "ks_c_5601-1987", ""),
        ("שלום", "iso8859-8", "iso-8859-8-i", ""),
        ("plain", "ascii", "ansi_x3.110-1983", "charset_unknown"),
    ],
)
def test_every_charset_and_the_wrongly_declared_ones(text, written_in, declared, flaw):
    kind = f"text/plain; charset={declared}" if declared else "text/plain"

    read = parse(mail(text.encode(written_in), content_type=kind))

    assert read.text == text
    assert read.flaws == ((flaw,) if flaw else ())


def test_a_damaged_letter_does_not_spoil_the_others():
    damaged = (RUSSIAN * 3).encode().replace("почта".encode(), b"\xd0\xffpost", 1)

    read = parse(mail(damaged, content_type="text/plain; charset=utf-8"))

    assert "Здравствуйте" in read.text and "помогите" in read.text
    assert read.flaws == ("charset_damaged",)


@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        ("quoted-printable", b"caf=C3=A9 =\r\nau lait"),
        ("QUOTED-PRINTABLE", b"caf=c3=a9 au lait"),
        ("base64", b64encode("café au lait".encode())),
        ("base64", b"Y2Fmw6kgY\r\n\r\nXUgbGFpdA"),
        ("base64", b"Y2Fmw6kg!YXUgbGFpdA=="),
        ("8bit", "café au lait".encode()),
        ("UTF-8", "café au lait".encode()),
        ("", "café au lait".encode()),
    ],
)
def test_transfer_encodings_and_broken_ones(encoding, body):
    read = parse(mail(body, content_type="text/plain; charset=utf-8", content_transfer_encoding=encoding))

    assert read.text == "café au lait"


def test_text_html_and_files_in_their_usual_order():
    alternative = multipart(part("Hello"), part("<p>Hello</p>", "text/html"), kind="alternative", boundary="inner")
    inner = alternative[alternative.index(b"Content-Type") :]
    read = parse(multipart(inner, file(b"%PDF", "bill.pdf")))

    assert (read.text, read.html) == ("Hello", "<p>Hello</p>")
    assert [(each.name, each.content_type, each.content) for each in read.files] == [
        ("bill.pdf", "application/pdf", b"%PDF")
    ]


def test_html_alone_becomes_text():
    html = (
        "<html><head><title>x</title><style>p { color: red }</style></head><body><p>Dear&nbsp;team,</p>"
        "<!-- not this --><p>see <a href='https://a.example/x'>the page</a>:<br>one"
        "<ul><li>a</li><li>b &amp; c</li></ul>"
        "<table><tr><td>1</td><td>2</td></tr></table><script>alert(1)</script><blockquote>old</blockquote></body>"
    )

    assert parse(mail(html, content_type="text/html")).text == (
        "Dear team,\n\nsee the page <https://a.example/x>:\none\n\n- a\n- b & c\n\n1 2\n\n> old"
    )


def test_texts_around_a_file_are_one_text():
    read = parse(multipart(part("Above"), file(b"1", "a.pdf"), part("Below")))

    assert read.text == "Above\n\nBelow"
    assert [each.name for each in read.files] == ["a.pdf"]


@pytest.mark.parametrize("line", ["Привет, мир.\n", "Привет"])
def test_a_text_without_end_is_read_in_part_and_kept_whole_as_a_file(line):
    body = (line * 300_000).encode()

    parsed = parse(mail(body, content_type="text/plain; charset=utf-8"))

    assert parsed.text == body.decode()[: len(parsed.text)] and len(parsed.text) == 500_000
    assert [(file.name, file.content) for file in parsed.files] == [("text.txt", body)]
    assert parsed.flaws == ("long_text",)


def test_a_picture_in_the_text():
    picture = part(
        b64encode(b"\x89PNG"), 'image/png; name="a.png"', "Content-ID: <a@b>", "Content-Transfer-Encoding: base64"
    )
    read = parse(multipart(part('<img src="cid:a@b">', "text/html"), picture, kind="related"))

    assert [(each.name, each.content_id, each.is_inline) for each in read.files] == [("a.png", "a@b", True)]


@pytest.mark.parametrize(
    ("disposition", "name"),
    [
        ('attachment; filename="bill.pdf"', "bill.pdf"),
        ("attachment; filename=bill.pdf", "bill.pdf"),
        ("attachment; filename*=utf-8''%D1%81%D1%87%D1%91%D1%82.pdf", "счёт.pdf"),
        ('attachment; filename*0="very "; filename*1="long.pdf"', "very long.pdf"),
        ("attachment; filename*0*=utf-8''%D1%81; filename*1*=%D1%87.pdf", "сч.pdf"),
        ('attachment; filename="=?utf-8?B?0YHRh9GR0YIucGRm?="', "счёт.pdf"),
        ("attachment; filename==?utf-8?Q?caf=C3=A9.pdf?=", "café.pdf"),
        ('attachment; filename="a;b.pdf"', "a;b.pdf"),
        ('attachment; filename="../../etc/passwd"', "passwd"),
        ('attachment; filename="C:\\\\temp\\\\a.pdf"', "a.pdf"),
        ('attachment; filename="\u202egnp.exe"', "gnp.exe"),
        ('attachment; filename=".\u200b.htaccess"', "..htaccess"),
        (f'attachment; filename="{"x" * 500}.pdf"', "x" * 196 + ".pdf"),
        ('attachment; filename=".."', "attachment-1.pdf"),
        ("attachment", "attachment-1.pdf"),
    ],
)
def test_names_of_files(disposition, name):
    one = part(b"%PDF", "application/pdf", f"Content-Disposition: {disposition}")

    assert [each.name for each in parse(multipart(part("x"), one)).files] == [name]


def test_a_forwarded_mail_is_a_file_with_its_subject():
    inner = mail("inside", subject="=?utf-8?Q?Caf=C3=A9?=")
    read = parse(multipart(part("see below"), part(inner, "message/rfc822")))

    assert read.text == "see below"
    assert [(each.name, each.content) for each in read.files] == [("Café.eml", inner)]


def test_an_invitation_is_a_file():
    read = parse(multipart(part("Come!"), part("BEGIN:VCALENDAR", "text/calendar; method=REQUEST"), kind="alternative"))

    assert (read.text, [each.name for each in read.files]) == ("Come!", ["invite.ics"])


AUTOMATIC = [
    ({}, Automatic.NOT),
    ({"auto_submitted": "no"}, Automatic.NOT),
    ({"auto_submitted": "auto-replied"}, Automatic.AUTO_REPLY),
    ({"auto_submitted": "auto-replied (vacation)", "subject": "Out of office"}, Automatic.OUT_OF_OFFICE),
    ({"auto_submitted": "auto-generated; owner-token=x"}, Automatic.GENERATED),
    ({"x_auto_response_suppress": "All"}, Automatic.GENERATED),
    ({"x_auto_response_suppress": "None"}, Automatic.NOT),
    ({"precedence": "bulk"}, Automatic.BULK),
    ({"precedence": "auto_reply"}, Automatic.AUTO_REPLY),
    ({"precedence": "list"}, Automatic.LIST),
    ({"precedence": "first-class"}, Automatic.NOT),
    ({"list_id": "<all.acme.example>"}, Automatic.LIST),
    ({"list_unsubscribe": "<https://a.example>"}, Automatic.BULK),
    ({"x_autoreply": "yes"}, Automatic.AUTO_REPLY),
    ({"x_autorespond": ""}, Automatic.AUTO_REPLY),
    ({"x_loop": "acme"}, Automatic.GENERATED),
    ({"return_path": "<>"}, Automatic.GENERATED),
    ({"from": "MAILER-DAEMON@mx.example (Mail Delivery System)"}, Automatic.BOUNCE),
    ({"from": "MAILER-DAEMON"}, Automatic.BOUNCE),
    ({"from": "postmaster@mx.example"}, Automatic.BOUNCE),
    ({"return_path": "<>", "subject": "Undeliverable: hello"}, Automatic.BOUNCE),
    ({"x_failed_recipients": "a@b.example"}, Automatic.BOUNCE),
    ({"from": "no-reply@shop.example"}, Automatic.GENERATED),
    ({"from": "Do Not Reply <donotreply@shop.example>"}, Automatic.GENERATED),
    ({"subject": "Automatic reply: hello"}, Automatic.OUT_OF_OFFICE),
    ({"subject": "Автоматический ответ: отпуск"}, Automatic.OUT_OF_OFFICE),
    ({"subject": "Respuesta automática: vacaciones"}, Automatic.OUT_OF_OFFICE),
    ({"subject": "Abwesenheitsnotiz"}, Automatic.OUT_OF_OFFICE),
    ({"subject": "My automatic door does not reply"}, Automatic.NOT),
]


@pytest.mark.parametrize(("headers", "kind"), AUTOMATIC)
def test_what_no_person_wrote_to_us(headers, kind):
    read = parse(mail(**headers))

    assert read.automatic is kind
    assert bool(read.automatic_by) is read.is_auto_reply is (kind is not Automatic.NOT)


def _report(status: str, action: str = "failed") -> bytes:
    told = ["Reporting-MTA: dns; mx.example", "", "Final-Recipient: rfc822; Gone@b.example"]
    fields = "\r\n".join([*told, f"Action: {action}", f"Status: {status}"])
    ours = mail("hi", message_id="<ours@acme.example>")
    return multipart(
        part("It could not be delivered."),
        part(fields, "message/delivery-status"),
        part(ours, "message/rfc822"),
        kind='report; report-type="delivery-status"',
        **{"from": "MAILER-DAEMON@mx.example"},
    )


@pytest.mark.parametrize(
    ("status", "action", "is_final"),
    [("5.1.1", "failed", True), ("4.4.1", "delayed", False), ("5.0.0", "delayed", False), ("4.2.2", "failed", False)],
)
def test_a_bounce_says_which_address_and_which_of_our_mails(status, action, is_final):
    bounce = parse(_report(status, action)).bounce

    assert (bounce.address, bounce.status, bounce.is_final) == ("gone@b.example", status, is_final)
    assert bounce.message_id == "<ours@acme.example>"


def test_a_bounce_in_plain_words():
    said = "<gone@b.example>:\n550 5.1.1 no such user\n\n--- below is a copy\n\nMessage-ID: <ours@acme.example>\n"

    bounce = parse(mail(said, **{"from": "MAILER-DAEMON@qmail.example", "subject": "failure notice"})).bounce

    assert (bounce.address, bounce.status, bounce.message_id) == ("gone@b.example", "5.1.1", "<ours@acme.example>")
    assert bounce.is_final


BROKEN = {
    "nothing": b"",
    "only words": b"just some words\nand more",
    "no blank line": b"From: a@b.example\nSubject: x",
    "only a body": b"\n\nhello",
    "mailbox file": b"From grace Mon Mar 2\nFrom: a@b.example\n\nhello",
    "line ends of a Mac": b"From: a@b.example\rSubject: x\r\rhello",
    "no boundary": b"From: a@b.example\nContent-Type: multipart/mixed\n\n--x\n\nhello\n--x--\n",
    "wrong boundary": b"From: a@b.example\nContent-Type: multipart/mixed; boundary=y\n\n--x\n\nhello\n--x--\n",
    "no end": b"From: a@b.example\nContent-Type: multipart/mixed; boundary=x\n\n--x\n\nhello",
    "empty multipart": b"From: a@b.example\nContent-Type: multipart/mixed; boundary=x\n\n",
    "type is none": b"From: a@b.example\nContent-Type: text\n\nhello",
    "type is odd": b"From: a@b.example\nContent-Type: ;;;/=\n\nhello",
    "nul": b"From: a@b.example\n\nhel\0lo",
    "bom": b"\xef\xbb\xbfFrom: a@b.example\n\nhello",
    "charset is codec": b"From: a@b.example\nContent-Type: text/plain; charset=base64\n\nhello",
    "charset is nul": b'From: a@b.example\nContent-Type: text/plain; charset="\0"\n\nhello',
    "date": b"From: a@b.example\nDate: 99 Foo 99999999 99:99\n\nhello",
    "winmail": b"From: a@b.example\nContent-Type: application/ms-tnef; name=winmail.dat\n\nnonsense",
    "uu": b"From: a@b.example\nContent-Transfer-Encoding: x-uuencode\n\nbegin 644 a\n%:&5L;&\\\n`\nend\n",
}


@pytest.mark.parametrize("name", BROKEN)
def test_what_is_broken_is_read_as_far_as_it_goes(name):
    read = parse(BROKEN[name])

    if b"hel" in BROKEN[name]:
        assert "hello" in read.text
    if b"From:" in BROKEN[name]:
        assert read.sender.email == "a@b.example"


@given(st.binary(max_size=2_000))
@hypothesis(max_examples=200, deadline=None)
def test_no_bytes_make_it_raise(raw):
    parse(raw)
    parse(b"From: a@b.example\nContent-Type: multipart/mixed; boundary=x\n\n--x\n" + raw)
    parse(b"Content-Type: text/html\nSubject: " + raw)


def test_a_type_that_runs_into_the_next_field_is_read_as_far_as_it_goes():
    read = parse(mail("<p>Dear <b>Ada</b></p>", content_type="text/html Content-Transfer-Encoding: 8bit\\r\\n"))

    assert read.text == "Dear Ada"


def test_a_header_that_an_empty_line_broke_is_one_header():
    raw = (
        b"Mime-Version: 1.0\nMessage-Id: <1@a.example>\n\n   \n\nFrom: Grace <grace@acme.example>\n"
        b"Subject: Broken\n\nHello"
    )
    read = parse(raw)

    assert (read.sender.email, read.subject, read.text) == ("grace@acme.example", "Broken", "Hello")


def test_a_body_that_looks_like_a_header_stays_a_body():
    read = parse(mail("From: somebody\nSubject: else\n\nHello"))

    assert (read.subject, read.text) == ("Printer on fire", "From: somebody\nSubject: else\n\nHello")


def test_a_picture_is_called_by_its_location():
    picture = part("x", "image/png", "Content-Location: plan.png", "Content-Disposition: inline")
    page = part("x", "image/png", "Content-Location: https://a.example/x.png", "Content-Disposition: inline")

    assert [each.name for each in parse(multipart(picture, page)).files] == ["plan.png", "image-2.png"]


def test_html_beside_the_text_is_read_with_it():
    read = parse(multipart(part("<h1>News</h1>", "text/html"), part("Grace"), part("<p>Grace</p>", "text/html")))

    assert read.text == "Grace\n\nNews"


def test_rich_text_that_says_the_same_is_not_said_twice():
    rich = part("<bold>Hello</bold>", "text/enriched")

    assert parse(multipart(part("Hello"), rich, kind="alternative")).text == "Hello"
    assert parse(multipart(rich, kind="alternative")).text == "Hello"


def test_files_within_the_text_are_files():
    packed = "begin 644 plan.txt\n#86)C\n`\nend\n"
    read = parse(mail(f"Look:\n\n{packed}\nGrace\n{packed}"))

    assert read.text.split() == ["Look:", "Grace"]
    assert [(each.name, each.content) for each in read.files] == [("plan.txt", b"abc"), ("plan.txt", b"abc")]
    assert parse(mail("begin 644 of a story\nthat does not end")).text.startswith("begin 644")


def test_beginnings_of_files_without_end_take_no_time():
    began = time.process_time()

    parse(mail("begin 644 x\n" * 80_000))
    parse(mail("begin 644 x\n" * 80_000 + "end"))

    assert time.process_time() - began < 3
