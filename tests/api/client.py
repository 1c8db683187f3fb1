"""A program that calls the API of one tenant."""

from __future__ import annotations

import json
from typing import Any

from django.test import Client

from tenants.models import User
from tests.support.world import token_of


class Api:
    """Calls as one person; without one as a stranger. Bodies are sent as JSON, or as they are when they are bytes."""

    def __init__(self, person: User | None = None, *, host: str = "acme.localhost", token: str = "") -> None:
        self.client = Client(headers={"host": host}, raise_request_exception=False)
        self.token = token or (token_of(person) if person else "")

    def get(self, path: str, query: dict[str, Any] | None = None, **headers: str) -> Any:
        return self.call("GET", path, query=query, **headers)

    def post(self, path: str, body: Any = None, **headers: str) -> Any:
        return self.call("POST", path, {} if body is None else body, **headers)

    def patch(self, path: str, body: Any, **headers: str) -> Any:
        return self.call("PATCH", path, body, **headers)

    def upload(self, path: str, fields: dict[str, Any], **headers: str) -> Any:
        """A multipart body."""
        return self.client.post(self._address(path), fields, headers=self._headers(headers))

    def call(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        query: dict[str, Any] | None = None,
        content_type: str = "application/json",
        **headers: str,
    ) -> Any:
        raw = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        return self.client.generic(
            method,
            self._address(path),
            raw,
            content_type=content_type if raw else "application/octet-stream",
            headers=self._headers(headers),
            query_params=query,
        )

    def _headers(self, more: dict[str, str]) -> dict[str, str]:
        named = {name.replace("_", "-"): value for name, value in more.items()}
        return {"Authorization": f"Token {self.token}", **named} if self.token else named

    @staticmethod
    def _address(path: str) -> str:
        return path if path.startswith(("/", "http")) else f"/api/v1/{path}"


def shape_of(answer: Any) -> dict[str, Any]:
    """The body of an error, in the one shape that all have."""
    body = answer.json()
    assert set(body) == {"detail", "code", "fields"}
    assert body["detail"]
    assert body["code"]
    return body
