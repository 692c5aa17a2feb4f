"""Which combinations of conditions benchmarks cover, where deployments live, what is empty.

A subject lies in a combination if, on every axis, one of its values is the axis value or
narrower. Three kinds of empty are distinguished, because each asks for something else: a
benchmark, an answer on a card, or nothing.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

from service.fit.claims import IN_USE, RETIRED, BenchmarkClaims, DeploymentClaims
from service.fit.parts import POPULATION, ComparedClaim, findings, spoken_of
from service.ontology.schemes import HOLDS, Scheme

NO_BENCHMARK, NOT_STATED, NEVER_USED = "no-benchmark", "not-stated", "value-never-used"


@dataclass(frozen=True)
class CrosstabCell:
    """One combination: who lies in it, and if no benchmark does, which kind of empty it is.

    `derived` are those of the benchmarks that a source alone does not place there: on some axis
    only a value that a rule derived does. `in_use` are those of the deployments whose stage is in
    use: what is planned, tried, retired or of no stated stage is described and not counted there.
    `unanswered` are benchmarks that lie in it by what they state and leave the rest unstated.
    """

    combination: tuple[str, ...]
    benchmarks: tuple[str, ...]
    derived: tuple[str, ...]
    deployments: tuple[str, ...]
    in_use: tuple[str, ...] = ()
    unanswered: tuple[str, ...] = ()
    empty: str | None = None


@dataclass(frozen=True)
class UnmatchedDeployment:
    """A deployment that no benchmark matches on the axes, and a sentence that asks for one.

    `unstated` are axes on which the deployment states nothing; they ask for nothing.
    """

    deployment: str
    title: str
    values: Mapping[str, tuple[str, ...]]
    unstated: tuple[str, ...]
    text: str
    stage: str


Subject = BenchmarkClaims | DeploymentClaims


def crosstab(
    axes: Sequence[Scheme],
    benchmarks: Sequence[BenchmarkClaims],
    deployments: Sequence[DeploymentClaims],
    everyone: Sequence[Subject] = (),
) -> list[CrosstabCell]:
    """Return every combination of the values of the axes, in the order of their schemes.

    `everyone` are further subjects by which a value counts as used: those outside a filter.
    """
    used = [_used(axis, [*benchmarks, *deployments, *everyone]) for axis in axes]
    placed = (
        _placed(axes, benchmarks),
        _placed(axes, benchmarks, derived=False),
        _placed(axes, deployments),
    )
    running = frozenset(d.id for d in deployments if d.stage == IN_USE)
    return [
        _cell(axes, combination, used, placed, running)
        for combination in product(*map(_values, axes, used))
    ]


def _values(axis: Scheme, used: frozenset[str]) -> list[str]:
    """Return the values of an axis; an old one only where somebody still has it."""
    return [code for code in axis.values if code in used or not axis.is_old(code)]


_Placed = Mapping[tuple[frozenset[str], ...], Sequence[str]]
"""Who lies where: on every axis all values that a subject lies in, broader ones too."""


def _placed(
    axes: Sequence[Scheme], subjects: Iterable[Subject], *, derived: bool = True
) -> _Placed:
    on = stated if derived else _sourced
    groups: defaultdict[tuple[frozenset[str], ...], list[str]] = defaultdict(list)
    for subject in subjects:
        groups[tuple(on(axis, subject) for axis in axes)].append(subject.id or "")
    found: defaultdict[tuple[frozenset[str], ...], list[str]] = defaultdict(list)
    for values, names in groups.items():
        found[tuple(a.lies_in(v) for a, v in zip(axes, values, strict=True))] += names
    return found


def stated(axis: Scheme, subject: Subject) -> frozenset[str]:
    """Return the values that any record of the subject states or derives on the axis."""
    return frozenset(v for said in subject.said.get(axis.dimension, ()) for v in said.values)


def _sourced(axis: Scheme, subject: Subject) -> frozenset[str]:
    """Return the values that sources state on the axis, without those that a rule derived."""
    claims = subject.claimed.get(axis.dimension, ())
    sourced = (claim for claim in claims if not claim.claimed)
    return frozenset(c.code for claim in sourced for c in claim.coded if c.basis == "stated")


def _used(axis: Scheme, subjects: Iterable[Subject]) -> frozenset[str]:
    return axis.lies_in(v for subject in subjects for v in stated(axis, subject))


def _cell(
    axes: Sequence[Scheme],
    combination: tuple[str, ...],
    used: Sequence[frozenset[str]],
    placed: tuple[_Placed, _Placed, _Placed],
    running: frozenset[str | None],
) -> CrosstabCell:
    """Return a cell of benchmarks, those that a source places, and deployments."""
    benchmarks, sourced, deployments = placed
    inside = _names(benchmarks, lambda values: _inside(combination, values))
    homes = _names(deployments, lambda values: _inside(combination, values))
    unanswered = _names(benchmarks, lambda values: _may_be_inside(axes, combination, values))
    by_source = set(_names(sourced, lambda values: _inside(combination, values)))
    derived = tuple(name for name in inside if name not in by_source)
    return CrosstabCell(
        combination,
        inside,
        derived,
        homes,
        tuple(name for name in homes if name in running),
        unanswered,
        _empty(combination, used, inside, unanswered),
    )


def _empty(
    combination: Sequence[str],
    used: Sequence[frozenset[str]],
    inside: Sequence[str],
    unanswered: Sequence[str],
) -> str | None:
    if inside:
        return None
    if not _inside(combination, used):
        return NEVER_USED
    return NOT_STATED if unanswered else NO_BENCHMARK


def _names(placed: _Placed, lies_in: Callable[[Sequence[frozenset[str]]], bool]) -> tuple[str, ...]:
    return tuple(sorted(n for values, names in placed.items() if lies_in(values) for n in names))


def _inside(combination: Sequence[str], values: Sequence[frozenset[str]]) -> bool:
    return all(value in there for value, there in zip(combination, values, strict=True))


def _may_be_inside(
    axes: Sequence[Scheme], combination: Sequence[str], values: Sequence[frozenset[str]]
) -> bool:
    """Return whether a subject lies there by what it states, and leaves something unstated.

    On an axis with several parts it is the part of the value that is stated or not.
    """
    known = [
        (value, there)
        for axis, value, there in zip(axes, combination, values, strict=True)
        if any(_same_part(axis, value, own) for own in there)
    ]
    return 0 < len(known) < len(combination) and all(v in there for v, there in known)


def _same_part(axis: Scheme, one: str, other: str) -> bool:
    parts = axis.divided()
    return any(spoken_of(axis, p, one) and spoken_of(axis, p, other) for p in parts)


def unmatched(
    axes: Sequence[Scheme],
    benchmarks: Sequence[BenchmarkClaims],
    deployments: Sequence[DeploymentClaims],
) -> list[UnmatchedDeployment]:
    """Return the deployments for which, on what they state, no benchmark holds on every axis.

    A deployment that is retired, or states nothing on any axis, asks for nothing and is left out.
    """
    kept = [d for d in deployments if d.stage != RETIRED]
    asking = [d for d in kept if any(stated(a, d) for a in axes)]
    said = {tuple(b.said.get(a.dimension, frozenset()) for a in axes) for b in benchmarks}
    return [_needed(axes, d) for d in asking if not _is_matched(axes, said, d)]


_Said = frozenset[ComparedClaim]


def _is_matched(
    axes: Sequence[Scheme], said: Collection[tuple[_Said, ...]], deployment: DeploymentClaims
) -> bool:
    """Return whether of one benchmark all holds on every axis on which the deployment says a value.

    Many benchmarks say the same on an axis, so each saying is compared once.
    """
    holding = [
        {one for one in {each[place] for each in said} if _holds(axis, one, deployment)}
        if stated(axis, deployment)
        else None
        for place, axis in enumerate(axes)
    ]
    return any(
        all(held is None or one in held for one, held in zip(each, holding, strict=True))
        for each in said
    )


def _holds(axis: Scheme, said: _Said, deployment: DeploymentClaims) -> bool:
    """Return whether every part holds of which the deployment states something."""
    parts = findings(axis, said, deployment.said[axis.dimension])
    compared = (p for p in parts if p.deployed and p.verdict is not None and p.part != POPULATION)
    return all(p.verdict == HOLDS or p.rule in _MET for p in compared)


_MET = {
    "deployment-partly-answered", "assumption-partly-answered", "nothing-to-compare",
    "one-value-of-several", "some-match",
}  # fmt: skip
"""Rules whose verdict asks for no benchmark: one has the value, if not for all of its items."""


def _needed(axes: Sequence[Scheme], deployment: DeploymentClaims) -> UnmatchedDeployment:
    found = {a.dimension: tuple(sorted(stated(a, deployment))) for a in axes}
    values = {name: given for name, given in found.items() if given}
    wishes = [_wish(axis, values[axis.dimension]) for axis in axes if axis.dimension in values]
    text = f"A benchmark is needed that has {'; '.join(wishes)} (as in: {deployment.title})."
    unstated = tuple(name for name, given in found.items() if not given)
    return UnmatchedDeployment(
        deployment.id or "", deployment.title, values, unstated, text, deployment.stage
    )


def _wish(axis: Scheme, values: Sequence[str]) -> str:
    labels = [f"“{axis.values[v].label or v}”" if v in axis.values else f"“{v}”" for v in values]
    return f"{axis.label.lower() or axis.dimension} {' and '.join(labels)}"
