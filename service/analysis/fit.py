"""Does a benchmark fit a deployment? Dimension by dimension, from what sources state.

Nothing here says that a use is safe, and no number stands for a benchmark: a fit is a list of
findings, each with its rule and sources, and benchmarks are ordered by how many of the relevant
assumptions are violated, then by how many are not settled, then by how many hold.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from service.analysis.claims import Candidate, Claim, Counts, Finding, Fit, Judgement, Place
from service.analysis.schemes import (
    DISPUTED,
    HOLDS,
    NOT_APPLICABLE,
    PARTIALLY,
    UNKNOWN,
    VIOLATED,
    Reading,
    Scheme,
    compare,
)


def find(scheme: Scheme, candidate: Candidate, place: Place) -> Finding:
    """Return whether the assumption of a benchmark on the scheme's dimension holds."""
    dimension = scheme.dimension
    claims = _of(dimension, candidate.claims)
    there = _of(dimension, place.claims)
    judged = tuple(
        sorted((j for j in candidate.judgements if j.dimension == dimension), key=_by_record)
    )
    derived = derive(scheme, claims, there)
    verdict, how, rule = _settled(judged, derived)
    return Finding(
        dimension, verdict, how, rule, _values(claims), _values(there), derived,
        claims, there, judged, _of(dimension, candidate.beside),
    )  # fmt: skip


def _of(dimension: str, claims: Iterable[Claim]) -> tuple[Claim, ...]:
    """Return the claims on a dimension in an order that does not depend on how they came."""
    return tuple(sorted((c for c in claims if c.dimension == dimension), key=_by_record))


def _by_record(item: Claim | Judgement) -> str:
    return repr(item)


def _values(claims: Iterable[Claim]) -> frozenset[str]:
    return frozenset(v for claim in claims for v in claim.values())


def _settled(judged: Sequence[Judgement], derived: Reading) -> tuple[str, str, str]:
    """Return (verdict, how, rule): a judgement stands before a rule, two that differ dispute."""
    verdicts = {j.verdict for j in judged}
    if not verdicts:
        return derived.verdict, "derived", derived.rule
    if len(verdicts) > 1:
        return DISPUTED, "asserted", "sources-disagree"
    return verdicts.pop(), "asserted", "assessed"


def derive(scheme: Scheme, claims: Sequence[Claim], there: Sequence[Claim]) -> Reading:
    """Return what the rules give for what cards claim against what profiles state.

    Every card that speaks is set against every profile that speaks; if they lead to different
    verdicts, the assumption is disputed.
    """
    speaking = [c for c in claims if c.speaks()]
    described = [c for c in there if c.speaks()]
    if not speaking:
        return Reading(UNKNOWN, "assumption-not-stated")
    if not described:
        return Reading(UNKNOWN, "deployment-not-stated")
    readings = [_against(scheme, c, d) for c in speaking for d in described]
    if len({r.verdict for r in readings}) > 1:
        return Reading(DISPUTED, "sources-disagree")
    return min(readings, key=lambda r: r.rule)


def _against(scheme: Scheme, claim: Claim, there: Claim) -> Reading:
    if NOT_APPLICABLE in {claim.status, there.status}:
        return Reading(NOT_APPLICABLE, "stated-not-applicable")
    reading = compare(scheme, claim.values(), there.values())
    if reading.verdict == HOLDS and there.status == "partly-answered":
        return Reading(PARTIALLY, "deployment-partly-answered")
    return reading


def fit(
    schemes: Mapping[str, Scheme],
    candidates: Iterable[Candidate],
    place: Place,
    relevant: Sequence[str],
) -> list[Fit]:
    """Return how each benchmark fits, ordered; those of which nothing can be told stand last.

    `relevant` are the dimensions that count, each a key of `schemes`.
    """
    found = [_fit(schemes, candidate, place, relevant) for candidate in candidates]
    return ranked(found)


def _fit(
    schemes: Mapping[str, Scheme], candidate: Candidate, place: Place, relevant: Sequence[str]
) -> Fit:
    findings = tuple(find(schemes[name], candidate, place) for name in relevant)
    return Fit(candidate.id, candidate.title, findings, counts(f.verdict for f in findings))


def counts(verdicts: Iterable[str]) -> Counts:
    """Return how many verdicts there are of each kind."""
    given = list(verdicts)
    return Counts(
        violated=given.count(VIOLATED),
        unknown=given.count(UNKNOWN),
        disputed=given.count(DISPUTED),
        partially_holds=given.count(PARTIALLY),
        holds=given.count(HOLDS),
        not_applicable=given.count(NOT_APPLICABLE),
    )


def ranked(fits: Sequence[Fit]) -> list[Fit]:
    """Return the fits in order, with equal ranks for equal counts.

    A benchmark of which every relevant assumption is unknown has no rank: there is nothing to
    order it by, and it would else stand before every benchmark that says what it assumes.
    """
    known = sorted(
        (f for f in fits if not _silent(f)), key=lambda f: (f.counts.order(), f.benchmark)
    )
    silent = sorted((f for f in fits if _silent(f)), key=lambda f: f.benchmark)
    place = {f.counts.order(): i for i, f in reversed([*enumerate(known, start=1)])}
    return [
        *(replace(f, rank=place[f.counts.order()]) for f in known),
        *(replace(f, rank=None) for f in silent),
    ]


def _silent(fit: Fit) -> bool:
    return fit.counts.unknown == len(fit.findings)
