"""What each step changes, by whose word, and what the two logs say about that.

A claim can be contradicted by the logs, and shown by them only in part: that the inputs differ does
not say in what. So *consistent* means that what must differ does and nothing else is seen to.
"""
# DESIGN: claims-against-logs

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import NamedTuple

from service.common.digits import first_of, plural
from service.common.problems import BadParameter
from service.decomposition.scores import dimensions as words_of
from service.measurement.differences import PARTS, TEXTS, RungRun
from service.measurement.request import MeasureOptions
from service.measurement.result import Epochs, SaidBy, SettingDifference, StepClaim, Verdict

_LISTED = 4
REPETITION = "repetition"
_COUNTED: Mapping[Epochs, str] = {
    "mean": "typical-trial",
    "every": "every-trial",
    "best": "best-of-several",
}


@dataclass(frozen=True)
class Claimed:
    """What a step is said to change; `changed` is all that its end has otherwise than the first.

    `epochs` are the two ways in which the epochs of an item count, where these are what differs.
    """

    dimensions: tuple[str, ...]
    said_by: SaidBy | None
    changed: frozenset[str]
    epochs: tuple[Epochs, ...] = ()


def as_counted(rung: RungRun, rule: Epochs) -> RungRun:
    """Return a condition of which rules say no other way to count epochs than that used here.

    The harness may reduce them otherwise for a figure of its own, which is not what is compared.
    """
    if rung.run.already_reduced:
        return rung
    own = _COUNTED[rule]
    kept = (v for v in rung.run.assumed if v.dimension != REPETITION or v.value == own)
    return replace(rung, run=replace(rung.run, assumed=tuple(kept)))


def claimed(
    rungs: Sequence[RungRun],
    options: MeasureOptions,
    known: Collection[str],
    epochs: Sequence[Epochs],
) -> tuple[Claimed, ...]:
    """Return what each step changes: by the options, else by stamps, else by rules over both logs.

    `epochs` says per condition how the epochs of an item count. Raises `BadParameter` for a
    condition that is none of these, and for an unknown dimension.
    """
    _check(rungs, options, known)
    stamp = rungs[0].run.stamp
    base = frozenset(stamp.changed if stamp else ())
    found: list[Claimed] = []
    for (before, after), rules in zip(pairwise(rungs), pairwise(epochs), strict=True):
        last = found[-1].changed if found else frozenset()
        if rules[0] == rules[1]:
            found.append(_of_step(before, after, last, base, options))
        else:
            found.append(Claimed((REPETITION,), "derived", last | {REPETITION}, rules))
    return tuple(found)


def _check(rungs: Sequence[RungRun], options: MeasureOptions, known: Collection[str]) -> None:
    names = [rung.name for rung in rungs]
    for option in ("adds", "changed", "values"):
        for name in getattr(options, option):
            if name not in names:
                raise BadParameter(
                    f"There is no condition {name!r}. Use some of: {', '.join(names)}.",
                    parameter=option,
                )
    if names[0] in options.adds:
        raise BadParameter(
            f"{names[0]!r} is the first condition, so it adds to nothing. Say it of a later one.",
            parameter="adds",
        )
    said = {**options.changed, **options.adds}
    named = set().union(*map(words_of, said.values()), *options.values.values())
    if unknown := sorted(named - set(known)):
        raise BadParameter(
            f"{unknown[0]} is no dimension. Use some of: {', '.join(sorted(known))}.",
            parameter="adds",
        )


def _of_step(
    before: RungRun,
    after: RungRun,
    last: frozenset[str],
    base: frozenset[str],
    options: MeasureOptions,
) -> Claimed:
    if after.name in options.adds:
        added = words_of(options.adds[after.name])
        return Claimed(tuple(sorted(added)), "adds", last | added)
    if after.name in options.changed:
        changed = words_of(options.changed[after.name])
        return Claimed(tuple(sorted(changed ^ last)), "changed", changed)
    if (stamp := after.run.stamp) and stamp.changed:
        changed = frozenset(stamp.changed) ^ base
        return Claimed(tuple(sorted(changed ^ last)), "stamp", changed)
    if values := frozenset(_stamped_apart(before, after)):
        return Claimed(tuple(sorted(values)), "stamp", last | values)
    derived = frozenset(_apart(before, after))
    return Claimed(tuple(sorted(derived)), "derived" if derived else None, last | derived)


def _stamped_apart(before: RungRun, after: RungRun) -> Iterator[str]:
    """Yield the dimensions on which both stamps have values, and other ones."""
    one, other = before.run.stamp, after.run.stamp
    if one and other:
        yield from (d for d, v in one.values.items() if other.values.get(d, v) != v)


def _derived(rung: RungRun, dimension: str) -> frozenset[str]:
    """Return the values of a dimension that rules give; a stamp is a claim and shows nothing."""
    return frozenset(
        v.value
        for v in rung.run.assumed
        if v.dimension == dimension and v.basis == "derived" and v.note is None
    )


def _apart(before: RungRun, after: RungRun) -> Iterator[str]:
    """Yield the dimensions on which both logs have values, and other ones."""
    for dimension in dict.fromkeys(v.dimension for v in before.run.assumed):
        one, other = _derived(before, dimension), _derived(after, dimension)
        if one and other and one != other:
            yield dimension


@dataclass(frozen=True)
class StepEvidence:
    """The two ends of a step, what differs between them, and on how many items inputs agree."""

    before: RungRun
    after: RungRun
    differences: Sequence[SettingDifference]
    same_input: int | None
    items: int

    def fields(self, *taken: str) -> list[str]:
        """Return the names of the settings that differ and are taken so."""
        return [d.field for d in self.differences if d.is_ in taken]

    @property
    def inputs_differ(self) -> int:
        """On how many items inputs differ; 0 where the logs have none."""
        return 0 if self.same_input is None else self.items - self.same_input

    @property
    def nothing_differs(self) -> bool:
        """Whether two logs that have inputs and settings have the same ones."""
        known = self.same_input is not None and self.before.run.settings
        others = any(d.kind != "version" for d in self.differences)
        return bool(known) and not self.inputs_differ and not others

    @property
    def unanswered(self) -> bool:
        """Whether it is known of both logs that nobody and nothing answers the system."""
        return self.before.run.answered == 0 and self.after.run.answered == 0

    @property
    def texts_differ(self) -> bool:
        """Whether words that no input shows may differ: a system prompt, a template, a solver."""
        return any(d.kind == "generation" and TEXTS.search(d.field) for d in self.differences)


class ClaimFinding(NamedTuple):
    """What the logs say on one point of a claim."""

    verdict: Verdict
    sentence: str


def checked(claim: Claimed, seen: StepEvidence) -> StepClaim:
    """Return a claim with what the logs say about it: the worst finding decides.

    Consistent is only a claim whose every dimension is seen to change.
    """
    if claim.epochs:
        sentence = f"The epochs of an item count as {claim.epochs[0]}, then as {claim.epochs[1]}."
        return StepClaim(claim.dimensions, claim.said_by, "consistent", (sentence,))
    about = [list(_about(d, seen)) for d in claim.dimensions]
    found = [f for each in about for f in each] + list(_beside(claim.dimensions, seen))
    verdicts = {f.verdict for f in found}
    shown = bool(about) and all(any(f.verdict == "consistent" for f in each) for each in about)
    verdict: Verdict = "consistent" if shown else "unchecked"
    for worse in ("confounded", "contradicted"):
        if worse in verdicts:
            verdict = worse
    sentences = tuple(f.sentence for f in found)
    return StepClaim(claim.dimensions, claim.said_by, verdict, sentences)


def _about(dimension: str, seen: StepEvidence) -> Iterator[ClaimFinding]:
    """Yield what the logs say about one dimension that is said to change."""
    one, other = _derived(seen.before, dimension), _derived(seen.after, dimension)
    if one and other:
        alike = one == other
        yield ClaimFinding(
            "contradicted" if alike else "consistent",
            f"{dimension}: {_words(one)} in both logs."
            if alike
            else f"{dimension}: {_words(one)}, then {_words(other)}.",
        )
    elif seen.nothing_differs:
        yield ClaimFinding(
            "contradicted",
            f"{dimension} is said to change, and inputs, settings and scorer are the same.",
        )
    elif dimension == "interaction-type" and seen.unanswered:
        yield ClaimFinding(
            "contradicted",
            "interaction-type is said to change, and in neither log does anybody or anything "
            "answer the system.",
        )
    elif dimension == "outcome-validity":
        yield _scorer(seen)
    elif dimension == "decision-mediation" and any(d.kind == "scorer" for d in seen.differences):
        yield ClaimFinding(
            "unchecked", "The scorer differs; who decides on the output is not in the logs."
        )
    elif dimension not in PARTS:
        yield from _inputs(dimension, seen)
    else:
        yield ClaimFinding("unchecked", f"The logs do not show whether {dimension} changed.")


def _inputs(dimension: str, seen: StepEvidence) -> Iterator[ClaimFinding]:
    if seen.same_input is None:
        yield ClaimFinding("unchecked", f"No inputs are in the logs to check {dimension} by.")
    elif seen.inputs_differ:
        yield ClaimFinding(
            "consistent", f"Inputs differ in {seen.inputs_differ} of {seen.items} items."
        )
        if seen.same_input:
            yield ClaimFinding(
                "consistent",
                f"{plural(seen.same_input, 'item', 'items')} did not change, "
                "which dilutes the loss.",
            )
    elif seen.texts_differ:
        yield ClaimFinding(
            "unchecked",
            f"All inputs are the same; {dimension} can have changed by "
            f"{first_of(seen.fields('claimed', 'allowed', 'confound'), _LISTED)} alone.",
        )
    else:
        yield ClaimFinding(
            "contradicted",
            f"{dimension} is said to change, and all {seen.items} inputs are the same.",
        )


def _scorer(seen: StepEvidence) -> ClaimFinding:
    apart = [d.field for d in seen.differences if d.kind == "scorer"]
    if apart:
        return ClaimFinding("consistent", f"The scorer differs ({first_of(apart, _LISTED)}).")
    return ClaimFinding(
        "contradicted", "outcome-validity is said to change, and both are scored alike."
    )


def _beside(dimensions: Collection[str], seen: StepEvidence) -> Iterator[ClaimFinding]:
    """Yield what else differs between the two logs."""
    if not dimensions:
        return
    if PARTS.keys() >= set(dimensions):
        yield from _unchanged_inputs(seen)
    for dimension in _apart(seen.before, seen.after):
        if dimension not in dimensions:
            one, other = _derived(seen.before, dimension), _derived(seen.after, dimension)
            yield ClaimFinding(
                "confounded", f"{dimension} differs, too: {_words(one)}, then {_words(other)}."
            )
    came, confounds = [f for f in seen.fields("claimed") if f != "score"], seen.fields("confound")
    if confounds:
        yield ClaimFinding(
            "confounded", f"Another setting differs, too: {first_of(confounds, _LISTED)}."
        )
    if came:
        yield ClaimFinding(
            "unchecked", f"Came with it and is not separated: {first_of(came, _LISTED)}."
        )
    if not came and not confounds and seen.before.run.settings:
        yield ClaimFinding("unchecked", "Solver, model and settings agree.")


def _unchanged_inputs(seen: StepEvidence) -> Iterator[ClaimFinding]:
    if seen.inputs_differ:
        yield ClaimFinding(
            "confounded",
            f"Inputs differ in {seen.inputs_differ} of {seen.items} items, too. Add the dimension "
            "in which they do.",
        )
    elif seen.same_input is not None:
        yield ClaimFinding("unchecked", f"Inputs agree in {seen.items} of {seen.items} items.")


def _words(values: Collection[str]) -> str:
    return " and ".join(sorted(values))


def stated(rung: RungRun, values: Mapping[str, Mapping[str, str]]) -> dict[str, str]:
    """Return the coded values of a condition that its author states: in a stamp, or by options."""
    stamp = rung.run.stamp
    return {**(stamp.values if stamp else {}), **values.get(rung.name, {})}
