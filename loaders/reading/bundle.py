"""The files beside a record: in its folder or archive, and nowhere else."""

from collections.abc import Callable, Iterator
from pathlib import Path

from loaders.contract import MAX_RECORD_BYTES, CardError, RecordProblem
from loaders.reading.archives import DAMAGED, Member
from loaders.reading.spool import Spool


class Folder:
    """The files of a folder; links that lead out of it are not followed."""

    def __init__(self, root: Path) -> None:
        """Take the folder as the root."""
        self._root = root.resolve()

    def read(self, path: str) -> bytes | None:
        """Return the file at this path, None where there is none; see `Bundle.read`."""
        target = (self._root / path).resolve()
        if not target.is_relative_to(self._root):
            raise CardError(
                RecordProblem("This path leads out of the imported folder.", value=path)
            )
        if not target.is_file():
            return None
        if target.stat().st_size > MAX_RECORD_BYTES:
            raise CardError(
                RecordProblem("The file is too large to be read beside a card.", value=path)
            )
        return target.read_bytes()


class Archive:
    """The files of an archive, copied to one temporary file when the first is read."""

    def __init__(
        self, members: Callable[[], Iterator[tuple[str, Member]]], held: object = None
    ) -> None:
        """Take a function that gives the archive's files anew, with their paths inside.

        `held` is kept as long as this bundle: what owns the archive, where that is temporary.
        """
        self._members, self._held = members, held
        self._where: dict[str, tuple[int, int]] = {}
        self._spool: Spool | None = None

    def read(self, path: str) -> bytes | None:
        """Return the file at this path, None where there is none; see `Bundle.read`."""
        if self._spool is None:
            self._spool = Spool(self._copied())
        start, size = self._where.get(path, (0, -1))
        if size < 0:
            return None
        with self._spool.open() as stream:
            stream.seek(start)
            return stream.read(size)

    def _copied(self) -> Iterator[bytes]:
        position = 0
        try:
            for path, member in self._members():
                data = member.stream.read(MAX_RECORD_BYTES + 1) if member.stream else None
                if data is not None and len(data) <= MAX_RECORD_BYTES:
                    self._where[path] = position, len(data)
                    position += len(data)
                    yield data
        except DAMAGED:
            return  # the import itself says that the archive is damaged
