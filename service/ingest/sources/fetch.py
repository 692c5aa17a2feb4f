"""One file from the network: bounded in size, time and redirects, from public addresses alone.

A name is resolved once for each connection, its addresses are judged, and one of them is connected
to as it is; so no later answer of a name server leads elsewhere. Proxies, credentials and cookies
of the environment are not used: behind a proxy, the address could not be judged.
"""
# DESIGN: sources-by-command

import socket
import ssl
import time
import zlib
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from contextlib import closing, contextmanager
from dataclasses import dataclass
from gzip import open as open_gzip
from hashlib import sha256
from pathlib import Path
from threading import Thread
from typing import Any

import httpcore2
import httpx2

from loaders.model import whole_number
from loaders.reading.spool import Allowance, InputTooLarge, pieces
from service.common.os_words import os_words
from service.common.problems import BadRequest, NotFetched
from service.common.resources import VERSION
from service.ingest.sources.addresses import not_public, url_of

MAX_REDIRECTS = 5
PAUSE = 20.0
"""The longest pause of a server, in seconds, and the longest that a connection may take to open."""
_MOVED = {301, 302, 303, 307, 308}
_PLAIN = {"", "identity"}
_GZIP = {"gzip", "x-gzip"}
_HEAD = 512
_LONGEST = 1_000
"""How many characters of an ETag are kept."""


@dataclass(frozen=True)
class Bounds:
    """What a fetch may take: bytes of the answer, as sent, and seconds in all."""

    size: int
    seconds: float


@dataclass(frozen=True)
class Validators:
    """By what a server tells whether a file has changed since: those of the last answer.

    They are sent to the `url` alone that gave them.
    """

    url: str = ""
    etag: str = ""
    modified: str = ""

    def headers(self, url: str) -> dict[str, str]:
        """Return the header fields of a request that is to be answered only by something new."""
        if url != self.url:
            return {}
        pairs = {"If-None-Match": self.etag, "If-Modified-Since": self.modified}
        return {name: value for name, value in pairs.items() if value}


@dataclass(frozen=True)
class Answer:
    """A file that was fetched; `digest` is the SHA-256 of its bytes, as they lie in the file."""

    file: Path
    digest: str
    size: int
    validators: Validators


def fetch(  # noqa: PLR0913 - all but the first three are seldom given
    address: str,
    file: Path,
    bounds: Bounds,
    *,
    known: Validators | None = None,
    private: bool = False,
    stopped: Callable[[], bool] = bool,
) -> Answer | None:
    """Fetch an address to a file; None where the server says that it is as `known`.

    `private`: host and port of the address, and no others that it leads to, may be on a private
    network. `stopped` is asked between pieces. Raises `NotFetched` with the reason.
    """
    url, known = url_of(address), known or Validators()
    own = (url.raw_host.decode(), _port(url)) if private else None
    network = _Network(time.monotonic() + bounds.seconds, own)
    with httpcore2.ConnectionPool(ssl_context=_tls(), network_backend=network) as pool:
        for _ in range(MAX_REDIRECTS + 1):
            with closing(_response(pool, url, known)) as response:
                if response.status not in _MOVED:
                    return _answer(response, url, known, file, bounds, stopped)
                url = _next(url, response)
    raise NotFetched(f"It leads on more than {MAX_REDIRECTS} times.")


def _port(url: httpx2.URL) -> int:
    return url.port or (443 if url.scheme == "https" else 80)


def _tls() -> ssl.SSLContext:
    return httpx2.create_ssl_context(trust_env=False)


def _response(
    pool: httpcore2.ConnectionPool, url: httpx2.URL, known: Validators
) -> httpcore2.Response:
    headers = {
        "Host": url.netloc.decode(),
        "User-Agent": f"EvalGap/{VERSION}",
        "Accept": "*/*",
        "Accept-Encoding": "identity",
        **known.headers(str(url)),
    }
    request = httpcore2.Request(
        "GET",
        httpcore2.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path),
        headers=list(headers.items()),
        extensions={"timeout": dict.fromkeys(("connect", "read", "write", "pool"), PAUSE)},
    )
    with _named():
        return pool.handle_request(request)


def _next(url: httpx2.URL, response: httpcore2.Response) -> httpx2.URL:
    """Return where a redirect leads. Raises `NotFetched` where that is not followed."""
    place = _header(response, "location")
    try:
        target = url_of(str(url.join(place))) if place else None
    except (BadRequest, httpx2.InvalidURL) as error:
        raise NotFetched(f"It leads on to {place[:80]!r}, which is not followed: {error}") from None
    if target is None:
        raise NotFetched("It leads on without saying where.")
    if url.scheme == "https" and target.scheme == "http":
        raise NotFetched(f"It leads from https to {target}, which is not protected.")
    return target


def _answer(  # noqa: PLR0913, PLR0917 - what `fetch` is given
    response: httpcore2.Response,
    url: httpx2.URL,
    known: Validators,
    file: Path,
    bounds: Bounds,
    stopped: Callable[[], bool],
) -> Answer | None:
    if response.status == httpx2.codes.NOT_MODIFIED and known.headers(str(url)):
        return None
    if response.status != httpx2.codes.OK:
        raise NotFetched(f"The server answers {response.status}.")
    coding = _header(response, "content-encoding").strip().lower()
    if coding not in _PLAIN | _GZIP:
        raise NotFetched(f"The server packs the file as {coding[:20]!r}, which is not read.")
    with _named():
        _write(file, _received(response, bounds, stopped))
    if coding in _GZIP:
        _unpack(file)
    with file.open("rb") as stream:
        head = stream.read(_HEAD).lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if not head:
        raise NotFetched("The file is empty.")
    if head.startswith((b"<!doctype html", b"<html")):
        raise NotFetched("The server answers with a web page, such as one to log in, and no data.")
    etag, modified = (_printable(_header(response, h)) for h in ("etag", "last-modified"))
    validators = Validators(str(url), etag, modified)
    digest = sha256()
    with file.open("rb") as stream:
        for piece in pieces(stream):
            digest.update(piece)
    return Answer(file, digest.hexdigest(), file.stat().st_size, validators)


def _received(
    response: httpcore2.Response, bounds: Bounds, stopped: Callable[[], bool]
) -> Iterator[bytes]:
    length = whole_number(_header(response, "content-length"))
    if length is not None and length > bounds.size:
        raise _too_large(bounds)
    size = 0
    for piece in response.iter_stream():
        size += len(piece)
        if size > bounds.size:
            raise _too_large(bounds)
        if stopped():
            raise NotFetched("Stopped.")
        yield piece


def _too_large(bounds: Bounds) -> NotFetched:
    return NotFetched(
        f"It has more than {bounds.size / 2**20:,.0f} MB, the most that is fetched "
        "(EVALGAP_MAX_FETCH_BYTES)."
    )


def _write(file: Path, parts: Iterable[bytes]) -> None:
    with file.open("wb") as stream:
        stream.writelines(parts)


def _unpack(file: Path) -> None:
    """Replace a file that a server packed for the way by what it holds."""
    packed = file.rename(file.with_name(f"{file.name} packed"))  # no name of a source has a blank
    try:
        with open_gzip(packed) as stream:
            _write(file, pieces(stream, Allowance(packed.stat().st_size)))  # type: ignore[arg-type]
    except (EOFError, OSError, zlib.error, InputTooLarge) as error:
        raise NotFetched(
            f"What the server packed cannot be unpacked: {os_words(error)}."
        ) from error
    packed.unlink()


def _header(response: httpcore2.Response, name: str) -> str:
    """Return a header field, the first of several; nothing where there is none."""
    found = (value for key, value in response.headers if key.lower() == name.encode())
    return next(found, b"").decode("latin-1")


def _printable(value: str) -> str:
    """Return a value that can be sent back; nothing for one that cannot."""
    return value if value.isascii() and value.isprintable() and len(value) <= _LONGEST else ""


@contextmanager
def _named() -> Iterator[None]:
    """Raise what goes wrong on the way as `NotFetched`, in a sentence."""
    try:
        yield
    except httpcore2.TimeoutException as error:
        words = str(error) or "no answer"
        raise NotFetched(f"The server was too slow: {words}.") from error
    except (httpcore2.NetworkError, httpcore2.ProtocolError) as error:
        raise NotFetched(f"The connection failed: {os_words(error)}.") from error


class _Network(httpcore2.NetworkBackend):
    """Opens connections to public addresses, and to the one place that is allowed beside."""

    def __init__(self, end: float, allowed: tuple[str, int] | None) -> None:
        self._end, self._allowed = end, allowed

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
    ) -> httpcore2.NetworkStream:
        """Connect to the first address of a host that answers; all of them must be allowed."""
        addresses = _resolved(host, port, _left(self._end, timeout))
        if (host, port) != self._allowed:
            for address in addresses:
                if kind := not_public(address):
                    raise NotFetched(
                        f"{host} is at {address}, {kind}, and is not fetched from. Where a source "
                        "of your own is there, add its own address with --allow-private."
                    )
        failed: httpcore2.NetworkError | httpcore2.TimeoutException | None = None
        for address in addresses:
            try:
                stream = httpcore2.SyncBackend().connect_tcp(
                    address, port, _left(self._end, timeout), local_address, socket_options
                )
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout) as error:
                failed = error
            else:
                return _Stream(stream, self._end)
        raise failed or httpcore2.ConnectError(f"{host} has no address")


class _Stream(httpcore2.NetworkStream):
    """A connection on which nothing takes longer than to the end of the fetch."""

    def __init__(self, stream: httpcore2.NetworkStream, end: float) -> None:
        self._stream, self._end = stream, end

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, _left(self._end, timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, _left(self._end, timeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore2.NetworkStream:
        left = _left(self._end, timeout)
        return _Stream(self._stream.start_tls(ssl_context, server_hostname, left), self._end)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


def _resolved(host: str, port: int, seconds: float) -> list[str]:
    """Return the addresses of a host. The system sets no bound, so a thread asks and is left."""
    answer: Future[list[str]] = Future()

    def ask() -> None:
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            words = f"{host} is not known ({os_words(error)})"
            answer.set_exception(httpcore2.ConnectError(words))
        else:
            answer.set_result(list(dict.fromkeys(str(info[4][0]) for info in found)))

    Thread(target=ask, name="name server", daemon=True).start()
    try:
        return answer.result(seconds)
    except TimeoutError as error:
        raise httpcore2.ConnectTimeout(f"no name server says where {host} is") from error


def _left(end: float, timeout: float | None) -> float:
    """Return the seconds that one step may take. Raises `ReadTimeout` where none are left."""
    left = end - time.monotonic()
    if left <= 0:
        raise httpcore2.ReadTimeout("it took longer than a fetch may (EVALGAP_MAX_FETCH_SECONDS)")
    return left if timeout is None else min(left, timeout)
