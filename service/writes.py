"""Writes of RDF and SPARQL updates: through the same shapes as every import, or not at all.

An update can touch any graph, so it first runs on a copy of the store in memory; the graphs
that come out different are judged, and only then replace the old ones in one transaction.
That costs a copy of the store per update: imports and the Graph Store Protocol are cheaper.
"""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import uuid4

from rdflib import Graph, URIRef

from service import recorded, written
from service.access import Change
from service.engines.base import Dataset, Engine
from service.engines.embedded import open_store
from service.engines.rdf_text import lines
from service.gate import Gate
from service.problems import Invalid
from service.provenance import influenced
from service.references import known
from service.written import Write

DEFAULT = ""
"""The name of the default graph."""

_LINE = re.compile(
    r"(?P<triple>(?:<[^>]*>|_:\S+) <[^>]*> "
    r'(?:<[^>]*>|_:\S+|"(?:[^"\\]|\\.)*"(?:@[A-Za-z0-9-]+|\^\^<[^>]*>)?))'
    r"(?: <(?P<graph>[^>]*)>)? \."
)
"""A line of N-Quads as the engines write them."""


@dataclass(frozen=True)
class Update:
    """A SPARQL update: its text, the graphs of USING, and what relative IRIs are resolved by."""

    text: str
    using: Dataset
    base: str | None = None


def update(engine: Engine, gate: Gate | None, asked: Update, write: Write) -> None:
    """Run a SPARQL update, judged by the gate if there is one.

    Raises `BadQuery`, `Invalid` with the shapes' report, or `Conflict` where a recorded result
    of a plan would not stay with its threshold; then nothing has changed.
    """
    if gate is None:
        # which graphs changed would take a count of the whole store, 0.2 s for 260,000 quads
        engine.update(asked.text, asked.using, asked.base)
        return
    scratch = open_store(None)
    scratch.commit(b"".join(engine.dump()))
    # of the copy, where blank nodes are called as they are afterwards
    before = _lines(scratch)
    scratch.update(asked.text, asked.using, asked.base)
    after = _lines(scratch)
    try:
        recorded.keep(engine, scratch)
    finally:
        scratch.close()
    changed = {_split(line)[1] for line in before ^ after}
    kept = [line for line in after if _split(line)[1] in changed]
    triples = "".join(f"{_split(line)[0]} .\n" for line in kept)
    _judge(engine, gate, Graph().parse(data=triples, format="nt"))
    if changed:
        was, now = (Counter(_split(line)[1] for line in state) for state in (before, after))
        write.note(written.differences(was, now, changed))
        said = influenced(write.entry, sorted(changed))
        engine.commit("".join(f"{line}\n" for line in kept) + said, drop=sorted(changed))


def put(engine: Engine, gate: Gate | None, name: str, content: Graph, write: Write) -> None:
    """Make a graph hold exactly this content. Raises `Invalid` and `Conflict` as `update` does."""
    if gate is not None:
        recorded.keep_replacing(engine, name, content)
        _judge(engine, gate, content)
    write.note([Change(name, _size(engine, name), len(content))])
    said = influenced(write.entry, [name]) if gate else ""
    engine.commit(lines(content, name) + said.encode(), drop=[name])


def drop(engine: Engine, gate: Gate | None, name: str, write: Write) -> None:
    """Remove a graph. Raises `Conflict` as `update` does."""
    if gate is not None:
        recorded.keep_replacing(engine, name, Graph())
    write.note([Change(name, _size(engine, name), 0)])
    engine.commit(influenced(write.entry, [name]) if gate else "", drop=[name])


def _size(engine: Engine, name: str) -> int:
    if not name:
        return len(engine.default_graph())
    query = f"SELECT (COUNT(*) AS ?n) WHERE {{ GRAPH {URIRef(name).n3()} {{ ?s ?p ?o }} }}"
    return int(str(engine.select(query)[0]["n"]))


def fresh_name() -> str:
    """Return a name that no graph has yet."""
    return uuid4().hex


def _lines(engine: Engine) -> set[str]:
    """Return the store as lines of N-Quads; each chunk of a dump ends with a whole line."""
    return {line for chunk in engine.dump() for line in chunk.decode().split("\n") if line}


def _split(line: str) -> tuple[str, str]:
    """Return the triple of an N-Quads line and the name of its graph."""
    match = _LINE.fullmatch(line)
    if match is None:
        raise ValueError(f"not a line of N-Quads: {line}")
    return match["triple"], match["graph"] or DEFAULT


def _judge(engine: Engine, gate: Gate, content: Graph) -> None:
    own = {str(s) for s in content.subjects(unique=True)}
    context = known(engine, _named(content) - own)
    issues = gate.judge(content + Graph().parse(data=context, format="nt"))
    bad = [i for i in issues if i.severity == "Violation" and i.focus in own]
    if bad:
        raise Invalid(
            f"The shapes refuse this: {bad[0].message}",
            problems=[
                {"node": i.focus, "field": i.field or None, "message": i.message} for i in bad
            ],
        )


def _named(content: Graph) -> set[str]:
    objects: Iterable[object] = content.objects(unique=True)
    return {str(o) for o in objects if isinstance(o, URIRef)}
