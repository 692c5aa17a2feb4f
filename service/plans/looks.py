"""What is to be said of repeated looks at one step, and how likely a whole plan is to be met."""

from dataclasses import dataclass

from loaders.model import Attempt, Plan, Step
from service.plans import exact_power
from service.records.plan_decisions import LOSS, level_of

UNPAIRED = "nothing is paired in a randomised trial"
NOT_PAIRED = (
    f"{UNPAIRED}. Plan two arms (non-inferiority-arms), with "
    "cluster_size and icc where one person gives several answers."
)
"""Why a trial has no size for pairs, with the mend in the names of the fields of a request."""


def same_as(attempts: tuple[Attempt, ...], attempt: Attempt) -> int | None:
    """Return the number of an earlier attempt with the same systems and the same data.

    None where there is none; what is not stated is the same as nothing.
    """
    own = _systems(attempt), _data(attempt)
    earlier = (a for a in attempts if a.number < attempt.number)
    return next((a.number for a in earlier if all(own) and own == (_systems(a), _data(a))), None)


def _systems(attempt: Attempt) -> frozenset[str]:
    return frozenset(s.id for s in attempt.result.systems)


def _data(attempt: Attempt) -> str:
    return " ".join((attempt.data or "").casefold().split())


def other_metric(attempts: tuple[Attempt, ...], attempt: Attempt) -> str | None:
    """Return a sentence where an attempt has another metric or unit than the one before it."""
    before = max(
        (a for a in attempts if a.number < attempt.number), key=lambda a: a.number, default=None
    )
    if before is None or _metrics(before) == _metrics(attempt):
        return None
    was, now = (" and ".join(sorted(map(_called, _metrics(a)))) for a in (before, attempt))
    return (
        f"Another metric than in attempt {before.number}: {now}, not {was}; the two do not compare."
    )


def _metrics(attempt: Attempt) -> frozenset[tuple[str, bool | None, str]]:
    """Return what is scored: each metric with the side that is better, and its unit."""
    scores = attempt.result.measurements
    return frozenset((m.metric.id, m.metric.higher_is_better, m.unit) for m in scores)


def _called(metric: tuple[str, bool | None, str]) -> str:
    name, up, unit = metric
    return f"{name} in {unit}" + (", higher is better" if up else ", lower is better")


def remarks(step: Step, attempt: Attempt) -> list[str]:
    """Return sentences on an attempt: another metric, a repetition, and what many looks do."""
    said = []
    if other := other_metric(step.tried, attempt):
        said.append(other)
    if same := same_as(step.tried, attempt):
        said.append(f"Same system and same data as attempt {same}.")
    if step.threshold is not None and (words := looks_words(attempt.number, step)):
        said.append(words)
    return said


def looks_words(looks: int, step: Step) -> str | None:
    """Return what so many looks do to the error rate; None for a single one."""
    if looks < 2 or step.threshold is None:  # noqa: PLR2004 - repeated
        return None
    error = (1 - float(level_of(step.threshold))) / 2
    return (
        f"Look {looks} at this step: were the true value exactly at the threshold, one look would "
        f"be met by chance {100 * error:.1f} % of the time, at least one of {looks} independent "
        f"ones {100 * (1 - (1 - error) ** looks):.1f} %."
    )


@dataclass(frozen=True)
class AllMet:
    """How likely it is that every test of a plan is met, with the sizes planned.

    At no loss, and at the losses expected (None where a step does not state one). `steps` are
    those counted, `left_out` the tests without a size or threshold to count with.
    """

    steps: tuple[int, ...]
    left_out: tuple[int, ...]
    no_loss: float
    expected: float | None

    def words(self) -> str:
        """Return it as sentences."""
        many = len(self.steps)
        tests = {1: "the test is", 2: "both tests are"}.get(many, f"all {many} tests are")
        said = f"If nothing is lost, {tests} met with probability {self.no_loss:.2f}"
        if self.expected is not None:
            said += f"; at the losses expected, {self.expected:.2f}"
        said += ", each with the units planned and apart from the others."
        if self.left_out:
            one = len(self.left_out) == 1
            named = ", ".join(map(str, self.left_out))
            said += (
                f" Not counted: step{'' if one else 's'} {named}, of which no size or no loss "
                "threshold is planned."
            )
        return said


def all_met(plan: Plan) -> AllMet | None:
    """Return how likely it is that all tests of a plan are met; None if none can be counted.

    Tests that are waived are left aside.
    """
    tests = [s for s in plan.steps if s.is_test and s.decision != "waived"]
    known = {s.position: c for s in tests if (c := _chance(s, 0)) is not None}
    if not known:
        return None
    counted = [s for s in tests if s.position in known]
    stated = [s.sample_size.expected_loss if s.sample_size else None for s in counted]
    no_loss, expected = 1.0, 1.0
    for step, loss in zip(counted, stated, strict=True):
        no_loss *= known[step.position]
        expected *= (_chance(step, float(loss)) or 0) if loss is not None else 1
    return AllMet(
        tuple(known),
        tuple(s.position for s in tests if s.position not in known),
        no_loss,
        None if None in stated else expected,
    )


def _chance(step: Step, loss: float) -> float | None:
    """Return how likely a step is met at a true loss, in points, with the units planned."""
    size, limit = step.sample_size, step.threshold
    if size is None or limit is None or limit.unit != LOSS or limit.at_most is None:
        return None
    inflated = 1 + (float(size.cluster_size or 1) - 1) * float(size.icc or 0)
    units = int((size.n_per_group or size.n) / inflated)
    margin, level = float(limit.at_most) / 100, float(level_of(limit))
    if size.discordant is not None and units <= exact_power.EXACT:
        share = max(float(size.discordant), abs(loss)) / 100
        return exact_power.pairs_met(units, margin, share, loss / 100, level)
    if size.n_per_group and size.baseline is not None and units <= exact_power.EXACT:
        return exact_power.arms_met(units, margin, float(size.baseline) / 100, loss / 100, level)
    return None
