"""Records of 0.1 whose formats know them by another key now, as far as the store says by which.

What a source says of its own name stands in its file, and the store has no files. It has what
records say and what their files were called, and for some formats that is enough. The others get
their names when their source is imported again; the old ones lead there then, too.
"""
# DESIGN: own-keys-or-places

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from rdflib import Literal

from loaders.contract import Document, Raw
from loaders.mapping.iris import path_below, series_iri
from loaders.model import Record, whole_number
from loaders.registry import FORMATS, identity, stored_key
from service.common.problems import Problem
from service.ingest.versioning import current_versions
from service.queries import internal
from service.records import repository
from service.store.port import Engine

_FORMER = "/1"
"""How the name of a loader of 0.1 ends."""


@dataclass(frozen=True)
class Renaming:
    """Records under the names of today, and by format how many have to wait for their source."""

    documents: tuple[Document, ...]
    waiting: Counter[str]


def due(engine: Engine, words: str) -> Renaming:
    """Return what is to be renamed; `words` is what the source of the new versions is called."""
    documents: dict[str, Document] = {}
    waiting: Counter[str] = Counter()
    for name, format_, files in _made(engine):
        path, _, version = name.rpartition("/")
        kind, _, ident = path.partition("/")
        try:
            record = repository.load(engine, kind, ident, whole_number(version)).record
        except Problem:
            continue
        before = ident.partition("/")[0]
        now = _ident_now(format_, before, record, files)
        if now is None:
            waiting[format_] += 1
            continue
        raw = Raw(f"{words} of {name}", record.model_dump_json().encode())
        document = replace(Document(raw, "evalgap", (record,)).called(now), formerly=before)
        documents.setdefault(str(series_iri(kind, document.records[0].id)), document)
    taken = current_versions(engine, documents)
    return Renaming(tuple(d for s, d in documents.items() if s not in taken), waiting)


def _made(engine: Engine) -> Iterator[tuple[str, str, list[str]]]:
    """Yield the current records of 0.1 that a format with keys made: name, format, files."""
    found: dict[tuple[str, str], list[str]] = {}
    for row in internal.rows(engine, "made-by", version=Literal(_FORMER)):
        format_ = str(row["loader"]).removesuffix(_FORMER)
        if format_ in FORMATS:
            found.setdefault((path_below(row["record"]), format_), []).append(str(row["file"]))
    yield from ((name, format_, files) for (name, format_), files in found.items())


def _ident_now(format_: str, before: str, record: Record, files: Iterable[str]) -> str | None:
    """Return the identity that the key of a record gives it; None where only its file has that.

    The key of 0.1 must be that of its file, in the folder that was imported then.
    """
    for file in files:
        parts = file.split("/")
        for start in range(len(parts)):
            key = stored_key(format_, Raw(file, b"", path="/".join(parts[start:])), record)
            if key and before in {identity(format_, words) for words in key.former}:
                return identity(format_, key.words)
    return None
