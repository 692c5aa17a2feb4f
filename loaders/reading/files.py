"""From paths to raw records: files, folders, patterns, archives and streams.

The bytes of a file say what it is. Hidden files (`.git`, `.DS_Store`, `__MACOSX`) are passed
over; everything else is yielded, as a record or as rejected with the reason.
"""

import glob
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from hashlib import sha256
from itertools import chain
from pathlib import Path, PurePath
from typing import IO

from loaders.contract import (
    MAX_RECORD_BYTES,
    Bundle,
    CardError,
    Raw,
    RecordProblem,
    Rejected,
    SingleFile,
    inside,
    shorten,
)
from loaders.reading.archives import (
    DAMAGED,
    PEEK,
    Container,
    Member,
    container,
    is_tar,
    may_be_container,
    tar_members,
    unpacked,
    zip_members,
    zip_names,
)
from loaders.reading.bundle import Archive, Folder
from loaders.reading.no_card import (
    EVERYTHING,
    Choice,
    is_inspect_log,
    log_problem,
    no_card_by_name,
)
from loaders.reading.spool import MAX_UNFOLDED_BYTES, Allowance, InputTooLarge, Spool, pieces

MAX_NESTING = 3
"""How many archives may stand in one another; a `.json.gz` in a `.tar.gz` makes three."""

_Found = Iterator[Raw | Rejected]


@dataclass(frozen=True)
class _Spot:
    """Where a file was found: its name for people, its path in its bundle, how deep."""

    source: str
    path: str
    bundle: Bundle
    allowance: Allowance
    depth: int = 0
    choice: Choice = EVERYTHING

    def raw(self, data: bytes, stream: Callable[[], IO[bytes]] | None = None) -> Raw:
        hidden = self.choice.hidden
        found = Raw(self.source, data, path=self.path, bundle=self.bundle, stream=stream)
        return replace(found, hidden=True) if hidden else found

    def rejected(self, message: str, mend: str) -> Rejected:
        return Rejected(self.raw(b""), (RecordProblem(message, mend=mend),))

    def passed_over(self) -> _Found:
        """Yield the file, whose name says that it holds no card, as passed over, if chosen."""
        suffix = no_card_by_name(self.path)
        problem = RecordProblem(f"A file of this kind ({suffix}) holds no card.")
        if self.choice.takes(self.path):
            yield Rejected(self.raw(b""), (problem,), passed_over=suffix)


def raw_records(paths: Iterable[Path], choice: Choice = EVERYTHING) -> _Found:
    """Yield every record found under the paths, in name order; what cannot be is rejected.

    Files that are not of the `choice` are left out.

    A path that does not exist is taken as a pattern (`cards/**/*.yaml`). Raises
    `FileNotFoundError` for one that matches nothing.
    """
    for root, file in listed(paths):
        yield from _at(file, root, choice)


def raw_stream(stream: IO[bytes], name: str | None = None, choice: Choice = EVERYTHING) -> _Found:
    """Yield every record of a stream, such as standard input or an upload.

    Without a name it is called after its content, so that two streams are never taken for two
    versions of one file.
    """
    digest = sha256()
    try:
        spool = Spool(_hashed(stream, digest.update))
    except InputTooLarge as error:
        yield _damaged(_Spot(printable(name or "stdin"), "", SingleFile(), Allowance(0)), error)
        return
    source = printable(name or f"stdin-{digest.hexdigest()[:8]}")
    spot = _Spot(source, source, SingleFile(), Allowance(spool.path.stat().st_size), choice=choice)
    yield from _whole(spot, spool.path, spool.open)


def bundle_of(archive: Path, source: str) -> Bundle:
    """Return the bundle of a file in an archive, by its source; an empty one if it is gone."""
    if not archive.is_file():
        return SingleFile()
    found = (raw for raw in raw_records([archive]) if isinstance(raw, Raw))
    return next((raw.bundle for raw in found if raw.source == source), SingleFile())


def count(paths: Iterable[Path]) -> int:
    """Return how many files `raw_records` will yield, for a progress bar."""
    return sum(_number(file) for _, file in listed(paths))


def listed(paths: Iterable[Path]) -> Iterator[tuple[Path | None, Path]]:
    """Yield (folder it was found under, file) for every file; None for one that was named.

    Raises `FileNotFoundError` as `raw_records`.
    """
    for path in paths:
        for found in _matching(path):
            if not found.is_dir():
                yield None, found
                continue
            files = (p for p in sorted(found.rglob("*")) if p.is_file())
            yield from ((found, p) for p in files if not _hidden(p.relative_to(found).parts))


def printable(name: str) -> str:
    """Return a name that can be stored and shown: controls and stray bytes as escapes."""
    return _UNPRINTABLE.sub(lambda c: f"\\x{ord(c[0]):02x}", name)


_UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufffe\uffff]")


def _matching(path: Path) -> list[Path]:
    if path.exists():
        return [path]
    # not Path.glob, which takes no absolute pattern
    found = [Path(name) for name in sorted(glob.glob(str(path), recursive=True))]  # noqa: PTH207
    if not found:
        raise FileNotFoundError(path)
    return [p for p in found if p.is_file()] if "**" in str(path) else found


def _hidden(parts: Iterable[str]) -> bool:
    return any(p == "__MACOSX" or (p.startswith(".") and p != "..") for p in parts)


def _hashed(stream: IO[bytes], update: Callable[[bytes], None]) -> Iterator[bytes]:
    for piece in pieces(stream, Allowance(MAX_UNFOLDED_BYTES)):
        update(piece)
        yield piece


def _number(path: Path) -> int:
    try:
        kind = container(path) if path.is_file() else None
        allowance = Allowance(path.stat().st_size)
        return sum(1 for _ in _members(path, kind, allowance)) if kind else 1
    except DAMAGED:
        return 1


def _at(path: Path, root: Path | None, choice: Choice) -> _Found:
    if not path.is_file():  # a pipe, or a device
        with path.open("rb") as stream:
            yield from raw_stream(stream, str(path), choice)
        return
    folder = root or path.parent
    inner = printable(path.relative_to(folder).as_posix())
    allowance = Allowance(path.stat().st_size)
    spot = _Spot(printable(str(path)), inner, Folder(folder), allowance, choice=choice)
    if root and path.is_symlink() and not path.resolve().is_relative_to(root.resolve()):
        yield spot.rejected("It is a link that leads out of the folder.", "Name the file itself.")
        return
    if root and no_card_by_name(inner):  # a file that was named is read, whatever its name
        yield from spot.passed_over()
        return
    yield from _whole(spot, path, lambda: path.open("rb"))


def _whole(spot: _Spot, path: Path, stream: Callable[[], IO[bytes]]) -> _Found:
    try:
        yield from _file(spot, path, stream)
    except DAMAGED as error:
        yield _damaged(spot, error, stream)


def _file(spot: _Spot, path: Path, stream: Callable[[], IO[bytes]]) -> _Found:
    """Yield what a file on disk holds; `stream` opens it again later."""
    kind = container(path)
    if spot.choice.ignores(spot.path) if kind else not spot.choice.takes(spot.path):
        return
    if kind is None:
        small = path.stat().st_size <= MAX_RECORD_BYTES
        yield spot.raw(path.read_bytes()) if small else spot.raw(b"", stream)
    elif spot.depth >= MAX_NESTING:
        yield spot.rejected("Too many archives are nested in one another.", "Unpack it first.")
    elif kind in {"gzip", "bzip2"} and not _holds_tar(path, kind):
        with unpacked(path, kind, spot.allowance) as content:
            name = PurePath(spot.source).stem
            inner = replace(spot, source=f"{spot.source}!{name}", depth=spot.depth + 1)
            yield from _stream(inner, content)
    else:
        yield from _archive(spot, path, kind, stream)


def _archive(spot: _Spot, path: Path, kind: Container, stream: Callable[[], IO[bytes]]) -> _Found:
    """Yield the members of an archive; where it is damaged, what came before still counts."""
    if kind == "zip" and is_inspect_log(zip_names(path)):
        problem = log_problem("Inspect")
        yield Rejected(spot.raw(b"", stream), (problem,), passed_over="log of Inspect")
        return
    # with `stream` the bundle holds the temporary file that an inner archive stands in
    bundle = Archive(lambda: _inner(path, kind, Allowance(path.stat().st_size)), stream)
    for member in _members(path, kind, spot.allowance):
        inner = replace(
            spot,
            source=f"{spot.source}!{printable(member.name)}",
            path=member.name,
            bundle=bundle,
            depth=spot.depth + 1,
        )
        try:
            yield from _member(inner, member)
        except DAMAGED as error:
            if kind != "zip" or isinstance(error, InputTooLarge):
                raise
            yield _damaged(inner, error)


def _inner(path: Path, kind: Container, allowance: Allowance) -> Iterator[tuple[str, Member]]:
    for member in _members(path, kind, allowance):
        try:
            yield inside("", member.name), member
        except CardError:
            continue  # the import itself says so


def _member(spot: _Spot, member: Member) -> _Found:
    try:
        spot = replace(spot, path=inside("", member.name))
    except CardError as error:
        data = member.stream.read(MAX_RECORD_BYTES) if member.stream else b""
        yield Rejected(spot.raw(data), error.problems)
        return
    if _hidden(spot.path.split("/")):
        return
    if no_card_by_name(spot.path):
        yield from spot.passed_over()
        return
    if member.stream is None:
        yield spot.rejected(
            f"It cannot be read: {shorten(member.refusal)}.", "Add the file itself."
        )
        return
    yield from _stream(spot, member.stream)


def _stream(spot: _Spot, stream: IO[bytes]) -> _Found:
    """Yield what a stream inside an archive holds."""
    data = stream.read(MAX_RECORD_BYTES + 1)
    if len(data) <= MAX_RECORD_BYTES and not may_be_container(data):
        if spot.choice.takes(spot.path):
            yield spot.raw(data)
        return
    spool = Spool(chain([data], pieces(stream)))
    yield from _file(spot, spool.path, spool.open)


def _members(path: Path, kind: Container, allowance: Allowance) -> Iterator[Member]:
    if kind == "zip":
        yield from zip_members(path, allowance)
    elif kind == "tar":
        with path.open("rb") as stream:
            yield from tar_members(stream, allowance)
    elif _holds_tar(path, kind):
        with unpacked(path, kind, allowance) as stream:
            yield from tar_members(stream, allowance)
    else:
        yield Member(path.stem, None)


def _holds_tar(path: Path, kind: Container) -> bool:
    with unpacked(path, kind, Allowance(0)) as stream:
        return is_tar(stream.read(PEEK))


def _damaged(
    spot: _Spot, error: Exception, stream: Callable[[], IO[bytes]] | None = None
) -> Rejected:
    if isinstance(error, InputTooLarge):
        problem = RecordProblem(
            f"{error}; the rest is not read.", mend="Unpack it, import the cards."
        )
    else:
        what = shorten(str(error)) or type(error).__name__
        problem = RecordProblem(
            f"It cannot be read to its end: {what}.", mend="Get the file again."
        )
    return Rejected(spot.raw(b"", stream), (problem,), cut_off=True)
