"""Dimensions, coded values and rules in the words of the ontology, in an order to read them in."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from loaders.model import CORE_DIMENSIONS
from service.ontology import graphs, labels, scheme_queries
from service.ontology.schemes import Scheme, SchemeValue
from service.queries.cache import cached_per_state
from service.store.port import Engine

_VERDICT = " Verdict: "


@dataclass(frozen=True)
class CodeInWords:
    """A code in words. `depth` is how many broader values stand above it, `path` its path."""

    code: str
    label: str
    definition: str = ""
    depth: int = 0
    path: str = ""

    @property
    def anchor(self) -> str:
        """Return the address at which the page of the ontology explains it."""
        return f"/ontology#{self.path.replace('/', '-')}"


@dataclass(frozen=True)
class Dimension:
    """A dimension with the question that a card asks of it, its kind and its coded values."""

    name: str
    label: str
    question: str
    definition: str
    kind: str
    values: tuple[CodeInWords, ...]

    @property
    def anchor(self) -> str:
        """Return the address at which the page of the ontology explains it."""
        return f"/ontology#dimension-{self.name}"

    def words(self, codes: Iterable[str]) -> str:
        """Return the labels of codes in the order of the values, joined; empty for none."""
        given = set(codes)
        known = [t.label for t in self.values if t.code in given]
        unknown = sorted(given - {t.code for t in self.values})
        return " and ".join(f"“{label}”" for label in [*known, *unknown])


@cached_per_state
def dimensions(engine: Engine) -> Mapping[str, Dimension]:
    """Return every dimension with coded values, those of the card first, then by kind."""
    found = [_dimension(scheme) for scheme in scheme_queries.schemes(engine).values()]
    return {d.name: d for d in sorted(found, key=_path)}


def _path(dimension: Dimension) -> tuple[int, bool, str]:
    core = list(CORE_DIMENSIONS)
    rank = core.index(dimension.name) if dimension.name in core else len(core)
    return rank, dimension.kind == "outcome-assumption", dimension.label


def _dimension(scheme: Scheme) -> Dimension:
    path = f"dimension/{scheme.dimension}"
    return Dimension(
        scheme.dimension,
        scheme.label or scheme.dimension,
        labels.of(path).question,
        labels.definition(path),
        graphs.assumption_kinds().get(scheme.dimension, scheme.dimension),
        terms(scheme),
    )


def terms(scheme: Scheme) -> tuple[CodeInWords, ...]:
    """Return the values of a scheme, ranked ones first, each before what is narrower than it."""
    return tuple(_below(scheme, None, 0))


def _below(scheme: Scheme, broader: str | None, depth: int) -> Iterator[CodeInWords]:
    inside = [v for v in scheme.values.values() if v.broader == broader]
    for value in sorted(inside, key=_rank):
        yield _term(scheme.dimension, value, depth)
        yield from _below(scheme, value.code, depth + 1)


def _rank(value: SchemeValue) -> tuple[bool, int, str]:
    return value.rank is None, value.rank or 0, value.label


def _term(dimension: str, value: SchemeValue, depth: int) -> CodeInWords:
    path = f"code/domain/{value.code}"
    if dimension != "domain":
        path = f"value/{dimension}/{value.code}"
    return CodeInWords(value.code, value.label or value.code, labels.definition(path), depth, path)


@cache
def rule(name: str) -> CodeInWords:
    """Return a rule by which a verdict is found: its name, and when it applies."""
    path = f"code/fit-rule/{name}"
    said = labels.of(path)
    return CodeInWords(name, said.label or name, said.definition.partition(_VERDICT)[0], path=path)
