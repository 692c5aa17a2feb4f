"""Which hosts the service answers for, and the address that it is known by.

A browser can be made to send requests to a service on loopback under any name (DNS rebinding), and
what a request calls the host is written into answers that a shared cache may keep. So a name that
is not known is refused (421), and with a public URL no answer depends on what a request says.
"""

import json
import re
import socket
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, ip_address

from service.common.problems import Misdirected
from service.common.public_url import PublicURL, host_name

ANY = "*"
"""In place of a name: every host is allowed."""

LOOPBACK = frozenset({"localhost", "127.0.0.1", "[::1]"})
_EVERYWHERE = {"0.0.0.0", "::", ""}  # noqa: S104 - compared with, not listened on
_PLAIN = re.compile(r"[a-z0-9.-]+(:([0-9]{1,4}|[1-5][0-9]{4}))?")


@dataclass(frozen=True)
class Hosts:
    """The hosts that a service answers for."""

    names: frozenset[str]
    """Names and addresses, in small letters; `ANY` allows every host."""
    addresses: bool = False
    """Whether every IP address is allowed as well: no DNS name can be made to look like one."""
    public: PublicURL | None = None
    """The address that the service is known by, whatever a request calls it."""

    def allows(self, authority: str) -> bool:
        """Tell whether the service answers for `host[:port]`."""
        name = host_name(authority)
        if name is None:
            return False
        return ANY in self.names or name in self.names or (self.addresses and _is_address(name))

    def base(self, authority: str) -> str | None:
        """Return what addresses in an answer begin with, where that is plain; else None.

        It is for requests over HTTP of which no proxy says anything, as a lane answers them.
        """
        if not self.allows(authority):
            return None
        if self.public:
            return str(self.public)
        return f"http://{authority}" if _PLAIN.fullmatch(authority) else None

    def packed(self) -> str:
        """Return the hosts as text, for another process to read with `unpacked`."""
        return json.dumps([sorted(self.names), self.addresses, self.public])

    @classmethod
    def unpacked(cls, text: str) -> "Hosts":
        """Return the hosts that `packed` made a text of."""
        names, addresses, public = json.loads(text)
        return cls(frozenset(names), addresses, PublicURL(*public) if public else None)


def hosts_of(listening: str, allowed: Iterable[str] = (), public: PublicURL | None = None) -> Hosts:
    """Return the hosts of a service that listens on an address.

    Without `allowed`, those are the names of loopback, the address itself and the public host; a
    service that listens on every address is also known by each of them, and by the name of the
    machine. With `allowed`, those alone, loopback and the public host.
    """
    given = frozenset(name.lower() for name in allowed)
    own = {host_name(public.host) or ""} if public else set()
    if given:
        return Hosts(given | LOOPBACK | own, public=public)
    everywhere = listening in _EVERYWHERE
    here = socket.gethostname() if everywhere else listening
    name = f"[{here}]" if ":" in here else here
    return Hosts(LOOPBACK | own | {name.lower()}, addresses=everywhere, public=public)


def misdirected(authority: str) -> Misdirected:
    """Return the problem of a request for a host that is not allowed."""
    return Misdirected(
        f"This service does not answer for the host {authority!r}. Its operator can allow the "
        "name in EVALGAP_ALLOWED_HOSTS, or set EVALGAP_PUBLIC_URL.",
        host=authority,
    )


def _is_address(name: str) -> bool:
    bracketed = name.startswith("[")
    try:
        return isinstance(ip_address(name.strip("[]")), IPv4Address) != bracketed
    except ValueError:
        return False
