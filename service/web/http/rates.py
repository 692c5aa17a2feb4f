"""How many requests one client may send in a time, in memory that does not grow with clients.

A window begins with the first request of a client, so that twice the rate may come around its end.
`limits` counts; its own memory has no bound, and a thread that looks through all of it.
"""

import math
import time
from collections import OrderedDict
from collections.abc import Callable

import limits
from limits.storage import Storage
from limits.strategies import FixedWindowRateLimiter
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.common.problems import TooManyRequests
from service.web.http.clients import bearer, client_of
from service.web.http.refusals import refusal

MOST_CLIENTS = 2**16
"""Clients that are remembered; of more, whichever was counted longest ago begins anew."""

EXEMPT = frozenset({"/health", "/ready"})
"""Addresses by which others see whether the service is well."""


class RequestCounts(Storage):
    """Counters that end, of so many clients at most."""

    STORAGE_SCHEME = None

    def __init__(self, most: int = MOST_CLIENTS) -> None:
        """Count nothing yet."""
        super().__init__()
        self._most = most
        self._counts: OrderedDict[str, tuple[int, float]] = OrderedDict()

    @property
    def base_exceptions(self) -> type[Exception]:
        """What the storage may raise: nothing of its own."""
        return KeyError

    def incr(self, key: str, expiry: float, amount: int = 1) -> int:
        """Add to a counter, begun anew for so many seconds where it has ended; return it."""
        count, end = self._live(key)
        self._counts[key] = count + amount, end if count else time.time() + expiry
        self._counts.move_to_end(key)
        if len(self._counts) > self._most:
            self._counts.popitem(last=False)
        return count + amount

    def get(self, key: str) -> int:
        """Return a counter."""
        return self._live(key)[0]

    def get_expiry(self, key: str) -> float:
        """Return when a counter ends, in seconds since 1970."""
        return self._live(key)[1]

    def check(self) -> bool:
        """Tell that there is nothing to be out of order."""
        return True

    def reset(self) -> int:
        """Forget all counters; return how many they were."""
        count = len(self._counts)
        self._counts.clear()
        return count

    def clear(self, key: str) -> None:
        """Forget a counter."""
        self._counts.pop(key, None)

    def _live(self, key: str) -> tuple[int, float]:
        now = time.time()
        count, end = self._counts.get(key, (0, now))
        return (count, end) if end > now else (0, now)


class RateLimit:
    """Refuses what a client sends past a rate (429), and says on each answer what is left.

    In the fields `RateLimit` and `RateLimit-Policy` of draft-ietf-httpapi-ratelimit-headers.
    """

    def __init__(
        self,
        app: ASGIApp,
        rate: str,
        is_token: Callable[[str], bool],
        storage: Storage | None = None,
    ) -> None:
        """Wrap an application. `rate` is as in `600/minute`; else raises `ValueError`."""
        self._app = app
        self._rate = limits.parse(rate)
        self._is_token = is_token
        self._limiter = FixedWindowRateLimiter(storage or RequestCounts())
        self._seconds = self._rate.get_expiry()
        self._policy = f'"client";q={self._rate.amount};w={self._seconds}'

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, or refuse it."""
        path = scope.get("path", "").removeprefix(scope.get("root_path", ""))
        if scope["type"] != "http" or path in EXEMPT:
            await self._app(scope, receive, send)
            return
        client = await self._client(scope)
        within = self._limiter.hit(self._rate, client)
        window = self._limiter.get_window_stats(self._rate, client)
        wait = max(1, math.ceil(window.reset_time - time.time()))
        fields = {
            "RateLimit-Policy": self._policy,
            "RateLimit": f'"client";r={window.remaining};t={wait}',
        }

        async def telling(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(fields)
            await send(message)

        await (self._app if within else self._refusal(wait))(scope, receive, telling)

    async def _client(self, scope: Scope) -> str:
        """Return who a request counts for; whether a token is known may be read from a file."""
        if not bearer(scope):
            return client_of(scope)
        return await run_in_threadpool(client_of, scope, self._is_token)

    def _refusal(self, wait: int) -> ASGIApp:
        return refusal(
            TooManyRequests(
                f"One client may send {self._rate.amount:,} requests in {self._seconds:,} s. "
                f"Try again in {wait} s.",
                retry_after=wait,
            )
        )
