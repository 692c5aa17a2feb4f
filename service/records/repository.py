"""From the store to the model: records by identity, lists by filters, the taxonomy."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from typing import Any

from pydantic import ValidationError
from rdflib import RDF, Graph, URIRef

from loaders.mapping import read
from loaders.mapping.iris import AS, BASE, EGAP, bind, graph_iri, path_below, record_iri, series_iri
from loaders.mapping.write import to_json
from loaders.model import RECORDS, Gap, Record, whole_number
from service.common import json_values, unread
from service.common.problems import Gone, NotFound, Unreadable
from service.ontology import graphs
from service.queries import counted, internal
from service.queries.lists import value
from service.records import statements
from service.records.gap_shares import RULE, ladder, shares
from service.records.renamed import check_name
from service.store.port import Engine

_IDENTITY = re.compile(r"[a-z0-9]+([-./][a-z0-9]+)*")


@dataclass(frozen=True)
class HeldRecord:
    """One version of a record as the store holds it."""

    record: Record
    version: int


@dataclass(frozen=True)
class StoredRecord(HeldRecord):
    """One version of a record as the store holds it, with its triples."""

    graph: Graph


def load(engine: Engine, kind: str, ident: str, version: int | None = None) -> StoredRecord:
    """Return a version of a record, by default the current one.

    Raises `NotFound`, `Gone` for a tombstone, and `Unreadable` for one that does not fit the model.
    """
    check(kind, ident)
    version_number = version or _current(engine, kind, ident)
    name = graph_iri(kind, ident, version_number)
    graph = bind(internal.triples(engine, "record", graph=name))
    iri = f"{series_iri(kind, ident)}/{version_number}"
    if not len(graph):
        raise NotFound(f"There is no version {version_number} of the {kind} {ident!r}.")
    if (URIRef(iri), RDF.type, AS.Tombstone) in graph:
        raise gone(engine, iri)
    try:
        return StoredRecord(read.record(graph, RECORDS[kind], iri), version_number, graph)
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(str(step) for step in first["loc"])
        raise _no_record(kind, ident, f"{field}: {first['msg']}") from error


def gone(engine: Engine, tombstone: str) -> Gone:
    """Return the problem of a record of which a tombstone is left: since when, and what was."""
    rows = internal.rows(engine, "tombstone", version=URIRef(tombstone))
    found = {name: str(term) for name, term in rows[0].items()} if rows else {}
    series = tombstone.rpartition("/")[0]
    return Gone(
        f"{path_below(series)} is gone: the import that added it was undone"
        f"{' on ' + found['deleted'][:10] if 'deleted' in found else ''}. What it said is kept in "
        "the versions before.",
        tombstone=tombstone,
        before=found.get("before"),
        deleted=found.get("deleted"),
    )


def readable(
    engine: Engine, kind: str, idents: Iterable[str], version: int | None = None
) -> Iterator[StoredRecord]:
    """Yield records, by default in their current version; those that cannot be read are noted."""
    for ident in idents:
        try:
            yield load(engine, kind, ident, version)
        except (Gone, NotFound, Unreadable) as problem:
            unread.note(f"{kind}/{ident}", problem.detail)


def current(engine: Engine, kind: str, idents: Iterable[str]) -> Iterator[HeldRecord]:
    """Yield the current versions of records; those that cannot be read are noted.

    They are read many at a time, without their triples: a hundred cost what ten cost alone.
    """
    rest = iter(idents)
    while some := list(islice(rest, _TOGETHER)):
        read_together = _together(engine, kind, some)
        for ident in some:
            if ident in read_together:
                yield read_together[ident]
            else:  # alone, it says why
                yield from readable(engine, kind, [ident])


_TOGETHER = 200
"""Records that one query reads."""


def _together(engine: Engine, kind: str, idents: Iterable[str]) -> dict[str, HeldRecord]:
    """Return the current versions of records by identity, without those that have any fault."""
    named = {str(series_iri(kind, i)): i for i in idents if _IDENTITY.fullmatch(i)}
    versions: dict[str, list[int | None]] = defaultdict(list)
    for row in internal.rows(engine, "current-versions", series=map(URIRef, named)):
        versions[str(row["series"])].append(whole_number(str(row["version"])))
    numbers = {iri: found[0] for iri, found in versions.items() if len(found) == 1 and found[0]}
    graphs = {iri: graph_iri(kind, named[iri], number) for iri, number in numbers.items()}
    said = statements.of_graphs(engine, graphs.values())
    held: dict[str, HeldRecord] = {}
    for iri, number in numbers.items():
        version, about = f"{iri}/{number}", said.get(str(graphs[iri]))
        if about is None or AS.Tombstone in about.objects(URIRef(version), RDF.type):
            continue
        with suppress(ValidationError):
            held[named[iri]] = HeldRecord(read.record(about, RECORDS[kind], version), number)
    return held


def _no_record(kind: str, ident: str, why: str) -> Unreadable:
    """Return the problem of a graph that came in without the gate and does not fit the model."""
    return Unreadable(
        f"What the store holds as the {kind} {ident!r} is not one that the shapes would take "
        f"({why}). Its statements are at /doc/id/{kind}/{ident}; write them anew."
    )


def check(kind: str, ident: str) -> None:
    """Raise `NotFound` for what cannot be the identity of anything here."""
    if not _IDENTITY.fullmatch(ident):
        raise absent(kind, ident)


def absent(kind: str, ident: str) -> NotFound:
    """Return the problem of an identity that nothing here has."""
    return NotFound(f"There is no {kind} {ident!r} here.", kind=kind, id=ident)


def _current(engine: Engine, kind: str, ident: str) -> int:
    rows = internal.rows(engine, "current-version", series=series_iri(kind, ident))
    if not rows:
        check_name(engine, series_iri(kind, ident))
        raise absent(kind, ident)
    version = whole_number(str(rows[0]["version"]))
    if version is None:
        raise _no_record(kind, ident, f"version: {rows[0]['version']} is no number")
    return version


_DESCRIBES = {
    "benchmark": EGAP.describesBenchmark,
    "deployment": EGAP.describesDeployment,
    "system": EGAP.describesSystem,
    "study": EGAP.describesStudy,
    "source": EGAP.describesSource,
    "dataset": EGAP.describesDataset,
    "implementation": EGAP.describesImplementation,
}


def described(engine: Engine, kind: str, thing: str, record_kind: str) -> list[StoredRecord]:
    """Return the current records that describe a thing; none of what others only name.

    Raises `NotFound` for what nothing is known of, and `Unreadable` where no record can be read.
    """
    check(kind, thing)
    about = series_iri(kind, thing)
    rows = internal.rows(engine, "records-about", describes=_DESCRIBES[kind], thing=about)
    if not rows and not (
        kind in {"system", "study"} and named_by(engine, kind, thing, counted_only=False)
    ):
        check_name(engine, about)
        raise absent(kind, thing)
    prefix = f"{BASE}id/{record_kind}/"
    idents = [str(row["series"]).removeprefix(prefix) for row in rows]
    found = list(readable(engine, record_kind, idents))
    return found if found or not idents else [load(engine, record_kind, idents[0])]


def is_described(engine: Engine, kind: str, thing: str) -> bool:
    """Tell whether a current record describes a thing of this kind."""
    describes, about = _DESCRIBES[kind], series_iri(kind, thing)
    return bool(internal.rows(engine, "records-about", describes=describes, thing=about))


def named_by(
    engine: Engine, kind: str, thing: str, *, counted_only: bool = True
) -> dict[str, list[dict[str, str]]]:
    """Return the current gaps, results and profiles that name a system or study, by their kind.

    With `counted_only`, without those that count only on request.
    """
    found: dict[str, list[dict[str, str]]] = {}
    sparql = internal.bound("records-naming", thing=series_iri(kind, thing))
    for row in engine.select(counted.counted(sparql) if counted_only else sparql):
        of_kind, _, ident = path_below(row["series"]).partition("/")
        item = {"@id": str(row["series"]), "id": ident, "name": str(row["title"])}
        found.setdefault(of_kind, []).append(item)
    return found


def as_json(engine: Engine, stored: HeldRecord) -> dict[str, Any]:
    """Return a version of a record as JSON-LD values, with its provenance and what follows."""
    document = to_json(stored.record, stored.version)
    document["provenance"] = provenance(engine, stored)
    if isinstance(stored.record, Gap):
        document["derived"] = _derived(stored.record)
    return document


def provenance(engine: Engine, stored: HeldRecord) -> dict[str, Any]:
    """Return who recorded a version, when, from what, and which versions it stands between."""
    record = stored.record
    graph = graph_iri(record.kind, record.id, stored.version)
    iri = record_iri(record.kind, record.id, stored.version)
    rows = internal.rows(engine, "recorded", graph=graph, version=iri)
    names = ("recorded", "software", "file", "sha256", "loader", "revises", "replacedBy")
    found = rows[0] if rows else {}
    known = {name: value(found[name]) if name in found else None for name in names}
    return {"graph": str(graph), **known}


def history(engine: Engine, kind: str, ident: str) -> list[tuple[int, str, str]]:
    """Return version, time and source of every version of a record, the first one first."""
    versions = range(1, _current(engine, kind, ident) + 1)
    stored = (s for v in versions for s in readable(engine, kind, [ident], v))
    found = [(s.version, provenance(engine, s)) for s in stored]
    return [(v, str(p["recorded"]), str(p["file"])) for v, p in found]


def _derived(gap: Gap) -> dict[str, Any]:
    kind_of = graphs.assumption_kinds()
    return {
        "rule": RULE,
        "ladders": {d.key: json_values.document(ladder(gap, d)) for d in gap.decompositions},
        "shares": {d.key: json_values.document(shares(d, kind_of)) for d in gap.decompositions},
    }


def summary_graph(engine: Engine, iris: list[str]) -> Graph:
    """Return what is said directly of each of these nodes and of their current versions."""
    names = [URIRef(iri) for iri in iris]
    return bind(internal.triples(engine, "summary", s=names, x=names))
