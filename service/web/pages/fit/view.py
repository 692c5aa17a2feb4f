"""What the page of deployment fit shows: the deployment, the ranked benchmarks, and why."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass

from loaders.model import Profile
from service.fit.claims import (
    BenchmarkClaims,
    Claim,
    ClaimDifference,
    CodedValue,
    DeploymentClaims,
    Finding,
    Fit,
    FitChange,
)
from service.fit.request import FitAnswer, FitRequest
from service.fit.summary import FitSummary, patterns
from service.ontology import dimensions, scheme_queries
from service.ontology.dimensions import CodeInWords, Dimension
from service.ontology.labels import label
from service.ontology.plain_names import VERDICTS
from service.ontology.schemes import NOT_APPLICABLE, PARTIALLY, VIOLATED
from service.records import repository
from service.store.port import Engine
from service.web.pages.fit.address import FitInputs
from service.web.pages.fit.answer import (
    MatrixRow,
    NamedPattern,
    TestPlot,
    matrix,
    named,
    test_plot,
)
from service.web.pages.shared.dimension_parts import PartLine, part_lines


def profiles(engine: Engine, deployment: str | None) -> tuple[Profile, ...]:
    """Return the current profiles of a stored deployment; none of a described one."""
    if deployment is None:
        return ()
    found = repository.described(engine, "deployment", deployment, "profile")
    return tuple(p.record for p in found if isinstance(p.record, Profile))


@dataclass(frozen=True)
class FitLine:
    """One assumption of a benchmark: its verdict, and in a sentence what it comes from."""

    dimension: Dimension
    finding: Finding

    @property
    def label(self) -> str:
        """The dimension in words."""
        return self.dimension.label

    @property
    def verdict(self) -> str:
        """The code of the verdict."""
        return self.finding.verdict

    @property
    def state(self) -> str:
        """The verdict as the state of a cell of the strip."""
        return self.verdict

    @property
    def words(self) -> str:
        """The verdict in words."""
        return VERDICTS.get(self.finding.verdict, self.finding.verdict.replace("-", " "))

    @property
    def rule(self) -> CodeInWords:
        """The rule that gives the verdict, or that an assessor does."""
        return dimensions.rule(self.finding.rule)

    @property
    def alone(self) -> CodeInWords:
        """The rule that gives what would be derived without an assessor."""
        return dimensions.rule(self.finding.derived.rule)

    @property
    def parts(self) -> list[PartLine]:
        """The parts that the verdict is rolled up from; none where there is one only."""
        return part_lines(self.dimension, self.finding)

    @property
    def assumed(self) -> str:
        """What the evaluation assumes, in words, with the basis of each value."""
        return _stated(self.dimension, self.finding.claims) or "no card states a coded value"

    @property
    def deployed(self) -> str:
        """What the deployment has, in words, with the basis of each value."""
        return _stated(self.dimension, self.finding.characteristics) or "left open"


def _stated(dimension: Dimension, claims: Sequence[Claim]) -> str:
    """Return values in words, or that none applies; empty where nothing is stated.

    What is described on the page has no record, and no basis but that it is described.
    """
    bases: dict[str, set[str]] = {}
    for claim in claims:
        for coded in claim.coded:
            found = [_basis(claim, coded)] if claim.record else []
            bases.setdefault(coded.code, set()).update(found)
    order = [t.code for t in dimension.values if t.code in bases]
    values = [_with_basis(dimension.words([code]), bases[code]) for code in order]
    none = ["does not apply"] if any(c.status == NOT_APPLICABLE for c in claims) else []
    return ", ".join([*values, *none])


def _basis(claim: Claim, coded: CodedValue) -> str:
    if claim.claimed and coded.basis != "hinted":
        return "claimed, no source"
    aside = ", not counted" if coded.basis == "hinted" else ""
    rule = label(f"code/derivation-rule/{coded.rule}") if coded.rule else ""
    return f"{coded.basis} by the rule “{rule}”" if rule else f"{coded.basis}{aside}"


def _with_basis(words: str, bases: set[str]) -> str:
    return f"{words} ({' and '.join(sorted(bases))})" if bases else words


@dataclass(frozen=True)
class FitRow:
    """A benchmark with its lines. What does not apply is neither known nor unknown.

    `open` are, in words, the dimensions that the deployment states and the benchmark does not.
    """

    fit: Fit
    lines: tuple[FitLine, ...]
    open: tuple[str, ...] = ()

    @property
    def known(self) -> int:
        """How many assumptions that apply have a verdict other than unknown."""
        return self.fit.counts.known()

    @property
    def of(self) -> int:
        """How many relevant assumptions apply."""
        return len(self.lines) - self.fit.counts.not_applicable

    @property
    def counts(self) -> list[tuple[str, int]]:
        """How many assumptions have which verdict, without those that none has."""
        given = asdict(self.fit.counts)
        return [(name.replace("_", "-"), count) for name, count in given.items() if count]

    @property
    def breaks(self) -> list[str]:
        """The dimensions that are violated, in words."""
        return [line.dimension.plain for line in self.lines if line.verdict == VIOLATED]

    @property
    def partly(self) -> list[str]:
        """The dimensions that hold in part, in words."""
        return [line.dimension.plain for line in self.lines if line.verdict == PARTIALLY]


@dataclass(frozen=True)
class WhatIf:
    """What one supposed change moves, those benchmarks first of which a verdict moves."""

    dimension: Dimension
    supposed: str
    verdicts: tuple[FitChange, ...]
    ranks: tuple[FitChange, ...]


@dataclass(frozen=True)
class ShownFit:
    """A fit as the page shows it: `rows` are those of the page, of `total` ranked ones.

    `unranked` have no lines, but for a benchmark that is requested by name. `domains` are those
    whose benchmarks are compared, none for all, and `left_out` counts the other benchmarks;
    `asserted` counts ranked benchmarks with verdicts of assessors. `pair` are (id, title) of those
    that are compared, `sides` their lines with whether they differ. `little` are the patterns of
    benchmarks that answer too little to be ranked, `tests` what to test first.
    """

    deployment: DeploymentClaims
    request: FitRequest
    summary: FitSummary
    relevant: tuple[Dimension, ...]
    total: int
    rows: tuple[FitRow, ...]
    unranked: tuple[FitRow, ...]
    domains: tuple[str, ...] = ()
    left_out: int = 0
    asserted: int = 0
    pair: tuple[tuple[str, str], ...] = ()
    sides: tuple[tuple[Dimension, tuple[FitLine, ...], bool], ...] = ()
    moved: WhatIf | None = None
    matrix: tuple[MatrixRow, ...] = ()
    patterns: tuple[NamedPattern, ...] = ()
    little: tuple[NamedPattern, ...] = ()
    tests: TestPlot | None = None

    @property
    def last(self) -> int:
        """How many benchmarks stand on this page and before it."""
        return self.request.offset + len(self.rows)

    @property
    def rules(self) -> list[CodeInWords]:
        """The rules by which the verdicts on the page were found."""
        lines = [line for row in self.rows for line in row.lines]
        used = {line.finding.rule for line in lines}
        used |= {part.finding.rule for line in lines for part in line.parts}
        return [dimensions.rule(name) for name in sorted(used)]


def shown(engine: Engine, of: FitInputs) -> ShownFit:
    """Return the page of a request. Raises `NotFound` for a benchmark that is not there."""
    words = dimensions.dimensions(engine)
    found = of.answer()
    ranked = [f for f in found.fits if f.rank is not None]
    listed = found.fits if found.request.benchmark else ranked
    start = found.request.offset
    return ShownFit(
        of.deployment,
        of.request,
        found.summary,
        tuple(words[name] for name in found.request.relevant),
        len(ranked),
        tuple(row(words, f) for f in listed[start : start + found.request.limit]),
        tuple(FitRow(f, (), _labels(words, f.open)) for f in found.fits if f.rank is None),
        tuple(label(f"code/domain/{name}") for name in sorted(found.domains)),
        found.left_out,
        sum(bool(f.asserted) for f in ranked),
        tuple((c.id, c.title or c.id) for c in _pair(of)),
        tuple(_side(words, d) for d in found.compared or ()),
        _moved(words, found) if found.moves is not None else None,
        matrix(words, found.summary),
        tuple(named(p) for p in found.summary.patterns),
        tuple(named(p) for p in patterns(found.summary.little, scheme_queries.schemes(engine))),
        test_plot(engine, words, found),
    )


def _labels(words: Mapping[str, Dimension], names: Iterable[str]) -> tuple[str, ...]:
    return tuple(words[name].plain for name in names)


def _pair(of: FitInputs) -> list[BenchmarkClaims]:
    """Return the benchmarks that are compared, in the requested order."""
    known = {c.id: c for c in of.every if c.id in (of.request.compare or ())}
    return [known[name] for name in of.request.compare or ()]


def row(words: Mapping[str, Dimension], found: Fit) -> FitRow:
    """Return a benchmark with its findings in words."""
    lines = tuple(FitLine(words[f.dimension], f) for f in found.findings)
    return FitRow(found, lines, _labels(words, found.open))


def _side(
    words: Mapping[str, Dimension], of: ClaimDifference
) -> tuple[Dimension, tuple[FitLine, ...], bool]:
    dimension = words[of.dimension]
    return dimension, tuple(FitLine(dimension, f) for f in of.findings), of.differs


def _moved(words: Mapping[str, Dimension], found: FitAnswer) -> WhatIf:
    name, codes = found.request.change or ("", ())
    moves = found.moves or ()
    dimension = words[name]
    return WhatIf(
        dimension,
        dimension.words(codes) or "nothing stated",
        tuple(m for m in moves if m.verdicts),
        tuple(m for m in moves if not m.verdicts),
    )
