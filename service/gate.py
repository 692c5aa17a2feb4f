"""The one gate in front of the store: records become triples, and SHACL judges them.

Batches run in worker processes, because pySHACL may not run in two threads at once and
because a check must not block the server. A record at which pySHACL itself gives up is
found by halving the batch, and only that record is refused.
"""

from collections.abc import Iterable, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from threading import Lock

from rdflib import RDF, Graph
from rdflib.plugins.sparql.sparql import SPARQLError

from loaders.model import Record
from service import shacl
from service.mapping.fields import is_thing
from service.mapping.write import triples
from service.shacl import Issue
from service.signals import shielded
from service.vocab import EGAP, THINGS, graph_iri, record_iri


@dataclass(frozen=True)
class Candidate:
    """A record that asks to be stored, with the version it would get."""

    record: Record
    version: int

    @property
    def iri(self) -> str:
        """The IRI of this version of the record."""
        return str(record_iri(self.record.kind, self.record.id, self.version))


@dataclass(frozen=True)
class Checked:
    """A candidate after the gate: its N-Quads, and what SHACL found."""

    candidate: Candidate
    nquads: str
    issues: tuple[Issue, ...]

    @property
    def valid(self) -> bool:
        """Whether nothing worse than a warning was found."""
        return all(i.severity != "Violation" for i in self.issues)


class Gate:
    """Checks batches of candidates, in `workers` processes or, with 0, in this one."""

    def __init__(self, workers: int) -> None:
        """Start no process yet; the first check does."""
        self._pool = (
            ProcessPoolExecutor(workers, mp_context=get_context("spawn")) if workers else None
        )
        self._alone = Lock()

    def submit(self, batch: Sequence[Candidate], context: str) -> "Future[list[Checked]]":
        """Check a batch; `context` holds, as N-Triples, what its records refer to."""
        if self._pool is not None and batch:
            with shielded():
                return self._pool.submit(check, list(batch), context)
        done: Future[list[Checked]] = Future()
        with self._alone:
            done.set_result(check(batch, context))
        return done

    def judge(self, content: Graph) -> list[Issue]:
        """Return what the shapes say of any triples."""
        text = content.serialize(format="nt")
        if self._pool is not None:
            return self._pool.submit(judge, text).result()
        with self._alone:
            return judge(text)

    def close(self) -> None:
        """End the worker processes."""
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)


def check(batch: Sequence[Candidate], context: str) -> list[Checked]:
    """Return each candidate with its N-Quads and the issues found at its nodes."""
    if not batch:
        return []
    graphs = [_graph(c) for c in batch]
    issues = _judge(graphs, Graph().parse(data=context, format="nt"))
    return [
        Checked(c, _nquads(c, g), tuple(found))
        for c, g, found in zip(batch, graphs, issues, strict=True)
    ]


def judge(ntriples: str) -> list[Issue]:
    """Return what the shapes say of triples given as N-Triples."""
    return shacl.validate(Graph().parse(data=ntriples, format="nt"))


def _graph(candidate: Candidate) -> Graph:
    graph = Graph()
    for triple in triples(candidate.record, candidate.version):
        graph.add(triple)
    return graph


def _judge(graphs: Sequence[Graph], context: Graph) -> list[list[Issue]]:
    try:
        found = shacl.validate(t for g in (*graphs, context) for t in g)
    except _GIVES_UP as error:
        if len(graphs) == 1:
            return [[_undecided(graphs[0], error)]]
        half, seen = len(graphs) // 2, context + _skeleton(graphs)
        return _judge(graphs[:half], seen) + _judge(graphs[half:], seen)
    by_focus: dict[str, list[Issue]] = {}
    for issue in found:
        by_focus.setdefault(issue.focus, []).append(issue)
    return [_at_nodes_of(graph, by_focus) for graph in graphs]


_GIVES_UP = (
    ArithmeticError, AttributeError, LookupError, RuntimeError, SPARQLError, TypeError, ValueError,
)  # fmt: skip
"""What pySHACL raises on odd values; the record that caused it is refused, with the error."""


def _skeleton(graphs: Iterable[Graph]) -> Graph:
    """Return what other records may refer to: types, and which card has which assumption."""
    kept = Graph()
    for graph in graphs:
        for triple in graph:
            if triple[1] in {RDF.type, EGAP.hasAssumption}:
                kept.add(triple)
    return kept


def _at_nodes_of(graph: Graph, by_focus: dict[str, list[Issue]]) -> list[Issue]:
    if not by_focus:
        return []
    nodes = {str(s) for s in graph.subjects(unique=True)}
    return [issue for focus in by_focus if focus in nodes for issue in by_focus[focus]]


def _undecided(graph: Graph, error: Exception) -> Issue:
    focus = min(str(s) for s in graph.subjects())
    message = f"The validator could not decide about this record ({type(error).__name__}: {error})."
    return Issue(focus, "", "", message, "Violation", "")


def _nquads(candidate: Candidate, graph: Graph) -> str:
    record = candidate.record
    name = graph_iri(record.kind, record.id, candidate.version)
    things = [t for t in graph if is_thing(str(t[0]))]
    own = [t for t in graph if not is_thing(str(t[0]))]
    return nquads(own, name.n3()) + nquads(things, THINGS.n3())


def nquads(triples_: Iterable[tuple[object, ...]], graph_name: str) -> str:
    """Return triples as N-Quads in one named graph (given in N3 form)."""
    lines = Graph()
    for triple in triples_:
        lines.add(triple)  # type: ignore[arg-type]
    text = lines.serialize(format="nt")
    # only "\n" ends a line: str.splitlines would also cut a literal at U+2028 or U+0085
    return "".join(f"{line[:-1]}{graph_name} .\n" for line in text.split("\n") if line)
