"""`Idempotency-Key`: a POST sent again gets the answer of the first and does nothing twice."""

import hashlib
import json
import re
from typing import Any, cast

from django.core.files.base import File
from django.db import transaction
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _
from rest_framework import status
from rest_framework.exceptions import APIException
from rest_framework.request import Request
from rest_framework.response import Response

from tenants.models import IdempotentRequest, User

KEY = re.compile("[!-~]{1,200}")


class KeyUsedDifferently(APIException):
    """The key was used for another request."""

    status_code = status.HTTP_422_UNPROCESSABLE_ENTITY
    default_detail = _("This Idempotency-Key was used for a different request. Use a new key for each request.")
    default_code = "idempotency_key_reused"


class KeyInvalid(APIException):
    """The key is empty, too long, or has unusual characters."""

    status_code = status.HTTP_400_BAD_REQUEST
    default_detail = _("An Idempotency-Key is 1 to 200 visible ASCII characters, such as a UUID.")
    default_code = "idempotency_key_invalid"


class IdempotentMixin:
    """For views: answers a POST with the kept answer of the same key, tenant and person.

    The key is claimed by inserting its row: requests at the same moment wait for the first one's transaction.
    What was refused is rolled back together with its key, so that a corrected request may use it again.
    """

    _claimed: IdempotentRequest | None = None

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        """Answer in a savepoint that an error takes back."""
        with transaction.atomic():
            response = super().dispatch(request, *args, **kwargs)  # type: ignore[misc]
            if response.status_code >= 400:
                transaction.set_rollback(True)
        return response

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """After authentication and permissions: claim the key, or raise with the kept answer."""
        super().initial(request, *args, **kwargs)  # type: ignore[misc]
        key = request.headers.get("Idempotency-Key")
        if request.method != "POST" or key is None:
            return
        if not KEY.fullmatch(key):
            raise KeyInvalid
        digest = _digest(request)
        # Forms of pages keep their tokens in the same table, under another prefix.
        kept, made = IdempotentRequest.objects.get_or_create(
            user=cast("User", request.user), key=f"api {key}", defaults={"digest": digest}
        )
        if made:
            self._claimed = kept
        elif kept.digest != digest:
            raise KeyUsedDifferently
        else:
            raise Replay(kept)

    def handle_exception(self, error: Exception) -> Response:
        """A replay is no error."""
        if isinstance(error, Replay):
            return Response(error.kept.body, status=error.kept.status, headers={"Idempotent-Replay": "true"})
        return super().handle_exception(error)  # type: ignore[misc]

    def finalize_response(self, request: Request, response: Response, *args: Any, **kwargs: Any) -> Response:
        """Keep the answer in the transaction of the work."""
        if self._claimed is not None and response.status_code < 400:
            data = json.loads(json.dumps(response.data, default=str))
            IdempotentRequest.objects.filter(pk=self._claimed.pk).update(status=response.status_code, body=data)
        return super().finalize_response(request, response, *args, **kwargs)  # type: ignore[misc]


class Replay(Exception):
    """The request was answered before."""

    def __init__(self, kept: IdempotentRequest) -> None:
        super().__init__()
        self.kept = kept


def _digest(request: Request) -> str:
    """SHA-256 of method, path and body; of files by what is in them."""
    content = hashlib.sha256(f"{request.method} {request.path}\n".encode())
    data = request.data
    if isinstance(data, QueryDict):
        for name in sorted(data):
            for value in data.getlist(name):
                content.update(json.dumps([name, "" if isinstance(value, File) else value]).encode())
                if isinstance(value, File):
                    content.update(f"{value.name}:{value.size}:".encode())
                    for chunk in value.chunks():
                        content.update(chunk)
                    value.seek(0)
    else:
        content.update(json.dumps(data, sort_keys=True).encode())
    return content.hexdigest()
