"""Value schemes, and what one assumed value says of one deployed value.

Verdicts and rules carry the names of `scheme/verdict` and `scheme/fit-rule`. Which scheme is a
scale, whether a higher rank asks more, and whether its values may be true together is data of
the ontology (`egap:ordered`, `egap:higherRankAsksMore`, `egap:valuesMayCoexist`).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

HOLDS, PARTIALLY, VIOLATED = "holds", "partially-holds", "violated"
UNKNOWN, DISPUTED, NOT_APPLICABLE = "unknown", "disputed", "not-applicable"


@dataclass(frozen=True)
class SchemeValue:
    """A coded value: the value it is narrower than, and its place on the scale, if any."""

    code: str
    label: str = ""
    broader: str | None = None
    rank: int | None = None


@dataclass(frozen=True)
class Scheme:
    """The values of one dimension by code, and what may be concluded from their ranks."""

    dimension: str
    values: Mapping[str, SchemeValue] = field(default_factory=dict)
    label: str = ""
    higher_asks_more: bool = False
    may_coexist: bool = False

    def within(self, narrow: str, broad: str) -> bool:
        """Return whether the first value is the second or narrower than it."""
        return broad in self._upwards(narrow)

    def _upwards(self, code: str | None) -> Iterator[str]:
        while code is not None:
            yield code
            code = self.values[code].broader if code in self.values else None

    def rank(self, code: str) -> int | None:
        """Return the place of a value on the scale; None outside it, or where there is none."""
        return self.values[code].rank if code in self.values else None
