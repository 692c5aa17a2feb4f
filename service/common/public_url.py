"""The address that a service is known by."""

import re
from typing import NamedTuple
from urllib.parse import urlsplit

PREFIX = re.compile(r"(/[A-Za-z0-9._~-]+)+")
"""A path prefix, as `/evalgap`: nothing that a URL or a page would need to escape."""
_AUTHORITY = re.compile(r"(\[[0-9a-f:.]{2,45}\]|[a-z0-9._-]{1,253})(?::([0-9]{0,5}))?", re.ASCII)
_MOST_PORTS = 2**16


class PublicURL(NamedTuple):
    """The address that a service is known by: scheme, host (with a port), and path prefix."""

    scheme: str
    host: str
    prefix: str

    def __str__(self) -> str:
        """Return the address without a slash at its end."""
        return f"{self.scheme}://{self.host}{self.prefix}"

    @classmethod
    def read(cls, text: str) -> "PublicURL":
        """Read `https://example.org/evalgap`. Raises `ValueError` for what is no such address."""
        parts = urlsplit(text)
        host, prefix = parts.netloc.lower(), parts.path.rstrip("/")
        plain = not (parts.query or parts.fragment)
        if parts.scheme not in {"http", "https"} or not host_name(host) or not plain:
            raise ValueError(f"{text!r} is not of the form https://example.org/prefix")
        if prefix and not PREFIX.fullmatch(prefix):
            raise ValueError(f"{prefix!r} is not a plain path such as /evalgap")
        return cls(parts.scheme, host, prefix)


def host_name(authority: str) -> str | None:
    """Return the host of `host[:port]`, in small letters; None where it is not valid."""
    match = _AUTHORITY.fullmatch(authority.lower())
    if not match or int(match[2] or 0) >= _MOST_PORTS:
        return None
    return match[1].rstrip(".") or None
