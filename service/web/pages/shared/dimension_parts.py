"""The parts of a dimension as the pages show them beside its verdict."""

from collections.abc import Iterable
from dataclasses import dataclass

from service.fit.claims import Finding
from service.fit.parts import FOLLOWS, POPULATION, PartFinding
from service.ontology import dimensions
from service.ontology.dimensions import CodeInWords, Dimension
from service.ontology.labels import label


@dataclass(frozen=True)
class PartLine:
    """One part of a dimension: its verdict, None where it is not compared, and where from."""

    label: str
    finding: PartFinding
    assumed: str
    deployed: str

    @property
    def rule(self) -> CodeInWords:
        """The rule that gives the verdict, or says that there is none."""
        return dimensions.rule(self.finding.rule)

    @property
    def follows(self) -> bool:
        """Whether a value on one side is not stated but follows by definition."""
        return self.finding.how == FOLLOWS


def part_lines(dimension: Dimension, finding: Finding) -> list[PartLine]:
    """Return the parts of a finding in words; none where the dimension has no parts."""
    known = {p.name: p.label for p in dimension.parts}
    return [
        PartLine(known[p.part], p, dimension.words(p.assumed), dimension.words(p.deployed))
        if p.part in known
        else PartLine(label(f"scheme/{p.part}"), p, _people(p.assumed), _people(p.deployed))
        for p in finding.parts
        if p.part in known.keys() | {POPULATION} and p.part
    ]


def _people(codes: Iterable[str]) -> str:
    return ", ".join(f"“{label(f'code/population/{code}')}”" for code in sorted(codes))
