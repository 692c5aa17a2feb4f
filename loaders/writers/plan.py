"""A plan as Markdown, for an audit file: every step with every attempt, and every version."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from loaders.model import (
    DESCRIBED,
    NO_INTERVAL,
    Attempt,
    Interval,
    Measurement,
    Plan,
    SampleSize,
    Step,
    StepResult,
    Threshold,
    interval_words,
    with_unit,
)
from loaders.writers.markdown import escape

Named = Callable[[str], str]
"""What a code is called inside a sentence, by its path: `code/interval-method/wilson`."""


def spaced(path: str) -> str:
    """Return a code as words, for those who have no labels of it."""
    return path.rpartition("/")[2].replace("-", " ")


_STAGES = {
    "compare-cards": "1. Compare cards",
    "collect-data": "2. Collect data",
    "test-task": "3. Test task assumptions",
    "test-outcome": "4. Test outcome assumptions",
}


NOT_STATED = "not stated"


def plan_markdown(
    plan: Plan,
    history: Sequence[tuple[int, str, str]],
    all_met: str | None = None,
    named: Named = spaced,
) -> str:
    """Return a plan as Markdown; `history` has version, time and source of every version.

    `all_met` says in words how likely it is that all tests are met, `named` what codes are called.
    """
    parts = [f"# {escape(plan.title)}", _head(plan, all_met)]
    for stage, title in _STAGES.items():
        steps = [s for s in plan.steps if s.stage == stage]
        parts += [f"## {title}", *(_step(s, named) for s in steps)] if steps else []
    rows = [f"- version {n}, {when}, from {escape(source)}" for n, when, source in history]
    return "\n\n".join([*parts, "## History", "\n".join(rows)]) + "\n"


def _head(plan: Plan, all_met: str | None) -> str:
    facts = {
        "Deployment": plan.deployment,
        "Card": plan.card,
        "Plan by": plan.author.name,
        "Status": plan.status,
        "Notes": plan.notes,
        "All tests met": all_met,
    }
    described = {DESCRIBED_AS[name]: getattr(plan, name) or NOT_STATED for name in DESCRIBED}
    return _rows((facts | described).items())


DESCRIBED_AS = {
    "registration": "Registration",
    "system_version": "Version and settings of the system",
    "comparator": "Comparator",
    "population": "Population",
    "primary": "Primary outcome",
    "harms": "Harms watched",
    "missing": "Missing data",
}
"""What the fields of a plan that are words of its own are called."""


def _rows(facts: Iterable[tuple[str, Any]]) -> str:
    return "\n".join(f"- **{name}:** {escape(str(value))}" for name, value in facts if value)


def _step(step: Step, named: Named) -> str:
    about = " and ".join(d.replace("-", " ") for d in step.targets) or "step"
    facts = [
        ("Status", named(f"code/step-status/{step.step_status}")),
        ("Owner", step.owner and step.owner.name),
        ("Starting verdict", step.verdict and named(f"code/verdict/{step.verdict}")),
        ("Basis", step.verdict_basis),
        ("Waits for", ", ".join(d.replace("-", " ") for d in step.depends_on)),
        ("Collect", step.collect),
        ("Test", step.test),
        ("Method", step.test_method and named(f"code/test-method/{step.test_method}")),
        ("Threshold", step.threshold and threshold_words(step.threshold)),
        ("Sample size", step.sample_size and sample_words(step.sample_size, named)),
        ("Attempts", len(step.tried)),
        *((f"Attempt {a.number}", attempt_words(a, named)) for a in step.tried),
        ("Decision", step.decision and named(_decision(step.decision))),
        ("Reason", step.reason),
        ("Decided by", step.decided_by and step.decided_by.name),
        ("Feeds", " ".join(step.results)),
    ]
    title = f"### Step {step.position}: {escape(about)}"
    words = [title, escape(step.description)] if step.description else [title]
    return "\n\n".join([*words, _rows(facts)])


def _decision(code: str) -> str:
    return f"code/step-decision/{code}"


def attempt_words(attempt: Attempt, named: Named = spaced) -> str:
    """Return an attempt in words: system and data or that they are not stated, result, decision."""
    systems = ", ".join(s.name or s.id for s in attempt.result.systems) or NOT_STATED
    result = result_words(attempt.result, named)
    words = f"system {systems}; data {attempt.data or NOT_STATED}; {result}"
    who = f" (by {attempt.decided_by.name})" if attempt.decided_by else ""
    decision = named(_decision(attempt.decision)) if attempt.decision else "not decided"
    return f"{words}; {decision}{who}: {attempt.reason or NOT_STATED}"


def threshold_words(threshold: Threshold) -> str:
    """Return a threshold in words: `loss at most 5 percentage points`."""
    what = "loss" if threshold.unit == "percentage-point" else "changed score"
    end = "at most" if threshold.at_most is not None else "at least"
    value = threshold.at_most if threshold.at_most is not None else threshold.at_least or 0
    level = f", by an interval at {float(100 * threshold.level):g} %" if threshold.level else ""
    return f"{what} {end} {with_unit(value, threshold.unit)}{level}"


def sample_words(size: SampleSize, named: Named = spaced) -> str:
    """Return a sample size in words, with its method, its test and what it is made for."""
    each = f" ({size.n_per_group:,} in each group)" if size.n_per_group else ""
    about = {
        "effect": size.effect,
        "margin": size.margin,
        "expected loss": size.expected_loss,
        "alpha": size.alpha,
        "power": size.power,
        "exact power": size.power_reached,
        "baseline": size.baseline and with_unit(size.baseline, "percent"),
        "discordant": size.discordant and with_unit(size.discordant, "percent"),
        "clusters of": size.cluster_size and f"{size.cluster_size:,}, icc {size.icc}",
    }
    facts = [f"{name} {value}" for name, value in about.items() if value is not None]
    facts += [size.sample_test] if size.sample_test else []
    method = named(f"code/sample-size-method/{size.sample_method}")
    return f"{size.n:,}{each}; {method}, {', '.join(facts)}"


def result_words(result: StepResult, named: Named = spaced) -> str:
    """Return a result in words: both scores, the loss, its interval or that none is reported."""
    scores = [
        _score(m, named) for m in sorted(result.measurements, key=lambda m: m.key != "before")
    ]
    loss = [f"loss {with_unit(result.value, result.unit)}"] if result.value is not None else []
    if result.losses is not None:
        loss += [f"{result.losses:,} lost and {result.gains or 0:,} gained"]
    found = [_interval(i, named) for i in result.intervals]
    bounds = found or [NO_INTERVAL]
    cited = [f"source {c.url}" for c in result.sources]
    return "; ".join([*scores, *loss, *(bounds if loss else []), *cited])


def method_path(found: Interval) -> str:
    """Return the path of the method of an interval."""
    return f"code/interval-method/{found.interval_method}"


def _interval(found: Interval, named: Named) -> str:
    return interval_words(found.lower, found.upper, found.level, named(method_path(found)))


def _score(score: Measurement, named: Named) -> str:
    n = f" (n = {score.n:,})" if score.n else ""
    found = [_interval(i, named) for i in score.intervals]
    value = NOT_STATED if score.value is None else with_unit(score.value, score.unit)
    words = [f"{score.key} {value}{n}", score.metric.name, *found]
    return ", ".join(words)
