"""Give documents identities under which none becomes a version of another.

A document comes with a key (`loaders.contract.Key`). Under a key that its source gives it is what
the store has there. One that is called after its file is that only if the titles agree; else its
key takes in its folders, as few as tell them apart. What is stored, or was read first, keeps its
key, so one file gets the same identity as the whole folder does.
"""
# DESIGN: own-keys-or-places

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from posixpath import normpath

from loaders.contract import Document, RecordProblem, Rejected
from loaders.mapping.iris import series_iri
from loaders.model.descriptions import Description
from loaders.registry import identity
from service.ingest.known import (
    Known,
    Stored,
    after_list,
    called_after_file,
    exact,
    file_iri,
    former,
    series_of,
)
from service.store.port import Engine

_Read = Document | Rejected
TOGETHER = 200
"""Documents that one query to the store looks up."""


@dataclass(frozen=True)
class _Claim:
    """What this import has put under a series: from which file, and a hash of what it says."""

    source: str
    said: int


@dataclass(frozen=True)
class _Candidate:
    """An identity that a document may have: what is stored and what this import put under it."""

    ident: str
    series: str
    stored: Stored | None
    claim: _Claim | None

    def is_open(self, said: int) -> bool:
        """Tell whether nothing else of this import has it."""
        return self.claim is None or self.claim.said == said

    def is_made_from(self, source: str) -> bool:
        """Tell whether what is stored was made from the file of this name."""
        return self.stored is not None and source in self.stored.sources

    def is_near(self, source: str) -> bool:
        """Tell whether what is stored may be from the same file, by another path to it."""
        return self.stored is not None and any(_same_file(source, s) for s in self.stored.sources)

    def fits(self, document: Document) -> bool:
        """Tell whether what is stored, if anything, is this document, perhaps an older version."""
        key = document.raw.known_by
        if self.stored is None or key is None or (key.given and not key.shared):
            return True
        if key.shared and "/" in document.raw.source and self.is_near(document.raw.source):
            return True
        if not key.titled:
            return self.is_made_from(document.raw.source)
        return _plain(self.stored.title) == _plain(_title(document))


class Identities:
    """The identities that one import gives."""

    def __init__(self, engine: Engine, *, replacing: bool) -> None:
        """Give none yet. `replacing`: a document of another title is the stored one too."""
        self._engine, self._replacing = engine, replacing
        self._claims: dict[int, _Claim] = {}
        self._files: dict[str, str] = {}
        """The identity that a file with these bytes was given."""

    def given(self, found: Iterable[_Read]) -> Iterator[_Read]:
        """Yield the documents, in order, each under its identity; as rejected if it has none."""
        items = iter(found)
        while chunk := list(islice(items, TOGETHER)):
            keyed = [d for d in chunk if isinstance(d, Document) and d.raw.known_by and d.records]
            known = Known(self._engine, keyed)
            for document in chunk:
                if isinstance(document, Rejected) or not document.records:
                    yield document
                elif document.raw.known_by is None:
                    yield self._named_by_author(document)
                else:
                    yield self._identified(document, known)

    def _named_by_author(self, document: Document) -> Document:
        """Return a document that brings its identities, noting what of this import it replaces."""
        replaced: dict[str, None] = {}
        for record in document.records:
            place = hash(str(series_iri(record.kind, record.id)))
            claim = _Claim(document.raw.source, hash(record.model_dump_json()))
            before = self._claims.get(place, claim)
            if before.source != claim.source and before.said != claim.said:
                replaced[before.source] = None
            self._claims[place] = claim
        return _noting(document, *map(_replaces, replaced))

    def _identified(self, document: Document, known: Known) -> _Read:
        said = _said(document)
        first = self._candidate(document, document.ident, known)
        candidates = self._candidates(document, first, known, said)
        chosen = self._choice(document, candidates, known, said)
        if chosen is None and self._replacing:
            chosen = first
        if chosen is None:
            refusal = _refusal(document, candidates, said)
            return Rejected(document.raw, (refusal,), document.format)
        self._claims[hash(chosen.series)] = _Claim(document.raw.source, said)
        if called_after_file(document):
            self._files.setdefault(file_iri(document), chosen.ident)
        formerly = "" if chosen.stored else _formerly(document, known)
        noted = _noting(document, *_notes(document, first, chosen, said, formerly))
        copied = chosen.ident != document.ident and not chosen.is_made_from(document.raw.source)
        return replace(noted.called(chosen.ident), formerly=formerly, copied=copied)

    def _candidates(
        self, document: Document, first: _Candidate, known: Known, said: int
    ) -> list[_Candidate]:
        """Return the identities that a document may have, that of its key first.

        Where another item of a file has the key of an item, its content stands in its identity.
        """
        key, source = document.raw.known_by, document.raw.source
        taken, claim = not first.is_open(said), first.claim
        if document.raw.place and (first.stored or first.claim):
            found = self._candidate(document, exact(document), known)
            if found.stored or (taken and claim and claim.source == source):
                return [found]
        more: list[str] = []
        if taken or (first.stored and not first.is_made_from(source)):
            # the rows of a table and the items of a list with an id have it wherever they stand
            more = [] if document.raw.place and key and key.given else _wider(document)
        if called_after_file(document):
            more += known.namesakes(document)
        known.look_up(series_of(document, ident) for ident in more)
        return [first, *(self._candidate(document, ident, known) for ident in more)]

    def _choice(
        self, document: Document, candidates: list[_Candidate], known: Known, said: int
    ) -> _Candidate | None:
        """Return the identity of this file's record, of one that it is a copy of, or a free one."""
        source = document.raw.source
        candidates = [c for c in candidates if c.is_open(said)]
        # a reader of another version may give the same bytes another title
        same = set(known.copies(document)) if called_after_file(document) else set()
        fitting = [c for c in candidates if c.fits(document) or c.ident in same]
        mine = next((c for c in candidates if c.is_made_from(source)), None)
        if mine is not None:
            return mine if mine in fitting or self._replacing else None
        near = (c for c in fitting if c.is_near(source))
        return next(near, None) or self._copied(document, known, said) or next(iter(fitting), None)

    def _copied(self, document: Document, known: Known, said: int) -> _Candidate | None:
        """Return the identity of a file of the same bytes that has another name."""
        if not called_after_file(document) and not after_list(document):
            return None
        mine = None if document.raw.place else self._files.get(file_iri(document))
        for ident in (*([mine] if mine else []), *known.copies(document)):
            known.look_up([series_of(document, ident)])
            found = self._candidate(document, ident, known)
            there = found.stored is not None or ident == mine
            if there and found.is_open(said) and found.fits(document):
                return found
        return None

    def _candidate(self, document: Document, ident: str, known: Known) -> _Candidate:
        series = series_of(document, ident)
        return _Candidate(ident, series, known.get(series), self._claims.get(hash(series)))


def _said(document: Document) -> int:
    """Return a hash of what a document says under whatever identity."""
    return hash(tuple(r.model_dump_json().replace(document.ident, "") for r in document.records))


def _wider(document: Document) -> list[str]:
    """Return the identities of the key with the folders of the file, the fewest first."""
    folders, words = document.raw.folders, document.raw.key
    keys = ("/".join([*folders[-n:], words]) for n in range(1, len(folders) + 1))
    return [identity(document.format, key) for key in keys]


def _formerly(document: Document, known: Known) -> str:
    """Return the identity under which 0.1 stored this document, if it did."""
    for ident, series in former(document).items():
        stored = known.get(series)
        if stored and _plain(stored.title) == _plain(_title(document)):
            return ident
    return ""


def _title(document: Document) -> str:
    first = document.records[0]
    return first.title if isinstance(first, Description) else ""


def _plain(title: str) -> str:
    return " ".join(title.split()).casefold()


def _same_file(one: str, other: str) -> bool:
    """Tell whether two spellings may be one file: equal, or one the end of the other."""
    short, long = sorted((normpath(one), normpath(other)), key=len)
    return short == long or ("/" in short and long.endswith(f"/{short}"))


def _noting(document: Document, *notes: RecordProblem) -> Document:
    return replace(document, warnings=(*document.warnings, *notes)) if notes else document


def _notes(
    document: Document, first: _Candidate, chosen: _Candidate, said: int, formerly: str
) -> Iterator[RecordProblem]:
    """Yield what there is to say of the identity that a document was given."""
    source, key = document.raw.source, document.raw.known_by
    stored, claim = chosen.stored, chosen.claim
    if stored and _plain(stored.title) != _plain(_title(document)):
        yield RecordProblem("The version before has another title.", value=stored.title)
    if claim and claim.source != source:
        yield _says_the_same(claim.source) if claim.said == said else _replaces(claim.source)
    elif first.claim and first.claim.source != source and key and key.given:
        yield RecordProblem(
            "Another file of this import has the same key; each is a record.",
            value=first.claim.source,
        )
    elif stored and chosen.ident != document.ident and not chosen.is_near(source):
        yield RecordProblem(
            "A file of another name with the same content is stored, so this is its record.",
            value=min(stored.sources),
        )
    if formerly:
        yield RecordProblem(
            "Version 0.1 had another name for it, which leads here.", value=formerly
        )


def _says_the_same(source: str) -> RecordProblem:
    return RecordProblem("Another file of this import says the same.", value=source)


def _replaces(source: str) -> RecordProblem:
    return RecordProblem("It replaces what another file of this same import stored.", value=source)


def _refusal(document: Document, candidates: Sequence[_Candidate], said: int) -> RecordProblem:
    """Return why a document has no identity, with both that ask for one."""
    first = candidates[0]
    if first.claim and not first.is_open(said):
        return RecordProblem(
            "Another file of this import has the same key and says something else.",
            value=document.raw.key,
            mend=f"That one is stored: {first.claim.source}. Import this one alone to revise "
            "it, or both with --replace.",
        )
    mine = (c.stored for c in candidates if c.is_made_from(document.raw.source))
    stored = next(mine, first.stored) or Stored("", frozenset([""]))
    key = document.raw.known_by
    by = "the address of this one" if key and key.given else "the name of this file"
    return RecordProblem(
        f"A document of another title is stored under {by}.",
        value=_title(document),
        mend=f"That one is {stored.title!r}, made from {min(stored.sources)}. If this is the same "
        "with its title corrected, import it with --replace; else rename the file, or import it by "
        "a path that names its folder.",
    )
