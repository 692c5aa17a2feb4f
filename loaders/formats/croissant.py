"""Croissant dataset descriptions (MLCommons; 0.8, 1.0, 1.1), read as a tree, never as JSON-LD.

They describe datasets. How the data were collected is kept as text: too little of it is on who
wrote queries to be a hint. No context is ever fetched: the keys of the format are known here.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from loaders.contract import (
    CardError,
    FoundFields,
    Key,
    NoCardError,
    Raw,
    RecordProblem,
    own_key,
    place_key,
)
from loaders.formats.assumptions import core, hinted
from loaders.model import Agent, Assumption, Dataset, DatasetCard, Record
from loaders.reading.cleaning import is_iri, is_placeholder, on_turns, record_id, text, texts
from loaders.reading.identifiers import identifiers
from loaders.reading.links import links, no_link
from loaders.reading.source_fields import SourceFields, addresses, in_part, listed, one_text

SOURCE = "croissant"
AUTHOR = Agent(id="croissant-not-stated", name="Not stated in the Croissant file")
PREFIXES = ("", "sc:", "schema:", "https://schema.org/", "http://schema.org/")
_TYPES = {f"{prefix}Dataset" for prefix in PREFIXES}
_SIGNS = ("distribution", "recordSet", "conformsTo", "dct:conformsTo")
_ERRORS = b"Found the following "
"""How the errors begin that mlcroissant says of a description."""
_COLLECTION = ("rai:dataCollection", "rai:dataCollectionType", "rai:dataCollectionRawData")


def _licence(value: Any) -> bool:
    return isinstance(value, str) and "/undefined" not in value


_FIELDS = SourceFields(
    given={
        **dict.fromkeys(("name", "description", "version", "citeAs", "inLanguage"), one_text),
        **dict.fromkeys(("rai:dataLimitations", "rai:dataUseCases"), one_text),
        "url": lambda value: one_text(value) and addresses(value),
        "sameAs": in_part,
        "keywords": listed,
        "license": _licence,
    },
)
"""The fields that are read; what stands in the place of one by another name is kept too."""


def fields(tree: Mapping[str, Any]) -> FoundFields:
    """Return what becomes of each field; what is given twice is kept twice."""
    again = isinstance(tree.get("url"), str) and tree["url"] in texts(_get(tree, "sameAs"))
    cited = _get(tree, "citation") is not None
    return _FIELDS.found(tree, *["url"][:again], *["citeAs"][:cited])


def detects(tree: Any) -> bool:
    """Recognise a schema.org Dataset with a context and a part that Croissant adds."""
    if not isinstance(tree, Mapping) or "@context" not in tree:
        return False
    return any(_is_dataset(node) for node in _nodes(tree))


def split(raw: Raw, tree: Mapping[str, Any]) -> Iterator[tuple[Raw, Any]]:
    """Yield the datasets of a graph, each with what it refers to; else the one that it is."""
    nodes = _nodes(tree)
    known = {n["@id"]: n for n in nodes if isinstance(n, Mapping) and isinstance(n.get("@id"), str)}
    for index, node in enumerate(nodes):
        if node is tree:
            yield raw, tree
        elif _is_dataset(node):
            whole = {k: _looked_up(v, known) for k, v in node.items()}
            yield raw.part(f"/@graph/{index}"), {"@context": tree["@context"], **whole}


def _nodes(tree: Mapping[str, Any]) -> list[Any]:
    graph = tree.get("@graph")
    return graph if isinstance(graph, list) else [tree]


def _looked_up(value: Any, known: Mapping[str, Any]) -> Any:
    """Return what a reference by nothing but its `@id` refers to; else the value."""
    if isinstance(value, list):
        return [_looked_up(item, known) for item in value]
    named = value.get("@id") if isinstance(value, Mapping) and set(value) == {"@id"} else None
    return known.get(named, value) if isinstance(named, str) else value


def _is_dataset(tree: Any) -> bool:
    if not isinstance(tree, Mapping):
        return False
    types = tree.get("@type", tree.get("type"))
    listed = types if isinstance(types, list) else [types]
    return bool(_TYPES & {str(t) for t in listed}) and any(sign in tree for sign in _SIGNS)


def key(raw: Raw, tree: Mapping[str, Any]) -> Key:
    """Return the dataset's own `@id` or address, or its name with that of its creators.

    Data sets of one project may have one address.
    """
    former = raw.path or f"{raw.stem}#{raw.place}" if raw.place else raw.path or raw.name
    for given, shared in ((tree.get("@id"), False), (_get(tree, "url"), True)):
        if found := links(texts(given)):
            return own_key(found[0], former, shared=shared)
    title, creators = _words(tree, "name"), _creators(tree)
    if title and creators:
        return own_key("; ".join((title, *creators)), former)
    return place_key(raw, title, former)


def _creators(tree: Mapping[str, Any]) -> tuple[str, ...]:
    given = _get(tree, "creator")
    items = given if isinstance(given, list) else [given]
    return texts([i.get("name") if isinstance(i, Mapping) else i for i in items])


def load(raw: Raw, tree: Mapping[str, Any]) -> tuple[list[Record], list[RecordProblem]]:
    """Return one dataset card; addresses that are none are reported, not stored.

    Raises `NoCardError` for a test of mlcroissant, which lies with the errors that it shall give.
    """
    beside = raw.sibling("output.txt") if "tests" in raw.folders else None
    if beside and beside.data.startswith(_ERRORS):
        problem = RecordProblem("This is a test of mlcroissant: what is wrong on purpose.")
        raise NoCardError("test of mlcroissant", problem)
    title = _words(tree, "name")
    if title is None:
        raise CardError(RecordProblem("The dataset has no name.", "name", mend="Give it one."))
    ident = record_id(SOURCE, raw.key)
    addresses = [u for key in ("url", "sameAs") for u in texts(_get(tree, key))]
    good = tuple(u for u in addresses if is_iri(u) and not is_placeholder(u))
    cited = _words(tree, "citeAs") or _words(tree, "citation")
    card = DatasetCard(
        id=f"{ident}/{AUTHOR.id}",
        dataset=Dataset(id=ident),
        title=title,
        description=_words(tree, "description"),
        dataset_version=_words(tree, "version"),
        identifiers=identifiers(addresses),
        keywords=texts(_get(tree, "keywords")),
        languages=texts(_get(tree, "inLanguage")),
        citation=cited,
        pages=good,
        rights=_rights(tree),
        author=AUTHOR,
        status="draft",
        limitations=text(tree.get("rai:dataLimitations")),
        intended_use=text(tree.get("rai:dataUseCases")),
        assumptions=_assumptions(tree),
    )
    return [card], [no_link("url", u) for u in addresses if u not in good]


def _get(tree: Mapping[str, Any], key: str) -> Any:
    return next((tree[f"{p}{key}"] for p in PREFIXES if f"{p}{key}" in tree), None)


def _words(tree: Mapping[str, Any], key: str) -> str | None:
    """Return a text; of a language map the English words, else those of the first language."""
    value = _get(tree, key)
    if isinstance(value, Mapping):
        value = value.get("@value") or value.get("en") or next(iter(value.values()), None)
    return text(value)


def _rights(tree: Mapping[str, Any]) -> str | None:
    licences = _get(tree, "license")
    items = licences if isinstance(licences, list) else [licences]
    named = [i.get("name") or i.get("url") if isinstance(i, Mapping) else i for i in items]
    return "; ".join(t for n in named for t in texts(n) if "/undefined" not in t) or None


def _assumptions(tree: Mapping[str, Any]) -> tuple[Assumption, ...]:
    synthetic = str(tree.get("rai:hasSyntheticData")).lower() == "true"
    hints = {
        "query-authorship": ("rai:hasSyntheticData: true",) if synthetic else (),
        "interaction-type": tuple(
            f"{key}: {said}"
            for key in ("description", *_COLLECTION)
            for said in on_turns(text(_get(tree, key)) or "")
        ),
    }
    return core(*(hinted(d, *words) for d, words in hints.items()))
