"""Mailboxes on other servers, whose mail is fetched (IMAP)."""
