"""Who a request counts for, where clients share something: readers, connections, a rate."""

from collections.abc import Callable
from functools import lru_cache
from hashlib import sha256
from ipaddress import IPv6Address, ip_address, ip_network

from starlette.types import Scope

UNKNOWN = "unknown"
"""Every client without an address, as on a Unix socket; they count as one."""

_NETWORK = 64
"""Leading bits of an IPv6 address that name one client: it is given the rest to choose from."""


def no_token(_: str) -> bool:
    """Tell that this is no token of the service; for services that have none."""
    return False


def client_of(scope: Scope, is_token: Callable[[str], bool] = no_token) -> str:
    """Return a name for the client of a request: its token's, else its address's.

    A token counts only where `is_token` knows it: who made up a new one for each request would
    else be a new client each time. The name holds a hash, never the token. The address is that of
    `scope["client"]`, where `forwarded` has put what a trusted proxy says; IPv6 counts by /64.
    """
    token = bearer(scope)
    if token and is_token(token):
        return f"token:{sha256(token.encode()).hexdigest()[:32]}"
    client = scope.get("client")
    return network_of(client[0]) if client else UNKNOWN


def bearer(scope: Scope) -> str:
    """Return the bearer token that a request bears; empty without one."""
    for name, value in scope["headers"]:
        if name == b"authorization":
            scheme, _, token = value.decode("latin-1").partition(" ")
            return token.strip() if scheme.lower() == "bearer" else ""
    return ""


@lru_cache(maxsize=4096)
def network_of(address: str) -> str:
    """Return what an address counts as: itself, or for IPv6 the network of its first 64 bits.

    IPv4 written as IPv6 (`::ffff:192.0.2.1`) is IPv4. What is no address stays as it is.
    """
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if not isinstance(found, IPv6Address):
        return str(found)
    if found.ipv4_mapped:
        return str(found.ipv4_mapped)
    return str(ip_network((found, _NETWORK), strict=False))
