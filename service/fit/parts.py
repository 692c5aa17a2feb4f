"""The parts of a dimension: what claims say of each, and one verdict rolled up from theirs.

Which parts there are, which are compared, what follows from a value and what an old one can be
read as is data of the schemes: nothing here names a dimension or a part.
"""
# DESIGN: parts-of-a-dimension

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from itertools import product
from typing import NamedTuple

from service.fit.comparison import ComparedValue, RuleVerdict, compare
from service.ontology.schemes import (
    DISPUTED,
    HOLDS,
    NOT_APPLICABLE,
    PARTIALLY,
    PARTLY_ANSWERED,
    UNKNOWN,
    VIOLATED,
    Scheme,
)

ROLL_UP = (VIOLATED, DISPUTED, UNKNOWN, PARTIALLY, HOLDS)
"""The verdict of a dimension is the first of these that a compared part has."""

DERIVED, FOLLOWS, NOT_COMPARED = "derived", "follows", "not-compared"
POPULATION = "population"
"""The part of any dimension that says which people are meant."""


class ComparedClaim(NamedTuple):
    """The part of a claim that the rules compare: counted values, answer status and population.

    `closer` are those of the values of which more is said than their code.
    """

    values: frozenset[str]
    status: str
    population: frozenset[str] = frozenset()
    closer: frozenset[ComparedValue] = frozenset()

    def value(self, code: str, read_as: str) -> ComparedValue:
        """Return one of the values, read as another code if it is an old one."""
        found = next((v for v in self.closer if v.code == code), ComparedValue(code))
        return found._replace(code=read_as)


@dataclass(frozen=True)
class PartFinding:
    """What the rules give for one part of a dimension; `part` is None where it is the only one.

    `how` is derived, follows (a value on one side is not stated, but follows by definition from
    one of another part), or not-compared; then `verdict` is None. `assumed` and `deployed` are the
    values that say something of the part, those that follow among them.
    """

    part: str | None
    verdict: str | None
    rule: str
    how: str
    assumed: frozenset[str]
    deployed: frozenset[str]


class _PartClaim(NamedTuple):
    """What one claim says of a part: each way in which its values can be read, and its status."""

    readings: frozenset[frozenset[ComparedValue]]
    status: str
    stated: frozenset[str]
    follows: frozenset[str]


def findings(
    scheme: Scheme, said: Collection[ComparedClaim], there: Collection[ComparedClaim]
) -> tuple[PartFinding, ...]:
    """Return what the rules give for each part, from what cards claim and what profiles state."""
    return set_against(scheme, by_part(scheme, said), by_part(scheme, there))


ByPart = tuple[list["_PartClaim"], ...]
"""What claims say of each part of a dimension."""


def by_part(whole: Scheme, claims: Collection[ComparedClaim]) -> ByPart:
    """Return what claims say of each part; a claim that says nothing of one is left out there.

    The people that are meant come last.
    """
    return (
        *(
            [found for c in claims if (found := _says(whole, part, c)) is not None]
            for part in whole.divided()
        ),
        [found for c in claims if (found := _people(c)) is not None],
    )


def set_against(whole: Scheme, ours: ByPart, theirs: ByPart) -> tuple[PartFinding, ...]:
    """Return what the rules give for each part, from what both sides say of it.

    People are compared only where the deployment says whom it means.
    """
    parts = tuple(map(_finding, whole.divided(), ours, theirs))
    if whole.people is None or not any(c.stated for c in theirs[-1]):
        return parts
    return (*parts, _finding(whole.people, ours[-1], theirs[-1]))


def _finding(part: Scheme, ours: list[_PartClaim], theirs: list[_PartClaim]) -> PartFinding:
    assumed, deployed = _shown(ours), _shown(theirs)
    if not part.compared:
        return PartFinding(part.part, None, NOT_COMPARED, NOT_COMPARED, assumed, deployed)
    found = _derived(part, ours, theirs)
    how = FOLLOWS if any(c.follows for c in (*ours, *theirs)) else DERIVED
    return PartFinding(part.part, found.verdict, found.rule, how, assumed, deployed)


def _shown(claims: Iterable[_PartClaim]) -> frozenset[str]:
    return frozenset(v for c in claims for v in c.stated | c.follows)


def _says(whole: Scheme, part: Scheme, claim: ComparedClaim) -> _PartClaim | None:
    """Return what a claim says of a part; None where it says nothing of it."""
    if claim.status == NOT_APPLICABLE:
        return _PartClaim(frozenset(), claim.status, frozenset(), frozenset())
    spoken = {code: spoken_of(whole, part, code) for code in claim.values}
    stated = frozenset(code for code, meant in spoken.items() if meant)
    follows = _following(whole, part, claim.values, alone=not stated)
    if not stated and not follows:
        return None
    further = frozenset(map(ComparedValue, follows))
    readings = product(*([claim.value(c, m) for m in sorted(spoken[c])] for c in sorted(stated)))
    ways = frozenset(frozenset(reading) | further for reading in readings)
    return _PartClaim(ways, claim.status, stated, follows - stated)


def _people(claim: ComparedClaim) -> _PartClaim | None:
    """Return what a claim says of the people that are meant; None where it names none."""
    if not claim.population and claim.status != NOT_APPLICABLE:
        return None
    named = frozenset(map(ComparedValue, claim.population))
    return _PartClaim(frozenset((named,)), claim.status, claim.population, frozenset())


def speaks_of(whole: Scheme, part: Scheme, claim: ComparedClaim) -> bool:
    """Return whether a claim says something of a part, stated or following by definition."""
    return _says(whole, part, claim) is not None


def spoken_of(whole: Scheme, part: Scheme, code: str) -> frozenset[str]:
    """Return the values of a part that a code stands for, or can be read as; none: another part."""
    if code in part.values and not part.values[code].old:
        return frozenset((code,))
    meant = whole.meanings(code)
    return meant.intersection(part.values) if whole.parts else meant


def _following(
    whole: Scheme, part: Scheme, values: Iterable[str], *, alone: bool
) -> frozenset[str]:
    """Return the values of a part that follow by definition from values of the others.

    `alone` says that none of the part is stated: what follows then counts only where it follows
    from every value of the other part, because the rest may be otherwise.
    """
    found: frozenset[str] = frozenset()
    for other in whole.parts:
        if other is part or not any(value.entails for value in other.values.values()):
            continue
        meant = [m for code in values if (m := spoken_of(whole, other, code))]
        each = [_entailed(whole, part, codes) for codes in meant]
        if all(each) or not alone:
            found = found.union(*each)
    return found


def _entailed(whole: Scheme, part: Scheme, codes: Iterable[str]) -> frozenset[str]:
    """Return the values of a part that each of these codes entails."""
    each = [whole.entailed(code).intersection(part.values) for code in codes]
    return each[0].intersection(*each[1:])


def _derived(part: Scheme, said: list[_PartClaim], there: list[_PartClaim]) -> RuleVerdict:
    """Return what the rules give for one part.

    Every card that speaks of it is set against every profile that does; if they lead to different
    verdicts, the part is disputed.
    """
    for side in (said, there):
        if side and all(c.status == NOT_APPLICABLE for c in side):
            return RuleVerdict(NOT_APPLICABLE, "stated-not-applicable")
    if there and all(_leaves_nothing(part, c) for c in there):
        return RuleVerdict(NOT_APPLICABLE, "nothing-to-compare")
    if not said:
        return RuleVerdict(UNKNOWN, "assumption-not-stated")
    if not there:
        return RuleVerdict(UNKNOWN, "deployment-not-stated")
    readings = [_against(part, one, other) for one in said for other in there]
    if len({r.verdict for r in readings}) > 1:
        return RuleVerdict(DISPUTED, "sources-disagree")
    return min(readings, key=lambda r: r.rule)


def _leaves_nothing(part: Scheme, claim: _PartClaim) -> bool:
    codes = {value.code for reading in claim.readings for value in reading}
    return bool(codes) and all(
        any(part.values[c].leaves_nothing for c in part.upwards(code) if c in part.values)
        for code in codes
    )


def _against(part: Scheme, said: _PartClaim, there: _PartClaim) -> RuleVerdict:
    if NOT_APPLICABLE in {said.status, there.status}:
        return RuleVerdict(NOT_APPLICABLE, "stated-not-applicable")
    if _leaves_nothing(part, there):
        return RuleVerdict(NOT_APPLICABLE, "nothing-to-compare")
    ways = [
        _read(part, (one, said.status), (other, there.status))
        for one in said.readings
        for other in there.readings
    ]
    if len({r.verdict for r in ways}) > 1:
        return RuleVerdict(UNKNOWN, "old-value-untold")
    return min(ways, key=lambda r: r.rule)


_Read = tuple[frozenset[ComparedValue], str]
"""One reading of the values of a claim, and the status of the claim."""


def _read(part: Scheme, assumed: _Read, deployed: _Read) -> RuleVerdict:
    """Return what one reading says of another; an answer that leaves cases open holds in part."""
    reading = compare(part, assumed[0], deployed[0])
    if reading.verdict != HOLDS:
        return reading
    if deployed[1] == PARTLY_ANSWERED:
        return RuleVerdict(PARTIALLY, "deployment-partly-answered")
    if assumed[1] == PARTLY_ANSWERED and reading.rule != "nearly-all-match":
        return RuleVerdict(PARTIALLY, "assumption-partly-answered")
    return reading


def rolled_up(parts: Sequence[PartFinding]) -> RuleVerdict:
    """Return the verdict of a dimension, with the rule of the first part that has it.

    It is the first of `ROLL_UP` that a compared part has. Parts that do not apply are left out;
    where none is left, the dimension does not apply.
    """
    compared = [p for p in parts if p.verdict is not None]
    for verdict in ROLL_UP:
        for part in compared:
            if part.verdict == verdict:
                return RuleVerdict(verdict, part.rule)
    return RuleVerdict(NOT_APPLICABLE, next((p.rule for p in compared), NOT_COMPARED))
