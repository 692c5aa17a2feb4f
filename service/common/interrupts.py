"""Ctrl-C and termination: the command ends whole, its worker processes are not disturbed."""

import signal
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Self, TypeVar

_Item = TypeVar("_Item")
STOPS = (signal.SIGINT, signal.SIGTERM)


class Interrupt:
    """Turns the first signal to stop into an early end of the input; the second stops at once."""

    def __init__(self) -> None:
        """Start without an interrupt."""
        self.signum = 0
        self._before: dict[int, object] = {}

    def __enter__(self) -> Self:
        """Take over the signals."""
        self._before = {s: signal.signal(s, self._on_signal) for s in STOPS}
        return self

    def __exit__(self, *_: object) -> None:
        """Give the signals back."""
        for signum, handler in self._before.items():
            signal.signal(signum, handler)  # type: ignore[arg-type]

    def _on_signal(self, signum: int, frame: FrameType | None) -> None:
        del frame
        if self.signum:
            raise KeyboardInterrupt
        self.signum = signum

    def until(self, items: Iterable[_Item]) -> Iterator[_Item]:
        """Yield the items until a signal asks to stop."""
        for item in items:
            if self.signum:
                return
            yield item

    @property
    def exit_code(self) -> int:
        """The exit code that says which signal ended the command, as shells give it."""
        return 128 + (self.signum or signal.SIGINT)


@contextmanager
def shielded() -> Iterator[None]:
    """Let processes that are started here ignore Ctrl-C: it is the command's to act upon."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
