"""From the graph to the plain values of a fit: schemes, benchmarks, deployments, judgements."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace

from rdflib import Literal, URIRef

from loaders.mapping.iris import BASE, EGAP, last_segment, path_below
from service.common.doors import either
from service.common.problems import NotFound, OnPage
from service.fit.claims import (
    OWN,
    BenchmarkClaims,
    Claim,
    ClaimSource,
    CodedValue,
    DeploymentClaims,
    Judgement,
)
from service.ontology.old_codes import to_recode
from service.ontology.scheme_queries import tail, true
from service.ontology.schemes import NOT_APPLICABLE
from service.queries import internal
from service.queries.cache import cached_per_state
from service.records.repository import check
from service.store.port import Engine, Row

_LOWER = (EGAP.describesDataset, EGAP.describesImplementation)


def deployment(engine: Engine, ident: str) -> DeploymentClaims:
    """Return a deployment as all its current profiles state it. Raises `NotFound`."""
    check("deployment", ident)
    for found in (*deployments(engine), *own_deployments(engine)):
        if found.id == ident:
            return found
    raise NotFound(
        f"There is no deployment {ident!r} here. "
        f"See {either('list deployments', '/api/v1/deployments')}.",
        on_page=OnPage(f"There is no deployment {ident!r} here."),
        kind="deployment",
        id=ident,
    )


def deployments(engine: Engine) -> tuple[DeploymentClaims, ...]:
    """Return every deployment, but for those that only a user of their own describes."""
    return _deployments(engine)[0]


def own_deployments(engine: Engine) -> tuple[DeploymentClaims, ...]:
    """Return the deployments that users described for themselves, which are in no list or count."""
    return _deployments(engine)[1]


@cached_per_state
def _deployments(
    engine: Engine,
) -> tuple[tuple[DeploymentClaims, ...], tuple[DeploymentClaims, ...]]:
    """Return what is counted and what only users describe, asked for once."""
    claims = internal.rows(engine, "claims", describes=EGAP.describesDeployment)
    names = internal.rows(engine, "titles", describes=EGAP.describesDeployment)
    listed = _described(claims, names, own=False)
    counted = {found.id for found in listed}
    return listed, tuple(d for d in _described(claims, names, own=True) if d.id not in counted)


def _described(
    claims: Iterable[Row], names: Iterable[Row], *, own: bool
) -> tuple[DeploymentClaims, ...]:
    by_iri = _claims(claims, own=own)
    return tuple(
        DeploymentClaims(last_segment(iri), title, domains, tuple(by_iri.get(iri, ())), stages, own)
        for iri, (title, domains, stages) in sorted(_names(names, own=own).items())
    )


def _is_own(row: Row) -> bool:
    return tail(row, "origin") == OWN


def benchmarks(engine: Engine, reviewed_for: str | None = None) -> list[BenchmarkClaims]:
    """Return every benchmark with the claims of its current cards.

    `reviewed_for` is the id of a deployment: its reviews give the judgements.
    """
    judged = judgements(engine, reviewed_for) if reviewed_for else {}
    return [
        replace(known, judgements=tuple(judged[iri])) if iri in judged else known
        for iri, known in _benchmarks(engine).items()
    ]


@cached_per_state
def _benchmarks(engine: Engine) -> Mapping[str, BenchmarkClaims]:
    """Return every benchmark, without judgements, by its IRI."""
    claims = _claims(internal.rows(engine, "claims", describes=EGAP.describesBenchmark))
    names = _names(internal.rows(engine, "titles", describes=EGAP.describesBenchmark))
    lower = _lower_level_claims(engine)
    return {
        iri: BenchmarkClaims(
            last_segment(iri),
            title,
            domains,
            claims=tuple(claims.get(iri, ())),
            lower_level_claims=tuple(lower.get(iri, ())),
        )
        for iri, (title, domains, _) in sorted(names.items())
    }


def _names(
    rows: Iterable[Row], *, own: bool = False
) -> dict[str, tuple[str, frozenset[str], frozenset[str]]]:
    """Return the first title in order, all domains and all stages of what records describe."""
    titles: dict[str, set[str]] = defaultdict(set)
    domains: dict[str, set[str]] = defaultdict(set)
    stages: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        if _is_own(row) != own:
            continue
        about = str(row["about"])
        titles[about].add(str(row["title"]))
        domains[about] |= {d for d in [tail(row, "domain")] if d}
        stages[about] |= {s for s in [tail(row, "stage")] if s}
    return {
        iri: (min(found), frozenset(domains[iri]), frozenset(stages[iri]))
        for iri, found in titles.items()
    }


def _claims(stated: Iterable[Row], *, own: bool = False) -> dict[str, list[Claim]]:
    """Return the claims of current records by the IRI of what they are about.

    Of the records that users wrote of a use of their own if `own`, else of the others.
    """
    found: dict[str, list[Claim]] = defaultdict(list)
    for statement in _by_part(row for row in stated if _is_own(row) == own):
        found[str(statement[0]["about"])].append(_claim(statement))
    return found


def _by_part(rows: Iterable[Row]) -> Iterable[list[Row]]:
    """Return the rows of each statement together: one a value and source."""
    parts: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        parts[str(row["part"])].append(row)
    return parts.values()


def _claim(rows: list[Row]) -> Claim:
    first = rows[0]
    return Claim(
        dimension=tail(first, "dimension") or "",
        coded=tuple(sorted({_coded(r) for r in rows if "code" in r}, key=repr)),
        status=tail(first, "status") or "",
        answer=_text(first, "answer"),
        author=_text(first, "author"),
        record=path_below(first["record"]),
        sources=_sources(rows),
        population=frozenset(p for r in rows if (p := tail(r, "population"))),
        claimed=_claimed(rows),
    )


def _claimed(rows: list[Row]) -> bool:
    """Return whether a statement answers without a source, as `Statement.claimed` does."""
    first, bases = rows[0], {tail(r, "basis") for r in rows}
    words = "answer" in first
    read = not words and any(true(r, "read") for r in rows)
    answers = words or tail(first, "status") == NOT_APPLICABLE or bases & {"stated", "derived"}
    return bool(answers) and "url" not in first and not read


def _coded(row: Row) -> CodedValue:
    code = tail(row, "code") or ""
    return CodedValue(
        code,
        tail(row, "basis") or "",
        _text(row, "rule"),
        _number(row, "share"),
        to_recode(tail(row, "dimension") or "", code),
        true(row, "everyKind"),
    )


def _sources(rows: Iterable[Row]) -> tuple[ClaimSource, ...]:
    found = {ClaimSource(str(r["url"]), _text(r, "locator")) for r in rows if "url" in r}
    return tuple(sorted(found, key=str))


def judgements(engine: Engine, deployment: str) -> dict[str, list[Judgement]]:
    """Return what assessors say for a deployment, by the IRI of the benchmark."""
    found: dict[str, list[Judgement]] = defaultdict(list)
    iri = URIRef(f"{BASE}id/deployment/{deployment}")
    for rows in _by_part(internal.rows(engine, "judgements", deployment=iri)):
        first = rows[0]
        judgement = Judgement(
            tail(first, "dimension") or "",
            tail(first, "verdict") or "",
            _text(first, "author"),
            path_below(first["record"]),
            path_below(first["card"]),
            _text(first, "rationale"),
            _number(first, "share"),
            _sources(rows),
        )
        found[str(first["about"])].append(judgement)
    return found


def _lower_level_claims(engine: Engine) -> Mapping[str, list[Claim]]:
    """Return what matched datasets and implementations claim, by the IRI of the benchmark."""
    matched = internal.rows(engine, "confirmed-matches")
    if not matched:
        return {}
    lower = [_claims(internal.rows(engine, "claims", describes=about)) for about in _LOWER]
    found: dict[str, list[Claim]] = defaultdict(list)
    for row in matched:
        for claims in lower:
            found[str(row["target"])] += claims.get(str(row["subject"]), [])
    return found


def _text(row: Row, name: str) -> str | None:
    return str(row[name]) if name in row else None


def _number(row: Row, name: str) -> float | None:
    term = row.get(name)
    try:
        return float(term) if isinstance(term, Literal) else None
    except ValueError:  # no number: it came in without the gate
        return None
