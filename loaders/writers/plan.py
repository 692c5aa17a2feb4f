"""A plan as Markdown, for an audit file: every step with its decision, and every version."""

from collections.abc import Iterable, Sequence
from typing import Any

from loaders.model import (
    NO_INTERVAL,
    Measurement,
    Plan,
    SampleSize,
    Step,
    StepResult,
    Threshold,
    interval_words,
)
from loaders.writers.markdown import escape

_STAGES = {
    "compare-cards": "1. Compare cards",
    "collect-data": "2. Collect data",
    "test-task": "3. Test task assumptions",
    "test-outcome": "4. Test outcome assumptions",
}


def plan_markdown(plan: Plan, history: Sequence[tuple[int, str, str]]) -> str:
    """Return a plan as Markdown; `history` has version, time and source of every version."""
    parts = [f"# {escape(plan.title)}", _head(plan)]
    for stage, title in _STAGES.items():
        steps = [s for s in plan.steps if s.stage == stage]
        parts += [f"## {title}", *(_step(s) for s in steps)] if steps else []
    rows = [f"- version {n}, {when}, from {escape(source)}" for n, when, source in history]
    return "\n\n".join([*parts, "## History", "\n".join(rows)]) + "\n"


def _head(plan: Plan) -> str:
    facts = {
        "Deployment": plan.deployment,
        "Card": plan.card,
        "Plan by": plan.author.name,
        "Status": plan.status,
        "Notes": plan.notes,
    }
    return _rows(facts.items())


def _rows(facts: Iterable[tuple[str, Any]]) -> str:
    return "\n".join(f"- **{name}:** {escape(str(value))}" for name, value in facts if value)


def _step(step: Step) -> str:
    named = " and ".join(d.replace("-", " ") for d in step.targets) or "step"
    facts = [
        ("Status", step.step_status),
        ("Owner", step.owner and step.owner.name),
        ("Starting verdict", step.verdict),
        ("Basis", step.verdict_basis),
        ("Waits for", ", ".join(d.replace("-", " ") for d in step.depends_on)),
        ("Collect", step.collect),
        ("Test", step.test),
        ("Method", step.test_method),
        ("Threshold", step.threshold and threshold_words(step.threshold)),
        ("Sample size", step.sample_size and sample_words(step.sample_size)),
        ("Result", step.result and result_words(step.result)),
        ("Decision", step.decision),
        ("Reason", step.reason),
        ("Decided by", step.decided_by and step.decided_by.name),
        ("Feeds", " ".join(step.results)),
    ]
    title = f"### Step {step.position}: {escape(named)}"
    words = [title, escape(step.description)] if step.description else [title]
    return "\n\n".join([*words, _rows(facts)])


def threshold_words(threshold: Threshold) -> str:
    """Return a threshold in words: `loss at most 5 percentage-point`."""
    what = "loss" if threshold.unit == "percentage-point" else "changed score"
    end = "at most" if threshold.at_most is not None else "at least"
    value = threshold.at_most if threshold.at_most is not None else threshold.at_least
    return f"{what} {end} {value} {threshold.unit}"


def sample_words(size: SampleSize) -> str:
    """Return a sample size in words, with its method and what it is made for."""
    each = f" ({size.n_per_group} in each group)" if size.n_per_group else ""
    facts = [f"effect {size.effect}", f"alpha {size.alpha}", f"power {size.power}"]
    facts += [f"baseline {size.baseline} percent"] if size.baseline is not None else []
    facts += [f"discordant {size.discordant} percent"] if size.discordant is not None else []
    clustered = size.cluster_size is not None
    facts += [f"clusters of {size.cluster_size}, icc {size.icc}"] if clustered else []
    return f"{size.n}{each}; {size.sample_method}, {', '.join(facts)}"


def result_words(result: StepResult) -> str:
    """Return a result in words: both scores, the loss, its interval or that none is reported."""
    scores = [_score(m) for m in sorted(result.measurements, key=lambda m: m.key != "before")]
    loss = [f"loss {result.value} {result.unit}"] if result.value is not None else []
    found = [interval_words(i.lower, i.upper, i.level, i.interval_method) for i in result.intervals]
    bounds = found or [NO_INTERVAL]
    cited = [f"source {c.url}" for c in result.sources]
    return "; ".join([*scores, *loss, *(bounds if loss else []), *cited])


def _score(score: Measurement) -> str:
    n = f" (n = {score.n})" if score.n else ""
    return f"{score.key} {score.value} {score.unit}{n}, {score.metric.name}"
