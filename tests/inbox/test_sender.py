"""The tenant's sender on its page: saved, tried in plain words, signed, and its DNS records looked up."""

import socket
import threading
from contextlib import contextmanager

import dns.flags
import dns.message
import dns.rrset
import pytest

from inbox.intake import routing
from inbox.mail import servers, smtp
from inbox.models import Sender
from tenants import sealing
from tenants.context import act_as
from tenants.models import AuditEntry
from tests.api.client import Api
from tests.inbox.sockets import Handler, certificate_for, mail_server, silent_server
from tests.tickets.portal import visitor

PAGE = "/desk/mail/sender"


@pytest.fixture(autouse=True)
def loopback(settings):
    settings.PRIVATE_NETWORKS = ["127.0.0.0/8"]
    servers.forget()


@pytest.fixture
def as_root(at_acme, root):
    return visitor(at_acme, root)


def filled(**more):
    values = {"address": "help@acme.example", "way": "smtp", "host": "localhost", "port": "587", "security": "none"}
    return {**values, "return_path": "plus", **more}


def told(client, **more):
    """What the test button says with these settings."""
    assert client.post(PAGE, filled(**more)).status_code == 302
    return client.post(f"{PAGE}/try", follow=True).content.decode()


def test_what_is_saved_is_shown_but_never_the_password(as_root, at_acme):
    page = as_root.post(PAGE, filled(user="acme", secret="hunter2", name="Acme Care"), follow=True).content.decode()

    assert "Mail leaves this way from now on" in page
    assert "hunter2" not in page
    assert 'value="localhost"' in page
    sender = Sender.objects.get()
    assert "hunter2" not in sender.secret
    assert sealing.unseal(sender.secret) == "hunter2"
    at_acme.refresh_from_db()
    assert at_acme.mail_address == "help@acme.example"
    entry = AuditEntry.objects.get(act="sender.changed")
    assert entry.after["secret"] == "renewed"
    assert "hunter2" not in str(entry.after)


def test_a_password_stays_with_its_server_and_never_goes_to_another(as_root):
    as_root.post(PAGE, filled(user="acme", secret="hunter2"))
    as_root.post(PAGE, filled(user="acme", name="New name"))
    assert sealing.unseal(Sender.objects.get().secret) == "hunter2"

    as_root.post(PAGE, filled(user="acme", host="elsewhere.example"))

    assert Sender.objects.get().secret == ""


def test_what_is_missing_is_said_and_what_was_typed_is_still_there(as_root):
    answer = as_root.post(PAGE, filled(host="", name="Acme Care", return_path="domain"))

    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Enter the name of your mail server." in page
    assert "Enter the domain for what comes back." in page
    assert 'value="Acme Care"' in page
    assert not Sender.objects.exists()


def test_to_agents_managers_and_customers_the_page_does_not_exist(at_acme, ada, mary, grace):
    for person in (ada, mary, grace):
        client = visitor(at_acme, person)
        assert client.get(PAGE).status_code == 404
        assert client.post(f"{PAGE}/key").status_code == 404
    assert not Sender.objects.exists()


def test_a_test_mail_that_leaves(as_root, root):
    with mail_server() as door:
        page = told(as_root, port=door.port)

    assert f"The test mail to {root.email} left." in page
    assert door.handler.taken[0].recipients == [root.email]
    assert "Test mail of" in door.handler.taken[0].message["Subject"]


def test_a_wrong_name_is_told(as_root, settings):
    assert "There is no server of this name." in told(as_root, host="no-such-host.invalid")
    settings.PRIVATE_NETWORKS = []
    assert "leads into a private network" in told(as_root, host="127.0.0.1")


def test_a_wrong_port_is_told(as_root):
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    assert f"nothing listens at port {port}" in told(as_root, port=port)


def test_a_port_that_says_nothing_is_told(as_root, monkeypatch):
    monkeypatch.setattr(smtp, "SECONDS_AN_ANSWER", 0.5)
    with silent_server() as port:
        assert f"does not answer at port {port}" in told(as_root, port=port)


def test_encryption_that_the_server_does_not_know_is_told(as_root):
    with mail_server() as door:
        assert "The server offers no encryption at port" in told(as_root, port=door.port, security="starttls")
        assert "does not speak TLS from the start" in told(as_root, port=door.port, security="tls")


@pytest.mark.parametrize(
    ("name", "days", "trusted", "sentence"),
    [
        ("localhost", 2, False, "is not signed by anybody known"),
        ("localhost", -2, True, "has expired"),
        ("mail.acme.example", 2, True, "is for another name"),
    ],
)
def test_what_is_wrong_with_a_certificate_is_told(as_root, tmp_path, monkeypatch, name, days, trusted, sentence):
    context, file = certificate_for(tmp_path, name, days=days)
    if trusted:
        monkeypatch.setenv("SSL_CERT_FILE", str(file))
    with mail_server(tls=context) as door:
        assert sentence in told(as_root, port=door.port, security="starttls")
    assert door.handler.taken == []


def test_a_wrong_password_is_told(as_root, tmp_path, monkeypatch):
    context, file = certificate_for(tmp_path, "localhost")
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    with mail_server(tls=context, password="s3cret") as door:
        wrong = told(as_root, port=door.port, security="starttls", user="acme", secret="hunter2")
        right = told(as_root, port=door.port, security="starttls", user="acme", secret="s3cret")

    assert "does not accept the user “acme” with this password" in wrong
    assert "hunter2" not in wrong
    assert "left." in right


def test_a_server_that_does_not_take_the_sender_is_told(as_root):
    class Strict(Handler):
        async def handle_MAIL(self, server, session, envelope, address, options):
            return "553 5.7.1 Not your address"

    with mail_server(Strict()) as door:
        assert "553 5.7.1 Not your address" in told(as_root, port=door.port)


def test_it_is_told_in_the_reader_s_language(as_root, root):
    root.language = "ru"
    root.save()
    as_root.post(PAGE, filled(host="no-such-host.invalid"))

    page = as_root.post(f"{PAGE}/try", follow=True).content.decode()

    assert "Сервера с таким именем нет." in page


@pytest.mark.parametrize("domain", ["globex.example", "desks.globex.example"])
def test_nobody_sends_from_a_domain_of_another_desk_or_has_mail_come_back_there(as_root, at_acme, root, globex, domain):
    with act_as(globex):
        routing.own_mailbox("help@desks.globex.example")
    bounces = {"return_path": "domain", "bounce_domain": domain}

    answers = [as_root.post(PAGE, filled(address=f"help@{domain}")), as_root.post(PAGE, filled(**bounces))]
    told = Api(root).call("PUT", "mail/sender/", {**filled(address=f"help@{domain}"), "port": 587})

    assert [answer.status_code for answer in answers] == [422, 422]
    for answer in answers:
        assert "Another desk of this site takes mail in the domain" in answer.content.decode()
    assert (told.status_code, told.json()["code"]) == (409, "mail_domain_taken")
    at_acme.refresh_from_db()
    assert at_acme.mail_address == "support@acme.example"
    assert as_root.post(PAGE, filled(address="acme@gmail.com")).status_code == 302


@contextmanager
def name_server(records):
    """A DNS server on a socket that knows these: {(name, kind): [texts]}."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))

        def answer():
            while True:
                try:
                    packet, where = server.recvfrom(4096)
                except OSError:
                    return
                query = dns.message.from_wire(packet)
                asked = query.question[0]
                kind = "TXT" if asked.rdtype == 16 else "MX"
                said = dns.message.make_response(query)
                said.flags |= dns.flags.AA
                found = records.get((asked.name.to_text().rstrip("."), kind))
                if found:
                    said.answer.append(dns.rrset.from_text(asked.name, 60, "IN", kind, *found))
                else:
                    said.set_rcode(3)
                server.sendto(said.to_wire(), where)

        thread = threading.Thread(target=answer, daemon=True)
        thread.start()
        yield f"127.0.0.1:{server.getsockname()[1]}"


def in_dns(text):
    """As a record of parts of 255 at most."""
    return " ".join(f'"{text[start : start + 255]}"' for start in range(0, len(text), 255))


def test_the_records_are_shown_and_what_dns_has_of_them(as_root, settings):
    settings.MAIL_HOST = "mx.helpdesk.example"
    as_root.post(PAGE, filled(host="smtp.acme.example", return_path="domain", bounce_domain="bounces.acme.example"))
    as_root.post(f"{PAGE}/key")
    sender = Sender.objects.get()
    page = as_root.get(PAGE).content.decode()
    for value in (
        "v=spf1 mx a:smtp.acme.example ~all",
        f"{sender.selector}._domainkey.acme.example",
        f"p={sender.public_key}",
        "_dmarc.acme.example",
        "10 mx.helpdesk.example.",
    ):
        assert value in page.replace("&#x27;", "'")

    known = {
        ("acme.example", "TXT"): ['"google-site-verification=x"', '"v=spf1 include:spf.acme.example -all"'],
        (f"{sender.selector}._domainkey.acme.example", "TXT"): [in_dns(f"v=DKIM1; k=rsa; p={sender.public_key}")],
        ("bounces.acme.example", "MX"): ["10 mx.helpdesk.example."],
        ("bounces.acme.example", "TXT"): ['"v=spf1 a:smtp.acme.example ~all"'],
    }
    with name_server(known) as where:
        settings.DNS_SERVERS = [where]
        as_root.post(f"{PAGE}/records")

    sender.refresh_from_db()
    assert sender.seen == {"spf": "other", "dkim": "there", "dmarc": "missing", "mx": "there", "bounce_spf": "there"}
    page = as_root.get(PAGE).content.decode()
    assert "There is another one" in page
    assert "Not there" in page


def test_a_silent_dns_is_not_taken_for_a_missing_record(as_root, settings, monkeypatch):
    from inbox.mail import records

    monkeypatch.setattr(records, "SECONDS", 0.3)
    as_root.post(PAGE, filled())
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
        silent.bind(("127.0.0.1", 0))
        settings.DNS_SERVERS = [f"127.0.0.1:{silent.getsockname()[1]}"]
        as_root.post(f"{PAGE}/records")

    assert set(Sender.objects.get().seen.values()) == {"unknown"}


def test_signing_is_switched_on_by_hand_and_off_by_a_new_key(as_root):
    as_root.post(PAGE, filled())
    page = as_root.post(f"{PAGE}/signing", {"on": "yes"}, follow=True).content.decode()
    assert "There is no key to sign with yet." in page
    as_root.post(f"{PAGE}/key")
    as_root.post(f"{PAGE}/signing", {"on": "yes"})
    sender = Sender.objects.get()
    assert sender.signs
    assert "PRIVATE KEY" not in sender.private_key

    as_root.post(f"{PAGE}/key")

    renewed = Sender.objects.get()
    assert not renewed.signs
    assert renewed.public_key != sender.public_key


def test_another_domain_is_not_signed_for_before_its_records_are_there(as_root):
    as_root.post(PAGE, filled())
    as_root.post(f"{PAGE}/key")
    as_root.post(f"{PAGE}/signing", {"on": "yes"})

    as_root.post(PAGE, filled(address="help@other.example"))

    assert not Sender.objects.get().signs


def test_programs_of_administrators_set_it_up_and_try_it(at_acme, root, ada):
    program = Api(root)
    body = {"address": "help@acme.example", "way": "smtp", "host": "localhost", "secret": "hunter2"}

    with mail_server() as door:
        saved = program.call("PUT", "mail/sender/", {**body, "port": door.port, "security": "none"})
        tried = program.post("mail/sender/try/")

    assert (saved.status_code, tried.status_code) == (200, 200)
    assert saved.json()["has_secret"]
    assert "hunter2" not in saved.content.decode()
    assert tried.json()["is_good"]
    assert program.call("PUT", "mail/sender/", {**body, "host": ""}).status_code == 400
    assert program.call("PUT", "mail/sender/", {**body, "tenant": 2}).status_code == 400
    assert Api(ada).get("mail/sender/").status_code == 403
