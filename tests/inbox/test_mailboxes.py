"""Mailboxes on their pages: set up, tried in plain words before they are saved, switched off, and nobody else's."""

from __future__ import annotations

import json
import socket
import threading
from base64 import b64decode
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from django.utils import translation

from inbox.actions import mailboxes as actions
from inbox.errors import MailboxOfSender, MailboxTaken, MailboxUsed
from inbox.imap import connection, looking
from inbox.intake import receiving, routing
from inbox.models import ImapAccount, InboundMail, Mailbox, MailRoute
from tenants import reaching, sealing
from tenants.context import act_as
from tenants.models import Alarm, AuditEntry
from tests.api.client import Api
from tests.inbox.mails import mail
from tests.inbox.sockets import certificate_for, silent_server
from tests.support.imap import PASSWORD, USER, imap_server, scripted
from tests.support.world import MONDAY_9AM, make_person
from tests.tickets.portal import visitor
from tickets.models import Category, Ticket

LIST, NEW = "/desk/mail/mailboxes", "/desk/mail/mailboxes/new"
SALES = "sales@acme.example"


@pytest.fixture(autouse=True)
def loopback(settings):
    settings.PRIVATE_NETWORKS = ["127.0.0.0/8"]


@pytest.fixture
def as_root(at_acme, root):
    return visitor(at_acme, root)


def filled(**more):
    values = {"address": SALES, "way": "imap", "proof": "password", "host": "localhost", "port": "143"}
    values |= {"security": "none", "user": USER, "secret": PASSWORD, "folder": "INBOX", "start": "new"}
    return {**values, "afterwards": "seen", **more}


def told(client, **more) -> str:
    """What the test button says of what is typed."""
    answer = client.post(NEW, filled(**more, **{"try": "yes"}))
    assert answer.status_code == 200, answer.context["form"].errors
    assert not Mailbox.objects.exists(), "it was only tried"
    return answer.context["outcome"].sentence


def test_a_mailbox_is_saved_with_its_other_addresses_and_never_shows_its_password(as_root, at_acme):
    with translation.override("en"):
        page = as_root.post(
            NEW, filled(aliases="Offers@acme.example\nsales@acme.example"), follow=True
        ).content.decode()

    mailbox = Mailbox.objects.get()
    assert mailbox.address in page
    assert PASSWORD not in page
    assert {each.address for each in MailRoute.objects.all()} == {SALES, "offers@acme.example"}
    account = ImapAccount.objects.get()
    assert PASSWORD not in account.secret
    assert sealing.unseal(account.secret) == PASSWORD
    assert Alarm.objects.filter(kind=looking.LOOK, subject=account.pk).exists()
    entry = AuditEntry.objects.get(act="mailbox.added")
    assert entry.after["secret"] == "renewed"
    assert entry.after["aliases"] == ["offers@acme.example"]
    assert PASSWORD not in str(entry.after)
    assert PASSWORD not in as_root.get(f"{LIST}/{mailbox.pk}/").content.decode()


def test_mail_to_another_address_of_it_becomes_the_request_that_its_mailbox_says(as_root, at_acme):
    category = Category.objects.exclude(key="").first()
    given = {"address": SALES, "way": "forward", "aliases": "offers@acme.example"}
    as_root.post(NEW, {**given, "category": category.key, "is_advisory": "on", "language": "ru"})

    kept = receiving.receive(mail(subject="Offer", message_id="<1@pc>"), to="offers@acme.example", at=MONDAY_9AM).mail

    assert kept.mailbox.address == SALES
    ticket = Ticket.objects.get(subject="Offer")
    assert (ticket.category, ticket.sla) == (category, "")


def test_a_password_stays_with_its_server_and_goes_to_no_other(as_root):
    as_root.post(NEW, filled())
    page = f"{LIST}/{Mailbox.objects.get().pk}/"
    as_root.post(page, filled(secret="", folder="Other"))
    assert sealing.unseal(ImapAccount.objects.get().secret) == PASSWORD

    refused = as_root.post(page, filled(secret="", host="elsewhere.example"))

    assert refused.status_code == 422
    assert "secret" in refused.context["form"].errors
    tried = as_root.post(page, filled(secret="", host="elsewhere.example", **{"try": "yes"}))
    assert tried.status_code == 422


def test_another_folder_is_read_from_its_beginning_and_another_wish_is_not(as_root):
    as_root.post(NEW, filled())
    page = f"{LIST}/{Mailbox.objects.get().pk}/"
    ImapAccount.objects.update(uidvalidity=7, last_uid=40, waiting={"3": 1}, began_at=MONDAY_9AM)
    as_root.post(page, filled(secret="", afterwards="delete"))
    assert ImapAccount.objects.get().last_uid == 40

    as_root.post(page, filled(secret="", folder="Other"))

    account = ImapAccount.objects.get()
    assert (account.uidvalidity, account.last_uid, account.waiting, account.began_at) == (None, 0, {}, None)


def test_what_is_missing_is_said_and_what_was_typed_is_still_there(as_root):
    answer = as_root.post(NEW, filled(host="https://imap.acme.example/", user="", afterwards="move", aliases="not one"))

    errors = answer.context["form"].errors
    assert answer.status_code == 422
    assert set(errors) == {"host", "user", "done_folder", "aliases"}
    assert "not one" in answer.content.decode()
    assert not Mailbox.objects.exists()


def test_an_address_leads_to_one_mailbox_of_one_tenant(as_root, at_acme, root, globex, settings):
    with act_as(globex):
        routing.own_mailbox("help@shared.example")
        globex.mail_address = "care@globex.example"
        globex.save()

    settings.SHARED_MAIL_DOMAINS = ["shared.example", "globex.example"]
    for address in ("help@shared.example", "Care@Globex.example"):
        answer = as_root.post(NEW, filled(aliases=address))
        assert answer.status_code == 422
        assert "goes somewhere else already" in answer.content.decode()
    assert not Mailbox.objects.exists()

    actions.save_mailbox(None, actor=root, at=MONDAY_9AM, address=SALES)
    with pytest.raises(MailboxTaken):
        actions.save_mailbox(None, actor=root, at=MONDAY_9AM, address=SALES)


@pytest.mark.parametrize("how", ["address", "alias"])
@pytest.mark.parametrize("domain", ["globex.example", "mail.globex.net", "globex.localhost"])
def test_a_domain_in_which_another_desk_has_mail_is_not_to_be_had(as_root, root, globex, how, domain):
    """By its mailbox, by its sender, by the host of its pages; and nobody is told whose it is."""
    with act_as(globex):
        routing.own_mailbox("help@mail.globex.net")
    claimed = f"Sales@{domain.title()}"

    page = as_root.post(NEW, filled(**({"address": claimed} if how == "address" else {"aliases": claimed})))
    told = Api(root).post("mail/mailboxes/", {"address": claimed} if how == "address" else _with(claimed))

    assert (page.status_code, told.status_code, told.json()["code"]) == (422, 409, "mail_domain_taken")
    for said in (page.content.decode(), told.json()["detail"]):
        assert f"takes mail in the domain {domain}" in said
        assert "Globex" not in said.replace(claimed, "").replace(domain, "")
    assert not Mailbox.objects.exists() and not MailRoute.objects.filter(address=claimed.lower()).exists()


def _with(alias):
    return {"address": SALES, "aliases": [alias]}


def test_public_hosts_and_what_the_operator_allows_are_for_everybody(as_root, root, globex, settings):
    settings.MAIL_HOST, settings.SHARED_MAIL_DOMAINS = "mx.helpdesk.example", ["Group.example"]
    with act_as(globex):
        for domain in ("gmail.com", "mail.ru", "mx.helpdesk.example", "group.example", "eu.acme.example"):
            routing.own_mailbox(f"globex@{domain}")

    for number, domain in enumerate(("gmail.com", "Mail.ru", "mx.helpdesk.example", "GROUP.example", "acme.example")):
        actions.save_mailbox(None, actor=root, at=MONDAY_9AM, address=f"acme{number}@{domain}")

    assert Mailbox.objects.count() == 5


def test_what_was_claimed_before_stays_and_can_be_changed(as_root, root, globex):
    with act_as(globex):
        routing.own_mailbox("help@acme.example")
    mailbox = routing.own_mailbox(SALES)

    actions.save_mailbox(mailbox, actor=root, at=MONDAY_9AM, address=SALES, is_advisory=True)
    own = actions.save_mailbox(None, actor=root, at=MONDAY_9AM, address="support@acme.example")

    assert (own.address, Mailbox.objects.get(pk=mailbox.pk).is_advisory) == ("support@acme.example", True)


def test_a_mailbox_that_is_switched_off_refuses_mail_and_is_not_looked_into(as_root, at_acme):
    as_root.post(NEW, filled(aliases="offers@acme.example"))
    mailbox = Mailbox.objects.get()

    as_root.post(f"{LIST}/{mailbox.pk}/switch", {"on": "no"})

    assert not Alarm.objects.filter(kind=looking.LOOK).exists()
    for address in (SALES, "offers@acme.example"):
        with pytest.raises(routing.NoMailbox):
            receiving.receive(mail(message_id="<1@pc>"), to=address, at=MONDAY_9AM)
    as_root.post(f"{LIST}/{mailbox.pk}/switch", {"on": "yes"})
    assert Alarm.objects.filter(kind=looking.LOOK).exists()
    assert receiving.receive(mail(message_id="<1@pc>"), to=SALES, at=MONDAY_9AM).mail.mailbox == mailbox


def test_the_address_that_customers_answer_to_stays(at_acme, root):
    mailbox = routing.own_mailbox("support@acme.example")

    for act in (
        lambda: actions.switch_mailbox(mailbox, actor=root, at=MONDAY_9AM, on=False),
        lambda: actions.delete_mailbox(mailbox, actor=root),
    ):
        with pytest.raises(MailboxOfSender):
            act()


def test_a_mailbox_goes_only_while_nothing_has_come_to_it(as_root, at_acme, root):
    as_root.post(NEW, filled())
    mailbox = Mailbox.objects.get()
    receiving.receive(mail(message_id="<1@pc>"), to=SALES, at=MONDAY_9AM)
    with pytest.raises(MailboxUsed):
        actions.delete_mailbox(mailbox, actor=root)
    InboundMail.objects.all().delete()

    as_root.post(f"{LIST}/{mailbox.pk}/delete")

    assert not Mailbox.objects.exists()
    assert not MailRoute.objects.exists()
    assert not ImapAccount.objects.exists()


def test_the_list_says_how_each_fares(as_root, at_acme):
    as_root.post(NEW, filled())
    assert "Not looked into yet" in as_root.get(LIST).content.decode()
    ImapAccount.objects.update(looked_at=MONDAY_9AM, taken_at=MONDAY_9AM)
    assert "Works" in as_root.get(LIST).content.decode()
    ImapAccount.objects.update(error="folder", said="INBOX, Sent", failing_since=MONDAY_9AM, next_at=MONDAY_9AM)

    page = as_root.get(LIST).content.decode()

    assert "Needs a look" in page
    assert "There is no folder “INBOX” in this mailbox. There are: INBOX, Sent" in page


@pytest.mark.parametrize("who", ["ada", "grace"])
def test_only_those_who_look_after_the_settings_get_there(as_root, at_acme, who, request):
    as_root.post(NEW, filled())
    pk = Mailbox.objects.get().pk
    client = visitor(at_acme, request.getfixturevalue(who))

    for page in (LIST, NEW, f"{LIST}/{pk}/"):
        assert client.get(page).status_code == 404
    for act in ("switch", "delete", "look"):
        assert client.post(f"{LIST}/{pk}/{act}").status_code == 404
    assert Mailbox.objects.get().is_active


# What the test button says.


def test_what_works_is_said_with_what_lies_there(as_root):
    with imap_server() as server:
        server.put(mail(message_id="<1@pc>"), mail(message_id="<2@pc>"))
        said = told(as_root, port=server.port)

        assert said == "It works: the folder “INBOX” is open, and holds 2 mails."
        assert server.flags() == ["", ""]


def test_a_name_that_nobody_has(as_root):
    assert "no server of this name" in told(as_root, host="nowhere.invalid")


def test_a_name_in_a_private_network(as_root, settings):
    settings.PRIVATE_NETWORKS = []
    for host in ("127.0.0.1", "localhost", "169.254.169.254", "10.0.0.1", "[::1]".strip("[]")):
        if ":" not in host:
            assert "private network" in told(as_root, host=host, port="993")


def test_a_port_of_no_mail_server_on_the_internet_is_not_gone_to(as_root, settings, monkeypatch):
    settings.PRIVATE_NETWORKS = []
    monkeypatch.setattr(reaching.socket, "getaddrinfo", lambda *said, **more: [(2, 1, 6, "", ("93.184.216.34", 0))])
    monkeypatch.setattr(reaching.socket, "create_connection", lambda *said, **more: pytest.fail("it went there"))

    assert "private network" in told(as_root, host="mail.example", port="6379")


def test_a_port_at_which_nothing_listens(as_root):
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    assert f"nothing listens at port {port}" in told(as_root, port=port)


def test_a_port_that_does_not_answer(as_root, monkeypatch):
    monkeypatch.setattr(connection, "SECONDS_AN_ANSWER", 0.4)
    with silent_server() as port:
        assert f"localhost does not answer at port {port}" in told(as_root, port=port)


def test_a_server_that_dawdles(as_root, monkeypatch):
    monkeypatch.setattr("inbox.imap.trying.SECONDS", 0.5)
    with scripted(lambda command, arguments: (threading.Event().wait(3) and None) or "") as port:
        assert "answers so slowly" in told(as_root, port=port)


def test_something_else_than_a_server_to_fetch_mail_from(as_root):
    with scripted(lambda command, arguments: None, greeting="SSH-2.0-OpenSSH_9.2") as port:
        assert "is no server to fetch mail from" in told(as_root, port=port)


def test_a_server_that_hangs_up(as_root):
    with scripted(lambda command, arguments: None) as port:
        assert "hung up without a word" in told(as_root, port=port)


def test_tls_where_the_server_speaks_none(as_root):
    with imap_server() as server:
        assert "does not speak TLS from the start" in told(as_root, port=server.port, security="tls")
        assert "offers no encryption" in told(as_root, port=server.port, security="starttls")


@pytest.mark.parametrize("security", ["tls", "starttls"])
def test_certificates(as_root, tmp_path, monkeypatch, security):
    for names, days, trusted, expected in (
        (["localhost"], 2, True, "It works"),
        (["localhost"], 2, False, "is not signed by anybody known"),
        (["other.example"], 2, True, "is for another name"),
        (["localhost"], -1, True, "has expired"),
    ):
        tls, file = certificate_for(tmp_path, *names, days=days)
        with monkeypatch.context() as patch:
            if trusted:
                patch.setenv("SSL_CERT_FILE", str(file))
            with imap_server(tls=tls, from_the_start=security == "tls") as server:
                said = told(as_root, port=server.port, security=security)
        assert expected in said, expected


def test_a_wrong_password_is_said_without_saying_it(as_root):
    with imap_server() as server:
        said = told(as_root, port=server.port, secret="hunter2")

    assert "does not accept the user “acme” with this password" in said
    assert "hunter2" not in said


def test_a_password_with_letters_of_any_script_reaches_the_server(as_root):
    with imap_server() as server:
        assert "does not accept" in told(as_root, port=server.port, secret="пароль")


def test_a_server_that_has_no_time_now_is_not_taken_for_a_wrong_password(as_root):
    def answer(command, arguments):
        if command == "CAPABILITY":
            return "* CAPABILITY IMAP4rev1"
        return "NO [LIMIT] Too many connections" if command == "LOGIN" else ""

    with scripted(answer) as port:
        assert "asked less often" in told(as_root, port=port)


def test_no_password_is_sent_where_the_server_forbids_it(as_root):
    said = []

    def answer(command, arguments):
        said.append((command, arguments))
        return "* CAPABILITY IMAP4rev1 LOGINDISABLED STARTTLS" if command == "CAPABILITY" else ""

    with scripted(answer) as port:
        assert "not encrypted" in told(as_root, port=port)
    assert PASSWORD not in str(said)


def test_a_folder_that_is_not_there_is_said_with_those_that_are(as_root):
    with imap_server() as server:
        server.make("Sent")
        assert "no folder “Archive” in this mailbox. There are: INBOX, Sent" in told(
            as_root, port=server.port, folder="Archive"
        )
        said = told(as_root, port=server.port, afterwards="move", done_folder="Done")
        assert "no folder “Done” to move mail to. There are: INBOX, Sent" in said


def test_a_folder_that_can_only_be_read(as_root):
    def answer(command, arguments):
        if command == "CAPABILITY":
            return "* CAPABILITY IMAP4rev1"
        return "* 1 EXISTS\n* OK [READ-ONLY] sorry" if command == "SELECT" else ""

    with scripted(answer) as port:
        assert "can only be read" in told(as_root, port=port)


@pytest.mark.parametrize(
    ("used", "expected"), [(100, "The mailbox is full (100 %)"), (95, "But 95 %"), (5, "It works")]
)
def test_a_mailbox_that_is_full_or_nearly(as_root, used, expected):
    def answer(command, arguments):
        if command == "CAPABILITY":
            return "* CAPABILITY IMAP4rev1 QUOTA"
        if command == "GETQUOTAROOT":
            return f'* QUOTAROOT INBOX ""\n* QUOTA "" (STORAGE {used} 100)'
        return "* 1 EXISTS\n* OK [UIDVALIDITY 1] x" if command == "SELECT" else ""

    with scripted(answer) as port:
        assert expected in told(as_root, port=port)


# OAuth 2.0.


@contextmanager
def token_server(folder, monkeypatch, answer: dict, status: int = 200):
    """A provider of tokens, over TLS."""
    tls, file = certificate_for(folder, "localhost")
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    asked: list[str] = []

    class Answer(BaseHTTPRequestHandler):
        def do_POST(self):
            asked.append(self.rfile.read(int(self.headers["Content-Length"])).decode())
            body = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *said):
            """In silence."""

    server = HTTPServer(("127.0.0.1", 0), Answer)
    server.socket = tls.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"https://localhost:{server.server_port}/token", asked
    finally:
        server.shutdown()
        server.server_close()


def takes_token(said: list[str], wanted: str):
    """A mail server that signs in by one token, and writes down what it was told."""

    def answer(command, arguments):
        if command == "CAPABILITY":
            return "* CAPABILITY IMAP4rev1 AUTH=XOAUTH2"
        if command == "AUTHENTICATE":
            return "+"
        if command == "+":
            said.append(b64decode(arguments).decode())
            return "" if wanted in said[-1] else "NO [AUTHENTICATIONFAILED] no"
        return "* 0 EXISTS\n* OK [UIDVALIDITY 1] x\n* OK [UIDNEXT 1] x" if command == "SELECT" else ""

    return answer


OAUTH = {"proof": "oauth", "user": "box@acme.example", "client_id": "us", "secret": ""}


def test_a_token_is_asked_for_and_kept_sealed_until_it_ends(as_root, at_acme, tmp_path, monkeypatch):
    signed: list[str] = []
    answer = takes_token(signed, "t0ken")
    given = {"access_token": "t0ken", "expires_in": 3600, "refresh_token": "n3xt"}
    with token_server(tmp_path, monkeypatch, given) as (url, asked), scripted(answer) as port:
        values = {**OAUTH, "token_url": url, "client_secret": "cl1ent", "refresh_token": "r3fresh", "port": port}
        as_root.post(NEW, filled(**values))
        mailbox = Mailbox.objects.get()
        for minute in range(3):
            looked = looking.look(mailbox, at=MONDAY_9AM + minute * looking.EVERY)
            assert looked.error == ""

    assert signed == ["user=box@acme.example\x01auth=Bearer t0ken\x01\x01"] * 3
    assert len(asked) == 1
    assert "grant_type=refresh_token" in asked[0]
    assert "refresh_token=r3fresh" in asked[0]
    account = ImapAccount.objects.get()
    for sealed, plain in (("access_token", "t0ken"), ("refresh_token", "n3xt"), ("client_secret", "cl1ent")):
        assert plain not in getattr(account, sealed)
        assert sealing.unseal(getattr(account, sealed)) == plain
    page = as_root.get(f"{LIST}/{mailbox.pk}/").content.decode() + str(list(AuditEntry.objects.values("after")))
    assert not [each for each in ("t0ken", "n3xt", "r3fresh", "cl1ent") if each in page]


def test_a_token_that_is_refused_and_one_that_nobody_gives(as_root, tmp_path, monkeypatch):
    refused = {"error": "invalid_grant", "error_description": "r3fresh has been revoked"}
    with token_server(tmp_path, monkeypatch, refused, status=400) as (url, _), imap_server() as server:
        said = told(as_root, **OAUTH, token_url=url, refresh_token="r3fresh", port=server.port)
    assert "No token was given for this mailbox" in said
    assert "invalid_grant … has been revoked" in said

    with token_server(tmp_path, monkeypatch, {"access_token": "t0ken"}) as (url, asked):
        with scripted(takes_token([], "another")) as port:
            assert "does not accept the token" in told(as_root, **OAUTH, token_url=url, client_secret="c", port=port)
        assert "grant_type=client_credentials" in asked[0]
        with scripted(lambda command, said: "* CAPABILITY IMAP4rev1" if command == "CAPABILITY" else "") as port:
            assert "no sign-in by OAuth" in told(as_root, **OAUTH, token_url=url, client_secret="c", port=port)


def test_tokens_are_fetched_from_no_private_network(as_root, settings, tmp_path, monkeypatch):
    settings.PRIVATE_NETWORKS = []
    with token_server(tmp_path, monkeypatch, {"access_token": "t0ken"}) as (url, asked):
        assert "No token could be fetched" in told(as_root, **OAUTH, token_url=url, client_secret="c")
    assert asked == []


def test_what_google_and_microsoft_want_is_known(as_root):
    as_root.post(NEW, filled(proof="microsoft", host="", user="box@acme.example", client_id="us", client_secret="c"))

    account = ImapAccount.objects.get()
    assert account.host == "outlook.office365.com"
    assert account.token_url.startswith("https://login.microsoftonline.com/")
    assert "IMAP.AccessAsUser.All" in account.scope


# Over REST.


def test_mailboxes_over_rest(at_acme, root, ada):
    with imap_server() as server:
        program, path = Api(root), "mail/mailboxes/"
        imap = {"host": "localhost", "port": server.port, "security": "none", "user": USER, "secret": PASSWORD}
        made = program.post(path, {"address": SALES, "aliases": ["offers@acme.example"], "imap": imap})
        assert made.status_code == 201, made.content
        told = made.json()
        assert PASSWORD not in made.content.decode()
        assert told["imap"]["has_secret"] is True
        one = f"{path}{told['id']}/"
        assert program.post(f"{one}try/").json()["is_good"] is True
        wrong = program.post(f"{path}try/", {"address": "x@acme.example", "imap": {**imap, "secret": "wrong"}}).json()
        assert (wrong["is_good"], wrong["what"]) == (False, "password")
    changed = program.patch(one, {"is_advisory": True, "imap": {"folder": "Other"}})
    assert changed.status_code == 200, changed.content
    assert (changed.json()["is_advisory"], changed.json()["imap"]["folder"]) == (True, "Other")
    assert changed.json()["aliases"] == ["offers@acme.example"]
    assert sealing.unseal(ImapAccount.objects.get().secret) == PASSWORD
    assert program.patch(one, {"imap": None}).json()["imap"] is None
    assert program.patch(one, {"is_active": False}).json()["is_active"] is False
    assert [each["address"] for each in program.get(path).json()["results"]] == [SALES]
    assert program.patch(one, {"imap": {"host": "a b"}}).status_code == 400
    assert program.post(path, {"address": SALES}).status_code == 409
    assert program.post(path, {"address": "y@acme.example", "tenant": 2}).status_code == 400
    for method, where in (("GET", path), ("GET", one), ("POST", path), ("PATCH", one), ("DELETE", one)):
        assert Api(ada).call(method, where, {} if method in ("POST", "PATCH") else None).status_code == 403
    assert program.call("DELETE", one).status_code == 204
    assert program.get(one).status_code == 404


def test_mailboxes_of_others_are_not_there_over_rest(at_acme, root, globex):
    with act_as(globex):
        other = routing.own_mailbox("help@globex.example")
        make_person("Zoe", "admin")
    program = Api(root)

    for method in ("GET", "DELETE"):
        assert program.call(method, f"mail/mailboxes/{other.pk}/").status_code == 404
    assert program.patch(f"mail/mailboxes/{other.pk}/", {"is_advisory": True}).status_code == 404
    assert program.post(f"mail/mailboxes/{other.pk}/try/").status_code == 404
    assert program.get("mail/mailboxes/").json()["results"] == []
