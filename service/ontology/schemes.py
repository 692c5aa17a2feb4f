"""Value schemes and their parts, and what one assumed value says of one deployed value.

Verdicts and rules carry the names of `scheme/verdict` and `scheme/fit-rule`. What may be concluded
from the values of a scheme is data of the ontology: whether it is compared at all, is a scale,
asks more at a higher rank, and whether its values may be true together (`egap:compared`,
`egap:ordered`, `egap:higherRankAsksMore`, `egap:valuesMayCoexist`).
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

HOLDS, PARTIALLY, VIOLATED = "holds", "partially-holds", "violated"
UNKNOWN, DISPUTED, NOT_APPLICABLE = "unknown", "disputed", "not-applicable"
PARTLY_ANSWERED = "partly-answered"
"""The status of an answer that leaves cases open."""


@dataclass(frozen=True, order=True)
class MetricClass:
    """A class of metric by its code.

    `share_of_items`: a score and its n give counts. `within_whole`: no score lies below nothing or
    above the whole.
    """

    code: str
    label: str = ""
    share_of_items: bool = False
    within_whole: bool = False


@dataclass(frozen=True)
class SchemeValue:
    """A coded value: the value it is narrower than, and its place on the scale, if any.

    `entails` are values of other parts that follow by definition. An `old` value is deprecated:
    `same` are the values that say exactly the same, one of a part; `may_mean` those it can be read
    as, where it does not say which.
    """

    code: str
    label: str = ""
    broader: str | None = None
    rank: int | None = None
    entails: frozenset[str] = frozenset()
    leaves_nothing: bool = False
    old: bool = False
    same: frozenset[str] = frozenset()
    may_mean: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Scheme:
    """The values of one dimension, or of one part of it, by code, and what follows from ranks.

    `parts` are the schemes of a dimension that has several, each with values of its own; the
    dimension then has the values of all, and the old ones that belong to none. `people` is the
    scheme of the populations that a statement on the dimension may name.
    """

    dimension: str
    values: Mapping[str, SchemeValue] = field(default_factory=dict)
    label: str = ""
    higher_asks_more: bool = False
    may_coexist: bool = False
    part: str | None = None
    compared: bool = True
    parts: tuple["Scheme", ...] = ()
    people: "Scheme | None" = None

    def within(self, narrow: str, broad: str) -> bool:
        """Return whether the first value is the second or narrower than it."""
        return broad in self.upwards(narrow)

    def upwards(self, code: str | None) -> Iterator[str]:
        """Yield a value and every value that it is narrower than."""
        while code is not None:
            yield code
            code = self.values[code].broader if code in self.values else None

    def rank(self, code: str) -> int | None:
        """Return the place of a value on the scale; None outside it, or where there is none."""
        return self.values[code].rank if code in self.values else None

    def divided(self) -> tuple["Scheme", ...]:
        """Return the parts, of which the scheme itself is the only one if it has no others."""
        return self.parts or (self,)

    def current(self) -> list[str]:
        """Return the values that are not old."""
        return [code for code in self.values if not self.is_old(code)]

    def is_old(self, code: str) -> bool:
        """Return whether a value is deprecated."""
        return code in self.values and self.values[code].old

    def to_recode(self, code: str) -> bool:
        """Return whether a person has to say in newer values what an old one stands for."""
        return self.is_old(code) and (
            bool(self.values[code].may_mean) or not self.values[code].same
        )

    def meanings(self, code: str) -> frozenset[str]:
        """Return what a value can be read as: itself, or for an old one the newer values."""
        known = self.values.get(code)
        return (known.same | known.may_mean if known and known.old else None) or frozenset({code})

    def lies_in(self, values: Iterable[str]) -> frozenset[str]:
        """Return the values that some values are, say exactly, or are narrower than."""
        own = set(values)
        said = {m for code in own if self.is_old(code) for m in self.values[code].same}
        return frozenset(code for value in own | said for code in self.upwards(value))

    def entailed(self, code: str) -> frozenset[str]:
        """Return the values of other parts that a value, or one it is narrower than, entails."""
        above = (self.values[c].entails for c in self.upwards(code) if c in self.values)
        return frozenset().union(*above)
