"""Tokens by which a mailbox is opened without its password (OAuth 2.0, RFC 6749, sections 4.4 and 6)."""

from __future__ import annotations

import http.client
import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode, urlsplit

from inbox.imap.settings import Settings
from inbox.imap.troubles import Trouble
from inbox.mail.fetching import Reached
from tenants.errors import Refused

SECONDS = 15.0
#: Bytes of an answer that are read; tokens have some thousand.
_LONGEST = 100_000


@dataclass(frozen=True)
class Granted:
    """A token, for how many seconds it is good, and the refresh token that takes the place of the former, if any."""

    access_token: str = field(repr=False)
    seconds: int
    refresh_token: str = field(default="", repr=False)


def fetch(settings: Settings) -> Granted:
    """Ask the provider for a token. Raises Trouble."""
    asked = {"client_id": settings.client_id, "scope": settings.scope}
    if settings.client_secret:
        asked["client_secret"] = settings.client_secret
    if settings.refresh_token:
        asked |= {"grant_type": "refresh_token", "refresh_token": settings.refresh_token}
    else:
        asked["grant_type"] = "client_credentials"
    status, answer = _post(settings.token_url, {name: value for name, value in asked.items() if value})
    token = answer.get("access_token")
    if status != 200 or not isinstance(token, str) or not token:
        words = [str(answer.get(name) or "") for name in ("error", "error_description")]
        raise Trouble("token", settings.without_secrets(" ".join(words).strip() or str(status)))
    seconds = answer.get("expires_in")
    seconds = int(seconds) if isinstance(seconds, int | str) and str(seconds).isdecimal() else 0
    return Granted(token, seconds, str(answer.get("refresh_token") or ""))


def _post(url: str, values: dict[str, str]) -> tuple[int, dict[str, Any]]:
    parts = urlsplit(url)
    where = parts.netloc or url
    if parts.scheme != "https" or not parts.hostname:
        raise Trouble("token_url", where)
    connection = Reached(parts.hostname, parts.port or 443, timeout=SECONDS)
    try:
        path = f"{parts.path or '/'}{'?' + parts.query if parts.query else ''}"
        kind = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
        connection.request("POST", path, urlencode(values), kind)
        answer = connection.getresponse()
        return answer.status, _object(answer.read(_LONGEST))
    except (OSError, http.client.HTTPException, Refused, ValueError):
        raise Trouble("token_url", where) from None
    finally:
        connection.close()


def _object(body: bytes) -> dict[str, Any]:
    try:
        said = json.loads(body)
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}
