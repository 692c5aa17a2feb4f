"""New stores of one test process get the shipped records as bytes, after the first has read them.

Reading and writing out some 400 records costs a processor second, and more than a hundred tests
begin with a new store. What the first one commits is what all would, so it is kept and committed
again, and so are ontology and shapes. A store that has something already, and records that are to
be judged, are left to the service. Services of their own (`tests/prefork.py`) begin with a copy of
one store; other processes that tests start do all of it themselves.
"""

from collections.abc import Iterable
from typing import Any

import pytest

from service.ingest import seeding
from service.store.port import Engine
from service.validation.gate import Gate

_ANYTHING = "ASK { GRAPH ?g { ?version <http://www.w3.org/ns/dcat#isVersionOf> ?record } }"


class _Watched:
    """An engine of which every commit is kept."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.commits: list[tuple[str | bytes, tuple[str, ...]]] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._engine, name)

    def commit(self, insert: str | bytes, drop: Iterable[str] = ()) -> None:
        """Commit, and keep what was committed."""
        self.commits.append((insert, tuple(drop)))
        self._engine.commit(*self.commits[-1])


def once(patch: pytest.MonkeyPatch) -> None:
    """Have this process read the shipped records for the first new store only."""
    kept: dict[str, list[tuple[str | bytes, tuple[str, ...]]]] = {}
    real = seeding._import_shipped

    def import_shipped(engine: Engine, gate: Gate) -> None:
        if not seeding._validated_before() or engine.ask(_ANYTHING):
            real(engine, gate)
            return
        digest = seeding.release_digest()
        if digest not in kept:
            watched = _Watched(engine)
            real(watched, gate)
            kept[digest] = watched.commits
            return
        for insert, drop in kept[digest]:
            engine.commit(insert, drop)

    vocabularies: dict[str, str] = {}
    written = seeding._vocabulary

    def vocabulary() -> str:
        digest = seeding.release_digest()
        if digest not in vocabularies:
            vocabularies[digest] = written()
        return vocabularies[digest]

    patch.setattr(seeding, "_vocabulary", vocabulary)
    patch.setattr(seeding, "_import_shipped", import_shipped)
