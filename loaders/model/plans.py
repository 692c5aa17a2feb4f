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

    In percentage points it is about the loss, in any other unit about the changed score. `level`
    is the least level of an interval that may decide on it, 0.95 where it is not given.
    """

    rdf_type = "egap:Threshold"
    at_most: Annotated[Decimal | None, Value("egap:atMost")] = None
    at_least: Annotated[Decimal | None, Value("egap:atLeast")] = None
    unit: Annotated[Slug, Coded("egap:thresholdUnit", "code/unit/")]
    level: Annotated[Decimal | None, Value("egap:leastLevel")] = None


class SampleSize(Node):
    """How many units a step needs for what it is to find, by a named method.

    Proportions are in percent, effects, margins and losses in percentage points; the effect of
    means is in standard deviations. `n` is what is needed in all, `n_per_group` in each of two
    groups; `power_reached` the exact power with so many, where it was computed.
    """

    rdf_type = "egap:SampleSize"
    sample_method: Annotated[Slug, Coded("egap:sampleSizeMethod", "code/sample-size-method/")]
    effect: Annotated[Decimal | None, Value("egap:smallestEffect")] = None
    margin: Annotated[Decimal | None, Value("egap:lossMargin")] = None
    expected_loss: Annotated[Decimal | None, Value("egap:expectedLoss")] = None
    baseline: Annotated[Decimal | None, Value("egap:baselineScore")] = None
    discordant: Annotated[Decimal | None, Value("egap:discordantShare")] = None
    alpha: Annotated[Decimal, Value("egap:significanceLevel")]
    power: Annotated[Decimal, Value("egap:statisticalPower")]
    cluster_size: Annotated[Decimal | None, Value("egap:clusterSize")] = None
    icc: Annotated[Decimal | None, Value("egap:intraclassCorrelation")] = None
    n: Annotated[Whole, Value("egap:requiredSampleSize")]
    n_per_group: Annotated[Whole | None, Value("egap:requiredPerGroup")] = None
    power_reached: Annotated[Decimal | None, Value("egap:powerReached")] = None
    sample_test: Annotated[Text | None, Value("egap:sampleSizeTest")] = None


class StepResult(Estimate):
    """What a step measured: the loss from the score before to the score after a change.

    `measurements` have the keys `before` and `after`; without a score before, there is no loss.
    `losses` and `gains` count, where both scores are of the same items, those that went from
    right to wrong and from wrong to right.
    """

    rdf_type = "egap:StepResult"
    losses: Annotated[Whole | None, Value("egap:lossCount")] = None
    gains: Annotated[Whole | None, Value("egap:gainCount")] = None
    measurements: Annotated[
        tuple[Measurement, ...], Part("egap:resultMeasurement", "measurement", "key")
    ] = ()
    systems: Annotated[tuple[System, ...], NestedThing("egap:ofSystem")] = ()
    sources: Annotated[tuple[Citation, ...], Part("egap:hasCitation", "source")] = ()
    notes: Annotated[Text | None, Value("skos:note")] = None


class Attempt(Node):
    """One look at what a step tests: on which data, what was measured, what was decided.

    `number` counts from 1; the systems stand in the result. None is ever taken back.
    """

    rdf_type = "egap:StepAttempt"
    number: Annotated[Whole, Value("egap:position")]
    data: Annotated[Text | None, Value("egap:attemptData")] = None
    result: Annotated[StepResult, Part("egap:hasStepResult", "result")]
    decision: Annotated[Slug | None, Coded("egap:stepDecision", "code/step-decision/")] = None
    reason: Annotated[Text | None, Value("egap:decisionReason")] = None
    decided_by: Annotated[Agent | None, NestedThing("egap:decidedBy")] = None
    results: Annotated[tuple[Iri, ...], Link("egap:producedResult")] = ()


class Step(Node):
    """One piece of work in an evaluation plan, belonging to one stage.

    `decision`, `reason` and `decided_by` are what stands: that of the last attempt, or a waiver.
    `result` is that of a step of a plan stored before attempts were numbered; see `tried`.
    """

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
    attempts: Annotated[tuple[Attempt, ...], Part("egap:hasAttempt", "attempt", "number")] = ()
    result: Annotated[StepResult | None, Part("egap:hasStepResult", "result")] = None
    decision: Annotated[Slug | None, Coded("egap:stepDecision", "code/step-decision/")] = None
    reason: Annotated[Text | None, Value("egap:decisionReason")] = None
    decided_by: Annotated[Agent | None, NestedThing("egap:decidedBy")] = None
    results: Annotated[tuple[Iri, ...], Link("egap:producedResult")] = ()

    @property
    def is_test(self) -> bool:
        """Whether it has a result: a test of task or of outcome assumptions."""
        return self.stage in {"test-task", "test-outcome"}

    @property
    def tried(self) -> tuple[Attempt, ...]:
        """Every attempt in order; the only result of an older plan is the first one."""
        if self.result is None:
            return self.attempts
        stands = self.decision != "waived"
        first = Attempt(
            number=1,
            result=self.result,
            decision=self.decision if stands else None,
            reason=self.reason if stands else None,
            decided_by=self.decided_by if stands else None,
            results=self.results,
        )
        return (first, *self.attempts)


class Plan(Record):
    """A staged plan to bring a card's assumptions to the test for one deployment.

    What a trial statistician or a regulator looks for is in words of its own: where the plan is
    registered, the versions and settings of the system, what it is compared with, the people it
    is tested on, the primary outcome, which harms are watched and how missing data are treated.
    """

    kind = "plan"
    rdf_type = "egap:EvaluationPlan"
    title: Annotated[Text, Value("dcterms:title")]
    deployment: Annotated[Slug, Coded("egap:planForDeployment", "id/deployment/")]
    card: Annotated[Path, Coded("egap:planForCard", "id/card/")]
    author: Annotated[Agent, NestedThing("prov:wasAttributedTo")]
    notes: Annotated[Text | None, Value("skos:note")] = None
    registration: Annotated[Text | None, Value("egap:planRegistration")] = None
    system_version: Annotated[Text | None, Value("egap:plannedSystem")] = None
    comparator: Annotated[Text | None, Value("egap:plannedComparator")] = None
    population: Annotated[Text | None, Value("egap:plannedPopulation")] = None
    primary: Annotated[Text | None, Value("egap:primaryOutcome")] = None
    harms: Annotated[Text | None, Value("egap:plannedHarms")] = None
    missing: Annotated[Text | None, Value("egap:plannedMissing")] = None
    steps: Annotated[tuple[Step, ...], Part("egap:hasStep", "step", "position")] = ()


DESCRIBED = (
    "registration", "system_version", "comparator", "population", "primary", "harms", "missing",
)  # fmt: skip
"""The fields of a plan that are words of its own, *not stated* where they are empty."""
