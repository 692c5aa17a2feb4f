"""The staged plan that brings a card's assumptions to the test, with what came of it."""

from decimal import Decimal
from typing import Annotated

from loaders.model.nodes import Agent, Citation, Node, Record, System
from loaders.model.numbers import Estimate, Measurement
from loaders.model.terms import (
    Coded,
    Iri,
    Link,
    LocalLink,
    NestedThing,
    Part,
    Path,
    Slug,
    Text,
    Value,
    Whole,
)


class Threshold(Node):
    """What a result must reach, fixed before there is one: at most, or at least, a number.

    In percentage points it is about the loss, in any other unit about the changed score.
    """

    rdf_type = "egap:Threshold"
    at_most: Annotated[Decimal | None, Value("egap:atMost")] = None
    at_least: Annotated[Decimal | None, Value("egap:atLeast")] = None
    unit: Annotated[Slug, Coded("egap:thresholdUnit", "code/unit/")]


class SampleSize(Node):
    """How many units a step needs to find the stated effect, by a named method.

    Proportions are in percent and their effect in percentage points; the effect of means is in
    standard deviations. `n` is what is needed in all, `n_per_group` in each of two groups.
    """

    rdf_type = "egap:SampleSize"
    sample_method: Annotated[Slug, Coded("egap:sampleSizeMethod", "code/sample-size-method/")]
    effect: Annotated[Decimal, Value("egap:smallestEffect")]
    baseline: Annotated[Decimal | None, Value("egap:baselineScore")] = None
    discordant: Annotated[Decimal | None, Value("egap:discordantShare")] = None
    alpha: Annotated[Decimal, Value("egap:significanceLevel")]
    power: Annotated[Decimal, Value("egap:statisticalPower")]
    cluster_size: Annotated[Decimal | None, Value("egap:clusterSize")] = None
    icc: Annotated[Decimal | None, Value("egap:intraclassCorrelation")] = None
    n: Annotated[Whole, Value("egap:requiredSampleSize")]
    n_per_group: Annotated[Whole | None, Value("egap:requiredPerGroup")] = None


class StepResult(Estimate):
    """What a step measured: the loss from the score before to the score after a change.

    `measurements` have the keys `before` and `after`; without a score before, there is no loss.
    """

    rdf_type = "egap:StepResult"
    measurements: Annotated[
        tuple[Measurement, ...], Part("egap:resultMeasurement", "measurement", "key")
    ] = ()
    systems: Annotated[tuple[System, ...], NestedThing("egap:ofSystem")] = ()
    sources: Annotated[tuple[Citation, ...], Part("egap:hasCitation", "source")] = ()
    notes: Annotated[Text | None, Value("skos:note")] = None


class Step(Node):
    """One piece of work in an evaluation plan, belonging to one stage."""

    rdf_type = "egap:PlanStep"
    position: Annotated[Whole, Value("egap:position")]
    stage: Annotated[Slug, Coded("egap:inStage", "code/stage/")]
    step_status: Annotated[Slug, Coded("egap:stepStatus", "code/step-status/")] = "planned"
    description: Annotated[Text | None, Value("dcterms:description")] = None
    targets: Annotated[tuple[Slug, ...], Coded("egap:targetsDimension", "dimension/")] = ()
    verdict: Annotated[Slug | None, Coded("egap:startingVerdict", "code/verdict/")] = None
    verdict_basis: Annotated[Text | None, Value("egap:verdictBasis")] = None
    owner: Annotated[Agent | None, NestedThing("egap:stepOwner")] = None
    depends_on: Annotated[tuple[Path, ...], LocalLink("egap:dependsOnStep", "egap:PlanStep")] = ()
    collect: Annotated[Text | None, Value("egap:collectText")] = None
    test: Annotated[Text | None, Value("egap:testText")] = None
    test_method: Annotated[Slug | None, Coded("egap:testMethod", "code/test-method/")] = None
    planned_design: Annotated[Slug | None, Coded("egap:plannedDesign", "code/evidence-kind/")] = (
        None
    )
    threshold: Annotated[Threshold | None, Part("egap:hasThreshold", "threshold")] = None
    sample_size: Annotated[SampleSize | None, Part("egap:hasSampleSize", "sample-size")] = None
    result: Annotated[StepResult | None, Part("egap:hasStepResult", "result")] = None
    decision: Annotated[Slug | None, Coded("egap:stepDecision", "code/step-decision/")] = None
    reason: Annotated[Text | None, Value("egap:decisionReason")] = None
    decided_by: Annotated[Agent | None, NestedThing("egap:decidedBy")] = None
    results: Annotated[tuple[Iri, ...], Link("egap:producedResult")] = ()


class Plan(Record):
    """A staged plan to bring a card's assumptions to the test for one deployment."""

    kind = "plan"
    rdf_type = "egap:EvaluationPlan"
    title: Annotated[Text, Value("dcterms:title")]
    deployment: Annotated[Slug, Coded("egap:planForDeployment", "id/deployment/")]
    card: Annotated[Path, Coded("egap:planForCard", "id/card/")]
    author: Annotated[Agent, NestedThing("prov:wasAttributedTo")]
    notes: Annotated[Text | None, Value("skos:note")] = None
    steps: Annotated[tuple[Step, ...], Part("egap:hasStep", "step", "position")] = ()
