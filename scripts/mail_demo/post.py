"""The other side: a mail server that takes mail by SMTP, an IMAP folder in which a customer finds it, and the door."""

from __future__ import annotations

import imaplib
import smtplib
import sys
from collections.abc import Mapping
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP

from scripts import dovecot
from scripts.processes import Child, free_port, wait_for

#: Whose folder lies on the IMAP server, and the domain that this mail server vouches for.
CUSTOMER, PASSWORD = "grace@customer.example", "grace"
DOMAIN = "customer.example"
#: How the mail server calls itself in Authentication-Results: what the desk's mailbox believes.
AUTHSERV = "mx.acme.example"


class Office:
    """Aiosmtpd as the mail server, Dovecot as the IMAP server; mail for `desk` goes on to the desk's door by LMTP.

    Where there is no Dovecot, pymap, an IMAP server in Python, stands in for it: `is_real` says so.
    """

    def __init__(self, folder: Path, *, desk: str, lmtp_port: int, smtp_port: int = 0) -> None:
        self.desk, self.lmtp_port = desk, lmtp_port
        self.smtp_port = smtp_port or free_port()
        self._smtp = _Server(self, hostname="127.0.0.1", port=self.smtp_port)
        self.is_real = dovecot.find() is not None
        self._imap = dovecot.Dovecot({CUSTOMER: PASSWORD}) if self.is_real else _StandIn(folder)

    def __enter__(self) -> Office:
        self._imap.start()
        self._smtp.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._smtp.stop()
        self._imap.stop()

    def send(self, sender: str, to: str, subject: str, text: str, headers: Mapping[str, str] | None = None) -> str:
        """Hand a mail in, as a mail program does. Returns its Message-ID."""
        mail = EmailMessage(policy=policy.SMTP)
        mail["From"], mail["To"], mail["Subject"] = sender, to, subject
        mail["Date"], mail["Message-ID"] = formatdate(localtime=True), make_msgid(domain=sender.rpartition("@")[2])
        for name, value in (headers or {}).items():
            mail[name] = value
        mail.set_content(text)
        with smtplib.SMTP("127.0.0.1", self.smtp_port, timeout=60) as client:
            client.sendmail(sender, [to], mail.as_bytes())
        return str(mail["Message-ID"])

    def answer(self, mail: EmailMessage, text: str) -> str:
        """The customer answers a mail: to where it asks for answers, below its words. Returns the Message-ID."""
        references = f"{mail.get('References', '')} {mail['Message-ID']}".strip()
        quoted = "\n".join(f"> {line}" for line in text_of(mail).splitlines())
        subject = str(mail["Subject"])
        return self.send(
            CUSTOMER,
            mail["Reply-To"].addresses[0].addr_spec,
            subject if subject.startswith("Re:") else f"Re: {subject}",
            f"{text}\n\nOn Mon, Mar 2, 2026 at 10:00 AM {mail['From']} wrote:\n{quoted}\n",
            {"In-Reply-To": str(mail["Message-ID"]), "References": references},
        )

    def folder(self) -> list[EmailMessage]:
        """What lies in the customer's folder, oldest first."""
        with self._folder() as client:
            _, found = client.search(None, "ALL")
            mails = [client.fetch(number, "(RFC822)")[1][0] for number in found[0].split()]
        return [message_from_bytes(each[1], policy=policy.default) for each in mails]  # type: ignore[index, arg-type]

    def deliver(self, sender: str, to: str, raw: bytes) -> str:
        """What this mail server does with a mail. Returns its answer."""
        if to.rpartition("@")[2] == self.desk.rpartition("@")[2]:
            # Its own customers have signed in to send; of all others it knows nothing.
            proof = "pass" if sender.endswith(f"@{DOMAIN}") else "none"
            head = f"Authentication-Results: {AUTHSERV}; dmarc={proof} header.from={sender.rpartition('@')[2]}\r\n"
            with smtplib.LMTP("127.0.0.1", self.lmtp_port, timeout=60) as door:
                door.sendmail(sender, [to], head.encode() + raw)
        elif to == CUSTOMER:
            with self._folder() as client:
                client.append("INBOX", "", "", raw)
        else:
            return "250 2.0.0 Taken, for somebody who is not in this story"
        return "250 2.0.0 Taken"

    def _folder(self) -> imaplib.IMAP4:
        return _opened(self._imap.port)


def _opened(port: int) -> imaplib.IMAP4:
    """The customer's folder at the IMAP server of this port."""
    client = imaplib.IMAP4("127.0.0.1", port, timeout=60)
    client.login(CUSTOMER, PASSWORD)
    client.select("INBOX")
    return client


class _StandIn:
    """Pymap, with the customer's folder in its memory."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        options = ["--no-tls", "dict", "--demo-data", f"--demo-user={CUSTOMER}", f"--demo-password={PASSWORD}"]
        command = [str(Path(sys.executable).parent / "pymap"), "--host=127.0.0.1", f"--port={self.port}", *options]
        self._child = Child("imap", command, log=folder / "imap.log", env={}, cwd=folder)

    def start(self) -> None:
        """Start it, and wait until it answers."""
        self._child.start()
        wait_for(self._child, self._opens, seconds=60, what="The IMAP server")
        with _opened(self.port) as client:  # it lays some examples into it
            client.store("1:*", "+FLAGS", "\\Deleted")
            client.expunge()

    def stop(self) -> None:
        """End it."""
        self._child.stop()

    def _opens(self) -> bool:
        try:
            with _opened(self.port):
                return True
        except (OSError, imaplib.IMAP4.error):
            return False


class _Server(Controller):
    """SMTP for everybody on this machine."""

    def __init__(self, office: Office, **options: Any) -> None:
        super().__init__(self, **options)
        self.office = office

    def factory(self) -> SMTP:
        return SMTP(self, hostname=AUTHSERV, decode_data=False, enable_SMTPUTF8=True)

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        """Deliver at once; a thread, since IMAP and LMTP are spoken there."""
        try:
            for to in envelope.rcpt_tos:
                await self.loop.run_in_executor(
                    None, self.office.deliver, envelope.mail_from, to, envelope.original_content
                )
        except smtplib.SMTPRecipientsRefused as refused:
            code, words = next(iter(refused.recipients.values()))
            return f"{code} {words.decode()}"
        except (OSError, smtplib.SMTPException, imaplib.IMAP4.error) as error:
            return f"451 4.3.0 {type(error).__name__}"
        return "250 2.0.0 Taken"


def text_of(mail: EmailMessage) -> str:
    """Its plain words."""
    part = mail.get_body(preferencelist=("plain",))
    return str(part.get_content()) if part is not None else ""
