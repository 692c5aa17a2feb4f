"""A score that somebody types where things are searched, such as `95 % on MedQA`."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from service.search.kinds import SearchedThing
from service.search.name_index import NameIndex

_SCORE = re.compile(
    r"(?<![\w.,+-])(\d{1,3}(?:[.,]\d{1,4})?)(\s*+%|\s*+per\s?cent\b)?(?![\w-]|[.,]\d)",
    re.IGNORECASE,
)
_SAYS = re.compile(
    r"\b(?:on|at|in|of|with|scor(?:e|es|ed|ing)|gets?|got|has|had|reach(?:es|ed)?|achieve[sd]?"
    r"|accuracy)\b|[:=;\n]",
    re.IGNORECASE,
)
"""Words that stand between a system, its score and a benchmark."""


@dataclass(frozen=True)
class ScoreInWords:
    """A score of a benchmark, as it was typed, and of a system where its whole name was."""

    benchmark: str
    name: str
    score: str
    model: str | None

    @property
    def words(self) -> str:
        """What is looked for: the benchmark and the system, since no number names anything."""
        return " ".join(filter(None, (self.name, self.model)))


def read(text: str, names: NameIndex, documents: Sequence[SearchedThing]) -> ScoreInWords | None:
    """Return the score that a search states; None where it states none, or of what is open.

    A number without a unit is one only beside a word that says so, and no number of a name is. The
    benchmark is called by a whole name that no other has.
    """
    found = [] if names.exactly(text) else list(_SCORE.finditer(text))
    chosen = [match for match in found if match[2]] or (found if _SAYS.search(text) else [])
    if len(chosen) != 1:
        return None
    number = chosen[0]
    rest = f"{text[: number.start()]}\n{text[number.end() :]}"
    parts = [part for part in map(str.strip, _SAYS.split(rest)) if part]

    def called(part: str, kind: str) -> dict[str, str]:
        things = (documents[place] for place in names.exactly(part))
        return {d.id: d.names[0] for d in things if d.kind == kind and d.counted}

    benchmarks = {i: name for part in parts for i, name in called(part, "benchmark").items()}
    if len(benchmarks) != 1:
        return None
    [(ident, name)] = benchmarks.items()
    model = next((part for part in parts if called(part, "system")), None)
    return ScoreInWords(ident, name, f"{number[1]} %" if number[2] else number[1], model)
