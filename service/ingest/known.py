"""What the store has under the identities that documents may have."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256

from rdflib import Literal, URIRef

from loaders.contract import Document
from loaders.mapping.iris import BASE, series_iri
from loaders.registry import identity
from service.ingest.versioning import hash_of
from service.queries import internal
from service.store.port import Engine


@dataclass(frozen=True)
class Stored:
    """What the store has under a series: its title, and the files that it was made from."""

    title: str
    sources: frozenset[str]


class Known:
    """What the store has under some series, looked up together."""

    def __init__(self, engine: Engine, documents: Iterable[Document]) -> None:
        """Look up the identities of documents, those of 0.1, and files of the same bytes."""
        self._engine, given = engine, list(documents)
        self._found: dict[str, Stored | None] = {}
        self._made: dict[str, list[str]] = {}
        """The series that were made from files of these bytes or of these names."""
        self.look_up(n for d in given for n in (series_of(d, d.ident), *former(d).values()))
        items = (d for d in given if d.raw.place and self.get(series_of(d, d.ident)))
        self.look_up(series_of(d, exact(d)) for d in items)
        files = [d for d in given if called_after_file(d)]
        new = [d for d in given if after_list(d) and self.get(series_of(d, d.ident)) is None]
        bytes_ = dict.fromkeys(URIRef(file_iri(d)) for d in (*files, *new))
        self._look_up("current-by-file", "bytes", [*bytes_])
        self._look_up("current-by-name", "file", [Literal(d.raw.source) for d in files])
        self.look_up(series for found in self._made.values() for series in found)

    def _look_up(self, query: str, name: str, terms: list[URIRef | Literal]) -> None:
        for row in internal.rows(self._engine, query, **{name: terms}) if terms else ():
            self._made.setdefault(str(row[name]), []).append(str(row["series"]))

    def look_up(self, series: Iterable[str]) -> None:
        """Ask the store for those of these series that were not looked up yet."""
        missing = [s for s in dict.fromkeys(series) if s not in self._found]
        if not missing:
            return
        self._found |= dict.fromkeys(missing)
        found: dict[str, tuple[str, set[str]]] = {}
        rows = internal.rows(self._engine, "current-files", series=map(URIRef, missing))
        for row in rows:
            _, files = found.setdefault(str(row["series"]), (str(row["title"]), set()))
            files.add(str(row["file"]))
        self._found |= {s: Stored(title, frozenset(files)) for s, (title, files) in found.items()}

    def get(self, series: str) -> Stored | None:
        """Return what is stored under a series that was looked up."""
        return self._found.get(series)

    def copies(self, document: Document) -> Iterator[str]:
        """Yield the identities of stored records that were made from a file with these bytes."""
        return self._idents(document, file_iri(document))

    def namesakes(self, document: Document) -> Iterator[str]:
        """Yield the identities of stored records that were made from a file of this name."""
        return self._idents(document, document.raw.source)

    def _idents(self, document: Document, made_from: str) -> Iterator[str]:
        start, end = series_of(document, "\0").split("\0")
        for series in self._made.get(made_from, ()):
            if series.startswith(start) and series.endswith(end):
                yield series.removeprefix(start).removesuffix(end)


def series_of(document: Document, ident: str) -> str:
    """Return the series of the first record of a document under an identity."""
    first = document.records[0]
    return str(series_iri(first.kind, ident + first.id.removeprefix(document.ident)))


def exact(document: Document) -> str:
    """Return the identity of an item whose content stands in its key."""
    return identity(document.format, f"{document.raw.key} {hash_of(document.records[0])}")


def former(document: Document) -> dict[str, str]:
    """Return the identities that 0.1 gave a document, each with the series of its first record."""
    key = document.raw.known_by
    idents = (identity(document.format, words) for words in (key.former if key else ()))
    return {ident: series_of(document, ident) for ident in idents if ident != document.ident}


def called_after_file(document: Document) -> bool:
    """Tell whether a document is a whole file that nothing but its name gives a key."""
    key = document.raw.known_by
    return key is not None and not key.given and not document.raw.place and bool(document.raw.data)


def after_list(document: Document) -> bool:
    """Tell whether a document is an item of a file that has nothing but its title for a key."""
    key = document.raw.known_by
    place = bool(document.raw.place and document.raw.data)
    return place and key is not None and not key.given and key.titled


def file_iri(document: Document) -> str:
    """Return the IRI of the bytes of a document, as its provenance has it."""
    return f"{BASE}id/source/{_digest(document.raw.data)}"


@lru_cache(maxsize=1)
def _digest(data: bytes) -> str:
    """Return the SHA-256 of a file; its items ask for it one after the other."""
    return sha256(data).hexdigest()
