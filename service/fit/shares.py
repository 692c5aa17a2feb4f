"""How often which verdict comes of a fit, over every pair of a benchmark and a deployment.

A dimension on which nearly all known verdicts are one and the same decides nothing between
benchmarks; the codes behind it say whether that is a finding or a fault of the values.
"""

from collections import Counter
from collections.abc import Iterable
from typing import Any

from loaders.model import CORE_DIMENSIONS
from service.fit import from_graph
from service.fit.claims import Finding
from service.fit.parts import ROLL_UP
from service.fit.rules import fit
from service.ontology import scheme_queries
from service.ontology.schemes import NOT_APPLICABLE, UNKNOWN
from service.queries.corpus_report import Rows, grid
from service.store.port import Engine

MUCH = 0.85
"""The share of the known verdicts above which the codes behind one of them are named."""
_NAMED = 5


def findings(engine: Engine) -> list[Finding]:
    """Return the findings of every benchmark for every deployment on the core dimensions."""
    schemes = scheme_queries.schemes(engine)
    return [
        finding
        for place in from_graph.deployments(engine)
        for found in fit(schemes, from_graph.benchmarks(engine, place.id), place, CORE_DIMENSIONS)
        for finding in found.findings
    ]


def as_text(engine: Engine) -> str:
    """Return the counts by dimension and the codes behind what is much, as Markdown tables."""
    every = findings(engine)
    counted = {name: _counts(f for f in every if f.dimension == name) for name in CORE_DIMENSIONS}
    behind = [row for name, counts in counted.items() for row in _behind(name, counts, every)]
    shares = [_row(name, counts) for name, counts in counted.items()]
    return (
        f"Verdicts by dimension, over all pairs\n\n{grid(shares)}\n\n"
        f"The codes behind a verdict that more than {MUCH:.0%} of the known ones are\n\n"
        f"{grid(behind)}"
    )


def _counts(found: Iterable[Finding]) -> Counter[str]:
    return Counter(f.verdict for f in found)


def _known(counts: Counter[str]) -> int:
    return counts.total() - counts[UNKNOWN] - counts[NOT_APPLICABLE]


def _row(dimension: str, counts: Counter[str]) -> dict[str, Any]:
    found = {verdict: counts[verdict] for verdict in (*ROLL_UP, NOT_APPLICABLE)}
    most, share = _most(counts)
    return {
        "dimension": dimension, "pairs": counts.total(), **found,
        "unknown share": _percent(counts[UNKNOWN], counts.total()),
        "most of the known": f"{most} {share}" if most else "",
    }  # fmt: skip


def _most(counts: Counter[str]) -> tuple[str, str]:
    """Return the most frequent known verdict and its share of the known ones."""
    known = {v: n for v, n in counts.items() if v not in {UNKNOWN, NOT_APPLICABLE}}
    if not known:
        return "", ""
    most = max(known, key=lambda v: (known[v], v))
    return most, _percent(known[most], _known(counts))


def _percent(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f} %" if whole else "0.0 %"


def _behind(dimension: str, counts: Counter[str], every: Iterable[Finding]) -> Rows:
    """Return the codes that most often lead to a verdict that is much of the known ones."""
    verdict, share = _most(counts)
    if not verdict or counts[verdict] <= MUCH * _known(counts):
        return []
    pairs = Counter(
        (part.part or "", _words(part.assumed), _words(part.deployed))
        for f in every
        if (f.dimension, f.verdict) == (dimension, verdict)
        for part in f.parts
        if part.verdict == verdict
    )
    most = sorted(pairs.items(), key=lambda item: (-item[1], item[0]))
    return [
        {"dimension": dimension, "verdict": f"{verdict} {share}", "part": part,
         "assumed": assumed, "deployed": deployed, "pairs": n}
        for (part, assumed, deployed), n in most[:_NAMED]
    ]  # fmt: skip


def _words(codes: Iterable[str]) -> str:
    return " ".join(sorted(codes))
