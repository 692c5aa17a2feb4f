"""Scores of the same model on the same benchmark that records here have; none is judged."""

from collections.abc import Iterable, Iterator, Mapping

from loaders.model import Gap, Measurement, Result
from service.common.amounts import measure
from service.common.digits import counted
from service.queries import lists
from service.records import repository
from service.score_claims.citing import SourceNumbers
from service.score_claims.model import KnownScore, TitledThing
from service.store.port import Engine

_BY_DATASET = "a run on data that the benchmark names, which need not be the whole benchmark"


def known_scores(
    engine: Engine,
    gaps: Iterable[Gap],
    benchmark: str,
    systems: Mapping[str, str],
    sources: SourceNumbers,
) -> list[KnownScore]:
    """Return the scores of these systems (id and name): of measured gaps, then of reported runs."""
    return [
        *_of_gaps(gaps, benchmark, systems, sources),
        *_of_runs(engine, benchmark, systems, sources),
    ]


def _of_gaps(
    gaps: Iterable[Gap], benchmark: str, systems: Mapping[str, str], sources: SourceNumbers
) -> Iterator[KnownScore]:
    for gap in gaps:
        own = [s.id for s in gap.systems if s.id in systems]
        if gap.benchmark != benchmark or not own or len(gap.systems) > 1:
            continue
        found = next(m for m in gap.measurements if f"measurement-{m.key}" == gap.evaluation)
        if found.value is not None:
            place = sources.cited(gap.sources)
            named = TitledThing(id=own[0], title=systems[own[0]])
            yield _score(f"gap/{gap.id}", named, found).model_copy(update={"sources": place})


def _of_runs(
    engine: Engine, benchmark: str, systems: Mapping[str, str], sources: SourceNumbers
) -> Iterator[KnownScore]:
    idents = sorted({str(i["id"]) for i in lists.listing(engine, "runs", {"benchmark": benchmark})})
    for stored in repository.current(engine, "result", idents):
        result = stored.record
        if not isinstance(result, Result):
            continue
        own = [s.id for s in result.systems if s.id in systems]
        places = [sources.cite(url) for url in (*result.publications, *result.pages)]
        for found in result.measurements if own else ():
            if found.value is not None:
                named = TitledThing(id=own[0], title=systems[own[0]])
                extra = {"sources": places, "caution": _BY_DATASET}
                yield _score(f"result/{result.id}", named, found).model_copy(update=extra)


def _score(record: str, system: TitledThing, found: Measurement) -> KnownScore:
    return KnownScore(
        record=record,
        system=system,
        metric=found.metric.name,
        words=measure(found.value or 0, found.unit, found.precision),
        n_words=f"n {counted(found.n)}" if found.n else "no n reported",
        study=(found.study.name or found.study.id) if found.study else None,
        about=found.condition.description if found.condition else found.evaluation,
        caution=None,
        sources=[],
    )
