"""Derive record ids from file names, for formats without ids.

The record key of such a file is its stem. Where that already stands for a card of another title,
from another file, this is another card and not a version of it: its key then takes in as many of
its folders as tell the two apart (`law/card`). What is stored or was read first keeps its key, so
an identity never changes, and one file gets the same as the whole folder does.
"""
# DESIGN: identity

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from posixpath import normpath

from rdflib import URIRef

from loaders.contract import Document, Raw, RecordProblem, Rejected
from loaders.mapping.iris import series_iri
from loaders.model.descriptions import Description
from loaders.registry import FORMATS
from service.queries import internal
from service.store.port import Engine

_Read = Document | Rejected
Reader = Callable[[Raw], Iterable[_Read]]
"""How a file is read again, under another key."""
TOGETHER = 200
"""Documents that one query to the store looks up."""


@dataclass(frozen=True)
class _Owner:
    """What stands under a key in the store: its title, and the files that it came from."""

    title: str
    sources: frozenset[str]


def named(
    found: Iterable[_Read], engine: Engine, claims: dict[int, int], read: Reader
) -> Iterator[_Read]:
    """Yield the documents, in order, each under a key that is no other card's.

    A file that no folder can tell from a stored one is yielded as rejected. `claims` are the keys
    that were given to documents before these (hashes of keys and titles); more are put there.
    """
    items = iter(found)
    while chunk := list(islice(items, TOGETHER)):
        owners = _owners(engine, [iri for d in chunk if (iri := _series(d))])
        for document in chunk:
            yield _named(document, claims, owners, engine, read)


def _named(
    document: _Read,
    claims: dict[int, int],
    owners: dict[str, _Owner],
    engine: Engine,
    read: Reader,
) -> _Read:
    """Return the document under the shortest key that is free or its own; remember that."""
    if not _series(document):
        return document
    for folders in range(len(document.raw.folders) + 1):
        tried = _under(document, folders, read) if folders else document
        iri, title = _series(tried), _title(tried)
        stored = owners.get(iri) if not folders else _owners(engine, [iri]).get(iri)
        if claims.get(hash(iri), hash(title)) == hash(title) and _same(tried, title, stored):
            claims[hash(iri)] = hash(title)
            return _noting(tried, title, stored)
    return Rejected(document.raw, (_taken(_title(document)),))


def _series(document: _Read) -> str:
    """Return the IRI of a card that is called after its file; nothing for all others."""
    known = FORMATS.get(document.format) if isinstance(document, Document) else None
    if isinstance(document, Rejected) or known is None or not known.by_file:
        return ""
    card = document.records[0]
    return str(series_iri(card.kind, card.id))


def _title(document: _Read) -> str:
    card = document.records[0] if isinstance(document, Document) else None
    return _plain(card.title) if isinstance(card, Description) else ""


def _plain(title: str) -> str:
    return " ".join(title.split()).casefold()


def _same(document: _Read, title: str, stored: _Owner | None) -> bool:
    """Tell whether what is stored, if anything, is the same card, perhaps an older version."""
    if stored is None or _plain(stored.title) == title:
        return True
    return any(_same_file(document.raw.source, source) for source in stored.sources)


def _same_file(one: str, other: str) -> bool:
    """Tell whether two spellings may be one file: equal, or one the end of the other."""
    short, long = sorted((normpath(one), normpath(other)), key=len)
    return short == long or ("/" in short and long.endswith(f"/{short}"))


def _under(document: _Read, folders: int, read: Reader) -> _Read:
    """Return the document read again with so many of its folders in its key."""
    raw = document.raw
    place = raw.place.split(", ")[0] if raw.cut else ""
    again: Raw = replace(raw, place=place, keyed=folders)
    return next((d for d in read(again) if d.raw.place == raw.place), document)


def _noting(document: _Read, title: str, stored: _Owner | None) -> _Read:
    """Return the document, with a warning where the stored version has another title."""
    if isinstance(document, Rejected) or stored is None or _plain(stored.title) == title:
        return document
    warning = RecordProblem(
        "The stored version of this card, from a file of this name, has another title.",
        value=stored.title,
        mend="If that is another benchmark, rename this file and import it again.",
    )
    return replace(document, warnings=(*document.warnings, warning))


def _taken(title: str) -> RecordProblem:
    return RecordProblem(
        "A card of another title, from another file, is stored under the name of this file.",
        value=title,
        mend="Rename the file, or import it by a path that names its folder.",
    )


def _owners(engine: Engine, series: Sequence[str]) -> dict[str, _Owner]:
    """Return the title and files of those series that the store has."""
    if not series:
        return {}
    found: dict[str, _Owner] = {}
    for row in internal.rows(engine, "current-files", series=map(URIRef, dict.fromkeys(series))):
        before = found.get(str(row["series"]), _Owner("", frozenset()))
        found[str(row["series"])] = _Owner(str(row["title"]), before.sources | {str(row["file"])})
    return found
