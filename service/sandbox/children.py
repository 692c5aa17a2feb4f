"""Processes that end with the service, and with the time that they were given."""

import os
import resource
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import Any, TypeVar

from service.sandbox.system_calls import parent_death_signal

_Made = TypeVar("_Made")


def start(module: str, arguments: Sequence[str] = (), **options: Any) -> "subprocess.Popen[bytes]":
    """Start a module of ours as a process; its first argument is the process that it ends with.

    The module passes that argument to `end_with`. `options` are those of `subprocess.Popen`.
    """
    command = [sys.executable, "-m", module, str(os.getpid()), *arguments]
    # our own module, no shell
    return by_lasting_thread(lambda: subprocess.Popen(command, **options))  # noqa: S603


def by_lasting_thread(make: Callable[[], _Made]) -> _Made:
    """Return what `make` returns, run in a thread that lasts as long as this process.

    The kernel counts the *thread* that started a process as its parent: a process that a
    passing thread started would end with that.
    """
    return _starter(os.getpid()).submit(make).result()


@cache
def _starter(process: int) -> ThreadPoolExecutor:
    """Return the thread of this process; a fork has none and makes its own."""
    return ThreadPoolExecutor(1, f"starter-{process}")


def end_with(parent: int) -> None:
    """Let the kernel kill this process once its parent has ended; end at once if it has."""
    try:
        parent_death_signal(signal.SIGKILL)
    except (OSError, AttributeError):  # not Linux: then it ends with the pipe to its parent
        return
    if os.getppid() != parent:
        sys.exit(1)


def bound_cpu(seconds: float | None) -> None:
    """Have the kernel end this process once it has used so much more processor time.

    None lifts the bound. Whole seconds are counted, rounded up.
    """
    hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
    soft: Any = hard
    if seconds is not None:
        used = resource.getrusage(resource.RUSAGE_SELF)
        soft = int(used.ru_utime + used.ru_stime + seconds) + 1
    resource.setrlimit(resource.RLIMIT_CPU, (soft, hard))
