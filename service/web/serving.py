"""The end of the server: waiting requests are refused, work under way is stored."""

import os
from socket import socket
from threading import Thread, Timer
from types import FrameType

import uvicorn
from fastapi import FastAPI

GRACE = 10
"""Seconds that answers under way have, once the service is to end."""

LONGEST = 30.0
"""Seconds after which the process ends whatever it does: a query over a broken disk cannot be
stopped, and what was written is safe in any case, since a transaction is whole or not there."""

_LAST = 2.0
"""Seconds that threads have, after all is closed."""


class Server(uvicorn.Server):
    """A server of an application of ours that ends in time."""

    def __init__(self, application: FastAPI, config: uvicorn.Config) -> None:
        """Serve nothing yet."""
        super().__init__(config)
        self._application = application

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Begin to end, at a signal."""
        if not self.should_exit:
            services = self._application.state.services
            # in a thread: the one that runs signal handlers may hold what this waits for
            Thread(target=services.refuse_writes, daemon=True).start()
            _end_after(LONGEST, sig)
        super().handle_exit(sig, frame)

    async def shutdown(self, sockets: list[socket] | None = None) -> None:
        """Close connections and the application; then threads have little time left."""
        await super().shutdown(sockets)
        _end_after(_LAST, 0)


def _end_after(seconds: float, sig: int) -> None:
    timer = Timer(seconds, os._exit, [128 + sig if sig else 0])
    timer.daemon = True
    timer.start()
