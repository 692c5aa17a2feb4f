"""A fit in one look: how many benchmarks hold on what, which come nearest, and the patterns."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from service.common.digits import counted, plural
from service.fit.claims import Fit, VerdictCounts
from service.fit.pattern_names import pattern_name
from service.ontology.labels import label
from service.ontology.plain_names import plain
from service.ontology.schemes import DISPUTED, HOLDS, PARTIALLY, UNKNOWN, VIOLATED, Scheme

COLUMNS = (HOLDS, PARTIALLY, VIOLATED, UNKNOWN, DISPUTED)
"""The verdicts that are counted, in the order of the columns."""
NAMED = 5
"""How many of the nearest benchmarks a sentence names."""
Choice = tuple[tuple[str, str], ...]
"""Pairs of a dimension and a verdict that a benchmark has to have, all of them."""


@dataclass(frozen=True)
class VerdictPattern:
    """Benchmarks with the same verdicts by dimension; `name` says what they have in common."""

    name: str
    verdicts: Mapping[str, str]
    counts: VerdictCounts
    fits: tuple[Fit, ...]


@dataclass(frozen=True)
class FitSummary:
    """How the benchmarks that are compared fit one deployment.

    `benchmarks` are how many are compared, `answering` those that answer at least one of the
    assumptions that count: they alone are in `matrix`, by dimension and verdict. `unanswered` are
    the others, and `ranked` those that answer enough to have a rank. `stated` are the dimensions on
    which the deployment states what can be compared, `never` those of them on which no benchmark is
    known to hold. `nearest` are the ranked benchmarks that hold on most assumptions, and of these
    those that hold in part on most; none where the first neither holds nor holds in part on any.
    `to_plan` are those whose tests are planned first: those of the first rank, which are the
    nearest where any is near, the fewest violated first; without ranks those that answer most; none
    where nothing is stated that could be compared.
    `patterns` and `little`, which answers too little to be ranked, are those of `chosen`: pairs of
    a dimension and a verdict.
    """

    benchmarks: int
    answering: int
    ranked: int
    domains: frozenset[str]
    stated: tuple[str, ...]
    matrix: Mapping[str, Mapping[str, int]]
    never: tuple[str, ...]
    nearest: tuple[Fit, ...]
    to_plan: tuple[Fit, ...]
    patterns: tuple[VerdictPattern, ...]
    little: tuple[Fit, ...]
    unanswered: tuple[Fit, ...]
    chosen: Choice = ()

    @property
    def field(self) -> str:
        """What the counted benchmarks are, in words: `100 healthcare benchmarks`."""
        return f"{counted(self.answering)} {_of(self.domains, self.answering)}"

    @property
    def verdict(self) -> str:
        """The finding, without what comes nearest: `None of 100 ... is known to hold on ...`."""
        if not self.answering:
            return f"No {_of(self.domains, 1)} here says anything of these assumptions."
        if not self.stated:
            return "The deployment states none of these assumptions, so nothing can be compared."
        if self.never:
            return f"None of {self.field} is known to hold on {_named(self.never)}."
        return f"On each assumption at least one of {self.field} holds."

    @property
    def sentence(self) -> str:
        """The finding in one sentence or two, with the nearest benchmarks and on what they hold."""
        return f"{self.verdict} {self.near}".strip()

    @property
    def near(self) -> str:
        """Which benchmarks come nearest, and on how many assumptions they hold."""
        if not self.nearest:
            return ""
        names = [f.title or f.benchmark for f in self.nearest]
        more = f" and {counted(len(names) - NAMED)} more" if len(names) > NAMED else ""
        return f"Nearest: {', '.join(names[:NAMED])}{more}; {self.near_on}."

    @property
    def near_on(self) -> str:
        """On how many assumptions the nearest hold: `each holds on 1 of 5 assumptions`."""
        first, each = self.nearest[0].counts, "each holds" if len(self.nearest) > 1 else "it holds"
        of = plural(len(self.stated), "assumption", "assumptions")
        partly = f", and on {counted(first.partially_holds)} in part"
        return f"{each} on {counted(first.holds)} of {of}{partly if first.partially_holds else ''}"


def summary(  # noqa: PLR0913, PLR0917 - what was found, and what was asked for
    found: Sequence[Fit],
    stated: Sequence[str],
    relevant: Sequence[str],
    domains: frozenset[str],
    schemes: Mapping[str, Scheme],
    chosen: Choice = (),
) -> FitSummary:
    """Return the summary of fits for one deployment, ranked ones first, in order."""
    answering = [f for f in found if f.answered]
    matrix = {name: _counted(answering, name) for name in relevant}
    ranked = [f for f in found if f.rank is not None]
    kept = [f for f in answering if _has(f, chosen)]
    return FitSummary(
        len(found),
        len(answering),
        len(ranked),
        domains,
        tuple(stated),
        matrix,
        tuple(name for name in stated if not matrix[name][HOLDS]),
        tuple(f for f in ranked if f.rank == 1 and (f.counts.holds or f.counts.partially_holds)),
        _to_plan(ranked, answering) if stated else (),
        tuple(patterns((f for f in kept if f.rank is not None), schemes)),
        tuple(f for f in kept if f.rank is None),
        tuple(f for f in found if not f.answered),
        chosen,
    )


def _to_plan(ranked: Iterable[Fit], answering: Iterable[Fit]) -> tuple[Fit, ...]:
    first = sorted((f for f in ranked if f.rank == 1), key=lambda f: f.counts.violated)
    return tuple(first or sorted(answering, key=lambda f: -len(f.answered)))


def _counted(found: Iterable[Fit], name: str) -> Mapping[str, int]:
    given = [f.verdicts[name] for f in found]
    return {verdict: given.count(verdict) for verdict in COLUMNS}


def _has(found: Fit, chosen: Choice) -> bool:
    return all(found.verdicts[name] == verdict for name, verdict in chosen)


def patterns(found: Iterable[Fit], schemes: Mapping[str, Scheme]) -> list[VerdictPattern]:
    """Return fits grouped by their verdicts: most held first, most in part, then the largest."""
    groups: dict[tuple[tuple[str, str], ...], list[Fit]] = {}
    for fit in found:
        groups.setdefault(tuple(fit.verdicts.items()), []).append(fit)
    some = (
        VerdictPattern(
            pattern_name(schemes, [f.said for f in fits]), dict(k), fits[0].counts, tuple(fits)
        )
        for k, fits in groups.items()
    )
    return sorted(some, key=lambda p: (p.counts.order(), -len(p.fits), p.fits[0].benchmark))


def _of(domains: frozenset[str], number: int) -> str:
    """Return what benchmarks of some domains are called, for one or for many."""
    noun = "benchmark" if number == 1 else "benchmarks"
    if not domains:
        return f"{noun} of every domain"
    labels = sorted(label(f"code/domain/{name}") for name in domains)
    first = labels[0]
    simple = len(labels) == 1 and "(" not in first
    words = [f"{name[:1].lower()}{name[1:]}" for name in labels]
    return f"{words[0]} {noun}" if simple else f"{noun} of {_joined(words, 'and')}"


def _named(names: Iterable[str]) -> str:
    words = [plain(name, label(f"dimension/{name}")) for name in names]
    return _joined([f"{w[:1].lower()}{w[1:]}" for w in words], "or")


def _joined(words: Sequence[str], last: str) -> str:
    *first, end = words
    return f"{', '.join(first)} {last} {end}" if first else end
