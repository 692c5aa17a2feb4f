"""A copy of a store that another process opens and writes to, and what changed in it."""

from collections.abc import Iterable
from pathlib import Path

import pyoxigraph as ox

from service.store.oxigraph.differences import as_lines, changed, quads_of
from service.store.oxigraph.store import EmbeddedEngine
from service.store.statements import Statements, Transaction

SMALL = 2**24
"""Bytes of a file whose statements are held in memory: to make a store on disk for them takes a
tenth of a second, however few they are."""


class Copy:
    """A copy in two states: `before`, which nothing changes, and `after`, to be written to.

    Blank nodes have the same labels in both.
    """

    def __init__(self, path: Path) -> None:
        """Open what `Engine.copy` has written to `path`: a folder, or a file of N-Quads."""
        if path.is_file() and path.stat().st_size <= SMALL:
            self._after = _loaded(ox.Store(), path)
            self._before = ox.Store()
            self._before.bulk_extend(self._after)
        else:
            self._after = _opened(path)
            earlier = path.with_name(f"{path.name}.before")
            self._after.backup(str(earlier))
            self._before = ox.Store.read_only(str(earlier))
        self.before = EmbeddedEngine(self._before)
        self.after = EmbeddedEngine(self._after)

    def change(self, sparql: str) -> Transaction:
        """Return what the update that was run has changed."""
        drop, insert, quads = list[str](), list[bytes](), list[ox.Quad]()
        sizes = list[tuple[str, int, int]]()
        for name in changed(self._before, self._after, sparql):
            own, was = list(quads_of(self._after, name)), set(_lines(quads_of(self._before, name)))
            grown, lines = _written(was, own)
            drop += [] if grown else [name]
            insert += lines
            quads += own
            sizes.append((name, len(was), len(own)))
        return Transaction(tuple(drop), b"".join(insert), Statements.of(quads), tuple(sizes))


def _opened(path: Path) -> ox.Store:
    if path.is_dir():
        return ox.Store(str(path))
    return _loaded(ox.Store(str(path.with_name(f"{path.name}.store"))), path)


def _loaded(store: ox.Store, path: Path) -> ox.Store:
    store.bulk_load(path=str(path), format=ox.RdfFormat.N_QUADS, lenient=True)
    return store


def _written(before: set[bytes], after: Iterable[ox.Quad]) -> tuple[bool, list[bytes]]:
    """Return whether a graph has only grown, and the lines to insert: what is new, or all of it.

    A new line with a blank node may speak of one that is there; inserted alone it would not.
    """
    lines = _lines(after)
    fresh = [line for line in lines if line not in before]
    grown = len(lines) - len(fresh) == len(before) and not any(b"_:" in line for line in fresh)
    return grown, fresh if grown else lines


def _lines(quads: Iterable[ox.Quad]) -> list[bytes]:
    return b"".join(as_lines(quads)).splitlines(keepends=True)
