"""The demo: five tenants on their real policies, with a month behind them, made by running the real actions."""

from pathlib import Path

SLUGS = ("ione", "techsupport", "alleanza", "justo", "hostiquant")
TEXTS = Path(__file__).parent / "texts"
#: Everyone's password in the demo; printed when it starts.
PASSWORD = "demo-helpdesk-2026"  # noqa: S105 - the demo's logins are for everybody
