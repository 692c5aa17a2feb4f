"""A measured gap as a file of EvalGap, to be checked and imported as any other.

It holds the gap with its decomposition, and as drafts of the same author how the harness ran each
task, the result of each run, the benchmark where no other is named, and which benchmark the task
is proposed to belong to. Of the logs it has hashes, bare names, settings and coded values, and no
text. The same logs and options give the same bytes.
"""
# DESIGN: hashes-not-words

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from hashlib import sha256
from typing import Any

from loaders.reading.cleaning import slug
from loaders.reading.files import printable
from service.common.digits import plural
from service.common.problems import BadRequest
from service.decomposition.decompose import ContributionEstimate, DecompositionEstimate
from service.decomposition.gap_record import gap_tree
from service.decomposition.request import about_gap, read_back
from service.measurement.result import GapMeasurement, MeasuredRung, MeasuredStep
from service.measurement.sources import judged_first, sources
from service.measurement.written.cards import (
    RELATIONSHIP,
    benchmark_card,
    described,
    matches,
    under_words,
)

NO_AUTHOR = (
    "A record says who measured. Write under about author: {id: jane, name: Jane}; evalgap measure "
    "takes --by jane=Jane, too."
)

_BESIDE = ("matches", RELATIONSHIP)
"""What about may hold that is not of the gap."""
_RELATIONSHIPS = ("first-party", "third-party", "collaborative", "other")
_LEAST = {"id": "a", "title": "a", "benchmark": "a", "metric": {"id": "a"}, "sources": []}
"""What a record cannot do without, so that what is given of it can be checked alone."""


def write(found: GapMeasurement, about: Mapping[str, Any]) -> str:
    """Return the file as YAML.

    Raises `BadRequest` where no gap record may be made of it or nobody is named as its author,
    `Invalid` where what `about` says does not fit the format.
    """
    given = checked_about(found, about)
    proposals = given.pop("matches", [])
    evaluator = {RELATIONSHIP: given.pop(RELATIONSHIP)} if RELATIONSHIP in given else {}
    given["conditions"] = _conditions(found, about.get("conditions", {}))
    gap = _counted(found, gap_tree(_judged_first(found), about_gap(given)))
    own = "benchmark" not in about
    tree = {
        "evalgap": gap.pop("evalgap"),
        **(benchmark_card(found, given) if own else {}),
        **gap,
        "matches": [*([] if own else matches(found, given)), *proposals],
        "records": list(described(found, {**given, **evaluator}, gap)),
    }
    whole = {key: _shown(value) for key, value in tree.items() if value != []}
    return read_back(whole).raw.data.decode()


def checked_about(found: GapMeasurement, about: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a record says beside its numbers, by its author and by the logs.

    Raises `BadRequest` where no gap record may be made, or nobody is named as its author.
    """
    if not found.record.may:
        raise BadRequest(found.record.why or "No gap record can be made of this.")
    return both(filled(found, about), about)


def both(said: Mapping[str, Any], about: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the logs say with what the author says over it; of sources and notes both stay.

    Raises `BadRequest` where the author calls the other scores better.
    """
    metric = {**said["metric"], **about.get("metric", {})}
    if metric["higher_is_better"] is not said["metric"]["higher_is_better"]:
        raise BadRequest(
            "The metric under about and the measurement differ on whether higher scores are "
            "better. Correct higher_is_better in one of them."
        )
    notes = " ".join(filter(None, (about.get("notes"), said["notes"])))
    sources = [*about.get("sources", []), *said["sources"]]
    return {**said, **about, "metric": metric, "sources": sources, "notes": notes}


def _shown(value: Any) -> Any:
    """Return a tree whose texts can be stored: names in a log may hold controls and stray bytes."""
    if isinstance(value, str):
        return "\n".join(map(printable, value.split("\n")))
    if isinstance(value, Mapping):
        return {key: _shown(item) for key, item in value.items()}
    return [_shown(item) for item in value] if isinstance(value, list | tuple) else value


def _counted(found: GapMeasurement, tree: dict[str, Any]) -> dict[str, Any]:
    """Return the tree of a gap with n: all of its numbers are of the items that are paired."""
    count = {"n": found.pairing.items, "n_unit": "item", "n_unit_plural": "items"}
    (gap,) = tree["gaps"]
    divided = [
        {**d, "contributions": [{**c, **count} for c in d["contributions"]]}
        for d in gap["decompositions"]
    ]
    return {**tree, "gaps": [{**gap, **count, "decompositions": divided}]}


def filled(found: GapMeasurement, about: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the logs say of all that a record needs beside its numbers.

    Raises `BadRequest` where nobody is named as its author, or `about` is of another form.
    """
    if not about.get("author"):
        raise BadRequest(NO_AUTHOR)
    about_gap({**_LEAST, **{k: v for k, v in about.items() if k not in _BESIDE}})
    if about.get(RELATIONSHIP, "other") not in _RELATIONSHIPS:
        raise BadRequest(
            f"relationship under about is one of {', '.join(_RELATIONSHIPS)}, "
            f"not {about[RELATIONSHIP]!r}."
        )
    first, task = found.rungs[0], _known(found, "task", "benchmark", about)
    system = _known(found, "system", "systems", about)
    author = slug(str(about["author"].get("id", "")))
    ident = f"{slug(task) or 'task'}-{_digest(found)}"
    return {
        "id": ident,
        "title": found.title,
        "benchmark": f"{author}-{slug(task) or 'task'}",
        "metric": {
            "id": slug(f"{author} {task} {first.score}"),
            "name": first.score,
            "higher_is_better": found.higher_is_better,
        },
        "systems": [{"id": slug(system) or "system", "name": system}],
        "study": {
            "id": ident,
            "name": f"Runs{' of ' if task else ''}{task}, compared item by item",
            "design": _design(found),
            "setting": "offline",
        },
        "measured_by": "record-author",
        "sources": sources(*found.rungs),
        "notes": " ".join(_notes(found)),
        "n_unit": "item",
        "n_unit_plural": "items",
        "sampling_units": _units(found),
    }


def _known(found: GapMeasurement, field: str, option: str, about: Mapping[str, Any]) -> str:
    """Return what the first log says that says it; a table says of none, and then its author must.

    Raises `BadRequest` where nobody says it.
    """
    said = next((words for r in found.rungs if (words := str(getattr(r, field)))), "")
    if not said and option not in about:
        raise BadRequest(
            f"A table does not say of which {field} its scores are, and a record does. Write "
            f"{option} under about."
        )
    return said


def _digest(found: GapMeasurement) -> str:
    """Return the first 8 digits of a hash of the logs and of what was chosen of them."""
    hashes = sorted(file.sha256 for rung in found.rungs for file in rung.source.files)
    chosen = [
        [r.name, r.source.sha256, r.score, r.epoch_rule, r.changed, sorted(r.declared.items())]
        for r in found.rungs
    ]
    numbers = [round(step.loss, 6) for step in found.steps]
    how = [found.pairing.id, found.pairing.cluster, found.scale, found.resamples, found.seed]
    said = json.dumps([hashes, chosen, numbers, how, found.higher_is_better], ensure_ascii=True)
    return sha256(said.encode()).hexdigest()[:8]


_PLAYED = {"simulated-user", "simulated-decider"}


def _design(found: GapMeasurement) -> str:
    """Return the design of the comparison, by what the logs and their author say."""
    if found.repetition:
        return "repeated-runs"
    played = {v.value for r in found.rungs for v in r.values if v.basis != "hinted"}
    played |= {value for r in found.rungs for value in r.declared.values()}
    if played & _PLAYED:
        return "simulated-users"
    one_log = len({rung.source.sha256 for rung in found.rungs}) == 1
    return "rescoring" if one_log else "perturbation"


def _units(found: GapMeasurement) -> dict[str, str]:
    named = (found.pairing.cluster or "").rpartition(".")[2]
    return {"item": "item", **({"cluster": named} if named else {})}


def _conditions(found: GapMeasurement, given: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Return the condition of each rung: what the log says, and over it what the author does."""
    return {r.name: {**rung_condition(r), **given.get(r.name, {})} for r in found.rungs}


def rung_condition(rung: MeasuredRung) -> dict[str, Any]:
    """Return the condition of a rung as a file has it: `interaction-type: [single-turn]`."""
    words, under = under_words(rung)
    return {"name": rung.name, "description": words, **under}


def _notes(found: GapMeasurement) -> Iterator[str]:
    """Yield how it was computed, what the logs say of the claims, and what else is to be known."""
    yield (
        f"Computed from the logs by evalgap measure {found.evalgap}; nobody else has seen the "
        f"numbers. {plural(found.pairing.items, 'item is', 'items are')} scored in every log."
    )
    if any(rung.epochs > 1 for rung in found.rungs):
        many = ", ".join(f"{r.name} {r.epochs} ({r.epoch_rule})" for r in found.rungs)
        yield f"Epochs, and how an item's score is made of them: {many}."
    for step in found.steps:
        yield f"{step.name}: {step.claim.verdict}. {' '.join(step.claim.sentences)}"
    if (bounds := found.missing) and (bounds.share_before or bounds.share_after):
        yield (
            f"Runs without a score are left out ({100 * bounds.share_before:.1f} % at the first "
            f"condition, {100 * bounds.share_after:.1f} % at the last); counted as wrong, the loss "
            f"is {bounds.wrong:.2f} points, counted as the other epochs of their items "
            f"{bounds.as_others:.2f}."
        )
    yield from found.warnings


def _judged_first(found: GapMeasurement) -> DecompositionEstimate:
    """Return the decomposition with the intervals of the steps, those that judge first."""
    by_ends = {(step.before, step.after): step for step in found.steps}
    made: DecompositionEstimate = found.decomposition
    parts = tuple(
        _with_intervals(part, by_ends.get((part.start or "", part.end or "")))
        for part in made.contributions
    )
    return replace(
        made,
        contributions=parts,
        total=replace(made.total, intervals=judged_first(found.total)),
    )


def _with_intervals(part: ContributionEstimate, step: MeasuredStep | None) -> ContributionEstimate:
    return replace(part, intervals=judged_first(step)) if step else part
