"""A score as somebody writes it, `95 %`, `0.95` or `1250 Elo`, as a number with its unit.

Nothing is guessed: how a number without a unit was read stands beside it, and one that can be read
in two ways, or that no score in its unit can be, is refused with a sentence.
"""

import re
from dataclasses import dataclass
from decimal import Decimal

from service.common.amounts import measure
from service.common.digits import printed
from service.common.problems import BadParameter

PERCENT, FRACTION = "percent", "fraction"
WHOLES = {PERCENT: 100, FRACTION: 1}
"""The units of shares of a whole, and what the whole is in each."""
_WRITTEN = re.compile(r"\s*([+-]?\d{1,9}(?:[.,]\d{1,9})?)\s*([^\d\s][^\d]{0,39})?\s*")
_THOUSANDS = re.compile(r"\d+,\d{3}")
_UNITS = {"%": PERCENT, "percent": PERCENT, "per cent": PERCENT, "fraction": FRACTION}
_EXAMPLES = "Write it as 95 %, 0.95 or 1250 Elo."


@dataclass(frozen=True)
class ClaimedScore:
    """A score: the number, its unit (`percent`, `fraction`, or the words that were given).

    `read_as` says how a number without a unit was read; None where the unit was given.
    """

    as_written: str
    value: Decimal
    unit: str
    read_as: str | None = None

    @property
    def share(self) -> bool:
        """Whether it is a share of a whole, as the measured losses are."""
        return self.unit in WHOLES

    @property
    def words(self) -> str:
        """The score as it is said: `95 %`, `0.95`, `1250 Elo`."""
        if self.unit == FRACTION:
            return printed(self.value)
        return measure(self.value, self.unit)


def read_score(given: str) -> ClaimedScore:
    """Return a score. Raises `BadParameter` for one that cannot be, or can be read in two ways."""
    written = given.strip()
    found = _WRITTEN.fullmatch(written)
    if found is None:
        raise _refused(written, f"The score {written[:60]!r} is no number. {_EXAMPLES}")
    digits, words = found[1], (found[2] or "").strip()
    if _THOUSANDS.fullmatch(digits):
        raise _refused(written, f"{digits} can be read in two ways. Write it without a comma.")
    value = Decimal(digits.replace(",", "."))
    if not words:
        return _without_unit(written, value)
    unit = _UNITS.get(words.casefold(), words)
    _check(written, value, unit)
    return ClaimedScore(written, value, unit)


def _without_unit(written: str, value: Decimal) -> ClaimedScore:
    if value > WHOLES[PERCENT]:
        raise _refused(
            written,
            f"{written} has no unit and is above 100, so it is no score in per cent. Write its "
            f"unit, such as {written} Elo.",
        )
    if value == 1:
        raise _refused(written, "1 can be 1 % or all of it. Write 1 % or 100 %.")
    unit = FRACTION if 0 < value < 1 else PERCENT
    _check(written, value, unit)
    words = "a share of 1" if unit == FRACTION else "per cent"
    return ClaimedScore(written, value, unit, f"{written} has no unit and is read as {words}.")


def _check(written: str, value: Decimal, unit: str) -> None:
    whole = WHOLES.get(unit)
    if whole is None or 0 <= value <= whole:
        return
    said = "in per cent" if unit == PERCENT else "as a share of 1"
    raise _refused(
        written, f"{written} is no score: a score {said} lies between 0 and {whole}. {_EXAMPLES}"
    )


def _refused(written: str, sentence: str) -> BadParameter:
    return BadParameter(sentence, parameter="score", value=written[:60])
