"""Results of the analysis as JSON values and as rows of tables."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import is_dataclass
from typing import Any

from loaders.mapping.iris import BASE
from service.coverage.crosstab import Cell, Needed
from service.coverage.from_graph import Coverage
from service.evidence.figures import Bounds
from service.evidence.relevance import SENTENCE, Evidence, Listed, Pool
from service.evidence.risk import Risk
from service.fit.claims import Claim, Difference, Finding, Fit, Move
from service.fit.request import Answer
from service.ontology.schemes import Scheme

NOTE = (
    "Each verdict is of one assumption, by an assessor or by the named rule over what sources "
    "state. Unknown is not counted as held. A fit clears nothing for use."
)
RULES = f"{BASE}scheme/fit-rule"
_DIGITS = 4
"""To how many digits after the point computed numbers are given; recorded ones are kept."""


def document(value: Any, digits: int | None = None) -> Any:
    """Return a result as JSON values, sets sorted; numbers as they are, or to some digits."""
    if is_dataclass(value):
        return {name: document(getattr(value, name), digits) for name in value.__dataclass_fields__}
    if isinstance(value, Mapping):
        return {key: document(item, digits) for key, item in value.items()}
    if isinstance(value, frozenset):
        return sorted(value)
    if isinstance(value, list | tuple):
        return [document(item, digits) for item in value]
    return round(value, digits) if isinstance(value, float) and digits is not None else value


def finding(found: Finding) -> dict[str, Any]:
    """Return a finding with all sources that it rests on."""
    return {**document(found), "sources": document(found.sources)}


def fit(found: Fit) -> dict[str, Any]:
    """Return how one benchmark fits."""
    return {
        "rank": found.rank,
        "benchmark": found.benchmark,
        "title": found.title,
        "counts": document(found.counts),
        "findings": [finding(f) for f in found.findings],
    }


def fit_rows(fits: Sequence[Fit]) -> list[dict[str, Any]]:
    """Return a row per benchmark and dimension."""
    return [
        {"rank": found.rank, "benchmark": found.benchmark, "title": found.title, **_row(f)}
        for found in fits
        for f in found.findings
    ]


def _row(found: Finding) -> dict[str, Any]:
    return {
        "dimension": found.dimension,
        "verdict": found.verdict,
        "how": found.how,
        "rule": found.rule,
        "assumed": sorted(found.assumed),
        "assumed_basis": _bases(found.claims),
        "deployed": sorted(found.deployed),
        "deployed_basis": _bases(found.characteristics),
        "derived_verdict": found.derived.verdict,
        "derived_rule": found.derived.rule,
        "assessors": "; ".join(sorted({j.author for j in found.judgements if j.author})),
        "sources": list(dict.fromkeys(s.url for s in found.sources)),
    }


def _bases(claims: Iterable[Claim]) -> list[str]:
    """Return how the values that count were come by: stated, derived (by a rule), supposed."""
    return sorted({c.basis for claim in claims for c in claim.coded if c.basis != "hinted"})


def move(found: Move) -> dict[str, Any]:
    """Return what moved for one benchmark."""
    verdicts = [
        {"dimension": name, "before": before, "after": after}
        for name, (before, after) in found.verdicts.items()
    ]
    before, after = found.ranks
    return {
        "benchmark": found.benchmark,
        "title": found.title,
        "verdicts": verdicts,
        "rank_before": before,
        "rank_after": after,
    }


def move_rows(moves: Sequence[Move]) -> list[dict[str, Any]]:
    """Return a row per benchmark and verdict that moved; one without where only a rank did."""
    return [
        {
            "benchmark": m.benchmark,
            "title": m.title,
            "dimension": name,
            "before": before,
            "after": after,
            "rank_before": m.ranks[0],
            "rank_after": m.ranks[1],
        }
        for m in moves
        for name, (before, after) in m.verdicts.items() or [(None, (None, None))]
    ]


def difference(found: Difference) -> dict[str, Any]:
    """Return one dimension of two benchmarks side by side."""
    return {
        "dimension": found.dimension,
        "differs": found.differs,
        "first": finding(found.first),
        "second": finding(found.second),
    }


def difference_rows(found: Sequence[Difference]) -> list[dict[str, Any]]:
    """Return a row per dimension with the findings of both benchmarks."""
    return [
        {
            "dimension": d.dimension,
            "differs": d.differs,
            **{f"first_{k}": v for k, v in _row(d.first).items() if k != "dimension"},
            **{f"second_{k}": v for k, v in _row(d.second).items() if k != "dimension"},
        }
        for d in found
    ]


def answered(found: Answer) -> dict[str, Any]:
    """Return the fit of one deployment, the benchmarks of which nothing can be told apart."""
    ranked = [f for f in found.fits if f.rank is not None]
    start, end = found.asked.offset, found.asked.offset + found.asked.limit
    silent = [f for f in found.fits if f.rank is None]
    return {
        "deployment": {
            "id": found.place.id,
            "title": found.place.title,
            "domains": sorted(found.place.domains),
        },
        "relevant": list(found.asked.relevant),
        "domain": found.asked.domain,
        "note": NOTE,
        "rules": RULES,
        "order": "violated, then unknown or disputed, then held; over the relevant dimensions",
        "total": len(ranked),
        "offset": start,
        "benchmarks": [fit(f) for f in ranked[start:end]],
        "nothing_told": [{"benchmark": f.benchmark, "title": f.title} for f in silent],
        "what_if": None if found.moves is None else [move(m) for m in found.moves],
        "compared": None if found.compared is None else [difference(d) for d in found.compared],
    }


def answer_rows(found: Answer) -> list[dict[str, Any]]:
    """Return the rows of what was asked for: a comparison, else moves, else the fit."""
    if found.compared is not None:
        return difference_rows(found.compared)
    return fit_rows(found.fits) if found.moves is None else move_rows(found.moves)


def evidence(assumption: Finding, found: Evidence) -> dict[str, Any]:
    """Return what was measured elsewhere for one assumption that is not known to hold."""
    return {
        "dimension": found.dimension,
        "assumption": finding(assumption),
        "studies": list(found.studies),
        "verification": dict(found.verification),
        **{name: [listed(i) for i in getattr(found, name)] for name in EVIDENCE_LISTS},
        "pools": [pool(p) for p in found.pools],
        "sentence": found.sentence,
    }


EVIDENCE_LISTS = ("same_domain", "elsewhere", "confounded")


def listed(item: Listed) -> dict[str, Any]:
    """Return a figure with its standard error, or why it has none, and why it is not pooled."""
    return {
        "@id": f"{BASE}id/gap/{item.figure.gap}",
        **document(item.figure),
        "standard_error": document(item.error.value, _DIGITS),
        "standard_error_method": item.error.method if item.error.value else None,
        "no_standard_error_because": None if item.error.value else item.error.method,
        "not_summed_up_because": item.left_out,
        "measured_here": item.here,
    }


def pool(found: Pool) -> dict[str, Any]:
    """Return the studies of a pool and their summary, or why there is none."""
    return {**document(found, _DIGITS), "k": found.k, "no_summary_because": found.why_none}


def evidence_rows(found: Sequence[Evidence]) -> list[dict[str, Any]]:
    """Return a row per figure, with the list it stands in."""
    return [
        {
            "dimension": e.dimension,
            "list": name,
            **{k: v for k, v in listed(item).items() if k in _FIGURE},
            "n_before": item.figure.before.n,
            "n_after": item.figure.after.n,
            "intervals": "; ".join(map(interval, item.figure.intervals)),
        }
        for e in found
        for name in EVIDENCE_LISTS
        for item in getattr(e, name)
    ]


def interval(found: Bounds) -> str:
    """Return an interval in words, with its level, its method and what was resampled."""
    over = f", over {found.unit}" if found.unit else ""
    ends = f"{found.lower:g} to {found.upper:g}"
    return f"{ends} ({100 * found.level:g} %, {found.method}{over})"


_FIGURE = (
    "gap", "role", "value", "unit", "kind", "verification", "status", "studies", "standard_error",
    "standard_error_method", "no_standard_error_because", "not_summed_up_because",
    "measured_here", "not_given", "sources",
)  # fmt: skip
EVIDENCE_COLUMNS = ("dimension", "list", *_FIGURE, "n_before", "n_after", "intervals")


def risk(found: Risk) -> dict[str, Any]:
    """Return the evidence for every assumption of a benchmark that may not hold."""
    return {
        "deployment": found.title,
        "benchmark": found.fit.benchmark,
        "title": found.fit.title,
        "counts": document(found.fit.counts),
        "note": SENTENCE,
        "assumptions": [evidence(f, e) for f, e in found.evidence],
    }


def coverage(found: Coverage) -> dict[str, Any]:
    """Return a cross-tab, and the deployments that no benchmark matches."""
    return {
        "dimensions": [axis.dimension for axis in found.axes],
        "domain": found.domain,
        "benchmarks": found.benchmarks,
        "deployments": found.deployments,
        "cells": [cell(found.axes, c) for c in found.cells],
        "unmatched": [needed(n) for n in found.unmatched],
    }


def cell(axes: Sequence[Scheme], found: Cell) -> dict[str, Any]:
    """Return one combination of a cross-tab."""
    return {
        "combination": dict(zip((axis.dimension for axis in axes), found.combination, strict=True)),
        "benchmarks": list(found.benchmarks),
        "derived_benchmarks": list(found.derived),
        "deployments": list(found.deployments),
        "silent_benchmarks": len(found.silent),
        "empty": found.empty,
    }


def cell_rows(axes: Sequence[Scheme], cells: Sequence[Cell]) -> list[dict[str, Any]]:
    """Return a row per combination, with counts."""
    return [
        {
            **dict(zip((axis.dimension for axis in axes), c.combination, strict=True)),
            "benchmarks": len(c.benchmarks),
            "derived_benchmarks": len(c.derived),
            "deployments": len(c.deployments),
            "silent_benchmarks": len(c.silent),
            "empty": c.empty,
        }
        for c in cells
    ]


def needed(found: Needed) -> dict[str, Any]:
    """Return a deployment that no benchmark matches, with what to say about it."""
    return {"@id": f"{BASE}id/deployment/{found.deployment}", **document(found)}
