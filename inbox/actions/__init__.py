"""What can be done with mail that goes out, and with how it goes."""

from inbox.actions.posting import SEND, post, post_account_mail, send_again, withhold_batch

__all__ = ["SEND", "post", "post_account_mail", "send_again", "withhold_batch"]
