"""The evaluations and datasets of IBM's AI Atlas Nexus knowledge graph (YAML, Apache-2.0).

A file holds many; references point to other entries of it by id, and often out of it, where
they stay words.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from loaders.contract import CardError, FoundFields, Key, Raw, RecordProblem, own_key
from loaders.formats.assumptions import core
from loaders.model import Agent, Benchmark, Card, Dataset, DatasetCard, Record
from loaders.reading.cleaning import is_iri, record_id, text, texts
from loaders.reading.identifiers import hub_id, identifiers
from loaders.reading.source_fields import SourceFields, addresses

SOURCE = "ai-atlas-nexus"
AUTHOR = Agent(id="ai-atlas-nexus", name="IBM AI Atlas Nexus")
RIGHTS = "Apache-2.0, IBM/ai-atlas-nexus"
_LISTS = ("evaluations", "datasets")
_COMPANY = {"organizations", "documents", "licenses", "taxonomies", *_LISTS}
_OWN = {
    "hasDataset", "hasDocumentation", "hasLicense", "hasRelatedRisk", "hasTasks",
    "isDefinedByTaxonomy", "isDefinedByVocabulary",
}  # fmt: skip
"""Fields of the graph's entries, in its own spelling."""

_FIELDS = SourceFields(
    *("id", "name", "description", "hasTasks", "hasLicense", "hasRelatedRisk"),
    sections=["refers to", *(f"refers to/{name}" for name in sorted(_COMPANY))],
    given={"url": addresses},
)


def fields(value: Any) -> FoundFields:
    """Return what becomes of each field of an entry, and of the entries that it refers to.

    What the file says of others is of no card, so it is left out.
    """
    _, item, _, company = value
    named = {name for given in item.values() for name in texts(given)}
    around = {
        name: {ident: entry for ident, entry in entries.items() if ident in named}
        for name, entries in company.items()
    }
    return _FIELDS.found({**item, "refers to": around}, left_out=company)


def detects(tree: Any) -> bool:
    """Recognise the file by its evaluations or datasets.

    In the parts of the graph nothing but such lists stands beside them; in its whole export, and
    in lists by id, an entry has fields of the graph.
    """
    if not isinstance(tree, Mapping) or not set(tree) & set(_LISTS):
        return False
    if set(tree) <= _COMPANY and all(isinstance(v, list) for v in tree.values()):
        return True
    items = [item for name in _LISTS for _, item in _entries(tree.get(name))]
    return any(isinstance(item, Mapping) and _OWN & set(item) for item in items)


def split(raw: Raw, tree: Mapping[str, Any]) -> Iterator[tuple[Raw, Any]]:
    """Yield one part per evaluation and dataset, with what may stand beside them in the file."""
    company = {
        name: {str(e.get("id")): e for _, e in _entries(tree[name]) if isinstance(e, Mapping)}
        for name in tree
        if name in _COMPANY and name not in _LISTS
    }
    documents = company.get("documents", {})
    for name in _LISTS:
        for place, item in _entries(tree.get(name)):
            yield raw.part(f"/{name}/{place}"), (name, item, documents, company)


def _entries(given: Any) -> Iterator[tuple[str | int, Any]]:
    """Yield the place and the content of each entry: of a list, or of fields named by its id."""
    if isinstance(given, Mapping):
        for ident, item in given.items():
            yield str(ident), {"id": ident, **item} if isinstance(item, Mapping) else item
    elif isinstance(given, list):
        yield from enumerate(given)


def key(raw: Raw, value: Any) -> Key:
    """Return the id of an entry. Raises `CardError` for one without."""
    item = value[1]
    if not isinstance(item, Mapping) or not texts(item.get("id")):
        raise CardError(RecordProblem("The entry has no id.", raw.place, mend="Give it one."))
    return own_key(str(item["id"]))


def load(raw: Raw, value: Any) -> tuple[list[Record], list[RecordProblem]]:
    """Return the card of one evaluation or dataset."""
    name, item, documents, _ = value
    ident = record_id(SOURCE, raw.key)
    addresses = _addresses(item, documents)
    common: dict[str, Any] = {
        "id": f"{ident}/{AUTHOR.id}",
        "title": text(item.get("name")) or str(item["id"]),
        "description": text(item.get("description")),
        "keywords": texts(item.get("hasTasks")),
        "pages": tuple(a for a in addresses if is_iri(a)),
        "rights": text(item.get("hasLicense")),
        "author": AUTHOR,
        "origin": "third-party",
        "status": "draft",
        "notes": _risks(item),
        "assumptions": core(),
    }
    named = identifiers(addresses)
    if name == "datasets":
        return [DatasetCard(dataset=Dataset(id=ident), identifiers=named, **common)], []
    data = tuple(h for d in texts(item.get("hasDataset")) if "/" in d and (h := hub_id(d)))
    both = tuple(dict.fromkeys((*named, *data)))
    return [Card(benchmark=Benchmark(id=ident), identifiers=both, **common)], []


def _addresses(item: Mapping[str, Any], documents: Mapping[Any, Mapping[str, Any]]) -> list[str]:
    """Return the addresses of an entry: its own, and those of the documents it names."""
    named = texts(item.get("hasDocumentation"))
    linked = [text(documents[d].get("url")) if d in documents else d for d in named]
    return list(dict.fromkeys(a for a in (*texts(item.get("url")), *linked) if a))


def _risks(item: Mapping[str, Any]) -> str | None:
    risks = "; ".join(texts(item.get("hasRelatedRisk")))
    return f"Related risks in the IBM risk atlas: {risks}." if risks else None
