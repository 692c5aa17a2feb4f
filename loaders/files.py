"""From paths to raw records: files, folders and archives, with limits on what they unfold."""

import tarfile
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO

from loaders.base import MAX_RECORD_BYTES, Problem, Raw, Rejected, shorten

CARD_SUFFIXES = frozenset({".yaml", ".yml", ".json"})
MAX_MEMBERS = 1_000_000
"""How many files one archive may hold."""


def raw_records(paths: Iterable[Path]) -> Iterator[Raw | Rejected]:
    """Yield every record found under the paths, in name order; what cannot be is rejected.

    Raises `FileNotFoundError` for a path that does not exist.
    """
    for path in paths:
        if not path.exists():
            raise FileNotFoundError(path)
        files = sorted(p for p in path.rglob("*") if p.is_file()) if path.is_dir() else [path]
        for file in files:
            yield from _file(file)


def count(paths: Iterable[Path]) -> int:
    """Return how many records `raw_records` will yield, for a progress bar."""
    return sum(1 for _ in raw_records(paths))


def _file(path: Path) -> Iterator[Raw | Rejected]:
    name = path.name.lower()
    if name.endswith((".tar.gz", ".tgz", ".tar", ".zip")):
        yield from _archive(path)
    elif path.suffix.lower() in CARD_SUFFIXES:
        with path.open("rb") as stream:
            yield _read(str(path), path.stat().st_size, stream)
    else:
        yield _not_a_card(str(path))


def _archive(path: Path) -> Iterator[Raw | Rejected]:
    """Yield the members of an archive; where it is damaged, what came before still counts."""
    members = _zip_members if path.suffix.lower() == ".zip" else _tar_members
    try:
        for index, (member, size, stream) in enumerate(members(path)):
            if index >= MAX_MEMBERS:
                yield _broken(path, f"The archive holds more than {MAX_MEMBERS:,} files.")
                return
            yield _member(f"{path}!{member}", size, stream)
    except (tarfile.TarError, zipfile.BadZipFile, zlib.error, EOFError, OSError) as error:
        yield _broken(path, f"The archive cannot be read to its end: {shorten(str(error))}.")


def _member(source: str, size: int, stream: IO[bytes]) -> Raw | Rejected:
    with stream:
        if Path(source).suffix.lower() in CARD_SUFFIXES:
            return _read(source, size, stream)
    return _not_a_card(source)


def _tar_members(path: Path) -> Iterator[tuple[str, int, IO[bytes]]]:
    with tarfile.open(path, "r|*") as archive:
        for member in archive:
            stream = archive.extractfile(member) if member.isfile() else None
            if stream is not None:
                yield member.name, member.size, stream


def _zip_members(path: Path) -> Iterator[tuple[str, int, IO[bytes]]]:
    with zipfile.ZipFile(path) as archive:
        for member in sorted(archive.infolist(), key=lambda m: m.filename):
            if not member.is_dir():
                yield member.filename, member.file_size, archive.open(member)


def _read(source: str, size: int, stream: IO[bytes]) -> Raw | Rejected:
    # one byte more than the limit shows a member whose header lies about its size
    data = b"" if size > MAX_RECORD_BYTES else stream.read(MAX_RECORD_BYTES + 1)
    if size <= MAX_RECORD_BYTES and len(data) <= MAX_RECORD_BYTES:
        return Raw(source, data)
    limit = MAX_RECORD_BYTES // 2**20
    problem = Problem(
        f"The file has {max(size, len(data)) / 2**20:.1f} MB; one record may have {limit} MB.",
        mend="Split it into one file per card.",
    )
    return Rejected(Raw(source, b""), (problem,))


def _not_a_card(source: str) -> Rejected:
    problem = Problem(
        "No card format has this kind of file.", mend="Cards are .yaml, .yml or .json files."
    )
    return Rejected(Raw(source, b""), (problem,))


def _broken(path: Path, message: str) -> Rejected:
    return Rejected(Raw(str(path), b""), (Problem(message, mend="Get the archive again."),))
