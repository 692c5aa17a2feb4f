"""Which addresses of the network a source may have: public ones, over http or https.

An address is judged where it is connected to (`service.ingest.sources.fetch`), not where its name
is read: a name may lead elsewhere a moment later.
"""
# DESIGN: sources-by-command

from contextlib import suppress
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network

import httpx2

from service.common.problems import BadRequest

_METADATA = frozenset(map(ip_address, ("168.63.129.16", "192.0.0.192", "100.100.100.200")))
"""Where clouds answer about their own machines, outside the networks that are private anyway."""
_NAT64 = ip_network("64:ff9b::/96")
_LONGEST = 2_000
_LAST_PORT = 65_535


def url_of(words: str) -> httpx2.URL:
    """Return the URL of a source. Raises `BadRequest` for one that is not fetched."""
    try:
        url = httpx2.URL(words)
    except httpx2.InvalidURL as error:
        raise BadRequest(f"{words[:80]!r} is no address: {error}.") from error
    if url.scheme not in {"http", "https"} or not url.host:
        raise BadRequest(f"{words[:80]!r} is not fetched: only http and https addresses are.")
    if url.port is not None and not 0 < url.port <= _LAST_PORT:
        raise BadRequest(f"{words[:80]!r} is not fetched: ports end at {_LAST_PORT}.")
    if url.userinfo or "@" in url.netloc.decode():
        raise BadRequest(
            "An address with a user or password is not fetched: it would be in the graph, in "
            "logs and in reports. Publish the file without one, or import it from a folder."
        )
    if len(words) > _LONGEST:
        raise BadRequest(f"The address is longer than {_LONGEST:,} characters.")
    return url.copy_with(fragment=None)


def check_literal(url: httpx2.URL) -> None:
    """Raise `BadRequest` for a URL whose host is, as it is written, no public address."""
    host = url.host.rstrip(".").lower()
    private = host == "localhost" or host.endswith(".localhost")
    with suppress(ValueError):  # a name, which is judged once it is resolved
        private = private or bool(not_public(host))
    if private:
        raise BadRequest(
            f"{host} is no public address. Where it is meant, add the source with --allow-private."
        )


def not_public(words: str) -> str:
    """Return what sort of address this is that is not public, in a word or two; else nothing.

    Raises `ValueError` for what is no IP address.
    """
    address = _inner(ip_address(words.partition("%")[0]))
    kinds = (
        (address in _METADATA, "a metadata address"),
        (address.is_loopback, "a loopback address"),
        (address.is_link_local, "a link-local address, where clouds answer about themselves"),
        (address.is_multicast, "a multicast address"),
        (not address.is_global, "a private address"),
        (isinstance(address, IPv6Address) and address.is_site_local, "a site-local address"),
        (address.is_reserved, "an address that no network of the Internet has"),
    )
    return next((words for holds, words in kinds if holds), "")


def _inner(address: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    """Return the IPv4 address that an IPv6 one carries and leads to, or the address itself."""
    if isinstance(address, IPv4Address):
        return address
    if address.teredo is not None:
        return address.teredo[1]
    carried = address.ipv4_mapped or address.sixtofour
    if isinstance(_NAT64, IPv6Network) and address in _NAT64:
        carried = IPv4Address(int(address) & 0xFFFF_FFFF)
    return carried or address
