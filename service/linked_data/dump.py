"""The whole store as files: sorted N-Quads and TriG, made once per content, on disk.

The lines are sorted by graph and text, in runs that are merged, so that the same content
gives the same bytes from any engine and nothing large is ever held in memory.
"""

import gzip
import heapq
import zlib
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import file_digest
from itertools import chain, islice
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp
from weakref import finalize

from service.common.problems import BadRequest
from service.queries.cache import cached_per_state
from service.store.nquads import graph_and_line, write_trig
from service.store.port import Engine

RUN = 100_000
"""Lines that are sorted in memory at a time."""

_GZIP = b"\x1f\x8b"


@dataclass(frozen=True)
class Dump:
    """One file with its digest."""

    path: Path
    media: str
    packed: str | None
    sha256: str
    size: int
    made: datetime


class Dumps:
    """The files of one state of a store; they go when nobody holds this any more."""

    def __init__(self, engine: Engine) -> None:
        """Write the files."""
        folder = Path(mkdtemp(prefix="evalgap-dump-"))
        finalize(self, rmtree, folder, ignore_errors=True)
        packed, plain = folder / "dump.nq.gz", folder / "dump.trig"
        _write_nquads(engine, packed)
        with gzip.open(packed) as file, plain.open("wb") as stream:
            write_trig(file, stream)
        self.files: Mapping[str, Dump] = {
            packed.name: _dump(packed, "application/n-quads", "application/gzip"),
            plain.name: _dump(plain, "application/trig", None),
        }


dumps = cached_per_state(Dumps)
"""The dumps of a store as it is now: `dumps(engine).files["dump.nq.gz"]`."""


def _dump(path: Path, media: str, packed: str | None) -> Dump:
    with path.open("rb") as stream:
        digest = file_digest(stream, "sha256").hexdigest()
    made = datetime.now(UTC).replace(microsecond=0)
    return Dump(path, media, packed, digest, path.stat().st_size, made)


def _write_nquads(engine: Engine, path: Path) -> None:
    with ExitStack() as opened:
        runs = [opened.enter_context(run.open("rb")) for run in _runs(engine, path.parent)]
        raw = opened.enter_context(path.open("wb"))
        # no name and no time inside, or the same content would not give the same bytes
        out = opened.enter_context(gzip.GzipFile("", "wb", 6, raw, mtime=0))
        previous = b""
        for keyed in heapq.merge(*runs):
            if keyed != previous:
                out.write(keyed.partition(b"\t")[2])
            previous = keyed
    for run in path.parent.glob("run-*"):
        run.unlink()


def _runs(engine: Engine, folder: Path) -> Iterator[Path]:
    """Write sorted runs of lines, each line behind the name of its graph and a tab."""
    lines = chain.from_iterable(map(_keyed, engine.dump()))
    number = 0
    while batch := sorted(islice(lines, RUN)):
        path = folder / f"run-{number}"
        with path.open("wb") as stream:
            stream.writelines(batch)
        number += 1
        yield path


def _keyed(chunk: bytes) -> Iterator[bytes]:
    """Yield the lines of a piece of N-Quads, each behind what it is sorted by."""
    for name, line in graph_and_line(chunk):
        yield f"{name}\t{line}".encode()


def load(engine: Engine, data: bytes) -> int:
    """Fill an empty store with a dump (N-Quads, perhaps gzipped): all of it or nothing.

    Returns the number of statements. The shapes do not judge it: a dump is what a store held.
    Raises `BadRequest` where the store is not empty or the text is no N-Quads.
    """
    if any(engine.dump()):
        raise BadRequest("The store is not empty. A dump is loaded into one that holds nothing.")
    try:
        text = (gzip.decompress(data) if data.startswith(_GZIP) else data).decode()
        engine.commit(text)
    except (SyntaxError, UnicodeDecodeError, EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise BadRequest(f"This is no dump in N-Quads, so nothing was loaded: {error}.") from error
    return sum(chunk.count(b"\n") for chunk in engine.dump())
