"""What two runs have otherwise than a condition: refused, taken as a confound, or said.

Another model, another scorer and a run that did not end well are refused unless an option passes
them over; another way to generate is a confound of the step unless it is what the step changes;
other versions are said.
"""
# DESIGN: refuse-first

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from loaders.logs import Run, Setting
from service.common.digits import first_of
from service.common.problems import NotComparable
from service.measurement.request import Allowed
from service.measurement.result import SettingDifference, TakenAs

SCORING = frozenset({"outcome-validity", "decision-mediation"})
"""Dimensions of which a change may be another scorer."""
_TURNS = re.compile(r"solver|role|tool|system|limit|approval|prompt|chat|template")
TEXTS = re.compile(
    r"solver|system|prompt|template|few-?shot|doc_to|description|instruct|target_delimiter"
)
"""Settings that may carry words to the model."""
PARTS: Mapping[str, re.Pattern[str]] = {
    "interaction-type": _TURNS,
    "decision-mediation": _TURNS,
    "tools-and-knowledge": _TURNS,
    "autonomy": _TURNS,
    "environment": re.compile(rf"{_TURNS.pattern}|sandbox"),
    "repetition": re.compile("epochs|repeats"),
    "outcome-validity": re.compile("role (?:user|decider)"),
}
"""Settings by which a dimension is changed; all others are changed by what is put to the system."""
_LISTED = 4
TABLE = "table"
_OPTIONS = "options"
"""The name of what the chosen scorer is set to, whatever the scorer is called."""


@dataclass(frozen=True)
class RungRun:
    """A condition's name, its run, and the name of its score."""

    name: str
    run: Run
    score: str


@dataclass
class Findings:
    """What was found so far: refusals with the word that passes each over, and warnings."""

    allow: frozenset[Allowed]
    refusals: list[tuple[str, Allowed | None]] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    def refuse(self, sentence: str, allowed: Allowed | None) -> None:
        """Keep a reason to refuse; one that an option passes over becomes a warning."""
        if allowed in self.allow:
            self.warnings.append(f"{sentence} Passed over, as allow says: {allowed}.")
        else:
            self.refusals.append((sentence, allowed))

    def stop(self) -> None:
        """Raise `NotComparable` with all reasons, if there are any."""
        if not self.refusals:
            return
        words = sorted({word for _, word in self.refusals if word})
        mend = f" To pass over this, allow {', '.join(words)}." if words else ""
        raise NotComparable(" ".join(s for s, _ in self.refusals) + mend, allow=words)


def ended_well(rungs: Sequence[RungRun], rows: Sequence[int], findings: Findings) -> None:
    """Refuse runs that did not end with success, and those marked as invalid."""
    for rung, count in zip(rungs, rows, strict=True):
        run = rung.run
        if run.status != "success":
            of = f" of {run.expected}" if run.expected is not None else ""
            findings.refuse(
                f"{rung.name}: the run ended with status {run.status}; {count}{of} samples are in "
                "it.",
                "partial",
            )
        if run.invalidated:
            findings.refuse(f"{rung.name}: the log is marked as invalidated.", "partial")


def compared(
    rungs: Sequence[RungRun], claimed: Sequence[Collection[str]], findings: Findings
) -> tuple[SettingDifference, ...]:
    """Return what differs, step by step; `claimed` are the dimensions that a step changes."""
    _models(rungs, findings)
    found = [
        difference
        for (before, after), dimensions in zip(pairwise(rungs), claimed, strict=True)
        for difference in _of_step(before, after, dimensions, findings.allow)
    ]
    for (before, after), dimensions in zip(pairwise(rungs), claimed, strict=True):
        step = name_of(before.name, after.name)
        here = [d for d in found if d.step == step]
        _scorers(before, after, dimensions, here, findings)
        _versions(before, after, here, findings)
        _users(before, after, findings)
    _epochs(rungs, findings)
    return tuple(found)


def name_of(before: str, after: str) -> str:
    """Return how a step is called."""
    return f"{before}→{after}"


def _models(rungs: Sequence[RungRun], findings: Findings) -> None:
    systems = list(dict.fromkeys(rung.run.system for rung in rungs if rung.run.system))
    settings = {name for pair in pairwise(rungs) for name in _unlike(*_both(*pair, "model"))}
    for rung in rungs:
        if rung.run.format == TABLE and len({r.run.format for r in rungs}) > 1:
            findings.warnings.append(
                f"{rung.name} is a table, which does not say which model and scorer gave its "
                "scores. That they are those of the other log is not checked."
            )
        elif rung.run.format != TABLE and not rung.run.system:
            findings.warnings.append(
                f"{rung.name} does not say which model it is of. That it is the same as in the "
                "other logs is not checked."
            )
    if len(systems) > 1:
        findings.refuse(
            f"The logs are of different models: {', '.join(systems)}. A gap is one system's under "
            "two conditions.",
            "models",
        )
    elif settings:
        findings.refuse(f"The model differs in {', '.join(sorted(settings))}.", "models")


def _kept(rung: RungRun, kind: str) -> dict[str, str]:
    """Return the settings of a kind; of scorers those of the chosen score, and of judges."""
    found = {s.name: s.value for s in rung.run.settings if s.kind == kind}
    if kind != "scorer":
        return found
    own = {rung.score, rung.score.partition("/")[0]}
    others = {n for s in rung.run.scores for n in (s.name, s.name.partition("/")[0])} - own
    return {(_OPTIONS if n in own else n): v for n, v in found.items() if n not in others}


def _both(before: RungRun, after: RungRun, kind: str) -> tuple[dict[str, str], dict[str, str]]:
    """Return the settings of a kind in two runs; of two harnesses, those that both name."""
    old, new = _kept(before, kind), _kept(after, kind)
    if before.run.tool == after.run.tool:
        return old, new
    shared = old.keys() & new.keys()
    return {n: old[n] for n in old if n in shared}, {n: new[n] for n in new if n in shared}


def _unlike(before: Mapping[str, str], after: Mapping[str, str]) -> list[str]:
    names = dict.fromkeys([*before, *after])
    return [name for name in names if before.get(name) != after.get(name)]


def _of_step(
    before: RungRun, after: RungRun, dimensions: Collection[str], allow: Collection[Allowed]
) -> Iterator[SettingDifference]:
    step = name_of(before.name, after.name)
    other_score = _is_other_score(before, after)
    if other_score:
        how: TakenAs = "claimed" if SCORING & set(dimensions) else "allowed"
        yield SettingDifference(step, "scorer", "score", before.score, after.score, how)
    for kind in ("model", "scorer", "version", "generation"):
        old, new = _both(before, after, kind)
        if other_score:  # two scorers have their own options
            old, new = ({n: v for n, v in d.items() if n != _OPTIONS} for d in (old, new))
        for name in _unlike(old, new):
            taken = _taken(Setting(kind, name, ""), dimensions, allow)
            yield SettingDifference(step, kind, name, old.get(name), new.get(name), taken)


def _is_other_score(before: RungRun, after: RungRun) -> bool:
    """Tell whether two scores are called otherwise; a table does not say what its score is."""
    return before.score != after.score and TABLE not in {before.run.format, after.run.format}


def _taken(setting: Setting, dimensions: Collection[str], allow: Collection[Allowed]) -> TakenAs:
    if setting.kind == "version":
        return "allowed" if "versions" in allow else "noted"
    if setting.kind == "model":
        return "allowed"
    if setting.kind == "scorer":
        return "claimed" if SCORING & set(dimensions) else "allowed"
    if any(PARTS.get(d, TEXTS).search(setting.name.lower()) for d in dimensions):
        return "claimed"
    return "allowed" if "generation" in allow else "confound"


def _scorers(
    before: RungRun,
    after: RungRun,
    dimensions: Collection[str],
    here: Sequence[SettingDifference],
    findings: Findings,
) -> None:
    apart = [d for d in here if d.kind == "scorer"]
    if not apart or SCORING & set(dimensions):
        return
    what = (
        f"by {before.score}, {after.name} by {after.score}"
        if _is_other_score(before, after)
        else f"otherwise than {after.name} ({', '.join(d.field for d in apart)})"
    )
    findings.refuse(
        f"{before.name} is scored {what}. Name the same score of each, or say under adds that "
        f"{after.name} changes outcome-validity or decision-mediation.",
        "scorers",
    )


def _versions(
    before: RungRun, after: RungRun, here: Sequence[SettingDifference], findings: Findings
) -> None:
    if "versions" in findings.allow:
        return
    apart = [d.field for d in here if d.kind == "version"]
    one, other = before.run, after.run
    table = TABLE in {one.format, other.format}
    if not table and (one.tool, one.tool_version) != (other.tool, other.tool_version):
        apart = [f"harness ({_harness(one)}, {_harness(other)})", *apart]
    if apart:
        findings.warnings.append(
            f"{before.name} and {after.name} differ in {first_of(apart, _LISTED)}: see the "
            "differences."
        )


def _harness(run: Run) -> str:
    return " ".join(filter(None, (run.tool, run.tool_version)))


def _users(before: RungRun, after: RungRun, findings: Findings) -> None:
    for role in before.run.roles.keys() & after.run.roles.keys():
        if before.run.roles[role] != after.run.roles[role]:
            findings.warnings.append(
                f"{before.name} and {after.name} have different models in the role {role}: a "
                "change may be theirs."
            )


def _epochs(rungs: Sequence[RungRun], findings: Findings) -> None:
    counts = [rung.run.epochs for rung in rungs]
    if len(set(counts)) > 1:
        findings.warnings.append(
            f"Epochs differ ({', '.join(map(str, counts))}): the epochs of an item are one score."
        )
    for rung in rungs:
        if rung.run.limit:
            findings.warnings.append(
                f"{rung.name}: only part of the data was run ({rung.run.limit})."
            )
