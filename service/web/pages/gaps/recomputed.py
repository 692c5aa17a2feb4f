"""What the page of recomputed numbers shows: each in the digits of its unit."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from service.common.digits import computed, printed
from service.decomposition.ledger import LedgerRow

_DIGITS = {"percent": 2, "fraction": 4}
_AFTER = {"percent": " %", "fraction": ""}
_RUNGS: Mapping[str, str] = {
    "expert-single-turn": "the model alone on doctors' texts",
    "patient-first-message": "the model alone on participants' first messages",
    "model-in-conversation": "the model in the conversation",
    "person-final-answer": "the participant's final answer",
    "pass-1": "one trial",
    "pass-2": "two trials, both solved",
    "pass-3": "three trials, all solved",
    "pass-4": "four trials, all solved",
    "toefl": "TOEFL essays",
    "us-pupils": "essays of US pupils",
    "toefl-all-seven": "TOEFL essays, flagged by all seven detectors",
    "toefl-any-of-seven": "TOEFL essays, flagged by at least one detector",
    "toefl-polished": "TOEFL essays with polished words",
    "radiologist-alone": "radiologists without the model",
    "radiologist-with-model": "radiologists with the model",
    "model-alone": "the model without radiologists",
    "librispeech-clean": "LibriSpeech (clean)",
    "librispeech-other": "LibriSpeech (other)",
    "ami": "AMI",
    "earnings22": "Earnings-22",
    "gigaspeech": "GigaSpeech",
    "spgispeech": "SPGISpeech",
    "tedlium": "TED-LIUM",
    "voxpopuli": "VoxPopuli",
    "base": "the base tasks",
    "missing-parameters": "tasks with missing parameters",
    "missing-functions": "tasks with missing functions",
    "long-context": "tasks with a long context",
}
"""What the rungs of the files of item results are, in words."""
_WHERE: Mapping[str, str] = {
    "truth=tumour-enhances": "where the tumour enhances",
    "truth=does-not": "where the tumour does not enhance",
}


@dataclass(frozen=True)
class ShownNumber:
    """A row of the ledger as texts."""

    id: str
    gap: str | None
    says: str
    theirs: str
    ours: str
    difference: str
    tolerance: str
    because: str
    agrees: bool
    note: str | None
    source: str
    locator: str
    seen: str
    file: str
    how: str


def shown(row: LedgerRow) -> ShownNumber:
    """Return a row as the page shows it."""
    digits, unit = _DIGITS[row.unit], _AFTER[row.unit]
    less = f" less that of {_named(row.minus)}" if row.minus else ""
    return ShownNumber(
        row.id,
        row.gap,
        row.says,
        row.printed + unit,
        computed(row.ours, digits) + unit,
        computed(row.difference, digits),
        printed(row.tolerance),
        row.tolerance_because,
        row.agrees,
        row.note,
        row.source,
        row.locator,
        row.seen,
        row.file,
        f"mean score of {_named(row.rungs)}{less}{_part(row.where)}",
    )


def _named(rungs: Sequence[str]) -> str:
    """Return rungs in words; one that nobody has named yet by its own."""
    return ", ".join(_RUNGS.get(rung, rung.replace("-", " ")) for rung in rungs)


def _part(where: str | None) -> str:
    """Return which rows of a file are counted: those of one item, or of one value of a column."""
    if where is None:
        return ""
    column, _, value = where.partition("=")
    return f", {_WHERE.get(where, f'of {value}' if column == 'item' else f'{column}: {value}')}"
