"""Uploads, read by a process that may die: what ends it is set aside, and reading goes on behind.

The process keeps its place in the upload between two pieces of work. Where it ended, the next one
goes there again and takes one step at a time, so that the file that ended it is known.
"""
# DESIGN: resumable-reading

import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

from loaders.contract import Raw, RecordProblem, Rejected, SingleFile
from loaders.reading.files import count, printable, raw_stream
from loaders.reading.no_card import EVERYTHING, Choice
from loaders.registry import documents
from service.common.problems import Busy, Crashed, TooLarge, WorkTimeout
from service.ingest.documents import Read
from service.sandbox import WorkerLimits, Workers, forkserver

_SECONDS = 300.0
"""The most that one piece of work may take, the first, which unpacks the upload, too."""
_MEMORY = 2**30
_TOGETHER, _PAUSE, _BYTES = 200, 0.5, 4 * 2**20
"""Documents, seconds and bytes of one piece of work."""
_MOST_ENDS = 20
"""Files that may end the process before the rest of an upload is given up."""
_ENDS = (Busy, Crashed, TooLarge, WorkTimeout)


@dataclass(frozen=True)
class UploadPosition:
    """Where reading stands: files that are done, and documents of the next one."""

    file: int = 0
    document: int = 0


@dataclass
class Batch:
    """What was read, and where reading stands after it; None at the end."""

    found: list[Read] = field(default_factory=list)
    files: int = 0
    """Files of the upload that are done."""
    place: UploadPosition | None = None


def read_more(
    upload: Path, name: str, place: UploadPosition, most: int, choice: Choice = EVERYTHING
) -> Batch:
    """Return the next documents; with `most` 1 no step goes on from one file to the next."""
    steps = _steps_from(upload, name, place, choice)
    batch, size, end = Batch(files=place.file), 0, time.monotonic() + _PAUSE
    for found, at in steps:
        batch.place, batch.files = at, at.file
        if found is not None:
            batch.found.append(found)
            size += len(found.raw.data)
        if most == 1 or len(batch.found) >= most or size > _BYTES or time.monotonic() > end:
            _kept[:] = [((upload, at), steps)]
            return batch
    batch.place = None
    return batch


_Steps = Iterator[tuple[Read | None, UploadPosition]]
_kept: list[tuple[tuple[Path, UploadPosition], _Steps]] = []
"""Where the last piece of work stopped, and what goes on from there; one upload at a time."""


def forget() -> None:
    """Let go of an upload that is not read to its end."""
    _kept.clear()


def _steps_from(upload: Path, name: str, place: UploadPosition, choice: Choice) -> _Steps:
    kept = _kept.pop() if _kept else None  # whatever ends this work ends what was kept
    return kept[1] if kept and kept[0] == (upload, place) else _steps(upload, name, place, choice)


def _steps(upload: Path, name: str, place: UploadPosition, choice: Choice) -> _Steps:
    """Yield each document from a place on, and None after each file."""
    with upload.open("rb") as stream:
        for index, raw in enumerate(raw_stream(stream, name, choice)):
            if index < place.file:
                continue
            passed = place.document if index == place.file else 0
            for number, found in enumerate([raw] if isinstance(raw, Rejected) else documents(raw)):
                if number >= passed:
                    yield _alone(found), UploadPosition(index, number + 1)
            yield None, UploadPosition(index + 1)


def _alone(found: Read) -> Read:
    """Return a document without its company, which cannot be sent."""
    return replace(found, raw=replace(found.raw, bundle=SingleFile(), stream=None))


def source_of(upload: Path, name: str, file: int, choice: Choice = EVERYTHING) -> str:
    """Return what a file of an upload is called."""
    with upload.open("rb") as stream:
        for index, raw in enumerate(raw_stream(stream, name, choice)):
            if index == file:
                return (raw.raw if isinstance(raw, Rejected) else raw).source
    return name


def count_files(upload: Path) -> int:
    """Return how many files an upload holds."""
    return count([upload])


class Uploads:
    """Reads the uploads below a folder, one at a time."""

    def __init__(self, folder: Path, *, apart: bool) -> None:
        """Start no process yet; without `apart` (tests) uploads are read in this one."""
        bounds = WorkerLimits(size=1 if apart else 0, seconds=_SECONDS, memory=_MEMORY)
        self._workers = Workers(forkserver.context, bounds, "reading uploads", readable=folder)

    def count(self, upload: Path) -> int | None:
        """Return how many files an upload holds; None where that is unknown."""
        try:
            return self._workers.run(count_files, upload)
        except _ENDS:
            return None

    def documents(
        self,
        upload: Path,
        name: str,
        done: Callable[[int], object],
        stops: Callable[[], bool],
        choice: Choice = EVERYTHING,
    ) -> Iterator[Read]:
        """Yield what an upload holds; `done` hears how many files were read.

        No more is read once `stops` tells so.
        A file at which the process ends twice is yielded as rejected, and reading goes on behind
        it; after `_MOST_ENDS` of them the rest is rejected as one.
        """
        place: UploadPosition | None = UploadPosition()
        ends = careful = 0
        while place is not None:
            most = 1 if careful else _TOGETHER
            try:
                batch = self._workers.run(read_more, upload, name, place, most, choice)
            except _ENDS as problem:
                if stops():
                    return
                if careful:
                    ends += 1
                    source = self._source(upload, name, place.file, choice)
                    last = ends == _MOST_ENDS
                    rest = " The rest of the upload is not read." if last else ""
                    yield _ended(source, _why(problem) + rest, cut_off=last)
                    place = UploadPosition(place.file + 1) if ends < _MOST_ENDS else None
                careful = 2 * _TOGETHER
                continue
            careful, place = max(careful - 1, 0), batch.place
            done(batch.files)
            for found in batch.found:
                if stops():
                    self._forget()
                    return
                yield _whole(found, upload, name)

    def _source(self, upload: Path, name: str, file: int, choice: Choice) -> str:
        try:
            return self._workers.run(source_of, upload, name, file, choice)
        except _ENDS:
            return f"{name}, file {file + 1}"

    def _forget(self) -> None:
        with suppress(*_ENDS):
            self._workers.run(forget)

    def close(self) -> None:
        """End the process."""
        self._workers.close()


def _why(problem: Busy | Crashed | TooLarge | WorkTimeout) -> str:
    """Return what the end says of one file; the rest of the upload is stored all the same."""
    return "It is most likely nested too deep." if isinstance(problem, Crashed) else problem.detail


def _ended(source: str, detail: str, *, cut_off: bool) -> Rejected:
    problem = RecordProblem(
        f"Reading this file ended the process that reads uploads. {detail}",
        mend="Check the file; if it is as its format says, report this.",
    )
    return Rejected(Raw(source, b""), (problem,), cut_off=cut_off)


def _whole(found: Read, upload: Path, name: str) -> Read:
    """Return a document with the bytes of its file, where that is the whole upload."""
    if found.raw.data or found.raw.source != printable(name):
        return found
    return replace(found, raw=replace(found.raw, stream=lambda: upload.open("rb")))
