"""What a reader of a measurement has to know, as sentences."""

from collections.abc import Iterator, Sequence

from service.common.digits import plural
from service.decomposition.diagnostics import NARROW
from service.measurement.assembled import Comparison
from service.measurement.result import MeasuredPairing, MeasuredRung, MeasuredStep

_FIFTH = 0.2
_SAME = 1e-9
_ROUNDED = 1e-3


def warnings(
    work: Comparison,
    paired: MeasuredPairing,
    rungs: Sequence[MeasuredRung],
    steps: Sequence[MeasuredStep],
) -> Iterator[str]:
    """Yield what to know, the gravest first."""
    yield from _about_claims(steps)
    if not any(claim.epochs for claim in work.claimed):
        yield from _about_nothing(work, steps)
    yield from _about_losses(work, steps)
    yield from _about_pairs(paired, rungs)
    yield from _about_runs(rungs)
    if len(work.items.ids) < NARROW:
        yield (
            f"{plural(work.items.ids, 'item is', 'items are')} few (below {NARROW}): "
            "intervals are likely too narrow."
        )
    yield from _about_intervals(steps)
    if work.own_cluster:
        yield (
            f"The harness clusters its own error by {work.own_cluster}; here items count as "
            "independent. Give cluster: auto."
        )
    yield from _about_order(work)
    looks = len(work.options.thresholds) + (work.options.threshold is not None)
    if looks > 1:
        yield f"{looks} thresholds were looked at, each with its own chance of a false decision."


def _about_claims(steps: Sequence[MeasuredStep]) -> Iterator[str]:
    for step in steps:
        if step.claim.verdict == "confounded":
            yield f"{step.name}: more than {' and '.join(step.claim.dimensions)} changed."
        elif not step.claim.dimensions:
            yield (
                f"{step.name}: nothing says which assumption changed, so no gap record is made. "
                f"Say under adds what {step.after} changes."
            )


def _about_nothing(work: Comparison, steps: Sequence[MeasuredStep]) -> Iterator[str]:
    apart = {d.step for d in work.differences if d.kind != "version"}
    for step, same in zip(steps, work.pairs.same_input, strict=True):
        if step.name not in apart and same == len(work.pairs.ids):
            yield (
                f"{step.name}: nothing differs that the logs show, so this is how two runs of one "
                "condition vary."
            )


def _about_losses(work: Comparison, steps: Sequence[MeasuredStep]) -> Iterator[str]:
    for step in steps:
        if (lost := step.missing) is None:
            continue
        how = "counted wrong" if work.rules.wrong else "left out"
        without = "unknown" if lost.drop is None else f"{lost.drop:.2f}"
        yield (
            f"{step.name}: {100 * lost.share_before:.1f} % of the runs before and "
            f"{100 * lost.share_after:.1f} % after have no score; runs with an error are {how}. "
            f"The loss is {without} without lost runs, {lost.wrong:.2f} with all of them wrong, "
            f"{lost.as_others:.2f} with all as the other epochs of their item."
        )
        if lost.unequal:
            yield (
                f"{step.name}: lost runs differ, or are more than 5 %: which runs are lost may "
                "hang on how hard they were."
            )


def _about_pairs(paired: MeasuredPairing, rungs: Sequence[MeasuredRung]) -> Iterator[str]:
    items = {rung.name: rung.items for rung in rungs}
    for name, out in paired.left_out.items():
        more = ", …" if out.count > len(out.first) else ""
        yield (
            f"{name}: {out.count} of {items[name]} items are not in every log and are left out "
            f"({', '.join(out.first)}{more})."
        )
    if paired.without_score:
        yield f"{paired.without_score} items have no score in some log and are left out everywhere."
    if paired.same_target is None:
        yield "The logs have no targets to check by that items of one name are the same."


def _about_runs(rungs: Sequence[MeasuredRung]) -> Iterator[str]:
    for what, word in (("limited", "ended by a limit"), ("refused", "refused by the model")):
        counts = [getattr(rung, what) for rung in rungs]
        if len(set(counts)) > 1:
            each = ", ".join(f"{r.name} {n}" for r, n in zip(rungs, counts, strict=True))
            yield f"Runs {word} differ: {each}. A loss may be theirs."
    for rung in rungs:
        if abs(rung.value - rung.own_value) > _SAME:
            yield (
                f"{rung.name}: {rung.value:.2f} over the paired items, {rung.own_value:.2f} over "
                "all of its own."
            )
        # a harness reports means over epochs
        for figure in rung.reported if rung.epoch_rule == "mean" else ():
            if figure.ratio is not None and abs(figure.ratio - 1) > _ROUNDED:
                yield (
                    f"{rung.name}: the harness reports {figure.metric} {figure.value:.6g}; over "
                    f"items ours is {figure.ours:.6g}."
                )
        if rung.already_reduced:
            yield f"{rung.name}: its rows are means over epochs; how these differ is not known."


def _about_order(work: Comparison) -> Iterator[str]:
    """Name the runs that would show whether the order of the changes matters."""
    known = all(c.dimensions and not c.epochs for c in work.claimed)
    if not known or work.found.method != "sequential":
        return
    for claim in work.claimed[1:]:
        yield (
            f"A run of {work.rungs[0].name} with another {' and '.join(claim.dimensions)} alone "
            "would show whether the order of the changes matters."
        )


def _about_intervals(steps: Sequence[MeasuredStep]) -> Iterator[str]:
    for step in steps:
        widths = {i.method: i.upper - i.lower for i in step.intervals if i.unit == "item"}
        t, drawn = widths.get("jackknife-t"), widths.get("bootstrap-percentile")
        if t and drawn and abs(t - drawn) > _FIFTH * max(t, drawn):
            yield (
                f"{step.name}: the bootstrap and the interval by t differ by more than a fifth; "
                "the wider one decides."
            )
