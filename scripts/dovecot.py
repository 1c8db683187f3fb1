"""Dovecot, as the IMAP server of a mail provider: a process of our own, with nothing of the machine's but its program.

`python -m scripts.dovecot` installs Debian's when none is found and we may.
"""

from __future__ import annotations

import grp
import imaplib
import os
import pwd
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from scripts.processes import (
    PLAIN_ENVIRONMENT,
    CannotStart,
    Child,
    free_port,
    service_user,
    throwaway_folder,
    wait_for,
)

#: Its configuration is another one from 2.4 on.
SERIES = "2.3."
MISSING = (
    "no Dovecot 2.3 was found: install one (Debian 12: apt-get install dovecot-imapd), or name its program in DOVECOT"
)
_PACKAGE = "dovecot-imapd"
#: Asked by Debian's packages whether they may start what they bring.
_MAY_START = Path("/usr/sbin/policy-rc.d")
_CONFIGURATION = """\
protocols = imap
listen = 127.0.0.1
base_dir = {folder}/run
state_dir = {folder}/state
log_path = /dev/stderr
disable_plaintext_auth = no
# Who has mistyped is not kept waiting: nobody guesses here.
auth_failure_delay = 0
passdb {{
  driver = passwd-file
  args = {folder}/passwords
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={folder}/mail/%u
}}
mail_location = maildir:~/Maildir
first_valid_uid = {uid}
first_valid_gid = {gid}
service imap-login {{
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
service anvil {{
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
{encryption}
{rootless}
"""
_ENCRYPTION = """\
ssl = yes
ssl_cert = <{certificate}
ssl_key = <{key}
"""
# Without root there is no other user to become, and nothing to be shut into.
_ROOTLESS = """\
default_internal_user = {user}
default_login_user = {user}
default_internal_group = {group}
service anvil {{
  chroot =
}}
service imap-login {{
  chroot =
}}
"""


def find() -> str | None:
    """The program to start, or None. One that wants another configuration than ours counts as none."""
    named = os.environ.get("DOVECOT")
    # Debian puts it where the PATH of a user who is not root does not lead.
    program = shutil.which(named) if named else shutil.which("dovecot") or shutil.which("/usr/sbin/dovecot")
    return program if program and _version(program, "--version").startswith(SERIES) else None


def _version(*command: str) -> str:
    try:
        return subprocess.run(command, capture_output=True, text=True, timeout=20, check=False).stdout.strip()
    except (OSError, subprocess.SubprocessError):
        return ""


def install() -> bool:
    """Install Debian's if this is Debian, we are root and it would not become a mail server of this machine."""
    if os.geteuid() != 0 or shutil.which("apt-get") is None or Path("/run/systemd/system").exists():
        return False
    with _nothing_starts():
        if not _apt("update") or f":{SERIES}" not in _version("apt-cache", "show", "--no-all-versions", _PACKAGE):
            return False
        return _apt("install", "--yes", "--no-install-recommends", _PACKAGE) and find() is not None


def _apt(*arguments: str) -> bool:
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    command = ["apt-get", *arguments]
    return subprocess.run(command, env=environment, stdin=subprocess.DEVNULL, check=False).returncode == 0


@contextmanager
def _nothing_starts() -> Iterator[None]:
    """Debian's packages start what they bring; not here, where only the program is wanted."""
    try:
        with _MAY_START.open("x") as file:
            file.write("#!/bin/sh\nexit 101\n")
    except FileExistsError:  # containers have one
        yield
        return
    try:
        _MAY_START.chmod(0o755)
        yield
    finally:
        _MAY_START.unlink()


class Dovecot:
    """A server on a free port of this machine, with a Maildir for each user of `passwords`, gone when it stops.

    With `certificate`, a file of it and one of its key, it offers STARTTLS.
    """

    def __init__(self, passwords: Mapping[str, str], *, certificate: tuple[Path, Path] | None = None) -> None:
        self.port = free_port()
        self._passwords, self._certificate = passwords, certificate
        self._folder: Path | None = None
        self._child: Child | None = None

    def start(self) -> None:
        """Start it, and wait until it answers. Raises CannotStart."""
        program = find()
        if program is None:
            raise CannotStart(MISSING)
        self._folder = throwaway_folder("helpdesk-imap-")
        try:
            command = (program, "-F", "-c", str(self._configured(self._folder)))
            log = self._folder / "imap.log"
            self._child = Child("imap", command, log=log, env=PLAIN_ENVIRONMENT, cwd=self._folder)
            self._child.start()
            wait_for(self._child, self._answers, seconds=60, what="Dovecot")
        except BaseException:
            self.stop()
            raise

    def _configured(self, folder: Path) -> Path:
        """Lay out its folder. Returns the file that it is started with."""
        # Mail lies with a user who is not root: Dovecot gives root's to nobody.
        owner = service_user() or pwd.getpwuid(os.geteuid())
        mail = folder / "mail"
        mail.mkdir()
        os.chown(mail, owner.pw_uid, owner.pw_gid)
        passwords = [f"{user}:{{PLAIN}}{password}\n" for user, password in self._passwords.items()]
        (folder / "passwords").write_text("".join(passwords))
        encryption, rootless = "ssl = no", ""
        if self._certificate is not None:
            encryption = _ENCRYPTION.format(certificate=self._certificate[0], key=self._certificate[1])
        if os.geteuid() != 0:
            rootless = _ROOTLESS.format(user=owner.pw_name, group=grp.getgrgid(owner.pw_gid).gr_name)
        names: dict[str, Any] = {"folder": folder, "uid": owner.pw_uid, "gid": owner.pw_gid, "port": self.port}
        file = folder / "dovecot.conf"
        file.write_text(_CONFIGURATION.format(**names, encryption=encryption, rootless=rootless))
        return file

    def stop(self) -> None:
        """End it, and all of its mail."""
        if self._child is not None:
            self._child.stop()
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)

    def __enter__(self) -> Dovecot:
        self.start()
        return self

    def __exit__(self, *error: object) -> None:
        self.stop()

    def _answers(self) -> bool:
        with suppress(OSError, imaplib.IMAP4.error):
            imaplib.IMAP4("127.0.0.1", self.port, timeout=10).shutdown()
            return True
        return False


def main() -> int:
    """Make sure that there is one; where there is none, what needs it says what it does without."""
    if find() is None:
        print("Installing Dovecot, the IMAP server of the customer's side ...", flush=True)
        install()
    return 0


if __name__ == "__main__":
    sys.exit(main())
