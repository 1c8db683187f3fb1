"""Servers that a tenant names: they may be anywhere on the internet, but not on our own side of the wall.

    with reaching.connect(host, port, timeout=10) as connection: ...     # raises NoSuchHost, ForbiddenHost, OSError

The name is resolved once, and the connection goes to the address that was looked at, so that a name whose answer
changes between the look and the call (DNS rebinding) leads nowhere else. `PRIVATE_NETWORKS` in the environment names
the networks that the operator allows beside the internet, as `10.0.0.0/8,fd00::/8`.
"""

from __future__ import annotations

import socket
import time
from collections.abc import Collection
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from tenants.errors import Refused

Address = IPv4Address | IPv6Address
#: Addresses of the old internet as translators write them (RFC 6052, RFC 8215).
_TRANSLATED = [ip_network("64:ff9b::/96"), ip_network("64:ff9b:1::/48")]


class NoSuchHost(Refused):
    """DNS knows no address for the name."""

    sentence = _("There is no server of this name. Check how it is written.")
    code = "no_such_host"


class ForbiddenHost(Refused):
    """It stands where a tenant has no business."""

    sentence = _(
        "This name leads into a private network, where this site does not go. Whoever runs the site can allow it."
    )
    code = "forbidden_host"


def connect(host: str, port: int, *, timeout: float, ports: Collection[int] = ()) -> socket.socket:
    """A connection to the first address of a host that answers, all together within `timeout` seconds.

    `ports` are those that may be gone to on the internet, none meaning any. Raises NoSuchHost, ForbiddenHost where any
    of its addresses is not public, and OSError when none answers.
    """
    found = addresses(host, port, ports=ports)
    trouble: OSError | None = None
    ends = time.monotonic() + timeout
    for number, address in enumerate(found):
        share = max((ends - time.monotonic()) / (len(found) - number), 0.1)
        try:
            connected = socket.create_connection((address, port), timeout=share)
        except OSError as error:
            trouble = error
        else:
            connected.settimeout(timeout)
            return connected
    assert trouble is not None
    raise trouble


def addresses(host: str, port: int, *, ports: Collection[int] = ()) -> list[str]:
    """The addresses of a host, four at most. Raises NoSuchHost, and ForbiddenHost where any may not be gone to."""
    try:
        found = socket.getaddrinfo(host.strip().rstrip("."), port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError, ValueError):
        raise NoSuchHost from None
    names = list(dict.fromkeys(str(each[4][0]) for each in found))[:4]
    if not names:
        raise NoSuchHost
    if not all(may_reach(name) for name in names):
        raise ForbiddenHost
    if ports and port not in ports and not all(_is_allowed(name) for name in names):
        raise ForbiddenHost
    return names


def may_reach(address: str) -> bool:
    """Whether a tenant may have us connect to this address."""
    if "%" in address:  # link-local, with the interface
        return False
    if _is_allowed(address):
        return True
    real = _meant(ip_address(address))
    return real.is_global and not real.is_multicast and not real.is_reserved


def _is_allowed(address: str) -> bool:
    """Whether the operator allows it beside the internet."""
    said, networks = ip_address(address.partition("%")[0]), map(ip_network, settings.PRIVATE_NETWORKS)
    return any(said.version == network.version and said in network for network in networks)


def _meant(address: Address) -> Address:
    """The old address inside a new one: mapped, 6to4, Teredo or translated."""
    if isinstance(address, IPv4Address):
        return address
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address.sixtofour is not None:
        return address.sixtofour
    if address.teredo is not None:
        return address.teredo[1]
    if any(address in network for network in _TRANSLATED) or int(address) >> 32 == 0:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address
