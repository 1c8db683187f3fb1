"""How a tenant looks: its logo, chosen by an administrator and shown on pages and in mails."""
