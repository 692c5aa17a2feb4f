"""The one gate in front of the store: records become triples, and SHACL judges them.

Batches run in worker processes, because pySHACL may not run in two threads at once and
because a check must not block the server. A record at which pySHACL itself gives up, or at which
the process ends, is found by halving the batch, and only that record is refused.
"""

import os
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from threading import Lock
from typing import ClassVar, TypeVar

from rdflib import RDF, Graph

from loaders.mapping.fields import is_thing
from loaders.mapping.iris import BASE, EGAP, THINGS, graph_iri, path_below, record_iri
from loaders.mapping.nquads import nquads
from loaders.mapping.write import triples
from loaders.model import Record
from service.common.problems import Busy, Crashed, Problem, TooLarge, WorkTimeout
from service.sandbox import WorkerLimits, Workers, forkserver
from service.store.rdf_input import graphs_of, lines
from service.validation import readable, validator
from service.validation.cross_check import decide
from service.validation.second_judge import differs, verdict
from service.validation.validator import Issue, Triple

Answer = TypeVar("Answer")
Judge = Callable[[Iterable[Triple]], list[Issue]]


@dataclass(frozen=True)
class Submission:
    """A record that asks to be stored, with the version it would get."""

    record: Record
    version: int

    @cached_property
    def iri(self) -> str:
        """The IRI of this version of the record."""
        return str(record_iri(self.record.kind, self.record.id, self.version))


@dataclass(frozen=True)
class GateResult:
    """A submission after the gate: its IRI and N-Quads, and what SHACL found."""

    iri: str
    nquads: bytes
    issues: tuple[Issue, ...]


class Gate:
    """Checks batches of submissions, in `workers` processes or, with 0, in this one."""

    ENDS: ClassVar[tuple[type[Problem], ...]] = (Busy, Crashed, TooLarge, WorkTimeout)
    """What a batch is done again for, in halves: something in it ended its process."""

    def __init__(self, workers: int, judge: Judge = validator.validate) -> None:
        """Get ready; a worker starts with its first check."""
        self._judge = judge
        self._workers = self._threads = None
        self._alone = Lock()
        if workers:
            forkserver.context()
            bounds = WorkerLimits(size=workers, seconds=_BATCH_SECONDS, memory=_MEMORY)
            self._workers = Workers(forkserver.context, bounds, "being checked")
            # one more than workers, so that the next batch is at hand when one is done
            self._threads = ThreadPoolExecutor(workers + 1, "gate")

    @classmethod
    def that_passes_all(cls) -> "Gate":
        """Return a gate that only writes triples, for records that have been judged before."""
        return cls(0, _pass_all)

    def submit(
        self, batch: Sequence[Submission], context: str, *, twice: bool = False
    ) -> "Future[list[GateResult]]":
        """Check a batch; `context` holds, as N-Triples, what its records refer to.

        With `twice`, another implementation judges it, too; the future raises `Disagreement` where
        that finds something else, and plain pySHACL bears it out.
        """
        return self._later(self._checked_twice if twice else self._checked, list(batch), context)

    def judge(self, nquads: bytes, context: bytes) -> list[Issue]:
        """Return what is wrong with any graphs; `context` has what others say of what they name."""
        found: Future[list[Issue]] = self._later(self._done, judge, nquads, context, self._judge)
        return found.result()

    def ping(self, seconds: float) -> None:
        """Have a worker start, if none has, and answer. Raises as `Workers.run` does."""
        if self._workers is not None:
            self._workers.run(os.getpid, seconds=seconds)

    def _later(self, work: Callable[..., Answer], *given: object) -> "Future[Answer]":
        if self._threads is not None:
            return self._threads.submit(work, *given)
        done: Future[Answer] = Future()
        done.set_result(work(*given))
        return done

    def _done(self, task: Callable[..., Answer], *given: object) -> Answer:
        """Return what a worker, or without workers this process, makes of a task."""
        if self._workers is not None:
            return self._workers.run(task, *given)
        with self._alone:
            return task(*given)

    def _checked_twice(self, batch: list[Submission], context: str) -> list[GateResult]:
        try:
            results, two_opinions = self._done(check_twice, batch, context, self._judge)
        except self.ENDS:
            results = self._checked(batch, context)
            two_opinions = self._disputed(results, context)
        if two_opinions:
            difference = self._done(disagreement, batch, context, self._judge)
            decide([submission.iri for submission in batch], difference)
        return results

    def _disputed(self, results: list[GateResult], context: str) -> bool:
        try:
            return self._done(disputed, results, context)
        except self.ENDS:  # it ended its process, so it has no opinion
            return True

    def _checked(self, batch: list[Submission], context: str) -> list[GateResult]:
        """Check a batch; if its process ends, once more, then in halves down to the one record."""
        for again in (True, False):
            try:
                return self._done(check, batch, context, self._judge)
            except self.ENDS as problem:
                if not again and len(batch) == 1:
                    return [_ended(batch[0], problem)]
        half, seen = len(batch) // 2, context + lines(_skeleton(_written(batch))).decode()
        return self._checked(batch[:half], seen) + self._checked(batch[half:], seen)

    def close(self) -> None:
        """End the worker processes."""
        if self._threads is not None:
            self._threads.shutdown(cancel_futures=True)
        if self._workers is not None:
            self._workers.close()


def _pass_all(_: Iterable[Triple]) -> list[Issue]:
    return []


_BATCH_SECONDS = 300.0
"""The most that one batch may take; a hundredth of it is usual."""
_MEMORY = 2 * 2**30
"""Bytes that a worker may add to what it starts with; a batch needs some ten million."""


def check(
    batch: Sequence[Submission], context: str, judged: Judge = validator.validate
) -> list[GateResult]:
    """Return each submission with its N-Quads and the issues found at its nodes."""
    written = _written(batch)
    issues = bisected(written, _parsed(context), judged) if written else []
    return [
        GateResult(c.iri, _nquads(c, own), (*found, *readable.misnumbered(own)))
        for c, own, found in zip(batch, written, issues, strict=True)
    ]


def check_twice(
    batch: Sequence[Submission], context: str, judged: Judge
) -> tuple[list[GateResult], bool]:
    """Return what `check` does, and whether another implementation finds something else."""
    results = check(batch, context, judged)
    return results, disputed(results, context)


def disputed(results: Sequence[GateResult], context: str) -> bool:
    """Have another implementation judge a batch again; tell whether it finds something else."""
    # a number that cannot be read, or an end of the process, is no finding of a shape
    decided = [r for r in results if all(i.shape not in {"", _UNDECIDED} for i in r.issues)]
    records = b"".join(map(_in_one_graph, decided))
    found = verdict(chain.from_iterable(r.issues for r in decided))
    return bool(records) and differs(records, context.encode(), found)


def _in_one_graph(result: GateResult) -> bytes:
    """Return the statements of a record without the names of their graphs, which no shape reads."""
    own, things = (
        f" <{name}> .\n".encode()  # a line ends nowhere else
        for name in (f"{BASE}graph/{path_below(result.iri)}", THINGS)
    )
    said = result.nquads
    if said.endswith(things):  # what a record says of things comes last, and most say nothing
        said = said.replace(things, b" .\n")
    return said.replace(own, b" .\n")


def disagreement(
    batch: Sequence[Submission], context: str, judged: Judge = validator.validate
) -> str:
    """Return in words what plain pySHACL finds otherwise about a batch, or nothing."""
    data = list(chain(*_written(batch), _parsed(context)))
    ours, plain = (_verdict(each, data) for each in (judged, validator.plain))
    return (
        "" if ours == plain else f"{ours - plain or 'nothing'} against {plain - ours or 'nothing'}"
    )


def _verdict(judged: Judge, data: list[Triple]) -> set[str]:
    try:
        return {f"{i.focus} {i.shape} {i.field}: {i.message}" for i in judged(data)}
    except gives_up() as error:
        return {type(error).__name__}


def _written(batch: Iterable[Submission]) -> list[list[Triple]]:
    return [[*triples(c.record, c.version)] for c in batch]


def judge(nquads: bytes, context: bytes, judged: Judge) -> list[Issue]:
    """Return what the shapes say of graphs, what has no name of ours, and then what is no record.

    `context` holds, as N-Triples, what other graphs say of the nodes there and what they name.
    """
    graphs, named = graphs_of(nquads), graphs_of(context).get("", Graph())
    numbers = {name: list(readable.misnumbered(graph)) for name, graph in graphs.items()}
    judgeable = [list(graph) for name, graph in graphs.items() if not numbers[name]]
    seen = [*named, *_skeleton(list(graphs[name]) for name in numbers if numbers[name])]
    issues = list(chain(*bisected(judgeable, seen, judged))) if judgeable else []
    issues += chain(*numbers.values())
    issues += readable.misnamed(graphs, named)
    wrong = {
        _whose(issue)
        for issue in issues
        if issue.severity == "Violation" and issue.shape != _UNDECIDED
    }
    unread = [i for i in readable.unreadable(graphs, named) if _whose(i) not in wrong]
    answered = wrong.union(map(_whose, unread))
    return [i for i in issues if i.shape != _UNDECIDED or _whose(i) not in answered] + unread


def _whose(issue: Issue) -> str:
    """Return the version of a record whose node has an issue, or else the node."""
    return readable.record_of(issue.focus) or issue.focus


def _parsed(ntriples: str) -> list[Triple]:
    return list(graphs_of(ntriples.encode()).get("", ()))


def bisected(
    records: Sequence[list[Triple]], context: list[Triple], judged: Judge
) -> list[list[Issue]]:
    """Return the issues of each record; where pySHACL gives up, the one record is found."""
    try:
        found = judged(chain(*records, context))
    except gives_up() as error:
        if len(records) == 1:
            return [[_undecided(records[0], error)]]
        half, seen = len(records) // 2, context + _skeleton(records)
        return bisected(records[:half], seen, judged) + bisected(records[half:], seen, judged)
    by_focus: dict[str, list[Issue]] = {}
    for issue in found:
        by_focus.setdefault(issue.focus, []).append(issue)
    return [_at_nodes_of(record, by_focus) for record in records]


def gives_up() -> tuple[type[Exception], ...]:
    """Return what pySHACL raises on odd values; the record that caused it is refused for it."""
    from rdflib.plugins.sparql.sparql import SPARQLError  # noqa: PLC0415 - only judging needs it

    return (
        ArithmeticError, AttributeError, LookupError, RuntimeError, SPARQLError, TypeError,
        ValueError,
    )  # fmt: skip


def _skeleton(records: Iterable[list[Triple]]) -> list[Triple]:
    """Return what other records may refer to: types, and which card has which assumption."""
    kept = {RDF.type, EGAP.hasAssumption}
    return [triple for record in records for triple in record if triple[1] in kept]


def _at_nodes_of(record: list[Triple], by_focus: dict[str, list[Issue]]) -> list[Issue]:
    if not by_focus:
        return []
    nodes = {str(subject) for subject, _, _ in record}
    return [issue for focus in by_focus if focus in nodes for issue in by_focus[focus]]


def _undecided(record: list[Triple], error: Exception) -> Issue:
    nodes = {str(subject) for subject, _, _ in record}
    focus = min({n for n in nodes if readable.record_of(n)} or nodes)
    message = f"The validator could not decide about this record ({type(error).__name__}: {error})."
    return Issue(focus, "", "", message, "Violation", _UNDECIDED)


_UNDECIDED = "undecided"


def _ended(submission: Submission, problem: Problem) -> GateResult:
    issue = Issue(submission.iri, "", "", problem.detail, "Violation", "")
    return GateResult(submission.iri, b"", (issue,))


def _nquads(submission: Submission, written: list[Triple]) -> bytes:
    """Return N-Quads as bytes, which the process that stores them passes on as they are."""
    record = submission.record
    name = graph_iri(record.kind, record.id, submission.version)
    things = {subject for subject in {t[0] for t in written} if is_thing(str(subject))}
    own = nquads([t for t in written if t[0] not in things], name.n3())
    return (own + nquads([t for t in written if t[0] in things], THINGS.n3())).encode()
