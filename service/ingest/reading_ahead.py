"""Files, read in a process beside the one that plans and stores what they hold.

Only small files go there, once there are many. What is large, holds many documents or is read with
the files beside it is read here, and so is what that process has not begun when it is needed, and
all that was sent where it ends.
"""
# DESIGN: parallel-import

import os
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from itertools import islice
from typing import NoReturn, Self

from loaders.contract import Raw, Rejected, SingleFile
from loaders.registry import documents
from service.common.problems import Busy, Crashed, TooLarge, WorkTimeout
from service.ingest.documents import Read
from service.sandbox import WorkerLimits, Workers, forkserver

_SMALL = 2**16
"""Bytes of the largest file that is sent; real cards have 1 to 11 KB."""
_TOGETHER, _BYTES = 100, 2**19
"""Files and bytes that are read as one piece of work."""
_MANY = 20
"""A file with more documents is read here, where they come one at a time."""
_AHEAD = 2
"""Pieces of work that are under way while the one before is planned."""
_SECONDS, _MEMORY = 60.0, 2**30
_ENDS = (Busy, Crashed, TooLarge, WorkTimeout)

_Found = Raw | Rejected
_Answer = list[list[Read] | None]


class ReadingAhead:
    """Reads files a little ahead of what is asked for. Leaving it ends its process."""

    def __init__(self) -> None:
        """Start no process yet."""
        bounds = WorkerLimits(size=1, seconds=_SECONDS, memory=_MEMORY)
        self._workers = Workers(forkserver.context, bounds, "being read")
        self._thread = ThreadPoolExecutor(1, "reading")
        self._starts = False

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """End the process, whatever it does."""
        self._workers.close()
        self._thread.shutdown(cancel_futures=True)

    def files(self, raws: Iterable[_Found]) -> Iterator[tuple[_Found, Iterable[Read]]]:
        """Yield every file with its documents, in order, however each of them is read."""
        ahead: deque[tuple[list[_Found], Future[_Answer] | None]] = deque()
        for number, batch in enumerate(_batches(raws)):
            ahead.append((batch, self._sent(batch) if number else None))
            if len(ahead) > _AHEAD:
                yield from _read(*ahead.popleft())
        for batch, answer in ahead:
            yield from _read(batch, answer)

    def _sent(self, batch: Sequence[_Found]) -> "Future[_Answer]":
        if not self._starts:  # while it does, what is needed is read here, so nobody waits for it
            self._starts = True
            self._thread.submit(self._workers.run, os.getpid)
        small = [_alone(raw) for raw in batch if isinstance(raw, Raw) and _is_small(raw)]
        return self._thread.submit(self._workers.run, read_small, small)


def _batches(raws: Iterable[_Found]) -> Iterator[list[_Found]]:
    batch: list[_Found] = []
    size = 0
    for raw in raws:
        batch.append(raw)
        size += len(raw.data) if isinstance(raw, Raw) else 0
        if len(batch) >= _TOGETHER or size > _BYTES:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _read(
    batch: Iterable[_Found], sent: "Future[_Answer] | None"
) -> Iterator[tuple[_Found, Iterable[Read]]]:
    answers = iter(_answer(sent))
    for raw in batch:
        if isinstance(raw, Rejected):
            yield raw, [raw]
            continue
        found = next(answers, None) if _is_small(raw) else None
        yield raw, documents(raw) if found is None else [_with_file(each, raw) for each in found]


def _answer(sent: "Future[_Answer] | None") -> _Answer:
    """Return what was read beside; nothing, and it is all read here, where that was not begun yet.

    So it is where the process ended.
    """
    try:
        return [] if sent is None or sent.cancel() else sent.result()
    except _ENDS:
        return []


def _is_small(raw: Raw) -> bool:
    return raw.stream is None and len(raw.data) <= _SMALL


def read_small(raws: Iterable[Raw]) -> _Answer:
    """Return the documents of each file without its bytes; None for one to be read elsewhere."""
    return [_few(raw) for raw in raws]


def _few(raw: Raw) -> list[Read] | None:
    try:
        found = list(islice(documents(raw), _MANY + 1))
    except _NotAloneError:
        return None
    return [_without_file(each) for each in found] if len(found) <= _MANY else None


class _NotAloneError(Exception):
    """A file is read with others of its folder or archive."""


class _Elsewhere:
    """The company of a file that was sent without it."""

    def read(self, path: str) -> NoReturn:
        """Have the file read where its company is."""
        raise _NotAloneError(path)


def _alone(raw: Raw) -> Raw:
    """Return a file as it is sent: its folder or archive stays here."""
    return raw if isinstance(raw.bundle, SingleFile) else replace(raw, bundle=_Elsewhere())


def _without_file(found: Read) -> Read:
    data = found.raw.data if found.raw.cut else b""
    return replace(found, raw=replace(found.raw, data=data, bundle=SingleFile()))


def _with_file(found: Read, file: Raw) -> Read:
    data = found.raw.data if found.raw.cut else file.data
    return replace(found, raw=replace(found.raw, data=data, bundle=file.bundle))
