"""What open pages are told: a capped Redis stream a tenant that carries ids only, and a bell that says "look there".

Nothing is kept only here: a page that missed something asks Postgres again. Written after the commit; read by
`helpdesk.live`.
"""

from __future__ import annotations

import json
import logging
from functools import partial
from typing import Any, cast

import redis
from django.conf import settings
from django.core.cache import caches
from django.core.cache.backends.redis import RedisCache
from django.db import transaction
from redis.exceptions import RedisError

log = logging.getLogger(__name__)

#: Every process that has open pages listens here. A message is "<tenant id> <what> [<more>]".
CHANNEL = "live"
#: Something was added to the tenant's stream; rights may have changed; who looks at a ticket has changed.
NEWS, RIGHTS, HERE = "news", "rights", "here"
#: So many changes a page can be behind before it has to look at everything anew, and for so many seconds.
MOST_KEPT, KEPT_FOR = 500, 900


def stream_of(tenant_id: int) -> str:
    """The key of a tenant's stream."""
    return f"live:{tenant_id}"


def address() -> str:
    """Where Redis is, as redis-py wants it."""
    return str(settings.CACHES["default"]["LOCATION"])


def client() -> redis.Redis:
    """The connection of the cache. Its calls raise RedisError or OSError when Redis is away."""
    return cast("RedisCache", caches["default"])._cache.get_client(None, write=True)


def publish(tenant_id: int, entry: Any) -> None:
    """Add an entry (anything JSON holds) to the tenant's stream and ring. Does nothing when Redis is away."""
    try:
        pipe = client().pipeline(transaction=False)
        pipe.xadd(stream_of(tenant_id), {"entry": json.dumps(entry)}, maxlen=MOST_KEPT, approximate=True)
        pipe.expire(stream_of(tenant_id), KEPT_FOR)
        pipe.publish(CHANNEL, f"{tenant_id} {NEWS}")
        pipe.execute()
    except (RedisError, OSError) as error:
        # Open pages notice by themselves that Redis is away, and ask for news every now and then.
        log.info("Open pages were not told: %s", type(error).__name__)


def ring(tenant_id: int, what: str, *more: object) -> None:
    """Say that something is other than it was, without keeping it. Does nothing when Redis is away."""
    try:
        client().publish(CHANNEL, " ".join(map(str, (tenant_id, what, *more))))
    except (RedisError, OSError) as error:
        log.info("Open pages were not told: %s", type(error).__name__)


def rights_changed(tenant_id: int) -> None:
    """After the commit, have the rights of everybody who has a page open looked at again at once."""
    transaction.on_commit(partial(ring, tenant_id, RIGHTS), robust=True)
