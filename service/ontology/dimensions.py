"""Dimensions, coded values and rules in the words of the ontology, in an order to read them in."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache

from loaders.model import CORE_DIMENSIONS
from service.ontology import graphs, labels, scheme_queries
from service.ontology.plain_names import plain
from service.ontology.schemes import Scheme, SchemeValue
from service.queries.cache import cached_per_state
from service.store.port import Engine

_VERDICT = " Verdict: "


@dataclass(frozen=True)
class CodeInWords:
    """A code in words. `depth` is how many broader values stand above it, `path` its path.

    Where `to_recode`, the code is old and a person has to say what it stands for.
    """

    code: str
    label: str
    definition: str = ""
    depth: int = 0
    path: str = ""
    to_recode: bool = False

    @property
    def anchor(self) -> str:
        """Return the address at which the page of the ontology explains it."""
        return f"/ontology#{self.path.replace('/', '-')}"


@dataclass(frozen=True)
class PartInWords:
    """A part of a dimension with its current values; the only part has the name of None."""

    name: str | None
    label: str
    compared: bool
    values: tuple[CodeInWords, ...]

    def of(self, codes: Iterable[str]) -> list[str]:
        """Return those of some codes that are values of the part."""
        own = {t.code for t in self.values}
        return [code for code in codes if code in own]


@dataclass(frozen=True)
class Dimension:
    """A dimension with the question that a card asks of it, its kind and its coded values.

    `values` are those of all `parts`, and after them the old ones.
    """

    name: str
    label: str
    question: str
    definition: str
    kind: str
    values: tuple[CodeInWords, ...]
    parts: tuple[PartInWords, ...] = ()

    @property
    def plain(self) -> str:
        """Its name in plain words; its label where it has none."""
        return plain(self.name, self.label)

    @property
    def anchor(self) -> str:
        """Return the address at which the page of the ontology explains it."""
        return f"/ontology#dimension-{self.name}"

    def words(self, codes: Iterable[str]) -> str:
        """Return the labels of codes in the order of the values, joined; empty for none.

        A code that a person has to recode is marked as such.
        """
        given = set(codes)
        known = [
            f"“{t.label}”{' (to be recoded)' if t.to_recode else ''}"
            for t in self.values
            if t.code in given
        ]
        unknown = (f"“{code}”" for code in sorted(given - {t.code for t in self.values}))
        return " and ".join([*known, *unknown])

    def beside(self, codes: Iterable[str]) -> list[str]:
        """Return those of some codes that are values of no part: old ones."""
        return [c for c in codes if not any(part.of([c]) for part in self.parts)]


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
    parts = tuple(
        PartInWords(p.part, p.label, p.compared, tuple(_below(_kept(p, old=False), None, 0)))
        for p in scheme.divided()
    )
    return Dimension(
        scheme.dimension,
        scheme.label or scheme.dimension,
        labels.of(path).question,
        labels.definition(path),
        graphs.assumption_kinds().get(scheme.dimension, scheme.dimension),
        terms(scheme),
        parts,
    )


def _kept(scheme: Scheme, *, old: bool) -> Scheme:
    """Return a scheme with its old values alone, or with the others."""
    kept = {code: value for code, value in scheme.values.items() if value.old == old}
    return replace(scheme, values=kept)


def terms(scheme: Scheme) -> tuple[CodeInWords, ...]:
    """Return the values of a scheme, part by part, and after them the old ones.

    Ranked ones stand first, each before what is narrower than it.
    """
    each = [_kept(part, old=False) for part in scheme.divided()]
    return tuple(t for some in (*each, _kept(scheme, old=True)) for t in _below(some, None, 0))


def _below(scheme: Scheme, broader: str | None, depth: int) -> Iterator[CodeInWords]:
    inside = [
        v
        for v in scheme.values.values()
        if (v.broader if v.broader in scheme.values else None) == broader
    ]
    for value in sorted(inside, key=_rank):
        yield _term(scheme, value, depth)
        yield from _below(scheme, value.code, depth + 1)


def _rank(value: SchemeValue) -> tuple[bool, int, str]:
    return value.rank is None, value.rank or 0, value.label


def _term(scheme: Scheme, value: SchemeValue, depth: int) -> CodeInWords:
    path = f"code/domain/{value.code}"
    if scheme.dimension != "domain":
        path = f"value/{scheme.dimension}/{value.code}"
    words, to_recode = labels.definition(path), scheme.to_recode(value.code)
    return CodeInWords(value.code, value.label or value.code, words, depth, path, to_recode)


@cache
def rule(name: str) -> CodeInWords:
    """Return a rule by which a verdict is found: its name, and when it applies."""
    path = f"code/fit-rule/{name}"
    said = labels.of(path)
    return CodeInWords(name, said.label or name, said.definition.partition(_VERDICT)[0], path=path)
