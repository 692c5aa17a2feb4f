"""Writes of RDF and SPARQL updates: through the same shapes as every import, or not at all.

Untrusted RDF is read, and updates are run, in processes of their own (`rehearsal`,
`engines.rdf_text`). What would change is judged, and then becomes one transaction.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import uuid4

from rdflib import Graph, URIRef

from service.access import GraphChange
from service.common.problems import Invalid
from service.common.settings import Settings
from service.ingest import resting
from service.ingest.provenance import influenced
from service.ingest.rehearsal import Rehearsals
from service.ingest.written import Write
from service.queries import internal
from service.records.references import described
from service.sandbox import WorkerLimits, Workers, forkserver
from service.store import rdf_input
from service.store.port import Engine, Update
from service.store.rdf_input import Part, lines
from service.store.statements import NOTHING, Transaction
from service.validation import fixed_results, publication
from service.validation.gate import Gate
from service.validation.readable import record_of
from service.validation.validator import Issue

DEFAULT = ""
"""The name of the default graph."""


@dataclass(frozen=True)
class GraphWriter:
    """Where writes come in: the store, the gate if it is on, and where what is sent is read."""

    engine: Engine
    gate: Gate | None
    rehearsals: Rehearsals
    reading: Workers

    def read(self, parts: Sequence[Part], base: str, name: str) -> Transaction:
        """Return RDF that was sent, as what is to be put into a graph. Raises as `read` does."""
        return self.reading.run(rdf_input.read, parts, base, name)

    def close(self) -> None:
        """End what is being read or run."""
        self.rehearsals.close()
        self.reading.close()


def graph_writer(engine: Engine, gate: Gate | None, settings: Settings) -> GraphWriter:
    """Return the writer of a store; its processes start when they are first needed."""
    bounds = WorkerLimits(seconds=settings.max_update_seconds)
    return GraphWriter(
        engine,
        gate,
        # a service that only reads leaves the folder of the one that writes alone
        Rehearsals(None if settings.read_only else settings.store, settings.max_update_seconds),
        Workers(forkserver.context, bounds, "sending RDF"),
    )


def update(writer: GraphWriter, change_request: Update, write: Write) -> None:
    """Run a SPARQL update, judged by the gate if there is one.

    Raises as `Rehearsals.change` does, and `Invalid` with the shapes' report; then nothing has
    changed.
    """
    engine, gated = writer.engine, writer.gate is not None
    if engine.shared and not gated:
        writer.rehearsals.check(change_request)
        engine.update(change_request.sparql, change_request.using, change_request.base)
        return
    change = writer.rehearsals.change(engine, change_request, keeps=gated)
    _judge(writer, change)
    if change.sizes:
        _commit(writer, change, write)


def put(
    writer: GraphWriter, name: str, sent: Transaction, write: Write, kept: Graph | None = None
) -> None:
    """Make a graph hold what was sent, beside what it holds now if that is to be `kept`.

    Raises `Invalid` and `Conflict` as `update` does.
    """
    whole, judged = sent.insert, sent.judged
    if kept is not None:
        whole, judged = whole + lines(kept, name), judged.plus(kept, name)
    if writer.gate is not None:
        fixed_results.keep_replacing(writer.engine, name, whole)
        publication.keep_replacing(writer.engine, name, whole)
    sizes = ((name, _size(writer.engine, name), len(set(whole.splitlines()))),)
    change = Transaction((name,) if kept is None else (), sent.insert, judged, sizes)
    _judge(writer, change)
    _commit(writer, change, write)


def drop(writer: GraphWriter, name: str, write: Write) -> None:
    """Remove a graph. Raises `Conflict` as `update` does."""
    put(writer, name, NOTHING, write)


def _commit(writer: GraphWriter, change: Transaction, write: Write) -> None:
    write.note(GraphChange(*size) for size in change.sizes)
    said = influenced(write.entry, [name for name, *_ in change.sizes]) if writer.gate else ""
    writer.engine.commit(change.insert + said.encode(), drop=change.drop)


def _size(engine: Engine, name: str) -> int:
    if not name:
        return len(engine.default_graph())
    return int(str(internal.rows(engine, "graph-size", graph=URIRef(name))[0]["triples"]))


def fresh_name() -> str:
    """Return a name that no graph has yet."""
    return uuid4().hex


def _judge(writer: GraphWriter, change: Transaction) -> None:
    """Raise `Invalid` where the gate refuses a change, whose references the store may know."""
    if writer.gate is None:
        return
    judged, touched = change.judged, frozenset(name for name, *_ in change.sizes)
    if judged.needs_rdf12:
        raise Invalid(
            "This holds a triple term or a text with a base direction, which are of RDF 1.2. The "
            "shapes judge RDF 1.1 alone, so nothing is stored. Leave those terms out, or serve "
            "with --gate off."
        )
    context = described(writer.engine, judged.subjects | judged.objects, touched)
    issues = writer.gate.judge(judged.nquads, context)
    # a focus without a colon is a blank node, and the context has none
    bad = [
        i for i in issues
        if i.severity == "Violation" and (i.focus in judged.subjects or ":" not in i.focus)
    ]  # fmt: skip
    if bad:
        raise Invalid(
            f"The shapes refuse this: {_named(bad[0])}", problems=[_document(i) for i in bad]
        )
    resting.keep(writer.engine, change.sizes, judged.subjects)


def _named(issue: Issue) -> str:
    """Return what is wrong, with the record in which it is."""
    record = record_of(issue.focus)
    return f"{record}: {issue.message}" if record else issue.message


def _document(issue: Issue) -> dict[str, str | None]:
    return {
        "node": issue.focus,
        "record": record_of(issue.focus),
        "field": issue.field or None,
        "value": issue.value or None,
        "message": issue.message,
    }
