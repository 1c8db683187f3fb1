"""The cache: keyed by tenant, and never a reason for a page to fail."""

from typing import Any

from django.core.cache.backends.redis import RedisCache
from redis.exceptions import RedisError

from tenants.context import active_tenant_id


def tenant_key(key: str, prefix: str, version: int) -> str:
    """Every key carries the tenant: what one caches, another never reads."""
    return f"{prefix}:{active_tenant_id() or 'site'}:{version}:{key}"


def _forgiving(name: str, absent: Any) -> Any:
    method = getattr(RedisCache, name)

    def call(self: RedisCache, *args: Any, **kwargs: Any) -> Any:
        try:
            return method(self, *args, **kwargs)
        except (RedisError, OSError):
            if name == "get":
                return args[1] if len(args) > 1 else kwargs.get("default", absent)
            return absent

    call.__name__ = name
    call.__doc__ = method.__doc__
    return call


class ForgivingRedisCache(RedisCache):
    """Redis that may be away: reads then find nothing and writes are dropped. Limits of rate are lax meanwhile."""

    add = _forgiving("add", True)
    get = _forgiving("get", None)
    set = _forgiving("set", None)
    touch = _forgiving("touch", False)
    delete = _forgiving("delete", False)
    get_many = _forgiving("get_many", {})
    set_many = _forgiving("set_many", [])
    delete_many = _forgiving("delete_many", None)
    has_key = _forgiving("has_key", False)
    incr = _forgiving("incr", 1)
