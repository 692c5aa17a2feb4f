"""Processes of a service under test, found in /proc."""

import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path


def until(check: Callable[[], object], patience: float = 60) -> None:
    """Wait until something holds; fail past the patience."""
    end = time.monotonic() + patience
    while not check():
        assert time.monotonic() < end
        time.sleep(0.002)


def children_of(pid: int, module: str = "") -> list[int]:
    """Return the processes that any thread of a process started; of them, those with a module."""
    wanted = module.encode()
    return [child for child in _children(pid) if wanted in words_of(child) or not module]


def descendants_of(pid: int) -> list[int]:
    """Return all that a process started, and all that those started."""
    return [each for child in _children(pid) for each in (child, *descendants_of(child))]


def lives(pid: int) -> bool:
    """Tell whether a process is there and has not ended."""
    return state(pid) not in {"", "Z", "X"}


def state(pid: int) -> str:
    """Return what a process does just now (Z: it has ended), nothing where there is none."""
    with suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2][0]
    return ""


def words_of(pid: int) -> list[bytes]:
    """Return the command line of a process."""
    with suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    return []


def _children(pid: int) -> Iterator[int]:
    for place in Path(f"/proc/{pid}/task").glob("*/children"):
        with suppress(OSError):
            yield from map(int, place.read_text().split())
