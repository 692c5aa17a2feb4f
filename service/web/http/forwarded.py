"""The request as its client sent it: what a trusted proxy says of it, and the public address."""
# DESIGN: public-address

from collections.abc import Iterable
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.common.problems import Misdirected
from service.common.public_url import PREFIX, PublicURL
from service.web.http.hosts import Hosts, misdirected
from service.web.http.refusals import refusal

Network = IPv4Network | IPv6Network

_FOR = b"x-forwarded-for"
_PROTO = b"x-forwarded-proto"
_HOST = b"x-forwarded-host"
_PREFIX = b"x-forwarded-prefix"
_FIELDS = {_FOR, _PROTO, _HOST, _PREFIX}
_PLACES = ("location", "hx-push-url")
"""The fields of an answer that hold an address a browser goes to, or that htmx shows."""


class TrustedProxies:
    """The proxies whose word is taken for what a request was before it came to them."""

    def __init__(self, networks: Iterable[str]) -> None:
        """Take addresses and networks. Raises `ValueError` for what is neither."""
        self._networks: tuple[Network, ...] = tuple(ip_network(n, strict=False) for n in networks)

    def __bool__(self) -> bool:
        """Tell whether any proxy is trusted."""
        return bool(self._networks)

    def __contains__(self, address: object) -> bool:
        """Tell whether this address is one of a trusted proxy."""
        try:
            found = ip_address(str(address))
        except ValueError:
            return False
        mapped = getattr(found, "ipv4_mapped", None)
        return any((mapped or found) in network for network in self._networks)

    def client(self, peer: str, forwarded_for: str) -> str:
        """Return the address that a chain of proxies names as the client's.

        Each proxy adds at the right whom it got the request from, so the first from the right
        that is not itself trusted is the client; what stands left of it may be made up.
        """
        last = peer
        for entry in reversed(forwarded_for.split(",")):
            address = _without_port(entry.strip())
            if address is None:
                return last
            last = address
            if address not in self:
                return last
        return last


class PublicAddress:
    """Gives each request the scheme, host, path prefix and client that it had at its client.

    Whatever makes an address from the request then makes one that its client can follow. The
    path may come with the prefix or, from a proxy that takes it off, without.
    """

    def __init__(self, app: ASGIApp, hosts: Hosts, proxies: TrustedProxies) -> None:
        """Wrap an application."""
        self._app = app
        self._hosts = hosts
        self._proxies = proxies

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request; one for a forwarded host that is not allowed is refused."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        try:
            seen = self._seen(scope)
        except Misdirected as problem:
            await refusal(problem)(scope, receive, send)
            return
        prefix = seen["root_path"]
        await self._app(seen, receive, _with_prefix(send, prefix) if prefix else send)

    def _seen(self, scope: Scope) -> Scope:
        """Return the request as its client sent it."""
        said = self._said(scope)
        public = self._hosts.public or _address(said, scope, self._hosts)
        seen = {**scope, "scheme": public.scheme, "root_path": public.prefix}
        if public.host:
            others = [(n, v) for n, v in scope["headers"] if n != b"host"]
            seen["headers"] = [(b"host", public.host.encode()), *others]
        if _FOR in said:
            address = self._proxies.client(scope["client"][0], said[_FOR])
            seen["client"] = (address, 0)
        path = scope["path"]
        if public.prefix and not f"{path}/".startswith(f"{public.prefix}/"):
            seen["path"] = public.prefix + path
            seen["raw_path"] = public.prefix.encode() + (scope.get("raw_path") or path.encode())
        return seen

    def _said(self, scope: Scope) -> dict[bytes, str]:
        """Return what a trusted proxy says of a request, by field; several of one in a row."""
        if not scope.get("client") or scope["client"][0] not in self._proxies:
            return {}
        said: dict[bytes, str] = {}
        for name, value in scope["headers"]:
            if name in _FIELDS:
                text = value.decode("latin-1")
                said[name] = f"{said[name]},{text}" if name in said else text
        return said


def _address(said: dict[bytes, str], scope: Scope, hosts: Hosts) -> PublicURL:
    """Return the address that a proxy says a request was sent to; else that of the request.

    Of several values the last counts: it is by the nearest proxy, the one that is trusted.
    """
    last = {name: text.rpartition(",")[2].strip() for name, text in said.items()}
    scheme, host, prefix = last.get(_PROTO), last.get(_HOST, ""), last.get(_PREFIX, "").rstrip("/")
    if host and not hosts.allows(host):
        raise misdirected(host)
    return PublicURL(
        scheme if scheme in {"http", "https"} else scope["scheme"],
        host.lower(),
        prefix if PREFIX.fullmatch(prefix) else "",
    )


def _with_prefix(send: Send, prefix: str) -> Send:
    """Return a `send` that puts the prefix before a path in the `_PLACES`."""

    async def prefixed(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name in _PLACES:
                place = headers.get(name, "")
                if place.startswith("/") and not f"{place}/".startswith(f"{prefix}/"):
                    headers[name] = prefix + place
        await send(message)

    return prefixed


def _without_port(entry: str) -> str | None:
    """Return the address of `address[:port]`; None where it is none."""
    if entry.startswith("["):
        entry = entry[1:].partition("]")[0]
    elif entry.count(":") == 1:
        entry = entry.partition(":")[0]
    try:
        return str(ip_address(entry))
    except ValueError:
        return None
