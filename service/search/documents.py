"""What is searched: one document for each thing, with its names and the texts of its records."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from functools import cache, lru_cache

from rdflib import RDF, SKOS, Node, URIRef

from loaders.mapping.iris import BASE, DCTERMS, EGAP, last_segment, path_below
from service.bibliography import addresses, works
from service.bibliography.works import Work
from service.ontology import graphs
from service.ontology.plain_names import PLAIN
from service.queries import catalog, internal, lists
from service.search.kinds import KINDS, SearchedThing
from service.search.words import unseen
from service.store.port import Engine

_Said = Mapping[str, str]
"""What records say of a thing, by the field of a search: lines of text."""
_QUERIES = ("searched", "searched-parts", "searched-further")
_UNCOUNTED = {
    f"{BASE}code/{code}"
    for code in ("review-status/withdrawn", "verification/self-reported", "origin/own")
}
"""What is said of a record that counts only on request (DESIGN: what-counts)."""
_NAMED = {"system": "systems", "study": "studies"}
"""Kinds that may be without a record of their own, and their lists."""
_LONGEST = 500_000
"""The most characters of a thing's texts that are searched: 25 kept texts of the longest."""
_NOTES = (SKOS.definition, SKOS.scopeNote, SKOS.example, EGAP.questionText, EGAP.boundaryCase)


def documents(engine: Engine) -> list[SearchedThing]:
    """Return everything that is searched of a store, in the order of kinds and ids."""
    said = _records(engine)
    called = _names_in_lists(engine)
    called |= {f"{BASE}id/{kind}/{i}": _name(i, s) for (kind, i, _), s in said.items()}
    found = [
        _document(kind, ident, fields, called, counted=counted)
        for (kind, ident, counted), fields in said.items()
    ]
    reviews = {str(item["id"]): item for item in lists.listing(engine, "reviews", {})}
    found = [
        _review(thing, reviews.get(thing.id), called) if thing.kind == "review" else thing
        for thing in found
    ]
    known = works.by_key(engine)
    found = [_with_authors(known, thing) for thing in found]
    described = {(kind, ident) for kind, ident, _ in said}
    found += [thing for kind in _NAMED for thing in _without_records(engine, kind, described)]
    return sorted(
        [*found, *_sources(engine, found), *_fixed()], key=lambda d: (_ORDER[d.kind], d.id)
    )


_ORDER = {kind: place for place, kind in enumerate(KINDS)}


def _records(engine: Engine) -> dict[tuple[str, str, bool], dict[str, str]]:
    """Return what the records of each thing say, by its kind and id and whether they count."""
    by_record: defaultdict[tuple[str, str], defaultdict[str, list[str]]]
    by_record = defaultdict(lambda: defaultdict(list))
    for name in _QUERIES:
        for row in internal.rows(engine, name):
            if "said" not in row:
                continue  # a triple term has no text, and any RDF may stand in a store
            key = path_below(row["about"]), str(row["record"])
            by_record[key][str(row["field"])].append(str(row["said"]))
    found: defaultdict[tuple[str, str, bool], dict[str, str]] = defaultdict(dict)
    for (about, _), fields in sorted(by_record.items()):
        kind, _, ident = about.partition("/")
        counted = not _UNCOUNTED & set("\n".join(fields.pop("status", [])).splitlines())
        said = found[kind, ident, counted]
        for field, texts in fields.items():
            said[field] = "\n".join(filter(None, [said.get(field), *texts]))[:_LONGEST]
    return found


def _names_in_lists(engine: Engine) -> dict[str, str]:
    """Return what things are called that may have no record of their own, by their IRIs."""
    items = [item for name in _NAMED.values() for item in lists.listing(engine, name, {})]
    return {str(item["@id"]): str(item.get("name", item["id"])) for item in items}


def _name(ident: str, said: _Said) -> str:
    return said.get("name", ident).partition("\n")[0]


def _document(
    kind: str, ident: str, said: _Said, called: Mapping[str, str], *, counted: bool
) -> SearchedThing:
    names = dict.fromkeys(said.get("name", ident).splitlines())
    about = (iri for iri in said.get("related", "").splitlines())
    codes: dict[bool, list[str]] = {True: [], False: []}
    for code in said.get("code", "").splitlines():
        # its domain says what a thing is about, as keywords do
        codes[code.startswith(f"{BASE}code/domain/")].append(code)
    return SearchedThing(
        kind,
        ident,
        (*names, ident),
        "\n".join([said.get("keyword", ""), *map(_called, codes[True])]),
        "\n".join(map(_called, codes[False])),
        said.get("person", ""),
        "\n".join([said.get("text", ""), *(called.get(i, "") for i in about)]),
        tuple(said.get("own", "").splitlines()),
        tuple(said.get("cited", "").splitlines()),
        counted,
    )


def _review(
    thing: SearchedThing, item: Mapping[str, str] | None, called: Mapping[str, str]
) -> SearchedThing:
    """Return a review under the names of what it is about; one that no list has counts not."""
    if item is None or not {"benchmark", "deployment"} <= item.keys():
        return replace(thing, counted=False)
    about = (called.get(iri, last_segment(iri)) for iri in (item["benchmark"], item["deployment"]))
    return replace(thing, names=(" for ".join(about), thing.id))


def _with_authors(known: Mapping[str, Work], thing: SearchedThing) -> SearchedThing:
    """Return a thing with who wrote the works that it is published in, and when."""
    published = (known.get(addresses.key(url)) for url in thing.own if "://" in url)
    by = [name for work in published if work for name in (*work.authors, work.issued or "")]
    return replace(thing, people="\n".join([thing.people, *by])) if by else thing


def _without_records(
    engine: Engine, kind: str, described: Collection[tuple[str, str]]
) -> Iterator[SearchedThing]:
    """Yield the things of a kind that other records name and none describes."""
    for item in lists.listing(engine, _NAMED[kind], {}):
        if (kind, ident := str(item["id"])) not in described:
            yield SearchedThing(kind, ident, (str(item.get("name", ident)), ident))


def _sources(engine: Engine, found: Iterable[SearchedThing]) -> Iterator[SearchedThing]:
    """Yield every work that has a card, and every other address that records cite.

    Each with the names of what is published in it or cites it.
    """
    naming: defaultdict[str, list[str]] = defaultdict(list)
    written: dict[str, str] = {}
    for thing in found:
        for address in (*thing.own, *thing.cited):
            if "://" in address:
                written.setdefault(addresses.key(address), address)
                naming[addresses.key(address)].append(thing.names[0])
    for work in works.works(engine).values():
        for key in work.keys:
            written.pop(key, None)
        about = dict.fromkeys(name for key in work.keys for name in naming[key])
        yield SearchedThing(
            "source",
            work.id,
            (work.name, work.title, work.id),
            keywords="\n".join(filter(None, (work.venue, work.doi, work.arxiv, work.pmc))),
            people="\n".join(work.authors),
            text="\n".join([work.issued or "", *about])[:_LONGEST],
            own=work.links,
        )
    for key, address in written.items():
        text = "\n".join(dict.fromkeys(naming[key]))[:_LONGEST]
        ident = address.partition("://")[2].rstrip("/").lower()
        yield SearchedThing(
            "source", ident, (addresses.spoken(address),), text=text, own=(address,)
        )


@cache
def _fixed() -> tuple[SearchedThing, ...]:
    """Return the terms of the ontology and the named questions."""
    graph = graphs.taxonomy()
    terms = {*graph.subjects(SKOS.inScheme), *graph.subjects(RDF.type, SKOS.ConceptScheme)}
    found = [_term(term) for term in terms]
    for name, query in catalog.named_queries().items():
        found.append(
            SearchedThing(
                "question", name, (query.title, name), text=f"{query.question} {query.about}"
            )
        )
    return tuple(found)


def _term(term: Node) -> SearchedThing:
    graph = graphs.taxonomy()
    path = str(term).removeprefix(BASE)
    plain = PLAIN.get(path.removeprefix("dimension/"))
    labels = _texts(term, SKOS.prefLabel, SKOS.altLabel, SKOS.hiddenLabel)
    names = [*labels, *filter(None, [plain])]
    scheme = graph.value(term, SKOS.inScheme)
    within = _texts(scheme, SKOS.prefLabel) if scheme else []
    text = "\n".join(_texts(term, *_NOTES))
    return SearchedThing(
        "term",
        path,
        (*names, path),
        codes="\n".join(within),
        text=text,
        counted=not graph.value(term, DCTERMS.isReplacedBy),
    )


def _texts(term: Node, *predicates: URIRef) -> list[str]:
    return [str(o) for p in predicates for o in sorted(graphs.taxonomy().objects(term, p), key=str)]


@lru_cache(maxsize=4096)  # a code may be untrusted
def _called(code: str) -> str:
    """Return the labels of a code, those that it has beside its own and, unseen, its last word."""
    names = _texts(URIRef(code), SKOS.prefLabel, SKOS.altLabel)
    return "\n".join((*names, unseen(code.rpartition("/")[2])))
