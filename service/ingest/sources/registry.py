"""Which sources there are, and what was read of each last time: one SQLite file beside the store.

A source is a URL, or a file or folder of this machine. What a run reads is noted record by record,
so that an interrupted run forgets nothing; only a whole one says what is gone, and by what the next
is to tell that nothing has changed.
"""
# DESIGN: sources-by-command

import json
import os
import re
import sqlite3
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self
from uuid import uuid4

from loaders.reading.no_card import EVERYTHING, Choice
from service.common.os_words import os_words
from service.common.problems import BadRequest, Conflict, FileUnusable, NotFound
from service.ingest.sources.addresses import check_literal, url_of
from service.ingest.sources.fetch import Validators

_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
_ODD = re.compile(r"[^a-z0-9]++")
_TABLES = """
CREATE TABLE IF NOT EXISTS source (
  name TEXT PRIMARY KEY, address TEXT NOT NULL UNIQUE, private INTEGER NOT NULL,
  only TEXT NOT NULL, ignored TEXT NOT NULL, hidden INTEGER NOT NULL,
  added TEXT NOT NULL, checked TEXT, outcome TEXT, read TEXT,
  url TEXT, etag TEXT, modified TEXT, digest TEXT, reader TEXT, write TEXT);
CREATE TABLE IF NOT EXISTS seen (
  source TEXT NOT NULL, record TEXT NOT NULL, file TEXT NOT NULL, run TEXT NOT NULL, gone TEXT,
  PRIMARY KEY (source, record));
"""
_SOURCES = """
SELECT source.*, COUNT(record) - COUNT(gone) AS records, COUNT(gone) AS gone
FROM source LEFT JOIN seen ON seen.source = source.name GROUP BY name ORDER BY name
"""


@dataclass(frozen=True)
class LastRead:
    """What the last whole run of a source read: when, and by what it is recognised.

    `digest` is the SHA-256 of what was read, `reader` the program that read it, and `write` the
    entry in the log of writes of the last run that stored anything.
    """

    at: str
    validators: Validators
    digest: str
    reader: str
    write: str


@dataclass(frozen=True)
class Source:
    """A source as it was added. `outcome` is what came of it when it was `checked` last.

    `records` is how many it holds, `gone` how many it held once. `undone`: the store has taken back
    what was imported of it last.
    """

    name: str
    address: str
    private: bool
    choice: Choice
    added: str
    checked: str | None
    outcome: str | None
    records: int
    gone: int
    last: LastRead | None
    undone: bool = False

    @property
    def fetched(self) -> bool:
        """Whether it is fetched from the network."""
        return self.address.startswith(("http://", "https://"))

    def document(self) -> dict[str, Any]:
        """Return the source as JSON values."""
        said = {name: value for name, value in vars(self).items() if name not in _INNER}
        return {**said, **vars(self.choice), "read": self.last.at if self.last else None}


_INNER = {"choice", "last", "undone"}


class Sources:
    """The sources of one store. Use as a context manager, in one thread."""

    def __init__(self, file: Path) -> None:
        """Open the file, made for its owner alone if there is none. Raises `FileUnusable`."""
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            os.close(os.open(file, os.O_CREAT | os.O_RDWR, 0o600))
            self._db = sqlite3.connect(file, timeout=10, isolation_level=None)
            self._db.row_factory = sqlite3.Row
            # a write-ahead log survives a kill at any moment and needs no fsync per record
            self._db.execute("PRAGMA journal_mode = WAL")
            self._db.execute("PRAGMA synchronous = NORMAL")
            self._db.executescript(_TABLES)
        except (OSError, sqlite3.DatabaseError) as error:
            words = f"The file of sources {file} cannot be used ({os_words(error)})."
            raise FileUnusable(words) from error

    def __enter__(self) -> Self:
        """Return the sources themselves."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the file."""
        self._db.close()

    def add(
        self,
        address: str,
        name: str | None = None,
        *,
        private: bool = False,
        choice: Choice = EVERYTHING,
    ) -> Source:
        """Add a source by its URL or path. Nothing is fetched yet.

        Raises `BadRequest` for an address that is not fetched, `NotFound` for a path that is not
        there, and `Conflict` where the address or the name is taken.
        """
        place = _place(address, private=private)
        known = {s.name: s.address for s in self.all()}
        if place in known.values():
            raise Conflict(f"{place} is a source already. See `evalgap sources list`.")
        given = name or _name_of(place)
        if not _NAME.fullmatch(given):
            raise BadRequest(
                f"The name of a source is lower-case letters, digits, dots and hyphens, not "
                f"{given[:80]!r}. Name it with --name."
            )
        if given in known:
            raise Conflict(f"{given} is {known[given]} already. Give another name with --name.")
        self._db.execute(
            "INSERT INTO source (name, address, private, only, ignored, hidden, added) "
            "VALUES (?, ?, ?, ?, ?, ?, ?)",
            (
                given,
                place,
                private,
                json.dumps(choice.only),
                json.dumps(choice.ignore),
                choice.hidden,
                now(),
            ),
        )
        return self.named(given)

    def all(self) -> list[Source]:
        """Return every source, by name."""
        return [_source(row) for row in self._db.execute(_SOURCES)]

    def named(self, name: str) -> Source:
        """Return a source by its name or address. Raises `NotFound`."""
        found = next((s for s in self.all() if name in {s.name, s.address}), None)
        if found is None:
            raise NotFound(f"There is no source {name!r}. See `evalgap sources list`.")
        return found

    def remove(self, name: str) -> Source:
        """Take a source off the list, and return it; what is stored of it stays."""
        found = self.named(name)
        with self._db:
            self._db.execute("BEGIN")
            self._db.execute("DELETE FROM seen WHERE source = ?", (found.name,))
            self._db.execute("DELETE FROM source WHERE name = ?", (found.name,))
        return found

    def checked(self, source: Source, outcome: str) -> None:
        """Note what came of a source, where nothing was read of it."""
        self._db.execute(
            "UPDATE source SET checked = ?, outcome = ? WHERE name = ?",
            (now(), outcome, source.name),
        )

    def run(self, source: Source, *, dry_run: bool = False) -> "SeenRecords":
        """Begin to note what a run reads of a source; a dry run keeps nothing."""
        return SeenRecords(self._db, source, dry_run=dry_run)


class SeenRecords:
    """The records that a run has met in a source."""

    def __init__(self, db: sqlite3.Connection, source: Source, *, dry_run: bool) -> None:
        """Begin a run; a dry one keeps nothing."""
        self._db, self._source, self._dry_run = db, source, dry_run
        self._run, self._now = uuid4().hex, now()
        rows = db.execute("SELECT * FROM seen WHERE source = ? AND gone IS NULL", (source.name,))
        self._there = {row["record"]: row["file"] for row in rows}
        self._met: set[str] = set()
        self._broken: set[str] = set()

    def meet(self, record: str, file: str) -> None:
        """Note that a file holds a record; that is kept even if the run does not end whole."""
        self._met.add(record)
        if not self._dry_run:
            self._db.execute(
                "INSERT INTO seen (source, record, file, run) VALUES (?, ?, ?, ?) ON CONFLICT "
                "(source, record) DO UPDATE SET file = excluded.file, run = excluded.run, "
                "gone = NULL",
                (self._source.name, record, file, self._run),
            )

    def broken(self, file: str) -> None:
        """Note that a file was not read whole: nothing is gone that it held."""
        self._broken.add(file)

    def gone(self) -> list[tuple[str, str]]:
        """Return the records that were there and are not any more, each with its file."""
        return sorted(
            (record, file)
            for record, file in self._there.items()
            if record not in self._met and file not in self._broken
        )

    def finish(self, outcome: str, read: LastRead | None) -> None:
        """Keep what a whole run has found; `read` is None where the next is to read all again."""
        with self._db:
            self._db.execute("BEGIN")
            if read is not None:
                gone = [(self._now, self._source.name, record) for record, _ in self.gone()]
                self._db.executemany(
                    "UPDATE seen SET gone = ? WHERE source = ? AND record = ?", gone
                )
            kept = read.validators if read else Validators()
            self._db.execute(
                "UPDATE source SET checked = ?, outcome = ?, read = ?, url = ?, etag = ?, "
                "modified = ?, digest = ?, reader = ?, write = ? WHERE name = ?",
                (
                    self._now, outcome, read.at if read else None, kept.url, kept.etag,
                    kept.modified, read.digest if read else None, read.reader if read else None,
                    read.write if read else None, self._source.name,
                ),
            )  # fmt: skip


def _source(row: sqlite3.Row) -> Source:
    read = row["read"] and LastRead(
        row["read"],
        Validators(row["url"] or "", row["etag"] or "", row["modified"] or ""),
        row["digest"],
        row["reader"],
        row["write"],
    )
    only, ignore = (tuple(json.loads(row[name])) for name in ("only", "ignored"))
    choice = Choice(only, ignore, bool(row["hidden"]))
    return Source(
        row["name"], row["address"], bool(row["private"]), choice, row["added"],
        row["checked"], row["outcome"], row["records"], row["gone"], read or None,
    )  # fmt: skip


def _place(address: str, *, private: bool) -> str:
    """Return the URL, or the whole path, of what is to be a source."""
    if "://" in address:
        url = url_of(address)
        if not private:
            check_literal(url)
        return str(url)
    if not address.strip():
        raise BadRequest("The address is empty. Name a URL, a file or a folder.")
    path = Path(address).resolve()
    if not path.exists():
        raise NotFound(f"{path} does not exist.")
    if private:
        raise BadRequest("--allow-private is for addresses of the network, not for paths.")
    return str(path)


def _name_of(place: str) -> str:
    """Return a name made of the last word of an address, without what is behind its first dot."""
    parts = [p for p in place.partition("?")[0].split("/") if p]
    last = parts[-1].partition(".")[0] if len(parts) > 2 or "://" not in place else parts[-1]  # noqa: PLR2004
    return _ODD.sub("-", last.lower()).strip("-")[:64] or "source"


def now() -> str:
    """Return the present time as it is kept of a source."""
    return datetime.now(UTC).isoformat(timespec="seconds")
