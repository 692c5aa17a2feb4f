"""Which combinations of conditions benchmarks cover, where deployments live, what is empty.

A subject lies in a combination if, on every axis, one of its values is the axis value or
narrower. Three kinds of empty are told apart, because each asks for something else: a
benchmark, an answer on a card, or nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product

from service.analysis.claims import Candidate, Claim, Place
from service.analysis.fit import derive
from service.analysis.schemes import HOLDS, Scheme

NO_BENCHMARK, NOT_STATED, NEVER_USED = "no-benchmark", "not-stated", "value-never-used"


@dataclass(frozen=True)
class Cell:
    """One combination: who lies in it, and if no benchmark does, which kind of empty it is.

    `silent` are benchmarks that lie in it by what they state and leave the rest unstated.
    """

    combination: tuple[str, ...]
    benchmarks: tuple[str, ...]
    deployments: tuple[str, ...]
    silent: tuple[str, ...] = ()
    empty: str | None = None


@dataclass(frozen=True)
class Needed:
    """A deployment that no benchmark matches on the axes, and a sentence that asks for one.

    `unstated` are axes on which the deployment states nothing; they ask for nothing.
    """

    deployment: str
    title: str
    values: Mapping[str, tuple[str, ...]]
    unstated: tuple[str, ...]
    text: str


Subject = Candidate | Place


def crosstab(
    axes: Sequence[Scheme],
    benchmarks: Sequence[Candidate],
    deployments: Sequence[Place],
    everyone: Sequence[Subject] = (),
) -> list[Cell]:
    """Return every combination of the values of the axes, in the order of their schemes.

    `everyone` are further subjects by which a value counts as used: those outside a filter.
    """
    used = [_used(axis, [*benchmarks, *deployments, *everyone]) for axis in axes]
    known = [_placed(axes, subject) for subject in benchmarks]
    homes = [_placed(axes, subject) for subject in deployments]
    return [
        _cell(combination, used, known, homes)
        for combination in product(*(axis.values for axis in axes))
    ]


_Placed = tuple[str, tuple[frozenset[str], ...]]


def _placed(axes: Sequence[Scheme], subject: Subject) -> _Placed:
    """Return a subject with all the axis values it lies in, broader ones too."""
    return subject.id or "", tuple(_lies_in(axis, subject) for axis in axes)


def _lies_in(axis: Scheme, subject: Subject) -> frozenset[str]:
    own = stated(axis, subject)
    return frozenset(v for v in axis.values if any(axis.within(o, v) for o in own))


def stated(axis: Scheme, subject: Subject) -> frozenset[str]:
    """Return the values that any record of the subject states or derives on the axis."""
    return frozenset(v for c in subject.claims if c.dimension == axis.dimension for v in c.values())


def _used(axis: Scheme, subjects: Sequence[Subject]) -> frozenset[str]:
    return frozenset(v for subject in subjects for v in _lies_in(axis, subject))


def _cell(
    combination: tuple[str, ...],
    used: Sequence[frozenset[str]],
    benchmarks: Sequence[_Placed],
    deployments: Sequence[_Placed],
) -> Cell:
    inside = tuple(name for name, places in benchmarks if _inside(combination, places))
    homes = tuple(name for name, places in deployments if _inside(combination, places))
    silent = tuple(name for name, places in benchmarks if _may_be_inside(combination, places))
    if inside:
        return Cell(combination, inside, homes, silent)
    if not all(value in there for value, there in zip(combination, used, strict=True)):
        return Cell(combination, inside, homes, silent, NEVER_USED)
    return Cell(combination, inside, homes, silent, NOT_STATED if silent else NO_BENCHMARK)


def _inside(combination: Sequence[str], places: Sequence[frozenset[str]]) -> bool:
    return all(value in there for value, there in zip(combination, places, strict=True))


def _may_be_inside(combination: Sequence[str], places: Sequence[frozenset[str]]) -> bool:
    """Return whether a subject lies there by what it states, and leaves something unstated."""
    told = [(v, there) for v, there in zip(combination, places, strict=True) if there]
    return 0 < len(told) < len(combination) and all(v in there for v, there in told)


def unmatched(
    axes: Sequence[Scheme], benchmarks: Sequence[Candidate], deployments: Sequence[Place]
) -> list[Needed]:
    """Return the deployments for which, on what they state, no benchmark holds on every axis.

    A deployment that states nothing on any axis asks for nothing and is left out.
    """
    asking = [d for d in deployments if any(stated(a, d) for a in axes)]
    return [_needed(axes, d) for d in asking if not any(_matches(axes, b, d) for b in benchmarks)]


def _matches(axes: Sequence[Scheme], benchmark: Candidate, deployment: Place) -> bool:
    readings = (
        derive(axis, _on(axis, benchmark), _on(axis, deployment))
        for axis in axes
        if stated(axis, deployment)
    )
    return all(r.verdict == HOLDS or r.rule == "deployment-partly-answered" for r in readings)


def _on(axis: Scheme, subject: Subject) -> list[Claim]:
    return [c for c in subject.claims if c.dimension == axis.dimension]


def _needed(axes: Sequence[Scheme], deployment: Place) -> Needed:
    found = {a.dimension: tuple(sorted(stated(a, deployment))) for a in axes}
    values = {name: given for name, given in found.items() if given}
    wishes = [_wish(axis, values[axis.dimension]) for axis in axes if axis.dimension in values]
    text = f"A benchmark is needed that has {'; '.join(wishes)} (as in: {deployment.title})."
    unstated = tuple(name for name, given in found.items() if not given)
    return Needed(deployment.id or "", deployment.title, values, unstated, text)


def _wish(axis: Scheme, values: Sequence[str]) -> str:
    labels = [f"“{axis.values[v].label or v}”" if v in axis.values else f"“{v}”" for v in values]
    return f"{axis.label.lower() or axis.dimension} {' and '.join(labels)}"
