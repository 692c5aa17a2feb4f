"""Old codes of values as people write them, by dimension and code, and what became of each.

A code whose successors say exactly the same is read as they are, wherever it comes from: a file, a
parameter, a store of an earlier release. One that a person has to recode stays as it is.
"""
# DESIGN: old-codes

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache

from rdflib import SKOS, URIRef

from loaders.mapping.iris import BASE, DCTERMS
from service.ontology import graphs
from service.ontology.replaced import deprecated, readings


@dataclass(frozen=True)
class OldCode:
    """A deprecated code: `same` say together exactly what it said, one of a part of the dimension.

    `may_mean` are codes of one part of which it does not say which is meant.
    """

    dimension: str
    code: str
    same: tuple[str, ...] = ()
    may_mean: tuple[str, ...] = ()

    @property
    def to_recode(self) -> bool:
        """Whether a person has to say what it stands for, because nothing says the same."""
        return bool(self.may_mean) or not self.same

    def sentence(self) -> str:
        """Return what became of the code, as a sentence."""
        if not self.to_recode:
            say = "says" if len(self.same) == 1 else "together say"
            return f"The code {self.code} is old: {' and '.join(self.same)} {say} the same."
        if not self.may_mean:
            return f"The code {self.code} is old, and no other code says the same."
        return f"The code {self.code} is old and may mean {' or '.join(self.may_mean)}."


@cache
def old_codes() -> Mapping[tuple[str, str], OldCode]:
    """Return every deprecated code by dimension and code."""
    found = (_old(iri) for iri in deprecated() if iri.startswith(f"{BASE}value/"))
    return {(old.dimension, old.code): old for old in found}


def _old(iri: str) -> OldCode:
    dimension, code = dimension_and_code(iri.removeprefix(BASE))
    same = map(str, graphs.taxonomy().objects(URIRef(iri), DCTERMS.isReplacedBy))
    return OldCode(dimension, code, _in_order(same), _in_order(readings().get(iri, ())))


def _in_order(values: Iterable[str]) -> tuple[str, ...]:
    """Return the codes of values in the order of the parts they belong to."""
    order = sorted(
        values, key=lambda v: (str(graphs.taxonomy().value(URIRef(v), SKOS.inScheme)), v)
    )
    return tuple(dimension_and_code(value.removeprefix(BASE))[1] for value in order)


def dimension_and_code(path: str) -> tuple[str, str]:
    """Return the dimension and the code in a path, `value/interaction-type/single-turn`."""
    dimension, _, code = path.removeprefix("value/").partition("/")
    return dimension, code


def successors(dimension: str, code: str) -> tuple[str, ...]:
    """Return the codes that together say exactly what an old one said, one of a part.

    Empty for a code that is not old, and for one that a person has to recode.
    """
    old = old_codes().get((dimension, code))
    return old.same if old and not old.to_recode else ()


def to_recode(dimension: str, code: str) -> bool:
    """Return whether a code is old and a person has to say what it stands for."""
    old = old_codes().get((dimension, code))
    return old is not None and old.to_recode


def current(dimension: str, codes: Iterable[str]) -> tuple[str, ...]:
    """Return codes with their successors in place of the old ones that have some, each once."""
    found = (new for code in codes for new in successors(dimension, code) or (code,))
    return tuple(dict.fromkeys(found))
