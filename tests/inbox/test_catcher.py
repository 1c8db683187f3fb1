"""Without a mail server every mail is a file that any mail program opens."""

import email
import email.policy
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.mail import EmailMessage

from tenants import alarms
from tests.support.world import MONDAY_9AM, make_ticket


@pytest.fixture
def folder(settings, tmp_path) -> Path:
    settings.EMAIL_BACKEND = "inbox.mail.catcher.FileCatcher"
    settings.EMAIL_FILE_PATH = str(tmp_path / "mail")
    return tmp_path / "mail"


def test_a_mail_lands_as_a_file_in_its_tenant_s_folder(at_acme, grace, folder):
    make_ticket(grace, "Принтер горит 😀")

    alarms.work_due(MONDAY_9AM + timedelta(minutes=1))

    (file,) = (folder / "acme").iterdir()
    assert file.suffix == ".eml"
    assert "принтер-горит" in file.name
    read = email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
    assert read["Subject"] == "[#1] Принтер горит 😀"
    assert read["To"] == grace.email
    assert "Its number is 1." in read.get_body(("plain",)).get_content()
    assert "Its number is 1." in read.get_body(("html",)).get_content()


@pytest.mark.parametrize("subject", ["../../etc/passwd", "a/b\\c", "", "x" * 900, "😀" * 200, "..", "й" * 300])
def test_no_subject_leads_out_of_the_folder_or_is_too_long_for_a_name(at_acme, folder, subject):
    EmailMessage(subject, "Words.", "a@x.example", ["b@x.example"]).send()

    (file,) = folder.rglob("*.eml")
    assert file.parent == folder / "acme"


def test_two_mails_of_one_moment_are_two_files_and_none_is_half_written(at_acme, folder):
    for _turn in range(5):
        EmailMessage("Same", "Words.", "a@x.example", ["b@x.example"]).send()

    names = [file.name for file in (folder / "acme").iterdir()]
    assert len(names) == 5
    assert not [name for name in names if name.startswith(".")]


def test_mail_of_no_tenant_has_a_folder_too(folder):
    EmailMessage("Site", "Words.", "a@x.example", ["b@x.example"]).send()

    assert len(list((folder / "site").iterdir())) == 1
