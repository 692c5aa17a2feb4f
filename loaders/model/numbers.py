"""What was measured: scores, gaps, and how a gap divides."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated

from pydantic import BeforeValidator

from loaders.model.nodes import Agent, Citation, DatedRecord, Metric, Node, Study, System
from loaders.model.terms import (
    Coded,
    LocalLink,
    Mention,
    NestedThing,
    Part,
    Path,
    Slug,
    Text,
    Value,
    Whole,
)


class Interval(Node):
    """Bounds around an estimate, with the method and the unit that was resampled.

    `clusters` is how many units were drawn where each holds several of what n counts; `caution`
    says why not to lean on the interval, as the one who computed it wrote.
    """

    rdf_type = "egap:Interval"
    lower: Annotated[Decimal, Value("egap:lower")]
    upper: Annotated[Decimal, Value("egap:upper")]
    level: Annotated[Decimal, Value("egap:level")]
    interval_method: Annotated[Slug, Coded("egap:intervalMethod", "code/interval-method/")]
    sampling_unit: Annotated[Text | None, Value("egap:samplingUnit")] = None
    clusters: Annotated[Whole | None, Value("egap:clusterCount")] = None
    caution: Annotated[Text | None, Value("egap:intervalCaution")] = None
    resamples: Annotated[Whole | None, Value("egap:resamples")] = None
    seed: Annotated[Whole | None, Value("egap:seed")] = None


SELF_REPORTED = "self-reported"
"""The verification of what those who measured it recorded, and nobody else has seen."""
RATIOS = frozenset({"ratio", "odds-ratio"})
"""Kinds of gap of which 1, not 0, is no difference."""
UNDIRECTED = "undirected-difference"
"""The kind of a difference of which neither end is the better one."""
PAIR = "pair"
"""The comparison of a gap that names none; a record that says so is stored without it."""
INDEPENDENT = "takes the samples as independent; if they are paired, another interval holds"
"""The caution of an interval from the counts of two scores that nothing says are paired."""
NO_INTERVAL = "no interval reported"
"""What stands where a number has no interval."""


UNITS: Mapping[str, tuple[str, str]] = {
    "percent": ("%", "%"),
    "percentage-point": ("percentage point", "percentage points"),
    "fraction": ("(fraction)", "(fraction)"),
    "score-point": ("score point", "score points"),
    "ratio": ("", ""),
}
"""Codes of `code/unit/`, and that of a ratio, as they stand behind 1 and behind other numbers."""


def with_unit(value: Decimal | int, unit: str) -> str:
    """Return a number with its unit in words: `1 percentage point`, `95 %`."""
    one, many = UNITS.get(unit, (unit, unit))
    return f"{value} {one if abs(value) == 1 else many}".strip()


def interval_words(lower: object, upper: object, level: float | Decimal, *about: str | None) -> str:
    """Return an interval in words: `95 % CI 12.1 to 18.3 (wilson, by item)`.

    The ends are numbers, or text where they are rounded already; `level` is a share; `about` says
    by which method, and what was resampled, where that is known.
    """
    known = ", ".join(words for words in about if words)
    return f"{float(100 * level):g} % CI {lower} to {upper}" + (f" ({known})" if known else "")


class Estimate(Node):
    """A number with its unit, n and intervals. No number is given where none was verified.

    `lowest` and `highest` are the ends of several values that a source gives together (over
    models, sites or groups), never an interval. `not_given` says what is lacking and whether
    the source is known to lack it. `n_unit` is what n counts, `n_unit_plural` the word for many.
    """

    value: Annotated[Decimal | None, Value("egap:value")] = None
    lowest: Annotated[Decimal | None, Value("egap:lowest")] = None
    highest: Annotated[Decimal | None, Value("egap:highest")] = None
    as_reported: Annotated[Text | None, Value("egap:valueAsReported")] = None
    unit: Annotated[Slug, Coded("egap:unit", "code/unit/")]
    precision: Annotated[Decimal | None, Value("egap:reportedPrecision")] = None
    n: Annotated[Whole | None, Value("egap:sampleSize")] = None
    n_unit: Annotated[Text | None, Value("egap:sampleUnit")] = None
    n_unit_plural: Annotated[Text | None, Value("egap:sampleUnitPlural")] = None
    qualifier: Annotated[Slug | None, Coded("egap:qualifier", "code/qualifier/")] = None
    intervals: Annotated[tuple[Interval, ...], Part("egap:hasInterval", "interval")] = ()
    not_given: Annotated[tuple[Slug, ...], Coded("egap:notGiven", "code/missing-figure/")] = ()
    measured_by: Annotated[Slug | None, Coded("egap:measuredBy", "code/measurer/")] = None


class Condition(Node):
    """The combination of dimension values under which a score was measured.

    `name` is a short one for the bar of a figure, such as `Person's final answer`.
    """

    rdf_type = "egap:Condition"
    name: Annotated[Text | None, Value("dcterms:title")] = None
    description: Annotated[Text | None, Value("dcterms:description")] = None
    under: Annotated[tuple[Path, ...], Coded("egap:conditionValue", "value/")] = ()


class Measurement(Estimate):
    """The value of one metric under one condition."""

    rdf_type = "egap:Measurement"
    key: Annotated[Slug, Value("dcterms:identifier")]
    metric: Annotated[Metric, NestedThing("egap:measuresMetric")]
    evaluation: Annotated[Text | None, Value("egap:evaluationText")] = None
    events: Annotated[Whole | None, Value("egap:eventCount")] = None
    study: Annotated[Study | None, Mention("egap:fromStudy")] = None
    condition: Annotated[Condition | None, Part("egap:underCondition", "condition")] = None


class Rung(Node):
    """A place in the order of a sequential decomposition, counted from 0."""

    rdf_type = "egap:Rung"
    position: Annotated[Whole, Value("egap:position")]
    measurement: Annotated[Path, LocalLink("egap:rungMeasurement", "egap:Measurement")]


class Contribution(Estimate):
    """The part of a gap assigned to one dimension, or to several that changed together."""

    rdf_type = "egap:Contribution"
    position: Annotated[Whole, Value("egap:position")]
    dimensions: Annotated[tuple[Slug, ...], Coded("egap:attributedTo", "dimension/")]
    from_rung: Annotated[Path | None, LocalLink("egap:fromRung", "egap:Rung")] = None
    to_rung: Annotated[Path | None, LocalLink("egap:toRung", "egap:Rung")] = None
    losses: Annotated[Whole | None, Value("egap:lossCount")] = None
    gains: Annotated[Whole | None, Value("egap:gainCount")] = None


class Residual(Estimate):
    """The part of a gap that a decomposition leaves unassigned."""

    rdf_type = "egap:Residual"


class Decomposition(Node):
    """A division of one gap into contributions by one method and, if sequential, one order."""

    rdf_type = "egap:Decomposition"
    key: Annotated[Slug, Value("dcterms:identifier")]
    decomposition_method: Annotated[
        Slug, Coded("egap:decompositionMethod", "code/decomposition-method/")
    ]
    notes: Annotated[Text | None, Value("skos:note")] = None
    rungs: Annotated[tuple[Rung, ...], Part("egap:hasRung", "rung", "position")] = ()
    contributions: Annotated[
        tuple[Contribution, ...], Part("egap:hasContribution", "contribution", "position")
    ] = ()
    residual: Annotated[Residual | None, Part("egap:hasResidual", "residual")] = None


class Gap(DatedRecord, Estimate):
    """The contrast of an evaluation score with the score under changed conditions.

    A difference is signed so that positive is a loss: evaluation minus changed where higher is
    better, changed minus evaluation where lower is. Where neither is better its kind is
    `undirected-difference`, a size without a sign. `comparison` says what the record is where it is
    no such pair (None: a pair), such as an effect of deployment; only such a record may start from
    no evaluation and have no `benchmark`. `varies` names every dimension on which the two ends
    differ: several are confounded. `conflicts_with` names gaps that give other figures.
    `published_by` let it count although it had been self-reported, `published_because` of that.
    """

    kind = "gap"
    rdf_type = "egap:PerformanceGap"
    title: Annotated[Text, Value("dcterms:title")]
    benchmark: Annotated[Slug | None, Coded("egap:gapOfBenchmark", "id/benchmark/")] = None
    deployment: Annotated[Slug | None, Coded("egap:gapInDeployment", "id/deployment/")] = None
    author: Annotated[Agent, NestedThing("prov:wasAttributedTo")]
    systems: Annotated[tuple[System, ...], Mention("egap:ofSystem")] = ()
    gap_kind: Annotated[Slug, Coded("egap:gapKind", "code/gap-kind/")] = "absolute-difference"
    comparison: Annotated[
        Slug | None,
        BeforeValidator(lambda code: None if code == PAIR else code),
        Coded("egap:comparison", "code/comparison/"),
    ] = None
    verification: Annotated[Slug, Coded("egap:verifiedAgainst", "code/verification/")]
    published_by: Annotated[Agent | None, NestedThing("egap:publishedBy")] = None
    published_because: Annotated[Text | None, Value("egap:publicationReason")] = None
    varies: Annotated[tuple[Slug, ...], Coded("egap:variesDimension", "dimension/")] = ()
    conflicts_with: Annotated[tuple[Path, ...], Coded("egap:conflictsWith", "id/gap/")] = ()
    contested_in: Annotated[tuple[Citation, ...], Part("egap:contestedIn", "contest")] = ()
    notes: Annotated[Text | None, Value("skos:note")] = None
    sources: Annotated[tuple[Citation, ...], Part("egap:hasCitation", "source")] = ()
    measurements: Annotated[
        tuple[Measurement, ...], Part("egap:hasMeasurement", "measurement", "key")
    ] = ()
    evaluation: Annotated[Path, LocalLink("egap:evaluationMeasurement", "egap:Measurement")]
    changed: Annotated[Path, LocalLink("egap:changedMeasurement", "egap:Measurement")]
    decompositions: Annotated[
        tuple[Decomposition, ...], Part("egap:hasDecomposition", "decomposition", "key")
    ] = ()
