"""The log of writes: who wrote what, when, from where, and what came of it. It only grows.

A write stands in it before the store is changed, and its outcome after that, each on disk before
what follows. So after a crash no change of the store is without its entry; an entry without an
outcome is `unfinished`, and whether it was stored is seen by the activity of the same name in the
graph of provenance (`service.ingest.written`). Triggers refuse to change or remove what stands
there: that guards against mistakes, not against who owns the file.
"""
# DESIGN: logged-before-done

import logging
import os
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock
from typing import Annotated, Any, Literal, NotRequired
from uuid import uuid4

from service.access.admission import Caller
from service.common.json_types import Fields
from service.common.os_words import os_words
from service.common.problems import DiskFull, FileUnusable, Problem

Ending = Literal["stored", "unchanged", "refused", "failed", "cancelled", "not stored", "unknown"]
UNFINISHED = "unfinished"
COMMAND_LINE = "command line"
"""The client of what a user of this machine does; the name is then that of the user."""

_LOG = logging.getLogger(__name__)
_SERVER_ERROR = 500
_TABLES = """
CREATE TABLE IF NOT EXISTS entry (number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE,
  at TEXT NOT NULL, who TEXT NOT NULL, client TEXT NOT NULL, operation TEXT NOT NULL,
  about TEXT NOT NULL, request TEXT NOT NULL, traced INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS change (number INTEGER PRIMARY KEY, entry TEXT NOT NULL,
  graph TEXT NOT NULL, triples_before INTEGER, triples_after INTEGER, digest TEXT, replaces TEXT);
CREATE TABLE IF NOT EXISTS outcome (number INTEGER PRIMARY KEY, entry TEXT NOT NULL UNIQUE,
  at TEXT NOT NULL, outcome TEXT NOT NULL, detail TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS change_entry ON change (entry);
CREATE INDEX IF NOT EXISTS change_graph ON change (graph);
"""
_GUARD = """
CREATE TRIGGER IF NOT EXISTS {table}_{event} BEFORE {event} ON {table} {when}
BEGIN SELECT RAISE(ABORT, 'the log of writes only grows'); END;
"""
_GUARDS = "".join(
    _GUARD.format(table=table, event=event, when=when)
    for table in ("entry", "change", "outcome")
    for event, when in (
        ("UPDATE", ""),
        ("DELETE", ""),
        # INSERT OR REPLACE removes a row without asking the trigger above
        ("INSERT", f"WHEN EXISTS (SELECT 1 FROM {table} WHERE number = NEW.number)"),  # noqa: S608
    )
)
_FOUND = """
SELECT entry.id, entry.at, who, client, operation, about, request, outcome, detail, outcome.at
FROM entry LEFT JOIN outcome ON outcome.entry = entry.id
WHERE entry.at >= ?1 AND (?2 = '' OR who = ?2) AND (?3 = '' OR entry.id IN
  (SELECT entry FROM change WHERE graph = ?3 OR SUBSTR(graph, 1, LENGTH(?3) + 1) = ?3 || '/'))
ORDER BY entry.number
"""

_CHANGES = """
SELECT graph, triples_before, triples_after, digest, replaces FROM change WHERE entry = ?
ORDER BY number
"""


@dataclass(frozen=True)
class GraphChange:
    """A graph that was changed; an empty name is the default graph.

    Numbers are triples before and after. A version of a record has a digest instead (SHA-256 of
    its content, as in its provenance), and the graph of the version that it replaces.
    """

    graph: str
    triples_before: int | None = None
    triples_after: int | None = None
    digest: str | None = None
    replaces: str | None = None


@dataclass(frozen=True)
class Intent:
    """A write that is about to happen: which operation, on what.

    `traced` says that it leaves an activity in the graph of provenance, `counted` that the graphs
    it changes are noted.
    """

    by: Caller
    operation: str
    about: str = ""
    traced: bool = True
    counted: bool = True


@dataclass(frozen=True)
class LogEntry:
    """A write, as it is noted before it is done; `at` is in UTC."""

    id: str
    at: datetime
    who: str
    client: str
    operation: str

    @property
    def token(self) -> str | None:
        """The name of the token; None for a user of this machine."""
        return None if self.client == COMMAND_LINE else self.who


@dataclass(frozen=True)
class LoggedWrite:
    """A write as the log tells it: `outcome` is `unfinished` where none was noted."""

    id: str
    at: str
    who: str
    client: str
    operation: str
    about: str
    request: str
    outcome: str
    detail: str
    ended: str | None
    graphs: tuple[GraphChange, ...]

    def document(self) -> dict[str, Any]:
        """Return the write as JSON values; of a graph only what is known."""
        graphs = [{k: v for k, v in asdict(g).items() if v is not None} for g in self.graphs]
        return {**asdict(self), "graphs": graphs}

    def rows(self) -> list[dict[str, Any]]:
        """Return the write as rows of a table, one for each graph that it changed."""
        return [vars(self) | vars(graph) for graph in self.graphs or (GraphChange(""),)]

    @classmethod
    def columns(cls) -> list[str]:
        """Return the columns of those rows."""
        return [f.name for f in (*fields(cls), *fields(GraphChange)) if f.name != "graphs"]


_OfGraph = Annotated[
    dict[str, Any],
    Fields("ChangedGraph", GraphChange, ["graph"], triples_before=NotRequired[int],
           triples_after=NotRequired[int], digest=NotRequired[str], replaces=NotRequired[str]),
]  # fmt: skip
WriteReport = Annotated[dict[str, Any], Fields("WriteReport", LoggedWrite, graphs=list[_OfGraph])]
"""What `LoggedWrite.document` returns."""


class WriteLog:
    """The log of the writes to one store, in a file that is made with the first of them."""

    def __init__(self, file: Path) -> None:
        """Open nothing yet."""
        self._file = file
        self._lock = Lock()
        self._db: sqlite3.Connection | None = None

    @contextmanager
    def entry(
        self, intent: Intent, stored: Callable[[str], Iterable[GraphChange]] = lambda _: ()
    ) -> Iterator[LogEntry]:
        """Note a write before it is done and, after it, what came of it.

        `stored` returns what a write with an id has stored, beside what was noted before. Raises
        `FileUnusable` before anything is done where it cannot be noted.
        """
        made = self.begin(intent)
        try:
            yield made
        except Problem as problem:
            outcome: Ending = "refused" if problem.status < _SERVER_ERROR else "failed"
            self.end(made.id, outcome, problem.detail, stored(made.id))
            raise
        except BaseException as error:
            self.end(made.id, "failed", type(error).__name__, stored(made.id))
            raise
        self.end(made.id, None if intent.counted else "stored", changes=stored(made.id))

    def begin(self, intent: Intent) -> LogEntry:
        """Note a write that is about to be done; `end` it later. Raises `FileUnusable`."""
        by = intent.by
        made = LogEntry(uuid4().hex, datetime.now(UTC), by.name, by.client, intent.operation)
        who = (made.id, _text(made.at), by.name, by.client)
        row = (*who, intent.operation, intent.about, by.request, intent.traced)
        with self._writing() as db:
            db.execute(
                "INSERT INTO entry (id, at, who, client, operation, about, request, traced) "
                "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                row,
            )
        return made

    def note(self, ident: str, changes: Iterable[GraphChange]) -> None:
        """Note the graphs that a write changes, before it does where that is known."""
        rows = [(ident, *vars(change).values()) for change in changes]
        with self._writing() as db:
            db.executemany(
                "INSERT INTO change (entry, graph, triples_before, triples_after, digest, replaces)"
                " VALUES (?, ?, ?, ?, ?, ?)",
                rows,
            )

    def end(
        self,
        ident: str,
        outcome: Ending | None,
        detail: str = "",
        changes: Iterable[GraphChange] = (),
    ) -> None:
        """Note what came of a write, and what it changed; the first outcome stays.

        Without an outcome it is `stored` if a graph was changed. Where this fails the write is
        not undone: it stays unfinished in the log, and the service says so in its own.
        """
        try:
            self.note(ident, changes)
            outcome = outcome or ("stored" if self._changed(ident) else "unchanged")
            row = (ident, _text(datetime.now(UTC)), outcome, detail[:1000])
            with self._writing() as db:
                db.execute(
                    "INSERT INTO outcome (entry, at, outcome, detail) VALUES (?, ?, ?, ?) "
                    "ON CONFLICT (entry) DO NOTHING",
                    row,
                )
        except (DiskFull, FileUnusable) as error:
            _LOG.error("what came of the write %s is not noted: %s", ident, error)

    def find(self, ident: str) -> LogEntry | None:
        """Return a write by its id; None where it is not there."""
        with self._reading() as db:
            row = db.execute(
                "SELECT id, at, who, client, operation FROM entry WHERE id = ?", (ident,)
            ).fetchone()
        return _entry(*row) if row else None

    def unfinished(self) -> list[tuple[LogEntry, bool]]:
        """Return the writes without an outcome, each with whether it leaves a trace."""
        with self._reading() as db:
            rows = db.execute(
                "SELECT id, at, who, client, operation, traced FROM entry "
                "WHERE id NOT IN (SELECT entry FROM outcome) ORDER BY number"
            ).fetchall()
        return [(_entry(*said), bool(traced)) for *said, traced in rows]

    def entries(
        self, since: datetime | None = None, who: str = "", graph: str = ""
    ) -> Iterator[LoggedWrite]:
        """Yield the writes, the oldest first; `graph` also means the graphs below it."""
        with self._reading() as db:
            filters = (_text(since) if since else "", who, graph)
            for *said, outcome, detail, ended in db.execute(_FOUND, filters):
                graphs = tuple(GraphChange(*row) for row in db.execute(_CHANGES, said[:1]))
                yield LoggedWrite(*(*said, outcome or UNFINISHED, detail or "", ended, graphs))

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            if self._db is not None:
                self._db.close()
                self._db = None

    def _changed(self, ident: str) -> bool:
        with self._reading() as db:
            row = db.execute("SELECT 1 FROM change WHERE entry = ? LIMIT 1", (ident,)).fetchone()
        return row is not None

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        """Give the open file for one transaction, on disk when this ends."""
        with self._lock:
            try:
                if self._db is None:
                    self._db = _made(self._file)
                with self._db:
                    yield self._db
            except (OSError, sqlite3.DatabaseError) as error:
                raise _unusable(self._file, error) from error

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        """Give the file to read; an empty log where there is none."""
        try:
            with closing(_read(self._file)) as db:
                yield db
        except sqlite3.DatabaseError as error:
            raise _unusable(self._file, error) from error


def _made(file: Path) -> sqlite3.Connection:
    """Open the file, made for its owner alone if there is none."""
    file.parent.mkdir(parents=True, exist_ok=True)
    os.close(os.open(file, os.O_CREAT | os.O_RDWR, 0o600))
    db = sqlite3.connect(file, timeout=10, check_same_thread=False)
    db.execute("PRAGMA journal_mode = WAL")
    db.execute("PRAGMA synchronous = FULL")
    db.executescript(_TABLES + _GUARDS)
    return db


def _entry(ident: str, at: str, *said: str) -> LogEntry:
    return LogEntry(ident, datetime.fromisoformat(at), *said)


def _read(file: Path) -> sqlite3.Connection:
    """Open the file to read; after a crash SQLite brings it in order first, for which it writes."""
    ours = os.access(file, os.W_OK) and os.access(file.parent, os.W_OK)
    mode = "mode=rw" if ours else "mode=ro&immutable=1"
    address = f"{file.resolve().as_uri()}?{mode}" if file.exists() else ":memory:"
    # an answer that is streamed goes on in whichever thread is free
    db = sqlite3.connect(address, timeout=10, uri=True, check_same_thread=False)
    if address == ":memory:":
        db.executescript(_TABLES)
    return db


def _unusable(file: Path, error: Exception) -> Problem:
    return DiskFull.of(error, file) or FileUnusable(
        f"The log of writes {file} cannot be used ({os_words(error)}). "
        "Without it nothing is written."
    )


def _text(time: datetime) -> str:
    return time.astimezone(UTC).isoformat(timespec="milliseconds")
