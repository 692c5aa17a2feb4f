"""What a write did to the store: the graphs it changed, and after a crash whether it was stored.

A write of records, an update and a change of a graph leave an activity in the graph of provenance,
in the transaction of what they write (`service.ingest.provenance`). So it is there if and only if
that was stored, whatever the log of writes came to say.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial

from service.access import GraphChange, Intent, LogEntry, WriteLog
from service.ingest.provenance import activity_iri
from service.queries import internal
from service.store.port import Engine


@dataclass(frozen=True)
class Write:
    """A write under way: its entry in the log, to which the graphs it changes are noted."""

    entry: LogEntry
    log: WriteLog

    def note(self, changes: Iterable[GraphChange]) -> None:
        """Note graphs that are about to change. Raises `FileUnusable`."""
        self.log.note(self.entry.id, changes)


@contextmanager
def writing(log: WriteLog, engine: Engine, intent: Intent) -> Iterator[Write]:
    """Log a write: before it is done, and after it what came of it.

    Records that it stores are found by their provenance. Raises `FileUnusable` before anything
    is written where the log cannot be.
    """
    with log.entry(intent, partial(made, engine)) as entry:
        yield Write(entry, log)


def made(engine: Engine, write: str) -> list[GraphChange]:
    """Return the versions of records that a write has stored so far, in the order of names."""
    rows = internal.rows(engine, "written-by", activity=activity_iri(write))
    found = [
        GraphChange(
            str(r["graph"]), digest=_text(r.get("digest")), replaces=_text(r.get("replaces"))
        )
        for r in rows
    ]
    # not by the engine, which reads both names from disk at each comparison
    return sorted(found, key=lambda change: change.graph)


def settle(engine: Engine, log: WriteLog, under_way: Iterable[str] = ()) -> None:
    """Note the outcome of writes that a crash has cut off, but for those that go on.

    The store must have no other writer.
    """
    going_on = set(under_way)
    for entry, traced in log.unfinished():
        if entry.id in going_on:
            continue
        if internal.holds(engine, "write-stored", activity=activity_iri(entry.id)):
            found = "found in the store at the next start"
            log.end(entry.id, "stored", found, made(engine, entry.id))
        elif traced:
            log.end(entry.id, "not stored", "found out at the next start")
        else:
            log.end(entry.id, "unknown", "it ended before that was noted, and left no trace")


def sizes(engine: Engine) -> dict[str, int]:
    """Return the number of triples of every graph, the default one under an empty name."""
    rows = internal.rows(engine, "graph-sizes")
    found = {str(row["graph"]): int(str(row["triples"])) for row in rows}
    return {"": len(engine.default_graph()), **found}


def differences(
    before: Mapping[str, int], after: Mapping[str, int], among: Iterable[str] | None = None
) -> list[GraphChange]:
    """Return the change of each graph `among` those named, else of all whose size differs."""
    graphs = before.keys() | after.keys() if among is None else set(among)
    changes = (GraphChange(g, before.get(g, 0), after.get(g, 0)) for g in sorted(graphs))
    return [c for c in changes if among is not None or c.triples_before != c.triples_after]


def _text(term: object) -> str | None:
    return None if term is None else str(term)
