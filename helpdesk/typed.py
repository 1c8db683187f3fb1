"""What people type and programs send, without NUL: Postgres keeps none, and nobody means to write one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict

GetResponse = Callable[[HttpRequest], HttpResponse]


def forms_without_nul(get_response: GetResponse) -> GetResponse:
    """Forms reach every view without NUL; bodies for the API are cleaned by its parsers.

    What providers bring of mail is no form of ours: it is read as bytes, and as large as a mail may be.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        if request.method == "POST" and not request.path.startswith(("/api/", "/mail-hooks/")):
            request.POST = form_without_nul(request.POST)  # type: ignore[assignment]
        return get_response(request)

    return middleware


def form_without_nul(sent: QueryDict) -> QueryDict:
    """The same fields; the very same object where there is no NUL."""
    if not any("\0" in name or any("\0" in text for text in texts) for name, texts in sent.lists()):
        return sent
    clean = QueryDict(mutable=True, encoding=sent.encoding)
    for name, texts in sent.lists():
        clean.setlist(name.replace("\0", ""), [text.replace("\0", "") for text in texts])
    clean._mutable = False
    return clean


def json_without_nul(value: Any) -> Any:
    """The same JSON value without NUL in its texts and names."""
    if isinstance(value, str):
        return value.replace("\0", "")
    if isinstance(value, list):
        return [json_without_nul(each) for each in value]
    if isinstance(value, dict):
        return {name.replace("\0", ""): json_without_nul(each) for name, each in value.items()}
    return value
