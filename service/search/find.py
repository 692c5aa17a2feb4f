"""One search over everything: names first, then what all words are in, then what is nearly so."""
# DESIGN: search-in-memory

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from heapq import nsmallest
from operator import itemgetter
from typing import Any, TypeVar

from service.queries.cache import cached_per_state
from service.search import score_in_words
from service.search.documents import documents
from service.search.kinds import KINDS, SearchedThing
from service.search.name_index import NameIndex
from service.search.score_in_words import ScoreInWords
from service.search.text_index import Excerpt, TextIndex
from service.search.words import names_a_source, shortened, squeezed, words
from service.store.port import Engine

_Ranked = tuple[str, int]
"""The kind of something that was found, and its place."""
_Item = TypeVar("_Item", bound=Mapping[str, Any])
NAMED, BEGINS, WORDS, ALIKE, SOME = range(5)
"""How something was found, the best first: by its name or address, by how a name begins, by all
words, by a name or words that are nearly so, by some of the words."""
HOW = ("name", "start-of-name", "all-words", "alike", "some-words")
"""The names of these ways, in their order."""
_LITTLE = 5
"""With fewer found by all words, what has some of them is shown too."""
_MOST_SOME = 20
"""The most things that are shown for some of the words."""
_PLACE = {kind: place for place, kind in enumerate(KINDS)}
_WEIGHTS: Mapping[str, float] = {
    "gap": 0.6, "study": 0.6, "source": 0.5, "dataset": 0.8, "implementation": 0.6, "result": 0.5,
}  # fmt: skip
"""What a word in things of a kind counts, against 1 in the others."""


@dataclass(frozen=True)
class Hit:
    """One thing that was found: what it is called, how it was found, and a part of its text."""

    kind: str
    id: str
    name: str
    how: int
    excerpt: Excerpt = ()
    address: str | None = None


@dataclass(frozen=True)
class Found:
    """What a search found: how many of each kind, the hits, and what may be meant.

    `meant` is what was looked for in place of words that nothing has, `score` one that they state.
    """

    words: str
    counts: Mapping[str, int]
    hits: tuple[Hit, ...]
    meant: str | None = None
    score: ScoreInWords | None = None

    @property
    def total(self) -> int:
        """How many things were found, of any kind."""
        return sum(self.counts.values())

    def document(self) -> dict[str, Any]:
        """Return what was found as JSON values."""
        items = [
            {
                "kind": hit.kind,
                "id": hit.id,
                "name": hit.name,
                "address": hit.address,
                "found_by": HOW[hit.how],
                "excerpt": "".join(text for text, _ in hit.excerpt),
            }
            for hit in self.hits
        ]
        return {
            "query": self.words,
            "did_you_mean": self.meant,
            "score": asdict(self.score) if self.score else None,
            "total": self.total,
            "counts": dict(self.counts),
            "items": items,
        }


class SearchIndex:
    """Everything of one state of a store, by names and by texts."""

    def __init__(self, every: Sequence[SearchedThing]) -> None:
        """Index all documents."""
        self.documents = every
        self.names = NameIndex(every)
        self.texts = TextIndex(every)

    def strictly(self, text: str) -> dict[int, tuple[int, float]]:
        """Return the places of what has a name, an address or all words of a text, and how well."""
        sought = words(text)
        found = self._having(sought, WORDS)
        found |= dict.fromkeys(self.names.citing(text), (WORDS, 0.0))
        if sought:
            found |= {p: (BEGINS, more / self._weight(p)) for p, more in self._beginning(text)}
            found |= dict.fromkeys(self.names.exactly(text), (NAMED, 0.0))
        published = self.names.published(text)
        found |= {p: (NAMED, -float(self.documents[p].kind == "source")) for p in published}
        return found or dict.fromkeys(self.names.within(text), (WORDS, 0.0))

    def stated(self, text: str) -> ScoreInWords | None:
        """Return the score of a benchmark that a text states; None where it states none."""
        return score_in_words.read(text, self.names, self.documents)

    def naming(self, score: ScoreInWords) -> dict[int, tuple[int, float]]:
        """Return the place of the benchmark that a score is of, as what was named."""
        return {
            place: (NAMED, 0.0)
            for place in self.names.exactly(score.name)
            if (d := self.documents[place]).kind == "benchmark" and d.id == score.benchmark
        }

    def _having(
        self, sought: Sequence[str], how: int, *, every: bool = True
    ) -> dict[int, tuple[int, float]]:
        """Return the places of what has every word, or any, the lower the better."""
        found = self.texts.found(sought, every=every)
        weighed = {p: (how, -score * self._weight(p)) for p, score in found.items()}
        return weighed if every else dict(nsmallest(_MOST_SOME, weighed.items(), key=itemgetter(1)))

    def _weight(self, place: int) -> float:
        return _WEIGHTS.get(self.documents[place].kind, 1.0)

    def _beginning(self, text: str) -> Iterable[tuple[int, int]]:
        """Return names that begin so, each place once with its shortest."""
        return sorted(self.names.beginning(text), key=lambda found: -found[1])

    def loosely(self, text: str) -> tuple[dict[int, tuple[int, float]], str | None]:
        """Return the places of what is nearly so, or has some of the words, and what was meant."""
        sought = words(text)
        alike = self.names.alike(text)
        found = self._having(sought, SOME, every=False)
        if alike:
            nearest = {p: (ALIKE, float(n)) for n, (_, some) in enumerate(alike) for p in some}
            return found | nearest, self._called(alike[0][1][0])
        read = [w if self.texts.found([w]) else self.names.word_like(w) or w for w in sought]
        if read == sought:
            return found, None
        corrected = self._having(read, ALIKE)
        return found | corrected, " ".join(read) if corrected else None

    def _called(self, place: int) -> str:
        document = self.documents[place]
        return document.names[0]

    def rank(self, place: int, found: tuple[int, float]) -> tuple[int, float, int, str]:
        """Return by what a document that was found is put in order."""
        document = self.documents[place]
        return *found, _PLACE[document.kind], document.id


@cached_per_state
def index(engine: Engine) -> SearchIndex:
    """Return the index of a store, made once for each state of its content."""
    return SearchIndex(documents(engine))


def search(
    engine: Engine, text: str, kinds: Iterable[str] = (), limit: int = 20, offset: int = 0
) -> Found:
    """Return what counts and is found by some words, of some kinds or of all, the best first."""
    sought = set(kinds)
    return _shown(
        index(engine),
        text,
        lambda ranked: [hit for hit in ranked if not sought or hit[0] in sought][offset:][:limit],
    )


def overview(engine: Engine, text: str, each: int) -> Found:
    """Return the same of all kinds, of each at most so many."""
    seen: Counter[str] = Counter()

    def few(ranked: list[_Ranked]) -> list[_Ranked]:
        return [hit for hit in ranked if _counting(seen, hit[0]) <= each]

    return _shown(index(engine), text, few)


def _counting(seen: Counter[str], kind: str) -> int:
    seen[kind] += 1
    return seen[kind]


def _shown(
    whole: SearchIndex, given: str, chosen: Callable[[list[_Ranked]], list[_Ranked]]
) -> Found:
    """Return what is found, with those hits that are chosen of all, the best first."""
    text = shortened(given)
    score = whole.stated(text)
    sought = score.words if score else text
    found, meant = _found(whole, sought)
    if score:
        found, meant = found | whole.naming(score), None
    ranked = sorted(found, key=lambda place: whole.rank(place, found[place]))
    page = [place for _, place in chosen([(whole.documents[p].kind, p) for p in ranked])]
    excerpts = whole.texts.excerpts(words(meant or sought), page)
    hits = tuple(_hit(whole.documents[p], found[p][0], excerpts.get(p, ())) for p in page)
    counts = Counter(whole.documents[place].kind for place in found)
    return Found(text, {kind: counts[kind] for kind in KINDS if counts[kind]}, hits, meant, score)


def _found(whole: SearchIndex, text: str) -> tuple[dict[int, tuple[int, float]], str | None]:
    """Return what counts and is found, and what was looked for in place of unknown words."""
    strictly = _counted(whole, whole.strictly(text))
    if len(strictly) >= _LITTLE or names_a_source(text) or not words(text):
        return strictly, None
    loosely, meant = whole.loosely(text)
    return _counted(whole, loosely) | strictly, None if strictly else meant


def _counted(
    whole: SearchIndex, found: dict[int, tuple[int, float]]
) -> dict[int, tuple[int, float]]:
    return {place: how for place, how in found.items() if whole.documents[place].counted}


def _hit(document: SearchedThing, how: int, excerpt: Excerpt) -> Hit:
    address = document.own[0] if document.kind == "source" else None
    said = squeezed("".join(text for text, _ in excerpt))
    repeats = said in squeezed("".join(document.names))
    return Hit(
        document.kind, document.id, document.names[0], how, () if repeats else excerpt, address
    )


def among(engine: Engine, kind: str, text: str, items: Sequence[_Item]) -> list[_Item]:
    """Return those items of a list that have all words of a text, the best first; all if none."""
    if not text.strip():
        return list(items)
    by_id = {str(item["id"]): item for item in items}
    return [by_id[ident] for ident in ids(engine, kind, text) if ident in by_id]


def ids(engine: Engine, kind: str, text: str) -> list[str]:
    """Return the ids of one kind with a name, an address or all words of a text, the best first.

    What counts only on request is among them: a list leaves out what it does not have.
    """
    whole, text = index(engine), shortened(text)
    score = whole.stated(text)
    found = whole.strictly(score.words if score else text) | (whole.naming(score) if score else {})
    places = [place for place in found if whole.documents[place].kind == kind]
    places.sort(key=lambda place: whole.rank(place, found[place]))
    return list(dict.fromkeys(whole.documents[place].id for place in places))


def called(engine: Engine, kind: str, idents: Iterable[str]) -> Mapping[str, str]:
    """Return what things of one kind are called, by those of these ids that there are."""
    named = {d.id: d.names[0] for d in index(engine).documents if d.kind == kind}
    return {ident: named[ident] for ident in idents if ident in named}


def nearest(engine: Engine, kind: str, ident: str, most: int = 3) -> list[str]:
    """Return the ids of one kind that are nearest to one that nothing has."""
    whole, ident = index(engine), shortened(ident)
    exactly = [
        d.id
        for p in whole.names.exactly(ident)
        if (d := whole.documents[p]).kind == kind and d.counted
    ]
    if exactly:
        return exactly[:1]
    alike = (place for _, some in whole.names.alike(ident) for place in some)
    begin = (place for place, _ in sorted(whole.names.beginning(ident), key=lambda f: f[1]))
    every = (whole.documents[p] for p in [*alike, *begin])
    return list(dict.fromkeys(d.id for d in every if d.kind == kind and d.counted))[:most]
